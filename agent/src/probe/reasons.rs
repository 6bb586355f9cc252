//! Why a GPU cannot be used, or why there is none: each reason has a name, few words, and a remedy.

use cotejo_model::gpu::Library;
use cotejo_model::{Failure, FailureCode};

use crate::loader::driver_missing;
use crate::nvidia::{Access, CudaVersion, Described, Inventory, NvmlError, VISIBLE};

/// Why the driver lists no GPU. `hardware` is whether the PC has an NVIDIA GPU, where the system tells.
pub(super) fn none(answer: &Result<Inventory, NvmlError>, hardware: Option<bool>) -> Failure {
    match answer {
        Ok(Inventory { all_hidden: true, .. }) => {
            Failure::new(FailureCode::DeviceHidden, format!("{VISIBLE} names none of the NVIDIA GPUs"))
                .with_remedy(format!("start the agent without the environment variable {VISIBLE}"))
        }
        Ok(Inventory { driver, .. }) => {
            let version = driver.as_deref().unwrap_or("unknown");
            Failure::new(FailureCode::NoGpu, format!("no NVIDIA GPU found (driver {version})"))
        }
        Err(NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound) if hardware == Some(true) => {
            driver_missing("there is an NVIDIA GPU, but no NVIDIA driver")
        }
        Err(NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound) => {
            Failure::new(FailureCode::NoGpu, "no NVIDIA GPU or driver found (NVML is not installed)")
        }
        Err(NvmlError::DriverNotLoaded) if hardware == Some(false) => {
            Failure::new(FailureCode::NoGpu, "no NVIDIA GPU found (its driver is installed but not loaded)")
        }
        Err(NvmlError::DriverNotLoaded) => {
            let remedy = if cfg!(windows) {
                "see in the device manager why the GPU does not start; reinstall its driver"
            } else {
                "load it with `modprobe nvidia`; if that fails, reinstall the driver for the running kernel"
            };
            Failure::new(FailureCode::DriverMissing, "the NVIDIA driver is installed but not loaded")
                .with_remedy(remedy)
        }
        Err(NvmlError::LibRmVersionMismatch) => {
            let message = "the NVIDIA driver in memory and its libraries are of different versions";
            Failure::new(FailureCode::DriverMissing, message)
                .with_remedy("restart the PC: the driver was updated while it was in use")
        }
        Err(NvmlError::NoPermission | NvmlError::OperatingSystem) => {
            Failure::new(FailureCode::DeviceHidden, "the agent may not use the NVIDIA driver")
                .with_remedy("let the agent's user open the device files /dev/nvidia*, or run it as another user")
        }
        Err(error) => {
            Failure::new(FailureCode::DeviceUnavailable, format!("the NVIDIA driver does not answer ({error})"))
                .with_remedy("run nvidia-smi; a restart of the PC, or a newer driver, often helps")
        }
    }
}

/// The same, where a worker that was asked for the first GPU broke down instead of refusing: that is worth knowing.
pub(super) fn none_with(why: Failure, refusal: Option<Failure>) -> Failure {
    match refusal {
        Some(failure) if matches!(failure.code, FailureCode::TimedOut | FailureCode::WorkerCrashed) => Failure {
            code: why.code,
            message: format!("{}; {}", why.message, failure.message),
            remedy: if why.remedy.is_empty() { failure.remedy } else { why.remedy },
        },
        _ => why,
    }
}

/// Whether the PC has an NVIDIA GPU, driver or not.
#[cfg(target_os = "linux")]
pub(super) fn nvidia_hardware() -> Option<bool> {
    let devices = std::fs::read_dir("/sys/bus/pci/devices").ok()?;
    let is = |device: &std::path::Path, file: &str, begins: &str| {
        std::fs::read_to_string(device.join(file)).is_ok_and(|text| text.starts_with(begins))
    };
    // NVIDIA's number, and the class of displays.
    let nvidia = |device: &std::path::Path| is(device, "vendor", "0x10de") && is(device, "class", "0x03");
    Some(devices.flatten().any(|device| nvidia(&device.path())))
}

/// Whether the PC has an NVIDIA GPU, driver or not.
#[cfg(not(target_os = "linux"))]
pub(super) fn nvidia_hardware() -> Option<bool> {
    None
}

/// A GPU that the driver counts but cannot describe.
pub(super) fn lost(index: u32, error: &NvmlError) -> Failure {
    Failure::new(FailureCode::DeviceUnavailable, format!("GPU {index} does not answer: {error}"))
        .with_remedy("run nvidia-smi; a restart, or a newer driver, often helps")
}

/// A GPU whose compute mode allows no process.
pub(super) fn prohibited(index: u32) -> Failure {
    Failure::new(FailureCode::DeviceBusy, format!("GPU {index}'s compute mode is `prohibited`"))
        .with_remedy(format!("allow computing, as administrator: nvidia-smi -i {index} -c DEFAULT"))
}

/// Whether this refusal says that there is a GPU.
pub(super) fn proves_a_gpu(code: FailureCode) -> bool {
    use FailureCode::{DeviceBusy, DriverTooOld, OutOfMemory, WrongAnswer, WrongCapability};
    matches!(code, DeviceBusy | DriverTooOld | OutOfMemory | WrongAnswer | WrongCapability)
}

/// Whether an old driver may show itself so.
pub(super) fn may_be_an_old_driver(code: FailureCode) -> bool {
    use FailureCode::{DeviceHidden, DeviceUnavailable, DriverMissing, DriverTooOld, Internal, NoGpu, WorkerCrashed};
    matches!(code, DeviceHidden | DeviceUnavailable | DriverMissing | DriverTooOld | Internal | NoGpu | WorkerCrashed)
}

/// The failure of a driver of an older major version of CUDA than the libraries.
pub(super) fn driver_too_old(driver: Option<CudaVersion>, libraries: &[Library]) -> Option<Failure> {
    let driver = driver?;
    let needed = libraries.iter().filter(|library| is_runtime(library)).find_map(version)?;
    (driver.major < needed.major).then(|| {
        Failure::new(
            FailureCode::DriverTooOld,
            format!("the NVIDIA driver serves CUDA {driver}, the libraries are of CUDA {needed}"),
        )
        .with_remedy(format!("install a driver for CUDA {} or later from nvidia.com/drivers", needed.major))
    })
}

/// The library whose version is that of CUDA: of those that a worker lists, the compiler.
fn is_runtime(library: &Library) -> bool {
    library.name == "NVRTC"
}

fn version(library: &Library) -> Option<CudaVersion> {
    library.version.as_deref()?.parse().ok()
}

/// What the worker says of a GPU that the driver lists, in the light of what the driver says.
pub(super) fn refused(failure: Failure, index: u32, gpu: &Described) -> Failure {
    use FailureCode::{DeviceBusy, DeviceHidden, DeviceUnavailable, NoGpu, OutOfMemory};
    let failure = match failure.code {
        NoGpu | DeviceHidden => hidden(index),
        DeviceBusy | DeviceUnavailable if gpu.access == Some(Access::Exclusive) => {
            Failure::new(DeviceBusy, format!("GPU {index} is in exclusive mode, and another process has it"))
        }
        _ => failure,
    };
    if !failure.remedy.is_empty() {
        return failure;
    }
    let remedy = match failure.code {
        DeviceBusy => {
            format!("end that process (nvidia-smi names it), or share the GPU: nvidia-smi -i {index} -c DEFAULT")
        }
        OutOfMemory => "close the programs that use the GPU (nvidia-smi names them)".to_owned(),
        _ => "run `cotejo-agent doctor` on that PC".to_owned(),
    };
    failure.with_remedy(remedy)
}

/// The driver lists the GPU, CUDA in the worker does not.
fn hidden(index: u32) -> Failure {
    if cfg!(windows) {
        let message = format!("the driver knows GPU {index}, but the agent's session cannot use it");
        return Failure::new(FailureCode::DeviceHidden, message).with_remedy(
            "a service runs in session 0; run `cotejo-agent run` in a user's session instead, as a task at logon",
        );
    }
    Failure::new(FailureCode::DeviceHidden, format!("the driver knows GPU {index}, but CUDA does not see it"))
        .with_remedy("let the agent's user open /dev/nvidia*, and load the module with `modprobe nvidia_uvm`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nvidia::fake;

    fn inventory(all_hidden: bool) -> Inventory {
        Inventory { driver: Some("550.54".to_owned()), cuda: None, gpus: Vec::new(), all_hidden }
    }

    #[test]
    fn a_machine_without_gpu_says_why_in_few_words() {
        use FailureCode::{DeviceHidden, DeviceUnavailable, DriverMissing, NoGpu};
        for (answer, hardware, code, message) in [
            (Ok(inventory(false)), None, NoGpu, "no NVIDIA GPU found (driver 550.54)"),
            (Ok(inventory(true)), None, DeviceHidden, "CUDA_VISIBLE_DEVICES names none of the NVIDIA GPUs"),
            (
                Err(NvmlError::LibraryNotFound),
                Some(false),
                NoGpu,
                "no NVIDIA GPU or driver found (NVML is not installed)",
            ),
            (Err(NvmlError::LibraryNotFound), None, NoGpu, "no NVIDIA GPU or driver found (NVML is not installed)"),
            (
                Err(NvmlError::LibraryNotFound),
                Some(true),
                DriverMissing,
                "there is an NVIDIA GPU, but no NVIDIA driver",
            ),
            (
                Err(NvmlError::DriverNotLoaded),
                Some(true),
                DriverMissing,
                "the NVIDIA driver is installed but not loaded",
            ),
            (
                Err(NvmlError::DriverNotLoaded),
                Some(false),
                NoGpu,
                "no NVIDIA GPU found (its driver is installed but not loaded)",
            ),
            (
                Err(NvmlError::LibRmVersionMismatch),
                Some(true),
                DriverMissing,
                "the NVIDIA driver in memory and its libraries are of different versions",
            ),
            (Err(NvmlError::NoPermission), None, DeviceHidden, "the agent may not use the NVIDIA driver"),
            (
                Err(NvmlError::Timeout),
                None,
                DeviceUnavailable,
                "the NVIDIA driver does not answer (the provided timeout was reached)",
            ),
        ] {
            let failure = none(&answer, hardware);
            assert_eq!((failure.code, failure.message.as_str()), (code, message));
            assert_eq!(failure.remedy.is_empty(), code == NoGpu, "{message}");
        }
    }

    #[test]
    fn a_driver_of_an_older_cuda_is_named() {
        let library = |name: &str, version: &str| Library {
            name: name.to_owned(),
            version: Some(version.to_owned()),
            path: None,
            missing: None,
        };
        let libraries = [library("cuDNN", "9.8.0"), library("NVRTC", "13.0")];
        let driver = |text: &str| text.parse().ok();
        let failure = driver_too_old(driver("12.8"), &libraries).unwrap();
        assert_eq!(failure.code, FailureCode::DriverTooOld);
        assert_eq!(failure.message, "the NVIDIA driver serves CUDA 12.8, the libraries are of CUDA 13.0");
        // Minor versions are compatible.
        assert_eq!(driver_too_old(driver("12.2"), &[library("NVRTC", "12.8")]), None);
        assert_eq!(driver_too_old(driver("13.1"), &libraries), None);
        assert_eq!(driver_too_old(None, &libraries), None);
        assert_eq!(driver_too_old(driver("12.8"), &libraries[..1]), None);
    }

    #[test]
    fn a_refusal_is_seen_in_the_light_of_the_driver() {
        use FailureCode::{DeviceBusy, DeviceHidden, DeviceUnavailable, NoGpu, OutOfMemory, WrongCapability};
        let shared = fake::gpu("some").described;
        let exclusive = Described { access: Some(Access::Exclusive), ..shared.clone() };
        let refused = |code, gpu: &Described| refused(Failure::new(code, "as the worker says"), 1, gpu);
        for (code, gpu, expected) in [
            (NoGpu, &shared, DeviceHidden),
            (DeviceUnavailable, &shared, DeviceUnavailable),
            (DeviceUnavailable, &exclusive, DeviceBusy),
            (DeviceBusy, &exclusive, DeviceBusy),
            (OutOfMemory, &exclusive, OutOfMemory),
            (WrongCapability, &shared, WrongCapability),
        ] {
            let failure = refused(code, gpu);
            assert_eq!(failure.code, expected, "{failure}");
            assert!(!failure.remedy.is_empty(), "{failure}");
        }
        assert_eq!(refused(DeviceBusy, &exclusive).message, "GPU 1 is in exclusive mode, and another process has it");
        let own = Failure::new(OutOfMemory, "no memory").with_remedy("the worker's own");
        assert_eq!(super::refused(own.clone(), 1, &shared), own);
    }

    #[test]
    fn a_breakdown_without_a_driver_is_told() {
        let none = Failure::new(FailureCode::NoGpu, "no NVIDIA GPU");
        let said = |code| none_with(none.clone(), Some(Failure::new(code, "it crashed"))).message;
        assert_eq!(said(FailureCode::WorkerCrashed), "no NVIDIA GPU; it crashed");
        assert_eq!(said(FailureCode::NoGpu), "no NVIDIA GPU");
        assert_eq!(said(FailureCode::DriverMissing), "no NVIDIA GPU");
    }
}
