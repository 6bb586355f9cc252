//! Sweeps, as people ask for and follow them.

use cotejo_model::SweepSpec;
use cotejo_model::sweep::{
    Away, ClassifyWork, FlatWork, MatmulWork, PlannedCell, PlannedSweep, Running, SweepStatus, WorkSpec,
};

use super::{
    ConvertError, all, all_enumerated, all_parsed, each, enumerated, numbers, optional, parsed, required, share,
};
use crate::v1::{self as wire, work_spec};

impl From<ClassifyWork> for wire::ClassifyWork {
    fn from(work: ClassifyWork) -> Self {
        let weights = work.weights.into_iter().map(|(model, digest)| wire::ModelWeights {
            model: wire::Model::from(model).into(),
            file_digest: digest.to_string(),
        });
        Self {
            models: numbers::<wire::Model, _>(work.models),
            sizes: work.sizes,
            batches: work.batches,
            image_digest: work.image.map(|digest| digest.to_string()),
            weights: weights.collect(),
        }
    }
}

impl TryFrom<wire::ClassifyWork> for ClassifyWork {
    type Error = ConvertError;

    fn try_from(work: wire::ClassifyWork) -> Result<Self, ConvertError> {
        let weights = work.weights.into_iter().map(|weights| {
            let model = enumerated::<wire::Model, _>("weights.model", weights.model)?;
            Ok((model, parsed("weights.file_digest", &weights.file_digest)?))
        });
        let image = work.image_digest.as_deref();
        Ok(Self {
            models: all_enumerated::<wire::Model, _>("spec.models", work.models)?,
            sizes: work.sizes,
            batches: work.batches,
            image: image.map(|digest| parsed("spec.image_digest", digest)).transpose()?,
            weights: weights.collect::<Result<_, ConvertError>>()?,
        })
    }
}

impl From<WorkSpec> for wire::WorkSpec {
    fn from(work: WorkSpec) -> Self {
        let task = match work {
            WorkSpec::Classify(classify) => work_spec::Task::Classify(classify.into()),
            WorkSpec::Matmul(MatmulWork { sizes }) => work_spec::Task::Matmul(wire::MatmulWork { sizes }),
        };
        Self { task: Some(task) }
    }
}

impl TryFrom<wire::WorkSpec> for WorkSpec {
    type Error = ConvertError;

    fn try_from(work: wire::WorkSpec) -> Result<Self, ConvertError> {
        let unknown = || ConvertError::Invalid {
            field: "spec.work.task",
            reason: "is of a kind that this version does not know".to_owned(),
        };
        Ok(match work.task.ok_or_else(unknown)? {
            work_spec::Task::Classify(classify) => Self::Classify(classify.try_into()?),
            work_spec::Task::Matmul(wire::MatmulWork { sizes }) => Self::Matmul(MatmulWork { sizes }),
        })
    }
}

impl From<SweepSpec> for wire::SweepSpec {
    fn from(spec: SweepSpec) -> Self {
        // For peers from before there were kinds of work; one that needs them refuses a sweep of nothing.
        let FlatWork { models, sizes, batches, matmul, image, weights } = FlatWork::of(&spec.work).unwrap_or_default();
        let flat = wire::ClassifyWork::from(ClassifyWork { models, sizes, batches, image, weights });
        Self {
            name: spec.name,
            models: flat.models,
            sizes: flat.sizes,
            batches: flat.batches,
            matmul,
            devices: spec.devices.iter().map(ToString::to_string).collect(),
            threads: each(spec.threads),
            precisions: numbers::<wire::Precision, _>(spec.precisions),
            engines: numbers::<wire::Engine, _>(spec.engines),
            image_digest: flat.image_digest,
            weights: flat.weights,
            measuring: Some(spec.measuring.into()),
            machines: spec.machines,
            labels: spec.labels.into_iter().collect(),
            seed: spec.seed,
            exact: spec.exact,
            streams: spec.streams,
            budget_ms: spec.budget_ms,
            calibration: spec.calibration,
            work: each(spec.work),
        }
    }
}

/// The work of a sweep: by kinds, or as peers from before there were any say it.
fn work(spec: &mut wire::SweepSpec) -> Result<Vec<WorkSpec>, ConvertError> {
    if !spec.work.is_empty() {
        return all(std::mem::take(&mut spec.work));
    }
    let flat = wire::ClassifyWork {
        models: std::mem::take(&mut spec.models),
        sizes: std::mem::take(&mut spec.sizes),
        batches: std::mem::take(&mut spec.batches),
        image_digest: spec.image_digest.take(),
        weights: std::mem::take(&mut spec.weights),
    };
    let ClassifyWork { models, sizes, batches, image, weights } = flat.try_into()?;
    Ok(FlatWork { models, sizes, batches, matmul: std::mem::take(&mut spec.matmul), image, weights }.into_work())
}

impl TryFrom<wire::SweepSpec> for SweepSpec {
    type Error = ConvertError;

    fn try_from(mut spec: wire::SweepSpec) -> Result<Self, ConvertError> {
        Ok(Self {
            work: work(&mut spec)?,
            name: spec.name,
            devices: all_parsed("spec.devices", &spec.devices)?,
            threads: each(spec.threads),
            precisions: all_enumerated::<wire::Precision, _>("spec.precisions", spec.precisions)?,
            engines: all_enumerated::<wire::Engine, _>("spec.engines", spec.engines)?,
            measuring: spec.measuring.ok_or(ConvertError::Missing { field: "spec.measuring" })?.into(),
            machines: spec.machines,
            labels: spec.labels.into_iter().collect(),
            seed: spec.seed,
            exact: spec.exact,
            streams: if spec.streams.is_empty() { vec![1] } else { spec.streams },
            budget_ms: spec.budget_ms,
            calibration: spec.calibration,
        })
    }
}

impl From<Running> for wire::Running {
    fn from(running: Running) -> Self {
        Self {
            machine: running.machine,
            device: running.device.to_string(),
            task: Some(running.task.into()),
            state: wire::JobState::from(running.state).into(),
            progress: running.progress.map(Into::into),
            simulated: running.simulated,
        }
    }
}

impl TryFrom<wire::Running> for Running {
    type Error = ConvertError;

    fn try_from(running: wire::Running) -> Result<Self, ConvertError> {
        Ok(Self {
            machine: running.machine,
            device: parsed("running.device", &running.device)?,
            task: required("running.task", running.task)?,
            state: enumerated::<wire::JobState, _>("running.state", running.state)?,
            progress: optional(running.progress)?,
            simulated: running.simulated,
        })
    }
}

impl From<SweepStatus> for wire::SweepStatus {
    fn from(status: SweepStatus) -> Self {
        let count = |(state, count)| wire::JobCount { state: wire::JobState::from(state).into(), count };
        Self {
            id: status.id.to_string(),
            spec: Some(status.spec.into()),
            created_ms: status.created_ms,
            jobs: status.jobs.into_iter().map(count).collect(),
            machines: status.machines,
            done: status.done,
            seconds_left: status.seconds_left,
            running: each(status.running),
            away: each(status.away),
        }
    }
}

impl TryFrom<wire::SweepStatus> for SweepStatus {
    type Error = ConvertError;

    fn try_from(status: wire::SweepStatus) -> Result<Self, ConvertError> {
        let count =
            |count: wire::JobCount| Ok((enumerated::<wire::JobState, _>("jobs.state", count.state)?, count.count));
        Ok(Self {
            id: parsed("status.id", &status.id)?,
            spec: required("status.spec", status.spec)?,
            created_ms: status.created_ms,
            jobs: status.jobs.into_iter().map(count).collect::<Result<_, ConvertError>>()?,
            machines: status.machines,
            done: share("status.done", status.done)?,
            seconds_left: status.seconds_left,
            running: all(status.running)?,
            away: status.away.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<Away> for wire::Away {
    fn from(Away { machine, cells, since_ms }: Away) -> Self {
        Self { machine, cells, since_ms }
    }
}

impl From<wire::Away> for Away {
    fn from(wire::Away { machine, cells, since_ms }: wire::Away) -> Self {
        Self { machine, cells, since_ms }
    }
}

impl From<PlannedCell> for wire::PlannedCell {
    fn from(cell: PlannedCell) -> Self {
        Self {
            machine: cell.machine,
            workload: Some(cell.workload.into()),
            device: cell.device.to_string(),
            seconds: cell.seconds,
            refused: cell.refused.map(Into::into),
            simulated: cell.simulated,
            calibrated: cell.calibrated,
        }
    }
}

impl TryFrom<wire::PlannedCell> for PlannedCell {
    type Error = ConvertError;

    fn try_from(cell: wire::PlannedCell) -> Result<Self, ConvertError> {
        Ok(Self {
            machine: cell.machine,
            workload: required("cell.workload", cell.workload)?,
            device: parsed("cell.device", &cell.device)?,
            seconds: cell.seconds,
            refused: optional(cell.refused)?,
            simulated: cell.simulated,
            calibrated: cell.calibrated,
        })
    }
}

impl From<PlannedSweep> for wire::PlanSweepResponse {
    fn from(plan: PlannedSweep) -> Self {
        Self {
            cells: each(plan.cells),
            offline: plan.offline,
            dropped: each(plan.dropped),
            core: each(plan.core),
            budget_ms: plan.budget_ms,
        }
    }
}

impl TryFrom<wire::PlanSweepResponse> for PlannedSweep {
    type Error = ConvertError;

    fn try_from(plan: wire::PlanSweepResponse) -> Result<Self, ConvertError> {
        Ok(Self {
            budget_ms: plan.budget_ms,
            cells: all(plan.cells)?,
            dropped: all(plan.dropped)?,
            core: all(plan.core)?,
            offline: plan.offline,
        })
    }
}
