//! Operations a second beside the device's measured peak: the fastest matrix product on it.

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::stats::{self, Estimate};
use cotejo_model::{Task, estimate};

use super::groups::Group;
use super::{Basis, CannotTell, Finding, time};
use crate::key::Subject;

/// What a network achieves, and what the device was seen to do at most.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Of what.
    pub basis: Basis,
    /// The lowest and the highest over sizes and batches; equal where there is one.
    pub achieved: (Achieved, Achieved),
    /// What the device was seen to do at most.
    pub peak: Peak,
}

/// Operations a second of one task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Achieved {
    /// The task.
    pub task: Task,
    /// FLOP/s at the median, by the direct algorithm.
    pub flops: Estimate,
    /// That over the peak.
    pub share: Estimate,
}

/// The fastest matrix product measured on the device in the same arithmetic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Rows and columns.
    pub size: u32,
    /// FLOP/s.
    pub flops: Estimate,
}

/// Of each network. Where no product was measured on its device, that is said once a device.
pub(super) fn of(groups: &[Group<'_>]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for group in groups.iter().filter(|group| group.basis.subject != Subject::Product) {
        let finding = match peak(group, groups) {
            Some(peak) => rate(group, peak).map(Finding::Rate),
            None => Some(Finding::CannotTell(CannotTell::Rate(group.basis.device))),
        };
        found.extend(finding.filter(|finding| !found.contains(finding)));
    }
    found
}

/// Of any engine and number of threads: the most that the device was seen to do.
fn peak(group: &Group<'_>, groups: &[Group<'_>]) -> Option<Peak> {
    let Basis { device, of_peer, device_name, settings, simulated, .. } = &group.basis;
    let products = groups.iter().filter(|other| {
        let basis = &other.basis;
        basis.subject == Subject::Product
            && (basis.device, &basis.of_peer, &basis.device_name) == (*device, of_peer, device_name)
            && (basis.settings.precision, basis.simulated) == (settings.precision, *simulated)
    });
    let rates = products.flat_map(|group| &group.entries).filter_map(|(entry, measured)| {
        Some(Peak { size: entry.workload.task.size(), flops: flops(entry, measured)? })
    });
    rates.max_by(|a, b| a.flops.value.total_cmp(&b.flops.value))
}

fn rate(group: &Group<'_>, peak: Peak) -> Option<Rate> {
    let achieved = group.entries.iter().filter_map(|(entry, measured)| {
        let flops = flops(entry, measured)?;
        Some(Achieved { task: entry.workload.task, flops, share: stats::speed_up(flops, peak.flops)? })
    });
    let achieved: Vec<Achieved> = achieved.collect();
    let by_rate = |a: &&Achieved, b: &&Achieved| a.flops.value.total_cmp(&b.flops.value);
    let lowest = *achieved.iter().min_by(by_rate)?;
    let highest = *achieved.iter().max_by(by_rate)?;
    Some(Rate { basis: group.basis.clone(), achieved: (lowest, highest), peak })
}

fn flops(entry: &Entry, measured: &Measured) -> Option<Estimate> {
    stats::rate(estimate::flops(&entry.workload), time(measured))
}
