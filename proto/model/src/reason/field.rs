//! Fields of a sweep, or of a reference time, that hold something else than they may.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Reason, reasons};
use crate::workload::{Model, Task};

reasons! {
    /// What is wrong with a field. What is said of it follows the field's name.
    Field FieldReason {
        /// It holds nothing.
        Empty = "field_empty" => InvalidJob,
        /// Its text is too long, empty or not printable.
        BadText {
            /// Bytes at most.
            most_bytes: u64,
        } = "field_bad_text" => InvalidJob,
        /// Its number is too small.
        TooSmall {
            /// The least.
            least: u64,
        } = "field_too_small" => InvalidJob,
        /// Its number is too large.
        TooLarge {
            /// The most.
            most: u64,
        } = "field_too_large" => InvalidJob,
        /// Its number must be above zero.
        NotAboveZero = "field_not_above_zero" => InvalidJob,
        /// Its time is outside its limits.
        BadDuration {
            /// The shortest, in milliseconds.
            least_ms: u64,
            /// The longest, in milliseconds.
            most_ms: u64,
        } = "field_bad_duration" => InvalidJob,
        /// The interval of a time does not contain the time.
        IntervalApart = "interval_apart" => InvalidJob,
        /// Nothing asks for a task.
        NothingToMeasure = "nothing_to_measure" => InvalidJob,
        /// It makes more workloads than a sweep has.
        TooManyWorkloads {
            /// Workloads.
            count: u64,
            /// Workloads at most.
            most: u64,
        } = "too_many_workloads" => InvalidJob,
        /// Two parts of the work ask for the same task.
        TaskTwice {
            /// The task.
            task: Task,
        } = "task_asked_twice" => InvalidJob,
        /// Weights for a model that is not measured.
        StrayWeights {
            /// The model.
            model: Model,
        } = "weights_of_no_model_measured" => InvalidJob,
        /// Weights, and no model.
        WeightsWithoutModel = "weights_without_model" => InvalidJob,
        /// One file of weights for several models.
        WeightsUnnamed {
            /// The first of the models.
            model: Model,
            /// The file.
            path: String,
        } = "weights_unnamed" => InvalidJob,
        /// Two files of weights for one model.
        WeightsTwice {
            /// The model.
            model: Model,
        } = "weights_twice" => InvalidJob,
    }
}

/// A field that holds something else than it may, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// As it is written in a sweep file.
    pub field: Cow<'static, str>,
    /// What is wrong.
    pub why: Reason,
}

impl Problem {
    /// A problem of this field.
    pub fn new(field: &'static str, why: impl Into<Reason>) -> Self {
        Self { field: Cow::Borrowed(field), why: why.into() }
    }
}
