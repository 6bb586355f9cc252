//! The report of one student's PC.

use std::collections::BTreeSet;

use cotejo_language::Texts;
use cotejo_model::Task;
use cotejo_model::comparison::{Entry, Environment, Measured, Outcome};

use super::{Drawable, blank, charts, date, heading, list, paragraph};
use crate::document::{Block, Cell, Document, Head, Kind, Table, Tone};
use crate::{clean, notes, results, words};

/// Where the GPU times of a report come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gpu {
    /// The student's own PC.
    Own,
    /// Option B: another group's, described in a line.
    Peer(String),
    /// Option B: the teacher's, with their source.
    Reference(String),
    /// Option B, and nobody has given any.
    None,
}

/// What a student's report is made of.
#[derive(Debug)]
pub struct Student<'a> {
    /// The student's PC.
    pub environment: &'a Environment,
    /// Its cells.
    pub entries: Vec<&'a Entry>,
    /// Whose GPU times the tables have.
    pub gpu: Gpu,
    /// The practice's table, with what must be read with it.
    pub table: Vec<Block>,
    /// Whether any figure of it is made up.
    pub simulated: bool,
    /// The practice's charts.
    pub charts: Vec<Drawable>,
    /// What the measurements say, a sentence each.
    pub findings: Vec<String>,
}

/// The report, with places for what the student has to write.
pub fn student(report: Student<'_>, texts: &Texts) -> Document {
    let Student { environment, entries, gpu, table, simulated, charts: drawables, findings } = report;
    let option_b = gpu != Gpu::Own;
    let mut blocks: Vec<Block> = option_notice(&gpu, environment, texts).into_iter().collect();
    blocks.push(blank("report-author", 1, texts));
    blocks.push(paragraph("report-about", texts));
    blocks.extend(about_the_machine(environment, &entries, texts));
    blocks.extend(reflection(option_b, texts));
    if option_b {
        blocks.push(heading(1, "report-results-b", texts));
        blocks.push(Block::Table(own_cells(&entries, texts)));
    }
    blocks.push(heading(1, results_heading(&gpu), texts));
    blocks.extend(table);
    blocks.extend(option_b.then(|| blank("report-reference-reflection", 4, texts)));
    blocks.push(heading(1, "report-charts", texts));
    blocks.extend(charts(drawables, texts));
    blocks.extend(analysis(findings, texts));
    blocks.extend(proposals(texts));
    blocks.extend(rubric(texts));
    blocks.push(heading(1, "report-annex", texts));
    blocks.extend((!option_b).then(|| Block::Table(own_cells(&entries, texts))));
    blocks.extend(care(&entries, texts));
    let dated_ms = measured(&entries).map(|(_, measured)| measured.started_ms).max();
    Document {
        title: texts.say("report-title"),
        language: texts.language(),
        dated_ms,
        watermark: simulated.then(|| texts.say("watermark")),
        blocks,
    }
}

fn results_heading(gpu: &Gpu) -> &'static str {
    match gpu {
        Gpu::Own => "report-results",
        Gpu::Reference(_) => "report-reference-reference",
        Gpu::Peer(_) | Gpu::None => "report-reference",
    }
}

/// What the practice wants said at the very top of a report that was made without a GPU.
fn option_notice(gpu: &Gpu, environment: &Environment, texts: &Texts) -> Option<Block> {
    let reason = || why_no_gpu(environment, texts);
    let text = match gpu {
        Gpu::Own => return None,
        Gpu::Peer(peer) => {
            texts.fill("report-option-b", &[("reason", reason().into()), ("peer", peer.as_str().into())])
        }
        Gpu::Reference(source) => {
            texts.fill("report-option-b-reference", &[("reason", reason().into()), ("source", source.as_str().into())])
        }
        Gpu::None => texts.fill("report-option-b-alone", &[("reason", reason().into())]),
    };
    Some(Block::Notice(text))
}

fn why_no_gpu(environment: &Environment, texts: &Texts) -> String {
    let unusable = (!environment.gpus.is_empty()).then(|| environment.gpus.join(", "));
    let reason = environment.no_gpu.clone().or(unusable);
    reason.map_or_else(|| texts.say("report-no-gpu-found"), |reason| clean(&texts.said(&reason)))
}

fn about_the_machine(environment: &Environment, entries: &[&Entry], texts: &Texts) -> Vec<Block> {
    let mut lines = vec![texts.fill(
        "report-environment-machine",
        &[("machine", clean(&environment.name).into()), ("description", notes::machine(environment, texts).into())],
    )];
    lines.push(if environment.gpus.is_empty() || environment.no_gpu.is_some() {
        texts.fill("report-environment-cuda-no", &[("reason", why_no_gpu(environment, texts).into())])
    } else {
        texts.fill("report-environment-cuda-yes", &[("gpus", clean(&environment.gpus.join(", ")).into())])
    });
    lines.extend(workloads(entries, texts));
    if let Some((_, newest)) = measured(entries).max_by_key(|(_, measured)| measured.started_ms) {
        let arguments = [("date", date(newest.started_ms).into()), ("build", clean(&newest.build).into())];
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

fn analysis(findings: Vec<String>, texts: &Texts) -> Vec<Block> {
    let questions = [
        "report-question-faster",
        "report-question-size",
        "report-question-first",
        "report-question-cpu",
        "report-question-real",
    ];
    vec![
        heading(1, "report-analysis", texts),
        heading(2, "report-analysis-data", texts),
        paragraph("report-analysis-data-about", texts),
        Block::List(findings),
        heading(2, "report-questions", texts),
        list(&questions, texts),
        blank("report-analysis-explain", 6, texts),
        blank("report-analysis-size", 6, texts),
    ]
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
    let rows = measured(entries).map(|(entry, measured)| {
        let tone = if measured.flags.is_empty() { Tone::Plain } else { Tone::Care };
        let first = cotejo_model::stats::Estimate { value: measured.first_seconds, ci: None };
        vec![
            Cell::words(what(entry, texts)),
            Cell::words(words::device(entry.device, measured.simulated, texts)),
            results::figure(&measured.summary.estimate(), "", measured.simulated, tone, texts),
            results::figure(&first, "", measured.simulated, Tone::Plain, texts),
            Cell { number: Some(measured.summary.n as f64), ..Cell::words(measured.summary.n.to_string()) },
        ]
    });
    Table { caption: String::new(), heads, rows: rows.collect(), remarks: Vec::new() }
}

/// A workload with its threads where they are not all.
fn what(entry: &Entry, texts: &Texts) -> String {
    let workload = words::workload_in_full(&entry.workload, texts);
    match entry.workload.threads {
        cotejo_model::Threads::All => workload,
        threads => format!("{workload}, {}", words::threads(threads, texts)),
    }
}

/// What to doubt, and what could not be measured.
fn care(entries: &[&Entry], texts: &Texts) -> Vec<Block> {
    let flagged = measured(entries).filter(|(_, measured)| !measured.flags.is_empty()).map(|(entry, measured)| {
        let flags: Vec<String> = measured.flags.iter().map(|flag| words::flag(flag, texts)).collect();
        format!("{} ({}): {}", what(entry, texts), entry.device, flags.join(", "))
    });
    let failed = entries.iter().filter_map(|entry| {
        let Outcome::Failed(failure) = &entry.outcome else { return None };
        Some(format!("{} ({}): {}", what(entry, texts), entry.device, words::failure(failure, texts)))
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
