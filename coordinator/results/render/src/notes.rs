//! What must be read with a table: how and on what it was measured, what to doubt, and what is not there.

use std::collections::BTreeMap;

use cotejo_language::Texts;
use cotejo_model::DeviceKind;
use cotejo_model::comparison::{Comparison, Entry, Environment, GroupBy, Measured, Outcome, Table};
use cotejo_model::device::marked;

use super::words::{self, CellName};
use super::{bundles, clean, gpus};

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) title: String,
    pub(super) items: Vec<String>,
}

/// What distinguishes a table from the others beside it; nothing where there is but one.
pub(super) fn heading(tables: &[Table], table: &Table, texts: &Texts) -> Option<String> {
    let other_than = |name: &str, value: &str| {
        tables.iter().any(|table| match table.basis.iter().find(|(known, _)| known == name) {
            Some((_, other)) => other != value,
            // The rest is missing only where nothing was measured, or where it means nothing.
            None => name == "convolutions",
        })
    };
    let own = table.basis.iter().filter(|(name, _)| name != "answers");
    let own = own.filter(|(name, value)| name == "precision" || other_than(name, value));
    let own: Vec<String> = own.map(|setting| said_setting(setting, texts)).collect();
    (tables.len() > 1 && !own.is_empty()).then(|| own.join("; "))
}

/// What all rows of a table have in common.
pub(super) fn basis(table: &Table, texts: &Texts) -> Option<String> {
    let (answers, settings): (Vec<_>, Vec<_>) = table.basis.iter().partition(|(name, _)| name == "answers");
    let settings: Vec<String> = settings.into_iter().map(|setting| said_setting(setting, texts)).collect();
    let settings =
        (!settings.is_empty()).then(|| texts.fill("basis-sentence", &[("settings", settings.join("; ").into())]));
    let answers = answers.iter().map(|(_, value)| texts.fill("basis-beware", &[("answers", clean(value).into())]));
    let sentences: Vec<String> = settings.into_iter().chain(answers).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// `precision f32`; a setting of a newer coordinator by the name that it gives it.
fn said_setting((name, value): &(String, String), texts: &Texts) -> String {
    let value = clean(&texts.said(value));
    match name.as_str() {
        "precision" | "threads" | "engine" | "convolutions" | "weights" | "image" | "build" => {
            texts.fill(&format!("basis-{name}"), &[("value", value.into())])
        }
        _ => format!("{} {value}", clean(name)),
    }
}

/// Everything but the tables, in the order in which it matters; what there is nothing to say about is left out.
pub(super) fn notes(comparison: &Comparison, texts: &Texts) -> Vec<Note> {
    let note = |title: &str, items: Vec<String>| Note { title: texts.say(title), items };
    let names = Names::of(comparison, texts);
    [
        note("notes-measuring", measuring(comparison, texts)),
        note("notes-environments", environments(&comparison.environments, texts)),
        imported(comparison, texts),
        note("notes-gpus", gpus_of(comparison, &names)),
        note("notes-flags", flags(comparison, &names)),
        note("notes-trouble", gpu_trouble(comparison, &names)),
        note("notes-answers", answers(comparison, &names)),
        note("notes-failures", failures(comparison, &names)),
        note("notes-pending", pending(comparison, texts)),
    ]
    .into_iter()
    .filter(|note| !note.items.is_empty())
    .collect()
}

/// How results came here that were measured elsewhere.
fn imported(comparison: &Comparison, texts: &Texts) -> Note {
    Note { title: texts.say("import-title"), items: bundles::provenance(comparison, texts) }
}

fn measured(comparison: &Comparison) -> impl Iterator<Item = (&Entry, &Measured)> {
    comparison.entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::Measured(measured) => Some((entry, &**measured)),
        _ => None,
    })
}

fn measuring(comparison: &Comparison, texts: &Texts) -> Vec<String> {
    let counts = || measured(comparison).map(|(_, measured)| measured.summary.n);
    let (Some(least), Some(most)) = (counts().min(), counts().max()) else {
        return Vec::new();
    };
    let runs = if least == most { least.to_string() } else { range(least, most, texts) };
    let mut line = texts.fill("measuring-runs", &[("runs", runs.into()), ("most", most.into())]);
    if measured(comparison).any(|(_, measured)| measured.summary.ci.is_some()) {
        line = texts.fill("measuring-margin", &[("runs", line.into())]);
    }
    let mut lines = vec![line];
    if measured(comparison).any(|(entry, _)| entry.workload.streams > 1) {
        lines.push(texts.say("measuring-streams"));
    }
    if several_gpus(comparison) {
        lines.push(texts.say("measuring-several-gpus"));
    }
    lines
}

/// `38 to 544`
fn range(low: usize, high: usize, texts: &Texts) -> String {
    texts.fill("range", &[("low", low.into()), ("high", high.into())])
}

/// Whether a table has one place for several GPUs.
fn several_gpus(comparison: &Comparison) -> bool {
    let mut first = BTreeMap::new();
    let mut gpus = measured(comparison).filter(|(entry, _)| entry.device.kind() == DeviceKind::Cuda);
    comparison.by != GroupBy::Device
        && gpus.any(|(entry, _)| *first.entry(entry.machine).or_insert(entry.device) != entry.device)
}

/// Each GPU with the software that it was used with, once for each set of versions.
fn gpus_of(comparison: &Comparison, names: &Names<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (entry, measured) in measured(comparison) {
        let Some(gpu) = &measured.gpu else { continue };
        let line = format!("{}: {}", names.of_cell(entry).place(names.texts), gpus::described(entry, gpu, names.texts));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn gpu_trouble(comparison: &Comparison, names: &Names<'_>) -> Vec<String> {
    let troubled = measured(comparison)
        .filter_map(|(entry, measured)| Some((gpus::trouble(measured.gpu.as_ref()?, names.texts)?, entry)));
    let found = together(names, troubled);
    found.into_iter().map(|(trouble, cells)| format!("{}: {trouble}", words::cells(&cells, names.texts))).collect()
}

/// Cells by what is to be said of them, in the order of the first of each.
fn together<'a, K: PartialEq>(
    names: &Names<'_>,
    said: impl Iterator<Item = (K, &'a Entry)>,
) -> Vec<(K, Vec<CellName>)> {
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

/// What the machines are made of, those that are alike in one line.
fn environments(environments: &[Environment], texts: &Texts) -> Vec<String> {
    let mut alike: Vec<(String, Vec<String>)> = Vec::new();
    for environment in environments {
        let (name, made_of) = (clean(&environment.name), machine(environment, texts));
        match alike.iter_mut().find(|(known, _)| *known == made_of) {
            Some((_, names)) => names.push(name),
            None => alike.push((made_of, vec![name])),
        }
    }
    alike.into_iter().map(|(made_of, names)| format!("{}: {made_of}", names.join(", "))).collect()
}

/// What a machine is made of, without its name.
pub(super) fn machine(environment: &Environment, texts: &Texts) -> String {
    let Environment { cpu, physical_cores, logical_cores, simd, memory_bytes, os, gpus, no_gpu, .. } = environment;
    let cores = texts.fill("cores", &[("count", (*physical_cores).into())]);
    let threads = texts.fill("task-threads", &[("count", (*logical_cores).into())]);
    let mut parts =
        vec![clean(cpu), texts.fill("cores-and-threads", &[("cores", cores.into()), ("threads", threads.into())])];
    if !simd.is_empty() {
        parts.push(clean(&simd.join(" ")));
    }
    parts.push(texts.fill("memory-ram", &[("bytes", words::bytes(*memory_bytes, texts).into())]));
    parts.push(clean(os));
    parts.extend(gpus.iter().map(|gpu| self::gpu(gpu, texts)));
    parts.extend(no_gpu.iter().map(|reason| texts.fill("no-gpu", &[("reason", clean(&texts.said(reason)).into())])));
    parts.join("; ")
}

/// A GPU as an environment names it: `NAME`, or `NAME (WHY IT CANNOT BE USED)`.
pub(crate) fn name_and_reason(gpu: &str) -> (&str, Option<&str>) {
    let mut openings = gpu.match_indices(" (").map(|(at, _)| gpu.split_at(at));
    // That it is played is part of its name.
    let found = openings.find(|(_, rest)| !rest.starts_with(" (simulated)"));
    match found.and_then(|(name, rest)| Some((name, rest.strip_prefix(" (")?.strip_suffix(')')?))) {
        Some((name, reason)) => (name, Some(reason)),
        None => (gpu, None),
    }
}

/// The same in the reader's language.
pub(crate) fn gpu(gpu: &str, texts: &Texts) -> String {
    match name_and_reason(gpu) {
        (name, Some(reason)) => format!("{} ({})", clean(name), clean(&texts.said(reason))),
        (name, None) => clean(name),
    }
}

/// What must be said of a cell to tell it from the others: its machine, engine and threads only where there are several.
struct Names<'a> {
    texts: &'a Texts,
    machine: bool,
    engine: bool,
    threads: bool,
}

impl<'a> Names<'a> {
    fn of(comparison: &Comparison, texts: &'a Texts) -> Self {
        fn vary<T: PartialEq>(comparison: &Comparison, of: impl Fn(&Entry) -> T) -> bool {
            comparison.entries.windows(2).any(|pair| of(&pair[0]) != of(&pair[1]))
        }
        Self {
            texts,
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
        let mut what = vec![words::workload_in_full(workload, self.texts)];
        if self.engine {
            what.push(workload.engine.to_string());
        }
        if self.threads {
            what.push(words::threads(workload.threads, self.texts));
        }
        CellName {
            what: what.join(", "),
            device: words::device(entry.device, simulated, self.texts),
            machine: self.machine.then(|| clean(&entry.machine_name)),
        }
    }

    fn sentence(&self, entry: &Entry) -> String {
        words::cells(&[self.of_cell(entry)], self.texts)
    }
}

fn flags(comparison: &Comparison, names: &Names<'_>) -> Vec<String> {
    measured(comparison)
        .filter(|(_, measured)| !measured.flags.is_empty())
        .map(|(entry, measured)| {
            let flags: Vec<String> = measured.flags.iter().map(|flag| words::flag(flag, names.texts)).collect();
            format!("{}: {}", names.sentence(entry), flags.join(", "))
        })
        .collect()
}

/// What the classifiers saw, where their weights know classes.
fn answers(comparison: &Comparison, names: &Names<'_>) -> Vec<String> {
    measured(comparison)
        .filter_map(|(entry, measured)| {
            let best = measured.answers.first()?;
            let label = best.label.as_ref()?;
            Some(format!("{}: {} ({:.0} %)", names.sentence(entry), clean(label), best.probability * 100.0))
        })
        .collect()
}

/// Failures, those with the same reason together.
fn failures(comparison: &Comparison, names: &Names<'_>) -> Vec<String> {
    let failed = comparison.entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::Failed(failure) => Some((words::failure(failure, names.texts), entry)),
        _ => None,
    });
    let found = together(names, failed);
    found.into_iter().map(|(failure, cells)| format!("{}: {failure}", words::cells(&cells, names.texts))).collect()
}

fn pending(comparison: &Comparison, texts: &Texts) -> Vec<String> {
    let mut states = BTreeMap::new();
    for entry in &comparison.entries {
        if let Outcome::Pending { state } = entry.outcome {
            *states.entry(state).or_insert(0_u64) += 1;
        }
    }
    let line = |(state, count): (cotejo_model::JobState, u64)| {
        texts.fill("pending-cells", &[("count", count.into()), ("state", words::state_name(state, texts).into())])
    };
    states.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_that_cannot_be_used_has_its_reason() {
        for (gpu, expected) in [
            ("RTX 3060", ("RTX 3060", None)),
            ("RTX 3060 (simulated)", ("RTX 3060 (simulated)", None)),
            ("GTX 1060 (driver too old (560))", ("GTX 1060", Some("driver too old (560)"))),
            ("GTX 1060 (simulated) (busy)", ("GTX 1060 (simulated)", Some("busy"))),
        ] {
            assert_eq!(name_and_reason(gpu), expected);
        }
    }
}
