//! One workload made ready on one device: what every engine has in common, and the tools that they share.

use std::path::{Path, PathBuf};
use std::time::Instant;

use cotejo_cpu::{BadInstructionSet, InstructionSet};
use cotejo_model::frames::Request;
use cotejo_model::job::Weights;
use cotejo_model::measurement::{EnginePlan, EventTimes};
use cotejo_model::reason::{AnswerReason, DeviceReason, JobFile, JobReason, MemoryReason};
use cotejo_model::{Model, Reason};

use crate::{internal, weights};

/// What is classified by what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classify {
    pub(crate) model: Model,
    /// Pixels a side.
    pub(crate) size: u32,
    /// Images in one forward.
    pub(crate) batch: u32,
}

/// One workload made ready on one device.
pub(crate) trait Engine {
    /// Computes once, and waits for the end.
    fn run(&mut self) -> Result<(), Reason>;

    /// Whether the last answer can be trusted; is asked after each run.
    fn check(&mut self) -> Result<(), Reason>;

    /// Copies to and from the device; none on a CPU.
    fn copies(&mut self) -> Result<Option<Copies>, Reason> {
        Ok(None)
    }

    /// The logits of the first image of the last run; a product has none. An engine that checks few of its runs checks the
    /// last one here.
    fn logits(&mut self) -> Result<Vec<f32>, Reason>;

    /// How it computes, where there is something to say.
    fn plan(&self) -> Option<EnginePlan> {
        None
    }
}

/// How long copies between the host and a device take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copies {
    /// To the device, in nanoseconds.
    pub(crate) upload_ns: u64,
    /// From the device, in nanoseconds.
    pub(crate) download_ns: u64,
    /// By the device's own clock, where it tells.
    pub(crate) events: Option<EventTimes>,
}

/// The file that the request gives for what its job names by digest.
pub(crate) fn named(given: Option<&PathBuf>, file: JobFile) -> Result<&Path, Reason> {
    given.map(PathBuf::as_path).ok_or_else(|| JobReason::FileNotGiven { file }.into())
}

/// The weights that a request names.
pub(crate) fn tensors(request: &Request, model: Model) -> Result<weights::Tensors, Reason> {
    match &request.job.weights {
        Weights::Random { seed } => weights::random(model, *seed).map_err(internal),
        Weights::File { digest } => {
            weights::from_file(model, named(request.weights.as_ref(), JobFile::Weights)?, digest)
        }
    }
}

/// What cannot be compiled is a job that this engine cannot do.
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

/// The instruction set that the plans of this process use.
pub(crate) fn instruction_set() -> Result<InstructionSet, Reason> {
    InstructionSet::detect().map_err(|error| match error {
        BadInstructionSet::Unknown(name) => {
            let known = InstructionSet::ALL.iter().map(|set| set.name().to_owned()).collect();
            DeviceReason::InstructionSetUnknown { name, known }.into()
        }
        BadInstructionSet::Unavailable(set) => lacking(set),
    })
}

/// Logits that are no numbers mean that the weights are of no use.
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

/// The largest difference of a logit over their root mean square.
pub(crate) fn error_of_logits(expected: &[f32], found: &[f32]) -> f32 {
    let rms = (expected.iter().map(|logit| logit * logit).sum::<f32>() / expected.len() as f32).sqrt();
    let differences = expected.iter().zip(found).map(|(expected, found)| (expected - found).abs());
    let largest = differences.fold(0.0_f32, |a, b| if b > a || b.is_nan() { b } else { a });
    // All logits may be zero with weights from a file.
    if largest == 0.0 { 0.0 } else { largest / rms }
}

/// What it gives, and its nanoseconds.
pub(crate) fn timed<T>(work: impl FnOnce() -> Result<T, Reason>) -> Result<(T, u64), Reason> {
    let start = Instant::now();
    let value = work()?;
    Ok((value, u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)))
}

/// The median of some times.
pub(crate) fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times[times.len() / 2]
}
