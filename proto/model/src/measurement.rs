//! The record of one successful attempt. Figures are raw; what they say is computed from them when they are read.

use serde::{Deserialize, Serialize};

use crate::device::DeviceId;
use crate::gpu::{ComputeCapability, GpuRecord};
use crate::ids::Digest;
use crate::job::{JobSpec, Weights};
use crate::machine::PowerSource;
use crate::measuring::Stop;
use crate::stats::{self, Summary};
use crate::workload::{Task, Workload};

/// Times of the parts around the forward pass by the host's clock, in nanoseconds. A part that a workload has not is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stages {
    /// Read the weights and build the model.
    pub load_ns: u64,
    /// Decode the image file, or draw the built-in image.
    pub decode_ns: Option<u64>,
    /// Resize, convert to a tensor and normalise.
    pub preprocess_ns: Option<u64>,
    /// Copy the input to the device; nothing on a CPU.
    pub upload_ns: Option<u64>,
    /// Copy the output back; nothing on a CPU.
    pub download_ns: Option<u64>,
    /// By the device's own clock; nothing on a CPU.
    #[serde(default)]
    pub events: Option<EventTimes>,
}

/// Times between events that the device recorded, in nanoseconds: without what the host adds. Medians of a few runs
/// after the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventTimes {
    /// Copy the input to the device.
    pub upload_ns: u64,
    /// One forward pass, or one product.
    pub forward_ns: u64,
    /// Copy the output back.
    pub download_ns: u64,
}

/// The image that was classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Of the file; none is the built-in image.
    pub image: Option<Digest>,
    /// Pixels before resizing.
    pub width: u32,
    /// Pixels before resizing.
    pub height: u32,
}

/// One of the five most likely classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Index of the class, 0 to 999.
    pub class: u32,
    /// Its ImageNet label; only with weights from a file, since random ones know no classes.
    pub label: Option<String>,
    /// The model's output.
    pub logit: f32,
    /// Softmax over all classes.
    pub probability: f32,
}

/// How the optimized engine computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnginePlan {
    /// What its kernels were made for.
    pub instruction_set: CompiledFor,
    /// The algorithm of each layer, in the order of computing.
    pub layers: Vec<LayerAlgorithm>,
}

/// What an engine's kernels were made for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CompiledFor {
    /// Vector instructions of a processor, such as `avx2`; of a GPU in older records, words.
    Instructions(String),
    /// A GPU, and how it is asked to compute.
    Gpu {
        /// Its generation.
        compute_capability: ComputeCapability,
        /// Where a tensor's channels lie: innermost, or outermost.
        channels_last: bool,
        /// All layers are launched at once, as one CUDA graph.
        graph: bool,
    },
}

/// The algorithm chosen for one layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LayerAlgorithm {
    /// The layer's name in the network.
    pub layer: String,
    /// The algorithm's.
    pub algorithm: String,
}

/// What surrounded the measurement, as the agent saw it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Conditions {
    /// Share of all processors that others used just before, 0 to 1.
    pub background_load: Option<f64>,
    /// What fed the machine.
    pub power: Option<PowerSource>,
    /// How long the machine slept in the middle, in milliseconds.
    pub slept_ms: u64,
    /// Lowest clock seen as a share of the highest; GPUs and CPUs that report it.
    pub clock_ratio: Option<f64>,
    /// An upper bound of what the device can do in this precision, in FLOP/s.
    pub peak_flops: Option<f64>,
}

/// One successful attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// What was computed.
    pub workload: Workload,
    /// On what.
    pub device: DeviceId,
    /// The device's product name.
    #[serde(deserialize_with = "crate::device::plain_name")]
    pub device_name: String,
    /// Worker and library versions.
    pub build: String,
    /// CPU threads that took part.
    pub threads: u32,
    /// The weights of a classifier.
    pub weights: Option<Weights>,
    /// The image of a classifier.
    pub input: Option<Input>,
    /// Milliseconds since 1970 when the worker began.
    pub started_ms: u64,
    /// The very first forward pass: what a script that times one run would report.
    pub first_ns: u64,
    /// The forward passes of the warm-up.
    pub warmup_ns: Vec<u64>,
    /// The samples: one forward pass each, device synchronised.
    pub samples_ns: Vec<u64>,
    /// The parts around it.
    pub stages: Stages,
    /// Why sampling ended.
    pub stop: Stop,
    /// The five most likely classes of the first image, best first; none for a product.
    pub answers: Vec<Answer>,
    /// Largest difference of a logit from the reference engine's, over their root mean square; none where the
    /// reference engine itself was measured.
    pub logit_error: Option<f32>,
    /// Most memory that the worker held, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// What surrounded it.
    pub conditions: Conditions,
    /// How the optimized engine computed; none of the reference engine.
    #[serde(default)]
    pub plan: Option<EnginePlan>,
    /// The GPU that it was measured on.
    #[serde(default)]
    pub gpu: Option<GpuRecord>,
    /// Nothing was computed: a worker that plays a device made the times up, for a rehearsal.
    #[serde(default)]
    pub simulated: bool,
}

impl Measurement {
    /// The statistics of the samples; none if there are none.
    pub fn summary(&self) -> Option<Summary> {
        stats::summarise(&stats::seconds(&self.samples_ns))
    }

    /// Whether it answers this job: a result for something else must not be stored.
    pub fn answers_job(&self, job: &JobSpec) -> bool {
        let classifies = matches!(job.workload.task, Task::Classify { .. });
        self.workload == job.workload
            && self.device == job.device
            && self.weights == classifies.then_some(job.weights)
            && !self.samples_ns.is_empty()
    }
}
