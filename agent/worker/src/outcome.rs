//! What a task gives, before the job makes a measurement of it.

use cotejo_model::measurement::{Answer, EnginePlan, Input, Stages};

use crate::gpu::Gpu;
use crate::measure::Times;

/// Times, and what only some tasks or engines have.
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
