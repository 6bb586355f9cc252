//! What is asked of the NVIDIA driver's management library (NVML).

use std::fmt;
use std::str::FromStr;

use cotejo_model::gpu::{ComputeCapability, GpuState};
use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::{Clock, ComputeMode, TemperatureSensor};
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

/// A version of CUDA, such as 12.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CudaVersion {
    /// Libraries of one major version run on every driver of that major version.
    pub major: u32,
    /// Within it.
    pub minor: u32,
}

impl CudaVersion {
    /// From CUDA's own number, 1000 times the major version and 10 times the minor one.
    pub fn from_number(number: i32) -> Option<Self> {
        let number = u32::try_from(number).ok().filter(|number| *number > 0)?;
        Some(Self { major: number / 1000, minor: number % 1000 / 10 })
    }
}

impl fmt::Display for CudaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for CudaVersion {
    type Err = ();

    /// The first two numbers of a version such as `12.8.90`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.trim().split('.').map(|part| part.parse().map_err(|_| ()));
        Ok(Self { major: parts.next().ok_or(())??, minor: parts.next().unwrap_or(Ok(0))? })
    }
}

/// Who may compute on a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every process.
    Shared,
    /// One process at a time.
    Exclusive,
    /// None.
    Prohibited,
}

/// What does not change with a GPU's load.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The product's name.
    pub name: String,
    /// What tells it from others of its kind.
    pub uuid: Option<String>,
    /// Its memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// Its generation.
    pub compute_capability: Option<ComputeCapability>,
    /// Its compute mode.
    pub access: Option<Access>,
    /// CUDA cores, and the highest clock of the multiprocessors in MHz.
    pub cores_and_mhz: Option<(u32, u32)>,
}

/// What is looked at while a job runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Load {
    /// Clock of the multiprocessors, in MHz.
    pub clock_mhz: Option<u32>,
    /// Why it is held down.
    pub throttle_reasons: Vec<String>,
}

/// A driver, by its own numbers of its GPUs.
pub trait Driver: fmt::Debug + Send + Sync {
    /// Its version.
    fn version(&self) -> Result<String, NvmlError>;
    /// The newest CUDA that it can serve, as CUDA's own number.
    fn cuda_version(&self) -> Result<i32, NvmlError>;
    /// How many GPUs it runs.
    fn count(&self) -> Result<u32, NvmlError>;
    /// What a GPU is.
    fn describe(&self, gpu: u32) -> Result<Described, NvmlError>;
    /// What state a GPU is in.
    fn state(&self, gpu: u32) -> Result<GpuState, NvmlError>;
    /// The part of the state that changes within a job.
    fn load(&self, gpu: u32) -> Result<Load, NvmlError>;
}

impl Driver for Nvml {
    fn version(&self) -> Result<String, NvmlError> {
        self.sys_driver_version()
    }

    fn cuda_version(&self) -> Result<i32, NvmlError> {
        self.sys_cuda_driver_version()
    }

    fn count(&self) -> Result<u32, NvmlError> {
        self.device_count()
    }

    fn describe(&self, gpu: u32) -> Result<Described, NvmlError> {
        let device = self.device_by_index(gpu)?;
        let capability = device.cuda_compute_capability().ok();
        Ok(Described {
            name: device.name()?,
            uuid: device.uuid().ok(),
            // Not with drivers before 510, and not where a GPU shares the system's memory.
            memory_bytes: device.memory_info().ok().map(|memory| memory.total),
            compute_capability: capability.and_then(|capability| {
                Some(ComputeCapability {
                    major: capability.major.try_into().ok()?,
                    minor: capability.minor.try_into().ok()?,
                })
            }),
            access: device.compute_mode().ok().map(|mode| match mode {
                ComputeMode::Default => Access::Shared,
                ComputeMode::ExclusiveThread | ComputeMode::ExclusiveProcess => Access::Exclusive,
                ComputeMode::Prohibited => Access::Prohibited,
            }),
            cores_and_mhz: device.num_cores().ok().zip(device.max_clock_info(Clock::SM).ok()),
        })
    }

    fn state(&self, gpu: u32) -> Result<GpuState, NvmlError> {
        let device = self.device_by_index(gpu)?;
        let Load { clock_mhz, throttle_reasons } = load(&device);
        let watts = |milliwatts: u32| f64::from(milliwatts) / 1000.0;
        Ok(GpuState {
            clock_mhz,
            memory_clock_mhz: device.clock_info(Clock::Memory).ok(),
            temperature_c: device.temperature(TemperatureSensor::Gpu).ok(),
            power_w: device.power_usage().ok().map(watts),
            power_limit_w: device.enforced_power_limit().ok().map(watts),
            throttle_reasons,
            memory_used_bytes: device.memory_info().ok().map(|memory| memory.used),
        })
    }

    fn load(&self, gpu: u32) -> Result<Load, NvmlError> {
        Ok(load(&self.device_by_index(gpu)?))
    }
}

fn load(device: &Device<'_>) -> Load {
    Load {
        clock_mhz: device.clock_info(Clock::SM).ok(),
        throttle_reasons: device.current_throttle_reasons().map(names).unwrap_or_default(),
    }
}

/// NVML's words, in lower case. That a GPU rests is no reason to doubt a time.
fn names(reasons: ThrottleReasons) -> Vec<String> {
    let reasons = reasons.difference(ThrottleReasons::GPU_IDLE);
    reasons.iter_names().map(|(name, _)| name.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_cuda_are_ordered() {
        let version = |text: &str| text.parse::<CudaVersion>().unwrap();
        assert_eq!(CudaVersion::from_number(12_040), Some(version("12.4")));
        assert_eq!(CudaVersion::from_number(0), None);
        assert_eq!(version("12.8.90").to_string(), "12.8");
        assert!(version("13") > version("12.8") && version("12.10") > version("12.9"));
        assert!("".parse::<CudaVersion>().is_err() && "x.1".parse::<CudaVersion>().is_err());
    }

    #[test]
    fn throttle_reasons_have_one_name_each() {
        let all = ThrottleReasons::GPU_IDLE
            | ThrottleReasons::SW_POWER_CAP
            | ThrottleReasons::APPLICATIONS_CLOCKS_SETTING
            | ThrottleReasons::HW_THERMAL_SLOWDOWN;
        assert_eq!(names(all), ["applications_clocks_setting", "sw_power_cap", "hw_thermal_slowdown"]);
        assert!(names(ThrottleReasons::GPU_IDLE).is_empty() && names(ThrottleReasons::NONE).is_empty());
    }
}
