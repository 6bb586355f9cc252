//! A classification: from image and weights to times and answers, on either engine and device.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Module as _, Tensor};
use cotejo_cpu::{BadInstructionSet, InstructionSet, Options, Step, Streams};
use cotejo_model::frames::Request;
use cotejo_model::job::Weights;
use cotejo_model::measurement::{CompiledFor, EnginePlan, Input, LayerAlgorithm, Stages};
use cotejo_model::measuring::LARGEST_CHECKED;
use cotejo_model::models::network;
use cotejo_model::reason::{AnswerReason, DeviceReason, JobFile, JobReason, MemoryReason};
use cotejo_model::{DeviceId, Engine, Model, Precision, Reason};

use crate::gpu::{self, Gpu};
use crate::measure::{Report, Times, measure};
use crate::models::Network;
use crate::outcome::Outcome;
use crate::{compiled, host, internal, labels, preprocess, weights};

/// What is classified by what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classify {
    pub(crate) model: Model,
    pub(crate) size: u32,
    pub(crate) batch: u32,
}

/// How far a logit may be from the reference engine's on the CPU, over their root mean square. Another image's logits
/// differ by more than 3.
fn tolerance(model: Model, precision: Precision) -> f32 {
    let measured = &network(model).measured;
    match precision {
        // Its seeded weights magnify rounding some hundred times more than those of the others.
        Precision::F32 if model == Model::MobileNetV3Large => 5e-3,
        Precision::F32 => 1e-3,
        Precision::Tf32 | Precision::F16 => measured.half_tolerance,
        Precision::Bf16 => measured.bf16_tolerance,
    }
}

/// Prepares, measures, checks.
pub(crate) fn classify(
    request: &Request,
    task: Classify,
    threads: usize,
    report: &mut Report<'_>,
) -> Result<Outcome, Reason> {
    let prepared = Prepared::new(request, task)?;
    let (device, workload) = (request.job.device, &request.job.workload);
    let measured = match (device, workload.engine) {
        (DeviceId::Cuda(index), _) => gpu::classify(request, task, index, &prepared.tensor, report)?,
        (DeviceId::Cpu, Engine::Reference) => by_reference(request, task, &prepared.tensor, report)?,
        (DeviceId::Cpu, Engine::Optimized) => by_plan(request, task, threads, &prepared.tensor, report)?,
    };
    // Before the check, which may take more than the engine that was measured.
    let peak_memory_bytes = host::peak_memory();
    let is_reference = device == DeviceId::Cpu && workload.engine == Engine::Reference;
    let logit_error = if is_reference || task.size > LARGEST_CHECKED {
        None
    } else {
        Some(difference(request, task, &prepared.tensor, &measured.logits)?)
    };
    let Stages { decode_ns, preprocess_ns, .. } = prepared.stages;
    let stages = Stages { decode_ns, preprocess_ns, ..measured.stages };
    Ok(Outcome {
        times: measured.times,
        stages,
        input: Some(prepared.input),
        answers: labels::top(&measured.logits, matches!(request.job.weights, Weights::File { .. })),
        plan: measured.plan,
        logit_error,
        peak_memory_bytes,
        gpu: measured.gpu,
    })
}

/// The network's input.
pub(crate) struct Prepared {
    /// `[batch, 3, size, size]`.
    pub(crate) tensor: Tensor,
    input: Input,
    stages: Stages,
}

impl Prepared {
    pub(crate) fn new(request: &Request, task: Classify) -> Result<Self, Reason> {
        let job = &request.job;
        let (image, decode_ns) = timed(|| match &job.image {
            Some(digest) => preprocess::load(named(request.image.as_ref(), JobFile::Image)?, digest),
            None => Ok(preprocess::built_in()),
        })?;
        let input = Input { image: job.image, width: image.width(), height: image.height() };
        let (tensor, preprocess_ns) = timed(|| preprocess::to_tensor(&image, task.size, task.batch))?;
        let stages = Stages { decode_ns: Some(decode_ns), preprocess_ns: Some(preprocess_ns), ..Stages::default() };
        Ok(Self { tensor, input, stages })
    }
}

/// The file that the request gives for what its job names by digest.
fn named(given: Option<&PathBuf>, file: JobFile) -> Result<&Path, Reason> {
    given.map(PathBuf::as_path).ok_or_else(|| JobReason::FileNotGiven { file }.into())
}

pub(crate) fn tensors(request: &Request, model: Model) -> Result<weights::Tensors, Reason> {
    match &request.job.weights {
        Weights::Random { seed } => weights::random(model, *seed).map_err(internal),
        Weights::File { digest } => {
            weights::from_file(model, named(request.weights.as_ref(), JobFile::Weights)?, digest)
        }
    }
}

/// What an engine gave.
pub(crate) struct Measured {
    pub(crate) times: Times<()>,
    /// Of the first image.
    pub(crate) logits: Vec<f32>,
    /// All but the image's.
    pub(crate) stages: Stages,
    pub(crate) plan: Option<EnginePlan>,
    pub(crate) gpu: Option<Gpu>,
}

fn reference(request: &Request, model: Model) -> Result<Network, Reason> {
    let tensors = tensors(request, model)?;
    Network::new(model, &weights::builder(tensors)).map_err(internal)
}

fn by_reference(
    request: &Request,
    task: Classify,
    input: &Tensor,
    report: &mut Report<'_>,
) -> Result<Measured, Reason> {
    let (network, load_ns) = timed(|| reference(request, task.model))?;
    let check = |logits: &Tensor| {
        let logits: Vec<f32> = logits.flatten_all().and_then(|logits| logits.to_vec1()).map_err(internal)?;
        check_logits(&logits)
    };
    let times = measure(&request.job.measuring, || network.forward(input).map_err(internal), check, report)?;
    let logits = times.answer.get(0).and_then(|image| image.to_vec1()).map_err(internal)?;
    let stages = Stages { load_ns, ..Stages::default() };
    Ok(Measured { times: times.without_answer(), logits, stages, plan: None, gpu: None })
}

fn by_plan(
    request: &Request,
    task: Classify,
    threads: usize,
    input: &Tensor,
    report: &mut Report<'_>,
) -> Result<Measured, Reason> {
    let input: Arc<[f32]> = values(input)?.into();
    let (mut streams, load_ns) = timed(|| compile(request, task, threads, input))?;
    let count = streams.count();
    let plan = engine_plan(instruction_set()?, streams.steps());
    let streams = RefCell::new(&mut streams);
    let run = || {
        streams.borrow_mut().forward();
        Ok(())
    };
    let check = |(): &()| (0..count).try_for_each(|stream| check_logits(&streams.borrow().logits(stream)));
    let times = measure(&request.job.measuring, run, check, report)?;
    let mut logits = streams.borrow().logits(0);
    logits.truncate(crate::models::CLASSES);
    let stages = Stages { load_ns, ..Stages::default() };
    Ok(Measured { times, logits, stages, plan: Some(plan), gpu: None })
}

/// The plans of a workload. Whatever they are made from is gone when they are ready.
fn compile(request: &Request, task: Classify, threads: usize, input: Arc<[f32]>) -> Result<Streams, Reason> {
    let workload = &request.job.workload;
    let network = compiled::network(task.model, &tensors(request, task.model)?).map_err(internal)?;
    let size = task.size as usize;
    let options = Options {
        images: task.batch as usize,
        height: size,
        width: size,
        threads,
        instruction_set: instruction_set()?,
        exact: workload.exact,
    };
    Streams::compile(network, options, workload.streams as usize, input).map_err(refused)
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

fn engine_plan(instruction_set: InstructionSet, steps: &[Step]) -> EnginePlan {
    let layer = |step: &Step| LayerAlgorithm { layer: step.layer.clone(), algorithm: step.algorithm.clone() };
    EnginePlan {
        instruction_set: CompiledFor::Instructions(instruction_set.to_string()),
        layers: steps.iter().map(layer).collect(),
    }
}

pub(crate) fn values(tensor: &Tensor) -> Result<Vec<f32>, Reason> {
    tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).map_err(internal)
}

pub(crate) fn check_logits(logits: &[f32]) -> Result<(), Reason> {
    match logits.iter().position(|logit| !logit.is_finite()) {
        None => Ok(()),
        Some(at) => Err(AnswerReason::NotFinite { logit: u32::try_from(at).unwrap_or(u32::MAX) }.into()),
    }
}

/// The largest difference of a logit of the first image from the reference engine's, over their root mean square.
fn difference(request: &Request, task: Classify, input: &Tensor, logits: &[f32]) -> Result<f32, Reason> {
    let network = reference(request, task.model)?;
    let image = input.narrow(0, 0, 1).map_err(internal)?;
    let expected = values(&network.forward(&image).map_err(internal)?)?;
    let error = error_of_logits(&expected, logits);
    if error.is_nan() || error > tolerance(task.model, request.job.workload.precision) {
        return Err(AnswerReason::OffReference { error: finite(error) }.into());
    }
    Ok(error)
}

/// A figure as a reason carries it.
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
    let elapsed: Duration = start.elapsed();
    Ok((value, u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)))
}
