//! The report of one student's PC.

use std::collections::BTreeSet;

use cotejo_analysis::findings::Finding;
use cotejo_analysis::peers::{Nobody, PeerComparison, PeerRow, Third};
use cotejo_language::Texts;
use cotejo_model::Task;
use cotejo_model::comparison::{Entry, Environment, Measured, NamedSweep, Outcome};
use cotejo_model::job::Weights;
use cotejo_model::stats::Estimate;

use super::{blank, charts, heading, list, paragraph};
use crate::chart::Chart;
use crate::chart::build::{self, NoChart, TimePoint, Times};
use crate::document::{Block, Cell, Document, Head, Kind, Table, Tone};
use crate::{clean, findings, notes, peers, results, sweeps, words};

/// Findings to discuss: more than a student can use are no help.
const FINDINGS: usize = 5;

/// What a student's report is made of.
#[derive(Debug)]
pub struct Student<'a> {
    /// The student's PC.
    pub environment: &'a Environment,
    /// The sweeps that it was measured in, newest first.
    pub sweeps: &'a [NamedSweep],
    /// Its cells.
    pub entries: Vec<&'a Entry>,
    /// Its CPU times with GPU times beside them: its own, a peer's, or the teacher's.
    pub peers: &'a PeerComparison,
    /// What the figures say.
    pub findings: &'a [Finding],
    /// The practice's charts, as far as they can be drawn.
    pub charts: Vec<Chart>,
}

/// The report, with places for what the student has to write.
pub fn student(report: Student<'_>, texts: &Texts) -> Document {
    let Student { environment, sweeps, entries, peers, findings, charts: drawn } = report;
    let option_b = !matches!(peers.third, Third::Own(_));
    let simulated = peers.is_simulated() || measured(&entries).any(|(_, measured)| measured.simulated);
    let mut blocks: Vec<Block> =
        option_b.then(|| Block::Notice(option_b_notice(peers, environment, texts))).into_iter().collect();
    blocks.extend(simulated.then(|| Block::Notice(texts.say("rehearsal"))));
    blocks.push(blank("report-author", 1, texts));
    blocks.push(paragraph("report-about", texts));
    blocks.extend(about_the_machine(environment, &entries, texts));
    blocks.extend(reflection(option_b, texts));
    if option_b {
        blocks.push(heading(1, "report-results-b", texts));
        blocks.push(Block::Table(own_cells(&entries, texts)));
    }
    blocks.extend(comparison(peers, texts));
    blocks.extend(charts(drawn, texts));
    blocks.extend(analysis(findings, texts));
    blocks.extend(proposals(texts));
    blocks.extend(rubric(texts));
    blocks.push(heading(1, "report-annex", texts));
    blocks.push(paragraph("report-annex-about", texts));
    blocks.extend((!option_b).then(|| Block::Table(own_cells(&entries, texts))));
    blocks.extend(sweeps::paragraph(sweeps, texts));
    blocks.extend(care(&entries, texts));
    let own = measured(&entries).map(|(_, measured)| measured.started_ms).max();
    Document {
        title: texts.say("report-title"),
        language: texts.language(),
        dated_ms: own.max(peers.newest_ms()),
        watermark: simulated.then(|| texts.say("watermark")),
        blocks,
    }
}

/// The practice's table with where its GPU times come from.
fn comparison(compared: &PeerComparison, texts: &Texts) -> Vec<Block> {
    let title = match compared.third {
        Third::Own(_) => "report-results",
        Third::Reference(_) => "report-reference-reference",
        Third::Peer(_) | Third::Nobody(_) => "report-reference",
    };
    let mut blocks = vec![heading(1, title, texts)];
    blocks.extend(peers::tables(texts, compared).into_iter().map(Block::Table));
    blocks.extend(peers::provenance(texts, compared, 2));
    blocks.extend(peers::left_out(texts, compared, 2));
    blocks.extend((!matches!(compared.third, Third::Own(_))).then(|| blank("report-reference-reflection", 4, texts)));
    blocks
}

/// What the practice wants said at the very top of a report that was made without a GPU.
fn option_b_notice(compared: &PeerComparison, environment: &Environment, texts: &Texts) -> String {
    let reason = ("reason", why_no_gpu(environment, texts).into());
    match &compared.third {
        Third::Peer(peer) => {
            let group = peers::group_of(texts, peer.machine);
            let peer = format!("{group}, {}", peers::gpu_name(texts, &peer.gpu));
            texts.fill("report-option-b", &[reason, ("peer", peer.into())])
        }
        Third::Reference(times) => {
            let source = format!("{} ({})", clean(&times.device_name), clean(&times.source));
            texts.fill("report-option-b-reference", &[reason, ("source", source.into())])
        }
        Third::Nobody(Nobody::NotAsked) => texts.fill("report-option-b-not-asked", &[reason]),
        Third::Nobody(nobody) if *nobody != Nobody::NoGpu => {
            texts.fill("report-option-b-nobody", &[reason, ("why", peers::nobody(texts, *nobody).into())])
        }
        Third::Own(_) | Third::Nobody(_) => texts.fill("report-option-b-alone", &[reason]),
    }
}

fn why_no_gpu(environment: &Environment, texts: &Texts) -> String {
    if let Some(reason) = &environment.no_gpu {
        return clean(&texts.reason(reason).long);
    }
    let unusable: Vec<String> =
        environment.gpus.iter().filter(|gpu| gpu.unusable.is_some()).map(|gpu| notes::gpu(gpu, texts)).collect();
    if unusable.is_empty() { texts.say("report-no-gpu-found") } else { unusable.join(", ") }
}

fn about_the_machine(environment: &Environment, entries: &[&Entry], texts: &Texts) -> Vec<Block> {
    let mut lines = vec![texts.fill(
        "report-environment-machine",
        &[("machine", clean(&environment.name).into()), ("description", notes::machine(environment, texts).into())],
    )];
    let usable = environment.gpus.iter().filter(|gpu| gpu.unusable.is_none());
    let usable: Vec<String> = usable.map(|gpu| notes::gpu(gpu, texts)).collect();
    lines.push(if usable.is_empty() {
        texts.fill("report-environment-cuda-no", &[("reason", why_no_gpu(environment, texts).into())])
    } else {
        texts.fill("report-environment-cuda-yes", &[("gpus", usable.join(", ").into())])
    });
    lines.extend(workloads(entries, texts));
    let random = measured(entries).any(|(_, measured)| matches!(measured.weights, Some(Weights::Random { .. })));
    lines.extend(random.then(|| texts.say("report-environment-random")));
    if let Some((_, newest)) = measured(entries).max_by_key(|(_, measured)| measured.started_ms) {
        let arguments = [("date", peers::day(newest.started_ms, texts).into()), ("build", clean(&newest.build).into())];
        lines.push(texts.fill("report-environment-dates", &arguments));
    }
    vec![heading(1, "report-environment", texts), Block::List(lines)]
}

/// What was measured, in one line.
fn workloads(entries: &[&Entry], texts: &Texts) -> Option<String> {
    fn listed<T: Ord + ToString>(values: impl Iterator<Item = T>) -> String {
        let values: BTreeSet<T> = values.collect();
        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
    let workloads = || measured(entries).map(|(entry, _)| entry.workload);
    let sizes = workloads().filter(|workload| matches!(workload.task, Task::Classify { .. }));
    let sizes = listed(sizes.map(|workload| workload.task.size()));
    (!sizes.is_empty()).then(|| {
        texts.fill(
            "report-environment-workload",
            &[
                ("models", listed(workloads().map(|workload| workload.task.title())).into()),
                ("sizes", sizes.into()),
                ("precision", listed(workloads().map(|workload| workload.precision)).into()),
                ("engine", listed(workloads().map(|workload| workload.engine)).into()),
            ],
        )
    })
}

fn reflection(option_b: bool, texts: &Texts) -> Vec<Block> {
    let (hardware, parallelism) = if option_b {
        ("report-reflection-hardware-b", "report-reflection-parallelism-b")
    } else {
        ("report-reflection-hardware", "report-reflection-parallelism")
    };
    vec![
        heading(1, "report-reflection", texts),
        blank("report-reflection-summary", 5, texts),
        blank(hardware, 6, texts),
        blank(parallelism, 6, texts),
    ]
}

fn analysis(found: &[Finding], texts: &Texts) -> Vec<Block> {
    let questions = [
        "report-question-faster",
        "report-question-size",
        "report-question-first",
        "report-question-cpu",
        "report-question-real",
    ];
    let mut blocks = vec![
        heading(1, "report-analysis", texts),
        heading(2, "report-analysis-data", texts),
        paragraph("report-analysis-data-about", texts),
    ];
    let told = found.iter().filter(|finding| !matches!(finding, Finding::CannotTell(_)));
    blocks.push(Block::List(told.take(FINDINGS).map(|finding| findings::sentence(texts, finding)).collect()));
    blocks.extend([
        heading(2, "report-questions", texts),
        list(&questions, texts),
        blank("report-analysis-explain", 6, texts),
        blank("report-analysis-size", 6, texts),
    ]);
    blocks
}

fn proposals(texts: &Texts) -> Vec<Block> {
    let options =
        ["report-proposal-model", "report-proposal-size", "report-proposal-parallel", "report-proposal-memory"];
    vec![
        heading(1, "report-proposals", texts),
        paragraph("report-proposals-consider", texts),
        list(&options, texts),
        blank("report-proposals-yours", 6, texts),
    ]
}

fn rubric(texts: &Texts) -> Vec<Block> {
    let aspects = ["structure", "results", "analysis", "proposals", "application"];
    let items = aspects.iter().map(|aspect| texts.say(&format!("report-rubric-{aspect}"))).collect();
    vec![heading(1, "report-rubric", texts), Block::Checklist(items)]
}

/// Time over image size, with the GPU times that the table has: the own ones, a peer's or the teacher's.
pub fn time_over_size(compared: &PeerComparison, texts: &Texts) -> Result<Chart, NoChart> {
    let rows = || compared.tables.first().into_iter().flat_map(|table| &table.rows);
    let drawn = |row: &&PeerRow| matches!(row.task, Task::Classify { batch: 1, .. });
    let task = rows().find(drawn).or_else(|| rows().next()).map_or(Task::Matmul { size: 1 }, |row| row.task);
    let alike = |row: &&PeerRow| row.task.title() == task.title() && row.task.batch() == task.batch();
    let points = |time: &dyn Fn(&PeerRow) -> Option<Estimate>| {
        let point = |row: &PeerRow| Some(TimePoint { size: row.task.size(), time: time(row)? });
        rows().filter(alike).filter_map(point).collect::<Vec<_>>()
    };
    let gpu = match &compared.third {
        Third::Own(gpu) => clean(&gpu.name),
        Third::Peer(peer) => format!("{}, {}", clean(&peer.gpu.name), peers::group_of(texts, peer.machine)),
        Third::Reference(times) => texts.fill("chart-imported", &[("device", clean(&times.device_name).into())]),
        Third::Nobody(_) => String::new(),
    };
    let made_up = |of: &dyn Fn(&PeerRow) -> bool| rows().filter(alike).any(of);
    let cpu = Times {
        label: clean(&compared.mine.cpu),
        points: points(&|row| Some(row.cpu.estimate)),
        simulated: made_up(&|row| row.cpu.simulated),
    };
    let gpu = Times {
        label: gpu,
        points: points(&|row| row.gpu.as_ref().ok().map(|time| time.estimate)),
        simulated: made_up(&|row| row.gpu.as_ref().is_ok_and(|time| time.simulated)),
    };
    let settings =
        compared.tables.first().map(|table| format!("{}, {}", table.settings.precision, table.settings.engine));
    build::time_over_size(task, &cpu, &gpu, &settings.unwrap_or_default(), texts)
}

/// What differs among the cells of a PC beyond what was computed: without it, two rows would look alike.
struct Distinguished {
    engine: bool,
    weights: bool,
    build: bool,
}

impl Distinguished {
    fn of(entries: &[&Entry]) -> Self {
        fn differ<T: PartialEq>(mut values: impl Iterator<Item = T>) -> bool {
            let first = values.next();
            values.any(|value| Some(value) != first)
        }
        Self {
            engine: differ(measured(entries).map(|(entry, _)| entry.workload.engine)),
            weights: differ(measured(entries).filter_map(|(_, measured)| measured.weights.as_ref())),
            build: differ(measured(entries).map(|(_, measured)| &measured.build)),
        }
    }

    /// The workload with what differs.
    fn said(&self, entry: &Entry, measured: &Measured, texts: &Texts) -> String {
        let weights = measured.weights.as_ref().filter(|_| self.weights);
        let weights = weights.map(|weights| ("basis-weights", notes::weights_said(weights, texts)));
        let engine = self.engine.then(|| ("basis-engine", entry.workload.engine.to_string()));
        let build = self.build.then(|| ("basis-build", clean(&measured.build)));
        let more = [engine, weights, build].into_iter().flatten();
        let more = more.map(|(name, value)| texts.fill(name, &[("value", value.into())]));
        let workload = words::workload_and_threads(&entry.workload, texts);
        std::iter::once(workload).chain(more).collect::<Vec<_>>().join(", ")
    }
}

/// Every cell of the PC with its figures.
fn own_cells(entries: &[&Entry], texts: &Texts) -> Table {
    let head = |name: &str, kind| Head::new(&texts.say(name), kind);
    let heads = vec![
        head("cells-what", Kind::Words),
        head("cells-device", Kind::Label),
        head("cells-time", Kind::Figures),
        head("cells-first", Kind::Figures),
        head("cells-runs", Kind::Figures),
    ];
    let distinguished = Distinguished::of(entries);
    let rows = measured(entries).map(|(entry, measured)| {
        let tone = if measured.flags.is_empty() { Tone::Plain } else { Tone::Care };
        let first = cotejo_model::stats::Estimate { value: measured.first_seconds, ci: None };
        vec![
            Cell::words(distinguished.said(entry, measured, texts)),
            Cell::words(words::device(entry.device, measured.simulated, texts)),
            results::figure(&measured.summary.estimate(), "", measured.simulated, tone, texts),
            results::figure(&first, "", measured.simulated, Tone::Plain, texts),
            Cell::count(measured.summary.n),
        ]
    });
    Table { caption: String::new(), heads, rows: rows.collect(), remarks: Vec::new() }
}

/// What to doubt, and what could not be measured.
fn care(entries: &[&Entry], texts: &Texts) -> Vec<Block> {
    let flagged = measured(entries).filter(|(_, measured)| !measured.flags.is_empty()).map(|(entry, measured)| {
        let flags: Vec<String> = measured.flags.iter().map(|flag| words::flag(flag, texts)).collect();
        format!("{} ({}): {}", words::workload_and_threads(&entry.workload, texts), entry.device, flags.join(", "))
    });
    let failed = entries.iter().filter_map(|entry| {
        let Outcome::Failed(failure) = &entry.outcome else { return None };
        Some(format!(
            "{} ({}): {}",
            words::workload_and_threads(&entry.workload, texts),
            entry.device,
            words::failure(failure, texts)
        ))
    });
    let mut blocks = Vec::new();
    for (title, items) in [("notes-flags", flagged.collect::<Vec<_>>()), ("notes-failures", failed.collect())] {
        if !items.is_empty() {
            blocks.extend([heading(2, title, texts), Block::List(items)]);
        }
    }
    blocks
}

fn measured<'a>(entries: &'a [&'a Entry]) -> impl Iterator<Item = (&'a Entry, &'a Measured)> {
    entries.iter().filter_map(|entry| {
        let Outcome::Measured(measured) = &entry.outcome else { return None };
        Some((*entry, &**measured))
    })
}
