//! A comparison in a terminal.

use std::fmt::Write as _;

use cotejo_model::comparison::{Column, Comparison, Table, Value};

use super::grid::{Cell, Grid, Head, Kind, Tone};
use super::notes::{self, Note};
use super::{Style, clean, number, words, wrapped};

/// A reason longer than this stands below the table, with a mark in its place.
const LONGEST_REASON: usize = 20;

/// The tables of a comparison with everything that must be read with them.
pub fn render(comparison: &Comparison, style: &Style) -> String {
    let mut out = format!("{}\n", clean(&comparison.title));
    for table in &comparison.tables {
        let mut reasons = Reasons::default();
        if let Some(heading) = notes::heading(comparison, table) {
            let _ = writeln!(out, "\n{}", wrapped(&heading, style.width, 2));
        }
        let rehearsal = notes::rehearsal(table).map(|text| loud(&wrapped(text, style.width, 2), style) + "\n");
        let rehearsal = rehearsal.unwrap_or_default();
        let _ = write!(out, "\n{rehearsal}{}\n{rehearsal}", body(table, &mut reasons, style));
        for line in reasons.lines() {
            let _ = writeln!(out, "{}", wrapped(&line, style.width, 4));
        }
        if let Some(basis) = notes::basis(table) {
            let _ = writeln!(out, "{}", wrapped(&basis, style.width, 2));
        }
    }
    for Note { title, items } in notes::notes(comparison) {
        let _ = writeln!(out, "\n{title}");
        for item in items {
            let _ = writeln!(out, "{}", wrapped(&format!("  {item}"), style.width, 4));
        }
    }
    out
}

/// What must be seen, in a colour where there are any.
pub(super) fn loud(text: &str, style: &Style) -> String {
    if style.colour { console::style(text).red().bold().force_styling(true).to_string() } else { text.to_owned() }
}

/// Margins are the first to go where there is no room, the frame is the second.
fn body(table: &Table, reasons: &mut Reasons, style: &Style) -> String {
    let full = grid(table, true, reasons);
    let plain = grid(table, false, reasons);
    full.framed(style).or_else(|| plain.framed(style)).unwrap_or_else(|| full.list(style.width))
}

fn grid(table: &Table, margins: bool, reasons: &mut Reasons) -> Grid {
    let kind = |column: &Column| match column {
        Column::Machine | Column::Device | Column::Model => Kind::Words,
        Column::Size | Column::Batch | Column::Streams => Kind::Label,
        Column::Time { .. } | Column::Throughput { .. } | Column::TaskTime { .. } | Column::SpeedUp => Kind::Figures,
    };
    let heads =
        table.columns.iter().map(|column| Head { lines: words::heading(*column), kind: kind(column) }).collect();
    let rows = table
        .rows
        .iter()
        .map(|row| {
            table.columns.iter().zip(row).map(|(column, value)| cell(*column, value, margins, reasons)).collect()
        })
        .collect();
    Grid { heads, rows }
}

fn cell(column: Column, value: &Value, margins: bool, reasons: &mut Reasons) -> Cell {
    match value {
        Value::Missing { reason } => Cell { text: reasons.mark(&clean(reason)), tone: Tone::Absent },
        value if value.is_simulated() => Cell { text: text(column, value, margins), tone: Tone::Simulated },
        Value::Seconds { flagged: true, .. } => Cell { text: text(column, value, margins), tone: Tone::Care },
        _ => Cell::plain(text(column, value, margins)),
    }
}

/// A value as it stands in a table, a missing one by its reason.
pub(super) fn text(column: Column, value: &Value, margins: bool) -> String {
    let written = |estimate| {
        let written = number::estimate(estimate);
        if margins { written.with_margin() } else { written.value }
    };
    let mark = if value.is_simulated() { " SIM" } else { "" };
    match value {
        Value::Text { text } => clean(text),
        Value::Count { count } if column == Column::Size => words::side(*count),
        Value::Count { count } => count.to_string(),
        Value::Seconds { estimate, flagged, .. } => {
            format!("{}{mark}{}", written(estimate), if *flagged { " *" } else { "" })
        }
        Value::Ratio { estimate, .. } => format!("{}x{mark}", written(estimate)),
        Value::Rate { estimate, .. } => format!("{}{mark}", written(estimate)),
        Value::Missing { reason } => clean(reason),
    }
}

/// The reasons too long for a cell, each once.
#[derive(Debug, Default)]
struct Reasons(Vec<String>);

impl Reasons {
    /// What stands in the cell: the reason itself, or its number.
    fn mark(&mut self, reason: &str) -> String {
        if reason.chars().count() <= LONGEST_REASON {
            return reason.to_owned();
        }
        let at = self.0.iter().position(|known| known == reason).unwrap_or_else(|| {
            self.0.push(reason.to_owned());
            self.0.len() - 1
        });
        format!("- ({})", at + 1)
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().enumerate().map(|(at, reason)| format!("({}) {reason}", at + 1))
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
