//! The worker as a process.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::{Command, ExitCode, Stdio};

use cotejo_model::frames::Request;
use tracing_subscriber::EnvFilter;

use crate::{Errand, describe, host, internal, read_request, run};

const USAGE: &str = "\
Carries out one job: reads a request from standard input (one line of JSON), writes frames to standard output.

Usage: cotejo-worker [--describe | --explain] [--die-with-parent]

  --describe         Say what this worker offers, and end
  --explain          Say how the optimized engine computes the job, layer by layer, instead of measuring it
  --die-with-parent  End as soon as standard input does
  --help             Show this
";

/// Candle reads this before every matrix product, and rayon once.
const THREADS: &str = "RAYON_NUM_THREADS";
/// Candle sizes its second pool by this, or else by the first.
const CANDLE_THREADS: &str = "CANDLE_NUM_THREADS";
const DIE_WITH_PARENT: &str = "--die-with-parent";

/// Success after `Done`, 1 after `Failed` or when the frames cannot be written, 2 when the arguments make no sense.
/// `arguments` are those after the program's name, or after the subcommand that stands for this program.
pub fn main_stdio(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut die_with_parent = false;
    let mut errand = Errand::Measure;
    for argument in arguments {
        match argument.to_str() {
            Some("--describe") => return print(&(serde_json::json!(describe()).to_string() + "\n")),
            Some("--help" | "-h") => return print(USAGE),
            Some(DIE_WITH_PARENT) => die_with_parent = true,
            Some("--explain") => errand = Errand::Explain,
            _ => {
                eprint!("unknown argument {}\n\n{USAGE}", argument.display());
                return ExitCode::from(2);
            }
        }
    }
    log_to_stderr();
    let request = read_request(io::stdin().lock());
    if die_with_parent {
        std::thread::spawn(end_with_input);
    }
    let request = match request {
        Ok(request) if !environment_fits(&request) => match start_over(&request) {
            Ok(code) => return code,
            Err(error) => Err(internal(format!("the worker cannot start itself again: {error}"))),
        },
        request => request,
    };
    run(errand, request, &mut io::stdout()).map_or_else(
        |error| {
            tracing::error!("the frames cannot be written: {error}");
            ExitCode::FAILURE
        },
        code,
    )
}

fn code(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(text: &str) -> ExitCode {
    code(io::stdout().write_all(text.as_bytes()).is_ok())
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("COTEJO_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // In a process that logs already, that goes on.
    let colours = io::stderr().is_terminal();
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours).try_init();
}

/// Standard input stays open for as long as the parent lives: its end is the one sign of the parent's death that all
/// systems give.
fn end_with_input() {
    let mut rest = [0; 256];
    while !matches!(io::stdin().read(&mut rest), Ok(0) | Err(_)) {}
    std::process::exit(1);
}

/// Whether candle will use the job's threads.
fn environment_fits(request: &Request) -> bool {
    let threads = host::thread_count(request.job.workload.threads).to_string();
    let fits = |name| env::var(name).map(|value| value == threads);
    fits(THREADS).unwrap_or(false) && fits(CANDLE_THREADS).unwrap_or(true)
}

/// Runs the request in a new process whose environment gives candle its number of threads. A program cannot safely
/// change its own.
fn start_over(request: &Request) -> io::Result<ExitCode> {
    let threads = host::thread_count(request.job.workload.threads).to_string();
    let arguments = env::args_os().skip(1).filter(|argument| argument != DIE_WITH_PARENT);
    let mut child = Command::new(env::current_exe()?)
        .args(arguments)
        .arg(DIE_WITH_PARENT)
        .env(THREADS, &threads)
        .env(CANDLE_THREADS, &threads)
        .stdin(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().expect("it is piped");
    let sent = writeln!(input, "{}", serde_json::json!(request)).and_then(|()| input.flush());
    let status = child.wait()?;
    // A child that ended before it had read everything has said why.
    drop((sent, input));
    Ok(code(status.success()))
}
