//! Times that a teacher gives for students without a GPU: measured elsewhere, by whatever program, and never taken for
//! measurements of Cotejo.

use serde::{Deserialize, Serialize};

use crate::reason::{FieldReason, JobReason, Problem, Reason};
use crate::stats::{Estimate, Interval};
use crate::workload::{Engine, Precision, Task, Threads, Workload};

/// References that are imported at once, at most.
pub const MAX_REFERENCES: usize = 500;
/// Bytes of each of a reference's texts, at most.
pub const MAX_TEXT: usize = 500;

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

    /// Everything that is wrong with it, by the names of the fields of a file of references.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut report = |field, why: Reason| problems.push(Problem::new(field, why));
        for (field, text) in [
            ("set", Some(&self.set)),
            ("source", Some(&self.source)),
            ("gpu", Some(&self.device_name)),
            ("software", self.software.as_ref()),
            ("measured_on", self.measured_on.as_ref()),
        ] {
            let is_sound = |text: &String| {
                !text.trim().is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
            };
            if text.is_some_and(|text| !is_sound(text)) {
                report(field, FieldReason::BadText { most_bytes: MAX_TEXT as u64 }.into());
            }
        }
        let (threads, engine) = (Threads::All, Engine::Reference);
        let workload =
            Workload { task: self.task, precision: self.precision, threads, engine, exact: false, streams: 1 };
        if let Err(error) = workload.validate() {
            let size = Workload { task: Task::Matmul { size: self.task.size() }, ..workload };
            report(if size.validate().is_err() { "size" } else { "batch" }, JobReason::from(error).into());
        }
        if !is_time(self.seconds) {
            report("time", FieldReason::NotAboveZero.into());
        }
        if let Some(Interval { low, high }) = self.ci
            && !(is_time(low) && is_time(high) && low <= self.seconds && self.seconds <= high)
        {
            report("ci_low", FieldReason::IntervalApart.into());
        }
        if self.runs == Some(0) {
            report("runs", FieldReason::TooSmall { least: 1 }.into());
        }
        problems
    }
}

fn is_time(seconds: f64) -> bool {
    seconds.is_finite() && seconds > 0.0
}

/// What came of an import of references.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReferenceSummary {
    /// References that were not there.
    pub new: u64,
    /// References that were there as they are.
    pub duplicates: u64,
    /// What others took the place of.
    pub replaced: Vec<Reference>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    fn reference() -> Reference {
        Reference {
            set: "course".to_owned(),
            source: "the teacher's PC".to_owned(),
            device_name: "NVIDIA GeForce RTX 3060".to_owned(),
            software: Some("PyTorch 2.4".to_owned()),
            task: Task::Classify { model: Model::ResNet18, size: 224, batch: 1 },
            precision: Precision::F32,
            seconds: 0.002,
            ci: Some(Interval { low: 0.0019, high: 0.0021 }),
            runs: Some(100),
            measured_on: Some("2026-03-01".to_owned()),
            imported_ms: 0,
        }
    }

    #[test]
    fn every_problem_is_named_by_its_field() {
        assert_eq!(reference().problems(), []);
        let fields = |change: fn(&mut Reference)| {
            let mut reference = reference();
            change(&mut reference);
            reference.problems().into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(|reference| reference.source = " ".to_owned()), ["source"]);
        assert_eq!(fields(|reference| reference.set = "x".repeat(MAX_TEXT + 1)), ["set"]);
        assert_eq!(fields(|reference| reference.device_name = "a\u{1b}b".to_owned()), ["gpu"]);
        assert_eq!(fields(|reference| reference.task = Task::Matmul { size: 0 }), ["size"]);
        let no_batch = |reference: &mut Reference| {
            reference.task = Task::Classify { model: Model::ResNet18, size: 1, batch: 0 };
        };
        assert_eq!(fields(no_batch), ["batch"]);
        assert_eq!(fields(|reference| reference.ci = Some(Interval { low: 0.0021, high: 0.003 })), ["ci_low"]);
        assert_eq!(fields(|reference| reference.ci = Some(Interval { low: 0.0, high: 0.003 })), ["ci_low"]);
        for bad in [0.0, -0.002, f64::NAN, f64::INFINITY] {
            let reference = Reference { seconds: bad, ci: None, runs: Some(0), ..reference() };
            let fields: Vec<_> = reference.problems().into_iter().map(|problem| problem.field).collect();
            assert_eq!(fields, ["time", "runs"], "{bad}");
        }
    }
}
