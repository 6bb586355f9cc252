//! From measurements to tables that people read. Pure: no store, no clock, no wire.

mod keys;
mod reasons;
mod table;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use cotejo_model::comparison::{
    Comparison, Entry, Environment, GroupBy, Grouping, Measured, NamedSweep, Outcome, SeenGpu,
};
use cotejo_model::measurement::EnginePlan;
use cotejo_model::{
    DeviceId, DeviceKind, JobId, JobSpec, JobState, Machine, MachineId, Measurement, Reason, SweepId, estimate, quality,
};

use crate::speed::throughput;

/// One cell of a sweep with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its sweep.
    pub sweep: SweepId,
    /// Its job.
    pub job: JobId,
    /// Its machine.
    pub machine: MachineId,
    /// What was to be measured.
    pub spec: JobSpec,
    /// Where the job stands.
    pub state: JobState,
    /// How it failed.
    pub failure: Option<Reason>,
    /// The accepted measurement.
    pub measurement: Option<Measurement>,
}

/// A cell as tables use it.
struct Item {
    spec: JobSpec,
    entry: Entry,
}

impl Item {
    fn measured(&self) -> Option<&Measured> {
        match &self.entry.outcome {
            Outcome::Measured(measured) => Some(measured),
            _ => None,
        }
    }
}

/// These cells side by side, in one grouping and in others. The sweeps come newest first. How they came here is the
/// caller's to say.
pub fn compare(
    by: GroupBy,
    others: &[GroupBy],
    sweeps: Vec<NamedSweep>,
    cells: Vec<Cell>,
    machines: &[Machine],
) -> Comparison {
    let known: HashMap<MachineId, &Machine> = machines.iter().map(|machine| (machine.id, machine)).collect();
    let mut plans = Plans::default();
    let mut items: Vec<Item> = cells
        .into_iter()
        .map(|cell| Item { spec: cell.spec.clone(), entry: entry(cell, &known, &mut plans) })
        .collect();
    // Reading order; of the same cell in several sweeps, the newest first.
    items.sort_by(|a, b| {
        let key = |item: &Item| {
            let entry = &item.entry;
            (entry.machine_name.clone(), entry.machine, entry.workload, entry.device, std::cmp::Reverse(entry.sweep))
        };
        key(a).cmp(&key(b))
    });
    let present: BTreeSet<MachineId> = items.iter().map(|item| item.entry.machine).collect();
    let several = present.len() > 1;
    let groups = keys::groups(&items);
    let tables = |by| groups.iter().map(|group| table::table(by, group, &known, several)).collect();
    let others = others.iter().map(|by| Grouping { by: *by, tables: tables(*by) }).collect();
    let tables = tables(by);
    let mut environments: Vec<Environment> =
        present.iter().filter_map(|machine| known.get(machine)).map(|machine| environment(machine)).collect();
    environments.sort_by(|a, b| (&a.name, a.machine).cmp(&(&b.name, b.machine)));
    Comparison {
        by,
        sweeps,
        tables,
        environments,
        entries: items.into_iter().map(|item| item.entry).collect(),
        plans: plans.in_order(),
        imports: Vec::new(),
        others,
    }
}

/// How the optimized engine computed, each way once: the machines of a class mostly agree.
#[derive(Default)]
struct Plans(HashMap<EnginePlan, u32>);

impl Plans {
    /// The place of this plan.
    fn place(&mut self, plan: EnginePlan) -> Option<u32> {
        let next = u32::try_from(self.0.len()).ok()?;
        Some(*self.0.entry(plan).or_insert(next))
    }

    fn in_order(self) -> Vec<EnginePlan> {
        let mut plans: Vec<(EnginePlan, u32)> = self.0.into_iter().collect();
        plans.sort_unstable_by_key(|(_, place)| *place);
        plans.into_iter().map(|(plan, _)| plan).collect()
    }
}

/// By its measurement; without one, by what its machine says of the device now.
fn is_simulated(cell: &Cell, machines: &HashMap<MachineId, &Machine>) -> bool {
    match &cell.measurement {
        Some(measurement) => measurement.simulated,
        None => machines.get(&cell.machine).is_some_and(|machine| machine.capability.simulates(cell.spec.device)),
    }
}

fn entry(cell: Cell, machines: &HashMap<MachineId, &Machine>, plans: &mut Plans) -> Entry {
    let simulated = is_simulated(&cell, machines);
    let machine = machines.get(&cell.machine);
    let device = machine.and_then(|machine| {
        machine.capability.devices.iter().find(|device| device.id == cell.spec.device).map(|device| device.name.clone())
    });
    let device_name = cell.measurement.as_ref().map(|measurement| measurement.device_name.clone()).or(device);
    Entry {
        sweep: cell.sweep,
        job: cell.job,
        machine: cell.machine,
        machine_name: machine.map_or_else(|| cell.machine.short(), |machine| machine.name.clone()),
        device: cell.spec.device,
        device_name: device_name.unwrap_or_else(|| cell.spec.device.to_string()),
        simulated,
        workload: cell.spec.workload,
        outcome: outcome(cell.state, cell.failure, cell.measurement, plans),
    }
}

fn outcome(state: JobState, failure: Option<Reason>, measurement: Option<Measurement>, plans: &mut Plans) -> Outcome {
    if let Some(measured) = measurement.and_then(|measurement| measured(measurement, plans)) {
        return Outcome::Measured(Box::new(measured));
    }
    if !state.is_final() {
        return Outcome::Pending { state };
    }
    Outcome::Failed(failure.unwrap_or_else(|| Reason::unexplained(state)))
}

/// None where the samples are not numbers, which no worker sends.
fn measured(measurement: Measurement, plans: &mut Plans) -> Option<Measured> {
    let summary = measurement.summary()?;
    Some(Measured {
        summary,
        first_seconds: measurement.first_ns as f64 * 1e-9,
        flops_per_second: estimate::flops(&measurement.workload) / summary.median,
        images_per_second: throughput(&measurement.workload, summary.estimate()).map(|images| images.value),
        stages: measurement.stages,
        threads: measurement.threads,
        weights: measurement.weights,
        input: measurement.input,
        flags: quality::flags(&measurement),
        build: measurement.build,
        answers: measurement.answers,
        logit_error: measurement.logit_error,
        peak_memory_bytes: measurement.peak_memory_bytes,
        started_ms: measurement.started_ms,
        plan: measurement.plan.and_then(|plan| plans.place(plan)),
        gpu: measurement.gpu,
        simulated: measurement.simulated,
    })
}

fn environment(machine: &Machine) -> Environment {
    let capability = &machine.capability;
    let gpus = capability.devices.iter().filter(|device| device.id.kind() == DeviceKind::Cuda);
    Environment {
        machine: machine.id,
        name: machine.name.clone(),
        cpu: capability.cpu.name.clone(),
        cpu_simulated: capability.simulates(DeviceId::Cpu),
        physical_cores: capability.cpu.physical_cores,
        logical_cores: capability.cpu.logical_cores,
        simd: capability.cpu.simd.clone(),
        memory_bytes: capability.memory_bytes,
        os: capability.os.clone(),
        gpus: gpus
            .map(|gpu| SeenGpu { name: gpu.name.clone(), simulated: gpu.simulated, unusable: gpu.unusable.clone() })
            .collect(),
        no_gpu: capability.no_gpu.clone(),
        away_since_ms: (!machine.online && !machine.imported).then_some(machine.last_seen_ms),
    }
}
