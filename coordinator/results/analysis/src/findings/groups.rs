//! Measurements of one device that may be compared, by what was computed.

use std::collections::BTreeMap;

use cotejo_model::Threads;
use cotejo_model::comparison::{Entry, Measured};

use super::{Basis, Placed, Subjected, widest};
use crate::key::{Key, Subject, Varying};
use crate::rank::highest;
use crate::records::Records;

/// Measurements of which only the sizes and batches differ.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) basis: Basis,
    pub(super) entries: Entries<'a>,
}

type Entries<'a> = Vec<(&'a Entry, &'a Measured)>;

/// The groups of a device, one forward at once. Of weights and builds that differ in nothing else, those with most
/// measurements, and the newest of those.
pub(super) fn of<'a>(records: &'a Records, subjected: &Subjected) -> Vec<Group<'a>> {
    let of_device = records.measured().filter(|(entry, _)| {
        (entry.machine, entry.device, entry.workload.streams) == (subjected.machine, subjected.device, 1)
    });
    let mut made: BTreeMap<Key, Entries<'_>> = BTreeMap::new();
    for (entry, measured) in of_device {
        made.entry(Key::of(entry, measured).over(Varying::SizeAndBatch)).or_default().push((entry, measured));
    }
    let asked = made.into_iter().map(|(key, entries)| (key.as_asked(), entries));
    let newest_ms = |entries: &Entries<'_>| entries.iter().map(|(_, measured)| measured.started_ms).max();
    let best = highest(asked, |entries| (entries.len(), newest_ms(entries)));
    best.into_values().filter_map(|entries| Some(Group { basis: basis(&entries, subjected)?, entries })).collect()
}

/// Of groups that differ in their threads alone, the one with all of them, or else with most: what threads bring has a
/// finding of its own.
pub(super) fn on_most_threads(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let but_for_threads = |group: &Group<'_>| {
        let Basis { subject, settings, .. } = &group.basis;
        (*subject, settings.clone().over(Varying::Threads))
    };
    let threads = |group: &Group<'_>| match group.basis.settings.threads {
        Some(Threads::Exactly(count)) => count,
        Some(Threads::All) | None => u32::MAX,
    };
    highest(groups.into_iter().map(|group| (but_for_threads(&group), group)), threads).into_values().collect()
}

fn basis(entries: &[(&Entry, &Measured)], subjected: &Subjected) -> Option<Basis> {
    let (entry, _) = entries.first()?;
    Some(Basis {
        subject: Subject::of(entry.workload.task),
        device: subjected.device.kind(),
        device_name: entry.device_name.clone(),
        of_peer: subjected.of_peer.clone(),
        settings: Key::of_workload(&entry.workload).over(Varying::Task),
        simulated: entries.iter().any(|(_, measured)| measured.simulated),
    })
}

impl<'a> Group<'a> {
    /// The sizes at the batch that has most of them, or the smallest such batch; a product has none.
    pub(super) fn over_sizes(&self) -> Option<(Option<u32>, Placed<'a>)> {
        self.widest(|entry| entry.workload.task.batch(), |entry| Some(entry.workload.task.size()))
    }

    /// The batches at the size that has most of them, or the smallest such size.
    pub(super) fn over_batches(&self) -> Option<(u32, Placed<'a>)> {
        self.widest(|entry| entry.workload.task.size(), |entry| entry.workload.task.batch())
    }

    fn widest<K: Ord>(
        &self,
        fixed: impl Fn(&Entry) -> K,
        moving: impl Fn(&Entry) -> Option<u32>,
    ) -> Option<(K, Placed<'a>)> {
        let (fixed, placed) = widest(&self.entries, |(entry, _)| fixed(entry), |(entry, _)| moving(entry))?;
        Some((fixed, placed.into_iter().map(|(at, (entry, measured))| (at, entry, measured)).collect()))
    }
}
