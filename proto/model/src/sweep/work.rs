//! What a sweep computes: one type for each kind of task, with the values of its dimensions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::Digest;
use crate::named::named_enum;
use crate::reason::{FieldReason, JobReason, Problem};
use crate::workload::{Engine, Model, Precision, Task, Threads, Workload};

named_enum!(
    /// A kind of task.
    "task" TaskKind {
        /// Images to classes.
        Classify = "classify",
        /// Products of matrices.
        Matmul = "matmul",
    }
);

/// A part of a sweep's work: tasks of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum WorkSpec {
    /// Images to classes.
    Classify(ClassifyWork),
    /// Products of matrices.
    Matmul(MatmulWork),
}

/// Classifiers, each with every size and every batch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClassifyWork {
    /// The classifiers.
    pub models: Vec<Model>,
    /// Sizes of the image, in pixels a side.
    pub sizes: Vec<u32>,
    /// Images in one forward.
    pub batches: Vec<u32>,
    /// The image to classify; none is the built-in one.
    pub image: Option<Digest>,
    /// Weight files by model; a model without one gets random weights.
    pub weights: BTreeMap<Model, Digest>,
}

/// Products of square matrices.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MatmulWork {
    /// Rows and columns of the matrices.
    pub sizes: Vec<u32>,
}

impl WorkSpec {
    /// The kind of its tasks.
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Classify(_) => TaskKind::Classify,
            Self::Matmul(_) => TaskKind::Matmul,
        }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Classify(classify) => classify.models.is_empty(),
            Self::Matmul(matmul) => matmul.sizes.is_empty(),
        }
    }

    /// Its tasks, repeated where a value is.
    pub fn tasks(&self) -> Vec<Task> {
        match self {
            Self::Classify(ClassifyWork { models, sizes, batches, .. }) => {
                let sized = models.iter().flat_map(|model| sizes.iter().map(move |size| (*model, *size)));
                let task = |(model, size)| batches.iter().map(move |&batch| Task::Classify { model, size, batch });
                sized.flat_map(task).collect()
            }
            Self::Matmul(MatmulWork { sizes }) => sizes.iter().map(|&size| Task::Matmul { size }).collect(),
        }
    }

    /// How many tasks `tasks` gives, without making them.
    pub(super) fn task_count(&self) -> usize {
        match self {
            Self::Classify(ClassifyWork { models, sizes, batches, .. }) => {
                models.len().saturating_mul(sizes.len()).saturating_mul(batches.len())
            }
            Self::Matmul(matmul) => matmul.sizes.len(),
        }
    }

    /// Whether the task is one of these.
    pub(super) fn includes(&self, task: Task) -> bool {
        match (self, task) {
            (Self::Classify(of), Task::Classify { model, size, batch }) => {
                of.models.contains(&model) && of.sizes.contains(&size) && of.batches.contains(&batch)
            }
            (Self::Matmul(of), Task::Matmul { size }) => of.sizes.contains(&size),
            _ => false,
        }
    }

    /// The weight file of a task; none gets random weights.
    pub(super) fn weights_of(&self, task: Task) -> Option<Digest> {
        match (self, task) {
            (Self::Classify(of), Task::Classify { model, .. }) => of.weights.get(&model).copied(),
            _ => None,
        }
    }

    /// The image that its tasks get, where they get one that is not built in.
    pub(super) fn image(&self) -> Option<Digest> {
        match self {
            Self::Classify(classify) => classify.image,
            Self::Matmul(_) => None,
        }
    }

    /// The files that its tasks need; with the model for which a weight file is.
    pub(super) fn files(&self) -> Vec<(Option<Model>, Digest)> {
        match self {
            Self::Classify(ClassifyWork { image, weights, .. }) => {
                let image = image.iter().map(|digest| (None, *digest));
                image.chain(weights.iter().map(|(model, digest)| (Some(*model), *digest))).collect()
            }
            Self::Matmul(_) => Vec::new(),
        }
    }

    /// The same tasks with nothing that has to be uploaded.
    pub(super) fn without_files(&self) -> Self {
        match self {
            Self::Classify(classify) => {
                Self::Classify(ClassifyWork { image: None, weights: BTreeMap::new(), ..classify.clone() })
            }
            Self::Matmul(matmul) => Self::Matmul(matmul.clone()),
        }
    }

    /// Everything that is wrong with it; nothing with what asks for nothing.
    pub(super) fn problems(&self) -> Vec<Problem> {
        if self.is_empty() {
            return Vec::new();
        }
        match self {
            Self::Classify(classify) => classify.problems(),
            Self::Matmul(MatmulWork { sizes }) => unsound("matmul", sizes, |size| Task::Matmul { size }),
        }
    }
}

impl ClassifyWork {
    fn problems(&self) -> Vec<Problem> {
        let model = Model::ResNet18;
        let given = [("sizes", self.sizes.len()), ("batches", self.batches.len())];
        let empty = given.into_iter().filter(|(_, count)| *count == 0);
        let empty = empty.map(|(field, _)| Problem::new(field, FieldReason::Empty));
        let sizes = unsound("sizes", &self.sizes, |size| Task::Classify { model, size, batch: 1 });
        let batches = unsound("batches", &self.batches, |batch| Task::Classify { model, size: 1, batch });
        let stray = stray_weights(self.weights.keys(), &self.models);
        empty.chain(sizes).chain(batches).chain(stray).collect()
    }
}

/// What is wrong with weights for models that are not measured.
pub fn stray_weights<'a>(given: impl IntoIterator<Item = &'a Model>, models: &[Model]) -> Vec<Problem> {
    let stray = given.into_iter().filter(|model| !models.contains(model));
    stray.map(|model| Problem::new("weights", FieldReason::StrayWeights { model: *model })).collect()
}

/// What is wrong with the values of a dimension, each thing once.
fn unsound(field: &'static str, values: &[u32], task: impl Fn(u32) -> Task) -> Vec<Problem> {
    let probe = |value: &u32| Workload {
        task: task(*value),
        precision: Precision::F32,
        threads: Threads::All,
        engine: Engine::Optimized,
        exact: false,
        streams: 1,
    };
    let distinct: BTreeSet<&u32> = values.iter().collect();
    let wrong = distinct.into_iter().filter_map(|value| probe(value).validate().err());
    wrong.map(|error| Problem::new(field, JobReason::from(error))).collect()
}
