//! How the optimized engine computes a workload on this machine, layer by layer.

use cotejo_cpu::{Options, Peak, Plan};
use cotejo_model::explain::{ExplainedLayer, Explanation};
use cotejo_model::frames::{Phase, Progress, Request};
use cotejo_model::measurement::CompiledFor;
use cotejo_model::reason::JobReason;
use cotejo_model::{DeviceId, Engine, Reason, Task};

use crate::engine::{Classify, instruction_set, median, refused, tensors, timed};
use crate::measure::Report;
use crate::prepared::Prepared;
use crate::{BUILD, compiled, host, internal, job};

/// Forward passes of which medians are taken: at least this many, for about this long.
const RUNS: usize = 11;
const ENOUGH_NS: u64 = 1_500_000_000;
/// Forward passes before them.
const WARM_UP: usize = 3;

/// Compiles the workload and times its layers.
pub(crate) fn explain(request: &Request, report: &mut Report<'_>) -> Result<Explanation, Reason> {
    job::check(&request.job)?;
    let workload = request.job.workload;
    let (Engine::Optimized, Task::Classify { model, size, batch }, 1) =
        (workload.engine, workload.task, workload.streams)
    else {
        return Err(JobReason::NotExplained.into());
    };
    report(Progress { phase: Phase::Load, done: 0.0 })?;
    if let DeviceId::Cuda(index) = request.job.device {
        return crate::gpu::explain(request, Classify { model, size, batch }, index, report);
    }
    let threads = host::thread_count(workload.threads);
    let input = Prepared::new(request, Classify { model, size, batch })?.input.values;
    let network = compiled::network(model, &tensors(request, model)?).map_err(internal)?;
    let (instruction_set, size) = (instruction_set()?, size as usize);
    let options =
        Options { images: batch as usize, height: size, width: size, threads, instruction_set, exact: workload.exact };
    let mut plan = Plan::compile(&network, options).map_err(refused)?;
    drop(network);
    report(Progress { phase: Phase::WarmUp, done: 0.2 })?;
    let peak = Peak::measure(instruction_set, threads);
    let (forward_ns, layer_ns) = times(&mut plan, &input, report)?;
    let count = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let layer = |(step, ns): (&cotejo_cpu::Step, u64)| ExplainedLayer {
        layer: step.layer.clone(),
        algorithm: step.algorithm.clone(),
        output: step.output.map(count),
        flop: step.flop,
        ns,
    };
    Ok(Explanation {
        workload,
        device_name: host::cpu_name(),
        build: BUILD.to_owned(),
        instruction_set: CompiledFor::Instructions(instruction_set.to_string()),
        threads: Some(count(threads)),
        peak_flops: peak.flops,
        copy_bytes_per_s: peak.copy_bytes_per_s,
        forward_ns,
        layers: plan.steps().iter().zip(layer_ns).map(layer).collect(),
        background_load: None,
    })
}

/// The median times of forward passes and of each of their layers, in nanoseconds.
fn times(plan: &mut Plan, input: &[f32], report: &mut Report<'_>) -> Result<(u64, Vec<u64>), Reason> {
    let mut logits = vec![0.0; plan.options().images * plan.classes()];
    for _ in 0..WARM_UP {
        plan.forward(input, &mut logits);
    }
    report(Progress { phase: Phase::Sample, done: 0.4 })?;
    let mut forwards = Vec::new();
    while forwards.len() < RUNS || forwards.iter().sum::<u64>() < ENOUGH_NS / 2 {
        let run = || {
            plan.forward(input, &mut logits);
            Ok(())
        };
        forwards.push(timed(run)?.1);
    }
    report(Progress { phase: Phase::Sample, done: 0.7 })?;
    let mut layers = vec![Vec::with_capacity(forwards.len()); plan.steps().len()];
    for _ in 0..forwards.len() {
        for (times, time) in layers.iter_mut().zip(plan.forward_timed(input, &mut logits)) {
            times.push(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        }
    }
    Ok((median(forwards), layers.into_iter().map(median).collect()))
}
