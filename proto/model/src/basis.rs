//! What all rows of a table have in common, and what to doubt of it.

use serde::{Deserialize, Serialize};

use crate::device::DeviceId;
use crate::ids::Digest;
use crate::job::Weights;
use crate::workload::{Engine, Model, Precision, Task, Threads};

/// How every measurement of a table was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The arithmetic.
    pub precision: Precision,
    /// CPU threads; none where nothing was measured on a CPU.
    pub threads: Option<Threads>,
    /// Plain or compiled.
    pub engine: Engine,
    /// The optimized engine kept to direct convolution.
    pub exact: bool,
    /// The weights of each classifier, in the order of the models; none where only products were measured.
    pub weights: Vec<ModelWeights>,
    /// The images that were classified, of which none is the built-in one.
    pub images: Vec<Option<Digest>>,
    /// Versions of the worker and its libraries; none where nothing was measured yet.
    pub build: Option<String>,
    /// Questions to which not every device gave the same answer.
    pub disagreements: Vec<Disagreement>,
}

/// A classifier and its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModelWeights {
    /// The classifier.
    pub model: Model,
    /// Its weights.
    pub weights: Weights,
}

/// The same model, weights and image must give the same class everywhere. Where they do not, a time is of something
/// else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// What was computed.
    pub task: Task,
    /// The classes that were found the likeliest.
    pub answers: Vec<GivenAnswer>,
}

/// A class, and who found it the likeliest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// Index of the class, 0 to 999.
    pub class: u32,
    /// Names of machines, each with the device.
    pub by: Vec<(String, DeviceId)>,
}

impl Basis {
    /// A basis of which no more is known.
    pub fn new(precision: Precision, threads: Option<Threads>, engine: Engine) -> Self {
        let (weights, images, disagreements) = (Vec::new(), Vec::new(), Vec::new());
        Self { precision, threads, engine, exact: false, weights, images, build: None, disagreements }
    }
}
