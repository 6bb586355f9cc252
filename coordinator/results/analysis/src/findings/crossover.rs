//! From which image size, and from which batch on, the GPU wins.

use std::collections::BTreeMap;

use cotejo_model::stats::Estimate;

use super::{Finding, widest};
use crate::key::{Key, Subject};
use crate::peers::{PeerComparison, PeerRow};

/// CPU and GPU over sizes or batches.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossover {
    /// What was computed.
    pub subject: Subject,
    /// How.
    pub settings: Key,
    /// Over what.
    pub over: Axis,
    /// What was measured on both, with CPU time over GPU time, from the smallest.
    pub points: Vec<(u32, Estimate)>,
    /// Who wins where.
    pub verdict: Verdict,
    /// A time without an interval was taken as it stands.
    pub without_interval: bool,
    /// Some of the times are made up.
    pub simulated: bool,
}

/// What changes from point to point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Pixels a side, or rows, at this batch; a product has none.
    Size {
        /// Images in one forward.
        batch: Option<u32>,
    },
    /// Images in one forward, at this size.
    Batch {
        /// Pixels a side.
        size: u32,
    },
}

/// Who wins where. Someone wins where the intervals of the two times do not touch.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The GPU everywhere.
    Gpu,
    /// The CPU everywhere.
    Cpu,
    /// The CPU below, the GPU above.
    From {
        /// Where their times are equal, interpolated in logarithms.
        at: f64,
        /// The lowest and the highest place where they may be, by the intervals of the times.
        range: (f64, f64),
    },
    /// The GPU from this one on; below, it cannot be told.
    GpuFrom {
        /// The first where it wins.
        sure: u32,
    },
    /// The CPU up to this one; above, it cannot be told.
    CpuTo {
        /// The last where it wins.
        sure: u32,
    },
    /// It cannot be told anywhere.
    Unsure,
    /// No single place divides them.
    Mixed {
        /// Where the GPU wins.
        gpu: Vec<u32>,
        /// Where the CPU does.
        cpu: Vec<u32>,
        /// Where it cannot be told.
        unsure: Vec<u32>,
    },
}

pub(super) fn of(peers: Option<&PeerComparison>) -> Vec<Finding> {
    let tables = peers.iter().flat_map(|peers| &peers.tables);
    tables
        .flat_map(|table| {
            let mut subjects: BTreeMap<Subject, Vec<&PeerRow>> = BTreeMap::new();
            for row in table.rows.iter().filter(|row| row.speed_up.is_some()) {
                subjects.entry(Subject::of(row.task)).or_default().push(row);
            }
            subjects.into_iter().flat_map(|(subject, rows)| of_subject(subject, &table.settings, &rows))
        })
        .map(Finding::Crossover)
        .collect()
}

fn of_subject(subject: Subject, settings: &Key, rows: &[&PeerRow]) -> Vec<Crossover> {
    let sizes = widest(rows, |row| row.task.batch(), |row| Some(row.task.size()));
    let batches = widest(rows, |row| row.task.size(), |row| row.task.batch()).filter(|(_, rows)| rows.len() > 1);
    let of_sizes = sizes.and_then(|(batch, rows)| crossover(subject, settings, Axis::Size { batch }, &rows));
    let of_batches = batches.and_then(|(size, rows)| crossover(subject, settings, Axis::Batch { size }, &rows));
    of_sizes.into_iter().chain(of_batches).collect()
}

fn crossover(subject: Subject, settings: &Key, over: Axis, rows: &[(u32, &PeerRow)]) -> Option<Crossover> {
    let ratio = |(at, row): &(u32, &PeerRow)| Some((*at, row.speed_up?));
    let points: Vec<(u32, Estimate)> = rows.iter().map(ratio).collect::<Option<_>>()?;
    Some(Crossover {
        subject,
        settings: settings.clone(),
        over,
        verdict: verdict(&points)?,
        without_interval: points.iter().any(|(_, ratio)| ratio.ci.is_none()),
        simulated: rows.iter().any(|(_, row)| row.cpu.simulated || row.gpu.as_ref().is_ok_and(|gpu| gpu.simulated)),
        points,
    })
}

/// The logarithm of CPU time over GPU time: positive where the GPU wins.
#[derive(Debug, Clone, Copy)]
struct Advantage {
    at: u32,
    low: f64,
    value: f64,
    high: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Winner {
    Cpu,
    Unsure,
    Gpu,
}

impl Advantage {
    fn winner(&self) -> Winner {
        if self.low > 0.0 {
            Winner::Gpu
        } else if self.high < 0.0 {
            Winner::Cpu
        } else {
            Winner::Unsure
        }
    }
}

/// Who wins at these places, given CPU time over GPU time from the smallest place on; none where there are none.
fn verdict(points: &[(u32, Estimate)]) -> Option<Verdict> {
    let advantages: Vec<Advantage> = points
        .iter()
        .map(|(at, ratio)| {
            let (low, high) = ratio.ci.map_or((ratio.value, ratio.value), |ci| (ci.low, ci.high));
            Advantage { at: *at, low: low.ln(), value: ratio.value.ln(), high: high.ln() }
        })
        .collect();
    let winners: Vec<Winner> = advantages.iter().map(Advantage::winner).collect();
    let place = |at: usize| advantages[at].at;
    let all = |winner| winners.iter().all(|one| *one == winner);
    let first_gpu = winners.iter().position(|winner| *winner == Winner::Gpu);
    let last_cpu = winners.iter().rposition(|winner| *winner == Winner::Cpu);
    // The CPU's places first, then those that cannot be told, then the GPU's.
    let one_change = winners.is_sorted_by_key(|winner| *winner as u8);
    winners.first()?;
    Some(match (last_cpu, first_gpu) {
        _ if all(Winner::Gpu) => Verdict::Gpu,
        _ if all(Winner::Cpu) => Verdict::Cpu,
        (None, None) => Verdict::Unsure,
        (Some(cpu), Some(gpu)) if one_change => {
            let between = &advantages[cpu..=gpu];
            let crossings = |line: fn(&Advantage) -> f64| crossings(between, line);
            let at = middle(&crossings(|advantage| advantage.value))?;
            let low = crossings(|advantage| advantage.high).first().copied()?;
            let high = crossings(|advantage| advantage.low).last().copied()?;
            Verdict::From { at, range: (low, high) }
        }
        (None, Some(gpu)) if one_change => Verdict::GpuFrom { sure: place(gpu) },
        (Some(cpu), None) if one_change => Verdict::CpuTo { sure: place(cpu) },
        _ => {
            let of = |winner| {
                let won = winners.iter().enumerate().filter(|(_, one)| **one == winner);
                won.map(|(at, _)| place(at)).collect()
            };
            Verdict::Mixed { gpu: of(Winner::Gpu), cpu: of(Winner::Cpu), unsure: of(Winner::Unsure) }
        }
    })
}

/// Where a line through these points rises above zero, straight in the logarithm of the place.
fn crossings(points: &[Advantage], line: fn(&Advantage) -> f64) -> Vec<f64> {
    let rising = points.windows(2).filter(|pair| line(&pair[0]) <= 0.0 && line(&pair[1]) > 0.0);
    rising
        .map(|pair| {
            let (from, to) = (line(&pair[0]), line(&pair[1]));
            let share = -from / (to - from);
            let (start, end) = (f64::from(pair[0].at).ln(), f64::from(pair[1].at).ln());
            (start + share * (end - start)).exp()
        })
        .collect()
}

/// Of several crossings within what cannot be told, the one in the middle.
fn middle(crossings: &[f64]) -> Option<f64> {
    crossings.get(crossings.len() / 2).copied()
}
