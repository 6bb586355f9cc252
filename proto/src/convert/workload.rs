//! What is computed, and how it is measured.

use cotejo_model::frames::{Phase, Progress};
use cotejo_model::job::Weights;
use cotejo_model::reason::{JobReason, Relayed};
use cotejo_model::{
    Assignment, Engine, FailureCode, JobSpec, JobState, MeasuringPlan, Model, Precision, Reason, Task, Threads,
    Workload,
};

use super::{ConvertError, enumerated, enums, json, parsed, required, share};
use crate::v1 as wire;

enums! {
    Model = wire::Model {
        ResNet18 = Resnet18, MobileNetV2 = MobilenetV2, ResNet34 = Resnet34, ResNet50 = Resnet50,
        MobileNetV3Large = MobilenetV3Large,
    }
    Precision = wire::Precision { F32 = F32, Tf32 = Tf32, F16 = F16, Bf16 = Bf16 }
    Engine = wire::Engine { Reference = Reference, Optimized = Optimized }
    Phase = wire::Phase { Load = Load, First = First, WarmUp = WarmUp, Sample = Sample }
    JobState = wire::JobState {
        Queued = Queued, Offered = Offered, Running = Running, Uploading = Uploading, Unknown = Unknown,
        Cancelling = Cancelling, Succeeded = Succeeded, Failed = Failed, Lost = Lost, Cancelled = Cancelled,
        Expired = Expired, TimedOut = TimedOut,
    }
    FailureCode = wire::FailureCode {
        InvalidJob = InvalidJob, ImageMissing = ImageMissing, ImageCorrupt = ImageCorrupt,
        ImageTooLarge = ImageTooLarge, WeightsMissing = WeightsMissing, WeightsCorrupt = WeightsCorrupt,
        WeightsMismatch = WeightsMismatch, OutOfMemory = OutOfMemory, DeviceUnavailable = DeviceUnavailable,
        EngineUnavailable = EngineUnavailable, PrecisionUnavailable = PrecisionUnavailable,
        WorkerMissing = WorkerMissing, WorkerCrashed = WorkerCrashed, WrongAnswer = WrongAnswer,
        BlobUnavailable = BlobUnavailable, Storage = Storage, TimedOut = TimedOut, AgentLost = AgentLost,
        Cancelled = Cancelled, Expired = Expired, Internal = Internal, NoGpu = NoGpu, DriverMissing = DriverMissing,
        DriverTooOld = DriverTooOld, LibraryMissing = LibraryMissing, WrongCapability = WrongCapability,
        DeviceBusy = DeviceBusy, DeviceHidden = DeviceHidden,
    }
}

impl From<Task> for wire::Task {
    fn from(task: Task) -> Self {
        use wire::task::Kind;
        let kind = match task {
            Task::Classify { model, size, batch } => {
                Kind::Classify(wire::Classify { model: wire::Model::from(model).into(), size, batch })
            }
            Task::Matmul { size } => Kind::Matmul(wire::Matmul { size }),
        };
        Self { kind: Some(kind) }
    }
}

impl TryFrom<wire::Task> for Task {
    type Error = ConvertError;

    fn try_from(task: wire::Task) -> Result<Self, ConvertError> {
        use wire::task::Kind;
        Ok(match task.kind.ok_or(ConvertError::Missing { field: "task.kind" })? {
            Kind::Classify(wire::Classify { model, size, batch }) => {
                Self::Classify { model: enumerated::<wire::Model, _>("classify.model", model)?, size, batch }
            }
            Kind::Matmul(wire::Matmul { size }) => Self::Matmul { size },
        })
    }
}

impl From<Threads> for wire::Threads {
    fn from(threads: Threads) -> Self {
        Self {
            exactly: match threads {
                Threads::All => None,
                Threads::Exactly(count) => Some(count),
            },
        }
    }
}

impl From<wire::Threads> for Threads {
    fn from(threads: wire::Threads) -> Self {
        threads.exactly.map_or(Self::All, Self::Exactly)
    }
}

impl From<Workload> for wire::Workload {
    fn from(workload: Workload) -> Self {
        Self {
            task: Some(workload.task.into()),
            precision: wire::Precision::from(workload.precision).into(),
            threads: Some(workload.threads.into()),
            engine: wire::Engine::from(workload.engine).into(),
            exact: workload.exact,
            streams: workload.streams,
        }
    }
}

impl TryFrom<wire::Workload> for Workload {
    type Error = ConvertError;

    fn try_from(workload: wire::Workload) -> Result<Self, ConvertError> {
        let workload = Self {
            task: required("workload.task", workload.task)?,
            precision: enumerated::<wire::Precision, _>("workload.precision", workload.precision)?,
            threads: workload.threads.ok_or(ConvertError::Missing { field: "workload.threads" })?.into(),
            engine: enumerated::<wire::Engine, _>("workload.engine", workload.engine)?,
            exact: workload.exact,
            streams: workload.streams.max(1),
        };
        let invalid = |reason| ConvertError::Invalid { field: "workload", reason };
        workload.validate().map_err(|error| invalid(Reason::from(JobReason::from(error)).to_string()))?;
        Ok(workload)
    }
}

impl From<Weights> for wire::Weights {
    fn from(weights: Weights) -> Self {
        use wire::weights::Source;
        Self {
            source: Some(match weights {
                Weights::Random { seed } => Source::RandomSeed(seed),
                Weights::File { digest } => Source::FileDigest(digest.to_string()),
            }),
        }
    }
}

impl TryFrom<wire::Weights> for Weights {
    type Error = ConvertError;

    fn try_from(weights: wire::Weights) -> Result<Self, ConvertError> {
        use wire::weights::Source;
        Ok(match weights.source.ok_or(ConvertError::Missing { field: "weights.source" })? {
            Source::RandomSeed(seed) => Self::Random { seed },
            Source::FileDigest(digest) => Self::File { digest: parsed("weights.file_digest", &digest)? },
        })
    }
}

impl From<MeasuringPlan> for wire::MeasuringPlan {
    fn from(plan: MeasuringPlan) -> Self {
        Self { runs: plan.runs, budget_ms: plan.budget_ms }
    }
}

impl From<wire::MeasuringPlan> for MeasuringPlan {
    fn from(plan: wire::MeasuringPlan) -> Self {
        Self { runs: plan.runs, budget_ms: plan.budget_ms }
    }
}

impl From<JobSpec> for wire::JobSpec {
    fn from(job: JobSpec) -> Self {
        Self {
            workload: Some(job.workload.into()),
            device: job.device.to_string(),
            weights: Some(job.weights.into()),
            image_digest: job.image.map(|digest| digest.to_string()),
            measuring: Some(job.measuring.into()),
        }
    }
}

impl TryFrom<wire::JobSpec> for JobSpec {
    type Error = ConvertError;

    fn try_from(job: wire::JobSpec) -> Result<Self, ConvertError> {
        let image = job.image_digest.as_deref();
        Ok(Self {
            workload: required("job.workload", job.workload)?,
            device: parsed("job.device", &job.device)?,
            weights: required("job.weights", job.weights)?,
            image: image.map(|digest| parsed("job.image_digest", digest)).transpose()?,
            measuring: job.measuring.ok_or(ConvertError::Missing { field: "job.measuring" })?.into(),
        })
    }
}

impl From<Assignment> for wire::Assignment {
    fn from(assignment: Assignment) -> Self {
        Self { job_id: assignment.job.to_string(), attempt: assignment.attempt, fence: assignment.fence }
    }
}

impl TryFrom<wire::Assignment> for Assignment {
    type Error = ConvertError;

    fn try_from(assignment: wire::Assignment) -> Result<Self, ConvertError> {
        Ok(Self {
            job: parsed("assignment.job_id", &assignment.job_id)?,
            attempt: assignment.attempt,
            fence: assignment.fence,
        })
    }
}

impl From<Reason> for wire::Failure {
    fn from(reason: Reason) -> Self {
        let remedy = match &reason {
            Reason::Relayed(Relayed::Quoted { remedy, .. }) => remedy.clone(),
            _ => String::new(),
        };
        Self {
            code: wire::FailureCode::from(reason.code()).into(),
            message: reason.to_string(),
            remedy,
            reason: json(&reason),
        }
    }
}

impl TryFrom<wire::Failure> for Reason {
    type Error = ConvertError;

    fn try_from(failure: wire::Failure) -> Result<Self, ConvertError> {
        if !failure.reason.is_empty() {
            let invalid =
                |error: serde_json::Error| ConvertError::Invalid { field: "failure.reason", reason: error.to_string() };
            return serde_json::from_str(&failure.reason).map_err(invalid);
        }
        // A code of a newer version is no reason to lose the words.
        let code = enumerated::<wire::FailureCode, _>("failure.code", failure.code).unwrap_or(FailureCode::Internal);
        Ok(Relayed::Quoted { code, text: failure.message, remedy: failure.remedy }.into())
    }
}

impl From<Progress> for wire::Progress {
    fn from(progress: Progress) -> Self {
        Self { phase: wire::Phase::from(progress.phase).into(), done: progress.done }
    }
}

impl TryFrom<wire::Progress> for Progress {
    type Error = ConvertError;

    fn try_from(progress: wire::Progress) -> Result<Self, ConvertError> {
        Ok(Self {
            phase: enumerated::<wire::Phase, _>("progress.phase", progress.phase)?,
            done: share("progress.done", progress.done)?,
        })
    }
}
