//! Documents: what a person reads as a whole, before it becomes Markdown, HTML, a word processor's file or a page. What
//! makes a document knows nothing of formats, and a format nothing of measurements.

mod columns;
mod docx;
mod html;
mod latex;
mod markdown;
pub(crate) mod pdf;
mod terminal;
mod xlsx;

#[cfg(test)]
pub(crate) mod sample;

use std::fmt;

use cotejo_language::{Language, Message};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::chart::Chart;
use crate::clean;
pub use crate::grid::{Head, Kind, Tone};
pub use crate::number::Figure;
pub use docx::docx;
pub use html::html;
pub use latex::latex;
pub use markdown::markdown;
pub use pdf::pdf;
pub use terminal::terminal;
pub use xlsx::xlsx;

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

impl Document {
    /// Its charts, in the order in which they stand there.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks.iter().filter_map(|block| if let Block::Chart(chart) = block { Some(&**chart) } else { None })
    }

    /// What nobody may miss, for its beginning: nothing where a notice says it already.
    fn banner(&self) -> Option<&str> {
        let says = |block: &Block, watermark: &str| matches!(block, Block::Notice(text) if text.starts_with(watermark));
        self.watermark.as_deref().filter(|watermark| !self.blocks.iter().any(|block| says(block, watermark)))
    }

    /// The moment that it bears, for the properties of a file: 1980, the first year that every format can write, where
    /// there is none.
    fn dated(&self) -> jiff::civil::DateTime {
        let ms = self.dated_ms.and_then(|ms| i64::try_from(ms).ok());
        let moment =
            ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()).map(|moment| moment.to_zoned(TimeZone::UTC));
        let earliest = jiff::civil::date(1980, 1, 1).at(0, 0, 0, 0);
        moment.map_or(earliest, |moment| moment.datetime()).max(earliest)
    }
}

/// Where the pictures of a document's charts lie beside it. Whoever writes the document writes them too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartFiles<'a> {
    /// Their folder, seen from the document.
    pub folder: &'a str,
    /// What they are, such as `png`.
    pub extension: &'a str,
}

impl ChartFiles<'_> {
    /// The name of the picture of this chart of the document, counted from 0.
    pub fn name(&self, at: usize) -> String {
        format!("chart-{}.{}", at + 1, self.extension)
    }

    /// The same, seen from the document.
    fn path(&self, at: usize) -> String {
        if self.folder.is_empty() { self.name(at) } else { format!("{}/{}", self.folder, self.name(at)) }
    }
}

/// A document cannot be written in this format: a picture of it is none, or it is larger than the format allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannotWrite(String);

impl CannotWrite {
    fn because(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

impl CannotWrite {
    /// What a person is told.
    pub fn message(&self) -> Message {
        Message::new("problem-document").with("error", &self.0)
    }
}

cotejo_language::displayed_in_english!(CannotWrite);
impl std::error::Error for CannotWrite {}

/// A picture as PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Picture {
    png: Vec<u8>,
    width: u32,
    height: u32,
}

impl Picture {
    /// Its head says how large it is.
    fn of_png(png: Vec<u8>) -> Result<Self, CannotWrite> {
        let side = |at: usize| png.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
        match (png.starts_with(b"\x89PNG\r\n\x1a\n"), side(16), side(20)) {
            (true, Some(width @ 1..), Some(height @ 1..)) => Ok(Self { png, width, height }),
            _ => Err(CannotWrite("a chart was drawn as something else than PNG".to_owned())),
        }
    }

    /// As large as it fits, in any unit.
    fn within(&self, width: f32, height: f32) -> (f32, f32) {
        let ratio = self.height as f32 / self.width as f32;
        if width * ratio <= height { (width, width * ratio) } else { (height / ratio, height) }
    }
}

/// The lines of a text from anywhere, without characters that a file cannot hold.
fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('\n').map(|line| clean(&line.trim_end_matches('\r').replace('\t', " ")))
}

/// The same in one line.
fn line(text: &str) -> String {
    lines(text).collect::<Vec<_>>().join(" ")
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
    pub figure: Option<Figure>,
    /// What it means.
    pub tone: Tone,
}

impl Cell {
    /// A count.
    pub fn count(count: usize) -> Self {
        Self { figure: Some(Figure::count(count as f64)), ..Self::words(count.to_string()) }
    }

    /// Words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), short: None, figure: None, tone: Tone::Plain }
    }
}
