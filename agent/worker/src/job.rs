//! One job, from its request to its measurement.

use std::time::SystemTime;

use cotejo_model::frames::{Phase, Progress, Request};
use cotejo_model::measurement::Conditions;
use cotejo_model::measuring::LARGEST_CHECKED;
use cotejo_model::reason::{DeviceReason, JobReason};
use cotejo_model::{DeviceId, DeviceKind, Engine, JobSpec, Measurement, Precision, Reason, Task, Workload, estimate};

use crate::classify::classify;
use crate::engine::Classify;
use crate::gpu::Gpu;
use crate::matmul::multiply;
use crate::measure::Report;
use crate::{BUILD, host, internal};

/// Measures a job on the number of threads that it asks for.
pub(crate) fn perform(request: &Request, report: &mut Report<'_>) -> Result<Measurement, Reason> {
    let job = &request.job;
    check(job)?;
    let threads = host::thread_count(job.workload.threads);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(internal)?;
    let started_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    report(Progress { phase: Phase::Load, done: 0.0 })?;
    let outcome = pool.install(|| match job.workload.task {
        Task::Classify { model, size, batch } => classify(request, Classify { model, size, batch }, threads, report),
        Task::Matmul { size } => multiply(job, size as usize, threads, report),
    })?;
    let times = outcome.times;
    let (device_name, gpu) = match outcome.gpu {
        Some(Gpu { name, record }) => (name, Some(record)),
        None => (host::cpu_name(), None),
    };
    Ok(Measurement {
        workload: job.workload,
        device: job.device,
        device_name,
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
        logit_error: outcome.logit_error,
        peak_memory_bytes: outcome.peak_memory_bytes,
        conditions: Conditions { slept_ms: times.slept_ms, ..Conditions::default() },
        plan: outcome.plan,
        gpu,
        simulated: false,
    })
}

/// Refuses, before anything is allocated, what this worker cannot do on this machine.
pub(crate) fn check(job: &JobSpec) -> Result<(), Reason> {
    let workload = &job.workload;
    workload.validate().map_err(JobReason::from)?;
    let plain = workload.engine == Engine::Reference || matches!(workload.task, Task::Matmul { .. });
    if plain && (workload.exact || workload.streams != 1) {
        return Err(JobReason::OptionsWithoutEngine.into());
    }
    if job.measuring.runs == Some(0) {
        return Err(JobReason::NoRuns.into());
    }
    let on_host = match job.device {
        DeviceId::Cpu if workload.precision != Precision::F32 => {
            let (precision, kind) = (workload.precision, DeviceKind::Cpu);
            let has = vec![Precision::F32];
            return Err(DeviceReason::PrecisionMissing { precision, kind, has, capability: None }.into());
        }
        DeviceId::Cpu => *workload,
        // The engine asks about the GPU's own memory; on the host, the answer for one image is checked.
        DeviceId::Cuda(_) => Workload { task: checked(workload.task), engine: Engine::Reference, ..*workload },
    };
    let bytes = estimate::memory_bytes(&on_host, DeviceKind::Cpu).saturating_add(copies_for_gpu(job));
    host::Memory::now().check(workload.task, workload.streams, bytes)
}

/// Bytes that a GPU's whole input takes on the host: while it is preprocessed, as values, and in pinned memory.
fn copies_for_gpu(job: &JobSpec) -> u64 {
    match (job.device, job.workload.task) {
        (DeviceId::Cuda(_), Task::Classify { size, batch, .. }) => [3, 4, 3, u64::from(batch), u64::from(size)]
            .iter()
            .fold(u64::from(size), |all, count| all.saturating_mul(*count)),
        _ => 0,
    }
}

/// The part of a GPU's job that the CPU repeats to check it.
fn checked(task: Task) -> Task {
    match task {
        Task::Classify { model, size, .. } => Task::Classify { model, size: size.min(LARGEST_CHECKED), batch: 1 },
        product @ Task::Matmul { .. } => product,
    }
}
