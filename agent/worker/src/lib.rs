//! Cotejo's worker: one process that carries out one job. It reads a request from standard input, writes frames to
//! standard output (both JSON, one object a line) and logs to standard error, so that it can be run by hand.

mod classify;
pub mod compiled;
mod explain;
mod gpu;
mod host;
mod input;
pub mod job;
pub mod labels;
pub mod matmul;
pub mod measure;
pub mod models;
mod outcome;
pub mod preprocess;
mod process;
pub mod weights;

use std::any::Any;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use cotejo_model::frames::{Description, Frame, Offer, Request};
use cotejo_model::reason::{JobReason, WorkerReason};
use cotejo_model::{DeviceId, DeviceKind, Engine, Precision, Reason};

pub use process::main_stdio;

/// The worker's version and candle's.
pub const BUILD: &str = concat!("cotejo-worker ", env!("CARGO_PKG_VERSION"), ", candle 0.11.1");

/// What this worker offers.
pub fn describe() -> Description {
    let cpu = Offer {
        kind: DeviceKind::Cpu,
        engines: vec![Engine::Optimized, Engine::Reference],
        precisions: vec![Precision::F32],
    };
    let gpu = Offer { kind: DeviceKind::Cuda, engines: gpu::engines(), precisions: Precision::ALL.to_vec() };
    Description { build: BUILD.to_owned(), devices: vec![cpu, gpu] }
}

/// The most bytes that a request may have.
const MAX_REQUEST: u64 = 1 << 20;

/// Reads the one request.
pub fn read_request(input: impl BufRead) -> Result<Request, Reason> {
    let mut line = String::new();
    let unreadable = |detail: String| JobReason::RequestUnreadable { detail };
    input.take(MAX_REQUEST).read_line(&mut line).map_err(|error| unreadable(error.to_string()))?;
    if line.trim().is_empty() {
        return Err(JobReason::RequestMissing.into());
    }
    serde_json::from_str(&line).map_err(|error| unreadable(error.to_string()).into())
}

/// What a process of the worker is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Carry the job out.
    Measure,
    /// Say how the engine computes it.
    Explain,
}

/// Carries out a request and writes its frames, the last of which is `Done`, `Explained` or `Failed`; true unless it is
/// `Failed`. An error means that the frames could not be written.
///
/// The job runs on its own pool of threads, but candle sizes some of its loops by `RAYON_NUM_THREADS`: set it to the
/// job's threads before the process starts, as `main_stdio` does.
pub fn run(errand: Errand, request: Result<Request, Reason>, output: &mut (impl Write + Send)) -> io::Result<bool> {
    let outcome = request.and_then(|request| {
        let mut report = |progress| {
            write_frame(output, &Frame::Progress(progress))
                .map_err(|error| WorkerReason::NobodyReads { detail: error.to_string() }.into())
        };
        let perform = || match errand {
            Errand::Measure => job::perform(&request, &mut report).map(|done| Frame::Done(Box::new(done))),
            Errand::Explain => explain::explain(&request, &mut report).map(|said| Frame::Explained(Box::new(said))),
        };
        kept(perform)
    });
    finish(outcome, output)
}

/// Checks a device and writes the one frame of it: `Checked` or `Failed`.
pub fn run_check(device: DeviceId, output: &mut impl Write) -> io::Result<bool> {
    finish(kept(|| gpu::check(device).map(|check| Frame::Checked(Box::new(check)))), output)
}

/// Its answer; a panic is a failure.
fn kept(work: impl FnOnce() -> Result<Frame, Reason>) -> Result<Frame, Reason> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(explain_panic(panic.as_ref())))
}

fn finish(outcome: Result<Frame, Reason>, output: &mut impl Write) -> io::Result<bool> {
    let (frame, done) = match outcome {
        Ok(frame) => (frame, true),
        Err(failure) => {
            tracing::error!("{failure}");
            (Frame::Failed(failure), false)
        }
    };
    write_frame(output, &frame).map(|()| done)
}

fn write_frame(output: &mut impl Write, frame: &Frame) -> io::Result<()> {
    let mut line = serde_json::to_vec(frame)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

fn explain_panic(panic: &(dyn Any + Send)) -> Reason {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    WorkerReason::Panicked { detail: text.map(str::to_owned) }.into()
}

/// A defect of the worker's own, or of a library.
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
