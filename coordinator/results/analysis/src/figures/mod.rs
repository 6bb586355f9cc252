//! The figures of charts, as data: which measurements a chart is of, and what is computed of them. Renderers give them
//! names and shapes.

mod select;

use std::collections::{BTreeMap, BTreeSet};

use cotejo_model::stats::{Estimate, Interval, quantile};
use cotejo_model::{DeviceKind, MachineId};

use crate::speed;
pub use select::{Cell, Choice, NoCells, Selected, select};

/// A figure of one machine.
#[derive(Debug, Clone, Copy)]
pub struct Figure<'a> {
    /// What it is of.
    pub cell: Cell<'a>,
    /// What that is measured against, where it is a ratio.
    pub against: Option<Cell<'a>>,
    /// Its place on the axis: pixels, images or threads.
    pub x: u32,
    /// Its value: seconds, images a second, or a ratio.
    pub estimate: Estimate,
}

impl<'a> Figure<'a> {
    fn alone(cell: Cell<'a>, x: u32, estimate: Estimate) -> Self {
        Self { cell, against: None, x, estimate }
    }

    /// Whether it is made up, or made of something that is.
    pub fn is_simulated(&self) -> bool {
        self.cell.measured.simulated || self.against.is_some_and(|cell| cell.measured.simulated)
    }
}

/// Times over sizes.
pub fn times<'a>(cells: &[Cell<'a>]) -> Vec<Figure<'a>> {
    cells.iter().map(|cell| Figure::alone(*cell, cell.size(), cell.measured.summary.estimate())).collect()
}

/// How many times faster the GPU is than the CPU of the same machine, for each machine and size that has both times.
pub fn speed_ups<'a>(cells: &[Cell<'a>]) -> Vec<Figure<'a>> {
    let mut pairs: BTreeMap<(MachineId, u32), [Option<Cell<'a>>; 2]> = BTreeMap::new();
    for cell in cells {
        let side = usize::from(cell.kind() == DeviceKind::Cuda);
        pairs.entry((cell.machine(), cell.size())).or_default()[side] = Some(*cell);
    }
    let ratio = |[cpu, gpu]: [Option<Cell<'a>>; 2]| {
        let (cpu, gpu) = (cpu?, gpu?);
        let estimate = speed::speed_up(cpu.measured, gpu.measured)?;
        Some(Figure { against: Some(cpu), ..Figure::alone(gpu, gpu.size(), estimate) })
    };
    pairs.into_values().filter_map(ratio).collect()
}

/// Images a second over batches; nothing where all have the same batch.
pub fn throughputs<'a>(cells: &[Cell<'a>]) -> Vec<Figure<'a>> {
    let batches: BTreeSet<Option<u32>> = cells.iter().map(Cell::batch).collect();
    if batches.len() < 2 {
        return Vec::new();
    }
    let figure = |cell: &Cell<'a>| {
        let estimate = speed::throughput(&cell.entry.workload, cell.measured.summary.estimate())?;
        Some(Figure::alone(*cell, cell.batch()?, estimate))
    };
    cells.iter().filter_map(figure).collect()
}

/// How many times faster than with one thread a CPU is, for each machine that was measured with one thread and with more.
pub fn thread_scaling<'a>(cells: &[Cell<'a>]) -> BTreeMap<MachineId, Vec<Figure<'a>>> {
    let mut machines: BTreeMap<MachineId, Vec<Cell<'a>>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.kind() == DeviceKind::Cpu) {
        machines.entry(cell.machine()).or_default().push(*cell);
    }
    let scaling = |(machine, cells): (MachineId, Vec<Cell<'a>>)| {
        let one = cells.iter().find(|cell| cell.measured.threads == 1)?;
        let figure = |cell: &Cell<'a>| {
            let alone = Estimate { value: 1.0, ci: None };
            let is_one = cell.measured.threads == 1;
            let estimate = if is_one { Some(alone) } else { speed::speed_up(one.measured, cell.measured) };
            Some(Figure { against: Some(*one), ..Figure::alone(*cell, cell.measured.threads, estimate?) })
        };
        let figures: Vec<Figure<'a>> = cells.iter().filter_map(figure).collect();
        (figures.len() > 1).then_some((machine, figures))
    };
    machines.into_iter().filter_map(scaling).collect()
}

/// A machine of the class.
#[derive(Debug, Clone)]
pub struct Machine<'a> {
    /// Its identity.
    pub id: MachineId,
    /// Its name; another machine may have the same.
    pub name: &'a str,
    /// At least one of its times is made up.
    pub simulated: bool,
    /// Seconds of its CPU and of its GPU; infinite where there are none.
    seconds: [f64; 2],
}

/// The machines from the fastest CPU to the slowest, then those without one by their GPU.
pub fn fastest_first<'a>(cells: &[Cell<'a>]) -> Vec<Machine<'a>> {
    let mut machines: BTreeMap<MachineId, Machine<'a>> = BTreeMap::new();
    for cell in cells {
        let (id, name) = (cell.machine(), cell.entry.machine_name.as_str());
        let unknown = Machine { id, name, seconds: [f64::INFINITY; 2], simulated: false };
        let machine = machines.entry(id).or_insert(unknown);
        machine.seconds[usize::from(cell.kind() == DeviceKind::Cuda)] = cell.measured.summary.median;
        machine.simulated |= cell.measured.simulated;
    }
    let mut machines: Vec<Machine<'a>> = machines.into_values().collect();
    machines.sort_by(|a, b| {
        let by_time = a.seconds[0].total_cmp(&b.seconds[0]).then(a.seconds[1].total_cmp(&b.seconds[1]));
        by_time.then((a.name, a.id).cmp(&(b.name, b.id)))
    });
    machines
}

/// Whether a chart of a class has anything to show: at least two machines.
pub fn is_class(cells: &[Cell<'_>]) -> bool {
    cells.iter().map(Cell::machine).collect::<BTreeSet<_>>().len() > 1
}

/// The median of several machines' figures, with the range from the least to the greatest as its interval.
pub fn median_and_range(estimates: &[Estimate]) -> Option<Estimate> {
    let mut values: Vec<f64> = estimates.iter().map(|estimate| estimate.value).collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (*values.first()?, *values.last()?);
    Some(Estimate { value: quantile(&values, 0.5), ci: (values.len() > 1).then_some(Interval { low, high }) })
}
