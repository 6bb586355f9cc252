//! Comparisons for snapshots.

use std::collections::BTreeMap;

use cotejo_model::basis::{Basis, ModelWeights};
use cotejo_model::bundle::{BundledJob, BundledMachine, BundledSweep, Ended, Export, Import};
use cotejo_model::comparison::{
    Absence, Column, Comparison, Entry, Environment, GroupBy, Measured, NamedSweep, Outcome, SeenGpu, Table, Value,
};
use cotejo_model::gpu::{ComputeCapability, GpuRecord, GpuState};
use cotejo_model::job::Weights;
use cotejo_model::machine::{Cpu, PowerSource};
use cotejo_model::measurement::{Answer, Conditions, EventTimes, Input, Stages};
use cotejo_model::measuring::Stop;
use cotejo_model::quality::{Flag, FlagKind};
use cotejo_model::reason::{DeviceReason, Relayed};
use cotejo_model::stats::{Estimate, Interval, summarise};
use cotejo_model::sweep::Preset;
use cotejo_model::{
    Bundle, Capability, DeviceId, DeviceKind, Digest, Engine, FailureCode, JobId, JobSpec, JobState, MachineId,
    Measurement, Model, Precision, Reason, Reference, SweepId, Task, Threads, Workload,
};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::Style;

/// Why machines without a GPU have none: in the words of an older agent.
pub(super) fn no_gpu() -> Reason {
    Reason::quoted(FailureCode::NoGpu, "no NVIDIA driver was found on this machine")
}

fn classify(size: u32) -> Task {
    Task::Classify { model: Model::ResNet18, size, batch: 1 }
}

fn measured(seconds: f64) -> Measured {
    // Ten samples evenly from 1 % below to 1 % above.
    let samples: Vec<f64> = (0..10).map(|at| seconds * (0.99 + 0.02 * f64::from(at) / 9.0)).collect();
    let answer = Answer { class: 281, label: None, logit: 9.5, probability: 0.25 };
    let summary = summarise(&samples).unwrap();
    Measured {
        summary,
        first_seconds: seconds * 3.0,
        flops_per_second: 5e10,
        images_per_second: Some(1.0 / summary.median),
        stages: Stages { load_ns: 250_000_000, decode_ns: Some(4_000_000), ..Stages::default() },
        threads: 4,
        weights: Some(Weights::Random { seed: 2026 }),
        input: Some(Input { image: None, width: 640, height: 480 }),
        build: "cotejo-worker 0.1.0, candle 0.11.0".to_owned(),
        flags: Vec::new(),
        answers: vec![answer],
        logit_error: None,
        peak_memory_bytes: Some(300_000_000),
        started_ms: 1_785_490_200_000,
        plan: None,
        gpu: None,
        simulated: false,
    }
}

fn entry(machine: usize, device: DeviceId, size: u32, outcome: Outcome) -> Entry {
    let workload = Workload {
        task: classify(size),
        precision: Precision::F32,
        threads: Threads::All,
        engine: Engine::Reference,
        exact: false,
        streams: 1,
    };
    let index = u128::from(device != DeviceId::Cpu);
    Entry {
        sweep: SweepId(Uuid::from_u128(0x5e)),
        job: JobId(Uuid::from_u128(((machine as u128) << 64) + (u128::from(size) << 8) + index)),
        machine: MachineId(Uuid::from_u128(machine as u128 + 1)),
        machine_name: NAMES[machine].to_owned(),
        device,
        device_name: device_name(machine, device.kind()).to_owned(),
        simulated: false,
        workload,
        outcome,
    }
}

const NAMES: [&str; 3] = ["pc-01", "pc-02", "teacher"];

fn device_name(machine: usize, kind: DeviceKind) -> &'static str {
    match (kind, machine) {
        (DeviceKind::Cpu, 0) => "Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz",
        (DeviceKind::Cpu, _) => "AMD Ryzen 5 5600X 6-Core Processor",
        (DeviceKind::Cuda, _) => "NVIDIA GeForce RTX 3060",
    }
}

fn environment(machine: usize, gpu: bool) -> Environment {
    Environment {
        machine: MachineId(Uuid::from_u128(machine as u128 + 1)),
        name: NAMES[machine].to_owned(),
        cpu: device_name(machine, DeviceKind::Cpu).to_owned(),
        cpu_simulated: false,
        physical_cores: 6,
        logical_cores: 12,
        simd: vec!["avx2".to_owned(), "fma".to_owned()],
        memory_bytes: 16 << 30,
        os: "Windows 11 (26100)".to_owned(),
        gpus: if gpu { vec![seen(device_name(machine, DeviceKind::Cuda))] } else { Vec::new() },
        no_gpu: (!gpu).then(no_gpu),
        away_since_ms: None,
    }
}

/// A GPU that can be used.
pub(super) fn seen(name: &str) -> SeenGpu {
    SeenGpu { name: name.to_owned(), simulated: false, unusable: None }
}

fn seconds(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Measured(measured) => {
            let Measured { summary, flags, simulated, .. } = &**measured;
            Value::Seconds { estimate: summary.estimate(), flagged: !flags.is_empty(), simulated: *simulated }
        }
        Outcome::Failed(why) => because(why.clone()),
        Outcome::Pending { .. } => missing(Absence::Pending),
    }
}

fn speed_up(cpu: &Outcome, gpu: &Outcome) -> Value {
    match (cpu, gpu) {
        (Outcome::Measured(cpu), Outcome::Measured(gpu)) => {
            let ratio = cpu.summary.median / gpu.summary.median;
            let ci = Some(Interval { low: ratio * 0.985, high: ratio * 1.015 });
            Value::Ratio { estimate: Estimate { value: ratio, ci }, simulated: cpu.simulated || gpu.simulated }
        }
        (Outcome::Measured(_), _) => missing(Absence::NoGpuTime),
        (_, Outcome::Measured(_)) => missing(Absence::NoCpuTime),
        _ => missing(Absence::NoTimes),
    }
}

fn missing(reason: Absence) -> Value {
    Value::Missing { reason }
}

fn because(why: Reason) -> Value {
    missing(Absence::Because { why })
}

fn ok(seconds: f64) -> Outcome {
    Outcome::Measured(Box::new(measured(seconds)))
}

fn basis() -> Basis {
    let weights = Weights::Random { seed: 2026 };
    Basis {
        weights: vec![ModelWeights { model: Model::ResNet18, weights }],
        images: vec![None],
        build: Some("cotejo-worker 0.1.0, candle 0.11.0".to_owned()),
        ..Basis::new(Precision::F32, Some(Threads::All), Engine::Reference)
    }
}

fn by_size(mut rows: Vec<Vec<Value>>, machines: bool) -> Table {
    let mut columns = vec![
        Column::Model,
        Column::Size,
        Column::Time { device: DeviceKind::Cpu },
        Column::Time { device: DeviceKind::Cuda },
        Column::SpeedUp,
    ];
    if machines {
        columns.insert(0, Column::Machine);
    }
    let model = || Value::Text { text: Model::ResNet18.title().to_owned(), simulated: false };
    for row in &mut rows {
        row.insert(usize::from(machines), model());
    }
    Table { basis: basis(), columns, rows }
}

fn comparison(by: GroupBy, tables: Vec<Table>, environments: Vec<Environment>, entries: Vec<Entry>) -> Comparison {
    let sweeps = vec![NamedSweep {
        id: SweepId(Uuid::from_u128(0x5e)),
        name: "practice".to_owned(),
        created_ms: 1_785_490_100_000,
        namesakes: 1,
        newer: 0,
    }];
    Comparison { by, sweeps, tables, environments, entries, plans: Vec::new(), imports: Vec::new(), others: Vec::new() }
}

/// What an RTX 3060 records of itself.
fn gpu_record(celsius: u32, throttle_reasons: &[&str]) -> GpuRecord {
    let state = |clock_mhz, celsius, reasons: &[&str]| GpuState {
        clock_mhz: Some(clock_mhz),
        memory_clock_mhz: Some(7301),
        temperature_c: Some(celsius),
        power_w: Some(24.5),
        power_limit_w: Some(170.0),
        throttle_reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        memory_used_bytes: Some(512 << 20),
    };
    GpuRecord {
        compute_capability: Some(ComputeCapability { major: 8, minor: 6 }),
        memory_bytes: Some(12 << 30),
        driver: Some("560.94".to_owned()),
        cuda: Some("12.6".to_owned()),
        cudnn: Some("9.5.1".to_owned()),
        before: Some(state(210, 44, &[])),
        after: Some(state(1777, celsius, throttle_reasons)),
    }
}

/// Measured on that GPU, whose last size makes it hot.
fn on_gpu(size: u32, seconds: f64) -> Measured {
    let events = EventTimes { upload_ns: 52_000, forward_ns: 1_980_000, download_ns: 3_500 };
    let gpu = if size > 512 { gpu_record(83, &["sw_power_cap"]) } else { gpu_record(61, &[]) };
    let measured = measured(seconds);
    let stages = Stages { upload_ns: Some(61_000), download_ns: Some(9_000), events: Some(events), ..measured.stages };
    Measured { gpu: Some(gpu), stages, ..measured }
}

/// One machine, CPU and GPU, everything measured.
pub(super) fn with_gpu() -> Comparison {
    side_by_side(Precision::F32, on_gpu)
}

/// The same, but its GPU is played.
pub(super) fn simulated() -> Comparison {
    let mut comparison =
        side_by_side(Precision::F32, |size, seconds| Measured { simulated: true, ..on_gpu(size, seconds) });
    comparison.environments[0].gpus = vec![SeenGpu { simulated: true, ..seen("Simulated GPU") }];
    for entry in comparison.entries.iter_mut().filter(|entry| entry.device != DeviceId::Cpu) {
        "Simulated GPU".clone_into(&mut entry.device_name);
        entry.simulated = true;
    }
    comparison
}

/// Two precisions, of which the CPU has one.
pub(super) fn two_precisions() -> Comparison {
    let mut comparison = side_by_side(Precision::F32, on_gpu);
    let mut half = side_by_side(Precision::F16, |size, seconds| on_gpu(size, seconds / 2.0));
    half.entries.retain(|entry| entry.device != DeviceId::Cpu);
    for row in &mut half.tables[0].rows {
        row[2] = because(
            DeviceReason::PrecisionMissing {
                precision: Precision::F16,
                kind: DeviceKind::Cpu,
                has: vec![Precision::F32],
                capability: None,
            }
            .into(),
        );
        row[4] = missing(Absence::NoCpuTime);
    }
    comparison.tables.append(&mut half.tables);
    comparison.entries.append(&mut half.entries);
    comparison
}

fn side_by_side(precision: Precision, gpu: impl Fn(u32, f64) -> Measured) -> Comparison {
    let times = [(224, 0.030_12, 0.002_031), (512, 0.1512, 0.006_12), (1024, 0.6204, 0.021_93)];
    let outcomes: Vec<(u32, Outcome, Outcome)> = times
        .into_iter()
        .map(|(size, cpu, seconds)| (size, ok(cpu), Outcome::Measured(Box::new(gpu(size, seconds)))))
        .collect();
    let row = |(size, cpu, gpu): &(u32, Outcome, Outcome)| {
        vec![Value::Count { count: *size }, seconds(cpu), seconds(gpu), speed_up(cpu, gpu)]
    };
    let mut table = by_size(outcomes.iter().map(row).collect(), false);
    table.basis.precision = precision;
    let entries = outcomes
        .into_iter()
        .flat_map(|(size, cpu, gpu)| [entry(0, DeviceId::Cpu, size, cpu), entry(0, DeviceId::Cuda(0), size, gpu)]);
    let mut comparison = comparison(GroupBy::Size, vec![table], vec![environment(0, true)], entries.collect());
    comparison.entries.iter_mut().for_each(|entry| entry.workload.precision = precision);
    comparison
}

/// One machine without a GPU.
pub(super) fn without_gpu() -> Comparison {
    let times = [(224, 0.030_12), (512, 0.1512), (1024, 0.6204)];
    let row = |(size, cpu): (u32, f64)| {
        vec![Value::Count { count: size }, seconds(&ok(cpu)), because(no_gpu()), missing(Absence::NoGpuTime)]
    };
    let entries = times.iter().map(|(size, cpu)| entry(0, DeviceId::Cpu, *size, ok(*cpu))).collect();
    let table = by_size(times.into_iter().map(row).collect(), false);
    comparison(GroupBy::Size, vec![table], vec![environment(0, false)], entries)
}

/// A flagged cell with answers, failed cells, and cells that wait.
pub(super) fn troubled() -> Comparison {
    let mut flagged = measured(0.1512);
    flagged.flags = vec![
        Flag { kind: FlagKind::Noisy, figure: Some(0.17) },
        Flag { kind: FlagKind::Battery, figure: None },
        Flag { kind: FlagKind::Short, figure: Some(0.034) },
    ];
    flagged.answers[0].label = Some("tabby, tabby cat".to_owned());
    let memory: Reason = Relayed::Quoted {
        code: FailureCode::OutOfMemory,
        text: "needs 13.2 TiB of memory; the device has 16.0 GiB".to_owned(),
        remedy: "measure a smaller size or batch".to_owned(),
    }
    .into();
    let outcomes = [
        (512, Outcome::Measured(Box::new(flagged)), Outcome::Pending { state: JobState::Running }),
        (1024, ok(0.6204), Outcome::Pending { state: JobState::Queued }),
        (100_000, Outcome::Failed(memory.clone()), Outcome::Failed(memory)),
    ];
    let row = |(size, cpu, gpu): &(u32, Outcome, Outcome)| {
        vec![Value::Count { count: *size }, seconds(cpu), seconds(gpu), speed_up(cpu, gpu)]
    };
    let table = by_size(outcomes.iter().map(row).collect(), false);
    let entries = outcomes
        .into_iter()
        .flat_map(|(size, cpu, gpu)| [entry(0, DeviceId::Cpu, size, cpu), entry(0, DeviceId::Cuda(0), size, gpu)]);
    comparison(GroupBy::Size, vec![table], vec![environment(0, true)], entries.collect())
}

/// Three machines, of which one has a GPU.
pub(super) fn class(by: GroupBy) -> Comparison {
    let sizes = [224, 1024];
    let cpu = |machine: usize, size: u32| {
        ok(0.030_12 * f64::from(size).powi(2) / 224.0_f64.powi(2) / (1.0 + 0.3 * machine as f64))
    };
    let gpu = |machine: usize, size: u32| (machine == 2).then(|| ok(0.002_031 * f64::from(size) / 224.0));
    let gpu_value = |machine, size| gpu(machine, size).map_or_else(|| because(no_gpu()), |outcome| seconds(&outcome));
    let name = |machine: usize| Value::Text { text: NAMES[machine].to_owned(), simulated: false };
    let kinds = [DeviceKind::Cpu, DeviceKind::Cuda];
    let task_time = |size, device| Column::TaskTime { task: classify(size), streams: 1, device };
    let table = match by {
        GroupBy::Size => {
            let rows = (0..3).flat_map(|machine| sizes.map(|size| (machine, size))).map(|(machine, size)| {
                let ratio = gpu(machine, size)
                    .map_or_else(|| missing(Absence::NoGpuTime), |gpu| speed_up(&cpu(machine, size), &gpu));
                let size_value = Value::Count { count: size };
                vec![name(machine), size_value, seconds(&cpu(machine, size)), gpu_value(machine, size), ratio]
            });
            by_size(rows.collect(), true)
        }
        GroupBy::Machine => {
            let columns = sizes.iter().flat_map(|size| kinds.map(|kind| task_time(*size, Some(kind))));
            let rows = (0..3).map(|machine| {
                let times = sizes.iter().flat_map(|size| [seconds(&cpu(machine, *size)), gpu_value(machine, *size)]);
                std::iter::once(name(machine)).chain(times).collect()
            });
            Table {
                basis: basis(),
                columns: std::iter::once(Column::Machine).chain(columns).collect(),
                rows: rows.collect(),
            }
        }
        GroupBy::Device => {
            let device = |machine, kind| Value::Text { text: device_name(machine, kind).to_owned(), simulated: false };
            let mut rows =
                vec![vec![name(2), device(2, DeviceKind::Cuda), gpu_value(2, sizes[0]), gpu_value(2, sizes[1])]];
            rows.extend((0..3).rev().map(|machine| {
                let times = sizes.map(|size| seconds(&cpu(machine, size)));
                [name(machine), device(machine, DeviceKind::Cpu)].into_iter().chain(times).collect()
            }));
            let columns = vec![Column::Machine, Column::Device, task_time(sizes[0], None), task_time(sizes[1], None)];
            Table { basis: basis(), columns, rows }
        }
    };
    let entries = (0..3).flat_map(|machine| {
        sizes.into_iter().flat_map(move |size| {
            let gpu = gpu(machine, size).map(|outcome| entry(machine, DeviceId::Cuda(0), size, outcome));
            std::iter::once(entry(machine, DeviceId::Cpu, size, cpu(machine, size))).chain(gpu)
        })
    });
    let environments = (0..3).map(|machine| environment(machine, machine == 2)).collect();
    comparison(by, vec![table], environments, entries.collect())
}

/// What a terminal without end shows.
pub(super) fn plain() -> Style {
    Style { width: None, colour: false, zone: TimeZone::UTC }
}

/// What was measured on a PC at home.
pub(super) fn imported() -> Comparison {
    let comparison = without_gpu();
    let import = Import {
        digest: Digest::of(b"bundle"),
        version: "0.1.0".to_owned(),
        exported_ms: 1_785_490_200_000,
        imported_ms: 1_785_590_200_000,
        sweeps: comparison.sweeps.iter().map(|sweep| sweep.id).collect(),
    };
    Comparison { imports: vec![import], ..comparison }
}

/// One cell with three samples, and one without any.
pub(super) fn bundle() -> Bundle {
    let sweep = SweepId(Uuid::from_u128(0x5e));
    let machine = MachineId(Uuid::from_u128(1));
    let mut spec = Preset::Practice.spec();
    spec.classify_mut().sizes = vec![224];
    let jobs = [Task::Matmul { size: 64 }, classify(224)].into_iter().enumerate().map(|(at, task)| {
        let workload = Workload {
            task,
            precision: Precision::F32,
            threads: Threads::All,
            engine: Engine::Optimized,
            exact: false,
            streams: 1,
        };
        let weights = spec.weights_of(task);
        let job = JobSpec { workload, device: DeviceId::Cpu, weights, image: None, measuring: spec.measuring };
        let failure = Reason::quoted(FailureCode::TimedOut, "it took too long");
        let ended = match task {
            Task::Classify { .. } => {
                Ended::Measured { digest: Digest::of(b"result"), measurement: Box::new(measurement(&job)) }
            }
            Task::Matmul { .. } => Ended::Failed { state: JobState::TimedOut, failure },
        };
        BundledJob { id: JobId(Uuid::from_u128(at as u128 + 1)), sweep, machine, spec: job, ended }
    });
    Bundle {
        export: Export { version: "0.1.0".to_owned(), exported_ms: 1_785_490_200_000 },
        imports: Vec::new(),
        machines: vec![bundled_machine(machine)],
        jobs: jobs.collect(),
        sweeps: vec![BundledSweep { id: sweep, spec, created_ms: 1_785_490_100_000 }],
    }
}

fn bundled_machine(id: MachineId) -> BundledMachine {
    let cpu = Cpu {
        name: device_name(0, DeviceKind::Cpu).to_owned(),
        physical_cores: 6,
        logical_cores: 12,
        simd: Vec::new(),
        max_mhz: None,
    };
    let capability = Capability {
        hostname: "home".to_owned(),
        os: "Windows 11".to_owned(),
        arch: "x86_64".to_owned(),
        agent_version: "0.1.0".to_owned(),
        cpu,
        memory_bytes: 16 << 30,
        power: PowerSource::Unknown,
        background_load: None,
        devices: Vec::new(),
        no_gpu: Some(no_gpu()),
    };
    BundledMachine { id, name: "home".to_owned(), labels: BTreeMap::new(), capability, last_seen_ms: 1_785_490_150_000 }
}

fn measurement(job: &JobSpec) -> Measurement {
    Measurement {
        workload: job.workload,
        device: job.device,
        device_name: device_name(0, DeviceKind::Cpu).to_owned(),
        build: "cotejo-worker 0.1.0, candle 0.11.0".to_owned(),
        threads: 6,
        weights: Some(job.weights),
        input: Some(Input { image: None, width: 640, height: 480 }),
        started_ms: 1_785_490_120_000,
        first_ns: 90_000_000,
        warmup_ns: vec![31_000_000, 30_100_000],
        samples_ns: vec![30_000_061, 30_200_000, 29_900_000],
        stages: Stages::default(),
        stop: Stop::Runs,
        answers: Vec::new(),
        logit_error: None,
        peak_memory_bytes: None,
        conditions: Conditions::default(),
        plan: None,
        gpu: None,
        simulated: false,
    }
}

/// A teacher's reference times: one with everything that a source may say, one with as little as may be.
pub(super) fn references() -> Vec<Reference> {
    let full = Reference {
        set: "course-2026".to_owned(),
        source: "measured by the teacher in room A1".to_owned(),
        device_name: "NVIDIA GeForce RTX 3060".to_owned(),
        software: Some("PyTorch 2.4, CUDA 12.4".to_owned()),
        task: classify(224),
        precision: Precision::F32,
        seconds: 0.002_031,
        ci: Some(Interval { low: 0.002_01, high: 0.002_05 }),
        runs: Some(100),
        measured_on: Some("2026-02-14".to_owned()),
        imported_ms: 1_785_490_200_000,
    };
    let task = Task::Classify { model: Model::ResNet18, size: 512, batch: 8 };
    let bare =
        Reference { task, software: None, ci: None, runs: None, measured_on: None, seconds: 0.0413, ..full.clone() };
    vec![full, bare]
}
