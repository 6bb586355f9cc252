//! Measures a classifier: from image and weights to times and answers, on any engine and device.

use cotejo_cpu::{Options, Step, Streams};
use cotejo_model::frames::Request;
use cotejo_model::job::Weights;
use cotejo_model::measurement::{CompiledFor, EnginePlan, LayerAlgorithm, Stages};
use cotejo_model::measuring::LARGEST_CHECKED;
use cotejo_model::{DeviceId, Engine as Kind, Reason};

use crate::engine::{Classify, Engine, check_logits, instruction_set, refused, tensors};
use crate::gpu::{self, Gpu};
use crate::measure::{Report, measured};
use crate::models::CLASSES;
use crate::outcome::Outcome;
use crate::prepared::Prepared;
use crate::preprocess::Input;
use crate::reference::Reference;
use crate::{agreement, compiled, host, internal, labels};

/// Prepares the input, measures the engine, and checks its answer against the reference.
pub(crate) fn classify(
    request: &Request,
    task: Classify,
    threads: usize,
    report: &mut Report<'_>,
) -> Result<Outcome, Reason> {
    let prepared = Prepared::new(request, task)?;
    let input = &prepared.input;
    let (device, workload) = (request.job.device, &request.job.workload);
    let opened = gpu::open_for(device, workload)?;
    let load = || -> Result<Box<dyn Engine + '_>, Reason> {
        match (&opened, workload.engine) {
            (Some(gpu), _) => gpu::classifier(request, task, gpu, input),
            (None, Kind::Reference) => Ok(Box::new(Reference::new(request, task.model, input)?)),
            (None, Kind::Optimized) => Ok(Box::new(Compiled::new(request, task, threads, input)?)),
        }
    };
    let measured = measured(&request.job.measuring, load, report)?;
    // Read before the check, which may need more memory than the engine that was measured.
    let peak_memory_bytes = host::peak_memory();
    let is_reference = device == DeviceId::Cpu && workload.engine == Kind::Reference;
    let logit_error = if is_reference || task.size > LARGEST_CHECKED {
        None
    } else {
        Some(agreement::check(request, task, input, &measured.logits)?)
    };
    let Stages { decode_ns, preprocess_ns, .. } = prepared.stages;
    Ok(Outcome {
        times: measured.times,
        stages: Stages { decode_ns, preprocess_ns, ..measured.stages },
        input: Some(prepared.source),
        answers: labels::top(&measured.logits, matches!(request.job.weights, Weights::File { .. })),
        plan: measured.plan,
        logit_error,
        peak_memory_bytes,
        gpu: opened.as_ref().map(|opened| Gpu::of(&opened.device)),
    })
}

/// A classifier on the CPU's optimized engine, in one or more streams.
struct Compiled {
    streams: Streams,
    plan: EnginePlan,
}

impl Compiled {
    /// Compiles the plans; what they are made from is freed before they run.
    fn new(request: &Request, task: Classify, threads: usize, input: &Input) -> Result<Self, Reason> {
        let workload = &request.job.workload;
        let network = compiled::network(task.model, &tensors(request, task.model)?).map_err(internal)?;
        let size = task.size as usize;
        let instruction_set = instruction_set()?;
        let exact = workload.exact;
        let options =
            Options { images: task.batch as usize, height: size, width: size, threads, instruction_set, exact };
        let streams =
            Streams::compile(network, options, workload.streams as usize, input.values.clone()).map_err(refused)?;
        let layer = |step: &Step| LayerAlgorithm { layer: step.layer.clone(), algorithm: step.algorithm.clone() };
        let layers = streams.steps().iter().map(layer).collect();
        let instruction_set = CompiledFor::Instructions(instruction_set.to_string());
        Ok(Self { streams, plan: EnginePlan { instruction_set, layers } })
    }
}

impl Engine for Compiled {
    fn run(&mut self) -> Result<(), Reason> {
        self.streams.forward();
        Ok(())
    }

    fn check(&mut self) -> Result<(), Reason> {
        (0..self.streams.count()).try_for_each(|stream| check_logits(&self.streams.logits(stream)))
    }

    fn logits(&mut self) -> Result<Vec<f32>, Reason> {
        let mut logits = self.streams.logits(0);
        logits.truncate(CLASSES);
        Ok(logits)
    }

    fn plan(&self) -> Option<EnginePlan> {
        Some(self.plan.clone())
    }
}
