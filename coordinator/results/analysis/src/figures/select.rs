//! Which measurements a chart is of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::{DeviceId, DeviceKind, Engine, MachineId, Precision, Threads};

use crate::key::{Key, Subject, Varying};
use crate::rank::{by_speed, newness};
use crate::records::measured;

/// The size that classifiers are trained with, in pixels a side.
const OWN_SIZE: u32 = 224;

/// A measurement and where it is from.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Where it is from.
    pub entry: &'a Entry,
    /// What was measured.
    pub measured: &'a Measured,
}

impl Cell<'_> {
    /// Its machine.
    pub fn machine(&self) -> MachineId {
        self.entry.machine
    }

    /// The kind of device that was measured.
    pub fn kind(&self) -> DeviceKind {
        self.entry.device.kind()
    }

    /// Pixels a side, or rows.
    pub fn size(&self) -> u32 {
        self.entry.workload.task.size()
    }

    /// Images in one forward pass; a product has none.
    pub fn batch(&self) -> Option<u32> {
        self.entry.workload.task.batch()
    }

    /// Whether there are reasons to read it with care.
    pub fn is_flagged(&self) -> bool {
        !self.measured.flags.is_empty()
    }
}

/// Which measurements a chart is to be of. Where nothing is said, those with the most points are taken; of equals the
/// first by model, precision, threads (all, then the most), engine (optimized first), convolutions, streams, batch
/// (smallest first), size (224 pixels, then the smallest), weights, and the newest build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only of this model, or of products.
    pub subject: Option<Subject>,
    /// Only in this precision.
    pub precision: Option<Precision>,
    /// Only with this engine.
    pub engine: Option<Engine>,
    /// Only with this many threads.
    pub threads: Option<Threads>,
    /// Only at this size.
    pub size: Option<u32>,
    /// Only with this batch.
    pub batch: Option<u32>,
    /// Only of this machine, by name or identity.
    pub machine: Option<String>,
}

impl Choice {
    fn takes(&self, cell: &Cell<'_>) -> bool {
        let workload = cell.entry.workload;
        self.subject.is_none_or(|subject| subject == Subject::of(workload.task))
            && self.precision.is_none_or(|precision| precision == workload.precision)
            && self.engine.is_none_or(|engine| engine == workload.engine)
            && self.threads.is_none_or(|threads| threads == workload.threads)
            && self.size.is_none_or(|size| size == cell.size())
            && self.batch.is_none_or(|batch| Some(batch) == cell.batch())
    }
}

/// Why there are no measurements to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCells {
    /// Nothing was measured at all.
    NothingMeasured,
    /// No machine of that name was measured; these were.
    UnknownMachine {
        /// The name that was asked for.
        name: String,
        /// The machines that were measured, by name.
        measured: Vec<String>,
    },
    /// No measurement has what was asked for.
    NothingChosen,
}

/// Measurements that may be compared, one for each machine, kind of device and place on the axis.
#[derive(Debug)]
pub struct Selected<'a> {
    /// What they have in common.
    pub key: Key,
    /// The measurements.
    pub cells: Vec<Cell<'a>>,
    /// How many there are in all.
    pub of: usize,
}

/// Of the measurements that are asked for, the set with the most points, as `points` counts them of its cells; none where
/// no set has any.
pub fn select<'a>(
    entries: &'a [Entry],
    choice: &Choice,
    varying: Varying,
    points: impl Fn(&[Cell<'a>]) -> usize,
) -> Result<Option<Selected<'a>>, NoCells> {
    let all: Vec<Cell<'a>> =
        entries.iter().filter_map(|entry| Some(Cell { entry, measured: measured(entry)? })).collect();
    if all.is_empty() {
        return Err(NoCells::NothingMeasured);
    }
    let of_machine = match &choice.machine {
        Some(name) => of_machine(&all, name)?,
        None => all.clone(),
    };
    let asked: Vec<Cell<'a>> = of_machine.into_iter().filter(|cell| choice.takes(cell)).collect();
    if asked.is_empty() {
        return Err(NoCells::NothingChosen);
    }
    let mut sets: BTreeMap<Key, Vec<Cell<'a>>> = BTreeMap::new();
    for cell in asked {
        sets.entry(Key::of(cell.entry, cell.measured).over(varying)).or_default().push(cell);
    }
    let newest = newest_of_builds(&all);
    let mut sets: Vec<(Key, Vec<Cell<'a>>)> = sets.into_iter().collect();
    sets.sort_by_cached_key(|(key, _)| preference(key, &newest));
    let mut best: Option<(usize, Selected<'a>)> = None;
    for (key, cells) in sets {
        let cells = one_each(&cells, varying);
        let count = points(&cells);
        if count > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((count, Selected { key, cells, of: all.len() }));
        }
    }
    Ok(best.map(|(_, selected)| selected))
}

/// When the newest measurement of each build began.
fn newest_of_builds<'a>(cells: &[Cell<'a>]) -> HashMap<&'a str, u64> {
    let mut newest: HashMap<&str, u64> = HashMap::new();
    for cell in cells {
        let newest = newest.entry(&cell.measured.build).or_default();
        *newest = cell.measured.started_ms.max(*newest);
    }
    newest
}

/// The order in which one set is preferred to another with as many points.
fn preference(key: &Key, newest: &HashMap<&str, u64>) -> impl Ord + use<> {
    let threads = key.threads.map(|threads| match threads {
        Threads::All => u32::MAX,
        Threads::Exactly(count) => count,
    });
    let build = key.build.clone();
    let age = build.as_deref().and_then(|build| newest.get(build)).copied();
    (
        (key.subject, key.precision, threads.map(Reverse), Reverse(key.engine), key.exact, key.streams),
        (key.batch, key.size.map(|size| (size != OWN_SIZE, size)), key.weights, Reverse(age), build),
    )
}

fn of_machine<'a>(all: &[Cell<'a>], name: &str) -> Result<Vec<Cell<'a>>, NoCells> {
    let is_it = |cell: &&Cell<'_>| {
        let entry = cell.entry;
        entry.machine_name == name || entry.machine.short() == name || entry.machine.to_string() == name
    };
    let found: Vec<Cell<'a>> = all.iter().filter(is_it).copied().collect();
    if found.is_empty() {
        let measured: BTreeSet<&str> = all.iter().map(|cell| cell.entry.machine_name.as_str()).collect();
        let measured = measured.into_iter().map(str::to_owned).collect();
        return Err(NoCells::UnknownMachine { name: name.to_owned(), measured });
    }
    Ok(found)
}

/// Of each machine, kind of device and place on the axis the measurement that tables show too: the newest of each device,
/// then the fastest device, one that is made up only where there is no other.
fn one_each<'a>(cells: &[Cell<'a>], varying: Varying) -> Vec<Cell<'a>> {
    let place = |cell: &Cell<'_>| match varying {
        Varying::Size => cell.size(),
        Varying::Batch => cell.batch().unwrap_or_default(),
        Varying::Threads => cell.measured.threads,
        Varying::Nothing | Varying::SizeAndBatch | Varying::Task => 0,
    };
    let mut newest: BTreeMap<(MachineId, DeviceId, u32), Cell<'a>> = BTreeMap::new();
    for cell in cells {
        let kept = newest.entry((cell.machine(), cell.entry.device, place(cell))).or_insert(*cell);
        if newness(cell.measured) > newness(kept.measured) {
            *kept = *cell;
        }
    }
    let mut fastest: BTreeMap<(MachineId, DeviceKind, u32), Cell<'a>> = BTreeMap::new();
    for ((machine, device, place), cell) in newest {
        let kept = fastest.entry((machine, device.kind(), place)).or_insert(cell);
        if by_speed(cell.measured, kept.measured).is_lt() {
            *kept = cell;
        }
    }
    fastest.into_values().collect()
}
