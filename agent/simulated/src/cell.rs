//! One cell that is played: the course of its times, the stages around them, and the measurement that records them.

use std::time::SystemTime;

use cotejo_model::gpu::{GpuRecord, GpuState};
use cotejo_model::measurement::{Conditions, EventTimes, Stages};
use cotejo_model::{JobSpec, Measurement, Precision, Task, Workload};

use crate::catalogue::{PlayedCpu, PlayedGpu};
use crate::class::{CUDA, CUDNN, PlayedMachine};
use crate::model::{bytes, cpu_seconds, gpu_seconds, threads};
use crate::times::{Course, Spread, Times, nanoseconds};

/// How long the parts of a cell take, in seconds: reading and building a model, compiling it for a GPU, decoding a photo.
const LOAD: f64 = 0.12;
const COMPILE: f64 = 0.9;
const DECODE: f64 = 0.004;
/// Resizing, in seconds per pixel of the result.
const RESIZE: f64 = 25e-9;
/// The additional time of the first run on a GPU, in seconds: its libraries are loaded.
const FIRST_ON_GPU: f64 = 0.08;
/// Bytes per second when memory is touched for the first time.
const FIRST_TOUCH: f64 = 2e9;
/// Bytes per second between the host and a card.
const BUS: f64 = 12e9;
/// What starting a copy takes, in seconds.
const COPY: f64 = 15e-6;

/// What a job is played on.
#[derive(Clone, Copy)]
pub(crate) enum On<'a> {
    Cpu(&'a PlayedCpu),
    Gpu(&'a PlayedGpu),
}

impl On<'_> {
    pub(crate) fn precisions(self) -> Vec<Precision> {
        match self {
            Self::Cpu(_) => vec![Precision::F32],
            Self::Gpu(gpu) => gpu.capability.precisions(),
        }
    }

    /// How long runs of a workload take on this machine's device, and how they differ.
    pub(crate) fn course(self, machine: &PlayedMachine, workload: &Workload) -> Course {
        match self {
            Self::Cpu(cpu) => {
                let run = cpu_seconds(cpu, workload) * machine.own * machine.slower;
                let first = 0.5 * run + bytes(workload) / FIRST_TOUCH;
                Course { run, first, spread: machine.cpu_spread() }
            }
            Self::Gpu(gpu) => Course {
                run: gpu_seconds(gpu, workload) * machine.own,
                first: FIRST_ON_GPU,
                spread: Spread { deviation: 0.008, disturbed: 0.002 },
            },
        }
    }

    /// The stages around runs that take `run` seconds each.
    pub(crate) fn stages(self, workload: &Workload, run: f64) -> Stages {
        let size = f64::from(workload.task.size());
        let image =
            workload.task.batch().map(|batch| (3.0 * size * size * f64::from(batch), 1000.0 * f64::from(batch)));
        let (input, output) = image.unwrap_or((2.0 * size * size, size * size));
        let copy = |values: f64| nanoseconds(values * 4.0 / BUS);
        let around = Stages {
            load_ns: nanoseconds(LOAD),
            decode_ns: image.map(|_| nanoseconds(DECODE)),
            preprocess_ns: image.map(|_| nanoseconds(RESIZE * size * size)),
            ..Stages::default()
        };
        match self {
            Self::Cpu(_) => around,
            Self::Gpu(_) => {
                let events =
                    EventTimes { upload_ns: copy(input), forward_ns: nanoseconds(run), download_ns: copy(output) };
                let by_the_host = |ns: u64| Some(ns + nanoseconds(COPY));
                Stages {
                    load_ns: nanoseconds(LOAD + COMPILE),
                    upload_ns: by_the_host(events.upload_ns),
                    download_ns: by_the_host(events.download_ns),
                    events: Some(events),
                    ..around
                }
            }
        }
    }

    /// The measurement of these times, marked as simulated.
    pub(crate) fn measurement(self, job: &JobSpec, build: &str, times: Times, stages: Stages) -> Measurement {
        let started = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let classifies = matches!(job.workload.task, Task::Classify { .. });
        let (device_name, threads, gpu, conditions) = match self {
            Self::Cpu(cpu) => (cpu.product.to_owned(), threads(cpu, job.workload.threads), None, Conditions::default()),
            Self::Gpu(gpu) => (gpu.product.to_owned(), 1, Some(record(gpu)), gpu.conditions(job.workload.precision)),
        };
        Measurement {
            workload: job.workload,
            device: job.device,
            device_name,
            build: build.to_owned(),
            threads,
            weights: classifies.then_some(job.weights),
            input: None,
            started_ms: u64::try_from(started.as_millis()).unwrap_or(0),
            first_ns: times.first_ns,
            warmup_ns: times.warmup_ns,
            samples_ns: times.samples_ns,
            stages,
            stop: times.stop,
            // Nothing was classified.
            answers: Vec::new(),
            logit_error: None,
            peak_memory_bytes: None,
            conditions,
            plan: None,
            gpu,
            simulated: true,
        }
    }
}

/// What a measurement would record of the card.
fn record(gpu: &PlayedGpu) -> GpuRecord {
    let state = |clock_mhz, temperature_c| GpuState {
        clock_mhz: Some(clock_mhz),
        temperature_c: Some(temperature_c),
        power_limit_w: Some(gpu.power_limit_w),
        ..GpuState::default()
    };
    GpuRecord {
        compute_capability: Some(gpu.capability),
        memory_bytes: Some(gpu.memory_gib << 30),
        driver: Some(gpu.driver.to_owned()),
        cuda: Some(CUDA.to_owned()),
        cudnn: Some(CUDNN.to_owned()),
        before: Some(state(210, 41)),
        after: Some(state(1777, 58)),
    }
}
