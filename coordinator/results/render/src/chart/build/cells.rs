//! Which measurements a chart is of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use cotejo_language::Texts;
use cotejo_model::comparison::{Comparison, Entry, Measured, Outcome};
use cotejo_model::job::Weights;
use cotejo_model::{DeviceId, DeviceKind, Engine, MachineId, Precision, Threads};

use super::{Choice, NoChart, Subject};
use crate::clean;

/// What classifiers are trained with, in pixels a side.
const OWN_SIZE: u32 = 224;

/// A measurement and where it is from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) entry: &'a Entry,
    pub(super) measured: &'a Measured,
}

impl Cell<'_> {
    pub(super) fn machine(&self) -> MachineId {
        self.entry.machine
    }

    pub(super) fn kind(&self) -> DeviceKind {
        self.entry.device.kind()
    }

    pub(super) fn size(&self) -> u32 {
        self.entry.workload.task.size()
    }

    /// Whether there are reasons to read it with care.
    pub(super) fn is_flagged(&self) -> bool {
        !self.measured.flags.is_empty()
    }

    pub(super) fn batch(&self) -> Option<u32> {
        self.entry.workload.task.batch()
    }
}

/// What runs along a chart's axis, or is in it all at once: what need not be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Varying {
    Size,
    Batch,
    Threads,
    Nothing,
}

/// What is equal in a chart, in the order in which one is preferred to another with as many points.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub(super) subject: Subject,
    pub(super) precision: Precision,
    /// All first, then the most.
    threads: Option<Reverse<u32>>,
    engine: Reverse<Engine>,
    exact: bool,
    streams: u32,
    pub(super) batch: Option<u32>,
    /// The classifiers' own first, then the smallest.
    size: Option<(bool, u32)>,
    weights: Option<Weights>,
    /// The newest first.
    build: (Reverse<u64>, &'a str),
}

impl<'a> Key<'a> {
    fn of(cell: &Cell<'a>, varying: Varying, newest: &HashMap<&'a str, u64>) -> Self {
        let workload = cell.entry.workload;
        let build = cell.measured.build.as_str();
        let threads = match workload.threads {
            Threads::All => u32::MAX,
            Threads::Exactly(count) => count,
        };
        Self {
            subject: Subject::of(workload.task),
            precision: workload.precision,
            threads: (varying != Varying::Threads).then_some(Reverse(threads)),
            engine: Reverse(workload.engine),
            exact: workload.exact,
            streams: workload.streams,
            batch: cell.batch().filter(|_| varying != Varying::Batch),
            size: (varying != Varying::Size).then(|| (cell.size() != OWN_SIZE, cell.size())),
            weights: cell.measured.weights,
            build: (Reverse(newest.get(build).copied().unwrap_or_default()), build),
        }
    }

    /// The one size, where there is one.
    pub(super) fn size(&self) -> Option<u32> {
        self.size.map(|(_, size)| size)
    }

    /// What it says for people, without what the title says.
    pub(super) fn in_words(&self, texts: &Texts) -> String {
        let threads = self.threads.map(|Reverse(count)| match count {
            u32::MAX => texts.say("chart-all-threads"),
            count => texts.fill("chart-so-many-threads", &[("count", count.into())]),
        });
        let engine = match self.engine.0 {
            Engine::Optimized => "chart-engine-optimized",
            Engine::Reference => "chart-engine-reference",
        };
        let weights = match self.weights {
            Some(Weights::File { digest }) => Some(texts.fill("chart-weights", &[("digest", digest.short().into())])),
            _ => None,
        };
        let more = |name: &str, count: u32| (count != 1).then(|| texts.fill(name, &[("count", count.into())]));
        [
            Some(self.precision.to_string()),
            threads,
            Some(texts.say(engine)),
            self.exact.then(|| texts.say("chart-exact")),
            more("chart-streams", self.streams),
            self.batch.and_then(|batch| more("chart-batch", batch)),
            weights,
            Some(clean(self.build.1)),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
    }
}

/// Measurements that may be compared, one for each machine, kind of device and place on the axis.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub(super) key: Key<'a>,
    pub(super) cells: Vec<Cell<'a>>,
    /// How many there are in the whole comparison.
    pub(super) of: usize,
}

impl<'a> Chosen<'a> {
    /// The group with the most points, as `points` counts them of its cells; none where all have no point. What is not
    /// there at all is said at once.
    pub(super) fn of(
        comparison: &'a Comparison,
        choice: &Choice,
        varying: Varying,
        texts: &Texts,
        points: impl Fn(&[Cell<'a>]) -> usize,
    ) -> Result<Option<Self>, NoChart> {
        let all = measured(comparison);
        if all.is_empty() {
            let command = command(comparison);
            return Err(NoChart(texts.fill("chart-nothing-measured", &[("command", command.into())])));
        }
        let of_machine = match &choice.machine {
            Some(name) => of_machine(&all, name, texts)?,
            None => all.clone(),
        };
        let asked: Vec<Cell<'a>> = of_machine.into_iter().filter(|cell| is_asked(cell, choice)).collect();
        if asked.is_empty() {
            return Err(NoChart(texts.say("chart-nothing-chosen")));
        }
        let mut newest: HashMap<&str, u64> = HashMap::new();
        for cell in &all {
            let newest = newest.entry(&cell.measured.build).or_default();
            *newest = cell.measured.started_ms.max(*newest);
        }
        let mut groups: BTreeMap<Key<'a>, Vec<Cell<'a>>> = BTreeMap::new();
        for cell in asked {
            groups.entry(Key::of(&cell, varying, &newest)).or_default().push(cell);
        }
        let mut best: Option<(usize, Self)> = None;
        for (key, cells) in groups {
            let cells = one_each(&cells, varying);
            let count = points(&cells);
            if count > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((count, Self { key, cells, of: all.len() }));
            }
        }
        Ok(best.map(|(_, chosen)| chosen))
    }
}

/// The command that measures more of what this comparison is of.
pub(super) fn command(comparison: &Comparison) -> &'static str {
    let machines: BTreeSet<MachineId> = comparison.entries.iter().map(|entry| entry.machine).collect();
    if machines.len() > 1 { "cotejo sweep start" } else { "cotejo local" }
}

fn measured<'a>(comparison: &'a Comparison) -> Vec<Cell<'a>> {
    let cell = |entry: &'a Entry| match &entry.outcome {
        Outcome::Measured(measured) => Some(Cell { entry, measured }),
        _ => None,
    };
    comparison.entries.iter().filter_map(cell).collect()
}

fn of_machine<'a>(all: &[Cell<'a>], name: &str, texts: &Texts) -> Result<Vec<Cell<'a>>, NoChart> {
    let is_it = |cell: &&Cell<'_>| {
        let entry = cell.entry;
        entry.machine_name == name || entry.machine.short() == name || entry.machine.to_string() == name
    };
    let found: Vec<Cell<'a>> = all.iter().filter(is_it).copied().collect();
    if found.is_empty() {
        let known: BTreeSet<String> = all.iter().map(|cell| clean(&cell.entry.machine_name)).collect();
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        let arguments = [("machine", clean(name).into()), ("known", known.into())];
        return Err(NoChart(texts.fill("chart-no-such-machine", &arguments)));
    }
    Ok(found)
}

fn is_asked(cell: &Cell<'_>, choice: &Choice) -> bool {
    let workload = cell.entry.workload;
    choice.subject.is_none_or(|subject| subject == Subject::of(workload.task))
        && choice.precision.is_none_or(|precision| precision == workload.precision)
        && choice.engine.is_none_or(|engine| engine == workload.engine)
        && choice.threads.is_none_or(|threads| threads == workload.threads)
        && choice.size.is_none_or(|size| size == cell.size())
        && choice.batch.is_none_or(|batch| Some(batch) == cell.batch())
}

/// Of each machine, kind of device and place on the axis the measurement that tables show too: the newest of each device,
/// then the fastest device, one that is made up only where there is no other.
fn one_each<'a>(cells: &[Cell<'a>], varying: Varying) -> Vec<Cell<'a>> {
    let place = |cell: &Cell<'_>| match varying {
        Varying::Size => cell.size(),
        Varying::Batch => cell.batch().unwrap_or_default(),
        Varying::Threads => cell.measured.threads,
        Varying::Nothing => 0,
    };
    let mut newest: BTreeMap<(MachineId, DeviceId, u32), Cell<'a>> = BTreeMap::new();
    for cell in cells {
        let age = |cell: &Cell<'_>| (!cell.measured.simulated, cell.measured.started_ms);
        let kept = newest.entry((cell.machine(), cell.entry.device, place(cell))).or_insert(*cell);
        if age(cell) > age(kept) {
            *kept = *cell;
        }
    }
    let mut fastest: BTreeMap<(MachineId, DeviceKind, u32), Cell<'a>> = BTreeMap::new();
    for ((machine, device, place), cell) in newest {
        let kept = fastest.entry((machine, device.kind(), place)).or_insert(cell);
        let (new, old) = (cell.measured, kept.measured);
        if new.simulated.cmp(&old.simulated).then(new.summary.median.total_cmp(&old.summary.median)).is_lt() {
            *kept = cell;
        }
    }
    fastest.into_values().collect()
}
