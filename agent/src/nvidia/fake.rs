//! A driver that does what it is told, with GPUs that are not there: for tests of whatever asks a driver.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cotejo_model::gpu::{ComputeCapability, GpuState};

use super::{Access, Described, Driver, Load, Nvidia, NvmlError};

/// A GPU of the driver.
#[derive(Debug, Clone)]
pub struct FakeGpu {
    /// What the driver says of it.
    pub described: Described,
    /// How it is.
    pub state: GpuState,
    /// What each look gives; the last one stays.
    pub loads: Vec<Load>,
    /// It does not answer.
    pub lost: bool,
    /// The newest CUDA of its driver.
    pub cuda: i32,
}

/// A GPU that works.
pub fn gpu(name: &str) -> FakeGpu {
    FakeGpu {
        described: Described {
            name: name.to_owned(),
            uuid: Some(format!("GPU-{name}")),
            memory_bytes: Some(8 << 30),
            compute_capability: Some(ComputeCapability { major: 8, minor: 6 }),
            access: Some(Access::Shared),
            cores_and_mhz: Some((1000, 1000)),
        },
        state: GpuState { clock_mhz: Some(300), temperature_c: Some(40), ..GpuState::default() },
        loads: vec![Load { clock_mhz: Some(1500), throttle_reasons: vec![] }],
        lost: false,
        cuda: 12_040,
    }
}

/// A driver with these GPUs.
#[derive(Debug, Clone)]
pub struct FakeDriver {
    gpus: Vec<FakeGpu>,
    looks: Arc<AtomicUsize>,
}

impl FakeDriver {
    /// A driver of these GPUs, in CUDA's order.
    pub fn new(gpus: Vec<FakeGpu>) -> Self {
        Self { gpus, looks: Arc::default() }
    }

    fn gpu(&self, gpu: u32) -> Result<&FakeGpu, NvmlError> {
        let gpu = self.gpus.get(gpu as usize).ok_or(NvmlError::InvalidArg)?;
        if gpu.lost { Err(NvmlError::GpuLost) } else { Ok(gpu) }
    }
}

impl Driver for FakeDriver {
    fn version(&self) -> Result<String, NvmlError> {
        Ok("550.54".to_owned())
    }

    fn cuda_version(&self) -> Result<i32, NvmlError> {
        self.gpus.first().map(|gpu| gpu.cuda).ok_or(NvmlError::NotFound)
    }

    fn count(&self) -> Result<u32, NvmlError> {
        Ok(self.gpus.len().try_into().expect("a few"))
    }

    fn describe(&self, gpu: u32) -> Result<Described, NvmlError> {
        Ok(self.gpu(gpu)?.described.clone())
    }

    fn state(&self, gpu: u32) -> Result<GpuState, NvmlError> {
        Ok(self.gpu(gpu)?.state.clone())
    }

    fn load(&self, gpu: u32) -> Result<Load, NvmlError> {
        let loads = &self.gpu(gpu)?.loads;
        let look = self.looks.fetch_add(1, Ordering::Relaxed);
        Ok(loads.get(look).or(loads.last()).cloned().unwrap_or_default())
    }
}

/// This machine's driver has these GPUs, and `CUDA_VISIBLE_DEVICES` says this.
pub fn driver(gpus: Vec<FakeGpu>, visible: Option<&str>) -> Nvidia {
    let driver = FakeDriver::new(gpus);
    Nvidia::new(move || Ok(Arc::new(driver.clone())), visible.map(str::to_owned))
}

/// This machine has no driver.
pub fn absent() -> Nvidia {
    Nvidia::new(|| Err(NvmlError::LibraryNotFound), None)
}
