//! How long the GPU takes for something, by the host's clock or its own.

use std::time::{Duration, Instant};

use cudarc::driver::CudaEvent;
use cudarc::driver::sys::CUevent_flags;

use crate::device::Device;
use crate::error::{During as _, Result};

/// Launches in a round, so that waiting for the end weighs little, and rounds.
const LAUNCHES: u32 = 4;
const ROUNDS: u32 = 3;

/// The shortest mean time of a launch over a few rounds, after one launch that is not counted.
pub(crate) fn time(device: &Device, launch: impl Fn() -> Result<()>) -> Result<Duration> {
    launch()?;
    device.synchronize()?;
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..LAUNCHES {
            launch()?;
        }
        device.synchronize()?;
        best = best.min(start.elapsed() / LAUNCHES);
    }
    Ok(best)
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
