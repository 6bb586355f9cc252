//! What must be read with a table: how and on what it was measured, what to doubt, and what is not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cotejo_model::DeviceKind;
use cotejo_model::comparison::{Comparison, Entry, Environment, GroupBy, Measured, Outcome, Table};
use cotejo_model::device::marked;

use super::words::{self, CellName};
use super::{clean, gpus, number, state_name};

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) title: String,
    pub(super) items: Vec<String>,
}

/// What nobody may miss of a table with values that were made up, above and below it.
pub(super) fn rehearsal(table: &Table) -> Option<&'static str> {
    table.is_simulated().then_some(
        "SIMULATED: what is marked SIM was made up by a program that only plays devices, for a rehearsal. Nothing was \
         computed, and it says nothing of any CPU or GPU.",
    )
}

/// What distinguishes a table from the others of its comparison; nothing where there is but one.
pub(super) fn heading(comparison: &Comparison, table: &Table) -> Option<String> {
    let other_than = |name: &str, value: &str| {
        comparison.tables.iter().any(|table| match table.basis.iter().find(|(known, _)| known == name) {
            Some((_, other)) => other != value,
            // The rest is missing only where nothing was measured, or where it means nothing.
            None => name == "convolutions",
        })
    };
    let own = table.basis.iter().filter(|(name, _)| name != "answers");
    let own = own.filter(|(name, value)| name == "precision" || other_than(name, value));
    let own: Vec<String> = own.map(|(name, value)| format!("{name} {}", clean(value))).collect();
    (comparison.tables.len() > 1 && !own.is_empty()).then(|| own.join("; "))
}

/// What all rows of a table have in common.
pub(super) fn basis(table: &Table) -> Option<String> {
    let (answers, settings): (Vec<_>, Vec<_>) = table.basis.iter().partition(|(name, _)| name == "answers");
    let settings: Vec<String> = settings.iter().map(|(name, value)| format!("{name} {}", clean(value))).collect();
    let settings = (!settings.is_empty()).then(|| format!("Measured with {}.", settings.join("; ")));
    let answers = answers.iter().map(|(_, value)| format!("Beware: the answers {}.", clean(value)));
    let sentences: Vec<String> = settings.into_iter().chain(answers).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Everything but the tables, in the order in which it matters; what there is nothing to say about is left out.
pub(super) fn notes(comparison: &Comparison) -> Vec<Note> {
    let note = |title: &str, items: Vec<String>| Note { title: title.to_owned(), items };
    let names = Names::of(comparison);
    [
        note("How it was measured:", measuring(comparison)),
        note("What it ran on:", comparison.environments.iter().map(environment).collect()),
        note("GPUs:", gpus_of(comparison, &names)),
        note("Read with care (*):", flags(comparison, &names)),
        note("GPUs that were held down or hot:", gpu_trouble(comparison, &names)),
        note("Answers:", answers(comparison, &names)),
        note("Not measured:", failures(comparison, &names)),
        note("Not measured yet:", pending(comparison)),
    ]
    .into_iter()
    .filter(|note| !note.items.is_empty())
    .collect()
}

fn measured(comparison: &Comparison) -> impl Iterator<Item = (&Entry, &Measured)> {
    comparison.entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::Measured(measured) => Some((entry, &**measured)),
        _ => None,
    })
}

fn measuring(comparison: &Comparison) -> Vec<String> {
    let counts = || measured(comparison).map(|(_, measured)| measured.summary.n);
    let (Some(least), Some(most)) = (counts().min(), counts().max()) else {
        return Vec::new();
    };
    let passes = if most == 1 { "pass" } else { "passes" };
    let runs = if least == most { format!("{least}") } else { format!("{least} to {most}") };
    let interval = measured(comparison).any(|(_, measured)| measured.summary.ci.is_some());
    let margin = if interval { "; ± is its 95 % confidence interval" } else { "" };
    let mut lines = vec![format!("median of {runs} warmed-up forward {passes} a cell, in seconds{margin}")];
    if measured(comparison).any(|(entry, _)| entry.workload.streams > 1) {
        lines.push(
            "with several streams, as many forward passes run at once on a share of the threads each, and a time is \
             that until all of them have ended"
                .to_owned(),
        );
    }
    if several_gpus(comparison) {
        let line = "of several GPUs of a machine, the fastest stands in the table; `--by device` shows each";
        lines.push(line.to_owned());
    }
    lines
}

/// Whether a table has one place for several GPUs.
fn several_gpus(comparison: &Comparison) -> bool {
    let mut first = BTreeMap::new();
    let mut gpus = measured(comparison).filter(|(entry, _)| entry.device.kind() == DeviceKind::Cuda);
    comparison.by != GroupBy::Device
        && gpus.any(|(entry, _)| *first.entry(entry.machine).or_insert(entry.device) != entry.device)
}

/// Each GPU with the software that it was used with, once for each set of versions.
fn gpus_of(comparison: &Comparison, names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for (entry, measured) in measured(comparison) {
        let Some(gpu) = &measured.gpu else { continue };
        let line = format!("{}: {}", names.of_cell(entry).place(), gpus::described(entry, gpu));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn gpu_trouble(comparison: &Comparison, names: &Names) -> Vec<String> {
    let troubled =
        measured(comparison).filter_map(|(entry, measured)| Some((gpus::trouble(measured.gpu.as_ref()?)?, entry)));
    let found = together(names, troubled);
    found.into_iter().map(|(trouble, cells)| format!("{}: {trouble}", words::cells(&cells))).collect()
}

/// Cells by what is to be said of them, in the order of the first of each.
fn together<'a, K: PartialEq>(names: &Names, said: impl Iterator<Item = (K, &'a Entry)>) -> Vec<(K, Vec<CellName>)> {
    let mut found: Vec<(K, Vec<CellName>)> = Vec::new();
    for (what, entry) in said {
        let name = names.of_cell(entry);
        match found.iter_mut().find(|(known, _)| *known == what) {
            Some((_, cells)) => cells.push(name),
            None => found.push((what, vec![name])),
        }
    }
    found
}

fn environment(environment: &Environment) -> String {
    let Environment { name, cpu, physical_cores, logical_cores, simd, memory_bytes, os, gpus, no_gpu, .. } =
        environment;
    let mut parts =
        vec![clean(cpu), format!("{} and {}", counted(*physical_cores, "core"), counted(*logical_cores, "thread"))];
    if !simd.is_empty() {
        parts.push(clean(&simd.join(" ")));
    }
    parts.push(format!("{} RAM", number::bytes(*memory_bytes)));
    parts.push(clean(os));
    parts.extend(gpus.iter().map(|gpu| clean(gpu)));
    parts.extend(no_gpu.iter().map(|reason| format!("no GPU: {}", clean(reason))));
    format!("{}: {}", clean(name), parts.join("; "))
}

/// `1 core`, `2 cores`
pub(super) fn counted(count: impl Into<u64>, what: &str) -> String {
    let count = count.into();
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What must be said of a cell to tell it from the others: its machine, engine and threads only where there are several.
struct Names {
    machine: bool,
    engine: bool,
    threads: bool,
}

impl Names {
    fn of(comparison: &Comparison) -> Self {
        fn vary<T: PartialEq>(comparison: &Comparison, of: impl Fn(&Entry) -> T) -> bool {
            comparison.entries.windows(2).any(|pair| of(&pair[0]) != of(&pair[1]))
        }
        Self {
            machine: vary(comparison, |entry| entry.machine),
            engine: vary(comparison, |entry| entry.workload.engine),
            threads: vary(comparison, |entry| entry.workload.threads),
        }
    }

    fn of_cell(&self, entry: &Entry) -> CellName {
        let workload = &entry.workload;
        let simulated = match &entry.outcome {
            Outcome::Measured(measured) => measured.simulated,
            // A device that is played says so itself.
            _ => entry.device_name == marked(&entry.device_name, true),
        };
        let mut what = words::workload_in_full(workload);
        if self.engine {
            let _ = write!(what, ", {}", workload.engine);
        }
        if self.threads {
            let _ = write!(what, ", {} threads", workload.threads);
        }
        CellName {
            what,
            device: words::device(entry.device, simulated),
            machine: self.machine.then(|| clean(&entry.machine_name)),
        }
    }

    fn sentence(&self, entry: &Entry) -> String {
        words::cells(&[self.of_cell(entry)])
    }
}

fn flags(comparison: &Comparison, names: &Names) -> Vec<String> {
    measured(comparison)
        .filter(|(_, measured)| !measured.flags.is_empty())
        .map(|(entry, measured)| {
            let flags: Vec<String> = measured.flags.iter().map(ToString::to_string).collect();
            format!("{}: {}", names.sentence(entry), flags.join(", "))
        })
        .collect()
}

/// What the classifiers saw, where their weights know classes.
fn answers(comparison: &Comparison, names: &Names) -> Vec<String> {
    measured(comparison)
        .filter_map(|(entry, measured)| {
            let best = measured.answers.first()?;
            let label = best.label.as_ref()?;
            Some(format!("{}: {} ({:.0} %)", names.sentence(entry), clean(label), best.probability * 100.0))
        })
        .collect()
}

/// Failures, those with the same reason together.
fn failures(comparison: &Comparison, names: &Names) -> Vec<String> {
    let failed = comparison.entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::Failed(failure) => Some(((failure.message.as_str(), failure.remedy.as_str()), entry)),
        _ => None,
    });
    together(names, failed)
        .into_iter()
        .map(|((message, remedy), cells)| {
            let remedy = if remedy.is_empty() { String::new() } else { format!(". What to do: {}", clean(remedy)) };
            format!("{}: {}{remedy}", words::cells(&cells), clean(message).trim_end_matches('.'))
        })
        .collect()
}

fn pending(comparison: &Comparison) -> Vec<String> {
    let mut states = BTreeMap::new();
    for entry in &comparison.entries {
        if let Outcome::Pending { state } = entry.outcome {
            *states.entry(state).or_insert(0_u64) += 1;
        }
    }
    states.into_iter().map(|(state, count)| format!("{} {}", counted(count, "cell"), state_name(state))).collect()
}
