//! What a GPU does while a job runs on it.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cotejo_model::frames::{Phase, Progress};
use cotejo_model::gpu::{GpuRecord, GpuState};
use cotejo_model::{DeviceId, Measurement, Precision};
use tokio::sync::Notify;

use super::{Load, Nvidia};

/// Time between two looks at least: each one costs the driver a moment.
const PAUSE: Duration = Duration::from_millis(150);

/// Looks at a GPU before, during and after a job.
#[derive(Debug)]
pub(crate) struct Watch {
    nvidia: Nvidia,
    gpu: u32,
    /// The driver's own number of it.
    number: Option<u32>,
    before: Option<GpuState>,
    /// The worker has just said that it samples.
    samples: Notify,
    seen: Mutex<Seen>,
}

/// What was seen while the worker sampled.
#[derive(Debug, Default)]
struct Seen {
    looks: u32,
    lowest_mhz: Option<u32>,
    highest_mhz: Option<u32>,
    throttle_reasons: Vec<String>,
}

/// What a job's GPU did.
#[derive(Debug)]
pub(crate) struct Watched {
    driver: Option<String>,
    before: Option<GpuState>,
    after: Option<GpuState>,
    clock_ratio: Option<f64>,
    peak_f32_flops: Option<f64>,
}

impl Watch {
    /// The state before the job; none for a device that is no GPU.
    pub(crate) async fn begin(nvidia: &Nvidia, device: DeviceId) -> Option<Self> {
        let DeviceId::Cuda(gpu) = device else { return None };
        let (number, before) = tokio::join!(nvidia.number(gpu), nvidia.state(gpu));
        Some(Self {
            nvidia: nvidia.clone(),
            gpu,
            number,
            before,
            samples: Notify::new(),
            seen: Mutex::new(Seen::default()),
        })
    }

    /// Hears how far the worker is. It reports while it samples, and is silent when it has.
    pub(crate) fn hear(&self, progress: Progress) {
        if progress.phase == Phase::Sample && progress.done < 1.0 {
            self.samples.notify_one();
        }
    }

    /// Looks whenever the worker samples, until this is dropped.
    pub(crate) async fn look(&self) -> Infallible {
        let Some(number) = self.number else { return std::future::pending().await };
        loop {
            self.samples.notified().await;
            if let Some(load) = self.nvidia.load(number).await {
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).add(load);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The state after the job, and what was seen in between.
    pub(crate) async fn end(self) -> Watched {
        let inventory = async { self.nvidia.inventory().await.ok() };
        let (inventory, mut after) = tokio::join!(inventory, self.nvidia.state(self.gpu));
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(after) = &mut after {
            add_new(&mut after.throttle_reasons, seen.throttle_reasons.clone());
        }
        let described = inventory.as_ref().and_then(|inventory| inventory.gpus.get(self.gpu as usize)?.as_ref().ok());
        Watched {
            before: self.before,
            after,
            clock_ratio: seen.clock_ratio(),
            peak_f32_flops: described.and_then(|gpu| gpu.cores_and_mhz).and_then(peak_f32_flops),
            driver: inventory.and_then(|inventory| inventory.driver),
        }
    }
}

impl Seen {
    fn add(&mut self, load: Load) {
        let Some(mhz) = load.clock_mhz.filter(|mhz| *mhz > 0) else { return };
        self.looks += 1;
        self.lowest_mhz = Some(self.lowest_mhz.map_or(mhz, |lowest| lowest.min(mhz)));
        self.highest_mhz = self.highest_mhz.max(Some(mhz));
        add_new(&mut self.throttle_reasons, load.throttle_reasons);
    }

    /// One look tells no change.
    fn clock_ratio(&self) -> Option<f64> {
        let (lowest, highest) = self.lowest_mhz.zip(self.highest_mhz).filter(|_| self.looks > 1)?;
        Some(f64::from(lowest) / f64::from(highest))
    }
}

fn add_new(reasons: &mut Vec<String>, more: Vec<String>) {
    for reason in more {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
}

/// One fused multiply-add a core and cycle: what all CUDA cores do at most, without tensor cores.
fn peak_f32_flops((cores, mhz): (u32, u32)) -> Option<f64> {
    (cores > 0 && mhz > 0).then(|| f64::from(cores) * f64::from(mhz) * 1e6 * 2.0)
}

impl Watched {
    /// Writes into the measurement what the agent knows of its GPU. What the worker knows stays.
    pub(crate) fn complete(self, measurement: &mut Measurement) {
        let record = measurement.gpu.get_or_insert_with(GpuRecord::default);
        if measurement.simulated {
            // The machine's own GPU, if it has one, had no part in it.
            return;
        }
        record.driver = self.driver.or(record.driver.take());
        record.before = self.before;
        record.after = self.after;
        measurement.conditions.clock_ratio = self.clock_ratio;
        if measurement.workload.precision == Precision::F32 {
            measurement.conditions.peak_flops = self.peak_f32_flops;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nvidia::fake;

    fn load(mhz: u32, reasons: &[&str]) -> Load {
        Load { clock_mhz: Some(mhz), throttle_reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect() }
    }

    #[test]
    fn the_ratio_needs_two_looks() {
        let mut seen = Seen::default();
        seen.add(Load::default());
        assert_eq!(seen.clock_ratio(), None);
        seen.add(load(1500, &["sw_power_cap"]));
        assert_eq!(seen.clock_ratio(), None);
        seen.add(load(1200, &["sw_power_cap", "hw_slowdown"]));
        assert_eq!(seen.clock_ratio(), Some(0.8));
        assert_eq!(seen.throttle_reasons, ["sw_power_cap", "hw_slowdown"]);
    }

    #[tokio::test]
    async fn only_sampling_is_looked_at() {
        let mut gpu = fake::gpu("watched");
        gpu.loads = vec![load(2000, &[]), load(1500, &["hw_thermal_slowdown"])];
        let nvidia = fake::driver(vec![gpu], None);
        let watch = Watch::begin(&nvidia, DeviceId::Cuda(0)).await.unwrap();
        let talk = async {
            for (phase, done) in [(Phase::Load, 0.0), (Phase::WarmUp, 0.1), (Phase::Sample, 1.0)] {
                watch.hear(Progress { phase, done });
                tokio::time::sleep(PAUSE * 2).await;
            }
            assert_eq!(watch.seen.lock().unwrap().looks, 0);
            while watch.seen.lock().unwrap().looks < 2 {
                watch.hear(Progress { phase: Phase::Sample, done: 0.5 });
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = talk => {}
            never = watch.look() => match never {},
        }
        let watched = watch.end().await;
        assert_eq!(watched.clock_ratio, Some(0.75));
        assert_eq!(watched.after.unwrap().throttle_reasons, ["hw_thermal_slowdown"]);
        assert!(watched.before.unwrap().throttle_reasons.is_empty());
        assert_eq!(watched.peak_f32_flops, Some(1e9 * 2.0 * 1000.0));
    }

    #[tokio::test]
    async fn without_a_driver_nothing_is_known() {
        assert!(Watch::begin(&fake::absent(), DeviceId::Cpu).await.is_none());
        let watched = Watch::begin(&fake::absent(), DeviceId::Cuda(0)).await.unwrap().end().await;
        assert_eq!((watched.before, watched.after, watched.driver, watched.clock_ratio), (None, None, None, None));
    }
}
