//! The very first run, which is what a script that times one run reports, beside warmed-up ones.

use cotejo_model::Task;
use cotejo_model::comparison::Measured;
use cotejo_model::stats::{Estimate, Interval};

use super::groups::Group;
use super::{Basis, Finding, time};

/// First runs over warmed-up ones.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstRun {
    /// Of what.
    pub basis: Basis,
    /// The ratios, by size.
    pub over: Vec<FirstRunOver>,
}

/// The first run of one task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstRunOver {
    /// The task.
    pub task: Task,
    /// Its first run, in seconds; there is but one.
    pub first: f64,
    /// That over the median of warmed-up ones; the interval is the median's.
    pub ratio: Estimate,
}

pub(super) fn of(groups: &[Group<'_>]) -> Vec<Finding> {
    groups.iter().filter_map(|group| first_run(group).map(Finding::FirstRun)).collect()
}

fn first_run(group: &Group<'_>) -> Option<FirstRun> {
    let (_, placed) = group.over_sizes()?;
    let over = placed.iter().filter_map(|(_, entry, measured)| {
        let (first, ratio) = (measured.first_seconds, ratio(measured)?);
        Some(FirstRunOver { task: entry.workload.task, first, ratio })
    });
    let over: Vec<FirstRunOver> = over.collect();
    (!over.is_empty()).then(|| FirstRun { basis: group.basis.clone(), over })
}

fn ratio(measured: &Measured) -> Option<Estimate> {
    let Estimate { value, ci } = time(measured);
    let first = measured.first_seconds;
    let over = |ci: Interval| (ci.low > 0.0).then(|| Interval { low: first / ci.high, high: first / ci.low });
    (value > 0.0).then(|| Estimate { value: first / value, ci: ci.and_then(over) })
}
