//! Plays the worker for NVIDIA GPUs on a PC that has none, so that a class with GPUs can be rehearsed: it computes nothing,
//! makes its times up, and says so in every measurement. `cotejo-agent run --cuda-worker` takes it. Its measurements bear
//! the build of the `cotejo-worker` near it, so that they stand in one row with those of the CPU.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufRead;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use cotejo_model::frames::{Description, Frame, Offer, Phase, Progress, Request};
use cotejo_model::gpu::{ComputeCapability, DeviceCheck, GpuRecord, GpuState};
use cotejo_model::measurement::{Conditions, EventTimes, Stages};
use cotejo_model::measuring::Stop;
use cotejo_model::{
    DeviceId, DeviceKind, Engine, Failure, FailureCode, JobSpec, Measurement, Precision, Task, Workload, estimate,
};

const NAME: &str = "Simulated GPU";
const MEMORY_BYTES: u64 = 8 << 30;
const CAPABILITY: ComputeCapability = ComputeCapability { major: 8, minor: 6 };
/// FLOP/s of the optimized engine in f32.
const RATE: f64 = 6e12;
/// Starting a forward pass and waiting for its end.
const LAUNCH_NS: f64 = 60_000.0;
/// Bytes a nanosecond over the bus.
const COPY: f64 = 12.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).filter(|it| *it != "--die-with-parent").collect();
    let answer = match arguments.as_slice() {
        ["--describe"] => {
            println!("{}", serde_json::json!(description()));
            return ExitCode::SUCCESS;
        }
        ["--libraries"] => {
            println!("[]");
            return ExitCode::SUCCESS;
        }
        ["--check", device] => check(device).map(|check| Frame::Checked(Box::new(check))),
        [] => measure().map(|measurement| Frame::Done(Box::new(measurement))),
        other => Err(Failure::new(FailureCode::InvalidJob, format!("a simulated GPU cannot do {}", other.join(" ")))),
    };
    let done = answer.is_ok();
    say(&answer.unwrap_or_else(Frame::Failed));
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(frame: &Frame) {
    println!("{}", serde_json::json!(frame));
}

fn description() -> Description {
    let (engines, precisions) = (Engine::ALL.to_vec(), Precision::ALL.to_vec());
    Description { build: build(), devices: vec![Offer { kind: DeviceKind::Cuda, engines, precisions }] }
}

/// Of the plain worker, which lies in this program's folder or, where this one is an example, in the one above.
fn build() -> String {
    let program = std::env::current_exe().expect("this program has a file");
    let name = format!("cotejo-worker{}", std::env::consts::EXE_SUFFIX);
    let near = program.ancestors().skip(1).take(2).map(|folder| folder.join(&name));
    let worker: PathBuf = near.into_iter().find(|path| path.exists()).expect("cotejo-worker is near this program");
    let said = Command::new(worker).arg("--describe").output().expect("cotejo-worker starts");
    let said: Description = serde_json::from_slice(&said.stdout).expect("cotejo-worker describes itself");
    said.build
}

/// There is one GPU.
fn exists(device: DeviceId) -> Result<(), Failure> {
    match device {
        DeviceId::Cuda(0) => Ok(()),
        _ => Err(Failure::new(FailureCode::NoGpu, format!("there is no {device}; only cuda:0 is played"))),
    }
}

fn check(device: &str) -> Result<DeviceCheck, Failure> {
    let device = device.parse().map_err(|error| Failure::new(FailureCode::InvalidJob, format!("--check: {error}")))?;
    exists(device)?;
    Ok(DeviceCheck {
        device,
        name: NAME.to_owned(),
        compute_capability: Some(CAPABILITY),
        memory_bytes: Some(MEMORY_BYTES),
        free_memory_bytes: Some(MEMORY_BYTES - (1 << 29)),
        cuda: Some("12.6".to_owned()),
        cudnn: Some("9.5.1".to_owned()),
        precisions: CAPABILITY.precisions(),
        simulated: true,
        took_ms: 1,
    })
}

fn measure() -> Result<Measurement, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("standard input is readable");
    let request: Request = serde_json::from_str(&line)
        .map_err(|error| Failure::new(FailureCode::InvalidJob, format!("the request cannot be read: {error}")))?;
    let job = request.job;
    exists(job.device)?;
    say(&Frame::Progress(Progress { phase: Phase::Load, done: 0.0 }));
    let mut times = Times::of(&job);
    let runs = job.measuring.runs.unwrap_or(30);
    say(&Frame::Progress(Progress { phase: Phase::Sample, done: 0.9 }));
    let classifies = matches!(job.workload.task, Task::Classify { .. });
    Ok(Measurement {
        workload: job.workload,
        device: job.device,
        device_name: NAME.to_owned(),
        build: build(),
        threads: 1,
        weights: classifies.then_some(job.weights),
        input: None,
        started_ms: SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(0)),
        first_ns: 20 * times.next(),
        warmup_ns: (0..5).map(|_| times.next()).collect(),
        samples_ns: (0..runs).map(|_| times.next()).collect(),
        stages: stages(&job.workload, times.next()),
        stop: if job.measuring.runs.is_some() { Stop::Runs } else { Stop::Converged },
        // Nothing was classified.
        answers: Vec::new(),
        logit_error: None,
        peak_memory_bytes: None,
        conditions: Conditions::default(),
        plan: None,
        gpu: Some(record()),
        simulated: true,
    })
}

/// What the parts around a forward pass of this time would take.
fn stages(workload: &Workload, forward_ns: u64) -> Stages {
    let size = f64::from(workload.task.size());
    let (input, output) = match workload.task.batch() {
        Some(batch) => (3.0 * size * size * f64::from(batch), 1000.0 * f64::from(batch)),
        None => (2.0 * size * size, size * size),
    };
    let copy = |values: f64| whole(values * 4.0 / COPY);
    let host = |ns: u64| Some(ns + whole(LAUNCH_NS / 4.0));
    let events = EventTimes { upload_ns: copy(input), forward_ns, download_ns: copy(output) };
    Stages {
        load_ns: 300_000_000,
        decode_ns: None,
        preprocess_ns: None,
        upload_ns: host(events.upload_ns),
        download_ns: host(events.download_ns),
        events: Some(events),
    }
}

fn record() -> GpuRecord {
    let state = |clock_mhz, temperature_c| GpuState {
        clock_mhz: Some(clock_mhz),
        temperature_c: Some(temperature_c),
        power_limit_w: Some(170.0),
        ..GpuState::default()
    };
    GpuRecord {
        compute_capability: Some(CAPABILITY),
        memory_bytes: Some(MEMORY_BYTES),
        driver: None,
        cuda: Some("12.6".to_owned()),
        cudnn: Some("9.5.1".to_owned()),
        before: Some(state(210, 41)),
        after: Some(state(1777, 58)),
    }
}

/// Times around the one that a GPU of this rate would need, the same for the same job.
struct Times {
    around_ns: f64,
    random: u64,
}

impl Times {
    fn of(job: &JobSpec) -> Self {
        let Workload { precision, engine, .. } = job.workload;
        let faster = match precision {
            Precision::F32 => 1.0,
            Precision::Tf32 => 2.0,
            Precision::F16 | Precision::Bf16 => 4.0,
        };
        let slower = if engine == Engine::Reference { 2.5 } else { 1.0 };
        let compute_ns = estimate::flops(&job.workload) / (RATE * faster) * 1e9;
        let mut hasher = DefaultHasher::new();
        job.workload.hash(&mut hasher);
        Self { around_ns: (LAUNCH_NS + compute_ns) * slower, random: hasher.finish() | 1 }
    }

    /// Up to 2 % longer, by a generator of Marsaglia's (xorshift).
    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        whole(self.around_ns * (1.0 + 0.02 * (self.random % 1000) as f64 / 1000.0))
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "nanoseconds, never negative")]
fn whole(ns: f64) -> u64 {
    ns.round() as u64
}
