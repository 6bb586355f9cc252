//! What must be read with a table: how and on what it was measured, what to doubt, and what is not there.

use std::collections::BTreeMap;

use cotejo_language::Texts;
use cotejo_model::basis::{Basis, Disagreement, GivenAnswer, ModelWeights};
use cotejo_model::comparison::{Comparison, Entry, Environment, GroupBy, Measured, Outcome, SeenGpu, Table};
use cotejo_model::job::Weights;
use cotejo_model::{DeviceKind, Digest, Threads};

use super::peers::moment;
use super::words::{self, CellName};
use super::{bundles, clean, gpus};

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) title: String,
    pub(super) items: Vec<String>,
}

/// A setting that all rows of a table share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    Precision,
    Threads,
    Engine,
    Convolutions,
    Weights,
    Image,
    Build,
}

impl Setting {
    /// In reading order.
    const ALL: [Self; 7] =
        [Self::Precision, Self::Threads, Self::Engine, Self::Convolutions, Self::Weights, Self::Image, Self::Build];

    /// Whether another table has it otherwise. What is missing there is no difference: nothing was measured yet.
    fn differs(self, own: &Basis, other: &Basis) -> bool {
        match self {
            Self::Precision => own.precision != other.precision,
            Self::Threads => other.threads.is_some() && own.threads != other.threads,
            Self::Engine => own.engine != other.engine,
            Self::Convolutions => own.exact != other.exact,
            Self::Weights => !other.weights.is_empty() && own.weights != other.weights,
            Self::Image => !other.images.is_empty() && own.images != other.images,
            Self::Build => other.build.is_some() && own.build != other.build,
        }
    }

    /// `precision f32`; nothing where it means nothing.
    fn said(self, basis: &Basis, texts: &Texts) -> Option<String> {
        let (name, value) = match self {
            Self::Precision => ("basis-precision", basis.precision.to_string()),
            Self::Threads => (
                "basis-threads",
                match basis.threads? {
                    Threads::All => texts.say("basis-all"),
                    Threads::Exactly(count) => count.to_string(),
                },
            ),
            Self::Engine => ("basis-engine", basis.engine.to_string()),
            Self::Convolutions => ("basis-convolutions", basis.exact.then(|| texts.say("basis-exact"))?),
            Self::Weights => ("basis-weights", weights(&basis.weights, texts)?),
            Self::Image => ("basis-image", images(&basis.images, texts)?),
            Self::Build => ("basis-build", clean(basis.build.as_deref()?)),
        };
        Some(texts.fill(name, &[("value", value.into())]))
    }
}

/// `random, seed 2026`, or which file.
pub(super) fn weights_said(weights: &Weights, texts: &Texts) -> String {
    match weights {
        Weights::Random { seed } => texts.fill("basis-seed", &[("seed", seed.to_string().into())]),
        Weights::File { digest } => texts.fill("basis-file", &[("digest", digest.short().into())]),
    }
}

/// The weights once where all models have the same, else those of each model.
pub(super) fn weights(weights: &[ModelWeights], texts: &Texts) -> Option<String> {
    let first = weights.first()?;
    if weights.iter().all(|of| of.weights == first.weights) {
        return Some(weights_said(&first.weights, texts));
    }
    let one = |of: &ModelWeights| format!("{}: {}", of.model.title(), weights_said(&of.weights, texts));
    Some(weights.iter().map(one).collect::<Vec<_>>().join("; "))
}

pub(super) fn images(images: &[Option<Digest>], texts: &Texts) -> Option<String> {
    let one = |image: &Option<Digest>| image.map_or_else(|| texts.say("basis-built-in"), |digest| digest.short());
    (!images.is_empty()).then(|| images.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// What distinguishes a table from the others beside it; nothing where there is but one.
pub(super) fn heading(tables: &[Table], table: &Table, texts: &Texts) -> Option<String> {
    let differs = |setting: Setting| tables.iter().any(|other| setting.differs(&table.basis, &other.basis));
    let own = Setting::ALL.into_iter().filter(|setting| *setting == Setting::Precision || differs(*setting));
    let own: Vec<String> = own.filter_map(|setting| setting.said(&table.basis, texts)).collect();
    (tables.len() > 1 && !own.is_empty()).then(|| own.join("; "))
}

/// What all rows of a table have in common.
pub(super) fn basis(basis: &Basis, texts: &Texts) -> String {
    let settings: Vec<String> = Setting::ALL.into_iter().filter_map(|setting| setting.said(basis, texts)).collect();
    let mut said = texts.fill("basis-sentence", &[("settings", settings.join("; ").into())]);
    if !basis.disagreements.is_empty() {
        let answers: Vec<String> = basis.disagreements.iter().map(|found| disagreement(found, texts)).collect();
        said = format!("{said} {}", texts.fill("basis-beware", &[("answers", answers.join("; ").into())]));
    }
    said
}

/// `differ for ResNet18 224 x 224: class 7 on pc-1 cpu but class 9 on pc-2 cpu`
pub(super) fn disagreement(found: &Disagreement, texts: &Texts) -> String {
    let given = |given: &GivenAnswer| {
        let by: Vec<String> = given.by.iter().map(|(name, device)| format!("{} {device}", clean(name))).collect();
        texts.fill("basis-class", &[("class", given.class.into()), ("by", by.join(", ").into())])
    };
    let answers: Vec<String> = found.answers.iter().map(given).collect();
    let arguments =
        [("what", words::task(found.task, texts).into()), ("answers", answers.join(&texts.say("basis-but")).into())];
    texts.fill("basis-differ", &arguments)
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
    let Environment { cpu, cpu_simulated, physical_cores, logical_cores, simd, memory_bytes, os, gpus, no_gpu, .. } =
        environment;
    let cores = texts.fill("cores", &[("count", (*physical_cores).into())]);
    let threads = texts.fill("task-threads", &[("count", (*logical_cores).into())]);
    let mut parts = vec![
        texts.product(&clean(cpu), *cpu_simulated),
        texts.fill("cores-and-threads", &[("cores", cores.into()), ("threads", threads.into())]),
    ];
    if !simd.is_empty() {
        parts.push(clean(&simd.join(" ")));
    }
    parts.push(texts.fill("memory-ram", &[("bytes", words::bytes(*memory_bytes, texts).into())]));
    parts.push(clean(os));
    parts.extend(gpus.iter().map(|gpu| self::gpu(gpu, texts)));
    parts.extend(no_gpu.iter().map(|why| {
        let reason = clean(&texts.reason(why).long);
        texts.fill("no-gpu", &[("reason", reason.into())])
    }));
    parts.join("; ")
}

/// A GPU by its name, and why it cannot be used, if it cannot.
pub(crate) fn gpu(gpu: &SeenGpu, texts: &Texts) -> String {
    let name = texts.product(&clean(&gpu.name), gpu.simulated);
    match &gpu.unusable {
        Some(why) => format!("{name} ({})", clean(&texts.reason(why).long)),
        None => name,
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
        let mut what = vec![words::workload_in_full(workload, self.texts)];
        if self.engine {
            what.push(workload.engine.to_string());
        }
        if self.threads {
            what.push(words::threads(workload.threads, self.texts));
        }
        CellName {
            what: what.join(", "),
            device: words::device(entry.device, entry.is_simulated(), self.texts),
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

/// Below this the likeliest of a thousand classes is no answer: trained weights that know what they see give more.
const NO_IDEA: f32 = 0.1;

/// What the classifiers saw, where their weights know classes. Where an image was given and they do not, that is said.
fn answers(comparison: &Comparison, names: &Names<'_>) -> Vec<String> {
    let texts = names.texts;
    let answer = |(entry, measured): (&Entry, &Measured)| {
        let best = measured.answers.first()?;
        let label = clean(best.label.as_ref()?);
        let percent = format!("{:.0}", best.probability * 100.0);
        let name = if best.probability < NO_IDEA { "answer-no-idea" } else { "answer" };
        let arguments = [("cell", names.sentence(entry).into()), ("label", label.into()), ("percent", percent.into())];
        Some(texts.fill(name, &arguments))
    };
    let unread = measured(comparison).any(|(_, measured)| {
        measured.input.as_ref().is_some_and(|input| input.image.is_some())
            && matches!(measured.weights, Some(Weights::Random { .. }))
    });
    measured(comparison).filter_map(answer).chain(unread.then(|| texts.say("answer-random-weights"))).collect()
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

/// What waits: by its state, or by the machine that is out of reach.
fn pending(comparison: &Comparison, texts: &Texts) -> Vec<String> {
    let away = |entry: &Entry| {
        comparison
            .environments
            .iter()
            .find(|known| known.machine == entry.machine)
            .and_then(|known| known.away_since_ms)
    };
    let mut states = BTreeMap::new();
    let mut machines = BTreeMap::new();
    for entry in &comparison.entries {
        let Outcome::Pending { state } = entry.outcome else { continue };
        match away(entry) {
            Some(since) => *machines.entry((clean(&entry.machine_name), since)).or_insert(0_u64) += 1,
            None => *states.entry(state).or_insert(0_u64) += 1,
        }
    }
    let of_state = |(state, count): (cotejo_model::JobState, u64)| {
        texts.fill("pending-cells", &[("count", count.into()), ("state", words::state_name(state, texts).into())])
    };
    let of_machine = |((machine, since), count): ((String, u64), u64)| {
        let since = moment(since).into();
        texts.fill("pending-away", &[("machine", machine.into()), ("since", since), ("count", count.into())])
    };
    states.into_iter().map(of_state).chain(machines.into_iter().map(of_machine)).collect()
}
