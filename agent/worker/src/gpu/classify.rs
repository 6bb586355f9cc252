//! A classifier on a GPU.

use std::cell::RefCell;

use cotejo_cuda::{Device, Options, Plan};
use cotejo_model::frames::Request;
use cotejo_model::measurement::{CompiledFor, EnginePlan, LayerAlgorithm, Stages};
use cotejo_model::{Engine, Reason};

use super::{Gpu, capability, event_times, failure, open, precision, reference};
use crate::classify::{Classify, Measured, check_logits, tensors, timed, values};
use crate::measure::{Report, measure};
use crate::models::CLASSES;
use crate::{compiled, internal};

/// Copies whose times are taken after the samples; their medians are the stages' times.
const COPIES: usize = 5;

/// Measures on the GPU with this index, by the engine that the job asks for.
pub(crate) fn classify(
    request: &Request,
    task: Classify,
    index: u32,
    input: &candle_core::Tensor,
    report: &mut Report<'_>,
) -> Result<Measured, Reason> {
    let device = open(index, &request.job.workload)?;
    match request.job.workload.engine {
        Engine::Optimized => by_plan(request, task, &device, &values(input)?, report),
        Engine::Reference => reference::classify(request, task, &device, index, input, report),
    }
}

fn by_plan(
    request: &Request,
    task: Classify,
    device: &Device,
    input: &[f32],
    report: &mut Report<'_>,
) -> Result<Measured, Reason> {
    let (plan, load_ns) = timed(|| plan(request, task, device, input))?;
    let described = described(&plan, device);
    let plan = RefCell::new(plan);
    let run = || plan.borrow().forward().map_err(failure);
    let check = |(): &()| check_logits(plan.borrow_mut().download().map_err(failure)?);
    let times = measure(&request.job.measuring, run, check, report)?;
    let mut plan = plan.into_inner();
    let upload_ns = median_ns(|| plan.upload(input).map_err(failure))?;
    let download_ns = median_ns(|| plan.download().map(|_| ()).map_err(failure))?;
    let events = plan.event_times().map_err(failure)?.map(event_times);
    let logits = plan.download().map_err(failure)?[..CLASSES].to_vec();
    let stages =
        Stages { load_ns, upload_ns: Some(upload_ns), download_ns: Some(download_ns), events, ..Stages::default() };
    Ok(Measured { times, logits, stages, plan: Some(described), gpu: Some(Gpu::of(device)) })
}

/// Compiles the network of a task for the device.
pub(super) fn plan<'d>(
    request: &Request,
    task: Classify,
    device: &'d Device,
    input: &[f32],
) -> Result<Plan<'d>, Reason> {
    let network = compiled::network(task.model, &tensors(request, task.model)?).map_err(internal)?;
    let side = task.size as usize;
    let precision = precision(request.job.workload.precision);
    let options = Options { images: task.batch as usize, height: side, width: side, precision };
    Plan::compile(device, &network, options, input).map_err(failure)
}

/// The GPU's generation, and how the plan is laid out and launched.
pub(super) fn laid_out(plan: &Plan<'_>, device: &Device) -> CompiledFor {
    CompiledFor::Gpu {
        compute_capability: capability(device),
        channels_last: plan.is_channels_last(),
        graph: plan.is_graph(),
    }
}

/// How the plan computes, for the record.
fn described(plan: &Plan<'_>, device: &Device) -> EnginePlan {
    let layer = |step: cotejo_cuda::Step| LayerAlgorithm { layer: step.layer, algorithm: step.algorithm };
    EnginePlan { instruction_set: laid_out(plan, device), layers: plan.steps().into_iter().map(layer).collect() }
}

/// The median time of a copy.
pub(super) fn median_ns(mut copy: impl FnMut() -> Result<(), Reason>) -> Result<u64, Reason> {
    let mut times = (0..COPIES).map(|_| Ok(timed(&mut copy)?.1)).collect::<Result<Vec<_>, Reason>>()?;
    times.sort_unstable();
    Ok(times[COPIES / 2])
}
