//! GPU times that may not stand beside any of the CPU times, counted by what differed.

use std::collections::{BTreeMap, BTreeSet};

use cotejo_model::{DeviceKind, MachineId};

use super::LeftOut;
use super::choose::Chosen;
use super::rows::Row;
use crate::key::{Difference, Key};
use crate::records::Records;

/// Of the machines whose GPU times were asked about: the own one, or every other one.
pub(super) fn of(records: &Records, mine: MachineId, own: &[Row<'_>], chosen: &Chosen<'_>) -> Vec<LeftOut> {
    let is_asked = |machine: MachineId| match chosen {
        Chosen::Own(_) => machine == mine,
        Chosen::Peer { .. } | Chosen::Nobody(_) => machine != mine,
        // A source gives a time, or it does not.
        Chosen::Reference(times, _) => times.instead.is_some() && machine != mine,
    };
    let mut counted: BTreeMap<Vec<Difference>, (usize, BTreeSet<MachineId>)> = BTreeMap::new();
    let gpu_times = records.measured().filter(|(entry, _)| entry.device.kind() == DeviceKind::Cuda);
    for (entry, measured) in gpu_times.filter(|(entry, _)| is_asked(entry.machine)) {
        let differences = differences(&Key::across_devices(entry, measured), own);
        if !differences.is_empty() {
            let (results, machines) = counted.entry(differences).or_default();
            *results += 1;
            machines.insert(entry.machine);
        }
    }
    let left_out = |(differences, (results, machines)): (_, (usize, BTreeSet<_>))| LeftOut {
        differences,
        results,
        machines: machines.len(),
    };
    counted.into_iter().map(left_out).collect()
}

/// What keeps a GPU time from the CPU time that is most alike; of another task, nothing more need be said.
fn differences(key: &Key, own: &[Row<'_>]) -> Vec<Difference> {
    let of_task = own.iter().filter(|row| row.key.is_of_task(key));
    of_task.map(|row| row.key.differences(key)).min_by_key(Vec::len).unwrap_or_else(|| vec![Difference::Task])
}
