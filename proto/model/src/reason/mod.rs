//! Why something is not there: a code with typed facts. It travels as data, through frames, over the wire and into the
//! store; sentences are made of it where a person reads, by `cotejo-language`, and nowhere before.
//!
//! A new reason is a variant in the group that it belongs to. `cotejo-language` does not compile until it has its
//! sentences in every language.

mod answer;
mod blob;
mod bundle;
mod device;
mod driver;
mod end;
mod facts;
mod field;
mod file;
mod gpu;
mod job;
mod plan;
mod relayed;
mod request;
mod weights;
mod worker;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::job::JobState;
use crate::named::named_enum;

pub use answer::AnswerReason;
pub use blob::BlobReason;
pub use bundle::BundleReason;
pub use device::{DeviceReason, MemoryReason};
pub use driver::DriverReason;
pub use end::EndReason;
pub use facts::{Example, Exit, JobFile, Labelled, PickleFault, Platform, TensorProblem};
pub use field::{FieldReason, Problem};
pub use file::{FileReason, ImageReason};
pub use gpu::{GpuReason, LibraryReason};
pub use job::JobReason;
pub use plan::PlanReason;
pub use relayed::Relayed;
pub use request::{RequestReason, StoreReason, UploadReason};
pub use weights::WeightsReason;
pub use worker::{CheckReason, StartReason, WorkerReason};

named_enum!(
    /// What kind of failure a reason is: what programs branch on, and what published results name.
    "failure" FailureCode {
        /// The job makes no sense to the worker.
        InvalidJob = "invalid_job",
        /// The image file is not there.
        ImageMissing = "image_missing",
        /// The image cannot be decoded.
        ImageCorrupt = "image_corrupt",
        /// The image is larger than the decoder's limits.
        ImageTooLarge = "image_too_large",
        /// The weight file is not there.
        WeightsMissing = "weights_missing",
        /// The weight file cannot be read as one.
        WeightsCorrupt = "weights_corrupt",
        /// The weight file is for another model: tensors missing, extra or misshapen.
        WeightsMismatch = "weights_mismatch",
        /// It needs more memory than the device has.
        OutOfMemory = "out_of_memory",
        /// The device cannot be used.
        DeviceUnavailable = "device_unavailable",
        /// The machine has no NVIDIA GPU.
        NoGpu = "no_gpu",
        /// There is a GPU, or may be one, but no driver for it.
        DriverMissing = "driver_missing",
        /// The driver is older than the CUDA libraries need.
        DriverTooOld = "driver_too_old",
        /// A library that the worker needs for the device is not there, or too old.
        LibraryMissing = "library_missing",
        /// The worker was built for GPUs of another generation.
        WrongCapability = "wrong_capability",
        /// Another process has the device for itself, or its mode forbids computing.
        DeviceBusy = "device_busy",
        /// The driver knows the device, but the session that the agent runs in cannot use it.
        DeviceHidden = "device_hidden",
        /// The worker has no such engine for the device.
        EngineUnavailable = "engine_unavailable",
        /// The worker has no such precision for the device.
        PrecisionUnavailable = "precision_unavailable",
        /// The worker's binary cannot be started.
        WorkerMissing = "worker_missing",
        /// The worker ended without a result.
        WorkerCrashed = "worker_crashed",
        /// The answers are wrong: not finite, or too far from the reference.
        WrongAnswer = "wrong_answer",
        /// The image or the weights could not be had from the coordinator.
        BlobUnavailable = "blob_unavailable",
        /// The data folder cannot be written.
        Storage = "storage",
        /// The deadline passed.
        TimedOut = "timed_out",
        /// The agent went away and did not come back.
        AgentLost = "agent_lost",
        /// A person ended it.
        Cancelled = "cancelled",
        /// No agent took it in time.
        Expired = "expired",
        /// A defect of Cotejo's own.
        Internal = "internal",
    }
);

/// Defines a group of reasons: an enum whose values are tagged by their names in JSON, each with its code, and a list
/// of examples that has every one of them, since it is made from the same lines.
macro_rules! reasons {
    ($(#[$meta:meta])* $group:ident $name:ident { $(
        $(#[$vmeta:meta])* $variant:ident $({ $($(#[$fmeta:meta])* $field:ident: $type:ty),+ $(,)? })? = $tag:literal => $code:expr,
    )+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "reason")]
        pub enum $name { $(
            $(#[$vmeta])*
            #[serde(rename = $tag)]
            $variant $({ $($(#[$fmeta])* $field: $type),+ })?,
        )+ }

        impl $name {
            /// The name by which it travels.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $tag),+ }
            }

            /// What kind of failure it is.
            #[allow(unused_variables, unused_imports, clippy::enum_glob_use, reason = "some codes are named, some follow from facts")]
            pub fn code(&self) -> crate::reason::FailureCode {
                use crate::reason::FailureCode::*;
                match self { $(Self::$variant $({ $($field),+ })? => $code),+ }
            }

            /// Every reason of the group, with every kind of fact that it may carry: made up, for tests of whoever
            /// must say them all.
            pub fn examples() -> Vec<Self> {
                let mut all = Vec::new();
                $(crate::reason::facts::each_round(|_pick| {
                    all.push(Self::$variant $({ $($field: _pick.one()),+ })?);
                });)+
                all
            }
        }

        impl From<$name> for crate::reason::Reason {
            fn from(reason: $name) -> Self { Self::$group(reason) }
        }
    };
}
use reasons;

/// Why something is not there, by what it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, remote = "Self")]
pub enum Reason {
    /// The job, or the question, makes no sense to whoever is to carry it out.
    Job(JobReason),
    /// A file that the job names.
    File(FileReason),
    /// The image in it.
    Image(ImageReason),
    /// The weights in it.
    Weights(WeightsReason),
    /// There is too little memory.
    Memory(MemoryReason),
    /// What the device, or the worker on it, does not offer.
    Device(DeviceReason),
    /// NVIDIA's driver, and whether there is a GPU at all.
    Driver(DriverReason),
    /// One GPU.
    Gpu(GpuReason),
    /// The libraries that GPUs need.
    Library(LibraryReason),
    /// The computed answers.
    Answer(AnswerReason),
    /// Whether there is a worker.
    Start(StartReason),
    /// What became of the check of a device.
    Check(CheckReason),
    /// The worker's process.
    Worker(WorkerReason),
    /// A file that was to come from the coordinator.
    Blob(BlobReason),
    /// How the job ended without its worker.
    End(EndReason),
    /// What is wrong with a field of a sweep, or of a reference time.
    Field(FieldReason),
    /// A sweep cannot be planned.
    Plan(PlanReason),
    /// What a coordinator does not do.
    Request(RequestReason),
    /// A file that a coordinator does not take, or does not give.
    Upload(UploadReason),
    /// A coordinator's database.
    Store(StoreReason),
    /// A file of results.
    Bundle(BundleReason),
    /// Someone else's words, or a reason within another.
    Relayed(Relayed),
}

/// The same for whichever group it is.
macro_rules! of_group {
    ($reason:expr, $inner:ident => $what:expr) => {
        match $reason {
            Reason::Job($inner) => $what,
            Reason::File($inner) => $what,
            Reason::Image($inner) => $what,
            Reason::Weights($inner) => $what,
            Reason::Memory($inner) => $what,
            Reason::Device($inner) => $what,
            Reason::Driver($inner) => $what,
            Reason::Gpu($inner) => $what,
            Reason::Library($inner) => $what,
            Reason::Answer($inner) => $what,
            Reason::Start($inner) => $what,
            Reason::Check($inner) => $what,
            Reason::Worker($inner) => $what,
            Reason::Blob($inner) => $what,
            Reason::End($inner) => $what,
            Reason::Field($inner) => $what,
            Reason::Plan($inner) => $what,
            Reason::Request($inner) => $what,
            Reason::Upload($inner) => $what,
            Reason::Store($inner) => $what,
            Reason::Bundle($inner) => $what,
            Reason::Relayed($inner) => $what,
        }
    };
}

impl Reason {
    /// The name by which it travels, such as `driver_too_old`.
    pub fn name(&self) -> &'static str {
        of_group!(self, inner => inner.name())
    }

    /// What kind of failure it is.
    pub fn code(&self) -> FailureCode {
        of_group!(self, inner => inner.code())
    }

    /// The words of a program that does not say why in facts.
    pub fn quoted(code: FailureCode, text: impl Into<String>) -> Self {
        Relayed::Quoted { code, text: text.into(), remedy: String::new() }.into()
    }

    /// A defect of Cotejo's own, or of a library, in its words.
    pub fn internal(error: impl fmt::Display) -> Self {
        WorkerReason::Internal { detail: error.to_string() }.into()
    }

    /// What the end of a job says where nobody gave a reason.
    pub fn unexplained(state: JobState) -> Self {
        EndReason::Unexplained { state }.into()
    }

    /// The same, of the content of this file.
    #[must_use]
    pub fn in_file(self, path: impl fmt::Display) -> Self {
        Relayed::InFile { path: path.to_string(), why: Box::new(self) }.into()
    }

    /// This one, and another that must be known with it.
    #[must_use]
    pub fn besides(self, other: Self) -> Self {
        Relayed::Besides { first: Box::new(self), then: Box::new(other) }.into()
    }

    /// Every reason that there is, with made-up facts: for tests of whoever must say them all.
    pub fn examples() -> Vec<Self> {
        fn group<R: Into<Reason>>(reasons: Vec<R>) -> impl Iterator<Item = Reason> {
            reasons.into_iter().map(Into::into)
        }
        let mut all = Vec::new();
        all.extend(group(JobReason::examples()));
        all.extend(group(FileReason::examples()));
        all.extend(group(ImageReason::examples()));
        all.extend(group(WeightsReason::examples()));
        all.extend(group(MemoryReason::examples()));
        all.extend(group(DeviceReason::examples()));
        all.extend(group(DriverReason::examples()));
        all.extend(group(GpuReason::examples()));
        all.extend(group(LibraryReason::examples()));
        all.extend(group(AnswerReason::examples()));
        all.extend(group(StartReason::examples()));
        all.extend(group(CheckReason::examples()));
        all.extend(group(WorkerReason::examples()));
        all.extend(group(BlobReason::examples()));
        all.extend(group(EndReason::examples()));
        all.extend(group(FieldReason::examples()));
        all.extend(group(PlanReason::examples()));
        all.extend(group(RequestReason::examples()));
        all.extend(group(UploadReason::examples()));
        all.extend(group(StoreReason::examples()));
        all.extend(group(BundleReason::examples()));
        all.extend(group(Relayed::examples()));
        all
    }

    fn object(&self) -> Map<String, Value> {
        match Self::serialize(self, serde_json::value::Serializer) {
            Ok(Value::Object(facts)) => facts,
            other => unreachable!("a reason is an object with text keys, not {other:?}"),
        }
    }

    /// From its JSON. What an older version wrote, or a newer one of which this version knows no more than the code,
    /// becomes a quotation.
    fn read(value: Value) -> Option<Self> {
        let facts = match value {
            // What a machine without a GPU said of it in older records.
            Value::String(text) => return Some(Self::quoted(FailureCode::NoGpu, text)),
            Value::Object(facts) => facts,
            _ => return None,
        };
        let code = || facts.get("code").and_then(Value::as_str).and_then(|code| code.parse().ok());
        if !facts.contains_key("reason") {
            let text = |key| facts.get(key).and_then(Value::as_str).map(str::to_owned);
            let remedy = text("remedy").unwrap_or_default();
            return Some(Relayed::Quoted { code: code()?, text: text("message")?, remedy }.into());
        }
        let known = Self::deserialize(Value::Object(facts.clone())).ok();
        Some(known.unwrap_or_else(|| Self::quoted(code().unwrap_or(FailureCode::Internal), in_line(&facts))))
    }
}

/// `name fact=value fact=value`
fn in_line(facts: &Map<String, Value>) -> String {
    let written = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(facts) => format!("({})", in_line(facts)),
        other => other.to_string(),
    };
    let name = facts.get("reason").map(written).unwrap_or_default();
    let rest = facts.iter().filter(|(key, value)| *key != "reason" && *key != "code" && !value.is_null());
    rest.fold(name, |line, (key, value)| format!("{line} {key}={}", written(value)))
}

/// For logs alone: its name and its facts, in no language. What people read is made by `cotejo-language`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relayed(Relayed::Quoted { text, .. }) => f.write_str(text),
            _ => f.write_str(&in_line(&self.object())),
        }
    }
}

impl std::error::Error for Reason {}

impl Serialize for Reason {
    /// With its code beside its facts, so that a version that does not know the reason still knows its kind.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut facts = self.object();
        facts.insert("code".to_owned(), self.code().name().into());
        facts.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(value).ok_or_else(|| serde::de::Error::custom("this is no reason: it has neither name nor code"))
    }
}

#[cfg(test)]
mod tests;
