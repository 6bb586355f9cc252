//! What is published of types that hold reasons: the reasons as English words beside their codes, and everything else
//! as it is.

use std::collections::BTreeMap;

use cotejo_language::{Language, Texts};
use cotejo_model::basis::Basis;
use cotejo_model::bundle::Import;
use cotejo_model::comparison::{self, Absence, Column, GroupBy, Measured, NamedSweep, Outcome, Value};
use cotejo_model::device::marked;
use cotejo_model::explain::{self, ExplainedLayer};
use cotejo_model::gpu::ComputeCapability;
use cotejo_model::machine::{Cpu, PowerSource};
use cotejo_model::measurement::{EnginePlan, LayerAlgorithm};
use cotejo_model::sweep::{PlannedCell, PlannedSweep};
use cotejo_model::{DeviceId, Engine, FailureCode, JobId, JobState, MachineId, Precision, Reason, SweepId, Workload};
use serde::Serialize;

use crate::notes;

/// A reason in words.
#[derive(Serialize)]
pub(super) struct Failure {
    code: FailureCode,
    message: String,
    remedy: String,
}

impl From<&Reason> for Failure {
    fn from(reason: &Reason) -> Self {
        let said = cotejo_language::reason(reason, Language::English);
        Self { code: reason.code(), message: said.long, remedy: said.remedy.unwrap_or_default() }
    }
}

fn words(reason: &Reason) -> String {
    cotejo_language::reason(reason, Language::English).long
}

#[derive(Serialize)]
pub(super) struct Comparison<'a> {
    by: GroupBy,
    sweeps: Vec<SweepId>,
    title: &'a str,
    named_sweeps: &'a [NamedSweep],
    tables: Vec<Table<'a>>,
    environments: Vec<Environment<'a>>,
    entries: Vec<Entry<'a>>,
    plans: Vec<Plans<'a>>,
    imports: &'a [Import],
}

impl<'a> From<&'a comparison::Comparison> for Comparison<'a> {
    fn from(comparison: &'a comparison::Comparison) -> Self {
        Self {
            by: comparison.by,
            sweeps: comparison.sweeps.iter().map(|sweep| sweep.id).collect(),
            title: comparison.title(),
            named_sweeps: &comparison.sweeps,
            tables: comparison.tables.iter().map(Into::into).collect(),
            environments: comparison.environments.iter().map(Into::into).collect(),
            entries: comparison.entries.iter().map(Into::into).collect(),
            plans: comparison.plans.iter().map(Into::into).collect(),
            imports: &comparison.imports,
        }
    }
}

#[derive(Serialize)]
struct Table<'a> {
    basis: Vec<(&'static str, String)>,
    columns: &'a [Column],
    rows: Vec<Vec<Place<'a>>>,
}

impl<'a> From<&'a comparison::Table> for Table<'a> {
    fn from(table: &'a comparison::Table) -> Self {
        let rows = table.rows.iter().map(|row| row.iter().map(Into::into).collect());
        Self { basis: basis(&table.basis), columns: &table.columns, rows: rows.collect() }
    }
}

/// The settings of a table by their names.
fn basis(basis: &Basis) -> Vec<(&'static str, String)> {
    let texts = Texts::of(Language::English);
    let answers: Vec<String> = basis.disagreements.iter().map(|found| notes::disagreement(found, texts)).collect();
    let exact = basis.exact.then(|| texts.say("basis-exact"));
    [
        ("precision", Some(basis.precision.to_string())),
        ("threads", basis.threads.map(|threads| threads.to_string())),
        ("engine", Some(basis.engine.to_string())),
        ("convolutions", exact),
        ("weights", notes::weights(&basis.weights, texts)),
        ("image", notes::images(&basis.images, texts)),
        ("build", basis.build.clone()),
        ("answers", (!answers.is_empty()).then(|| answers.join("; "))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// One place in a table.
#[derive(Serialize)]
#[serde(untagged)]
enum Place<'a> {
    Value(&'a Value),
    Text { value: &'static str, text: String },
    Missing { value: &'static str, reason: String },
}

impl<'a> From<&'a Value> for Place<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text { text, simulated } => Self::Text { value: "text", text: marked(text, *simulated) },
            Value::Missing { reason } => Self::Missing { value: "missing", reason: absence(reason) },
            value => Self::Value(value),
        }
    }
}

fn absence(absence: &Absence) -> String {
    cotejo_language::absence(absence, Language::English)
}

#[derive(Serialize)]
struct Environment<'a> {
    machine: MachineId,
    name: &'a str,
    cpu: String,
    physical_cores: u32,
    logical_cores: u32,
    simd: &'a [String],
    memory_bytes: u64,
    os: &'a str,
    gpus: Vec<String>,
    no_gpu: Option<String>,
}

impl<'a> From<&'a comparison::Environment> for Environment<'a> {
    fn from(environment: &'a comparison::Environment) -> Self {
        let gpu = |gpu: &comparison::SeenGpu| {
            let why = gpu.unusable.as_ref().map(|why| format!(" ({})", words(why)));
            format!("{}{}", marked(&gpu.name, gpu.simulated), why.unwrap_or_default())
        };
        Self {
            machine: environment.machine,
            name: &environment.name,
            cpu: marked(&environment.cpu, environment.cpu_simulated),
            physical_cores: environment.physical_cores,
            logical_cores: environment.logical_cores,
            simd: &environment.simd,
            memory_bytes: environment.memory_bytes,
            os: &environment.os,
            gpus: environment.gpus.iter().map(gpu).collect(),
            no_gpu: environment.no_gpu.as_ref().map(words),
        }
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    sweep: SweepId,
    job: JobId,
    machine: MachineId,
    machine_name: &'a str,
    device: DeviceId,
    device_name: String,
    workload: Workload,
    outcome: Ended<'a>,
}

/// What came of a cell.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Ended<'a> {
    Measured(&'a Measured),
    Failed(Failure),
    Pending { state: JobState },
}

impl<'a> From<&'a comparison::Entry> for Entry<'a> {
    fn from(entry: &'a comparison::Entry) -> Self {
        Self {
            sweep: entry.sweep,
            job: entry.job,
            machine: entry.machine,
            machine_name: &entry.machine_name,
            device: entry.device,
            device_name: marked(&entry.device_name, entry.is_simulated()),
            workload: entry.workload,
            outcome: match &entry.outcome {
                Outcome::Measured(measured) => Ended::Measured(measured),
                Outcome::Failed(reason) => Ended::Failed(reason.into()),
                Outcome::Pending { state } => Ended::Pending { state: *state },
            },
        }
    }
}

/// How an engine computed.
#[derive(Serialize)]
struct Plans<'a> {
    instruction_set: String,
    layers: &'a [LayerAlgorithm],
}

impl<'a> From<&'a EnginePlan> for Plans<'a> {
    fn from(plan: &'a EnginePlan) -> Self {
        let instruction_set = cotejo_language::compiled_for(&plan.instruction_set, Language::English);
        Self { instruction_set, layers: &plan.layers }
    }
}

#[derive(Serialize)]
pub(super) struct Explanation<'a> {
    workload: Workload,
    device_name: &'a str,
    build: &'a str,
    instruction_set: String,
    threads: Option<u32>,
    peak_flops: f64,
    copy_bytes_per_s: f64,
    forward_ns: u64,
    layers: &'a [ExplainedLayer],
    background_load: Option<f64>,
}

impl<'a> From<&'a explain::Explanation> for Explanation<'a> {
    fn from(explanation: &'a explain::Explanation) -> Self {
        Self {
            workload: explanation.workload,
            device_name: &explanation.device_name,
            build: &explanation.build,
            instruction_set: cotejo_language::compiled_for(&explanation.instruction_set, Language::English),
            threads: explanation.threads,
            peak_flops: explanation.peak_flops,
            copy_bytes_per_s: explanation.copy_bytes_per_s,
            forward_ns: explanation.forward_ns,
            layers: &explanation.layers,
            background_load: explanation.background_load,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Plan<'a> {
    budget_ms: Option<u64>,
    cells: Vec<Cell<'a>>,
    dropped: Vec<Cell<'a>>,
    core: &'a [Workload],
    offline: &'a [String],
}

impl<'a> From<&'a PlannedSweep> for Plan<'a> {
    fn from(plan: &'a PlannedSweep) -> Self {
        Self {
            budget_ms: plan.budget_ms,
            cells: plan.cells.iter().map(Into::into).collect(),
            dropped: plan.dropped.iter().map(Into::into).collect(),
            core: &plan.core,
            offline: &plan.offline,
        }
    }
}

#[derive(Serialize)]
struct Cell<'a> {
    machine: &'a str,
    workload: Workload,
    device: DeviceId,
    simulated: bool,
    seconds: f64,
    calibrated: bool,
    refused: Option<Failure>,
}

impl<'a> From<&'a PlannedCell> for Cell<'a> {
    fn from(cell: &'a PlannedCell) -> Self {
        Self {
            machine: &cell.machine,
            workload: cell.workload,
            device: cell.device,
            simulated: cell.simulated,
            seconds: cell.seconds,
            calibrated: cell.calibrated,
            refused: cell.refused.as_ref().map(Into::into),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Machine<'a> {
    id: MachineId,
    name: &'a str,
    labels: &'a BTreeMap<String, String>,
    capability: Capability<'a>,
    online: bool,
    last_seen_ms: u64,
    job: Option<JobId>,
    imported: bool,
}

impl<'a> From<&'a cotejo_model::Machine> for Machine<'a> {
    fn from(machine: &'a cotejo_model::Machine) -> Self {
        Self {
            id: machine.id,
            name: &machine.name,
            labels: &machine.labels,
            capability: (&machine.capability).into(),
            online: machine.online,
            last_seen_ms: machine.last_seen_ms,
            job: machine.job,
            imported: machine.imported,
        }
    }
}

#[derive(Serialize)]
struct Capability<'a> {
    hostname: &'a str,
    os: &'a str,
    arch: &'a str,
    agent_version: &'a str,
    cpu: Cpu,
    memory_bytes: u64,
    power: PowerSource,
    background_load: Option<f64>,
    devices: Vec<Device<'a>>,
    no_gpu: Option<String>,
}

impl<'a> From<&'a cotejo_model::Capability> for Capability<'a> {
    fn from(capability: &'a cotejo_model::Capability) -> Self {
        Self {
            hostname: &capability.hostname,
            os: &capability.os,
            arch: &capability.arch,
            agent_version: &capability.agent_version,
            cpu: Cpu {
                name: marked(&capability.cpu.name, capability.simulates(DeviceId::Cpu)),
                ..capability.cpu.clone()
            },
            memory_bytes: capability.memory_bytes,
            power: capability.power,
            background_load: capability.background_load,
            devices: capability.devices.iter().map(Into::into).collect(),
            no_gpu: capability.no_gpu.as_ref().map(words),
        }
    }
}

#[derive(Serialize)]
struct Device<'a> {
    id: DeviceId,
    name: String,
    memory_bytes: Option<u64>,
    driver: Option<&'a str>,
    compute_capability: Option<ComputeCapability>,
    simulated: bool,
    engines: &'a [Engine],
    precisions: &'a [Precision],
    unusable: Option<Failure>,
}

impl<'a> From<&'a cotejo_model::Device> for Device<'a> {
    fn from(device: &'a cotejo_model::Device) -> Self {
        Self {
            id: device.id,
            name: marked(&device.name, device.simulated),
            memory_bytes: device.memory_bytes,
            driver: device.driver.as_deref(),
            compute_capability: device.compute_capability,
            simulated: device.simulated,
            engines: &device.engines,
            precisions: &device.precisions,
            unusable: device.unusable.as_ref().map(Into::into),
        }
    }
}
