//! NVIDIA GPUs: what the driver lists, what the worker finds when it tries each of them, and what only CUDA sees.

use cotejo_model::frames::{DeviceCheck, Offer};
use cotejo_model::gpu::ComputeCapability;
use cotejo_model::{Device, DeviceId, DeviceKind, Reason};

use super::reasons;
use crate::nvidia::{Access, CudaVersion, Described, Inventory, Nvidia, NvmlError};
use crate::workers::{Offers, Workers};

/// More GPUs than this are not looked for where no driver counts them.
const UNCOUNTED: u32 = 16;

/// A GPU of this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Gpu {
    /// Its number in CUDA.
    pub index: u32,
    /// The product's name.
    pub name: String,
    /// Its memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// Its generation.
    pub compute_capability: Option<ComputeCapability>,
    /// What the worker found when it tried it, or why it cannot be used.
    pub check: Result<DeviceCheck, Reason>,
}

/// The GPUs of this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Gpus {
    /// The driver's version, where the driver answers.
    pub driver: Option<String>,
    /// The newest CUDA that the driver serves.
    pub cuda: Option<CudaVersion>,
    /// Every GPU, usable or not.
    pub found: Vec<Gpu>,
    /// Why there is none, if there is none.
    pub none: Option<Reason>,
}

/// Finds the GPUs and has the workers try them, one after another.
pub async fn find(nvidia: &Nvidia, workers: &Workers, offers: &Offers) -> Gpus {
    let offer = offers.of(DeviceKind::Cuda);
    match nvidia.inventory().await {
        Ok(inventory) if !inventory.gpus.is_empty() => listed(inventory, workers, offer.err()).await,
        answer => {
            let why = reasons::none(&answer, reasons::nvidia_hardware());
            let (driver, cuda) = answer.map_or((None, None), |inventory| (inventory.driver, inventory.cuda));
            let (found, refusal) = if offer.is_ok() { unlisted(workers).await } else { (Vec::new(), None) };
            let none = found.is_empty().then(|| reasons::none_with(why, refusal));
            Gpus { driver, cuda, found, none }
        }
    }
}

/// The GPUs that the driver lists. `no_worker` is why no worker could try them.
async fn listed(inventory: Inventory, workers: &Workers, no_worker: Option<Reason>) -> Gpus {
    let Inventory { driver, cuda, gpus, .. } = inventory;
    let mut found = Vec::new();
    for (index, described) in (0..).zip(gpus) {
        let check = match (&described, &no_worker) {
            (Err(error), _) => Err(reasons::lost(index, error)),
            (Ok(Described { access: Some(Access::Prohibited), .. }), _) => Err(reasons::prohibited(index)),
            (Ok(_), Some(failure)) => Err(failure.clone()),
            (Ok(described), None) => match workers.check(DeviceId::Cuda(index)).await {
                Ok(check) => Ok(check),
                Err(failure) => Err(explained(failure, index, described, cuda, workers).await),
            },
        };
        found.push(gpu(index, described, check));
    }
    Gpus { driver, cuda, found, none: None }
}

/// The failure of a check, with what the driver knows of the GPU.
async fn explained(
    failure: Reason,
    index: u32,
    described: &Described,
    driver: Option<CudaVersion>,
    workers: &Workers,
) -> Reason {
    if reasons::may_be_an_old_driver(failure.code()) {
        let libraries = workers.libraries().await.unwrap_or_default();
        if let Some(too_old) = reasons::driver_too_old(driver, &libraries) {
            return too_old;
        }
    }
    reasons::refused(failure, index, described)
}

/// The GPUs that no driver lists: where its management library is missing, as with WSL and Jetson, CUDA may still work.
/// Also gives the refusal that ended the search.
async fn unlisted(workers: &Workers) -> (Vec<Gpu>, Option<Reason>) {
    let mut found = Vec::new();
    for index in 0..UNCOUNTED {
        match workers.check(DeviceId::Cuda(index)).await {
            Err(failure) if !reasons::proves_a_gpu(failure.code()) => return (found, Some(failure)),
            check => found.push(gpu(index, Err(NvmlError::NotFound), check)),
        }
    }
    (found, None)
}

fn gpu(index: u32, described: Result<Described, NvmlError>, check: Result<DeviceCheck, Reason>) -> Gpu {
    let described = described.ok();
    let checked = check.as_ref().ok();
    Gpu {
        index,
        name: described
            .as_ref()
            .map(|gpu| gpu.name.clone())
            .or_else(|| checked.map(|check| check.name.clone()))
            .unwrap_or_else(|| format!("NVIDIA GPU {index}")),
        memory_bytes: described
            .as_ref()
            .and_then(|gpu| gpu.memory_bytes)
            .or_else(|| checked.and_then(|check| check.memory_bytes)),
        compute_capability: described
            .and_then(|gpu| gpu.compute_capability)
            .or_else(|| checked.and_then(|check| check.compute_capability)),
        check,
    }
}

impl Gpu {
    /// The GPU as a device, with what the worker offers on it.
    pub(super) fn device(&self, driver: Option<&String>, offer: Result<&Offer, Reason>) -> Device {
        let usable = self.check.as_ref().map_err(Clone::clone).and_then(|check| Ok((check, offer?)));
        let mut device = Device {
            id: DeviceId::Cuda(self.index),
            name: self.name.clone(),
            memory_bytes: self.memory_bytes,
            driver: driver.cloned(),
            compute_capability: self.compute_capability,
            simulated: self.check.as_ref().is_ok_and(|check| check.simulated),
            engines: Vec::new(),
            precisions: Vec::new(),
            unusable: None,
        };
        match usable {
            Ok((check, offer)) => {
                device.engines.clone_from(&offer.engines);
                let can = |precision: &&_| check.precisions.contains(*precision);
                device.precisions = offer.precisions.iter().filter(can).copied().collect();
            }
            Err(failure) => device.unusable = Some(failure),
        }
        device
    }
}
