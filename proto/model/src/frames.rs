//! What the agent and the worker say to each other: one JSON object a line, the request on the worker's standard
//! input and the frames on its standard output, so that a worker can be run by hand. Logs go to standard error.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::device::DeviceId;
use crate::explain::Explanation;
use crate::gpu::ComputeCapability;
use crate::job::JobSpec;
use crate::measurement::Measurement;
use crate::named::named_enum;
use crate::reason::Reason;
use crate::workload::Precision;

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

/// A library that a worker needs for GPUs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Library {
    /// What people call it, such as `cuDNN`.
    pub name: String,
    /// Its version, where it was found and says one.
    pub version: Option<String>,
    /// The file, where it was found and the system says which.
    pub path: Option<String>,
    /// Why it cannot be used, if it cannot.
    pub missing: Option<Reason>,
}

/// What a worker found when it tried a device: it computed something on it, and the answer was right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceCheck {
    /// Which device.
    pub device: DeviceId,
    /// The product's name, as CUDA gives it.
    pub name: String,
    /// Its generation.
    pub compute_capability: Option<ComputeCapability>,
    /// Its memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// The part of it that no process uses, in bytes.
    pub free_memory_bytes: Option<u64>,
    /// The version of the CUDA libraries.
    pub cuda: Option<String>,
    /// The version of cuDNN.
    pub cudnn: Option<String>,
    /// What the worker can compute in on this device.
    pub precisions: Vec<Precision>,
    /// It only plays a GPU.
    pub simulated: bool,
    /// How long all of it took, in milliseconds.
    pub took_ms: u64,
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
