//! What more threads bring: Amdahl's law.

use std::collections::BTreeMap;

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::stats::{self, Estimate, Interval};
use cotejo_model::{DeviceId, MachineId, Task, Threads};

use super::{Basis, Finding, time};
use crate::fit::{self, Equation};
use crate::key::{Key, Subject, Varying};
use crate::rank::highest;
use crate::records::Records;

/// `time(n) = time(1) * ((1 - p) + p / n)`, fitted to the times of n threads.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// What was measured; its threads are what varies.
    pub basis: Basis,
    /// The task.
    pub task: Task,
    /// The times, by threads.
    pub times: Vec<ThreadTime>,
    /// Numbers of threads that were measured and are more than the cores: not in the fit, since threads that share a core
    /// follow another law.
    pub beyond_cores: Vec<u32>,
    /// The share of the work that runs in parallel, `p`; outside 0 to 1 the law does not hold.
    pub parallel: Estimate,
    /// The most that any number of threads can bring, `1 / (1 - p)`; none where `p` is not below 1.
    pub limit: Option<f64>,
    /// Its interval; without an upper end where `p` may be 1.
    pub limit_range: Option<(f64, Option<f64>)>,
    /// What the largest number of threads brought over the smallest, measured.
    pub measured: Option<Estimate>,
}

/// The time with so many threads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThreadTime {
    /// Threads that took part.
    pub threads: u32,
    /// Median and interval, in seconds.
    pub time: Estimate,
}

/// Times of one cell by threads.
type Sweep<'a> = BTreeMap<u32, (&'a Entry, &'a Measured)>;

pub(super) fn of(records: &Records, machine: MachineId, cores: Option<u32>) -> Vec<Finding> {
    let mut sweeps: BTreeMap<Key, Sweep<'_>> = BTreeMap::new();
    let of_cpu = records
        .measured()
        .filter(|(entry, _)| (entry.machine, entry.device, entry.workload.streams) == (machine, DeviceId::Cpu, 1));
    for (entry, measured) in of_cpu {
        let sweep = sweeps.entry(Key::of(entry, measured).over(Varying::Threads)).or_default();
        match entry.workload.threads {
            Threads::Exactly(count) => {
                sweep.insert(count, (entry, measured));
            }
            // As many as there are cores: the number itself says more where it was measured too.
            Threads::All => {
                sweep.entry(measured.threads).or_insert((entry, measured));
            }
        }
    }
    let asked = sweeps.into_iter().map(|(key, sweep)| (key.as_asked(), sweep));
    let newest_ms = |sweep: &Sweep<'_>| sweep.values().map(|(_, measured)| measured.started_ms).max();
    let best = highest(asked, |sweep| (sweep.len(), newest_ms(sweep)));
    best.into_values().filter_map(|sweep| scaling(&sweep, cores)).map(Finding::Scaling).collect()
}

fn scaling(sweep: &Sweep<'_>, cores: Option<u32>) -> Option<Scaling> {
    let fits_cores = |threads: u32| cores.is_none_or(|cores| threads <= cores);
    let times: Vec<ThreadTime> = sweep
        .iter()
        .filter(|(threads, _)| fits_cores(**threads))
        .map(|(threads, (_, measured))| ThreadTime { threads: *threads, time: time(measured) })
        .collect();
    // Errors of times are relative: each equation is divided by its time.
    let equation = |at: &ThreadTime| {
        let seconds = at.time.value;
        let v = 1.0 / (f64::from(at.threads) * seconds);
        Equation { u: 1.0 / seconds, v, y: 1.0, sigma: fit::relative_sigma(&at.time) }
    };
    let fit = fit::solve(&times.iter().map(equation).collect::<Vec<_>>())?;
    let whole = fit.a + fit.b;
    let parallel = fit.estimate(fit.b / whole, -fit.b / whole.powi(2), fit.a / whole.powi(2));
    let limit = |p: f64| (p < 1.0).then(|| 1.0 / (1.0 - p.max(0.0)));
    let limit_range = parallel.ci.and_then(|Interval { low, high }| Some((limit(low)?, limit(high))));
    let (entry, _) = sweep.values().next()?;
    let (first, last) = (times.first()?, times.last()?);
    let workload = entry.workload;
    Some(Scaling {
        basis: Basis {
            subject: Subject::of(workload.task),
            device: entry.device.kind(),
            device_name: entry.device_name.clone(),
            of_peer: None,
            settings: Key::of_workload(&workload).over(Varying::Task).over(Varying::Threads),
            simulated: sweep.values().any(|(_, measured)| measured.simulated),
        },
        task: workload.task,
        beyond_cores: sweep.keys().copied().filter(|threads| !fits_cores(*threads)).collect(),
        parallel,
        limit: limit(parallel.value),
        limit_range,
        measured: stats::speed_up(first.time, last.time),
        times,
    })
}
