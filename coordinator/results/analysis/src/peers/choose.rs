//! Whose GPU times.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::{DeviceId, DeviceKind, MachineId, Reference};

use super::rows::{Row, matches};
use super::{Gap, Gpu, Nobody, ReferenceTimes, Wanted, Why};
use crate::key::Key;
use crate::rank::{geometric_mean, slowness};
use crate::records::Records;

/// A GPU with times that may stand beside CPU times of the machine that asks.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) machine: MachineId,
    name: &'a str,
    device: DeviceId,
    /// What of it may stand beside a row.
    pub(super) times: BTreeMap<Key, (&'a Entry, &'a Measured)>,
    /// Everything that it measured.
    all: Vec<Key>,
}

/// What was chosen.
pub(super) enum Chosen<'a> {
    Own(Candidate<'a>),
    Peer { candidate: Candidate<'a>, why: Why, candidates: usize },
    Reference(ReferenceTimes, Vec<&'a Reference>),
    Nobody(Nobody),
}

pub(super) fn choose<'a>(
    records: &'a Records,
    mine: MachineId,
    own: &[Row<'a>],
    wanted: Wanted,
    references: &'a [Reference],
) -> Chosen<'a> {
    if wanted == Wanted::Reference {
        let nobody = match references.len() {
            0 => Nobody::NoReferences,
            references => Nobody::NoMatchingReferences { references },
        };
        return of_references(own, references, None).unwrap_or(Chosen::Nobody(nobody));
    }
    let gpus = gpus(records, own);
    let of_mine = gpus.iter().filter(|gpu| gpu.machine == mine && !gpu.times.is_empty()).cloned();
    let own_gpu = ranked(&real_ones(of_mine.collect())).into_iter().next();
    if let (Wanted::Usual, Some(fastest)) = (wanted, &own_gpu) {
        return Chosen::Own(fastest.clone());
    }
    let others: Vec<Candidate<'a>> = gpus.into_iter().filter(|gpu| gpu.machine != mine).collect();
    if let Wanted::Machine(machine) = wanted {
        return asked_for(others, machine);
    }
    let measured = others.len();
    let candidates = real_ones(others.into_iter().filter(|gpu| !gpu.times.is_empty()).collect());
    let count = candidates.len();
    let found = match wanted {
        Wanted::BestGpu => ranked(&candidates).into_iter().next().map(|gpu| (gpu, Why::BestGpu)),
        // Of an even number the faster of the two in the middle: a machine that is there, not a mean of two.
        Wanted::MedianGpu => {
            ranked(&candidates).into_iter().nth(count.saturating_sub(1) / 2).map(|gpu| (gpu, Why::MedianGpu))
        }
        _ => closest(records, mine, own, ranked(&candidates)),
    };
    if let Some((candidate, why)) = found {
        return Chosen::Peer { candidate, why, candidates: count };
    }
    // Nobody else has a GPU: this PC's own is the best, the closest and the one in the middle.
    if let Some(own) = own_gpu.filter(|_| measured == 0) {
        return Chosen::Own(own);
    }
    let nobody = if measured == 0 { Nobody::NoGpu } else { Nobody::NothingComparable { gpus: measured } };
    let instead = (wanted == Wanted::Usual).then(|| of_references(own, references, Some(nobody))).flatten();
    instead.unwrap_or(Chosen::Nobody(nobody))
}

/// Every GPU that was measured, with what of it may stand beside these rows.
fn gpus<'a>(records: &'a Records, own: &[Row<'a>]) -> Vec<Candidate<'a>> {
    let mut gpus: BTreeMap<(&str, MachineId, DeviceId), Candidate<'a>> = BTreeMap::new();
    for (entry, measured) in records.measured().filter(|(entry, _)| entry.device.kind() == DeviceKind::Cuda) {
        let (name, machine, device) = (entry.machine_name.as_str(), entry.machine, entry.device);
        let empty = || Candidate { machine, name, device, times: BTreeMap::new(), all: Vec::new() };
        let gpu = gpus.entry((name, machine, device)).or_insert_with(empty);
        let key = Key::across_devices(entry, measured);
        gpu.all.push(key.clone());
        if own.iter().any(|row| row.key == key) {
            gpu.times.insert(key, (entry, measured));
        }
    }
    gpus.into_values().collect()
}

/// What is made up counts only where nothing else is there.
fn real_ones(candidates: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let (real, simulated): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|candidate| !candidate.is_simulated());
    if real.is_empty() { simulated } else { real }
}

/// The fastest first.
fn ranked<'a>(candidates: &[Candidate<'a>]) -> Vec<Candidate<'a>> {
    let times = |candidate: &Candidate<'a>| {
        let seconds = candidate.times.iter().map(|(key, (_, measured))| (key.clone(), measured.summary.median));
        seconds.collect::<Vec<_>>()
    };
    let slowness = slowness(&candidates.iter().map(times).collect::<Vec<_>>());
    let mut ranked: Vec<(f64, Candidate<'a>)> = slowness.into_iter().zip(candidates.iter().cloned()).collect();
    ranked.sort_by(|(a, one), (b, other)| {
        let rest = |gpu: &Candidate<'_>| (std::cmp::Reverse(gpu.times.len()), gpu.machine, gpu.device);
        a.total_cmp(b).then_with(|| one.name.cmp(other.name)).then_with(|| rest(one).cmp(&rest(other)))
    });
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How near a machine's CPU is; the nearest sorts first.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Nearness {
    /// By times that both measured.
    Times { ratio: f64, cells: usize },
    /// By the product's name.
    Model,
    /// Nothing is known.
    Unknown,
}

impl Nearness {
    fn cmp(self, other: Self) -> Ordering {
        let rank = |nearness| match nearness {
            Self::Times { .. } => 0,
            Self::Model => 1,
            Self::Unknown => 2,
        };
        match (self, other) {
            // The same factor is as far on both sides of 1.
            (Self::Times { ratio: a, .. }, Self::Times { ratio: b, .. }) => a.ln().abs().total_cmp(&b.ln().abs()),
            _ => rank(self).cmp(&rank(other)),
        }
    }

    fn why(self) -> Why {
        match self {
            Self::Times { ratio, cells } => Why::ClosestCpu { ratio, cells },
            Self::Model => Why::SameCpu,
            Self::Unknown => Why::FirstByName,
        }
    }
}

/// The one whose CPU is closest; of one machine's GPUs, the fastest.
fn closest<'a>(
    records: &Records,
    mine: MachineId,
    own: &[Row<'_>],
    mut ranked: Vec<Candidate<'a>>,
) -> Option<(Candidate<'a>, Why)> {
    ranked.sort_by(|a, b| a.name.cmp(b.name));
    let near = ranked.into_iter().map(|candidate| (nearness(records, mine, own, candidate.machine), candidate));
    let (nearness, candidate) = near.min_by(|(a, _), (b, _)| a.cmp(*b))?;
    Some((candidate, nearness.why()))
}

fn nearness(records: &Records, mine: MachineId, own: &[Row<'_>], other: MachineId) -> Nearness {
    let ratios = records.measured_on(other, DeviceKind::Cpu).filter_map(|(entry, measured)| {
        let key = Key::of(entry, measured);
        let row = own.iter().find(|row| row.among_cpus() == key)?;
        Some(measured.summary.median / row.measured.summary.median)
    });
    if let Some((ratio, cells)) = geometric_mean(ratios) {
        return Nearness::Times { ratio, cells };
    }
    let model = cpu_model(records, mine);
    if model.is_some() && model == cpu_model(records, other) { Nearness::Model } else { Nearness::Unknown }
}

/// A machine's processor, as it says itself or as its measurements do.
pub(super) fn cpu_model(records: &Records, machine: MachineId) -> Option<&str> {
    let said = records.environment(machine).map(|environment| environment.cpu.as_str());
    said.or_else(|| records.measured_on(machine, DeviceKind::Cpu).next().map(|(entry, _)| entry.device_name.as_str()))
}

fn asked_for(others: Vec<Candidate<'_>>, machine: MachineId) -> Chosen<'_> {
    let of_machine: Vec<Candidate<'_>> = others.into_iter().filter(|gpu| gpu.machine == machine).collect();
    let gpus = of_machine.len();
    let candidates = real_ones(of_machine.into_iter().filter(|gpu| !gpu.times.is_empty()).collect());
    let count = candidates.len();
    match ranked(&candidates).into_iter().next() {
        Some(candidate) => Chosen::Peer { candidate, why: Why::Asked, candidates: count },
        None => Chosen::Nobody(Nobody::NotOfThatMachine { machine, gpus }),
    }
}

/// The reference times of the GPU that has most of the rows, or the first by name of those.
fn of_references<'a>(own: &[Row<'_>], references: &'a [Reference], instead: Option<Nobody>) -> Option<Chosen<'a>> {
    let mut sets: BTreeMap<(&str, &str), Vec<&Reference>> = BTreeMap::new();
    for reference in references {
        if own.iter().any(|row| matches(reference, &row.entry.workload)) {
            sets.entry((&reference.set, &reference.device_name)).or_default().push(reference);
        }
    }
    let candidates = sets.len();
    let most = sets.values().map(Vec::len).max()?;
    let chosen = sets.into_values().find(|set| set.len() == most)?;
    let first = *chosen.first()?;
    let runs: Vec<u32> = chosen.iter().filter_map(|reference| reference.runs).collect();
    let times = ReferenceTimes {
        set: first.set.clone(),
        source: first.source.clone(),
        device_name: first.device_name.clone(),
        software: first.software.clone(),
        measured_on: first.measured_on.clone(),
        imported_ms: chosen.iter().map(|reference| reference.imported_ms).max()?,
        runs: runs.iter().min().zip(runs.iter().max()).map(|(least, most)| (*least, *most)),
        candidates,
        instead,
    };
    Some(Chosen::Reference(times, chosen))
}

impl Candidate<'_> {
    /// Whether any of its times is made up.
    fn is_simulated(&self) -> bool {
        self.times.values().any(|(_, measured)| measured.simulated)
    }

    /// Why it has nothing for a row.
    pub(super) fn gap(&self, key: &Key) -> Gap {
        let of_task = self.all.iter().filter(|other| other.is_of_task(key));
        let nearest = of_task.map(|other| key.differences(other)).min_by_key(Vec::len);
        nearest.map_or(Gap::NotMeasured, Gap::Differs)
    }

    pub(super) fn gpu(&self) -> Gpu {
        let measured = || self.times.values().map(|(_, measured)| *measured);
        let runs = || measured().map(|measured| measured.summary.n);
        let dates = || measured().map(|measured| measured.started_ms);
        Gpu {
            device: self.device,
            name: self.times.values().next().map(|(entry, _)| entry.device_name.clone()).unwrap_or_default(),
            record: measured().find_map(|measured| measured.gpu.clone()),
            simulated: self.is_simulated(),
            runs: (runs().min().unwrap_or_default(), runs().max().unwrap_or_default()),
            measured_ms: (dates().min().unwrap_or_default(), dates().max().unwrap_or_default()),
        }
    }
}
