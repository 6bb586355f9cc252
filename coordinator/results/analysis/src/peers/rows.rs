//! The rows: the own CPU times, and what may stand beside each.

use std::collections::BTreeMap;

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::job::Weights;
use cotejo_model::stats::speed_up;
use cotejo_model::{DeviceKind, Engine, MachineId, Reference, Threads, Workload};

use super::choose::Chosen;
use super::{Difference, Gap, PeerRow, PeerTable, Settings, Time};
use crate::records::Records;

/// What a GPU time must equal to stand beside a CPU time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub(super) workload: Workload,
    pub(super) weights: Option<Weights>,
    pub(super) build: &'a str,
}

impl<'a> Key<'a> {
    /// Without what has no meaning on a GPU: how convolutions are computed on a CPU.
    pub(super) fn of(entry: &Entry, measured: &'a Measured) -> Self {
        let workload = entry.workload.on(DeviceKind::Cuda);
        Self { workload, weights: measured.weights, build: &measured.build }
    }

    /// What keeps them apart; nothing if they are equal.
    pub(super) fn differences(&self, other: &Self) -> Vec<Difference> {
        let (a, b) = (&self.workload, &other.workload);
        let differing = [
            (Difference::Task, a.task != b.task),
            (Difference::Precision, a.precision != b.precision),
            (Difference::Threads, a.threads != b.threads),
            (Difference::Engine, a.engine != b.engine),
            (Difference::Weights, self.weights != other.weights),
            (Difference::Build, self.build != other.build),
        ];
        differing.into_iter().filter(|(_, differs)| *differs).map(|(difference, _)| difference).collect()
    }
}

/// A CPU time of the machine that asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) entry: &'a Entry,
    pub(super) measured: &'a Measured,
    pub(super) key: Key<'a>,
}

impl Row<'_> {
    /// What is the same for all rows of its table.
    fn settings(&self) -> Settings {
        let Workload { precision, threads, engine, exact, .. } = self.entry.workload;
        let Measured { weights, build, .. } = self.measured;
        Settings { precision, threads, engine, exact, weights: *weights, build: build.clone() }
    }
}

/// What this machine's CPU computed. Several forwards at once are no row: a GPU computes one, and the times would be of
/// unequal work.
pub(super) fn of(records: &Records, mine: MachineId) -> Vec<Row<'_>> {
    let one_stream = records.measured_on(mine, DeviceKind::Cpu).filter(|(entry, _)| entry.workload.streams == 1);
    one_stream.map(|(entry, measured)| Row { entry, measured, key: Key::of(entry, measured) }).collect()
}

/// The tables, and how many CPU times stand in none of them. Where some settings have GPU times, the others have no table;
/// of builds that differ in nothing else, the one with most GPU times has, and the newest of those.
pub(super) fn tables(own: &[Row<'_>], chosen: &Chosen<'_>) -> (Vec<PeerTable>, usize) {
    let mut tables: BTreeMap<Settings, Vec<PeerRow>> = BTreeMap::new();
    for row in own {
        tables.entry(row.settings()).or_default().push(beside(row, chosen));
    }
    let mut tables = products_join_classifiers(tables);
    let paired = tables.iter().any(|table| paired_rows(table) > 0);
    if paired {
        tables.retain(|table| paired_rows(table) > 0);
    }
    let mut best: BTreeMap<Settings, PeerTable> = BTreeMap::new();
    for table in tables {
        let but_for_the_build = Settings { build: String::new(), ..table.settings.clone() };
        let rank = |table: &PeerTable| (paired_rows(table), newest_ms(table));
        if best.get(&but_for_the_build).is_none_or(|known| rank(&table) > rank(known)) {
            best.insert(but_for_the_build, table);
        }
    }
    let mut tables: Vec<PeerTable> = best.into_values().collect();
    tables.sort_by_cached_key(|table| {
        let Settings { precision, threads, engine, exact, weights, build } = table.settings.clone();
        (precision, threads != Threads::All, threads, engine != Engine::Optimized, exact, weights, build)
    });
    let shown = tables.iter().map(|table| table.rows.len()).sum::<usize>();
    (tables, own.len() - shown)
}

fn paired_rows(table: &PeerTable) -> usize {
    table.rows.iter().filter(|row| row.gpu.is_ok()).count()
}

fn newest_ms(table: &PeerTable) -> Option<u64> {
    table.rows.iter().filter_map(|row| row.cpu.started_ms).max()
}

/// A product has no weights, and must not stand in a table of its own for that.
fn products_join_classifiers(mut tables: BTreeMap<Settings, Vec<PeerRow>>) -> Vec<PeerTable> {
    let products: Vec<Settings> = tables.keys().filter(|settings| settings.weights.is_none()).cloned().collect();
    for of_products in products {
        let same = |settings: &&Settings| {
            let without = Settings { weights: None, exact: false, ..(*settings).clone() };
            settings.weights.is_some() && without == of_products
        };
        let Some(home) = tables.keys().find(same).cloned() else { continue };
        if let Some(rows) = tables.remove(&of_products) {
            tables.entry(home).or_default().extend(rows);
        }
    }
    tables.into_iter().map(|(settings, rows)| PeerTable { settings, rows }).collect()
}

fn beside(row: &Row<'_>, chosen: &Chosen<'_>) -> PeerRow {
    let cpu = time(row.measured);
    let task = row.entry.workload.task;
    let gpu = gpu_time(row, chosen);
    let speed_up = gpu.as_ref().ok().and_then(|gpu| speed_up(cpu.estimate, gpu.estimate));
    PeerRow { task, cpu, gpu, speed_up }
}

fn gpu_time(row: &Row<'_>, chosen: &Chosen<'_>) -> Result<Time, Gap> {
    match chosen {
        Chosen::Own(candidate) | Chosen::Peer { candidate, .. } => match candidate.times.get(&row.key) {
            Some((_, measured)) => Ok(time(measured)),
            None => Err(candidate.gap(&row.key)),
        },
        Chosen::Reference(_, references) => {
            let found = references.iter().find(|reference| matches(reference, &row.entry.workload));
            found.map(|reference| of_reference(reference)).ok_or(Gap::NotMeasured)
        }
        Chosen::Nobody(_) => Err(Gap::Nobody),
    }
}

/// Whether a reference time is of this computation: all that a source says of it.
pub(super) fn matches(reference: &Reference, workload: &Workload) -> bool {
    (reference.task, reference.precision) == (workload.task, workload.precision)
}

fn time(measured: &Measured) -> Time {
    Time {
        estimate: measured.summary.estimate(),
        runs: Some(measured.summary.n),
        flags: measured.flags.clone(),
        simulated: measured.simulated,
        started_ms: Some(measured.started_ms),
    }
}

fn of_reference(reference: &Reference) -> Time {
    let runs = reference.runs.and_then(|runs| usize::try_from(runs).ok());
    Time { estimate: reference.estimate(), runs, flags: Vec::new(), simulated: false, started_ms: None }
}
