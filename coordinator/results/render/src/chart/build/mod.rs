//! Charts from a comparison. Each is of one set of measurements that may be compared, and says which, and how many others
//! are not in it.

mod cells;
mod kinds;
mod lines;
mod size;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use cotejo_language::Texts;
use cotejo_model::comparison::Comparison;
use cotejo_model::{Engine, Model, Precision, Task, Threads};

use super::Chart;
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

/// What is computed, without its dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A classifier.
    Model(Model),
    /// Matrix products.
    Matmul,
}

impl Subject {
    /// Of this task.
    fn of(task: Task) -> Self {
        match task {
            Task::Classify { model, .. } => Self::Model(model),
            Task::Matmul { .. } => Self::Matmul,
        }
    }

    /// Its name for people.
    fn title(self, texts: &Texts) -> String {
        match self {
            Self::Model(model) => model.title().to_owned(),
            Self::Matmul => texts.say("chart-matmul"),
        }
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "matmul" => Ok(Self::Matmul),
            _ => text.parse().map(Self::Model).map_err(|error: cotejo_model::named::UnknownName| {
                format!("unknown model `{text}`; known: {}, matmul", error.known)
            }),
        }
    }
}

/// Which measurements a chart is to be of. Where nothing is said, those with the most points are taken; of equals the
/// first by model, precision, threads (all, then the most), engine (optimized first), convolutions, streams, batch
/// (smallest first), size (224 pixels, then the smallest), weights, and the newest build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only of this model, or of products.
    pub subject: Option<Subject>,
    /// Only in this precision.
    pub precision: Option<Precision>,
    /// Only with this engine.
    pub engine: Option<Engine>,
    /// Only with so many threads.
    pub threads: Option<Threads>,
    /// Only at this size.
    pub size: Option<u32>,
    /// Only with this batch.
    pub batch: Option<u32>,
    /// Only of this machine, by name or identity.
    pub machine: Option<String>,
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

/// The chart of this kind.
pub fn chart(kind: Kind, comparison: &Comparison, choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let chart = match kind {
        Kind::Size => kinds::size(comparison, choice, texts),
        Kind::SpeedUp => kinds::speed_up(comparison, choice, texts),
        Kind::Throughput => kinds::throughput(comparison, choice, texts),
        Kind::Threads => kinds::threads(comparison, choice, texts),
        Kind::Class => kinds::class(comparison, choice, texts),
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
