//! Work as sweeps had it before there were kinds of it: one set of dimensions for classifiers, and sizes of products beside
//! them. Data folders and bundles hold such sweeps, and peers of that time send and understand no others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClassifyWork, MatmulWork, SweepSpec, WorkSpec};
use crate::device::DeviceSelector;
use crate::ids::Digest;
use crate::measuring::MeasuringPlan;
use crate::workload::{Engine, Model, Precision, Threads};

/// Work without kinds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FlatWork {
    /// Classifiers; with `sizes` and `batches`.
    pub models: Vec<Model>,
    /// Sizes of the image, in pixels a side.
    pub sizes: Vec<u32>,
    /// Images in one forward.
    pub batches: Vec<u32>,
    /// Sizes of matrix products.
    pub matmul: Vec<u32>,
    /// The image to classify; none is the built-in one.
    pub image: Option<Digest>,
    /// Weight files by model.
    pub weights: BTreeMap<Model, Digest>,
}

impl FlatWork {
    /// The same work without kinds; none where it cannot be said so, since a kind of it has several parts.
    pub fn of(work: &[WorkSpec]) -> Option<Self> {
        let mut flat = Self::default();
        for part in work.iter().filter(|part| !part.is_empty()) {
            match part {
                WorkSpec::Classify(classify) if flat.models.is_empty() => {
                    let ClassifyWork { models, sizes, batches, image, weights } = classify.clone();
                    flat = Self { models, sizes, batches, image, weights, matmul: flat.matmul };
                }
                WorkSpec::Matmul(MatmulWork { sizes }) if flat.matmul.is_empty() => flat.matmul.clone_from(sizes),
                _ => return None,
            }
        }
        Some(flat)
    }

    /// The same work by kinds.
    pub fn into_work(self) -> Vec<WorkSpec> {
        let Self { models, sizes, batches, matmul, image, weights } = self;
        let classify = WorkSpec::Classify(ClassifyWork { models, sizes, batches, image, weights });
        let matmul = WorkSpec::Matmul(MatmulWork { sizes: matmul });
        [classify, matmul].into_iter().filter(|part| !part.is_empty()).collect()
    }
}

/// A sweep as any version wrote it.
#[derive(Deserialize)]
pub(super) struct Stored {
    name: String,
    work: Option<Vec<WorkSpec>>,
    #[serde(flatten)]
    flat: FlatWork,
    devices: Vec<DeviceSelector>,
    threads: Vec<Threads>,
    precisions: Vec<Precision>,
    engines: Vec<Engine>,
    #[serde(default)]
    exact: bool,
    /// Sweeps from before there were streams mean one.
    #[serde(default = "one_stream")]
    streams: Vec<u32>,
    measuring: MeasuringPlan,
    machines: Vec<String>,
    labels: BTreeMap<String, String>,
    seed: u64,
    #[serde(default)]
    budget_ms: Option<u64>,
    #[serde(default)]
    calibration: bool,
}

fn one_stream() -> Vec<u32> {
    vec![1]
}

impl From<Stored> for SweepSpec {
    fn from(stored: Stored) -> Self {
        Self {
            name: stored.name,
            work: stored.work.unwrap_or_else(|| stored.flat.into_work()),
            devices: stored.devices,
            threads: stored.threads,
            precisions: stored.precisions,
            engines: stored.engines,
            exact: stored.exact,
            streams: stored.streams,
            measuring: stored.measuring,
            machines: stored.machines,
            labels: stored.labels,
            seed: stored.seed,
            budget_ms: stored.budget_ms,
            calibration: stored.calibration,
        }
    }
}
