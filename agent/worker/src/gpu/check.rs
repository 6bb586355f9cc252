//! Whether a GPU works: a small network on it, against the CPU.

use std::time::Instant;

use cotejo_cuda::{Device, Options, Plan, Precision};
use cotejo_model::frames::DeviceCheck;
use cotejo_model::job::WEIGHTS_SEED;
use cotejo_model::reason::{AnswerReason, JobReason};
use cotejo_model::{DeviceId, Model, Reason};

use super::{capability, failure, reference};
use crate::engine::{Engine as _, error_of_logits, finite};
use crate::reference::Reference;
use crate::{compiled, internal, preprocess, weights};

/// Height and width of the input, in pixels: enough for every kind of layer, in half a second.
const SIZE: u32 = 64;
/// The largest difference of a logit, over their root mean square; the same as in a measurement in f32.
const TOLERANCE: f32 = 1e-3;

/// Runs a small classifier, which needs everything of the device that a job does, and compares the answer with the
/// reference engine's on the CPU.
pub(crate) fn check(id: DeviceId) -> Result<DeviceCheck, Reason> {
    let start = Instant::now();
    let DeviceId::Cuda(index) = id else {
        return Err(JobReason::CpuNotChecked.into());
    };
    let device = Device::open(index).map_err(failure)?;
    let free_memory_bytes = device.free_memory_bytes().map_err(failure)?;
    let tensors = weights::random(Model::MobileNetV2, WEIGHTS_SEED).map_err(internal)?;
    let image = preprocess::input(&preprocess::built_in(), SIZE, 1)?;
    let network = compiled::network(Model::MobileNetV2, &tensors).map_err(internal)?;
    let side = SIZE as usize;
    let options = Options { images: 1, height: side, width: side, precision: Precision::F32 };
    let mut plan = Plan::compile(&device, &network, options, &image.values).map_err(failure)?;
    let logits = plan.download().map_err(failure)?;
    let mut expected = Reference::of_weights(Model::MobileNetV2, tensors, &image)?;
    expected.run()?;
    let error = error_of_logits(&expected.logits()?, logits);
    if error.is_nan() || error > TOLERANCE {
        return Err(AnswerReason::DeviceWrong { device: id, error: finite(error) }.into());
    }
    reference::check(&device)?;
    let facts = device.facts();
    Ok(DeviceCheck {
        device: id,
        name: facts.name.clone(),
        compute_capability: Some(capability(&device)),
        memory_bytes: Some(facts.memory_bytes),
        free_memory_bytes: Some(free_memory_bytes),
        cuda: facts.cuda.clone(),
        cudnn: facts.cudnn.clone(),
        precisions: capability(&device).precisions(),
        simulated: false,
        took_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
