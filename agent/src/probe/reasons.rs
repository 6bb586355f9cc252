//! Why a GPU cannot be used, or why there is none.

use cotejo_model::frames::Library;
use cotejo_model::reason::{DriverReason, GpuReason, Platform};
use cotejo_model::{FailureCode, Reason};

use crate::nvidia::{Access, CudaVersion, Described, Inventory, NvmlError, VISIBLE};

/// Why the driver lists no GPU. `hardware` is whether the PC has an NVIDIA GPU, where the system tells.
pub(super) fn none(answer: &Result<Inventory, NvmlError>, hardware: Option<bool>) -> Reason {
    let platform = Platform::here();
    let reason = match answer {
        Ok(Inventory { all_hidden: true, .. }) => DriverReason::AllHidden { variable: VISIBLE.to_owned() },
        Ok(Inventory { driver, .. }) => DriverReason::NoGpu { driver: driver.clone() },
        Err(NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound) if hardware == Some(true) => {
            DriverReason::GpuWithoutDriver { platform }
        }
        Err(NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound) => DriverReason::NoNvml,
        Err(NvmlError::DriverNotLoaded) if hardware == Some(false) => DriverReason::UnloadedWithoutGpu,
        Err(NvmlError::DriverNotLoaded) => DriverReason::NotLoaded { platform },
        Err(NvmlError::LibRmVersionMismatch) => DriverReason::Mismatched,
        Err(NvmlError::NoPermission | NvmlError::OperatingSystem) => DriverReason::Forbidden,
        Err(error) => DriverReason::Silent { detail: error.to_string() },
    };
    reason.into()
}

/// The same, where a worker that was asked for the first GPU broke down instead of refusing: that is worth knowing.
pub(super) fn none_with(why: Reason, refusal: Option<Reason>) -> Reason {
    match refusal {
        Some(refusal) if matches!(refusal.code(), FailureCode::TimedOut | FailureCode::WorkerCrashed) => {
            why.besides(refusal)
        }
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
pub(super) fn lost(index: u32, error: &NvmlError) -> Reason {
    GpuReason::Lost { index, detail: error.to_string() }.into()
}

/// A GPU whose compute mode allows no process.
pub(super) fn prohibited(index: u32) -> Reason {
    GpuReason::Prohibited { index }.into()
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
pub(super) fn driver_too_old(driver: Option<CudaVersion>, libraries: &[Library]) -> Option<Reason> {
    let driver = driver?;
    let needed = libraries.iter().filter(|library| is_runtime(library)).find_map(version)?;
    let (serves, needs) = (driver.to_string(), needed.to_string());
    (driver.major < needed.major).then(|| DriverReason::TooOld { serves, needs }.into())
}

/// The library whose version is that of CUDA: of those that a worker lists, the compiler.
fn is_runtime(library: &Library) -> bool {
    library.name == "NVRTC"
}

fn version(library: &Library) -> Option<CudaVersion> {
    library.version.as_deref()?.parse().ok()
}

/// What the worker says of a GPU that the driver lists, in the light of what the driver says.
pub(super) fn refused(reason: Reason, index: u32, gpu: &Described) -> Reason {
    use FailureCode::{DeviceBusy, DeviceHidden, DeviceUnavailable, NoGpu};
    match reason.code() {
        // The driver lists the GPU, CUDA in the worker does not.
        NoGpu | DeviceHidden => GpuReason::Hidden { index, platform: Platform::here() }.into(),
        DeviceBusy | DeviceUnavailable if gpu.access == Some(Access::Exclusive) => {
            GpuReason::Exclusive { index }.into()
        }
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use cotejo_model::reason::{MemoryReason, WorkerReason};

    use super::*;
    use crate::nvidia::fake;

    fn inventory(all_hidden: bool) -> Inventory {
        Inventory { driver: Some("550.54".to_owned()), cuda: None, gpus: Vec::new(), all_hidden }
    }

    #[test]
    fn a_machine_without_gpu_says_why() {
        let platform = Platform::here();
        let variable = "CUDA_VISIBLE_DEVICES".to_owned();
        for (answer, hardware, expected) in [
            (Ok(inventory(false)), None, DriverReason::NoGpu { driver: Some("550.54".to_owned()) }),
            (Ok(inventory(true)), None, DriverReason::AllHidden { variable }),
            (Err(NvmlError::LibraryNotFound), Some(false), DriverReason::NoNvml),
            (Err(NvmlError::LibraryNotFound), None, DriverReason::NoNvml),
            (Err(NvmlError::LibraryNotFound), Some(true), DriverReason::GpuWithoutDriver { platform }),
            (Err(NvmlError::DriverNotLoaded), Some(true), DriverReason::NotLoaded { platform }),
            (Err(NvmlError::DriverNotLoaded), Some(false), DriverReason::UnloadedWithoutGpu),
            (Err(NvmlError::LibRmVersionMismatch), Some(true), DriverReason::Mismatched),
            (Err(NvmlError::NoPermission), None, DriverReason::Forbidden),
            (
                Err(NvmlError::Timeout),
                None,
                DriverReason::Silent { detail: "the provided timeout was reached".to_owned() },
            ),
        ] {
            assert_eq!(none(&answer, hardware), expected.into());
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
        let expected = DriverReason::TooOld { serves: "12.8".to_owned(), needs: "13.0".to_owned() };
        assert_eq!(driver_too_old(driver("12.8"), &libraries), Some(expected.into()));
        // Minor versions are compatible.
        assert_eq!(driver_too_old(driver("12.2"), &[library("NVRTC", "12.8")]), None);
        assert_eq!(driver_too_old(driver("13.1"), &libraries), None);
        assert_eq!(driver_too_old(None, &libraries), None);
        assert_eq!(driver_too_old(driver("12.8"), &libraries[..1]), None);
    }

    #[test]
    fn a_refusal_is_seen_in_the_light_of_the_driver() {
        let shared = fake::gpu("some").described;
        let exclusive = Described { access: Some(Access::Exclusive), ..shared.clone() };
        let said = || "as the worker says".to_owned();
        let failed = || Reason::from(GpuReason::Failed { detail: said() });
        let busy = || Reason::from(GpuReason::Busy { detail: said() });
        let full = || Reason::from(MemoryReason::GpuFull { detail: said() });
        let hidden = Reason::from(GpuReason::Hidden { index: 1, platform: Platform::here() });
        let taken = Reason::from(GpuReason::Exclusive { index: 1 });
        for (reason, gpu, expected) in [
            (GpuReason::NoneSeen { detail: said() }.into(), &shared, hidden),
            (failed(), &shared, failed()),
            (failed(), &exclusive, taken.clone()),
            (busy(), &exclusive, taken),
            (full(), &exclusive, full()),
        ] {
            assert_eq!(refused(reason, 1, gpu), expected);
        }
    }

    #[test]
    fn a_breakdown_without_a_driver_is_told() {
        let none = Reason::from(DriverReason::NoNvml);
        let crash = Reason::from(WorkerReason::Crashed { exit: None, log: Vec::new() });
        assert_eq!(none_with(none.clone(), Some(crash.clone())), none.clone().besides(crash));
        assert_eq!(none_with(none.clone(), Some(DriverReason::Mismatched.into())), none);
        assert_eq!(none_with(none.clone(), None), none);
    }
}
