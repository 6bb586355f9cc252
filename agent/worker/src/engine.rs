//! What every engine has in common: the trait by which it is measured, and the tools for loading and checking.

use std::path::{Path, PathBuf};
use std::time::Instant;

use cotejo_cpu::{BadInstructionSet, InstructionSet};
use cotejo_model::frames::Request;
use cotejo_model::job::Weights;
use cotejo_model::measurement::{EnginePlan, EventTimes};
use cotejo_model::reason::{AnswerReason, DeviceReason, JobFile, JobReason, MemoryReason};
use cotejo_model::{Model, Reason};

use crate::{internal, weights};

/// A classification task: the model and the shape of its input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classify {
    pub(crate) model: Model,
    /// Height and width of the input, in pixels.
    pub(crate) size: u32,
    /// Images in one forward pass.
    pub(crate) batch: u32,
}

/// A workload that is loaded on a device, ready to run again and again.
pub(crate) trait Engine {
    /// Runs once, and returns when the device is done.
    fn run(&mut self) -> Result<(), Reason>;

    /// Checks the last answer; called after each run, outside the measured time.
    fn check(&mut self) -> Result<(), Reason>;

    /// Times copies to and from the device; `None` on a CPU.
    fn copies(&mut self) -> Result<Option<Copies>, Reason> {
        Ok(None)
    }

    /// The logits of the last run's first image; empty for a product. Called once, after the last run: an engine that
    /// skips checks of single runs makes up for it here.
    fn logits(&mut self) -> Result<Vec<f32>, Reason>;

    /// The algorithm of each layer, for engines that compile the network.
    fn plan(&self) -> Option<EnginePlan> {
        None
    }
}

/// Times of copies between the host and a device.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copies {
    /// Host to device, in nanoseconds.
    pub(crate) upload_ns: u64,
    /// Device to host, in nanoseconds.
    pub(crate) download_ns: u64,
    /// The same by the device's own clock, where it has one.
    pub(crate) events: Option<EventTimes>,
}

/// The path that the request gives for a file that its job names by digest.
pub(crate) fn named(given: Option<&PathBuf>, file: JobFile) -> Result<&Path, Reason> {
    given.map(PathBuf::as_path).ok_or_else(|| JobReason::FileNotGiven { file }.into())
}

/// Loads the weights that a request names.
pub(crate) fn tensors(request: &Request, model: Model) -> Result<weights::Tensors, Reason> {
    match &request.job.weights {
        Weights::Random { seed } => weights::random(model, *seed).map_err(internal),
        Weights::File { digest } => {
            weights::from_file(model, named(request.weights.as_ref(), JobFile::Weights)?, digest)
        }
    }
}

/// Translates an error of the CPU engine's compiler.
pub(crate) fn refused(error: cotejo_cpu::CompileError) -> Reason {
    use cotejo_cpu::CompileError;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    match error {
        CompileError::Unsupported { layer, reason } => {
            DeviceReason::LayerUnsupported { layer, detail: reason.to_owned() }.into()
        }
        CompileError::Empty => DeviceReason::NothingToCompute.into(),
        CompileError::TooLarge { images, height, width } => {
            let [images, height, width] = [images, height, width].map(|count| count as u64);
            DeviceReason::NetworkTooLarge { images, height, width }.into()
        }
        CompileError::Memory { bytes } => MemoryReason::Refused { needs_bytes: bytes as u64 }.into(),
        CompileError::Thread(error) => DeviceReason::ThreadsNotStarted { detail: error.to_string() }.into(),
        CompileError::Streams { streams, threads } => {
            JobReason::StreamsOverThreads { streams: count(streams), threads: count(threads) }.into()
        }
        CompileError::InstructionSet(set) => lacking(set),
    }
}

fn lacking(set: InstructionSet) -> Reason {
    let has = InstructionSet::available().map(|set| set.name().to_owned()).collect();
    DeviceReason::InstructionSetMissing { name: set.name().to_owned(), has }.into()
}

/// The instruction set that the plans of this process use: the processor's best, or the one that the environment names.
pub(crate) fn instruction_set() -> Result<InstructionSet, Reason> {
    InstructionSet::detect().map_err(|error| match error {
        BadInstructionSet::Unknown(name) => {
            let known = InstructionSet::ALL.iter().map(|set| set.name().to_owned()).collect();
            DeviceReason::InstructionSetUnknown { name, known }.into()
        }
        BadInstructionSet::Unavailable(set) => lacking(set),
    })
}

/// Refuses logits that are not finite.
pub(crate) fn check_logits(logits: &[f32]) -> Result<(), Reason> {
    match logits.iter().position(|logit| !logit.is_finite()) {
        None => Ok(()),
        Some(at) => Err(AnswerReason::NotFinite { logit: u32::try_from(at).unwrap_or(u32::MAX) }.into()),
    }
}

/// A figure as a reason carries it: none where it is not a number.
pub(crate) fn finite(figure: f32) -> Option<f64> {
    Some(f64::from(figure)).filter(|figure| figure.is_finite())
}

/// The largest difference between two sets of logits, over the root mean square of the expected ones.
pub(crate) fn error_of_logits(expected: &[f32], found: &[f32]) -> f32 {
    let rms = (expected.iter().map(|logit| logit * logit).sum::<f32>() / expected.len() as f32).sqrt();
    let differences = expected.iter().zip(found).map(|(expected, found)| (expected - found).abs());
    let largest = differences.fold(0.0_f32, |a, b| if b > a || b.is_nan() { b } else { a });
    // All logits may be zero with weights from a file.
    if largest == 0.0 { 0.0 } else { largest / rms }
}

/// The result of some work, and the nanoseconds that it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> Result<T, Reason>) -> Result<(T, u64), Reason> {
    let start = Instant::now();
    let value = work()?;
    Ok((value, u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)))
}

/// The median of times, of which there must be at least one.
pub(crate) fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times[times.len() / 2]
}
