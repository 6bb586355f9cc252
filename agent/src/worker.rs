//! The worker's program: where it is, and what it says of itself and of the machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use cotejo_model::frames::{Description, DeviceCheck, Frame, Library};
use cotejo_model::reason::{CheckReason, StartReason};
use cotejo_model::{DeviceId, Reason};
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
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Unanswered {
    /// The system did not load it.
    Unloaded(Unloaded),
    /// Anything else.
    Failed(Reason),
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
    pub(crate) fn not_started(&self, error: &std::io::Error) -> Reason {
        StartReason::NotStarted { program: self.shown(), detail: error.to_string() }.into()
    }

    fn shown(&self) -> String {
        self.program.display().to_string()
    }

    /// Asks the worker what it offers.
    pub async fn describe(&self) -> Result<Description, Reason> {
        self.ask_description().await.map_err(|why| self.named(why))
    }

    /// As `describe`, with a worker that was not loaded apart.
    pub(crate) async fn ask_description(&self) -> Result<Description, Unanswered> {
        self.said("--describe").await
    }

    /// Asks which libraries GPUs need, and where they are.
    pub async fn libraries(&self) -> Result<Vec<Library>, Reason> {
        self.said("--libraries").await.map_err(|why| self.named(why))
    }

    /// Has the worker compute something on a device.
    pub async fn check(&self, device: DeviceId) -> Result<DeviceCheck, Reason> {
        self.check_within(device, CHECK_WITHIN).await
    }

    /// As `check`, with another time limit.
    pub async fn check_within(&self, device: DeviceId, within: Duration) -> Result<DeviceCheck, Reason> {
        let answer = match self.ask(&["--check", &device.to_string()], within).await {
            Ok(answer) => answer,
            Err(Silence::NotStarted(error)) => return Err(self.not_started(&error)),
            Err(Silence::TooLong) => {
                return Err(CheckReason::TimedOut { device, seconds: within.as_secs_f64() }.into());
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
                    let line = shortened_to(SHOWN_BRIEFLY, &String::from_utf8_lossy(line));
                    return Err(CheckReason::Unreadable { device, line }.into());
                }
            }
        }
        let (exit, last_words) = (answer.status.into(), answer.last_words());
        Err(CheckReason::Crashed { device, exit, last_words }.into())
    }

    /// Something that the worker says of itself in JSON.
    async fn said<T: DeserializeOwned>(&self, argument: &str) -> Result<T, Unanswered> {
        let (failed, program) = (|why: Reason| Unanswered::Failed(why), self.shown());
        let answer = match self.ask(&[argument], DESCRIBE_WITHIN).await {
            Ok(answer) => answer,
            Err(Silence::NotStarted(error)) => return Err(failed(self.not_started(&error))),
            Err(Silence::TooLong) => {
                return Err(failed(StartReason::Silent { program, seconds: DESCRIBE_WITHIN.as_secs() }.into()));
            }
        };
        if let Some(unloaded) = answer.unloaded() {
            return Err(Unanswered::Unloaded(unloaded));
        }
        if !answer.status.success() {
            let (exit, last_words) = (answer.status.into(), answer.last_words());
            return Err(failed(StartReason::EndedWhenAsked { program, exit, last_words }.into()));
        }
        serde_json::from_slice(&answer.stdout)
            .map_err(|error| failed(StartReason::OtherVersion { program, detail: error.to_string() }.into()))
    }

    /// What a worker that was not loaded lacks, as far as the system says.
    fn named(&self, why: Unanswered) -> Reason {
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

    fn last_words(&self) -> Option<String> {
        self.stderr.trim_end().lines().next_back().map(|last| shortened_to(SHOWN_BRIEFLY, last))
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
    use cotejo_model::FailureCode;

    use super::*;

    #[tokio::test]
    async fn a_missing_worker_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let worker = WorkerCommand::from(dir.path().join("no-worker-here"));
        for failure in [worker.describe().await.unwrap_err(), worker.check(DeviceId::Cuda(0)).await.unwrap_err()] {
            assert_eq!(failure.code(), FailureCode::WorkerMissing);
            let started = matches!(failure, Reason::Start(StartReason::NotStarted { ref program, .. })
                if program.contains("no-worker-here"));
            assert!(started, "{failure}");
        }
    }

    #[test]
    fn foreign_text_is_shortened() {
        assert_eq!(shortened("a\tb"), "a b");
        assert_eq!(shortened(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shortened(&"é".repeat(1000)).chars().count(), SHOWN + 1);
    }
}
