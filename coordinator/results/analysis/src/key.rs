//! What may share a row: the one rule, with a projection for each question that is asked of measurements.

use std::str::FromStr;

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::job::Weights;
use cotejo_model::named::UnknownName;
use cotejo_model::{DeviceKind, Engine, Model, Precision, Task, Threads, Workload};

/// What was computed, whatever its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A classifier.
    Classifier(Model),
    /// Matrix products.
    Product,
}

impl Subject {
    /// What this task computes.
    pub fn of(task: Task) -> Self {
        match task {
            Task::Classify { model, .. } => Self::Classifier(model),
            Task::Matmul { .. } => Self::Product,
        }
    }
}

/// What products are called where models are.
const PRODUCT: &str = "matmul";

impl FromStr for Subject {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            PRODUCT => Ok(Self::Product),
            model => model.parse().map(Self::Classifier).map_err(|unknown: UnknownName| UnknownName {
                known: format!("{}, {PRODUCT}", unknown.known),
                ..unknown
            }),
        }
    }
}

/// What may differ between measurements that are looked at together: what runs along an axis, or down a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varying {
    /// Nothing: the same cell on several machines.
    Nothing,
    /// The size of the images or matrices.
    Size,
    /// The number of images in one forward pass.
    Batch,
    /// Both of these.
    SizeAndBatch,
    /// The number of CPU threads.
    Threads,
    /// Everything about the task: a table may hold several networks, sizes, batches and streams.
    Task,
}

/// What measurements must have in common to be compared. Two times may share a row if their keys, projected by what the
/// question lets vary, are equal. A part is none where it may vary or means nothing: a product has neither a batch nor
/// weights.
///
/// Keys sort by what is computed, then by how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The network, or products.
    pub subject: Option<Subject>,
    /// Pixels a side, or rows.
    pub size: Option<u32>,
    /// Images in one forward pass.
    pub batch: Option<u32>,
    /// The number format of the arithmetic.
    pub precision: Precision,
    /// CPU threads, as they were asked for.
    pub threads: Option<Threads>,
    /// Plain or compiled.
    pub engine: Engine,
    /// Whether the CPU kept to direct convolution.
    pub exact: bool,
    /// Forward passes at once.
    pub streams: Option<u32>,
    /// The classifier's weights.
    pub weights: Option<Weights>,
    /// Versions of the worker and its libraries.
    pub build: Option<String>,
}

impl Key {
    /// The key of a cell, measured or not: without what only a measurement knows.
    pub fn of_workload(workload: &Workload) -> Self {
        let Workload { task, precision, threads, engine, exact, streams } = *workload;
        Self {
            subject: Some(Subject::of(task)),
            size: Some(task.size()),
            batch: task.batch(),
            precision,
            threads: Some(threads),
            engine,
            exact,
            streams: Some(streams),
            weights: None,
            build: None,
        }
    }

    /// The key of a measurement.
    pub fn of(entry: &Entry, measured: &Measured) -> Self {
        Self::of_workload(&entry.workload).made_by(measured)
    }

    /// The key by which a CPU's time finds a GPU's: without what has no meaning on a GPU, such as how convolutions are
    /// computed on a CPU.
    pub fn across_devices(entry: &Entry, measured: &Measured) -> Self {
        Self::of_workload(&entry.workload.on(DeviceKind::Cuda)).made_by(measured)
    }

    fn made_by(self, measured: &Measured) -> Self {
        Self { weights: measured.weights, build: Some(measured.build.clone()), ..self }
    }

    /// What is left of the key where this may vary.
    #[must_use]
    pub fn over(self, varying: Varying) -> Self {
        match varying {
            Varying::Nothing => self,
            Varying::Size => Self { size: None, ..self },
            Varying::Batch => Self { batch: None, ..self },
            Varying::SizeAndBatch => Self { size: None, batch: None, ..self },
            Varying::Threads => Self { threads: None, ..self },
            Varying::Task => Self { subject: None, size: None, batch: None, streams: None, ..self },
        }
    }

    /// The same without the build: what two versions may have in common.
    #[must_use]
    pub fn of_any_build(self) -> Self {
        Self { build: None, ..self }
    }

    /// The same without the weights and the build: what was asked for, whoever computed it.
    #[must_use]
    pub fn as_asked(self) -> Self {
        Self { weights: None, build: None, ..self }
    }

    /// Whether this and the other are of the same task, whatever else differs.
    pub fn is_of_task(&self, other: &Self) -> bool {
        (self.subject, self.size, self.batch) == (other.subject, other.size, other.batch)
    }

    /// What keeps the two apart; nothing if they are equal.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let differing = [
            (Difference::Task, !self.is_of_task(other)),
            (Difference::Precision, self.precision != other.precision),
            (Difference::Threads, self.threads != other.threads),
            (Difference::Engine, self.engine != other.engine),
            (Difference::Weights, self.weights != other.weights),
            (Difference::Build, self.build != other.build),
        ];
        differing.into_iter().filter(|(_, differs)| *differs).map(|(difference, _)| difference).collect()
    }
}

/// What keeps one time from standing beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// The other device did not compute this task.
    Task,
    /// The arithmetic.
    Precision,
    /// The job's CPU threads.
    Threads,
    /// Plain or compiled.
    Engine,
    /// The classifier's weights.
    Weights,
    /// Versions of the worker and its libraries.
    Build,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{classify, cpu, doing, gpu, with};

    fn key(entry: &Entry) -> Key {
        Key::of(entry, crate::records::measured(entry).unwrap())
    }

    #[test]
    fn a_projection_forgets_what_may_vary_and_nothing_else() {
        let one = cpu(1, classify(224, 1), 1.0);
        let changed = [
            (Varying::Size, cpu(2, classify(512, 1), 2.0)),
            (Varying::Batch, cpu(2, classify(224, 8), 2.0)),
            (Varying::SizeAndBatch, cpu(2, classify(512, 8), 2.0)),
            (Varying::Threads, doing(one.clone(), |workload| workload.threads = Threads::Exactly(2))),
            (Varying::Task, doing(cpu(2, classify(512, 8), 2.0), |workload| workload.streams = 2)),
        ];
        for (varying, other) in &changed {
            assert_ne!(key(&one), key(other));
            assert_eq!(key(&one).over(*varying), key(other).over(*varying), "{varying:?}");
            // The build and the arithmetic count whatever varies.
            let rebuilt = with(other.clone(), |measured| measured.build = "other".to_owned());
            assert_ne!(key(&one).over(*varying), key(&rebuilt).over(*varying), "{varying:?}");
            let half = doing(other.clone(), |workload| workload.precision = Precision::F16);
            assert_ne!(key(&one).over(*varying), key(&half).over(*varying), "{varying:?}");
        }
        assert_ne!(key(&one).over(Varying::Size), key(&changed[1].1).over(Varying::Size));
    }

    #[test]
    fn a_gpu_does_not_ask_how_a_cpu_convolves() {
        let exact = doing(cpu(1, classify(224, 1), 1.0), |workload| workload.exact = true);
        let on_gpu = gpu(2, classify(224, 1), 0.1);
        let across = |entry: &Entry| Key::across_devices(entry, crate::records::measured(entry).unwrap());
        assert_eq!(across(&exact), across(&on_gpu));
        assert_ne!(key(&exact), key(&on_gpu));
    }

    #[test]
    fn what_differs_is_named() {
        let one = cpu(1, classify(224, 1), 1.0);
        let other = doing(gpu(2, classify(224, 1), 0.1), |workload| {
            workload.precision = Precision::F16;
            workload.threads = Threads::Exactly(1);
        });
        assert_eq!(key(&one).differences(&key(&other)), [Difference::Precision, Difference::Threads]);
        assert_eq!(key(&one).differences(&key(&cpu(2, classify(512, 1), 1.0))), [Difference::Task]);
        assert_eq!(key(&one).differences(&key(&one)), []);
    }
}
