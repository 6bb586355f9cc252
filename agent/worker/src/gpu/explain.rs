//! How the engine computes a classifier on a GPU, layer by layer.

use cotejo_cuda::Peak;
use cotejo_model::Reason;
use cotejo_model::explain::{ExplainedLayer, Explanation};
use cotejo_model::frames::{Phase, Progress, Request};

use super::classify::{laid_out, plan};
use super::{failure, open, precision};
use crate::BUILD;
use crate::engine::{Classify, median, timed};
use crate::measure::Report;
use crate::prepared::Prepared;

/// Forward passes of which the median is taken, after the same number of warm-up passes.
const RUNS: usize = 51;

/// Compiles the workload and times its layers.
pub(crate) fn explain(
    request: &Request,
    task: Classify,
    index: u32,
    report: &mut Report<'_>,
) -> Result<Explanation, Reason> {
    let workload = request.job.workload;
    let device = open(index, &workload)?;
    let input = Prepared::new(request, task)?.input;
    let plan = plan(request, task, &device, &input.values)?;
    report(Progress { phase: Phase::WarmUp, done: 0.3 })?;
    let peak = Peak::measure(&device, precision(workload.precision)).map_err(failure)?;
    report(Progress { phase: Phase::Sample, done: 0.6 })?;
    let mut forwards = Vec::with_capacity(2 * RUNS);
    for _ in 0..2 * RUNS {
        forwards.push(timed(|| plan.forward().map_err(failure))?.1);
    }
    report(Progress { phase: Phase::Sample, done: 0.8 })?;
    let times = plan.layer_times().map_err(failure)?;
    let count = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let layer = |(step, time): (cotejo_cuda::Step, std::time::Duration)| ExplainedLayer {
        layer: step.layer,
        algorithm: step.algorithm,
        output: step.output.map(count),
        flop: step.flop,
        ns: u64::try_from(time.as_nanos()).unwrap_or(u64::MAX),
    };
    Ok(Explanation {
        workload,
        device_name: device.facts().name.clone(),
        build: BUILD.to_owned(),
        instruction_set: laid_out(&plan, &device),
        threads: None,
        peak_flops: peak.flops,
        copy_bytes_per_s: peak.copy_bytes_per_s,
        forward_ns: median(forwards.split_off(RUNS)),
        layers: plan.steps().into_iter().zip(times).map(layer).collect(),
        background_load: None,
    })
}
