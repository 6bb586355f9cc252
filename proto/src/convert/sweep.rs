//! Sweeps, as people ask for and follow them.

use cotejo_model::SweepSpec;
use cotejo_model::sweep::{PlannedCell, PlannedSweep, Running, SweepStatus};

use super::{
    ConvertError, all, all_enumerated, all_parsed, each, enumerated, numbers, optional, parsed, required, share,
};
use crate::v1 as wire;

impl From<SweepSpec> for wire::SweepSpec {
    fn from(spec: SweepSpec) -> Self {
        let weights = spec.weights.into_iter().map(|(model, digest)| wire::ModelWeights {
            model: wire::Model::from(model).into(),
            file_digest: digest.to_string(),
        });
        Self {
            name: spec.name,
            models: numbers::<wire::Model, _>(spec.models),
            sizes: spec.sizes,
            batches: spec.batches,
            matmul: spec.matmul,
            devices: spec.devices.iter().map(ToString::to_string).collect(),
            threads: each(spec.threads),
            precisions: numbers::<wire::Precision, _>(spec.precisions),
            engines: numbers::<wire::Engine, _>(spec.engines),
            image_digest: spec.image.map(|digest| digest.to_string()),
            weights: weights.collect(),
            measuring: Some(spec.measuring.into()),
            machines: spec.machines,
            labels: spec.labels.into_iter().collect(),
            seed: spec.seed,
            exact: spec.exact,
            streams: spec.streams,
            budget_ms: spec.budget_ms,
            calibration: spec.calibration,
        }
    }
}

impl TryFrom<wire::SweepSpec> for SweepSpec {
    type Error = ConvertError;

    fn try_from(spec: wire::SweepSpec) -> Result<Self, ConvertError> {
        let weights = spec.weights.into_iter().map(|weights| {
            let model = enumerated::<wire::Model, _>("weights.model", weights.model)?;
            Ok((model, parsed("weights.file_digest", &weights.file_digest)?))
        });
        let image = spec.image_digest.as_deref();
        Ok(Self {
            name: spec.name,
            models: all_enumerated::<wire::Model, _>("spec.models", spec.models)?,
            sizes: spec.sizes,
            batches: spec.batches,
            matmul: spec.matmul,
            devices: all_parsed("spec.devices", &spec.devices)?,
            threads: each(spec.threads),
            precisions: all_enumerated::<wire::Precision, _>("spec.precisions", spec.precisions)?,
            engines: all_enumerated::<wire::Engine, _>("spec.engines", spec.engines)?,
            image: image.map(|digest| parsed("spec.image_digest", digest)).transpose()?,
            weights: weights.collect::<Result<_, ConvertError>>()?,
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
        })
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
