//! Rows and columns in a terminal: framed where they fit, else as a list.

use std::fmt::Write as _;

use comfy_table::{Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::{Style, wrapped};

/// What a cell's text means, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// To be read with care.
    Care,
    /// Not there.
    Absent,
    /// Made up.
    Simulated,
}

/// A cell's text and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

impl Cell {
    /// A cell that is nothing special.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text that may be broken into lines.
    Words,
    /// Text that may not.
    Label,
    /// Numbers.
    Figures,
}

/// A column's heading, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its lines.
    pub lines: Vec<String>,
    /// What stands below it.
    pub kind: Kind,
}

impl Head {
    /// A column under this heading.
    pub fn new(text: &str, kind: Kind) -> Self {
        Self { lines: vec![text.to_owned()], kind }
    }
}

/// Rows and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// How narrow columns of words may become, widest first, before the frame is given up.
const WORD_WIDTHS: [Option<u16>; 5] = [None, Some(36), Some(24), Some(18), Some(12)];

impl Grid {
    /// Framed if that fits the width.
    pub(super) fn framed(&self, style: &Style) -> Option<String> {
        WORD_WIDTHS.into_iter().map(|words| self.frame(words, style.colour)).find(|text| fits(text, style.width))
    }

    /// Framed, or as a list where the width is too small for a frame.
    pub(super) fn render(&self, style: &Style) -> String {
        self.framed(style).unwrap_or_else(|| self.list(style.width))
    }

    fn frame(&self, words: Option<u16>, colour: bool) -> String {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        // Wide enough for anything: only the limits of the columns break lines.
        table.set_width(10_000);
        if colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let bold = |text: String| comfy_table::Cell::new(text).add_attribute(Attribute::Bold);
        table.set_header(self.heads.iter().map(|head| bold(head.lines.join("\n"))));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| match cell.tone {
                Tone::Plain => comfy_table::Cell::new(&cell.text),
                Tone::Care => comfy_table::Cell::new(&cell.text).fg(Color::DarkYellow),
                Tone::Simulated => comfy_table::Cell::new(&cell.text).fg(Color::Red).add_attribute(Attribute::Bold),
                Tone::Absent => comfy_table::Cell::new(&cell.text).add_attribute(Attribute::Dim),
            }));
        }
        for (head, column) in self.heads.iter().zip(table.column_iter_mut()) {
            match (head.kind, words) {
                (Kind::Figures, _) => column.set_cell_alignment(CellAlignment::Right),
                (Kind::Words, Some(words)) => {
                    column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(words)));
                }
                _ => {}
            }
        }
        table.trim_fmt()
    }

    /// A block a row: its words first, then a figure a line.
    pub(super) fn list(&self, width: Option<usize>) -> String {
        let is_figure = |head: &Head| head.kind == Kind::Figures;
        let name = |head: &Head| head.lines.join(" ");
        let widest = self.heads.iter().filter(|head| is_figure(head)).map(|head| name(head).chars().count()).max();
        let widest = widest.unwrap_or(0);
        let mut out = String::new();
        for row in &self.rows {
            let filled = || self.heads.iter().zip(row).filter(|(_, cell)| !cell.text.is_empty());
            let words: Vec<String> =
                filled().filter(|(head, _)| !is_figure(head)).map(|(_, cell)| cell.text.replace('\n', " ")).collect();
            let _ = writeln!(out, "{}", wrapped(&words.join(", "), width, 4));
            for (head, cell) in filled().filter(|(head, _)| is_figure(head)) {
                let _ = writeln!(out, "  {:widest$}  {}", name(head), cell.text);
            }
        }
        out.trim_end().to_owned()
    }
}

/// Whether every line fits; escapes for colours take no room.
fn fits(text: &str, width: Option<usize>) -> bool {
    width.is_none_or(|width| text.lines().all(|line| console::measure_text_width(line) <= width))
}
