//! One PC's CPU times beside a peer's GPU times: the practice's table, what must stand above it, and where the times come
//! from.

use std::collections::BTreeMap;

use cotejo_analysis::key::{Difference, Key, Subject};
use cotejo_analysis::peers::{
    Gap, Gpu, LeftOut, Nobody, Peer, PeerComparison, PeerRow, PeerTable, ReferenceTimes, Third, Time, Why,
};
use cotejo_analysis::pseudonym;
use cotejo_language::Texts;
use cotejo_model::MachineId;
use cotejo_model::job::Weights;
use cotejo_model::quality::{Flag, FlagKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::document::{Block, Cell, Document, Head, Kind, Table, Tone};
use super::words::subject;
use super::{clean, number, words};

/// Everything, as a document of its own.
pub fn document(texts: &Texts, comparison: &PeerComparison) -> Document {
    let rehearsal = comparison.is_simulated().then(|| Block::Notice(texts.say("rehearsal")));
    Document {
        title: texts.fill("peers-title", &[("machine", clean(&comparison.mine.name).into())]),
        language: texts.language(),
        dated_ms: comparison.newest_ms(),
        watermark: comparison.is_simulated().then(|| texts.say("watermark")),
        blocks: rehearsal.into_iter().chain(blocks(texts, comparison, 1)).collect(),
    }
}

/// The notice, the tables, the provenance and what was left out, under headings of this level.
pub fn blocks(texts: &Texts, comparison: &PeerComparison, level: u8) -> Vec<Block> {
    let mut blocks: Vec<Block> = notice(texts, comparison).map(Block::Notice).into_iter().collect();
    blocks.extend(tables(texts, comparison).into_iter().map(Block::Table));
    blocks.extend(provenance(texts, comparison, level));
    blocks.extend(matches!(comparison.third, Third::Peer(_)).then(|| Block::Paragraph(texts.say("peers-with"))));
    blocks.extend(left_out(texts, comparison, level));
    blocks
}

/// What must stand above everything else where the GPU times are not the PC's own.
pub fn notice(texts: &Texts, comparison: &PeerComparison) -> Option<String> {
    match &comparison.third {
        Third::Own(_) => None,
        Third::Peer(peer) => {
            let arguments =
                [("group", group(texts, &peer.pseudonym).into()), ("gpu", gpu_name(texts, &peer.gpu).into())];
            Some(texts.fill("peers-notice-peer", &arguments))
        }
        Third::Reference(times) => {
            let instead = times
                .instead
                .map(|nobody| format!("{} {} ", self::nobody(texts, nobody), texts.say("peers-notice-instead")));
            let arguments = [
                ("gpu", clean(&times.device_name).into()),
                ("set", clean(&times.set).into()),
                ("source", clean(times.source.trim_end_matches('.')).into()),
            ];
            Some(instead.unwrap_or_default() + &texts.fill("peers-notice-reference", &arguments))
        }
        Third::Nobody(nobody) => Some(self::nobody(texts, *nobody)),
    }
}

/// Why no GPU times stand beside those of the CPU.
pub(super) fn nobody(texts: &Texts, nobody: Nobody) -> String {
    match nobody {
        Nobody::NoGpu => texts.say("peers-nobody-no-gpu"),
        Nobody::NotAsked => texts.say("peers-nobody-not-asked"),
        Nobody::NothingComparable { gpus } => texts.fill("peers-nobody-incomparable", &[("gpus", gpus.into())]),
        Nobody::NotOfThatMachine { machine, gpus } => {
            let arguments = [("group", group_of(texts, machine).into()), ("gpus", gpus.into())];
            texts.fill("peers-nobody-machine", &arguments)
        }
        Nobody::NoReferences => texts.say("peers-nobody-references"),
        Nobody::NoMatchingReferences { references } => {
            texts.fill("peers-nobody-matching", &[("references", references.into())])
        }
    }
}

/// The machine's pseudonym in a sentence.
pub fn group_of(texts: &Texts, machine: MachineId) -> String {
    group(texts, &pseudonym(machine))
}

pub(super) fn group(texts: &Texts, code: &str) -> String {
    texts.fill("peers-group", &[("code", code.into())])
}

/// The practice's table, one for each set of settings.
pub fn tables(texts: &Texts, comparison: &PeerComparison) -> Vec<Table> {
    comparison.tables.iter().map(|table| self::table(texts, comparison, table)).collect()
}

fn table(texts: &Texts, comparison: &PeerComparison, table: &PeerTable) -> Table {
    let subjects: Vec<String> = table.rows.iter().map(|row| subject(texts, Subject::of(row.task))).collect();
    let several = subjects.iter().any(|subject| *subject != subjects[0]);
    let batches = table.rows.iter().any(|row| row.task.batch().is_some_and(|batch| batch != 1));
    let products = table.rows.iter().any(|row| Subject::of(row.task) == Subject::Product);
    let head = |name: &str, kind| Head { lines: texts.say(name).lines().map(str::to_owned).collect(), kind };
    let gpu = match &comparison.third {
        Third::Own(_) | Third::Nobody(_) => "peers-head-gpu-own",
        Third::Peer(_) => "peers-head-gpu-peer",
        Third::Reference(_) => "peers-head-gpu-reference",
    };
    let size = if products { "peers-head-size-mixed" } else { "peers-head-size" };
    let heads = [
        several.then(|| head("peers-head-model", Kind::Words)),
        Some(head(size, Kind::Label)),
        batches.then(|| head("peers-head-batch", Kind::Label)),
        Some(head("peers-head-cpu", Kind::Figures)),
        Some(head(gpu, Kind::Figures)),
        Some(head("peers-head-speed-up", Kind::Figures)),
    ];
    let row = |row: &PeerRow| {
        let reference = matches!(comparison.third, Third::Reference(_));
        let cells = [
            several.then(|| Cell::words(subject(texts, Subject::of(row.task)))),
            Some(Cell::words(format!("{0} x {0}", row.task.size()))),
            batches.then(|| row.task.batch().map_or_else(|| Cell::words(""), |batch| Cell::words(batch.to_string()))),
            Some(time(texts, &row.cpu)),
            Some(row.gpu.as_ref().map_or_else(|gap| self::gap(texts, gap, reference), |gpu| time(texts, gpu))),
            Some(speed_up(texts, row)),
        ];
        cells.into_iter().flatten().collect()
    };
    let caption = if several { String::new() } else { subjects.first().cloned().unwrap_or_default() };
    Table {
        caption,
        heads: heads.into_iter().flatten().collect(),
        rows: table.rows.iter().map(row).collect(),
        remarks: remarks(texts, table),
    }
}

fn time(texts: &Texts, time: &Time) -> Cell {
    let written = number::estimate(&time.estimate);
    let mark = if time.simulated { " SIM" } else { "" };
    let care = if time.flags.is_empty() { "" } else { " *" };
    let tone = match () {
        () if time.simulated => Tone::Simulated,
        () if !time.flags.is_empty() => Tone::Care,
        () => Tone::Plain,
    };
    let text = |number: &str| format!("{}{mark}{care}", texts.number(number));
    Cell {
        text: text(&written.with_margin()),
        short: written.margin.is_some().then(|| text(&written.value)),
        figure: Some(written.figure),
        tone,
    }
}

fn speed_up(texts: &Texts, row: &PeerRow) -> Cell {
    let Some(estimate) = row.speed_up else {
        return Cell { tone: Tone::Absent, ..Cell::words(texts.say("peers-no-speed-up")) };
    };
    let simulated = row.cpu.simulated || row.gpu.as_ref().is_ok_and(|gpu| gpu.simulated);
    let written = number::estimate(&estimate);
    let mark = if simulated { " SIM" } else { "" };
    let text = |number: &str| format!("{}x{mark}", texts.number(number));
    Cell {
        text: text(&written.with_margin()),
        short: written.margin.is_some().then(|| text(&written.value)),
        figure: Some(written.figure),
        tone: if simulated { Tone::Simulated } else { Tone::Plain },
    }
}

fn gap(texts: &Texts, gap: &Gap, reference: bool) -> Cell {
    let text = match gap {
        Gap::NotMeasured if reference => texts.say("peers-gap-no-reference"),
        Gap::NotMeasured => texts.say("peers-gap-not-measured"),
        Gap::Differs(differences) => {
            texts.fill("peers-gap-differs", &[("differences", self::differences(texts, differences).into())])
        }
        Gap::Nobody => texts.say("peers-gap-nobody"),
    };
    Cell { tone: Tone::Absent, ..Cell::words(text) }
}

fn remarks(texts: &Texts, table: &PeerTable) -> Vec<String> {
    let times = || table.rows.iter().flat_map(|row| [Some(&row.cpu), row.gpu.as_ref().ok()]).flatten();
    let interval = times().any(|time| time.estimate.ci.is_some()).then(|| texts.say("peers-interval"));
    let mut figures: BTreeMap<FlagKind, Vec<f64>> = BTreeMap::new();
    for flag in times().flat_map(|time| &time.flags) {
        figures.entry(flag.kind).or_default().extend(flag.figure);
    }
    let reasons: Vec<String> = figures.into_iter().map(|(kind, figures)| self::flags(texts, kind, &figures)).collect();
    let care = (!reasons.is_empty()).then(|| texts.fill("peers-care", &[("reasons", reasons.join("; ").into())]));
    [Some(settings(texts, &table.settings)), interval, care].into_iter().flatten().collect()
}

fn settings(texts: &Texts, settings: &Key) -> String {
    let Key { precision, threads, engine, exact, weights, build, .. } = settings;
    let weights = match weights {
        Some(Weights::Random { seed }) => texts.fill("peers-weights-random", &[("seed", seed.to_string().into())]),
        Some(Weights::File { digest }) => texts.fill("peers-weights-file", &[("digest", digest.short().into())]),
        None => texts.say("peers-weights-none"),
    };
    let name = if *exact { "peers-settings-exact" } else { "peers-settings" };
    texts.fill(
        name,
        &[
            ("precision", precision.to_string().into()),
            ("threads", threads.map(|threads| words::threads(threads, texts)).unwrap_or_default().into()),
            ("engine", engine.to_string().into()),
            ("weights", weights.into()),
            ("build", clean(build.as_deref().unwrap_or_default()).into()),
        ],
    )
}

/// A quality flag in the reader's language.
pub(super) fn flag(texts: &Texts, flag: &Flag) -> String {
    flags(texts, flag.kind, flag.figure.as_slice())
}

/// Flags of one kind together, with the least and the greatest of their figures.
fn flags(texts: &Texts, kind: FlagKind, figures: &[f64]) -> String {
    let (name, factor, decimals) = match kind {
        FlagKind::Noisy => ("peers-flag-noisy", 100.0, 0),
        FlagKind::Busy => ("peers-flag-busy", 100.0, 0),
        FlagKind::Battery => return texts.say("peers-flag-battery"),
        FlagKind::Throttled => ("peers-flag-throttled", 100.0, 0),
        FlagKind::Slept => ("peers-flag-slept", 1.0, 0),
        FlagKind::Short => ("peers-flag-short", 100.0, 1),
        FlagKind::Implausible => ("peers-flag-implausible", 1.0, 1),
    };
    let written = |figure: f64| texts.number(&format!("{:.decimals$}", figure * factor)).into_owned();
    let least = figures.iter().copied().reduce(f64::min).map(written);
    let greatest = figures.iter().copied().reduce(f64::max).map(written);
    let figure = match (least, greatest) {
        (Some(least), Some(greatest)) if least != greatest => {
            texts.fill("peers-flag-between", &[("least", least.into()), ("greatest", greatest.into())])
        }
        (Some(one), _) => one,
        (None, _) => "?".to_owned(),
    };
    texts.fill(name, &[("figure", figure.into())])
}

fn differences(texts: &Texts, differences: &[Difference]) -> String {
    let name = |difference: &Difference| match difference {
        // Of another task nothing else is said.
        Difference::Task => None,
        Difference::Precision => Some("peers-difference-precision"),
        Difference::Threads => Some("peers-difference-threads"),
        Difference::Engine => Some("peers-difference-engine"),
        Difference::Weights => Some("peers-difference-weights"),
        Difference::Build => Some("peers-difference-build"),
    };
    differences.iter().filter_map(name).map(|name| texts.say(name)).collect::<Vec<_>>().join(", ")
}

/// Where the times come from, under headings of this level.
pub fn provenance(texts: &Texts, comparison: &PeerComparison, level: u8) -> Vec<Block> {
    let heading = |name: &str| Block::Heading { level, text: texts.say(name) };
    let gpu = match &comparison.third {
        Third::Own(gpu) => vec![gpu_line(texts, gpu), measured(texts, gpu.measured_ms, gpu.runs)],
        Third::Peer(peer) => of_peer(texts, peer, comparison),
        Third::Reference(times) => of_reference(texts, times),
        Third::Nobody(_) => Vec::new(),
    };
    let cpu = of_cpu(texts, comparison);
    let mut blocks = Vec::new();
    if !gpu.is_empty() {
        blocks.extend([heading("peers-provenance-gpu"), Block::List(gpu)]);
    }
    blocks.extend([heading("peers-provenance-cpu"), Block::List(cpu)]);
    blocks
}

fn of_peer(texts: &Texts, peer: &Peer, comparison: &PeerComparison) -> Vec<String> {
    let who = if peer.imported { "peers-who-imported" } else { "peers-who" };
    let cpu = peer.cpu.as_ref().map_or_else(
        || texts.say("peers-cpu-unknown"),
        |cpu| {
            let cpu = texts.product(&clean(cpu), peer.cpu_simulated);
            texts.fill("peers-cpu-of-peer", &[("cpu", cpu.into())])
        },
    );
    let mut lines = vec![
        texts.fill(who, &[("group", group(texts, &peer.pseudonym).into())]),
        gpu_line(texts, &peer.gpu),
        cpu,
        measured(texts, peer.gpu.measured_ms, peer.gpu.runs),
    ];
    lines.extend(how(texts, comparison));
    lines.push(why(texts, peer));
    lines
}

fn of_cpu(texts: &Texts, comparison: &PeerComparison) -> Vec<String> {
    let mine = &comparison.mine;
    let name = if mine.imported { "peers-cpu-own-imported" } else { "peers-cpu-own" };
    let cpu = texts.product(&clean(&mine.cpu), mine.cpu_simulated);
    let who = texts.fill(name, &[("cpu", cpu.into()), ("machine", clean(&mine.name).into())]);
    let times = || comparison.tables.iter().flat_map(|table| &table.rows).map(|row| &row.cpu);
    let runs = || times().filter_map(|time| time.runs);
    let dates = || times().filter_map(|time| time.started_ms);
    let measured = runs().min().zip(runs().max()).zip(dates().min().zip(dates().max()));
    let measured = measured.map(|(runs, dates)| self::measured(texts, dates, runs));
    std::iter::once(who).chain(measured).collect()
}

/// Engine, precision and build, once for each table.
fn how(texts: &Texts, comparison: &PeerComparison) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for Key { precision, engine, build, .. } in comparison.tables.iter().map(|table| &table.settings) {
        let line = texts.fill(
            "peers-how",
            &[
                ("engine", engine.to_string().into()),
                ("precision", precision.to_string().into()),
                ("build", clean(build.as_deref().unwrap_or_default()).into()),
            ],
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn why(texts: &Texts, peer: &Peer) -> String {
    let candidates = || ("candidates", peer.candidates.into());
    match peer.why {
        Why::Asked => texts.say("peers-why-asked"),
        Why::ClosestCpu { ratio, cells } => {
            let ratio = texts.number(&number::plain(ratio)).into_owned();
            texts.fill("peers-why-closest", &[candidates(), ("ratio", ratio.into()), ("cells", cells.into())])
        }
        Why::SameCpu => texts.fill("peers-why-same-cpu", &[candidates()]),
        Why::FirstByName => texts.fill("peers-why-first", &[candidates()]),
        Why::BestGpu => texts.fill("peers-why-best", &[candidates()]),
        Why::MedianGpu => texts.fill("peers-why-median", &[candidates()]),
    }
}

fn of_reference(texts: &Texts, times: &ReferenceTimes) -> Vec<String> {
    let set = [("set", clean(&times.set).into()), ("imported", day(times.imported_ms, texts).into())];
    let mut lines = vec![
        texts.fill("peers-reference-set", &set),
        texts.fill("peers-gpu", &[("gpu", clean(&times.device_name).into())]),
        texts.fill("peers-reference-source", &[("source", clean(&times.source).into())]),
    ];
    let software = times.software.as_ref();
    lines.extend(
        software.map(|software| texts.fill("peers-reference-software", &[("software", clean(software).into())])),
    );
    let when = times.measured_on.as_ref();
    lines.extend(when.map(|when| texts.fill("peers-reference-measured", &[("when", clean(when).into())])));
    lines.push(match times.runs {
        Some((least, most)) => {
            let runs = runs(texts, (least as usize, most as usize));
            texts.fill("peers-reference-runs", &[("runs", runs.into())])
        }
        None => texts.say("peers-reference-no-runs"),
    });
    lines.push(texts.say("peers-reference-caveat"));
    if times.candidates > 1 {
        lines.push(texts.fill("peers-reference-others", &[("others", (times.candidates - 1).into())]));
    }
    lines
}

fn gpu_line(texts: &Texts, gpu: &Gpu) -> String {
    let version = |version: &Option<String>| version.as_deref().map(clean);
    let record = gpu.record.as_ref();
    let memory = record.and_then(|record| record.memory_bytes).map(|bytes| {
        let memory = words::bytes(bytes, texts);
        texts.fill("peers-gpu-memory", &[("memory", memory.into())])
    });
    let capability = record
        .and_then(|record| record.compute_capability)
        .map(|capability| texts.fill("peers-gpu-capability", &[("capability", capability.to_string().into())]));
    let driver = record.and_then(|record| version(&record.driver));
    let driver = driver.map(|version| texts.fill("peers-gpu-driver", &[("version", version.into())]));
    let cuda = record.and_then(|record| version(&record.cuda)).map(|version| format!("CUDA {version}"));
    let cudnn = record.and_then(|record| version(&record.cudnn)).map(|version| format!("cuDNN {version}"));
    let parts = [Some(gpu_name(texts, gpu)), memory, capability, driver, cuda, cudnn];
    texts.fill("peers-gpu", &[("gpu", parts.into_iter().flatten().collect::<Vec<_>>().join("; ").into())])
}

/// A GPU by name; of one that is played, that is said in the reader's language.
pub(crate) fn gpu_name(texts: &Texts, gpu: &Gpu) -> String {
    let name = clean(&gpu.name);
    if gpu.simulated { format!("{name} ({}, SIM)", texts.say("peers-gpu-simulated")) } else { name }
}

fn measured(texts: &Texts, (first, last): (u64, u64), between: (usize, usize)) -> String {
    let runs = ("runs", runs(texts, between).into());
    let (first, last) = (day(first, texts), day(last, texts));
    if first == last {
        return texts.fill("peers-measured", &[("first", first.into()), runs]);
    }
    texts.fill("peers-measured-between", &[("first", first.into()), ("last", last.into()), runs])
}

fn runs(texts: &Texts, (least, most): (usize, usize)) -> String {
    if least == most {
        return texts.fill("peers-runs", &[("least", least.into())]);
    }
    texts.fill("peers-runs-between", &[("least", least.into()), ("most", most.into())])
}

/// A day in a sentence, as the language writes it.
pub(super) fn day(ms: u64, texts: &Texts) -> String {
    written(texts.language().facts().date, ms)
}

/// A day, by the world's clock: the same wherever it is read.
pub(super) fn date(ms: u64) -> String {
    written("%Y-%m-%d", ms)
}

/// The same with the time of day.
pub(super) fn moment(ms: u64) -> String {
    written("%Y-%m-%d %H:%M UTC", ms)
}

fn written(format: &str, ms: u64) -> String {
    let moment = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    moment.map(|moment| moment.to_zoned(TimeZone::UTC).strftime(format).to_string()).unwrap_or_default()
}

/// What was left out, under a heading of this level; nothing where nothing was.
pub fn left_out(texts: &Texts, comparison: &PeerComparison, level: u8) -> Vec<Block> {
    let item = |left_out: &LeftOut| {
        let (results, machines) = (("results", left_out.results.into()), ("machines", left_out.machines.into()));
        if left_out.differences == [Difference::Task] {
            return texts.fill("peers-left-out-task", &[results, machines]);
        }
        let differences = differences(texts, &left_out.differences);
        texts.fill("peers-left-out-item", &[results, machines, ("differences", differences.into())])
    };
    let mut items: Vec<String> = comparison.left_out.iter().map(item).collect();
    if comparison.unpaired > 0 {
        items.push(texts.fill("peers-unpaired", &[("results", comparison.unpaired.into())]));
    }
    if items.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading { level, text: texts.say("peers-left-out") }, Block::List(items)]
}

#[cfg(test)]
#[path = "peers_tests.rs"]
mod tests;
