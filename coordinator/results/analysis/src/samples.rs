//! Cells made for tests, with known times.

use cotejo_model::comparison::{Comparison, Entry, Environment, GroupBy, Measured, Outcome};
use cotejo_model::job::Weights;
use cotejo_model::measurement::Stages;
use cotejo_model::stats::{Interval, Summary};
use cotejo_model::{DeviceId, Engine, JobId, MachineId, Model, Precision, Reference, SweepId, Task, Threads, Workload};
use uuid::Uuid;

use crate::Records;

pub(crate) const BUILD: &str = "cotejo-worker 0.1.0";
/// Half the width of an interval over its median.
pub(crate) const MARGIN: f64 = 0.01;

pub(crate) fn machine(number: u128) -> MachineId {
    MachineId(Uuid::from_u128(number))
}

pub(crate) fn classify(size: u32, batch: u32) -> Task {
    Task::Classify { model: Model::ResNet18, size, batch }
}

/// An entry of machine `number`, called `pc-number`, that took so long.
pub(crate) fn entry(number: u128, device: DeviceId, task: Task, seconds: f64) -> Entry {
    let cpu = device == DeviceId::Cpu;
    Entry {
        sweep: SweepId(Uuid::from_u128(1)),
        job: JobId(Uuid::from_u128(number)),
        machine: machine(number),
        machine_name: format!("pc-{number}"),
        device,
        device_name: if cpu { "Testium 5".to_owned() } else { format!("GPU of pc-{number}") },
        simulated: false,
        workload: Workload {
            task,
            precision: Precision::F32,
            threads: Threads::All,
            engine: Engine::Optimized,
            exact: false,
            streams: 1,
        },
        outcome: Outcome::Measured(Box::new(measured(task, seconds))),
    }
}

fn measured(task: Task, seconds: f64) -> Measured {
    let ci = Interval { low: seconds * (1.0 - MARGIN), high: seconds * (1.0 + MARGIN) };
    Measured {
        summary: Summary {
            n: 30,
            median: seconds,
            ci: Some(ci),
            mad: 0.0,
            min: seconds,
            mean: seconds,
            sd: None,
            iqr_ratio: None,
            p90: None,
            p99: None,
            outliers: 0,
        },
        first_seconds: 3.0 * seconds,
        flops_per_second: 0.0,
        images_per_second: None,
        stages: Stages::default(),
        threads: 4,
        weights: task.batch().map(|_| Weights::Random { seed: 2026 }),
        input: None,
        build: BUILD.to_owned(),
        flags: Vec::new(),
        answers: Vec::new(),
        logit_error: None,
        peak_memory_bytes: None,
        started_ms: 1_785_490_200_000,
        plan: None,
        gpu: None,
        simulated: false,
    }
}

pub(crate) fn cpu(number: u128, task: Task, seconds: f64) -> Entry {
    entry(number, DeviceId::Cpu, task, seconds)
}

pub(crate) fn gpu(number: u128, task: Task, seconds: f64) -> Entry {
    entry(number, DeviceId::Cuda(0), task, seconds)
}

/// The same entry with another measurement.
pub(crate) fn with(mut entry: Entry, change: impl FnOnce(&mut Measured)) -> Entry {
    if let Outcome::Measured(measured) = &mut entry.outcome {
        change(measured);
    }
    entry
}

/// The same entry of another workload.
pub(crate) fn doing(mut entry: Entry, change: impl FnOnce(&mut Workload)) -> Entry {
    change(&mut entry.workload);
    entry
}

pub(crate) fn environment(number: u128, cpu: &str) -> Environment {
    Environment {
        machine: machine(number),
        name: format!("pc-{number}"),
        cpu: cpu.to_owned(),
        cpu_simulated: false,
        physical_cores: 8,
        logical_cores: 16,
        simd: Vec::new(),
        memory_bytes: 16 << 30,
        os: "Linux (Debian)".to_owned(),
        gpus: Vec::new(),
        no_gpu: None,
        away_since_ms: None,
    }
}

pub(crate) fn records(entries: Vec<Entry>) -> Records {
    let mut machines: Vec<u128> = entries.iter().map(|entry| entry.machine.0.as_u128()).collect();
    machines.dedup();
    let environments = machines.into_iter().map(|number| environment(number, "Testium 5")).collect();
    records_of(entries, environments)
}

pub(crate) fn records_of(entries: Vec<Entry>, environments: Vec<Environment>) -> Records {
    Records::of([Comparison {
        by: GroupBy::Size,
        sweeps: Vec::new(),
        tables: Vec::new(),
        environments,
        entries,
        plans: Vec::new(),
        imports: Vec::new(),
        others: Vec::new(),
    }])
}

pub(crate) fn reference(set: &str, task: Task, seconds: f64) -> Reference {
    Reference {
        set: set.to_owned(),
        source: "a book".to_owned(),
        device_name: "Reference GPU".to_owned(),
        software: None,
        task,
        precision: Precision::F32,
        seconds,
        ci: None,
        runs: None,
        measured_on: None,
        imported_ms: 7,
    }
}
