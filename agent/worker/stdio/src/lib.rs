//! A worker's side of the conversation with whoever starts it. It is started for one command, reads at most one request from
//! standard input (one line of JSON), writes frames to standard output (JSON, one object per line), and logs to standard
//! error. The real worker and the simulated one share this crate, so that they answer alike.

use std::ffi::OsString;
use std::io::{self, BufRead, Read as _, Write};
use std::process::ExitCode;

use cotejo_model::frames::{Frame, Request};
use cotejo_model::reason::JobReason;
use cotejo_model::{DeviceId, Reason};
use serde::Serialize;

/// Makes a worker end with its standard input, which its parent holds open for as long as it lives.
pub const DIE_WITH_PARENT: &str = "--die-with-parent";

/// What a worker is started for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Measure the requested job.
    Measure,
    /// Explain how the engine computes the requested job.
    Explain,
    /// Describe what this worker offers.
    Describe,
    /// List the libraries that GPUs need, found or not.
    Libraries,
    /// Compute something small on the device of this name and check the answer.
    Check(String),
    /// Explain the arguments.
    Help,
}

/// The arguments of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The command; if the arguments name several, the last.
    pub command: Command,
    /// Whether to end with standard input.
    pub dies_with_parent: bool,
}

impl Invocation {
    /// Reads the arguments that follow the program's name.
    ///
    /// # Errors
    /// What is wrong with the arguments, in English: only a person who starts a worker by hand reads it.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut invocation = Self { command: Command::Measure, dies_with_parent: false };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            invocation.command = match argument.to_str() {
                Some(DIE_WITH_PARENT) => {
                    invocation.dies_with_parent = true;
                    continue;
                }
                Some("--explain") => Command::Explain,
                Some("--describe") => Command::Describe,
                Some("--libraries") => Command::Libraries,
                Some("--help" | "-h") => Command::Help,
                Some("--check") => {
                    let device = arguments.next().ok_or("--check takes a device, such as cuda:0")?;
                    Command::Check(device.to_string_lossy().into_owned())
                }
                _ => return Err(format!("unknown argument {}", argument.display())),
            };
        }
        Ok(invocation)
    }
}

/// The device of this name.
///
/// # Errors
/// `UnknownDevice`: there is no such name.
pub fn device(name: &str) -> Result<DeviceId, Reason> {
    name.parse().map_err(|_| JobReason::UnknownDevice { text: name.to_owned() }.into())
}

/// The largest request, in bytes.
const MAX_REQUEST: u64 = 1 << 20;

/// Reads the request.
///
/// # Errors
/// `RequestMissing`, or `RequestUnreadable` where the line cannot be read as one.
pub fn read_request(input: impl BufRead) -> Result<Request, Reason> {
    let mut line = String::new();
    let unreadable = |detail: String| JobReason::RequestUnreadable { detail };
    input.take(MAX_REQUEST).read_line(&mut line).map_err(|error| unreadable(error.to_string()))?;
    if line.trim().is_empty() {
        return Err(JobReason::RequestMissing.into());
    }
    serde_json::from_str(&line).map_err(|error| unreadable(error.to_string()).into())
}

/// Writes a frame and flushes it.
///
/// # Errors
/// The reader has closed the output.
pub fn write_frame(output: &mut impl Write, frame: &Frame) -> io::Result<()> {
    let mut line = serde_json::to_vec(frame)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

/// Writes the last frame: the outcome, or why there is none. Returns whether there is one.
///
/// # Errors
/// The reader has closed the output.
pub fn finish(outcome: Result<Frame, Reason>, output: &mut impl Write) -> io::Result<bool> {
    let (frame, done) = match outcome {
        Ok(frame) => (frame, true),
        Err(reason) => {
            tracing::error!(code = %reason.code(), "{reason}");
            (Frame::Failed(reason), false)
        }
    };
    write_frame(output, &frame).map(|()| done)
}

/// The exit status of a worker that succeeded or failed.
pub fn exit_code(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes a text to standard output.
pub fn print(text: &str) -> ExitCode {
    exit_code(io::stdout().write_all(text.as_bytes()).is_ok())
}

/// Writes a value to standard output as one line of JSON.
pub fn print_json(value: &impl Serialize) -> ExitCode {
    match serde_json::to_string(value) {
        Ok(line) => print(&(line + "\n")),
        Err(_) => ExitCode::FAILURE,
    }
}

/// Ends the process when its standard input ends: the one sign of the parent's death on every system.
pub fn end_with_input() {
    let mut rest = [0; 256];
    while !matches!(io::stdin().read(&mut rest), Ok(0) | Err(_)) {}
    std::process::exit(1);
}

#[cfg(test)]
mod tests {
    use cotejo_model::FailureCode;

    use super::*;

    fn parse(arguments: &str) -> Result<Invocation, String> {
        Invocation::parse(arguments.split_whitespace().map(OsString::from))
    }

    #[test]
    fn arguments_say_what_to_do() {
        let command = |arguments| parse(arguments).unwrap().command;
        assert_eq!(parse("").unwrap(), Invocation { command: Command::Measure, dies_with_parent: false });
        assert_eq!(parse(DIE_WITH_PARENT).unwrap(), Invocation { command: Command::Measure, dies_with_parent: true });
        assert!(parse("--explain --die-with-parent").unwrap().dies_with_parent);
        assert_eq!(command("--die-with-parent --explain"), Command::Explain);
        assert_eq!(command("--check cuda:1"), Command::Check("cuda:1".to_owned()));
        assert_eq!((command("--describe"), command("--libraries")), (Command::Describe, Command::Libraries));
        assert_eq!((command("-h"), command("--help")), (Command::Help, Command::Help));
        for (wrong, named) in [("--check", "cuda:0"), ("--fast", "--fast"), ("x", "x")] {
            assert!(parse(wrong).unwrap_err().contains(named), "{wrong}");
        }
    }

    #[test]
    fn only_devices_are_checked() {
        assert_eq!(device("cuda:1").unwrap(), DeviceId::Cuda(1));
        assert_eq!(device("gpu").unwrap_err(), JobReason::UnknownDevice { text: "gpu".to_owned() }.into());
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for empty in ["", "\n"] {
            assert_eq!(read_request(empty.as_bytes()).unwrap_err(), JobReason::RequestMissing.into());
        }
        let unreadable = read_request(b"{}\n".as_slice()).unwrap_err();
        assert_eq!((unreadable.name(), unreadable.code()), ("request_unreadable", FailureCode::InvalidJob));
    }

    #[test]
    fn the_last_frame_says_whether_it_is_done() {
        let mut output = Vec::new();
        assert!(!finish(Err(Reason::internal("so")), &mut output).unwrap());
        assert!(output.ends_with(b"\n"));
        assert!(matches!(serde_json::from_slice(&output).unwrap(), Frame::Failed(_)));
    }
}
