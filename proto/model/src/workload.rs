//! What is computed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::named::{UnknownName, named_enum};

named_enum!(
    /// An image classifier, as torchvision defines it.
    "model" Model {
        /// `torchvision.models.resnet18` (He et al., 2015).
        ResNet18 = "resnet18",
        /// `torchvision.models.mobilenet_v2` (Sandler et al., 2018).
        MobileNetV2 = "mobilenet_v2" | "mobilenetv2",
    }
);

impl Model {
    /// The name as papers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::ResNet18 => "ResNet18",
            Self::MobileNetV2 => "MobileNetV2",
        }
    }
}

named_enum!(
    /// The number format of the arithmetic.
    "precision" Precision {
        /// IEEE 754 binary32, strictly.
        F32 = "f32",
        /// binary32 storage, products with 10 bits of mantissa on tensor cores.
        Tf32 = "tf32",
        /// IEEE 754 binary16.
        F16 = "f16",
        /// bfloat16.
        Bf16 = "bf16",
    }
);

named_enum!(
    /// How the computation is carried out.
    "engine" Engine {
        /// Plain candle, layer by layer.
        Reference = "reference",
        /// Compiled for the device.
        Optimized = "optimized",
    }
);

/// How many CPU threads a workload may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Threads {
    /// One for each physical core of the machine.
    All,
    /// Exactly this many; at least 1.
    Exactly(u32),
}

impl fmt::Display for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.pad("all"),
            Self::Exactly(count) => f.pad(&count.to_string()),
        }
    }
}

impl FromStr for Threads {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text.parse() {
            _ if text == "all" => Ok(Self::All),
            Ok(count) => Ok(Self::Exactly(count)),
            Err(_) => Err(UnknownName {
                what: "number of threads",
                text: text.to_owned(),
                known: "all, 1, 2, 4, …".to_owned(),
            }),
        }
    }
}

impl Serialize for Threads {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Threads {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The computation proper, with the dimensions that set its cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Classify `batch` images of `size` x `size` pixels: a tensor `[batch, 3, size, size]` to logits `[batch, 1000]`.
    Classify {
        /// The classifier.
        model: Model,
        /// Height and width in pixels.
        size: u32,
        /// Images in one forward.
        batch: u32,
    },
    /// Multiply two `size` x `size` matrices.
    Matmul {
        /// Rows and columns.
        size: u32,
    },
}

impl Task {
    /// Pixels a side, or rows of the matrices.
    pub fn size(self) -> u32 {
        match self {
            Self::Classify { size, .. } | Self::Matmul { size } => size,
        }
    }

    /// Images in one forward; a product has none.
    pub fn batch(self) -> Option<u32> {
        match self {
            Self::Classify { batch, .. } => Some(batch),
            Self::Matmul { .. } => None,
        }
    }

    /// The model's name for people, or "matmul".
    pub fn title(self) -> &'static str {
        match self {
            Self::Classify { model, .. } => model.title(),
            Self::Matmul { .. } => "matmul",
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classify { size, batch: 1, .. } => write!(f, "{} {size}x{size}", self.title()),
            Self::Classify { size, batch, .. } => {
                write!(f, "{} {size}x{size} batch {batch}", self.title())
            }
            Self::Matmul { size } => write!(f, "matmul {size}x{size}"),
        }
    }
}

/// A computation and how it is to be carried out: everything but the machine and the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Workload {
    /// The computation.
    pub task: Task,
    /// Its arithmetic.
    pub precision: Precision,
    /// CPU threads.
    pub threads: Threads,
    /// Plain or compiled.
    pub engine: Engine,
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {} threads, {} engine", self.task, self.precision, self.threads, self.engine)
    }
}

/// A dimension that no workload can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadWorkload {
    /// Pixels or rows.
    #[error("size {0} is outside 1 to {MAX_SIZE}")]
    Size(u32),
    /// Images.
    #[error("batch {0} is outside 1 to {MAX_BATCH}")]
    Batch(u32),
    /// CPU threads.
    #[error("threads {0} is outside 1 to {MAX_THREADS}")]
    Threads(u32),
}

/// Largest size that is a number at all; what a machine can hold is `estimate`'s to say.
pub const MAX_SIZE: u32 = 1_000_000;
/// Largest batch.
pub const MAX_BATCH: u32 = 4096;
/// Most threads.
pub const MAX_THREADS: u32 = 1024;

impl Workload {
    /// Whether every dimension is one that a workload can have.
    pub fn validate(&self) -> Result<(), BadWorkload> {
        let size = self.task.size();
        if !(1..=MAX_SIZE).contains(&size) {
            return Err(BadWorkload::Size(size));
        }
        if let Some(batch) = self.task.batch().filter(|batch| !(1..=MAX_BATCH).contains(batch)) {
            return Err(BadWorkload::Batch(batch));
        }
        match self.threads {
            Threads::Exactly(count) if !(1..=MAX_THREADS).contains(&count) => Err(BadWorkload::Threads(count)),
            _ => Ok(()),
        }
    }
}
