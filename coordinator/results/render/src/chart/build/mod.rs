//! Charts from the cells of a comparison. Each is of one set of measurements that may be compared, and says which, and how many others
//! are not in it.

mod kinds;
mod lines;
mod size;

#[cfg(test)]
mod tests;

use std::fmt;

use cotejo_analysis::figures::{Choice, NoCells};
use cotejo_language::Texts;
use cotejo_model::comparison::Entry;

use super::Chart;
use crate::clean;
pub use size::{TimePoint, Times, time_over_size};

/// What a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Time over image size, CPU and GPU: the practice's own.
    Size,
    /// How many times faster the GPU is, over image size.
    SpeedUp,
    /// Images a second over batch.
    Throughput,
    /// How much faster more CPU threads are.
    Threads,
    /// The times of all machines at one size.
    Class,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Size, Self::SpeedUp, Self::Throughput, Self::Threads, Self::Class];

    /// What it is called on the command line and in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::SpeedUp => "speed-up",
            Self::Throughput => "throughput",
            Self::Threads => "threads",
            Self::Class => "class",
        }
    }
}

/// Why there is no chart: a sentence in the reader's language that says what is missing and what would give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoChart(String);

impl fmt::Display for NoChart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoChart {}

impl NoChart {
    fn of(why: NoCells, entries: &[Entry], texts: &Texts) -> Self {
        Self(match why {
            NoCells::NothingMeasured => {
                texts.fill("chart-nothing-measured", &[("command", kinds::command(entries).into())])
            }
            NoCells::UnknownMachine { name, measured } => {
                let known = measured.iter().map(|name| clean(name)).collect::<Vec<_>>().join(", ");
                let arguments = [("machine", clean(&name).into()), ("known", known.into())];
                texts.fill("chart-no-such-machine", &arguments)
            }
            NoCells::NothingChosen => texts.say("chart-nothing-chosen"),
        })
    }
}

/// The chart of this kind.
pub fn chart(kind: Kind, entries: &[Entry], choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let material = kinds::Material { entries, choice, texts };
    let chart = match kind {
        Kind::Size => kinds::size(material),
        Kind::SpeedUp => kinds::speed_up(material),
        Kind::Throughput => kinds::throughput(material),
        Kind::Threads => kinds::threads(material),
        Kind::Class => kinds::class(material),
    };
    chart.map(|chart| marked(chart, texts))
}

/// What is made up says so first of all.
fn marked(mut chart: Chart, texts: &Texts) -> Chart {
    if chart.simulated {
        chart.title = texts.fill("chart-simulated-title", &[("title", chart.title.into())]);
    }
    chart
}
