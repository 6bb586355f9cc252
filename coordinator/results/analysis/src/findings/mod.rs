//! What the figures of one machine say: from where on the GPU wins, how time follows the size, what a batch and threads
//! bring, what copies cost. Each finding carries its figures, and one that the data do not support says what to measure.

mod copies;
mod crossover;
mod first_run;
mod groups;
mod growth;
mod rate;
mod scaling;
mod throughput;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::stats::Estimate;
use cotejo_model::{DeviceId, DeviceKind, MachineId};

use crate::key::{Key, Subject};
use crate::peers::{PeerComparison, Third};
use crate::records::{Records, pseudonym};

pub use copies::{Clock, Copies, CopyShare};
pub use crossover::{Axis, Crossover, Verdict};
pub use first_run::{FirstRun, FirstRunOver};
pub use growth::Growth;
pub use rate::{Achieved, Peak, Rate};
pub use scaling::{Scaling, ThreadTime};
pub use throughput::{Saturation, Throughput};

/// What all figures of a finding have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// What was computed.
    pub subject: Subject,
    /// On which kind of device.
    pub device: DeviceKind,
    /// The device's product name.
    pub device_name: String,
    /// The pseudonym of its machine, where it is another one than the finding's.
    pub of_peer: Option<String>,
    /// How it was computed, whatever the sizes and batches; without threads where they are what varies.
    pub settings: Key,
    /// Some of the figures are made up, for a rehearsal.
    pub simulated: bool,
}

/// Something that the figures say.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// From where on the GPU wins.
    Crossover(Crossover),
    /// How time follows the number of pixels.
    Growth(Growth),
    /// What a larger batch brings.
    Throughput(Throughput),
    /// What more threads bring.
    Scaling(Scaling),
    /// What copying to and from the GPU costs.
    Copies(Copies),
    /// The very first run beside warmed-up ones.
    FirstRun(FirstRun),
    /// Operations a second beside the device's measured peak.
    Rate(Rate),
    /// Something that the figures do not say.
    CannotTell(CannotTell),
}

/// What nothing was measured for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotTell {
    /// From where on the GPU wins: there is no GPU time beside a CPU time.
    Crossover,
    /// How time follows the size: there is one size.
    Growth,
    /// What a batch brings: there is one batch.
    Throughput,
    /// What threads bring: there is one number of threads.
    Scaling {
        /// The machine's cores, where they are known.
        cores: Option<u32>,
    },
    /// How near the device's peak: no product was measured on it.
    Rate(DeviceKind),
}

impl Finding {
    /// Whether some of its figures are made up.
    pub fn is_simulated(&self) -> bool {
        match self {
            Self::Crossover(found) => found.simulated,
            Self::Growth(Growth { basis, .. })
            | Self::Throughput(Throughput { basis, .. })
            | Self::Scaling(Scaling { basis, .. })
            | Self::Copies(Copies { basis, .. })
            | Self::FirstRun(FirstRun { basis, .. })
            | Self::Rate(Rate { basis, .. }) => basis.simulated,
            Self::CannotTell(_) => false,
        }
    }
}

/// A device whose figures are looked at: one of the machine itself, or the peer's GPU that stands in for it.
#[derive(Debug, Clone)]
struct Subjected {
    machine: MachineId,
    device: DeviceId,
    of_peer: Option<String>,
}

/// What this machine's figures say. With its CPU and GPU times side by side, where there are any: a GPU of a peer that
/// stands there is looked at too.
pub fn of(records: &Records, machine: MachineId, peers: Option<&PeerComparison>) -> Vec<Finding> {
    let mut devices: Vec<Subjected> = Vec::new();
    for (entry, _) in records.measured().filter(|(entry, _)| entry.machine == machine) {
        if !devices.iter().any(|known| known.device == entry.device) {
            devices.push(Subjected { machine, device: entry.device, of_peer: None });
        }
    }
    devices.sort_by_key(|subjected| subjected.device);
    if let Some(Third::Peer(peer)) = peers.map(|peers| &peers.third) {
        let of_peer = Some(pseudonym(peer.machine));
        devices.push(Subjected { machine: peer.machine, device: peer.gpu.device, of_peer });
    }
    let groups = devices.iter().flat_map(|device| groups::on_most_threads(groups::of(records, device)));
    let groups: Vec<groups::Group<'_>> = groups.collect();
    let cores = records.environment(machine).map(|environment| environment.physical_cores).filter(|cores| *cores > 0);
    let or = |found: Vec<Finding>, otherwise: CannotTell| {
        if found.is_empty() { vec![Finding::CannotTell(otherwise)] } else { found }
    };
    let own_cpu = devices.iter().any(|device| device.device == DeviceId::Cpu);
    let mut all = or(crossover::of(peers), CannotTell::Crossover);
    all.extend(or(growth::of(&groups), CannotTell::Growth));
    all.extend(or(throughput::of(&groups), CannotTell::Throughput));
    if own_cpu {
        all.extend(or(scaling::of(records, machine, cores), CannotTell::Scaling { cores }));
    }
    all.extend(copies::of(&groups));
    all.extend(first_run::of(&groups));
    all.extend(rate::of(&groups));
    all
}

/// The estimate of a measured time.
fn time(measured: &Measured) -> Estimate {
    measured.summary.estimate()
}

/// Entries of a group by a number, such as their sizes, each once.
type Placed<'a> = Vec<(u32, &'a Entry, &'a Measured)>;

/// Of what differs in one number only, where most do; from the smallest number on.
fn widest<T: Copy, K: Ord>(
    items: &[T],
    fixed: impl Fn(&T) -> K,
    moving: impl Fn(&T) -> Option<u32>,
) -> Option<(K, Vec<(u32, T)>)> {
    let mut series: BTreeMap<K, Vec<(u32, T)>> = BTreeMap::new();
    for item in items {
        if let Some(at) = moving(item) {
            series.entry(fixed(item)).or_default().push((at, *item));
        }
    }
    let most = series.values().map(Vec::len).max()?;
    let (fixed, mut placed) = series.into_iter().find(|(_, placed)| placed.len() == most)?;
    placed.sort_by_key(|(at, _)| *at);
    Some((fixed, placed))
}
