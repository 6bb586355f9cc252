//! The worker's program: where it is, and what it says of itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use cotejo_model::frames::Description;
use cotejo_model::{Failure, FailureCode};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

/// How long a worker may take to describe itself: a virus scanner may look at it first.
const DESCRIBE_WITHIN: Duration = Duration::from_secs(30);

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

impl WorkerCommand {
    /// The worker beside this very program, where installations put it.
    pub fn beside_this_program() -> Self {
        let name = format!("cotejo-worker{}", std::env::consts::EXE_SUFFIX);
        let folder = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        folder.unwrap_or_default().join(name).into()
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
        .with_remedy("reinstall Cotejo, or name the worker's program with --worker")
    }

    /// Asks the worker what it offers.
    pub async fn describe(&self) -> Result<Description, Failure> {
        let mut command = self.with("--describe");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let output = tokio::time::timeout(DESCRIBE_WITHIN, command.output())
            .await
            .map_err(|_| self.missing(format!("it said nothing within {} s", DESCRIBE_WITHIN.as_secs())))?
            .map_err(|error| self.missing(error))?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            let last = reason.trim_end().lines().next_back().unwrap_or_default();
            return Err(self.missing(format!("it ended with {}: {}", output.status, shortened(last))));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| self.missing(format!("it does not describe itself as a worker of this version: {error}")))
    }
}

/// Characters of a foreign text that a message shows.
const SHOWN: usize = 200;

/// The beginning of a text that may be long, and that may hold control characters.
pub(crate) fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
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
        let failure = worker.describe().await.unwrap_err();
        assert_eq!(failure.code, FailureCode::WorkerMissing);
        assert!(failure.message.contains("no-worker-here"), "{failure}");
        assert!(!failure.remedy.is_empty());
    }

    #[test]
    fn foreign_text_is_shortened() {
        assert_eq!(shortened("a\tb"), "a b");
        assert_eq!(shortened(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shortened(&"é".repeat(1000)).chars().count(), SHOWN + 1);
    }
}
