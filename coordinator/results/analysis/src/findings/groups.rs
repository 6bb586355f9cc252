//! Measurements of one device that may be compared, by what was computed.

use std::collections::BTreeMap;

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::job::Weights;
use cotejo_model::{Engine, Precision, Threads};

use super::{Basis, Placed, Subject, Subjected};
use crate::records::Records;

/// Measurements of which only the sizes and batches differ.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) basis: Basis,
    pub(super) entries: Entries<'a>,
}

type Settings = (Subject, Precision, Threads, Engine, bool);
type Made<'a> = (Settings, Option<Weights>, &'a str);
type Entries<'a> = Vec<(&'a Entry, &'a Measured)>;

/// The groups of a device, one forward at once. Of weights and builds that differ in nothing else, those with most
/// measurements, and the newest of those.
pub(super) fn of<'a>(records: &'a Records, subjected: &Subjected) -> Vec<Group<'a>> {
    let of_device = records.measured().filter(|(entry, _)| {
        (entry.machine, entry.device, entry.workload.streams) == (subjected.machine, subjected.device, 1)
    });
    let mut made: BTreeMap<Made<'_>, Entries<'_>> = BTreeMap::new();
    for (entry, measured) in of_device {
        let workload = entry.workload;
        let settings =
            (Subject::of(workload.task), workload.precision, workload.threads, workload.engine, workload.exact);
        made.entry((settings, measured.weights, &measured.build)).or_default().push((entry, measured));
    }
    let mut best: BTreeMap<Settings, Entries<'_>> = BTreeMap::new();
    for ((settings, ..), entries) in made {
        let rank =
            |entries: &Entries<'_>| (entries.len(), entries.iter().map(|(_, measured)| measured.started_ms).max());
        if best.get(&settings).is_none_or(|known| rank(&entries) > rank(known)) {
            best.insert(settings, entries);
        }
    }
    best.into_iter().map(|(settings, entries)| Group { basis: basis(settings, &entries, subjected), entries }).collect()
}

/// Of groups that differ in their threads alone, the one with all of them, or else with most: what threads bring has a
/// finding of its own.
pub(super) fn on_most_threads(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let settings = |group: &Group<'_>| {
        let Basis { subject, precision, engine, exact, .. } = group.basis;
        (subject, precision, engine, exact)
    };
    let threads = |group: &Group<'_>| match group.basis.threads {
        Threads::All => u32::MAX,
        Threads::Exactly(count) => count,
    };
    let mut most: BTreeMap<(Subject, Precision, Engine, bool), Group<'_>> = BTreeMap::new();
    for group in groups {
        if most.get(&settings(&group)).is_none_or(|known| threads(&group) > threads(known)) {
            most.insert(settings(&group), group);
        }
    }
    most.into_values().collect()
}

fn basis(settings: Settings, entries: &[(&Entry, &Measured)], subjected: &Subjected) -> Basis {
    let (subject, precision, threads, engine, exact) = settings;
    Basis {
        subject,
        device: subjected.device.kind(),
        device_name: entries.first().map(|(entry, _)| entry.device_name.clone()).unwrap_or_default(),
        of_peer: subjected.of_peer.clone(),
        precision,
        threads,
        engine,
        exact,
        simulated: entries.iter().any(|(_, measured)| measured.simulated),
    }
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

    /// What differs in one number, where most do; from the smallest number on.
    fn widest<K: Ord + Copy>(
        &self,
        fixed: impl Fn(&Entry) -> K,
        moving: impl Fn(&Entry) -> Option<u32>,
    ) -> Option<(K, Placed<'a>)> {
        let mut series: BTreeMap<K, Placed<'a>> = BTreeMap::new();
        for (entry, measured) in &self.entries {
            if let Some(at) = moving(entry) {
                series.entry(fixed(entry)).or_default().push((at, entry, measured));
            }
        }
        let most = series.values().map(Vec::len).max()?;
        let (fixed, mut placed) = series.into_iter().find(|(_, placed)| placed.len() == most)?;
        placed.sort_by_key(|(at, ..)| *at);
        Some((fixed, placed))
    }
}
