//! What this machine is, and what it can measure.

mod gpu;
mod host;
mod reasons;

use std::time::Duration;

use cotejo_model::{Capability, Device, DeviceId, DeviceKind};

use crate::conditions::Monitor;
use crate::nvidia::Nvidia;
use crate::workers::{Offers, Workers};
use host::Host;

pub use gpu::{Gpu, Gpus, find as find_gpus};
pub(crate) use host::host_name;

/// Cores of this machine, as far as this process may use them.
pub fn physical_cores() -> u32 {
    Host::find().cpu.physical_cores
}

/// How long to look at what other processes do.
const LOAD_WINDOW: Duration = Duration::from_millis(300);

/// What was found on the machine, and how.
#[derive(Debug, Clone)]
pub struct Probed {
    /// What it is and what it can measure.
    pub capability: Capability,
    /// What the workers offer.
    pub offers: Offers,
    /// The GPUs.
    pub gpus: Gpus,
}

/// Looks at the machine, asks the workers what they offer, and has them try every GPU. Takes a fraction of a second, and
/// longer where there are GPUs.
pub async fn probe(workers: &Workers, monitor: &Monitor, nvidia: &Nvidia) -> Probed {
    // Alone, so that the load of what follows is not taken for that of others.
    tokio::time::sleep(LOAD_WINDOW).await;
    let surroundings = monitor.look();
    let (offers, host) = tokio::join!(workers.describe(), tokio::task::spawn_blocking(Host::find));
    let host = host.expect("looking at the host does not panic");
    let gpus = gpu::find(nvidia, workers, &offers).await;
    // The workers that were asked are no load of others.
    monitor.begin_anew();
    let capability = Capability {
        devices: devices(&host, &gpus, &offers),
        no_gpu: gpus.none.clone(),
        hostname: host.hostname,
        os: host.os,
        arch: std::env::consts::ARCH.to_owned(),
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        cpu: host.cpu,
        memory_bytes: host.memory_bytes,
        power: surroundings.power,
        background_load: surroundings.background_load,
    };
    Probed { capability, offers, gpus }
}

/// Looks at the GPUs once more, for a machine that was probed before.
pub(crate) async fn look_again(capability: &mut Capability, workers: &Workers, nvidia: &Nvidia) {
    let offers = workers.describe().await;
    let gpus = gpu::find(nvidia, workers, &offers).await;
    capability.devices.retain(|device| device.id == DeviceId::Cpu);
    capability.devices.extend(gpu_devices(&gpus, &offers));
    capability.no_gpu = gpus.none;
}

/// The processors and every GPU, each with what the worker offers on it or why it cannot be used.
fn devices(host: &Host, gpus: &Gpus, offers: &Offers) -> Vec<Device> {
    let mut cpu = Device {
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
    match offers.of(DeviceKind::Cpu) {
        Ok(offer) => {
            cpu.engines.clone_from(&offer.engines);
            cpu.precisions.clone_from(&offer.precisions);
        }
        Err(failure) => cpu.unusable = Some(failure),
    }
    std::iter::once(cpu).chain(gpu_devices(gpus, offers)).collect()
}

fn gpu_devices(gpus: &Gpus, offers: &Offers) -> Vec<Device> {
    gpus.found.iter().map(|gpu| gpu.device(gpus.driver.as_ref(), offers.of(DeviceKind::Cuda))).collect()
}

#[cfg(test)]
mod tests {
    use cotejo_model::frames::{Description, DeviceCheck, Offer};
    use cotejo_model::machine::Cpu;
    use cotejo_model::{Engine, FailureCode, Precision, Reason};

    use super::*;
    use crate::nvidia::fake;
    use crate::worker::WorkerCommand;

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

    fn offers(kinds: &[DeviceKind]) -> Offers {
        let offer = |kind: &DeviceKind| Offer {
            kind: *kind,
            engines: vec![Engine::Reference],
            precisions: vec![Precision::F32, Precision::F16, Precision::Bf16],
        };
        let devices = kinds.iter().map(offer).collect();
        Offers { plain: Ok(Description { build: "worker".to_owned(), devices }), cuda: None }
    }

    fn gpus(check: Result<(), Reason>) -> Gpus {
        let check = check.map(|()| DeviceCheck {
            device: DeviceId::Cuda(0),
            name: "Some GPU".to_owned(),
            compute_capability: None,
            memory_bytes: None,
            free_memory_bytes: None,
            cuda: None,
            cudnn: None,
            precisions: vec![Precision::F16, Precision::F32],
            simulated: true,
            took_ms: 1,
        });
        let gpu = Gpu {
            index: 0,
            name: "Some GPU".to_owned(),
            memory_bytes: Some(1 << 33),
            compute_capability: "7.5".parse().ok(),
            check,
        };
        Gpus { driver: Some("550".to_owned()), cuda: None, found: vec![gpu], none: None }
    }

    #[test]
    fn devices_have_what_the_worker_offers_and_the_device_can_do() {
        let all = devices(&host(), &gpus(Ok(())), &offers(&[DeviceKind::Cpu, DeviceKind::Cuda]));
        assert_eq!(all.iter().map(|device| device.id).collect::<Vec<_>>(), [DeviceId::Cpu, DeviceId::Cuda(0)]);
        for device in &all {
            assert_eq!((&device.engines[..], &device.unusable), (&[Engine::Reference][..], &None), "{}", device.id);
        }
        assert_eq!(all[0].precisions, [Precision::F32, Precision::F16, Precision::Bf16]);
        assert_eq!(all[1].precisions, [Precision::F32, Precision::F16]);
        assert_eq!((all[0].simulated, all[1].simulated), (false, true));
        assert_eq!(all[1].driver.as_deref(), Some("550"));
        assert_eq!(all[1].compute_capability, "7.5".parse().ok());
    }

    #[test]
    fn a_gpu_that_cannot_be_used_says_why() {
        let broken = Reason::quoted(FailureCode::DeviceUnavailable, "fell off the bus");
        let all = devices(&host(), &gpus(Err(broken.clone())), &offers(&[DeviceKind::Cpu, DeviceKind::Cuda]));
        assert_eq!(all[0].unusable, None);
        assert_eq!((all[1].unusable.as_ref(), all[1].engines.len()), (Some(&broken), 0));
    }

    #[tokio::test]
    async fn without_a_worker_nothing_can_be_used() {
        let nowhere = WorkerCommand::from(std::path::PathBuf::from("no-worker-here"));
        let workers = Workers::new(nowhere.clone(), nowhere);
        let nvidia = fake::driver(vec![fake::gpu("idle")], None);
        let found = probe(&workers, &Monitor::new(), &nvidia).await.capability;
        assert_eq!(found.devices.len(), 2);
        for device in found.devices {
            assert_eq!(device.unusable.unwrap().code(), FailureCode::WorkerMissing, "{}", device.id);
        }
    }

    #[tokio::test]
    async fn this_machine_is_described() {
        let nowhere = WorkerCommand::from(std::path::PathBuf::from("no-worker-here"));
        let workers = Workers::new(nowhere.clone(), nowhere);
        let found = probe(&workers, &Monitor::new(), &Nvidia::of_this_machine()).await.capability;
        assert!(!found.hostname.is_empty() && !found.os.is_empty() && !found.cpu.name.is_empty());
        assert!(found.cpu.physical_cores >= 1 && found.cpu.logical_cores >= found.cpu.physical_cores);
        assert!(found.memory_bytes > 1 << 20);
        assert!(found.background_load.is_none_or(|load| (0.0..=1.0).contains(&load)));
        assert_eq!(found.devices[0].id, DeviceId::Cpu);
        assert_eq!(found.devices[0].unusable.as_ref().unwrap().code(), FailureCode::WorkerMissing);
        assert_eq!(found.no_gpu.is_some(), found.devices.len() == 1);
    }
}
