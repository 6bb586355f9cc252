//! The worker's program: where it is, and what it says of itself and of the machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use cotejo_model::frames::{Description, Frame};
use cotejo_model::gpu::{DeviceCheck, Library};
use cotejo_model::{DeviceId, Failure, FailureCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use crate::loader::{self, Unloaded};

/// How long a worker may take to describe itself: a virus scanner may look at it first.
const DESCRIBE_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take to try a device: a driver's first use after the system has started is slow.
pub(crate) const CHECK_WITHIN: Duration = Duration::from_secs(30);
/// The longest answer.
const MAX_ANSWER: u64 = 1 << 20;
/// The longest part of its log that is looked at.
const MAX_LOG: u64 = 64 << 10;

/// How to start a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PathBuf", into = "PathBuf")]
pub struct WorkerCommand {
    /// The program.
    pub program: PathBuf,
    /// What comes before the worker's own arguments.
    pub args: Vec<OsString>,
}

impl From<PathBuf> for WorkerCommand {
    fn from(program: PathBuf) -> Self {
        Self { program, args: Vec::new() }
    }
}

impl From<WorkerCommand> for PathBuf {
    fn from(command: WorkerCommand) -> Self {
        command.program
    }
}

/// What a worker that was asked gave.
struct Answer {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: String,
}

/// Why a worker that was asked gave nothing.
enum Silence {
    NotStarted(std::io::Error),
    TooLong,
}

/// Why a worker did not say what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The system did not load it.
    Unloaded(Unloaded),
    /// Anything else.
    Failed(Failure),
}

impl WorkerCommand {
    /// The worker beside this very program, where installations put it.
    pub fn beside_this_program() -> Self {
        Self::named_beside_this_program("cotejo-worker")
    }

    /// The worker for NVIDIA GPUs beside this very program.
    pub fn cuda_beside_this_program() -> Self {
        Self::named_beside_this_program("cotejo-worker-cuda")
    }

    fn named_beside_this_program(name: &str) -> Self {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let folder = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        folder.unwrap_or_default().join(name).into()
    }

    /// The program's name without its folder, for messages.
    pub(crate) fn name(&self) -> String {
        self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned()
    }

    /// The command with this argument.
    pub(crate) fn with(&self, argument: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).arg(argument);
        // The index of a GPU is then the same to the worker as to the driver's management library.
        command.env("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
        command
    }

    /// The failure of a worker that cannot be started.
    pub(crate) fn missing(&self, why: impl std::fmt::Display) -> Failure {
        Failure::new(
            FailureCode::WorkerMissing,
            format!("the worker {} cannot be started: {why}", self.program.display()),
        )
        .with_remedy("reinstall Cotejo, or name the worker's program with --worker or --cuda-worker")
    }

    /// Asks the worker what it offers.
    pub async fn describe(&self) -> Result<Description, Failure> {
        self.ask_description().await.map_err(|why| self.named(why))
    }

    /// As `describe`, with a worker that was not loaded apart.
    pub(crate) async fn ask_description(&self) -> Result<Description, Unanswered> {
        self.said("--describe", "does not describe itself").await
    }

    /// Asks which libraries GPUs need, and where they are.
    pub async fn libraries(&self) -> Result<Vec<Library>, Failure> {
        self.said("--libraries", "does not list its libraries").await.map_err(|why| self.named(why))
    }

    /// Has the worker compute something on a device.
    pub async fn check(&self, device: DeviceId) -> Result<DeviceCheck, Failure> {
        self.check_within(device, CHECK_WITHIN).await
    }

    /// As `check`, with another time limit.
    pub async fn check_within(&self, device: DeviceId, within: Duration) -> Result<DeviceCheck, Failure> {
        let crashed = |how: String| {
            Failure::new(FailureCode::WorkerCrashed, format!("the check of {device} {how}"))
                .with_remedy("restart the PC or update the NVIDIA driver; `cotejo-agent doctor` tries again")
        };
        let answer = match self.ask(&["--check", &device.to_string()], within).await {
            Ok(answer) => answer,
            Err(Silence::NotStarted(error)) => return Err(self.missing(error)),
            Err(Silence::TooLong) => {
                let message = format!("the check of {device} gave no answer within {} s", within.as_secs_f64());
                return Err(Failure::new(FailureCode::TimedOut, message)
                    .with_remedy("see with nvidia-smi whether the GPU answers; a restart of the PC often helps"));
            }
        };
        if let Some(unloaded) = answer.unloaded() {
            return Err(self.named(Unanswered::Unloaded(unloaded)));
        }
        let lines = answer.stdout.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        for line in lines {
            match serde_json::from_slice(line) {
                Ok(Frame::Progress(_)) => {}
                Ok(Frame::Checked(check)) if check.device == device => return Ok(*check),
                Ok(Frame::Failed(failure)) => return Err(failure),
                _ => {
                    let shown = shortened_to(SHOWN_BRIEFLY, &String::from_utf8_lossy(line));
                    return Err(crashed(format!("was not answered by a worker of this version: {shown}")));
                }
            }
        }
        Err(crashed(format!("ended without an answer ({}): {}", answer.status, answer.last_words())))
    }

    /// Something that the worker says of itself in JSON.
    async fn said<T: DeserializeOwned>(&self, argument: &str, otherwise: &str) -> Result<T, Unanswered> {
        let missing = |why: String| Unanswered::Failed(self.missing(why));
        let answer = match self.ask(&[argument], DESCRIBE_WITHIN).await {
            Ok(answer) => answer,
            Err(Silence::NotStarted(error)) => return Err(missing(error.to_string())),
            Err(Silence::TooLong) => {
                return Err(missing(format!("it said nothing within {} s", DESCRIBE_WITHIN.as_secs())));
            }
        };
        if let Some(unloaded) = answer.unloaded() {
            return Err(Unanswered::Unloaded(unloaded));
        }
        if !answer.status.success() {
            return Err(missing(format!("it ended with {}: {}", answer.status, answer.last_words())));
        }
        serde_json::from_slice(&answer.stdout)
            .map_err(|error| missing(format!("it {otherwise} as a worker of this version: {error}")))
    }

    /// What a worker that was not loaded lacks, as far as the system says.
    fn named(&self, why: Unanswered) -> Failure {
        match why {
            Unanswered::Unloaded(unloaded) => unloaded.failure(&self.name(), &[]),
            Unanswered::Failed(failure) => failure,
        }
    }

    /// Starts the worker with these arguments and no input, and waits for its end; one that does not end is killed.
    async fn ask(&self, arguments: &[&str], within: Duration) -> Result<Answer, Silence> {
        let (first, rest) = arguments.split_first().expect("a worker is asked something");
        let mut command = self.with(first);
        command.args(rest).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        tokio::time::timeout(within, answer(command)).await.unwrap_or(Err(Silence::TooLong))
    }
}

/// The whole conversation with a worker that was asked.
async fn answer(mut command: Command) -> Result<Answer, Silence> {
    let mut child = command.spawn().map_err(Silence::NotStarted)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = tokio::join!(read(stdout, MAX_ANSWER), read(stderr, MAX_LOG));
    let status = child.wait().await.map_err(Silence::NotStarted)?;
    Ok(Answer { status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() })
}

/// The beginning of an output. What is longer is closed, so that its writer does not wait for a reader.
async fn read(output: Option<impl AsyncRead + Unpin>, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(output) = output {
        // What came before an error still counts.
        let _ = output.take(limit).read_to_end(&mut bytes).await;
    }
    bytes
}

impl Answer {
    fn unloaded(&self) -> Option<Unloaded> {
        loader::diagnose(self.status.code(), &self.stderr)
    }

    fn last_words(&self) -> String {
        let last = self.stderr.trim_end().lines().next_back();
        shortened_to(SHOWN_BRIEFLY, last.unwrap_or("it said nothing"))
    }
}

/// Characters of a foreign text that a message shows.
const SHOWN: usize = 200;
/// The same, where the message stands below a table.
const SHOWN_BRIEFLY: usize = 80;

/// The beginning of a text that may be long, and that may hold control characters.
pub(crate) fn shortened(text: &str) -> String {
    shortened_to(SHOWN, text)
}

fn shortened_to(limit: usize, text: &str) -> String {
    let mut shown: String = text.chars().take(limit).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(limit).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_worker_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let worker = WorkerCommand::from(dir.path().join("no-worker-here"));
        for failure in [worker.describe().await.unwrap_err(), worker.check(DeviceId::Cuda(0)).await.unwrap_err()] {
            assert_eq!(failure.code, FailureCode::WorkerMissing);
            assert!(failure.message.contains("no-worker-here"), "{failure}");
            assert!(!failure.remedy.is_empty());
        }
    }

    #[test]
    fn foreign_text_is_shortened() {
        assert_eq!(shortened("a\tb"), "a b");
        assert_eq!(shortened(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shortened(&"é".repeat(1000)).chars().count(), SHOWN + 1);
    }
}
