//! How long the GPU takes for something, by the host's clock.

use std::time::{Duration, Instant};

use crate::device::Device;
use crate::error::Result;

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
