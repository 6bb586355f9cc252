//! What is computed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::device::DeviceKind;
use crate::named::{UnknownName, named_enum};

named_enum!(
    /// An image classifier, as torchvision defines it.
    "model" Model {
        /// `torchvision.models.resnet18` (He et al., 2015).
        ResNet18 = "resnet18",
        /// `torchvision.models.mobilenet_v2` (Sandler et al., 2018).
        MobileNetV2 = "mobilenet_v2" | "mobilenetv2",
        /// `torchvision.models.resnet34` (He et al., 2015).
        ResNet34 = "resnet34",
        /// `torchvision.models.resnet50` (He et al., 2015).
        ResNet50 = "resnet50",
        /// `torchvision.models.mobilenet_v3_large` (Howard et al., 2019).
        MobileNetV3Large = "mobilenet_v3_large" | "mobilenetv3_large",
    }
);

impl Model {
    /// The name as papers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::ResNet18 => "ResNet18",
            Self::MobileNetV2 => "MobileNetV2",
            Self::ResNet34 => "ResNet34",
            Self::ResNet50 => "ResNet50",
            Self::MobileNetV3Large => "MobileNetV3-Large",
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

impl Engine {
    /// The one to take of these where nobody names one: the fastest.
    pub fn best(offered: &[Self]) -> Self {
        let known = [Self::Optimized, Self::Reference];
        known.into_iter().find(|engine| offered.contains(engine)).unwrap_or(Self::Optimized)
    }
}

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
    /// The optimized engine keeps to the direct algorithm of every convolution.
    #[serde(default)]
    pub exact: bool,
    /// Forwards at once, on disjoint sets of the threads. A run ends when all of them have.
    #[serde(default = "one")]
    pub streams: u32,
}

/// What records from before there were streams mean.
fn one() -> u32 {
    1
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {} threads, {} engine", self.task, self.precision, self.threads, self.engine)?;
        if self.exact {
            f.write_str(", exact")?;
        }
        if self.streams != 1 {
            write!(f, ", {} streams", self.streams)?;
        }
        Ok(())
    }
}

named_enum!(
    /// A number of a workload that has limits.
    "dimension" Dimension {
        /// Pixels or rows a side.
        Size = "size",
        /// Images in one forward pass.
        Batch = "batch",
        /// CPU threads.
        Threads = "threads",
        /// Forward passes at once.
        Streams = "streams",
    }
);

/// A dimension that no workload can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadWorkload {
    /// A number outside its limits, of which the lower is 1.
    OutOfRange {
        /// Which number.
        dimension: Dimension,
        /// What was asked for.
        value: u32,
        /// The upper limit.
        most: u32,
    },
    /// Forwards at once that could not each have a thread.
    StreamsWithoutThreads {
        /// Forwards at once.
        streams: u32,
        /// CPU threads.
        threads: u32,
    },
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
        let within = |dimension, value, most| {
            if (1..=most).contains(&value) { Ok(()) } else { Err(BadWorkload::OutOfRange { dimension, value, most }) }
        };
        within(Dimension::Size, self.task.size(), MAX_SIZE)?;
        self.task.batch().map_or(Ok(()), |batch| within(Dimension::Batch, batch, MAX_BATCH))?;
        within(Dimension::Streams, self.streams, MAX_THREADS)?;
        let Threads::Exactly(threads) = self.threads else { return Ok(()) };
        within(Dimension::Threads, threads, MAX_THREADS)?;
        if threads < self.streams {
            return Err(BadWorkload::StreamsWithoutThreads { streams: self.streams, threads });
        }
        Ok(())
    }

    /// Images in one run: a batch for each stream. A product has none.
    pub fn images(&self) -> Option<u64> {
        self.task.batch().map(|batch| u64::from(batch) * u64::from(self.streams))
    }

    /// The same computation on this kind of device, without what has no meaning there: only the optimized engine
    /// chooses how to convolve and runs several forwards at once, and only on a CPU.
    #[must_use]
    pub fn on(self, device: DeviceKind) -> Self {
        let classifies = matches!(self.task, Task::Classify { .. });
        if classifies && self.engine == Engine::Optimized && device == DeviceKind::Cpu {
            self
        } else {
            Self { exact: false, streams: 1, ..self }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload() -> Workload {
        Workload {
            task: Task::Classify { model: Model::ResNet18, size: 224, batch: 8 },
            precision: Precision::F32,
            threads: Threads::All,
            engine: Engine::Optimized,
            exact: false,
            streams: 1,
        }
    }

    #[test]
    fn only_unusual_options_are_named() {
        assert_eq!(workload().to_string(), "ResNet18 224x224 batch 8, f32, all threads, optimized engine");
        let unusual = Workload { exact: true, streams: 2, ..workload() }.to_string();
        assert!(unusual.ends_with("optimized engine, exact, 2 streams"), "{unusual}");
    }

    #[test]
    fn every_stream_has_a_thread() {
        let with = |threads, streams| Workload { threads, streams, ..workload() }.validate();
        assert_eq!(with(Threads::Exactly(2), 2), Ok(()));
        assert_eq!(with(Threads::All, MAX_THREADS), Ok(()));
        for streams in [0, MAX_THREADS + 1] {
            let out = BadWorkload::OutOfRange { dimension: Dimension::Streams, value: streams, most: MAX_THREADS };
            assert_eq!(with(Threads::All, streams), Err(out));
        }
        let refused = BadWorkload::StreamsWithoutThreads { streams: 3, threads: 2 };
        assert_eq!(with(Threads::Exactly(2), 3), Err(refused));
    }

    #[test]
    fn a_run_has_a_batch_for_each_stream() {
        assert_eq!(Workload { streams: 3, ..workload() }.images(), Some(24));
        assert_eq!(Workload { task: Task::Matmul { size: 8 }, ..workload() }.images(), None);
    }

    #[test]
    fn options_stay_where_they_mean_something() {
        let unusual = Workload { exact: true, streams: 2, ..workload() };
        let plain = |workload: Workload| !workload.exact && workload.streams == 1;
        assert_eq!(unusual.on(DeviceKind::Cpu), unusual);
        assert!(plain(unusual.on(DeviceKind::Cuda)));
        assert!(plain(Workload { engine: Engine::Reference, ..unusual }.on(DeviceKind::Cpu)));
        assert!(plain(Workload { task: Task::Matmul { size: 8 }, ..unusual }.on(DeviceKind::Cpu)));
    }

    #[test]
    fn records_from_before_there_were_streams_read() {
        let old = r#"{"task":{"kind":"classify","model":"resnet18","size":224,"batch":8},"precision":"f32",
            "threads":"all","engine":"optimized"}"#;
        assert_eq!(serde_json::from_str::<Workload>(old).unwrap(), workload());
    }
}
