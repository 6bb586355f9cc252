//! How long the GPU takes for something, by the host's clock or its own.

use std::time::{Duration, Instant};

use cudarc::driver::CudaEvent;
use cudarc::driver::sys::CUevent_flags;

use crate::device::Device;
use crate::error::{During as _, Result};

/// A round lasts about so long, so that waiting for its end weighs little.
const ROUND: Duration = Duration::from_micros(400);
/// What takes so long need not be repeated: beside it, asking for it and waiting weigh nothing.
const LONG: Duration = Duration::from_millis(2);
/// Launches in a round at most, and rounds.
const MOST_LAUNCHES: u128 = 32;
const ROUNDS: u32 = 3;

/// The shortest mean time of a launch over a few rounds, after two launches that are not counted.
///
/// A round is one graph, so that what is timed is the GPU's work, as it is in a plan, and not how long the host takes to
/// ask for it: at batch 1 that is often longer. What cannot be captured is launched one by one.
pub(crate) fn time(device: &Device, launch: impl Fn() -> Result<()>) -> Result<Duration> {
    launch()?;
    device.synchronize()?;
    let once = timed(device, &launch)?;
    if once >= LONG {
        return Ok(once.min(timed(device, &launch)?));
    }
    let launches = ROUND.as_nanos().div_ceil(once.as_nanos().max(1)).clamp(1, MOST_LAUNCHES);
    #[allow(clippy::cast_possible_truncation, reason = "a few")]
    let launches = launches as u32;
    let round = || (0..launches).try_for_each(|_| launch());
    let shortest = match device.capture(round)? {
        Some(graph) => shortest(device, || graph.launch().during("launching a graph")),
        None => shortest(device, round),
    }?;
    Ok(shortest / launches)
}

/// The shortest time of a few, after one that is not counted.
pub(crate) fn shortest(device: &Device, launch: impl Fn() -> Result<()>) -> Result<Duration> {
    timed(device, &launch)?;
    (0..ROUNDS).try_fold(Duration::MAX, |best, _| Ok(best.min(timed(device, &launch)?)))
}

/// From an idle GPU to an idle GPU, by the host's clock.
fn timed(device: &Device, launch: impl Fn() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    launch()?;
    device.synchronize()?;
    Ok(start.elapsed())
}

/// Has the GPU note the time when it comes to this point.
pub(crate) fn mark(device: &Device) -> Result<CudaEvent> {
    device.stream.record_event(Some(CUevent_flags::CU_EVENT_DEFAULT)).during("marking a time")
}

/// The time between two such points, of which the GPU has passed the second.
pub(crate) fn between(from: &CudaEvent, to: &CudaEvent) -> Result<Duration> {
    let milliseconds = from.elapsed_ms(to).during("reading the GPU's clock")?;
    Ok(Duration::from_secs_f64(f64::from(milliseconds.max(0.0)) / 1000.0))
}
