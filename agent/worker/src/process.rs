//! The worker's process: arguments, environment, exit status.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::{self, ExitCode, Stdio};

use cotejo_model::frames::Request;
use cotejo_model::reason::WorkerReason;
use cotejo_model::{DeviceId, Precision, variables};
use cotejo_worker_stdio::{self as stdio, Command, DIE_WITH_PARENT, Invocation};
use tracing_subscriber::EnvFilter;

use crate::{describe, explain, gpu, host, measure, run, run_check};

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

/// Number of threads: candle reads it before every matrix product, rayon once.
const THREADS: &str = "RAYON_NUM_THREADS";
/// Number of threads of candle's second pool; `THREADS` where it is not set.
const CANDLE_THREADS: &str = "CANDLE_NUM_THREADS";
/// Order of GPUs: CUDA then counts them as the driver's management library does.
const DEVICE_ORDER: &str = "CUDA_DEVICE_ORDER";
/// `0` keeps all of NVIDIA's libraries from TF32: by default candle's convolutions use it where f32 is asked for.
const TF32_OVERRIDE: &str = "NVIDIA_TF32_OVERRIDE";

/// Runs the worker. Exits with success after `Done`, 1 after `Failed` or when the frames cannot be written, 2 when the
/// arguments make no sense. `arguments` are those after the program's name, or after the subcommand that stands for this program.
pub fn main_stdio(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Invocation { command, dies_with_parent } = match Invocation::parse(arguments) {
        Ok(invocation) => invocation,
        Err(error) => {
            eprint!("{error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let work = match command {
        Command::Measure => measure,
        Command::Explain => explain,
        Command::Describe => return stdio::print_json(&describe()),
        Command::Libraries => return stdio::print_json(&gpu::libraries()),
        Command::Check(device) => return check(&device),
        Command::Help => return stdio::print(USAGE),
    };
    log_to_stderr();
    let request = stdio::read_request(io::stdin().lock());
    if dies_with_parent {
        std::thread::spawn(stdio::end_with_input);
    }
    let request = match request {
        Ok(request) if !environment_fits(&request) => match start_over(&request) {
            Ok(code) => return code,
            Err(error) => Err(WorkerReason::NotRestarted { detail: error.to_string() }.into()),
        },
        request => request,
    };
    run(work, request, &mut io::stdout()).map_or_else(
        |error| {
            tracing::error!("the frames cannot be written: {error}");
            ExitCode::FAILURE
        },
        stdio::exit_code,
    )
}

/// Checks a device and writes one frame.
fn check(device: &str) -> ExitCode {
    log_to_stderr();
    run_check(stdio::device(device), &mut io::stdout()).map_or(ExitCode::FAILURE, stdio::exit_code)
}

fn log_to_stderr() {
    let named = env::var(variables::LOG).ok().filter(|named| !named.is_empty());
    let filter = named.and_then(|named| EnvFilter::try_new(named).ok()).unwrap_or_else(|| EnvFilter::new("warn"));
    // An error means that this process logs already: that goes on.
    let colours = io::stderr().is_terminal();
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours).try_init();
}

/// The variables that candle and NVIDIA's libraries read at their start, as this job needs them; `None` must be unset.
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

/// Whether the environment gives the job its threads and its precision.
fn environment_fits(request: &Request) -> bool {
    environment(request).into_iter().all(|(name, wanted)| match (env::var(name).ok(), wanted) {
        // Candle falls back to the first.
        (None, Some(_)) => name == CANDLE_THREADS,
        (found, wanted) => found == wanted,
    })
}

/// Runs the request in a new process with the environment that it needs: a program cannot safely change its own.
fn start_over(request: &Request) -> io::Result<ExitCode> {
    let arguments = env::args_os().skip(1).filter(|argument| argument != DIE_WITH_PARENT);
    let mut command = process::Command::new(env::current_exe()?);
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
    // A child that ended before it had read everything has reported why.
    drop((sent, input));
    Ok(stdio::exit_code(status.success()))
}
