//! The worker as a process.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::{Command, ExitCode, Stdio};

use cotejo_model::frames::Request;
use cotejo_model::reason::WorkerReason;
use cotejo_model::{DeviceId, Precision, variables};
use tracing_subscriber::EnvFilter;

use crate::{Errand, describe, gpu, host, read_request, run, run_check};

const USAGE: &str = "\
Carries out one job: reads a request from standard input (one line of JSON), writes frames to standard output.

Usage: cotejo-worker [--describe | --libraries | --check DEVICE | --explain] [--die-with-parent]

  --describe         Say what this worker offers, and end
  --libraries        Say which of the libraries that GPUs need are there, and end
  --check DEVICE     Compute something small on a GPU, such as cuda:0, check the answer, and end
  --explain          Say how the optimized engine computes the job, layer by layer, instead of measuring it
  --die-with-parent  End as soon as standard input does
  --help             Show this
";

/// Candle reads this before every matrix product, and rayon once.
const THREADS: &str = "RAYON_NUM_THREADS";
/// Candle sizes its second pool by this, or else by the first.
const CANDLE_THREADS: &str = "CANDLE_NUM_THREADS";
/// The index of a GPU is then the same to CUDA as to the driver's management library.
const DEVICE_ORDER: &str = "CUDA_DEVICE_ORDER";
/// `0` keeps all of NVIDIA's libraries from TF32: by default candle's convolutions use it where f32 is asked for.
const TF32_OVERRIDE: &str = "NVIDIA_TF32_OVERRIDE";
const DIE_WITH_PARENT: &str = "--die-with-parent";

/// Success after `Done`, 1 after `Failed` or when the frames cannot be written, 2 when the arguments make no sense.
/// `arguments` are those after the program's name, or after the subcommand that stands for this program.
pub fn main_stdio(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut die_with_parent = false;
    let mut errand = Errand::Measure;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--libraries") => return print(&(serde_json::json!(gpu::libraries()).to_string() + "\n")),
            Some("--check") => return check(arguments.next().as_deref()),
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
            Err(error) => Err(WorkerReason::NotRestarted { detail: error.to_string() }.into()),
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

/// Checks a device and writes one frame.
fn check(device: Option<&OsStr>) -> ExitCode {
    let Some(device) = device.and_then(OsStr::to_str).and_then(|device| device.parse().ok()) else {
        eprint!("--check takes a device, such as cuda:0\n\n{USAGE}");
        return ExitCode::from(2);
    };
    log_to_stderr();
    run_check(device, &mut io::stdout()).map_or(ExitCode::FAILURE, code)
}

fn code(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(text: &str) -> ExitCode {
    code(io::stdout().write_all(text.as_bytes()).is_ok())
}

fn log_to_stderr() {
    let named = env::var(variables::LOG).ok().filter(|named| !named.is_empty());
    let filter = named.and_then(|named| EnvFilter::try_new(named).ok()).unwrap_or_else(|| EnvFilter::new("warn"));
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

/// What must stand in the environment before candle and NVIDIA's libraries look at it, and what must not.
fn environment(request: &Request) -> Vec<(&'static str, Option<String>)> {
    let threads = host::thread_count(request.job.workload.threads).to_string();
    let mut wanted = vec![(THREADS, Some(threads.clone())), (CANDLE_THREADS, Some(threads))];
    if let DeviceId::Cuda(_) = request.job.device {
        let strict = request.job.workload.precision == Precision::F32;
        wanted.push((DEVICE_ORDER, Some("PCI_BUS_ID".to_owned())));
        wanted.push((TF32_OVERRIDE, strict.then(|| "0".to_owned())));
    }
    wanted
}

/// Whether candle will use the job's threads, and a GPU the job's precision.
fn environment_fits(request: &Request) -> bool {
    environment(request).into_iter().all(|(name, wanted)| match (env::var(name).ok(), wanted) {
        // By the first, candle also sizes the second.
        (None, Some(_)) => name == CANDLE_THREADS,
        (found, wanted) => found == wanted,
    })
}

/// Runs the request in a new process whose environment gives candle its number of threads. A program cannot safely
/// change its own.
fn start_over(request: &Request) -> io::Result<ExitCode> {
    let arguments = env::args_os().skip(1).filter(|argument| argument != DIE_WITH_PARENT);
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).arg(DIE_WITH_PARENT).stdin(Stdio::piped());
    for (name, wanted) in environment(request) {
        match wanted {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = command.spawn()?;
    let mut input = child.stdin.take().expect("it is piped");
    let sent = writeln!(input, "{}", serde_json::json!(request)).and_then(|()| input.flush());
    let status = child.wait()?;
    // A child that ended before it had read everything has said why.
    drop((sent, input));
    Ok(code(status.success()))
}
