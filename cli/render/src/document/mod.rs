//! Documents: what a person reads as a whole, before it becomes Markdown, HTML, a word processor's file or a page. What
//! makes a document knows nothing of formats, and a format nothing of measurements.

use cotejo_language::Language;

use crate::chart::Chart;
pub use crate::grid::{Head, Kind, Tone};

/// Something to read, in the reader's language.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is called.
    pub title: String,
    /// Which language it is in, for hyphenation and readers of screens.
    pub language: Language,
    /// The date that it bears, in milliseconds since 1970: that of its newest measurement, so that the same data gives
    /// the same file.
    pub dated_ms: Option<u64>,
    /// What nobody may miss, on every page, such as that its figures are made up.
    pub watermark: Option<String>,
    /// Its content.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading below the title.
    Heading {
        /// From 1.
        level: u8,
        /// The heading.
        text: String,
    },
    /// A paragraph.
    Paragraph(String),
    /// A paragraph that must be seen.
    Notice(String),
    /// Points without an order.
    List(Vec<String>),
    /// Points to be ticked off.
    Checklist(Vec<String>),
    /// Rows and columns.
    Table(Table),
    /// A picture.
    Chart(Box<Chart>),
    /// A place for the reader's own words.
    Blank {
        /// What belongs there.
        prompt: String,
        /// Lines of room.
        lines: u8,
    },
}

/// Rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What stands above it; may be empty.
    pub caption: String,
    /// Its columns.
    pub heads: Vec<Head>,
    /// As many cells a row as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// Remarks that stand below it.
    pub remarks: Vec<String>,
}

/// One place of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What is read there, in the reader's language.
    pub text: String,
    /// The same without its margin, for narrow places; none where there is nothing shorter.
    pub short: Option<String>,
    /// The figure, for spreadsheets, in the unit of the column's heading.
    pub number: Option<f64>,
    /// What it means.
    pub tone: Tone,
}

impl Cell {
    /// Words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), short: None, number: None, tone: Tone::Plain }
    }
}
