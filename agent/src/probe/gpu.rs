//! NVIDIA GPUs, by the driver's management library (NVML), which is loaded only where it is installed.

use cotejo_model::{Failure, FailureCode};
use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;

/// A GPU as the driver describes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gpu {
    pub(super) index: u32,
    pub(super) name: String,
    pub(super) memory_bytes: Option<u64>,
    pub(super) driver: Option<String>,
    pub(super) unusable: Option<Failure>,
}

/// The GPUs, or why there is none: in few words, since a table's cell shows them.
#[derive(Debug, PartialEq)]
pub(super) struct Gpus {
    pub(super) found: Vec<Gpu>,
    pub(super) none_because: Option<String>,
}

/// What is asked of a driver.
pub(super) trait Driver {
    /// Its version.
    fn version(&self) -> Result<String, NvmlError>;
    /// How many GPUs it runs.
    fn count(&self) -> Result<u32, NvmlError>;
    /// A GPU's name and the bytes of its memory.
    fn gpu(&self, index: u32) -> Result<(String, u64), NvmlError>;
}

impl Driver for Nvml {
    fn version(&self) -> Result<String, NvmlError> {
        self.sys_driver_version()
    }

    fn count(&self) -> Result<u32, NvmlError> {
        self.device_count()
    }

    fn gpu(&self, index: u32) -> Result<(String, u64), NvmlError> {
        let device = self.device_by_index(index)?;
        Ok((device.name()?, device.memory_info()?.total))
    }
}

/// The driver of this machine.
pub(super) fn driver() -> Result<Nvml, NvmlError> {
    Nvml::init()
}

/// Every GPU of the driver.
pub(super) fn find(driver: Result<impl Driver, NvmlError>) -> Gpus {
    let none = |because: String| Gpus { found: Vec::new(), none_because: Some(because) };
    let driver = match driver {
        Ok(driver) => driver,
        Err(NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound) => {
            return none("no NVIDIA GPU or driver found (NVML is not installed)".to_owned());
        }
        Err(NvmlError::DriverNotLoaded) => {
            return none("no NVIDIA GPU or driver found (the driver is not loaded)".to_owned());
        }
        Err(error) => return none(format!("the NVIDIA driver does not answer ({error})")),
    };
    let version = driver.version().ok();
    match driver.count() {
        Ok(0) => none(format!("no NVIDIA GPU found (driver {})", version.as_deref().unwrap_or("unknown"))),
        Ok(count) => {
            let found = (0..count).map(|index| described(index, driver.gpu(index), version.clone())).collect();
            Gpus { found, none_because: None }
        }
        Err(error) => none(format!("the NVIDIA driver does not answer ({error})")),
    }
}

fn described(index: u32, answer: Result<(String, u64), NvmlError>, driver: Option<String>) -> Gpu {
    match answer {
        Ok((name, memory)) => Gpu { index, name, memory_bytes: Some(memory), driver, unusable: None },
        Err(error) => {
            let failure = Failure::new(FailureCode::DeviceUnavailable, format!("GPU {index} does not answer: {error}"))
                .with_remedy("run nvidia-smi; a restart, or a newer driver, often helps");
            Gpu { index, name: format!("NVIDIA GPU {index}"), memory_bytes: None, driver, unusable: Some(failure) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake(Vec<Option<(&'static str, u64)>>);

    impl Driver for Fake {
        fn version(&self) -> Result<String, NvmlError> {
            Ok("550.54".to_owned())
        }

        fn count(&self) -> Result<u32, NvmlError> {
            Ok(u32::try_from(self.0.len()).unwrap())
        }

        fn gpu(&self, index: u32) -> Result<(String, u64), NvmlError> {
            self.0[index as usize].map(|(name, memory)| (name.to_owned(), memory)).ok_or(NvmlError::GpuLost)
        }
    }

    #[test]
    fn every_gpu_is_listed_with_its_driver() {
        let gpus = find(Ok(Fake(vec![Some(("RTX 3060", 12 << 30)), None])));
        assert_eq!(gpus.none_because, None);
        let [good, lost] = &gpus.found[..] else { panic!("two GPUs, not {}", gpus.found.len()) };
        assert_eq!((good.index, good.name.as_str(), good.memory_bytes), (0, "RTX 3060", Some(12 << 30)));
        assert_eq!((good.driver.as_deref(), &good.unusable), (Some("550.54"), &None));
        assert_eq!(lost.index, 1);
        assert_eq!(lost.unusable.as_ref().unwrap().code, FailureCode::DeviceUnavailable);
    }

    #[test]
    fn a_machine_without_gpu_says_why_in_few_words() {
        let reasons: Vec<String> = [
            Ok(Fake(vec![])),
            Err(NvmlError::LibraryNotFound),
            Err(NvmlError::DriverNotLoaded),
            Err(NvmlError::LibRmVersionMismatch),
        ]
        .into_iter()
        .map(|driver| find(driver).none_because.unwrap())
        .collect();
        assert_eq!(reasons[0], "no NVIDIA GPU found (driver 550.54)");
        assert_eq!(reasons[1], "no NVIDIA GPU or driver found (NVML is not installed)");
        assert!(reasons.iter().all(|reason| reason.len() < 100), "{reasons:?}");
    }
}
