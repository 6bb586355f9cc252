//! Times that a teacher gives for students without a GPU: measured elsewhere, by whatever program, and never taken for
//! measurements of Cotejo.

use serde::{Deserialize, Serialize};

use crate::stats::{Estimate, Interval};
use crate::workload::{Precision, Task};

/// The time of one task on one GPU, from elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// What the set that it came with is called.
    pub set: String,
    /// Where the time comes from: a publication, a course, a colleague.
    pub source: String,
    /// The GPU.
    pub device_name: String,
    /// What computed, such as `PyTorch 2.4`.
    pub software: Option<String>,
    /// What was computed.
    pub task: Task,
    /// In which arithmetic.
    pub precision: Precision,
    /// Seconds.
    pub seconds: f64,
    /// The interval of `seconds`, where the source gives one.
    pub ci: Option<Interval>,
    /// How many runs it is made of, where the source says so.
    pub runs: Option<u32>,
    /// When it was measured, as the source says it.
    pub measured_on: Option<String>,
    /// When it was imported, in milliseconds since 1970.
    pub imported_ms: u64,
}

impl Reference {
    /// The time with its interval.
    pub fn estimate(&self) -> Estimate {
        Estimate { value: self.seconds, ci: self.ci }
    }

    /// What another reference must equal to take this one's place.
    pub fn key(&self) -> (&str, &str, Task, Precision) {
        (&self.set, &self.device_name, self.task, self.precision)
    }
}
