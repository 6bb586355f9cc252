//! The names of things in the reader's language. Identifiers in files and formats stay as they are.

use cotejo_analysis::key::Subject;
use cotejo_language::{Sentences, Texts, quantity};
use cotejo_model::comparison::Column;
use cotejo_model::frames::Phase;
use cotejo_model::quality::{Flag, FlagKind};
use cotejo_model::{DeviceId, DeviceKind, JobState, Precision, Reason, Task, Threads, Workload};

use super::clean;

/// What a column is headed, a line each.
pub(super) fn heading(column: Column, texts: &Texts) -> Vec<String> {
    let of_device = |name: &str, device| texts.fill(name, &[("device", kind(device).into())]);
    match column {
        Column::Machine => vec![texts.say("column-machine")],
        Column::Device => vec![texts.say("column-device")],
        Column::Model => vec![texts.say("column-model")],
        Column::Size => vec![texts.say("column-size")],
        Column::Batch => vec![texts.say("column-batch")],
        Column::Streams => vec![texts.say("column-streams")],
        Column::Time { device } => vec![of_device("column-seconds", device)],
        Column::Throughput { device } => vec![of_device("column-rate", device)],
        Column::TaskTime { task, streams, device } => {
            let mut lines = vec![task.title().to_owned(), side(task.size())];
            lines.extend(task.batch().filter(|batch| *batch > 1).map(|batch| self::batch(batch, texts)));
            lines.extend((streams > 1).then(|| self::streams(streams, texts)));
            lines.push(device.map_or_else(|| texts.say("seconds-unit"), |device| of_device("column-seconds", device)));
            lines
        }
        Column::SpeedUp => vec![texts.say("column-speed-up")],
    }
}

pub(crate) fn kind(device: DeviceKind) -> &'static str {
    match device {
        DeviceKind::Cpu => "CPU",
        DeviceKind::Cuda => "GPU",
    }
}

/// `224 x 224`
pub(crate) fn side(size: u32) -> String {
    format!("{size} x {size}")
}

/// `batch 8`
pub(crate) fn batch(batch: u32, texts: &Texts) -> String {
    texts.fill("task-batch", &[("batch", batch.into())])
}

fn streams(streams: u32, texts: &Texts) -> String {
    texts.fill("task-streams", &[("count", streams.into())])
}

/// `all threads`, `4 threads`
pub(crate) fn threads(threads: Threads, texts: &Texts) -> String {
    match threads {
        Threads::All => texts.say("task-threads-all"),
        Threads::Exactly(count) => texts.fill("task-threads", &[("count", count.into())]),
    }
}

/// A task in a sentence.
pub fn task(task: Task, texts: &Texts) -> String {
    let batch = task.batch().filter(|batch| *batch > 1);
    let batch = batch.map(|batch| format!(", {}", self::batch(batch, texts))).unwrap_or_default();
    format!("{} {}{batch}", task.title(), side(task.size()))
}

/// A network's name, or that of products.
pub(crate) fn subject(texts: &Texts, subject: Subject) -> String {
    match subject {
        Subject::Classifier(model) => model.title().to_owned(),
        Subject::Product => texts.say("peers-matmul"),
    }
}

/// A workload in a sentence: its task, and of the rest what is unusual.
pub(crate) fn workload(workload: &Workload, texts: &Texts) -> String {
    let exact = workload.exact.then(|| texts.say("task-exact"));
    let streams = (workload.streams != 1).then(|| streams(workload.streams, texts));
    std::iter::once(task(workload.task, texts)).chain(exact).chain(streams).collect::<Vec<_>>().join(", ")
}

/// A workload where no table beside it tells the precision.
pub(crate) fn workload_in_full(workload: &Workload, texts: &Texts) -> String {
    let precision = match workload.precision {
        Precision::F32 => String::new(),
        precision => format!(", {precision}"),
    };
    format!("{}{precision}", self::workload(workload, texts))
}

/// The same with its threads, where they are not all.
pub(crate) fn workload_and_threads(workload: &Workload, texts: &Texts) -> String {
    let full = workload_in_full(workload, texts);
    match workload.threads {
        Threads::All => full,
        exactly @ Threads::Exactly(_) => format!("{full}, {}", threads(exactly, texts)),
    }
}

/// A device, such as `cuda:0 (simulated)`.
pub fn device(device: DeviceId, simulated: bool, texts: &Texts) -> String {
    if simulated {
        return texts.fill("device-simulated", &[("device", device.to_string().into())]);
    }
    device.to_string()
}

/// Cells of which the same is to be said are listed up to this many; of more, their number is enough.
const LISTED: usize = 4;

/// A cell in a sentence: what was computed, on what, and on whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellName {
    pub(super) what: String,
    pub(super) device: String,
    /// None where there is but one machine.
    pub(super) machine: Option<String>,
}

impl CellName {
    /// Without what was computed.
    pub(super) fn place(&self, texts: &Texts) -> String {
        match &self.machine {
            Some(machine) => place(&self.device, machine, texts),
            None => self.device.clone(),
        }
    }
}

fn place(device: &str, machine: &str, texts: &Texts) -> String {
    texts.fill("cell-place", &[("device", device.into()), ("machine", machine.into())])
}

/// Cells of which the same is to be said: one by one, or by their places where they are many.
pub(super) fn cells(cells: &[CellName], texts: &Texts) -> String {
    if cells.len() <= LISTED {
        let one = |cell: &CellName| {
            texts.fill("cell-on", &[("what", cell.what.as_str().into()), ("place", cell.place(texts).into())])
        };
        return cells.iter().map(one).collect::<Vec<_>>().join("; ");
    }
    let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
    for cell in cells {
        let machine = cell.machine.as_deref();
        let at = places.iter().position(|(device, _)| *device == cell.device).unwrap_or_else(|| {
            places.push((&cell.device, Vec::new()));
            places.len() - 1
        });
        let machines = &mut places[at].1;
        machines.extend(machine.filter(|machine| !machines.contains(machine)));
    }
    let place = |(device, machines): &(&str, Vec<&str>)| match machines.as_slice() {
        [] => (*device).to_owned(),
        machines => place(device, &machines.join(", "), texts),
    };
    let places = places.iter().map(place).collect::<Vec<_>>().join("; ");
    texts.fill("cells-on", &[("count", cells.len().into()), ("places", places.into())])
}

/// Where a job stands.
pub fn state_name(state: JobState, texts: &Texts) -> String {
    texts.say(&format!("state-{state}"))
}

/// What a worker is doing.
pub fn phase_name(phase: Phase, texts: &Texts) -> String {
    texts.say(match phase {
        Phase::Load => "phase-load",
        Phase::First => "phase-first",
        Phase::WarmUp => "phase-warm-up",
        Phase::Sample => "phase-sample",
    })
}

/// A product's name without ®, ™ and similar marks.
pub(crate) fn product(name: &str) -> String {
    let plain = clean(name).replace("(R)", "").replace("(TM)", "").replace("(tm)", "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A reason for care, with its figure.
pub(crate) fn flag(flag: &Flag, texts: &Texts) -> String {
    let kind = flag.kind;
    let Some(figure) = flag.figure.filter(|_| kind != FlagKind::Battery) else {
        return texts.say(&format!("flag-{kind}-plain"));
    };
    let (argument, written) = match kind {
        FlagKind::Noisy | FlagKind::Busy | FlagKind::Throttled => ("percent", format!("{:.0}", figure * 100.0)),
        FlagKind::Short => ("percent", format!("{:.1}", figure * 100.0)),
        FlagKind::Slept => ("seconds", format!("{figure:.0}")),
        FlagKind::Implausible | FlagKind::Battery => ("times", format!("{figure:.1}")),
    };
    texts.fill(&format!("flag-{kind}"), &[(argument, texts.number(&written).into())])
}

/// Why something failed, and what to do about it.
pub(crate) fn failure(reason: &Reason, texts: &Texts) -> String {
    let Sentences { long, remedy, .. } = texts.reason(reason);
    let message = clean(&long);
    match remedy {
        None => message,
        Some(remedy) => texts.fill("failure-remedy", &[("message", message.into()), ("remedy", clean(&remedy).into())]),
    }
}

/// Bytes, such as `7.8 GiB`.
pub(crate) fn bytes(bytes: u64, texts: &Texts) -> String {
    quantity::bytes(bytes, texts.language())
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;

    use super::*;

    fn name(size: u32, device: &str, machine: Option<&str>) -> CellName {
        CellName { what: side(size), device: device.to_owned(), machine: machine.map(str::to_owned) }
    }

    #[test]
    fn many_cells_are_named_by_their_places() {
        let texts = Texts::of(Language::English);
        let few = [name(1, "cpu", None), name(2, "cuda:0", Some("pc-1"))];
        assert_eq!(cells(&few, texts), "1 x 1 on cpu; 2 x 2 on cuda:0 of pc-1");
        let many = |machine: Option<&str>| (1..6).map(|size| name(size, "cuda:0", machine)).collect::<Vec<_>>();
        assert_eq!(cells(&many(None), texts), "5 cells on cuda:0");
        let class = [many(Some("pc-1")), many(Some("pc-2")), few.to_vec()].concat();
        assert_eq!(cells(&class, texts), "12 cells on cuda:0 of pc-1, pc-2; cpu");
        assert_eq!(cells(&class, Texts::of(Language::Spanish)), "12 celdas en cuda:0 de pc-1, pc-2; cpu");
    }

    #[test]
    fn every_flag_and_every_state_has_its_words() {
        for language in Language::ALL {
            let texts = Texts::of(language);
            for kind in FlagKind::ALL {
                for figure in [None, Some(0.125)] {
                    assert!(!flag(&Flag { kind: *kind, figure }, texts).is_empty());
                }
            }
            assert!(JobState::ALL.iter().all(|state| !state_name(*state, texts).is_empty()));
        }
    }

    #[test]
    fn in_english_a_flag_says_what_it_says_itself() {
        for kind in FlagKind::ALL.iter().filter(|kind| **kind != FlagKind::Battery) {
            let raised = Flag { kind: *kind, figure: Some(0.125) };
            assert_eq!(flag(&raised, Texts::of(Language::English)), raised.to_string());
        }
    }
}
