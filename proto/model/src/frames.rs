//! What the agent and the worker say to each other: one JSON object a line, the request on the worker's standard
//! input and the frames on its standard output, so that a worker can be run by hand. Logs go to standard error.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::explain::Explanation;
use crate::gpu::DeviceCheck;
use crate::job::JobSpec;
use crate::measurement::Measurement;
use crate::named::named_enum;
use crate::reason::Reason;

/// The one line on standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What to measure.
    pub job: JobSpec,
    /// The image's file, where the job names one.
    pub image: Option<PathBuf>,
    /// The weights' file, where the job names one.
    pub weights: Option<PathBuf>,
}

named_enum!(
    /// What the worker is doing.
    "phase" Phase {
        /// Reading the image and the weights, building the model.
        Load = "load",
        /// The first forward pass.
        First = "first",
        /// Warming up.
        WarmUp = "warm_up",
        /// Sampling.
        Sample = "sample",
    }
);

/// How far the worker is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Share of the cell that is done, by time or by runs, 0 to 1; never falls.
    pub done: f64,
}

/// A line on standard output. The last one is `Done` or `Failed`; with `--explain`, `Explained` or
/// `Failed`; with `--check DEVICE`, `Checked` or `Failed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum Frame {
    /// At most a few a second.
    Progress(Progress),
    /// The result; its `conditions` are the agent's to fill in.
    Done(Box<Measurement>),
    /// How the optimized engine computes the request's network.
    Explained(Box<Explanation>),
    /// The device works.
    Checked(Box<DeviceCheck>),
    /// Why there is none.
    Failed(Reason),
}

/// What a worker says of itself when asked with `--describe`: one JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// Its version and candle's.
    pub build: String,
    /// Device kinds that it was built for, with what it offers on each.
    pub devices: Vec<Offer>,
}

/// What a worker offers on one kind of device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The kind.
    pub kind: crate::device::DeviceKind,
    /// Engines.
    pub engines: Vec<crate::workload::Engine>,
    /// Precisions.
    pub precisions: Vec<crate::workload::Precision>,
}
