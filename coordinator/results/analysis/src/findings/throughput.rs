//! What a larger batch brings.

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::stats::{self, Estimate};

use super::groups::Group;
use super::{Basis, Finding, time};
use crate::speed;

/// A larger batch that gives less than this many times the images a second is not worth it.
const WORTH: f64 = 1.10;

/// Images a second over the batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Throughput {
    /// Of what.
    pub basis: Basis,
    /// Pixels a side.
    pub size: u32,
    /// The smallest batch with its images a second.
    pub smallest: (u32, Estimate),
    /// The batch with the most images a second, with them.
    pub best: (u32, Estimate),
    /// The largest batch.
    pub largest: u32,
    /// Where it stops to pay.
    pub saturation: Saturation,
}

/// Where a larger batch stops to pay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Saturation {
    /// From this batch on, no measured one gives 10 % more images a second.
    From {
        /// The batch.
        batch: u32,
        /// The most that a larger one gives, as a ratio.
        gain: Estimate,
        /// The gain's interval reaches above 10 %.
        uncertain: bool,
    },
    /// The largest batch still gives 10 % more than the one before.
    NotYet {
        /// The one before.
        before: u32,
        /// What the largest gives over it, as a ratio.
        gain: Estimate,
    },
}

pub(super) fn of(groups: &[Group<'_>]) -> Vec<Finding> {
    groups.iter().filter_map(|group| throughput(group).map(Finding::Throughput)).collect()
}

fn throughput(group: &Group<'_>) -> Option<Throughput> {
    let (size, placed) = group.over_batches()?;
    let rate = |(batch, entry, measured): &(u32, &Entry, &Measured)| {
        Some((*batch, speed::throughput(&entry.workload, time(measured))?))
    };
    let rates: Vec<(u32, Estimate)> = placed.iter().map(rate).collect::<Option<_>>()?;
    let [.., before, largest] = rates.as_slice() else { return None };
    // A rate over a rate, as a time over a time.
    let gain = |from: &(u32, Estimate), to: &(u32, Estimate)| stats::speed_up(to.1, from.1);
    let most_beyond = |at: usize| {
        rates[at + 1..].iter().filter_map(|later| gain(&rates[at], later)).max_by(|a, b| a.value.total_cmp(&b.value))
    };
    let saturated = (0..rates.len() - 1).find_map(|at| {
        let gain = most_beyond(at).filter(|gain| gain.value < WORTH)?;
        let uncertain = gain.ci.is_none_or(|ci| ci.high >= WORTH);
        Some(Saturation::From { batch: rates[at].0, gain, uncertain })
    });
    Some(Throughput {
        basis: group.basis.clone(),
        size,
        smallest: *rates.first()?,
        best: *rates.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?,
        largest: largest.0,
        saturation: saturated
            .or_else(|| Some(Saturation::NotYet { before: before.0, gain: gain(before, largest)? }))?,
    })
}
