//! Which cells fit a sweep's budget. One order of importance holds for the whole class, and every machine keeps as many of
//! its workloads as fit, from the most important one on. Hence what a slow machine keeps, faster ones keep too, and a
//! larger budget never drops what a smaller one keeps.
//!
//! The practice's own workloads (`ResNet18`, 224, 512 and 1024 pixels, batch 1, f32, default threads, one stream) come
//! first, the smallest before the largest. Of the rest, those with the fewest operations come first, where each step away
//! from the practice (another model or a product, another size, a larger batch, another precision, other threads, more
//! streams, the reference engine beside the optimized one) weighs like four times the operations. A workload is kept or
//! dropped on all devices of a machine, so that CPU and GPU stay side by side; what cannot be measured at all costs
//! nothing and stays, with its reason.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cotejo_model::{Engine, Model, Precision, SweepSpec, Task, Threads, Workload, estimate};

use super::Cell;

/// Sizes of the practice.
const PRACTICE_SIZES: [u32; 3] = [224, 512, 1024];
/// What a step away from the practice weighs.
const STEP: f64 = 4.0;

/// The cells of each machine that fit, and the others.
#[derive(Debug)]
pub(super) struct Trimmed {
    /// Machine by machine, as they came.
    pub(super) kept: Vec<Vec<Cell>>,
    /// By importance.
    pub(super) dropped: Vec<Cell>,
    /// What every machine keeps that can measure it, by importance.
    pub(super) core: Vec<Workload>,
}

/// No cell fits on one of the machines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooShort {
    /// Which machine, by its place.
    pub(super) machine: usize,
    /// What it needs for its most important workload.
    pub(super) workload: Workload,
    /// How long that takes; no machine needs longer for its own.
    pub(super) needed: Duration,
}

/// Drops what does not fit, machine by machine.
pub(super) fn trim(spec: &SweepSpec, machines: Vec<Vec<Cell>>, budget: Duration) -> Result<Trimmed, TooShort> {
    let by_importance = |a: &Workload, b: &Workload| importance(spec, a).before(&importance(spec, b)).then(a.cmp(b));
    let costs: Vec<Vec<(Workload, Duration)>> = machines
        .iter()
        .map(|cells| {
            let mut costs: Vec<_> = costs(cells).into_iter().collect();
            costs.sort_by(|(a, _), (b, _)| by_importance(a, b));
            costs
        })
        .collect();
    if let Some(too_short) = too_short(&costs, budget) {
        return Err(too_short);
    }
    let fitting: Vec<BTreeSet<Workload>> = costs.iter().map(|costs| fitting(costs, budget)).collect();
    let mut core: BTreeSet<Workload> = costs.iter().flatten().map(|(workload, _)| *workload).collect();
    for (costs, fitting) in costs.iter().zip(&fitting) {
        for (workload, _) in costs.iter().filter(|(workload, _)| !fitting.contains(workload)) {
            core.remove(workload);
        }
    }
    let mut core: Vec<Workload> = core.into_iter().collect();
    core.sort_by(by_importance);
    let mut dropped = Vec::new();
    let kept = machines
        .into_iter()
        .zip(&fitting)
        .map(|(cells, fitting)| {
            let fits = |cell: &Cell| cell.refused.is_some() || fitting.contains(&cell.job.workload);
            let (kept, others): (Vec<Cell>, Vec<Cell>) = cells.into_iter().partition(fits);
            dropped.extend(others);
            kept
        })
        .collect();
    dropped.sort_by(|a, b| by_importance(&a.job.workload, &b.job.workload));
    Ok(Trimmed { kept, dropped, core })
}

/// How long a machine takes for each workload, on all its devices that can measure it.
fn costs(cells: &[Cell]) -> BTreeMap<Workload, Duration> {
    let mut costs = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.refused.is_none()) {
        let cost: &mut Duration = costs.entry(cell.job.workload).or_default();
        *cost = cost.saturating_add(cell.expected);
    }
    costs
}

/// The machine that needs most for its most important workload, if that is too much.
fn too_short(costs: &[Vec<(Workload, Duration)>], budget: Duration) -> Option<TooShort> {
    let firsts = costs.iter().enumerate().filter_map(|(machine, costs)| {
        costs.first().map(|(workload, needed)| TooShort { machine, workload: *workload, needed: *needed })
    });
    // Of equals the first machine.
    firsts.rev().max_by_key(|first| first.needed).filter(|first| first.needed > budget)
}

/// As many workloads as fit, from the most important one on.
fn fitting(costs: &[(Workload, Duration)], budget: Duration) -> BTreeSet<Workload> {
    let mut spent = Duration::ZERO;
    costs
        .iter()
        .take_while(|(_, cost)| {
            spent = spent.saturating_add(*cost);
            spent <= budget
        })
        .map(|(workload, _)| *workload)
        .collect()
}

/// How much a workload matters: the practice's own before all others, then the lightest.
struct Importance {
    extra: bool,
    weight: f64,
}

impl Importance {
    fn before(&self, other: &Self) -> Ordering {
        self.extra.cmp(&other.extra).then(self.weight.total_cmp(&other.weight))
    }
}

fn importance(spec: &SweepSpec, workload: &Workload) -> Importance {
    let steps = steps(spec, workload);
    Importance { extra: steps > 0, weight: estimate::flops(workload) * STEP.powi(steps) }
}

/// Steps away from the practice.
fn steps(spec: &SweepSpec, workload: &Workload) -> i32 {
    let Workload { task, precision, threads, engine, exact: _, streams } = *workload;
    let of_task = match task {
        Task::Classify { model, size, batch } => [model != Model::ResNet18, !PRACTICE_SIZES.contains(&size), batch > 1],
        Task::Matmul { .. } => [true, false, false],
    };
    let beside_the_optimized = engine == Engine::Reference && spec.engines.contains(&Engine::Optimized);
    let others = [precision != Precision::F32, threads != Threads::All, streams > 1, beside_the_optimized];
    of_task.into_iter().chain(others).map(i32::from).sum()
}

#[cfg(test)]
#[path = "trim_tests.rs"]
mod tests;
