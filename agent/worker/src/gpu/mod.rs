//! NVIDIA GPUs: the optimized engine on them, and plain candle where the worker was built with its `cuda`.

mod check;
mod classify;
mod explain;
mod matmul;
mod reference;

use cotejo_cuda::{Device, EventTimes, Reason};
use cotejo_model::gpu::{ComputeCapability, GpuRecord, Library};
use cotejo_model::measurement;
use cotejo_model::{Engine, Failure, FailureCode, Precision, Workload};

pub(crate) use check::check;
pub(crate) use classify::classify;
pub(crate) use explain::explain;
pub(crate) use matmul::multiply;

/// A GPU as a measurement records it; driver and state are the agent's to add.
pub(crate) struct Gpu {
    pub(crate) name: String,
    pub(crate) record: GpuRecord,
}

impl Gpu {
    fn of(device: &Device) -> Self {
        let facts = device.facts();
        let record = GpuRecord {
            compute_capability: Some(capability(device)),
            memory_bytes: Some(facts.memory_bytes),
            cuda: facts.cuda.clone(),
            cudnn: facts.cudnn.clone(),
            ..GpuRecord::default()
        };
        Self { name: facts.name.clone(), record }
    }
}

fn capability(device: &Device) -> ComputeCapability {
    let (major, minor) = device.facts().compute_capability;
    ComputeCapability { major, minor }
}

/// The engines that this build has for GPUs.
pub(crate) fn engines() -> Vec<Engine> {
    let reference = cfg!(feature = "cuda").then_some(Engine::Reference);
    std::iter::once(Engine::Optimized).chain(reference).collect()
}

/// Opens a GPU for this workload.
fn open(index: u32, workload: &Workload) -> Result<Device, Failure> {
    if !engines().contains(&workload.engine) {
        let message =
            format!("no {} engine for GPUs in this worker: it was built without candle's CUDA", workload.engine);
        return Err(Failure::new(FailureCode::EngineUnavailable, message)
            .with_remedy("use the optimized engine, or install cotejo-worker-cuda (deploy/cuda)"));
    }
    let device = Device::open(index).map_err(failure)?;
    let capability = capability(&device);
    if !capability.precisions().contains(&workload.precision) {
        let message =
            format!("{} has compute capability {capability}, without {}", device.facts().name, workload.precision);
        return Err(Failure::new(FailureCode::PrecisionUnavailable, message).with_remedy("use f32"));
    }
    Ok(device)
}

fn precision(precision: Precision) -> cotejo_cuda::Precision {
    match precision {
        Precision::F32 => cotejo_cuda::Precision::F32,
        Precision::Tf32 => cotejo_cuda::Precision::Tf32,
        Precision::F16 => cotejo_cuda::Precision::F16,
        Precision::Bf16 => cotejo_cuda::Precision::Bf16,
    }
}

fn event_times(times: EventTimes) -> measurement::EventTimes {
    let nanoseconds = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    measurement::EventTimes {
        upload_ns: nanoseconds(times.upload),
        forward_ns: nanoseconds(times.forward),
        download_ns: nanoseconds(times.download),
    }
}

/// The engine's error by the name that travels, with its remedy.
fn failure(error: cotejo_cuda::Error) -> Failure {
    let (code, remedy) = match error.reason {
        Reason::DriverMissing => (FailureCode::DriverMissing, "install the NVIDIA driver and restart the PC"),
        Reason::DriverTooOld => (
            FailureCode::DriverTooOld,
            "install a newer NVIDIA driver: CUDA 13 needs 580 or later, CUDA 12 needs 525 or later",
        ),
        Reason::LibraryMissing => (
            FailureCode::LibraryMissing,
            "put the CUDA libraries and cuDNN 9 beside the worker, or install them; deploy/cuda/README.md lists them",
        ),
        Reason::NoDevice => {
            (FailureCode::NoGpu, "run nvidia-smi to see the GPUs; CUDA_VISIBLE_DEVICES may hide them from a program")
        }
        Reason::WrongCapability => (
            FailureCode::WrongCapability,
            "use libraries for this generation of GPUs: CUDA 13 knows Turing (7.5) and later, CUDA 12 older ones too",
        ),
        Reason::OutOfMemory => {
            (FailureCode::OutOfMemory, "close programs that use the GPU, or choose a smaller size or batch, or f16")
        }
        Reason::Busy => (
            FailureCode::DeviceBusy,
            "end the program that has the GPU (nvidia-smi shows it), or allow several: nvidia-smi -c DEFAULT",
        ),
        Reason::Unsupported => (FailureCode::EngineUnavailable, "choose another size, batch, precision or engine"),
        Reason::WrongAnswer => (FailureCode::WrongAnswer, "please report it"),
        Reason::Failed => (FailureCode::DeviceUnavailable, "run nvidia-smi; a restart, or a newer driver, often helps"),
    };
    Failure::new(code, error.message).with_remedy(remedy)
}

/// The libraries that GPUs need, found or not.
pub(crate) fn libraries() -> Vec<Library> {
    let described = |library: cotejo_cuda::library::Library| {
        let name = library.name().to_owned();
        match library.find() {
            Ok(found) => Library {
                name,
                version: found.version,
                path: found.path.map(|path| path.display().to_string()),
                missing: None,
            },
            Err(error) => Library { name, version: None, path: None, missing: Some(error.message) },
        }
    };
    cotejo_cuda::library::Library::ALL.into_iter().map(described).collect()
}

#[cfg(test)]
mod tests {
    use cotejo_model::DeviceId;

    use super::*;
    use crate::describe;

    #[test]
    fn every_reason_has_a_name_and_a_remedy() {
        for reason in [
            Reason::DriverMissing,
            Reason::DriverTooOld,
            Reason::LibraryMissing,
            Reason::NoDevice,
            Reason::WrongCapability,
            Reason::OutOfMemory,
            Reason::Busy,
            Reason::Unsupported,
            Reason::WrongAnswer,
            Reason::Failed,
        ] {
            let failure = failure(cotejo_cuda::Error { reason, message: "it is so".to_owned() });
            assert!(!failure.remedy.is_empty() && failure.message == "it is so", "{reason:?}");
        }
    }

    #[test]
    fn what_is_offered_for_gpus_is_what_is_there() {
        let offer = describe().devices.into_iter().find(|offer| offer.kind == DeviceId::Cuda(0).kind()).unwrap();
        assert_eq!(offer.engines, engines());
        assert!(offer.engines.contains(&Engine::Optimized));
    }
}
