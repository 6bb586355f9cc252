//! From a sweep and the machines that there are to the cells to be measured. Pure: it asks nothing of anyone.

mod calibrate;
mod rates;
mod trim;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use cotejo_model::reason::{DeviceReason, JobReason, Labelled, MemoryReason, PlanReason};
use cotejo_model::{
    Device, DeviceId, DeviceKind, DeviceSelector, Engine, JobSpec, Machine, MachineId, Precision, Reason, SweepSpec,
    Threads, Workload, estimate,
};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use trim::{TooShort, Trimmed};

pub use rates::{Rate, Rates, family};

/// Cells of one sweep at most, over all machines.
pub const MAX_CELLS: usize = 100_000;

/// One workload on one device of one machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The machine.
    pub machine: MachineId,
    /// What to measure.
    pub job: JobSpec,
    /// How long it should take.
    pub expected: Duration,
    /// That follows from what the device was seen to do.
    pub calibrated: bool,
    /// Why it cannot be measured, if it cannot.
    pub refused: Option<Reason>,
}

/// The cells of a sweep: machine by machine, each in the order of measuring.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The cells.
    pub cells: Vec<Cell>,
    /// What does not fit the sweep's budget, by importance.
    pub dropped: Vec<Cell>,
    /// What every machine keeps that can measure it, by importance; nothing without a budget.
    pub core: Vec<Workload>,
    /// Names of machines that take part and whose agents are not connected now.
    pub offline: Vec<String>,
}

/// The cells of this sweep on these machines.
pub fn plan<'a>(spec: &SweepSpec, machines: &'a [Machine], rates: &Rates) -> Result<Plan, PlanReason> {
    let problems = spec.problems();
    if !problems.is_empty() {
        return Err(PlanReason::BadSweep { problems });
    }
    let selected = select(spec, machines)?;
    let targets: Vec<Vec<Target<'a>>> = selected.iter().map(|machine| targets(&spec.devices, machine)).collect();
    let workloads = Workloads::of(spec);
    let not_of_cpus = asked_of_gpus_alone(&targets);
    let asked = |machine, target: &Target<'_>| {
        let all = workloads.on(machine, target).iter().copied();
        let cpu = target.device().kind() == DeviceKind::Cpu;
        all.filter(|workload| !(cpu && not_of_cpus.contains(&workload.precision))).collect::<Vec<_>>()
    };
    let asked: Vec<Vec<(&Target<'a>, Vec<Workload>)>> = selected
        .iter()
        .zip(&targets)
        .map(|(machine, targets)| targets.iter().map(|target| (target, asked(machine, target))).collect())
        .collect();
    let count: usize = asked.iter().flatten().map(|(_, workloads)| workloads.len()).sum();
    if count == 0 {
        return Err(PlanReason::NoDevices { machines: names(&selected) });
    }
    if count > MAX_CELLS {
        return Err(PlanReason::TooManyCells { count: count as u64, most: MAX_CELLS as u64 });
    }
    let cells = selected.iter().zip(&asked).map(|(machine, asked)| {
        let of = |target, workloads: &[Workload]| -> Vec<Cell> {
            workloads.iter().map(|workload| cell(spec, machine, target, *workload, rates)).collect()
        };
        asked.iter().flat_map(|(target, workloads)| of(target, workloads)).collect::<Vec<Cell>>()
    });
    if spec.calibration {
        let shown = selected.iter().zip(cells).flat_map(|(machine, cells)| {
            let cells = calibrate::cells(spec, machine, &cells, rates);
            in_order(cells, spec.seed, machine.id)
        });
        return Ok(Plan { cells: shown.collect(), dropped: Vec::new(), core: Vec::new(), offline: Vec::new() });
    }
    fit(spec, &selected, cells.collect())
}

/// What of the machines' cells fits the budget, each machine's in the order of measuring.
fn fit(spec: &SweepSpec, selected: &[&Machine], cells: Vec<Vec<Cell>>) -> Result<Plan, PlanReason> {
    let away = selected.iter().zip(&cells).filter(|(machine, cells)| !machine.online && !cells.is_empty());
    let offline = away.map(|(machine, _)| machine.name.clone()).collect();
    let Trimmed { kept, dropped, core } = match spec.budget_ms.map(Duration::from_millis) {
        None => Trimmed { kept: cells, dropped: Vec::new(), core: Vec::new() },
        Some(budget) => trim::trim(spec, cells, budget).map_err(|TooShort { machine, workload, needed }| {
            let milliseconds = |time: Duration| u64::try_from(time.as_micros().div_ceil(1000)).unwrap_or(u64::MAX);
            let (machine, task) = (selected[machine].name.clone(), workload.task);
            let (budget_ms, needed_ms) = (milliseconds(budget), milliseconds(needed));
            PlanReason::OverBudget { budget_ms, machine, task, needed_ms }
        })?,
    };
    let ordered = selected.iter().zip(kept).flat_map(|(machine, cells)| in_order(cells, spec.seed, machine.id));
    Ok(Plan { cells: ordered.collect(), dropped, core, offline })
}

/// Precisions that no selected CPU computes in. Where a GPU is measured too, they were meant for it: a refusal by every
/// CPU would bury what matters, and the table says in one word why a CPU has no time.
fn asked_of_gpus_alone(targets: &[Vec<Target<'_>>]) -> BTreeSet<Precision> {
    let all = || targets.iter().flatten();
    let cpus: Vec<&Device> = all()
        .filter_map(|target| match target {
            Target::Found(device) if device.id.kind() == DeviceKind::Cpu && device.unusable.is_none() => Some(*device),
            _ => None,
        })
        .collect();
    // Without a CPU that can be used, what is wrong with it is the news.
    if cpus.is_empty() || !all().any(|target| target.device().kind() == DeviceKind::Cuda) {
        return BTreeSet::new();
    }
    let offered = |precision: &Precision| cpus.iter().any(|cpu| cpu.precisions.contains(precision));
    Precision::ALL.iter().copied().filter(|precision| !offered(precision)).collect()
}

/// The workloads of a sweep by what they depend on: the kind of device, and the best engine that it has.
struct Workloads(HashMap<(DeviceKind, Engine), BTreeSet<Workload>>);

impl Workloads {
    fn of(spec: &SweepSpec) -> Self {
        let all = DeviceKind::ALL.iter().flat_map(|kind| Engine::ALL.iter().map(|engine| (*kind, *engine)));
        Self(all.map(|(kind, engine)| ((kind, engine), spec.workloads_on(kind, &[engine]))).collect())
    }

    /// A device without any engine is taken to have those of the machine's others, so that its failures stand beside
    /// their times.
    fn on(&self, machine: &Machine, target: &Target<'_>) -> &BTreeSet<Workload> {
        let (kind, engines) = match target {
            Target::Found(device) => (device.id.kind(), device.engines.as_slice()),
            Target::Absent(device, _) => (device.kind(), &[][..]),
        };
        let devices = machine.capability.devices.iter().map(|device| device.engines.as_slice());
        let engines = std::iter::once(engines).chain(devices).find(|engines| !engines.is_empty());
        &self.0[&(kind, Engine::best(engines.unwrap_or_default()))]
    }
}

fn names(machines: &[&Machine]) -> Vec<String> {
    machines.iter().map(|machine| machine.name.clone()).collect()
}

/// Whether a selector, as a person wrote it, means this machine. Host names know no case.
fn is_called(machine: &Machine, selector: &str) -> bool {
    let selector = selector.trim();
    machine.name.eq_ignore_ascii_case(selector)
        || machine.id.to_string().eq_ignore_ascii_case(selector)
        || machine.id.short().eq_ignore_ascii_case(selector)
}

fn select<'a>(spec: &SweepSpec, machines: &'a [Machine]) -> Result<Vec<&'a Machine>, PlanReason> {
    // What is known by a bundle alone is not one of the class, and would be waited for in vain: it is meant only by a name
    // that nobody else has.
    let is_in_class = |selector: &str| machines.iter().any(|other| !other.imported && is_called(other, selector));
    let is_meant = |machine: &&Machine| match spec.machines.as_slice() {
        [] => !machine.imported,
        selectors => selectors
            .iter()
            .any(|selector| is_called(machine, selector) && !(machine.imported && is_in_class(selector))),
    };
    if machines.iter().all(|machine| machine.imported) {
        return Err(PlanReason::NoMachines);
    }
    let unknown: Vec<String> = spec
        .machines
        .iter()
        .filter(|selector| !machines.iter().any(|machine| is_called(machine, selector)))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let known = machines.iter().map(|machine| format!("{} ({})", machine.name, machine.id.short())).collect();
        return Err(PlanReason::UnknownMachines { unknown, known });
    }
    let meant = machines.iter().filter(is_meant);
    let (labelled, others): (Vec<&Machine>, Vec<&Machine>) =
        meant.partition(|machine| spec.labels.iter().all(|(key, value)| machine.labels.get(key) == Some(value)));
    if labelled.is_empty() {
        let label = |(key, value): (&String, &String)| format!("{key}={value}");
        let known = others.iter().map(|machine| Labelled {
            machine: machine.name.clone(),
            labels: machine.labels.iter().map(label).collect(),
        });
        return Err(PlanReason::NoLabels { wanted: spec.labels.iter().map(label).collect(), known: known.collect() });
    }
    Ok(labelled)
}

/// A device to measure, or the one that was asked for and is not there.
enum Target<'a> {
    Found(&'a Device),
    Absent(DeviceId, Reason),
}

impl Target<'_> {
    fn device(&self) -> DeviceId {
        match self {
            Self::Found(device) => device.id,
            Self::Absent(device, _) => *device,
        }
    }
}

/// The devices that the selectors mean on this machine. A device that is named and missing stays, with the reason: it
/// must not become a CPU run, nor vanish.
fn targets<'a>(selectors: &[DeviceSelector], machine: &'a Machine) -> Vec<Target<'a>> {
    let devices = &machine.capability.devices;
    let meant = |device: &&Device| selectors.is_empty() || selectors.iter().any(|selector| selector.matches(device.id));
    let mut targets: Vec<Target<'_>> = devices.iter().filter(meant).map(Target::Found).collect();
    let absent: BTreeSet<DeviceId> = selectors
        .iter()
        .filter(|selector| !devices.iter().any(|device| selector.matches(device.id)))
        .map(|selector| match selector {
            DeviceSelector::One(device) => *device,
            DeviceSelector::Kind(DeviceKind::Cpu) => DeviceId::Cpu,
            DeviceSelector::Kind(DeviceKind::Cuda) => DeviceId::Cuda(0),
        })
        .collect();
    targets.extend(absent.into_iter().map(|device| Target::Absent(device, absence(machine, device))));
    targets
}

fn absence(machine: &Machine, device: DeviceId) -> Reason {
    let has_gpu = machine.capability.devices.iter().any(|device| device.id.kind() == DeviceKind::Cuda);
    match &machine.capability.no_gpu {
        Some(reason) if device.kind() == DeviceKind::Cuda && !has_gpu => reason.clone(),
        _ => {
            let has = machine.capability.devices.iter().map(|device| device.id).collect();
            DeviceReason::Absent { machine: Some(machine.name.clone()), device, has }.into()
        }
    }
}

fn cell(spec: &SweepSpec, machine: &Machine, target: &Target<'_>, workload: Workload, rates: &Rates) -> Cell {
    let (device, refused) = match target {
        Target::Found(device) => (device.id, refusal(machine, device, workload)),
        Target::Absent(device, failure) => (*device, Some(failure.clone())),
    };
    let job = JobSpec {
        workload,
        device,
        weights: spec.weights_of(workload.task),
        image: spec.image_of(workload.task),
        measuring: spec.measuring,
    };
    let (expected, calibrated) = if refused.is_some() {
        (Duration::ZERO, false)
    } else {
        let (pace, measured) = rates.expect(machine, device, workload);
        (estimate::cell_duration(&job, &pace), measured)
    };
    Cell { machine: machine.id, job, expected, calibrated, refused }
}

/// Why this device cannot do this workload, as far as that can be known before trying.
fn refusal(machine: &Machine, device: &Device, workload: Workload) -> Option<Reason> {
    if let Some(failure) = &device.unusable {
        return Some(failure.clone());
    }
    // Without the machine's name, so that those that lack the same are told of together.
    let kind = device.id.kind();
    if !device.engines.contains(&workload.engine) {
        let (engine, has) = (workload.engine, device.engines.clone());
        return Some(DeviceReason::EngineMissing { engine, kind, has }.into());
    }
    if !device.precisions.contains(&workload.precision) {
        let (precision, has) = (workload.precision, device.precisions.clone());
        return Some(DeviceReason::PrecisionMissing { precision, kind, has, capability: None }.into());
    }
    let (streams, cores) = (workload.streams, machine.capability.cpu.physical_cores);
    if workload.threads == Threads::All && cores > 0 && streams > cores {
        return Some(JobReason::StreamsOverCores { streams, cores }.into());
    }
    let memory = match kind {
        DeviceKind::Cpu => device.memory_bytes.or(Some(machine.capability.memory_bytes)),
        DeviceKind::Cuda => device.memory_bytes,
    };
    let needs_bytes = estimate::memory_bytes(&workload, kind);
    let has_bytes = memory.filter(|memory| *memory > 0 && needs_bytes > *memory)?;
    let (what, free_bytes) = (None, None);
    Some(MemoryReason::TooLittle { what, kind, needs_bytes, has_bytes, free_bytes, streams }.into())
}

/// Shuffled, so that a trend of the machine (heat, other users) does not look like one of the workloads, and the kinds
/// of device spread evenly, so that neither is measured first or last as a whole.
fn in_order(cells: Vec<Cell>, seed: u64, machine: MachineId) -> Vec<Cell> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(machine.0.as_u64_pair().1);
    let (mut cpu, mut gpu): (Vec<Cell>, Vec<Cell>) =
        cells.into_iter().partition(|cell| cell.job.device.kind() == DeviceKind::Cpu);
    cpu.shuffle(&mut random);
    gpu.shuffle(&mut random);
    let spread = |cells: Vec<Cell>| {
        let count = cells.len() as f64;
        cells.into_iter().enumerate().map(move |(index, cell)| ((index as f64 + 0.5) / count, cell))
    };
    let mut placed: Vec<(f64, Cell)> = spread(cpu).chain(spread(gpu)).collect();
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    placed.into_iter().map(|(_, cell)| cell).collect()
}

#[cfg(test)]
mod tests;
