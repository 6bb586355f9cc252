//! The result of a task, from which the job makes a measurement.

use cotejo_model::measurement::{Answer, EnginePlan, Input, Stages};

use crate::gpu::Gpu;
use crate::measure::Times;

/// Times, and facts that only some tasks or engines have.
pub(crate) struct Outcome {
    pub(crate) times: Times,
    pub(crate) stages: Stages,
    pub(crate) input: Option<Input>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) plan: Option<EnginePlan>,
    pub(crate) logit_error: Option<f32>,
    pub(crate) peak_memory_bytes: Option<u64>,
    pub(crate) gpu: Option<Gpu>,
}
