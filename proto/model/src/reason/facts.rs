//! What reasons tell of: the kinds of facts that no other part of the vocabulary has, and examples of every kind.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{FailureCode, Problem, Reason};
use crate::device::{DeviceId, DeviceKind};
use crate::gpu::ComputeCapability;
use crate::ids::Digest;
use crate::job::JobState;
use crate::named::named_enum;
use crate::workload::{Dimension, Engine, Model, Precision, Task};

named_enum!(
    /// A file that a job names by its digest.
    "file" JobFile {
        /// The image to classify.
        Image = "image",
        /// The weights of the classifier.
        Weights = "weights",
    }
);

impl JobFile {
    pub(super) fn missing(self) -> FailureCode {
        match self {
            Self::Image => FailureCode::ImageMissing,
            Self::Weights => FailureCode::WeightsMissing,
        }
    }

    pub(super) fn corrupt(self) -> FailureCode {
        match self {
            Self::Image => FailureCode::ImageCorrupt,
            Self::Weights => FailureCode::WeightsCorrupt,
        }
    }

    pub(super) fn too_large(self) -> FailureCode {
        match self {
            Self::Image => FailureCode::ImageTooLarge,
            Self::Weights => FailureCode::WeightsCorrupt,
        }
    }
}

named_enum!(
    /// The operating system of the machine where a reason arose: what helps there may not help elsewhere.
    "platform" Platform {
        /// Linux, and whatever resembles it.
        Unix = "unix",
        /// Windows.
        Windows = "windows",
    }
);

impl Platform {
    /// The one that this program was built for.
    pub const fn here() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal (Unix).
    Signal(i32),
    /// The system does not say.
    Unknown,
}

impl From<std::process::ExitStatus> for Exit {
    fn from(status: std::process::ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Signal(signal);
        }
        status.code().map_or(Self::Unknown, Self::Code)
    }
}

named_enum!(
    /// What is wrong with the pickle inside a PyTorch file.
    "fault of a pickle" PickleFault {
        /// It ends in the middle.
        EndsEarly = "ends_early",
        /// A length in it is more than any memory holds.
        AbsurdLength = "absurd_length",
        /// It refers to an object that it has not named.
        UnknownObject = "unknown_object",
        /// It names a class by something else than a short text.
        BadClassName = "bad_class_name",
        /// It holds an instruction that no pickle has.
        UnknownInstruction = "unknown_instruction",
        /// It holds more objects than any weight file needs.
        TooManyObjects = "too_many_objects",
        /// It uses more objects than it has made.
        TooFewObjects = "too_few_objects",
        /// It ends a group that it did not begin.
        UnbegunGroup = "unbegun_group",
    }
);

/// What is wrong with one tensor of a weight file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum TensorProblem {
    /// The file does not have it.
    Missing {
        /// The model's name for it.
        tensor: String,
    },
    /// It has other dimensions than the model's.
    Shape {
        /// The model's name for it.
        tensor: String,
        /// Its dimensions in the file.
        found: Vec<usize>,
        /// Its dimensions in the model.
        expected: Vec<usize>,
    },
    /// It holds something else than real numbers.
    NotReal {
        /// The model's name for it.
        tensor: String,
        /// What it holds, in the file's own words.
        format: String,
    },
    /// The model has no such tensor.
    Extra {
        /// The file's name for it.
        tensor: String,
    },
}

/// A machine and what it is labelled with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// The machine's name.
    pub machine: String,
    /// Its labels, `key=value` each.
    pub labels: Vec<String>,
}

/// A type of facts of which every kind of value can be shown.
pub trait Example: Sized {
    /// One value of every kind that is said differently.
    fn examples() -> Vec<Self>;
}

/// Takes the values of one example of a reason.
#[derive(Debug)]
pub(super) struct Pick {
    round: usize,
    rounds: usize,
}

impl Pick {
    pub(super) fn one<T: Example>(&mut self) -> T {
        let mut all = T::examples();
        self.rounds = self.rounds.max(all.len());
        all.swap_remove(self.round % all.len())
    }
}

/// Calls this until every value of every fact was taken once.
pub(super) fn each_round(mut make: impl FnMut(&mut Pick)) {
    let mut pick = Pick { round: 0, rounds: 1 };
    while pick.round < pick.rounds {
        make(&mut pick);
        pick.round += 1;
    }
}

macro_rules! examples {
    ($($type:ty: $values:expr;)+) => {$(
        impl Example for $type {
            fn examples() -> Vec<Self> { $values.to_vec() }
        }
    )+};
}

examples! {
    String: ["K7-x".to_owned()];
    u32: [1, 7];
    u64: [1, 9 << 30];
    i32: [9];
    f64: [0.25];
    bool: [false, true];
    JobFile: Self::ALL;
    Platform: Self::ALL;
    Dimension: Self::ALL;
    PickleFault: Self::ALL;
    FailureCode: Self::ALL;
    DeviceKind: Self::ALL;
    Engine: Self::ALL;
    Precision: Self::ALL;
    JobState: Self::ALL;
    Model: Self::ALL;
    DeviceId: [Self::Cpu, Self::Cuda(1)];
    Exit: [Self::Code(3), Self::Signal(9), Self::Unknown];
    ComputeCapability: [Self { major: 8, minor: 6 }];
    Digest: [Self::of(b"example")];
    Task: [Self::Classify { model: Model::ResNet18, size: 224, batch: 8 }, Self::Matmul { size: 512 }];
}

impl Example for TensorProblem {
    fn examples() -> Vec<Self> {
        let tensor = || "fc.bias".to_owned();
        vec![
            Self::Missing { tensor: tensor() },
            Self::Shape { tensor: tensor(), found: vec![2, 3], expected: vec![3] },
            Self::NotReal { tensor: tensor(), format: "I64".to_owned() },
            Self::Extra { tensor: tensor() },
        ]
    }
}

impl Example for Labelled {
    fn examples() -> Vec<Self> {
        let with = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
        vec![
            Self { machine: "pc-1".to_owned(), labels: with(&["room=A1"]) },
            Self { machine: "pc-2".to_owned(), labels: with(&[]) },
        ]
    }
}

impl Example for Problem {
    /// A problem of each kind.
    fn examples() -> Vec<Self> {
        let of = |why: Reason| Self { field: Cow::Borrowed("sizes"), why };
        let fields = super::FieldReason::examples().into_iter().map(|why| of(why.into()));
        let range = super::JobReason::OutOfRange { dimension: Dimension::Size, value: 0, most: 9 };
        fields.chain([of(range.into())]).collect()
    }
}

impl Example for Box<Problem> {
    fn examples() -> Vec<Self> {
        Problem::examples().into_iter().map(Self::new).collect()
    }
}

impl<T: Example> Example for Option<T> {
    fn examples() -> Vec<Self> {
        T::examples().into_iter().map(Some).chain([None]).collect()
    }
}

impl<T: Example> Example for Vec<T> {
    /// All of them, and none.
    fn examples() -> Vec<Self> {
        vec![T::examples(), Self::new()]
    }
}

impl Example for Box<Reason> {
    fn examples() -> Vec<Self> {
        vec![Self::new(super::DriverReason::NoNvml.into()), Self::new(super::JobReason::NoRuns.into())]
    }
}
