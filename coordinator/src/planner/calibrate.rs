//! The cells that show what is not yet known of devices: for each device and family of workloads of a sweep one, that is
//! short and yet says something of the longer ones.

use std::collections::BTreeMap;
use std::time::Duration;

use cotejo_model::{DeviceId, JobSpec, Machine, SweepSpec, Task, Workload, estimate, measuring};

use super::rates::family;
use super::{Cell, Rates, refusal};

/// What is small enough for any device and large enough to say something: in each family there may be a workload of this
/// size, whether or not the sweep has it.
const SMALL_IMAGE: u32 = 224;
const SMALL_PRODUCT: u32 = 1024;

/// The cells to calibrate with, of those that a machine's sweep has.
pub(super) fn cells(spec: &SweepSpec, machine: &Machine, cells: &[Cell], rates: &Rates) -> Vec<Cell> {
    // One that is away cannot be asked, and one that plays a device says nothing of any.
    if !machine.online {
        return Vec::new();
    }
    let unknown = cells
        .iter()
        .filter(|cell| cell.refused.is_none() && !cell.calibrated && !machine.capability.simulates(cell.job.device));
    let mut families: BTreeMap<(DeviceId, String), Vec<Cell>> = BTreeMap::new();
    for cell in unknown {
        families.entry((cell.job.device, family(cell.job.workload))).or_default().push(cell.clone());
    }
    families
        .into_values()
        .filter_map(|mut cells| {
            cells.extend(cells.first().and_then(|cell| small(spec, machine, cell, rates)));
            choose(cells, machine, rates)
        })
        .collect()
}

/// The largest whose run does not take longer than what decides how long a cell takes: up to there, cells take the least
/// time for sampling whatever the rate is, and beyond, a device is seldom slower. Where all take longer, the smallest.
fn choose(mut cells: Vec<Cell>, machine: &Machine, rates: &Rates) -> Option<Cell> {
    let run = |cell: &Cell| {
        let (pace, _) = rates.expect(machine, cell.job.device, cell.job.workload);
        estimate::flops(&cell.job.workload) / pace.flops_per_second
    };
    cells.sort_by(|a, b| run(a).total_cmp(&run(b)).then(a.job.workload.cmp(&b.job.workload)));
    let longest = Duration::from_nanos(measuring::MIN_TIME_NS).as_secs_f64() / measuring::MIN_RUNS as f64;
    let fitting = cells.iter().take_while(|cell| run(cell) <= longest).count();
    (!cells.is_empty()).then(|| cells.swap_remove(fitting.saturating_sub(1)))
}

/// The small workload of a cell's family, if the device can do it.
fn small(spec: &SweepSpec, machine: &Machine, cell: &Cell, rates: &Rates) -> Option<Cell> {
    let task = match cell.job.workload.task {
        Task::Classify { model, .. } => Task::Classify { model, size: SMALL_IMAGE, batch: 1 },
        Task::Matmul { .. } => Task::Matmul { size: SMALL_PRODUCT },
    };
    let workload = Workload { task, ..cell.job.workload };
    let device = machine.capability.devices.iter().find(|device| device.id == cell.job.device)?;
    if refusal(machine, device, workload).is_some() {
        return None;
    }
    let job = JobSpec { workload, weights: spec.weights_of(task), ..cell.job };
    let (pace, _) = rates.expect(machine, cell.job.device, workload);
    Some(Cell { expected: estimate::cell_duration(&job, &pace), job, ..cell.clone() })
}
