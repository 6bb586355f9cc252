//! What this machine is, and what it can measure.

mod gpu;
mod host;
pub(crate) mod power;

use std::time::Duration;

use cotejo_model::frames::{Description, Offer};
use cotejo_model::{Capability, Device, DeviceId, DeviceKind, Failure, FailureCode};

use crate::conditions::Monitor;
use crate::worker::WorkerCommand;
use gpu::Gpu;
use host::Host;

pub(crate) use host::host_name;

/// Cores of this machine, as far as this process may use them.
pub fn physical_cores() -> u32 {
    Host::find().cpu.physical_cores
}

/// How long to look at what other processes do.
const LOAD_WINDOW: Duration = Duration::from_millis(300);

/// Looks at the machine, and asks the worker what it offers. Takes a fraction of a second.
pub async fn probe(worker: &WorkerCommand, monitor: &Monitor) -> Capability {
    // Alone, so that the load of what follows is not taken for that of others.
    tokio::time::sleep(LOAD_WINDOW).await;
    let surroundings = monitor.look();
    let (description, host, gpus) = tokio::join!(
        worker.describe(),
        tokio::task::spawn_blocking(Host::find),
        tokio::task::spawn_blocking(|| gpu::find(gpu::driver())),
    );
    let host = host.expect("looking at the host does not panic");
    let gpus = gpus.expect("looking for GPUs does not panic");
    Capability {
        devices: devices(&host, gpus.found, &description),
        no_gpu: gpus.none_because,
        hostname: host.hostname,
        os: host.os,
        arch: std::env::consts::ARCH.to_owned(),
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        cpu: host.cpu,
        memory_bytes: host.memory_bytes,
        power: surroundings.power,
        background_load: surroundings.background_load,
    }
}

/// The processors and every GPU, each with what the worker offers on it or why it cannot be used.
fn devices(host: &Host, gpus: Vec<Gpu>, description: &Result<Description, Failure>) -> Vec<Device> {
    let cpu = Device {
        id: DeviceId::Cpu,
        name: host.cpu.name.clone(),
        memory_bytes: Some(host.memory_bytes),
        driver: None,
        compute_capability: None,
        simulated: false,
        engines: Vec::new(),
        precisions: Vec::new(),
        unusable: None,
    };
    let gpus = gpus.into_iter().map(|gpu| Device {
        id: DeviceId::Cuda(gpu.index),
        name: gpu.name,
        memory_bytes: gpu.memory_bytes,
        driver: gpu.driver,
        compute_capability: None,
        simulated: false,
        engines: Vec::new(),
        precisions: Vec::new(),
        unusable: gpu.unusable,
    });
    std::iter::once(cpu).chain(gpus).map(|device| equipped(device, description)).collect()
}

/// The device with the worker's offer for it.
fn equipped(device: Device, description: &Result<Description, Failure>) -> Device {
    let kind = device.id.kind();
    let offer = match description {
        Ok(description) => description.devices.iter().find(|offer| offer.kind == kind).ok_or_else(|| not_built(kind)),
        Err(failure) => Err(failure.clone()),
    };
    match offer {
        Ok(Offer { engines, precisions, .. }) => {
            Device { engines: engines.clone(), precisions: precisions.clone(), ..device }
        }
        Err(failure) => Device { unusable: device.unusable.or(Some(failure)), ..device },
    }
}

fn not_built(kind: DeviceKind) -> Failure {
    let (name, edition) = match kind {
        DeviceKind::Cpu => ("CPU", "a CPU"),
        DeviceKind::Cuda => ("CUDA", "the CUDA"),
    };
    Failure::new(FailureCode::DeviceUnavailable, format!("this worker was built without {name} support"))
        .with_remedy(format!("install {edition} build of the Cotejo worker"))
}

#[cfg(test)]
mod tests {
    use cotejo_model::machine::Cpu;
    use cotejo_model::{Engine, Precision};

    use super::*;

    fn host() -> Host {
        Host {
            hostname: "pc".to_owned(),
            os: "Linux".to_owned(),
            cpu: Cpu {
                name: "Some CPU".to_owned(),
                physical_cores: 2,
                logical_cores: 4,
                simd: Vec::new(),
                max_mhz: None,
            },
            memory_bytes: 1 << 33,
        }
    }

    fn gpu() -> Gpu {
        Gpu {
            index: 0,
            name: "Some GPU".to_owned(),
            memory_bytes: Some(1 << 33),
            driver: Some("550".to_owned()),
            unusable: None,
        }
    }

    fn description(kinds: &[DeviceKind]) -> Description {
        let offer = |kind: &DeviceKind| Offer {
            kind: *kind,
            engines: vec![Engine::Reference],
            precisions: vec![Precision::F32],
        };
        Description { build: "worker".to_owned(), devices: kinds.iter().map(offer).collect() }
    }

    #[test]
    fn devices_have_what_the_worker_offers() {
        let all = devices(&host(), vec![gpu()], &Ok(description(&[DeviceKind::Cpu, DeviceKind::Cuda])));
        assert_eq!(all.iter().map(|device| device.id).collect::<Vec<_>>(), [DeviceId::Cpu, DeviceId::Cuda(0)]);
        for device in all {
            assert_eq!((device.engines, device.unusable), (vec![Engine::Reference], None), "{}", device.id);
        }
    }

    #[test]
    fn a_gpu_that_the_worker_cannot_use_says_why() {
        let all = devices(&host(), vec![gpu()], &Ok(description(&[DeviceKind::Cpu])));
        assert_eq!(all[0].unusable, None);
        let failure = all[1].unusable.as_ref().unwrap();
        assert_eq!(failure.code, FailureCode::DeviceUnavailable);
        assert_eq!(failure.message, "this worker was built without CUDA support");
        assert!(!failure.remedy.is_empty());
    }

    #[test]
    fn a_gpu_of_its_own_failure_keeps_it() {
        let broken = Failure::new(FailureCode::DeviceUnavailable, "fell off the bus");
        let gpu = Gpu { unusable: Some(broken.clone()), ..gpu() };
        assert_eq!(devices(&host(), vec![gpu], &Ok(description(&[])))[1].unusable, Some(broken));
    }

    #[test]
    fn without_a_worker_nothing_can_be_used() {
        let missing = WorkerCommand::from(std::path::PathBuf::from("nowhere")).missing("not found");
        for device in devices(&host(), vec![gpu()], &Err(missing.clone())) {
            assert_eq!(device.unusable, Some(missing.clone()));
        }
    }

    #[tokio::test]
    async fn this_machine_is_described() {
        let worker = WorkerCommand::from(std::path::PathBuf::from("no-worker-here"));
        let found = probe(&worker, &Monitor::new()).await;
        assert!(!found.hostname.is_empty() && !found.os.is_empty() && !found.cpu.name.is_empty());
        assert!(found.cpu.physical_cores >= 1 && found.cpu.logical_cores >= found.cpu.physical_cores);
        assert!(found.memory_bytes > 1 << 20);
        assert!(found.background_load.is_none_or(|load| (0.0..=1.0).contains(&load)));
        assert_eq!(found.devices[0].id, DeviceId::Cpu);
        assert_eq!(found.devices[0].unusable.as_ref().unwrap().code, FailureCode::WorkerMissing);
        assert_eq!(found.no_gpu.is_some(), found.devices.len() == 1);
    }
}
