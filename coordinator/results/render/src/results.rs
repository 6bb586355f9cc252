//! A comparison as a document: its tables with everything that must be read with them.

use cotejo_analysis::records::newest;
use cotejo_language::Texts;
use cotejo_model::comparison::{Column, Comparison, Outcome, Value};
use cotejo_model::stats::Estimate;

use crate::document::{Block, Cell, Document, Figure, Head, Kind, Table, Tone};
use crate::notes::{self, Note};
use crate::remarks::Remarks;
use crate::{clean, number, sweeps, words};

/// A reason longer than this stands below the table, with a mark in its place.
const LONGEST_REASON: usize = 20;

/// The tables of a comparison with everything that must be read with them.
pub fn document(comparison: &Comparison, texts: &Texts) -> Document {
    let mut blocks: Vec<Block> = sweeps::paragraph(&comparison.sweeps, texts).into_iter().collect();
    for table in &comparison.tables {
        if let Some(text) = notes::heading(&comparison.tables, table, texts) {
            blocks.push(Block::Heading { level: 2, text });
        }
        blocks.extend(table_blocks(table, texts));
    }
    blocks.extend(note_blocks(comparison, texts));
    let simulated = comparison.tables.iter().any(cotejo_model::comparison::Table::is_simulated);
    Document {
        title: title(comparison, texts),
        language: texts.language(),
        dated_ms: newest_ms(comparison),
        watermark: simulated.then(|| texts.say("watermark")),
        blocks,
    }
}

/// The sweep's name; what several have in common is that they are results.
fn title(comparison: &Comparison, texts: &Texts) -> String {
    match comparison.title() {
        "" => texts.say("results-title"),
        name => clean(name),
    }
}

/// A table between warnings if it has something made up, and what all its rows have in common.
pub(crate) fn table_blocks(shown: &cotejo_model::comparison::Table, texts: &Texts) -> Vec<Block> {
    let rehearsal = || shown.is_simulated().then(|| Block::Notice(texts.say("rehearsal")));
    let basis = Block::Paragraph(notes::basis(&shown.basis, texts));
    let table = Block::Table(table(shown, texts));
    rehearsal().into_iter().chain([table]).chain(rehearsal()).chain([basis]).collect()
}

/// Everything but the tables. Of several sweeps, notes are of the measurements that stand in the tables.
pub(crate) fn note_blocks(comparison: &Comparison, texts: &Texts) -> Vec<Block> {
    if comparison.sweeps.len() > 1 {
        let newest =
            Comparison { entries: newest(comparison.entries.clone()), sweeps: Vec::new(), ..comparison.clone() };
        return note_blocks(&newest, texts);
    }
    let note = |Note { title, items }| [Block::Heading { level: 3, text: title }, Block::List(items)];
    notes::notes(comparison, texts).into_iter().flat_map(note).collect()
}

/// When the newest measurement began.
pub(crate) fn newest_ms(comparison: &Comparison) -> Option<u64> {
    let started = |outcome: &Outcome| match outcome {
        Outcome::Measured(measured) => Some(measured.started_ms),
        _ => None,
    };
    comparison.entries.iter().filter_map(|entry| started(&entry.outcome)).max()
}

/// The rows and columns, with long reasons below.
pub fn table(table: &cotejo_model::comparison::Table, texts: &Texts) -> Table {
    let mut remarks = Remarks::default();
    let heads = table.columns.iter().map(|column| Head { lines: words::heading(*column, texts), kind: kind(*column) });
    let heads = heads.collect();
    let row = |row: &Vec<Value>| {
        table.columns.iter().zip(row).map(|(column, value)| cell(*column, value, &mut remarks, texts)).collect()
    };
    let rows = table.rows.iter().map(row).collect();
    Table { caption: String::new(), heads, rows, remarks: remarks.into_lines() }
}

/// Every measured cell with its figures, each in a column of its own.
pub fn cells(comparison: &Comparison, texts: &Texts) -> Table {
    let head = |name: &str, kind| Head::new(&texts.say(name), kind);
    let heads = vec![
        head("column-machine", Kind::Words),
        head("cells-what", Kind::Words),
        head("cells-device", Kind::Label),
        head("cells-time", Kind::Figures),
        head("cells-low", Kind::Figures),
        head("cells-high", Kind::Figures),
        head("cells-first", Kind::Figures),
        head("cells-runs", Kind::Figures),
    ];
    let rows = comparison.entries.iter().filter_map(|entry| {
        let Outcome::Measured(measured) = &entry.outcome else { return None };
        let tone = if measured.flags.is_empty() { Tone::Plain } else { Tone::Care };
        let seconds = |value: Option<f64>| match value {
            Some(value) => figure(&Estimate { value, ci: None }, "", measured.simulated, tone, texts),
            None => Cell { tone: Tone::Absent, ..Cell::words("") },
        };
        let summary = &measured.summary;
        Some(vec![
            Cell::words(clean(&entry.machine_name)),
            Cell::words(words::workload_and_threads(&entry.workload, texts)),
            Cell::words(words::device(entry.device, measured.simulated, texts)),
            seconds(Some(summary.median)),
            seconds(summary.ci.map(|ci| ci.low)),
            seconds(summary.ci.map(|ci| ci.high)),
            seconds(Some(measured.first_seconds)),
            Cell::count(summary.n),
        ])
    });
    Table { caption: texts.say("cells-caption"), heads, rows: rows.collect(), remarks: Vec::new() }
}

fn kind(column: Column) -> Kind {
    match column {
        Column::Machine | Column::Device | Column::Model => Kind::Words,
        Column::Size | Column::Batch | Column::Streams => Kind::Label,
        Column::Time { .. } | Column::Throughput { .. } | Column::TaskTime { .. } | Column::SpeedUp => Kind::Figures,
    }
}

fn cell(column: Column, value: &Value, remarks: &mut Remarks, texts: &Texts) -> Cell {
    match value {
        Value::Text { text, simulated } => Cell::words(texts.product(&clean(text), *simulated)),
        Value::Count { count } => {
            let text = if column == Column::Size { words::side(*count) } else { count.to_string() };
            Cell { figure: Some(Figure::count(f64::from(*count))), ..Cell::words(text) }
        }
        Value::Seconds { estimate, flagged, simulated } => {
            let tone = if *flagged { Tone::Care } else { Tone::Plain };
            figure(estimate, "", *simulated, tone, texts)
        }
        Value::Ratio { estimate, simulated } => figure(estimate, "x", *simulated, Tone::Plain, texts),
        Value::Rate { estimate, simulated } => figure(estimate, "", *simulated, Tone::Plain, texts),
        Value::Missing { reason } => {
            Cell { tone: Tone::Absent, ..Cell::words(reason_or_mark(clean(&texts.absence(reason)), remarks)) }
        }
    }
}

/// A figure with as many digits as its interval supports; what is made up and what is to be read with care is marked.
pub(crate) fn figure(estimate: &Estimate, unit: &str, simulated: bool, tone: Tone, texts: &Texts) -> Cell {
    let written = number::estimate(estimate);
    let marked = |text: &str| {
        let simulated = if simulated { " SIM" } else { "" };
        let care = if tone == Tone::Care { " *" } else { "" };
        format!("{}{unit}{simulated}{care}", texts.number(text))
    };
    Cell {
        text: marked(&written.with_margin()),
        short: Some(marked(&written.value)),
        figure: Some(written.figure),
        tone: if simulated { Tone::Simulated } else { tone },
    }
}

/// What stands in a cell for this reason: the reason itself, or a mark where it is too long.
fn reason_or_mark(reason: String, remarks: &mut Remarks) -> String {
    if reason.chars().count() <= LONGEST_REASON { reason } else { format!("- {}", remarks.mark(reason)) }
}

#[cfg(test)]
#[path = "results_tests.rs"]
mod tests;
