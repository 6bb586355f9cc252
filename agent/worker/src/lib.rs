//! Cotejo's worker: one process that carries out one job. It reads a request from standard input, writes frames to
//! standard output (both JSON, one object per line) and logs to standard error, so that it can be run by hand.

mod agreement;
mod classify;
pub mod compiled;
mod engine;
mod explain;
mod gpu;
mod host;
mod input;
mod job;
pub mod labels;
mod matmul;
mod measure;
pub mod models;
mod outcome;
mod prepared;
pub mod preprocess;
mod process;
mod products;
mod reference;
pub mod weights;

use std::any::Any;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use cotejo_model::frames::{Description, Frame, Offer, Request};
use cotejo_model::reason::WorkerReason;
use cotejo_model::{DeviceId, DeviceKind, Engine, Precision, Reason};
use cotejo_worker_stdio::{finish, write_frame};

pub use process::main_stdio;

/// The versions of the worker and of candle, as measurements record them.
pub const BUILD: &str = concat!("cotejo-worker ", env!("CARGO_PKG_VERSION"), ", candle 0.11.1");

/// The devices, engines and precisions that this build supports.
pub fn describe() -> Description {
    let cpu = Offer {
        kind: DeviceKind::Cpu,
        engines: vec![Engine::Optimized, Engine::Reference],
        precisions: vec![Precision::F32],
    };
    let gpu = Offer { kind: DeviceKind::Cuda, engines: gpu::engines(), precisions: Precision::ALL.to_vec() };
    Description { build: BUILD.to_owned(), devices: vec![cpu, gpu] }
}

/// Measures a job.
fn measure(request: &Request, report: &mut measure::Report<'_>) -> Result<Frame, Reason> {
    job::perform(request, report).map(|done| Frame::Done(Box::new(done)))
}

/// Explains how the engine computes a job.
fn explain(request: &Request, report: &mut measure::Report<'_>) -> Result<Frame, Reason> {
    explain::explain(request, report).map(|said| Frame::Explained(Box::new(said)))
}

/// Answers a request in frames. The last one is the work's result, or `Failed`; returns whether it was a result.
///
/// # Errors
/// The frames could not be written.
///
/// The job runs on its own pool of threads, but candle sizes some of its loops by `RAYON_NUM_THREADS`: set it to the
/// job's threads before the process starts, as `main_stdio` does.
fn run(
    work: fn(&Request, &mut measure::Report<'_>) -> Result<Frame, Reason>,
    request: Result<Request, Reason>,
    output: &mut (impl Write + Send),
) -> io::Result<bool> {
    let outcome = request.and_then(|request| {
        let mut report = |progress| {
            write_frame(output, &Frame::Progress(progress))
                .map_err(|error| WorkerReason::NobodyReads { detail: error.to_string() }.into())
        };
        kept(|| work(&request, &mut report))
    });
    finish(outcome, output)
}

/// Checks a device and writes the one frame of it: `Checked` or `Failed`.
fn run_check(device: Result<DeviceId, Reason>, output: &mut impl Write) -> io::Result<bool> {
    let checked = kept(|| gpu::check(device?).map(|check| Frame::Checked(Box::new(check))));
    finish(checked, output)
}

/// Runs the work; a panic becomes a failure.
fn kept(work: impl FnOnce() -> Result<Frame, Reason>) -> Result<Frame, Reason> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(explain_panic(panic.as_ref())))
}

fn explain_panic(panic: &(dyn Any + Send)) -> Reason {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    WorkerReason::Panicked { detail: text.map(str::to_owned) }.into()
}

/// The reason for a defect of the worker, or of a library.
pub(crate) fn internal(error: impl std::fmt::Display) -> Reason {
    Reason::internal(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_names_the_candle_that_was_linked() {
        let lock = include_str!("../../../Cargo.lock");
        let (_, candle) = lock.split_once("name = \"candle-core\"\nversion = \"").expect("candle is locked");
        let (version, _) = candle.split_once('"').expect("a version ends");
        assert!(BUILD.ends_with(&format!("candle {version}")), "{BUILD}, but {version} is locked");
    }

    #[test]
    fn a_panic_becomes_a_failure_with_its_message() {
        let panic = catch_unwind(|| panic!("index {} is out of range", 7)).unwrap_err();
        let failure = explain_panic(panic.as_ref());
        let detail = Some("index 7 is out of range".to_owned());
        assert_eq!(failure, WorkerReason::Panicked { detail }.into());
    }
}
