//! A classifier on a GPU.

use std::sync::Arc;

use cotejo_cuda::{Device, Options, Plan};
use cotejo_model::Reason;
use cotejo_model::frames::Request;
use cotejo_model::measurement::{CompiledFor, EnginePlan, LayerAlgorithm};

use super::copies::{event_times, median_ns};
use super::{capability, failure, precision};
use crate::engine::{Classify, Copies, Engine, check_logits, tensors};
use crate::models::CLASSES;
use crate::preprocess::Input;
use crate::{compiled, internal};

/// A classifier on a GPU's optimized engine.
pub(super) struct Classifier<'d> {
    plan: Plan<'d>,
    device: &'d Device,
    input: Arc<[f32]>,
}

impl<'d> Classifier<'d> {
    pub(super) fn new(request: &Request, task: Classify, device: &'d Device, input: &Input) -> Result<Self, Reason> {
        let plan = plan(request, task, device, &input.values)?;
        Ok(Self { plan, device, input: Arc::clone(&input.values) })
    }
}

impl Engine for Classifier<'_> {
    fn run(&mut self) -> Result<(), Reason> {
        self.plan.forward().map_err(failure)
    }

    fn check(&mut self) -> Result<(), Reason> {
        check_logits(self.plan.download().map_err(failure)?)
    }

    fn copies(&mut self) -> Result<Option<Copies>, Reason> {
        let upload_ns = median_ns(|| self.plan.upload(&self.input).map_err(failure))?;
        let download_ns = median_ns(|| self.plan.download().map(|_| ()).map_err(failure))?;
        let events = self.plan.event_times().map_err(failure)?.map(event_times);
        Ok(Some(Copies { upload_ns, download_ns, events }))
    }

    fn logits(&mut self) -> Result<Vec<f32>, Reason> {
        Ok(self.plan.download().map_err(failure)?[..CLASSES].to_vec())
    }

    fn plan(&self) -> Option<EnginePlan> {
        let layer = |step: cotejo_cuda::Step| LayerAlgorithm { layer: step.layer, algorithm: step.algorithm };
        let layers = self.plan.steps().into_iter().map(layer).collect();
        Some(EnginePlan { instruction_set: laid_out(&self.plan, self.device), layers })
    }
}

/// Compiles the task's network for the device.
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
