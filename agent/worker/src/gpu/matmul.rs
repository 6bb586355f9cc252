//! Matrix products on a GPU.

use std::cell::{Cell, RefCell};

use cotejo_cuda::Product;
use cotejo_model::measurement::Stages;
use cotejo_model::{Engine, JobSpec, Reason};

use super::classify::median_ns;
use super::{Gpu, event_times, failure, open, precision, reference};
use crate::classify::timed;
use crate::host;
use crate::matmul::{LEFT, RIGHT, check, factor};
use crate::measure::{Report, Times, measure};
use crate::outcome::Outcome;

/// Measures on the GPU with this index, by the engine that the job asks for.
pub(crate) fn multiply(job: &JobSpec, size: usize, index: u32, report: &mut Report<'_>) -> Result<Outcome, Reason> {
    let device = open(index, &job.workload)?;
    let (times, stages) = match job.workload.engine {
        Engine::Optimized => optimized(job, size, &device, report)?,
        Engine::Reference => reference::multiply(job, size, &device, index, report)?,
    };
    Ok(Outcome {
        times,
        stages,
        input: None,
        answers: Vec::new(),
        plan: None,
        logit_error: None,
        peak_memory_bytes: host::peak_memory(),
        gpu: Some(Gpu::of(&device)),
    })
}

fn optimized(
    job: &JobSpec,
    size: usize,
    device: &cotejo_cuda::Device,
    report: &mut Report<'_>,
) -> Result<(Times<()>, Stages), Reason> {
    let (product, load_ns) = timed(|| {
        let precision = precision(job.workload.precision);
        Product::new(device, size, precision, &factor(LEFT, size), &factor(RIGHT, size)).map_err(failure)
    })?;
    let product = RefCell::new(product);
    let verify = || {
        let found = product.borrow().download().map_err(failure)?;
        check(size, job.workload.precision, |row, column| Ok(found[row * size + column]))
    };
    // A whole matrix takes longer to copy than to compute: the first product is looked at here, the last one below.
    let seen = Cell::new(false);
    let check_first = |(): &()| if seen.replace(true) { Ok(()) } else { verify() };
    let times = measure(&job.measuring, || product.borrow().compute().map_err(failure), check_first, report)?;
    verify()?;
    let upload_ns = median_ns(|| product.borrow_mut().upload().map_err(failure))?;
    let download_ns = median_ns(|| product.borrow().download().map(|_| ()).map_err(failure))?;
    let events = product.borrow_mut().event_times().map_err(failure)?.map(event_times);
    let stages =
        Stages { load_ns, upload_ns: Some(upload_ns), download_ns: Some(download_ns), events, ..Stages::default() };
    Ok((times, stages))
}
