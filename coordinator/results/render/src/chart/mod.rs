//! Charts: first as data, then drawn. The same data always gives the same picture.

pub mod build;

mod file;
mod look;
mod pen;
mod picture;
mod span;
mod terminal;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use cotejo_language::Language;

pub use file::{PngSize, png, svg};
pub use terminal::terminal;

/// A chart, ready to be drawn: every text in the reader's language, every figure in its axis' unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What must be known to read it: whose machines, precision, engine, what its bars span, what was left out. A line
    /// break starts another remark.
    pub subtitle: String,
    /// The language that it is in: its numbers and its watermark are written so.
    pub language: Language,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// How points of a series hang together.
    pub kind: ChartKind,
    /// What is drawn, in the order of the legend.
    pub series: Vec<Series>,
    /// Made up, or made of something that is: drawn across the picture.
    pub simulated: bool,
}

/// How points of a series hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// Points joined by lines.
    Lines,
    /// Points alone, over named places of the horizontal axis. They are drawn from top to bottom, a row each, since names
    /// are read that way.
    Points,
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Its quantity with its unit, such as `Time (s)`.
    pub label: String,
    /// How values become distances.
    pub scale: Scale,
    /// Places with names, such as sizes that were measured; none leaves the choice to the drawing.
    pub ticks: Vec<(f64, String)>,
}

/// How values become distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences, equal distances; from zero.
    Linear,
    /// Equal ratios, equal distances.
    Log,
}

impl Scale {
    /// The scale that shows all of these: logarithmic where the largest is at least so many times the smallest.
    fn of(values: impl Iterator<Item = f64>, from_ratio: f64) -> Self {
        let (low, high) = values.fold((f64::INFINITY, 0.0), |(low, high), value| (value.min(low), value.max(high)));
        if low > 0.0 && high / low >= from_ratio { Self::Log } else { Self::Linear }
    }
}

/// Points of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// What it is of, which decides its colour and its mark everywhere alike.
    pub role: Role,
    /// Its points, from left to right.
    pub points: Vec<Point>,
}

/// What a series is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A CPU.
    Cpu,
    /// A GPU.
    Gpu,
    /// What would be best, or what a fit says: drawn thin and dashed.
    Guide,
    /// Another one of several, from 0.
    Other(u8),
}

/// A point with its bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Horizontally.
    pub x: f64,
    /// Vertically.
    pub y: f64,
    /// What its bar spans: the 95 % confidence interval of `y`, or the range over several machines where the subtitle says
    /// so; none where there were too few samples.
    pub ci: Option<cotejo_model::stats::Interval>,
}
