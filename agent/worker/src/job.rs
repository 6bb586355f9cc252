//! One job from its request to its measurement.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use candle_core::{Module as _, Tensor};
use cotejo_model::frames::{Phase, Progress, Request};
use cotejo_model::job::Weights;
use cotejo_model::measurement::{Answer, Conditions, Input, Stages};
use cotejo_model::{DeviceId, Engine, Failure, FailureCode, JobSpec, Measurement, Model, Precision, Task, estimate};

use crate::measure::{Report, Times, measure};
use crate::models::Network;
use crate::{BUILD, host, internal, labels, matmul, preprocess, weights};

/// Carries out a job on as many threads as it asks for.
pub fn perform(request: &Request, report: &mut Report<'_>) -> Result<Measurement, Failure> {
    let job = &request.job;
    check(job)?;
    let threads = host::thread_count(job.workload.threads);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(internal)?;
    let started_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    report(Progress { phase: Phase::Load, done: 0.0 })?;
    let outcome = pool.install(|| match job.workload.task {
        Task::Classify { model, size, batch } => classify(request, Classify { model, size, batch }, report),
        Task::Matmul { size } => multiply(job, size, report),
    })?;
    let times = outcome.times;
    Ok(Measurement {
        workload: job.workload,
        device: job.device,
        device_name: host::cpu_name(),
        build: BUILD.to_owned(),
        threads: u32::try_from(threads).unwrap_or(u32::MAX),
        weights: outcome.input.map(|_| job.weights),
        input: outcome.input,
        started_ms: u64::try_from(started_ms).unwrap_or(u64::MAX),
        first_ns: times.first_ns,
        warmup_ns: times.warmup_ns,
        samples_ns: times.samples_ns,
        stages: outcome.stages,
        stop: times.stop,
        answers: outcome.answers,
        logit_error: None,
        peak_memory_bytes: host::peak_memory(),
        conditions: Conditions { slept_ms: times.slept_ms, ..Conditions::default() },
        plan: None,
    })
}

/// Whether this worker can do the job on this machine; refused before anything is allocated.
fn check(job: &JobSpec) -> Result<(), Failure> {
    let workload = &job.workload;
    workload.validate().map_err(|error| Failure::new(FailureCode::InvalidJob, error.to_string()))?;
    if job.measuring.runs == Some(0) {
        return Err(Failure::new(FailureCode::InvalidJob, "runs must be at least 1"));
    }
    if let DeviceId::Cuda(_) = job.device {
        let message = format!("{} cannot be used: this worker was built without CUDA", job.device);
        return Err(Failure::new(FailureCode::DeviceUnavailable, message));
    }
    if workload.engine != Engine::Reference {
        let message = format!("this worker has no {} engine for {}", workload.engine, job.device);
        return Err(Failure::new(FailureCode::EngineUnavailable, message).with_remedy("use the reference engine"));
    }
    if workload.precision != Precision::F32 {
        let message = format!("this worker does not compute in {} on {}", workload.precision, job.device);
        return Err(Failure::new(FailureCode::PrecisionUnavailable, message).with_remedy("use f32"));
    }
    host::Memory::now().check(&workload.task.to_string(), estimate::memory_bytes(workload))
}

/// What a task gave.
struct Outcome {
    times: Times<Tensor>,
    stages: Stages,
    input: Option<Input>,
    answers: Vec<Answer>,
}

#[derive(Clone, Copy)]
struct Classify {
    model: Model,
    size: u32,
    batch: u32,
}

fn classify(request: &Request, task: Classify, report: &mut Report<'_>) -> Result<Outcome, Failure> {
    let job = &request.job;
    let file = |path: &Option<std::path::PathBuf>, what: &str| {
        path.clone().ok_or_else(|| {
            Failure::new(FailureCode::InvalidJob, format!("the job names {what} by digest, but no file was given"))
        })
    };
    let (image, decode_ns) = timed(|| match &job.image {
        Some(digest) => preprocess::load(&file(&request.image, "an image")?, digest),
        None => Ok(preprocess::built_in()),
    })?;
    let input = Input { image: job.image, width: image.width(), height: image.height() };
    let (tensor, preprocess_ns) = timed(|| preprocess::to_tensor(&image, task.size, task.batch))?;
    drop(image);
    let (network, load_ns) = timed(|| match &job.weights {
        Weights::Random { seed } => build(task.model, weights::random(task.model, *seed).map_err(internal)?),
        Weights::File { digest } => {
            let path: &Path = &file(&request.weights, "weights")?;
            build(task.model, weights::from_file(task.model, path, digest)?)
        }
    })?;
    let forward = || network.forward(&tensor).map_err(internal);
    let times = measure(&job.measuring, forward, check_logits, report)?;
    let logits: Vec<f32> = times.answer.get(0).and_then(|image| image.to_vec1()).map_err(internal)?;
    Ok(Outcome {
        times,
        stages: Stages { load_ns, decode_ns: Some(decode_ns), preprocess_ns: Some(preprocess_ns), ..Stages::default() },
        input: Some(input),
        answers: labels::top(&logits, matches!(job.weights, Weights::File { .. })),
    })
}

fn build(model: Model, tensors: weights::Tensors) -> Result<Network, Failure> {
    Network::new(model, &weights::builder(tensors)).map_err(internal)
}

fn check_logits(logits: &Tensor) -> Result<(), Failure> {
    let logits: Vec<f32> = logits.flatten_all().and_then(|logits| logits.to_vec1()).map_err(internal)?;
    match logits.iter().position(|logit| !logit.is_finite()) {
        None => Ok(()),
        Some(at) => {
            let message = format!("logit {at} is {}: the network's answer is not finite", logits[at]);
            Err(Failure::new(FailureCode::WrongAnswer, message).with_remedy("check the weight file"))
        }
    }
}

fn multiply(job: &JobSpec, size: u32, report: &mut Report<'_>) -> Result<Outcome, Failure> {
    let (product, load_ns) = timed(|| matmul::Product::new(size))?;
    let times = measure(&job.measuring, || product.compute(), |answer| product.check(answer), report)?;
    Ok(Outcome { times, stages: Stages { load_ns, ..Stages::default() }, input: None, answers: Vec::new() })
}

/// What it gives, and its nanoseconds.
fn timed<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<(T, u64), Failure> {
    let start = Instant::now();
    let value = work()?;
    let elapsed: Duration = start.elapsed();
    Ok((value, u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)))
}
