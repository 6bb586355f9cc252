//! One table of one group.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cotejo_model::basis::{Basis, Disagreement, GivenAnswer, ModelWeights};
use cotejo_model::comparison::{Absence, Column, GroupBy, Measured, Outcome, Table, Value};
use cotejo_model::job::Weights;
use cotejo_model::{DeviceId, DeviceKind, Digest, Machine, MachineId, Precision, Task, Workload};

use super::Item;
use super::keys::Group;
use super::reasons;
use crate::rank::{by_speed, slowness};
use crate::speed;

type Machines<'a> = HashMap<MachineId, &'a Machine>;

pub(super) fn table(by: GroupBy, group: &Group<'_>, machines: &Machines<'_>, several: bool) -> Table {
    let times = Times { items: &group.items, machines, precision: group.settings.precision };
    let (columns, rows) = match by {
        GroupBy::Size => by_size(&times, several),
        GroupBy::Machine => by_machine(&times),
        GroupBy::Device => by_device(&group.items, several),
    };
    Table { basis: basis(group), columns, rows }
}

type Body = (Vec<Column>, Vec<Vec<Value>>);

/// What distinguishes the measurements of one device in one table: what is computed, and how often at once.
type Question = (Task, u32);

fn question(item: &Item) -> Question {
    let Workload { task, streams, .. } = item.entry.workload;
    (task, streams)
}

/// The practice's own: a row for each machine and question, CPU and GPU side by side.
fn by_size(times: &Times<'_>, several: bool) -> Body {
    let items = times.items;
    let batches = items.iter().any(|item| item.entry.workload.task.batch().is_some_and(|batch| batch != 1));
    let streams = items.iter().any(|item| item.entry.workload.streams != 1);
    let on = |device| items.iter().any(|item| item.entry.device.kind() == device);
    let throughput = |device| ((batches || streams) && on(device)).then_some(Column::Throughput { device });
    let columns = [
        several.then_some(Column::Machine),
        Some(Column::Model),
        Some(Column::Size),
        batches.then_some(Column::Batch),
        streams.then_some(Column::Streams),
        Some(Column::Time { device: DeviceKind::Cpu }),
        Some(Column::Time { device: DeviceKind::Cuda }),
        Some(Column::SpeedUp),
        throughput(DeviceKind::Cpu),
        throughput(DeviceKind::Cuda),
    ];
    let columns: Vec<Column> = columns.into_iter().flatten().collect();
    let places: BTreeSet<(&str, MachineId, Question)> =
        items.iter().map(|item| (item.entry.machine_name.as_str(), item.entry.machine, question(item))).collect();
    let row = |(name, machine, question): (&str, MachineId, Question)| {
        let (task, streams) = question;
        let time = |kind| times.of(machine, question, kind);
        let (cpu, gpu) = (time(DeviceKind::Cpu), time(DeviceKind::Cuda));
        let value = |column: &Column| match column {
            Column::Machine => text(name),
            Column::Model => text(task.title()),
            Column::Size => Value::Count { count: task.size() },
            Column::Batch => task.batch().map_or_else(|| missing(Absence::NoBatch), |count| Value::Count { count }),
            Column::Streams => Value::Count { count: streams },
            Column::Time { device: DeviceKind::Cpu } => cpu.value(),
            Column::Time { device: DeviceKind::Cuda } => gpu.value(),
            Column::Throughput { device: DeviceKind::Cpu } => cpu.throughput(task),
            Column::Throughput { device: DeviceKind::Cuda } => gpu.throughput(task),
            _ => speed_up(&cpu, &gpu),
        };
        columns.iter().map(value).collect()
    };
    let rows = places.into_iter().map(row).collect();
    (columns, rows)
}

/// A row for each machine; questions side by side, each with the kinds of device that it was to be measured on.
fn by_machine(times: &Times<'_>) -> Body {
    let items = times.items;
    let cells: BTreeSet<(Question, DeviceKind)> =
        items.iter().map(|item| (question(item), item.entry.device.kind())).collect();
    let column = |((task, streams), kind): &(Question, DeviceKind)| Column::TaskTime {
        task: *task,
        streams: *streams,
        device: Some(*kind),
    };
    let columns = std::iter::once(Column::Machine).chain(cells.iter().map(column)).collect();
    let places: BTreeSet<(&str, MachineId)> =
        items.iter().map(|item| (item.entry.machine_name.as_str(), item.entry.machine)).collect();
    let row = |(name, machine): (&str, MachineId)| {
        let values = cells.iter().map(|(question, kind)| times.of(machine, *question, *kind).value());
        std::iter::once(text(name)).chain(values).collect()
    };
    (columns, places.into_iter().map(row).collect())
}

/// A device, behind its machine's name so that devices sort by it.
type Place<'a> = (&'a str, MachineId, DeviceId);

/// A row for each device, fastest first; questions side by side.
fn by_device(items: &[&Item], several: bool) -> Body {
    let questions: BTreeSet<Question> = items.iter().map(|item| question(item)).collect();
    let names = [several.then_some(Column::Machine), Some(Column::Device)];
    let of_questions =
        questions.iter().map(|(task, streams)| Column::TaskTime { task: *task, streams: *streams, device: None });
    let columns: Vec<Column> = names.into_iter().flatten().chain(of_questions).collect();
    let mut devices: BTreeMap<Place<'_>, Vec<&Item>> = BTreeMap::new();
    for item in items {
        let entry = &item.entry;
        devices.entry((&entry.machine_name, entry.machine, entry.device)).or_default().push(item);
    }
    let devices: Vec<_> = devices.into_iter().collect();
    let times = |(_, items): &(_, Vec<&Item>)| {
        let seconds = items.iter().filter_map(|item| Some((question(item), item.measured()?.summary.median)));
        seconds.collect::<Vec<_>>()
    };
    let slowness = slowness(&devices.iter().map(times).collect::<Vec<_>>());
    let mut devices: Vec<_> = slowness.into_iter().zip(devices).collect();
    // Stable: devices without a time stay in reading order, after the others.
    devices.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let of_that_name = |machine: MachineId, name: &str| {
        let is_it = |cell: &&Item| cell.entry.machine == machine && cell.entry.device_name == name;
        items.iter().copied().filter(is_it).map(|cell| cell.entry.device).collect::<BTreeSet<_>>().len()
    };
    let row = |(_, ((name, machine, id), cells)): &(f64, (Place<'_>, Vec<&Item>))| {
        let device = cells.first().map(|cell| {
            let product = &cell.entry.device_name;
            let which = if of_that_name(*machine, product) > 1 { format!(" ({id})") } else { String::new() };
            let simulated = cells.iter().any(|cell| cell.entry.simulated);
            Value::Text { text: format!("{product}{which}"), simulated }
        });
        let time = |asked: &Question| {
            let asked: Vec<&Item> = cells.iter().copied().filter(|cell| question(cell) == *asked).collect();
            Time::best(&asked).unwrap_or(Time::Missing(Absence::NotInSweep)).value()
        };
        several.then(|| text(name)).into_iter().chain(device).chain(questions.iter().map(time)).collect()
    };
    let rows = devices.iter().map(row).collect();
    (columns, rows)
}

/// What the cells of a table are made of.
struct Times<'a> {
    items: &'a [&'a Item],
    machines: &'a Machines<'a>,
    precision: Precision,
}

impl<'a> Times<'a> {
    /// Of this question on this machine's fastest device of the kind.
    fn of(&self, machine: MachineId, asked: Question, kind: DeviceKind) -> Time<'a> {
        let is_it =
            |item: &&Item| item.entry.machine == machine && question(item) == asked && item.entry.device.kind() == kind;
        let candidates: Vec<&Item> = self.items.iter().copied().filter(is_it).collect();
        Time::best(&candidates).unwrap_or_else(|| {
            let machine = self.machines.get(&machine).map(|machine| &machine.capability);
            Time::Missing(reasons::of_no_cell(machine, kind, self.precision))
        })
    }
}

/// A time and what took it, or why there is none.
enum Time<'a> {
    Measured(&'a Workload, &'a Measured),
    Missing(Absence),
}

impl<'a> Time<'a> {
    /// The shortest time of these, one that is made up only where there is no other; without one, what may still become
    /// one, or else why there is none.
    fn best(candidates: &[&'a Item]) -> Option<Self> {
        let measured = candidates.iter().filter_map(|item| Some((&item.entry.workload, item.measured()?)));
        if let Some((workload, fastest)) = measured.min_by(|(_, a), (_, b)| by_speed(a, b)) {
            return Some(Self::Measured(workload, fastest));
        }
        let pending = candidates.iter().any(|item| matches!(item.entry.outcome, Outcome::Pending { .. }));
        if pending {
            return Some(Self::Missing(Absence::Pending));
        }
        candidates.iter().find_map(|item| match &item.entry.outcome {
            Outcome::Failed(why) => Some(Self::Missing(Absence::Because { why: why.clone() })),
            _ => None,
        })
    }

    fn value(&self) -> Value {
        match self {
            Self::Measured(_, measured) => Value::Seconds {
                estimate: measured.summary.estimate(),
                flagged: !measured.flags.is_empty(),
                simulated: measured.simulated,
            },
            Self::Missing(reason) => missing(reason.clone()),
        }
    }

    /// Images a second, of all streams.
    fn throughput(&self, task: Task) -> Value {
        if task.batch().is_none() {
            return missing(Absence::NoImages);
        }
        match self {
            Self::Measured(workload, measured) => speed::throughput(workload, measured.summary.estimate()).map_or_else(
                || missing(Absence::NoTimeAboveZero),
                |estimate| Value::Rate { estimate, simulated: measured.simulated },
            ),
            Self::Missing(reason) => missing(reason.clone()),
        }
    }
}

fn speed_up(cpu: &Time<'_>, gpu: &Time<'_>) -> Value {
    match (cpu, gpu) {
        (Time::Measured(_, cpu), Time::Measured(_, gpu)) => speed::speed_up(cpu, gpu).map_or_else(
            || missing(Absence::NoTimeAboveZero),
            |estimate| Value::Ratio { estimate, simulated: cpu.simulated || gpu.simulated },
        ),
        (Time::Missing(_), Time::Measured(..)) => missing(Absence::NoCpuTime),
        (Time::Measured(..), Time::Missing(_)) => missing(Absence::NoGpuTime),
        (Time::Missing(_), Time::Missing(_)) => missing(Absence::NoTimes),
    }
}

fn text(text: &str) -> Value {
    Value::Text { text: text.to_owned(), simulated: false }
}

fn missing(reason: Absence) -> Value {
    Value::Missing { reason }
}

fn basis(group: &Group<'_>) -> Basis {
    let settings = &group.settings;
    let classified = || {
        group.items.iter().filter_map(|item| match item.spec.workload.task {
            Task::Classify { model, .. } => Some((ModelWeights { model, weights: item.spec.weights }, item.spec.image)),
            Task::Matmul { .. } => None,
        })
    };
    let weights: BTreeSet<ModelWeights> = classified().map(|(weights, _)| weights).collect();
    let images: BTreeSet<Option<Digest>> = classified().map(|(_, image)| image).collect();
    Basis {
        precision: settings.precision,
        threads: settings.threads,
        engine: settings.engine,
        exact: settings.exact,
        weights: weights.into_iter().collect(),
        images: images.into_iter().collect(),
        build: settings.build.clone(),
        disagreements: disagreements(&group.items),
    }
}

/// Who gave which class as the likeliest.
type Givers = BTreeMap<u32, Vec<(String, DeviceId)>>;

fn disagreements(items: &[&Item]) -> Vec<Disagreement> {
    let mut answers: BTreeMap<(Task, Weights, Option<Digest>), Givers> = BTreeMap::new();
    for item in items {
        let computed = item.measured().filter(|measured| !measured.simulated);
        let Some(answer) = computed.and_then(|measured| measured.answers.first()) else { continue };
        let question = (item.entry.workload.task, item.spec.weights, item.spec.image);
        let who = (item.entry.machine_name.clone(), item.entry.device);
        answers.entry(question).or_default().entry(answer.class).or_default().push(who);
    }
    let differing = answers.into_iter().filter(|(_, classes)| classes.len() > 1);
    let given = |(class, by): (u32, Vec<(String, DeviceId)>)| GivenAnswer { class, by };
    differing
        .map(|((task, ..), classes)| Disagreement { task, answers: classes.into_iter().map(given).collect() })
        .collect()
}
