//! NVIDIA GPUs: the optimized engine on them, and plain candle where the worker was built with its `cuda`.

mod check;
mod classify;
mod copies;
mod explain;
mod matmul;
mod reference;

use cotejo_cuda::{Device, Reason as CudaReason};
use cotejo_model::frames::{Library, Request};
use cotejo_model::gpu::{ComputeCapability, GpuRecord};
use cotejo_model::reason::{AnswerReason, DeviceReason, DriverReason, GpuReason, LibraryReason, MemoryReason};
use cotejo_model::{DeviceId, DeviceKind, Engine as Kind, JobSpec, Precision, Reason, Workload};

use crate::engine::{Classify, Engine};
use crate::preprocess::Input;

pub(crate) use check::check;
pub(crate) use explain::explain;

/// A GPU as a measurement records it; the agent adds driver and state.
pub(crate) struct Gpu {
    pub(crate) name: String,
    pub(crate) record: GpuRecord,
}

impl Gpu {
    pub(crate) fn of(device: &Device) -> Self {
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

/// The engines of this build for GPUs.
pub(crate) fn engines() -> Vec<Kind> {
    let reference = cfg!(feature = "cuda").then_some(Kind::Reference);
    std::iter::once(Kind::Optimized).chain(reference).collect()
}

/// Opens a GPU if this build and the GPU can compute the workload.
fn open(index: u32, workload: &Workload) -> Result<Device, Reason> {
    if !engines().contains(&workload.engine) {
        return Err(DeviceReason::EngineNotBuilt { engine: workload.engine }.into());
    }
    let device = Device::open(index).map_err(failure)?;
    let capability = capability(&device);
    if !capability.precisions().contains(&workload.precision) {
        return Err(precision_missing(workload.precision, capability));
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

/// A GPU that was opened for a job.
pub(crate) struct Opened {
    pub(crate) device: Device,
    /// Its index among the PC's GPUs.
    #[cfg_attr(not(feature = "cuda"), allow(dead_code, reason = "only candle's CUDA asks for it"))]
    index: u32,
}

/// Opens the GPU that a job is for; `None` for the CPU.
pub(crate) fn open_for(device: DeviceId, workload: &Workload) -> Result<Option<Opened>, Reason> {
    match device {
        DeviceId::Cpu => Ok(None),
        DeviceId::Cuda(index) => Ok(Some(Opened { device: open(index, workload)?, index })),
    }
}

/// Loads a classifier with the engine that the job asks for.
pub(crate) fn classifier<'d>(
    request: &Request,
    task: Classify,
    opened: &'d Opened,
    input: &Input,
) -> Result<Box<dyn Engine + 'd>, Reason> {
    match request.job.workload.engine {
        Kind::Optimized => Ok(Box::new(classify::Classifier::new(request, task, &opened.device, input)?)),
        Kind::Reference => reference::classifier(request, task, opened, input),
    }
}

/// Loads a product with the engine that the job asks for.
pub(crate) fn product<'d>(job: &JobSpec, size: usize, opened: &'d Opened) -> Result<Box<dyn Engine + 'd>, Reason> {
    match job.workload.engine {
        Kind::Optimized => Ok(Box::new(matmul::OnGpu::new(&opened.device, size, job.workload.precision)?)),
        Kind::Reference => reference::product(job, size, opened),
    }
}

fn precision_missing(precision: Precision, capability: ComputeCapability) -> Reason {
    let (kind, has) = (DeviceKind::Cuda, capability.precisions());
    DeviceReason::PrecisionMissing { precision, kind, has, capability: Some(capability) }.into()
}

/// Translates an error of the GPU engine.
fn failure(error: cotejo_cuda::Error) -> Reason {
    let detail = error.detail;
    match error.reason {
        CudaReason::DriverAbsent(file) => DriverReason::LibraryAbsent { file: file.to_owned(), detail }.into(),
        CudaReason::DriverNotStarted => DriverReason::NotStarted { detail }.into(),
        CudaReason::DriverTooOld => DriverReason::OlderThanLibraries { detail }.into(),
        CudaReason::LibraryAbsent(library, file) => {
            let (library, file) = (library.name().to_owned(), file.to_owned());
            LibraryReason::Absent { library, file, detail }.into()
        }
        CudaReason::LibraryBroken => LibraryReason::Broken { detail }.into(),
        CudaReason::NoDevice => GpuReason::NoneSeen { detail }.into(),
        CudaReason::NotCounted { index, count } => {
            GpuReason::NotCounted { device: DeviceId::Cuda(index), count }.into()
        }
        CudaReason::WrongCapability => GpuReason::OtherGeneration { detail }.into(),
        CudaReason::TooLittleMemory { needs, has, free } => {
            let (needs_bytes, has_bytes, free_bytes) = (needs, has, Some(free));
            let (what, kind, streams) = (None, DeviceKind::Cuda, 1);
            MemoryReason::TooLittle { what, kind, needs_bytes, has_bytes, free_bytes, streams }.into()
        }
        CudaReason::OutOfMemory => MemoryReason::GpuFull { detail }.into(),
        CudaReason::Busy => GpuReason::Busy { detail }.into(),
        CudaReason::PrecisionMissing { precision, capability: (major, minor) } => {
            precision_missing(model_precision(precision), ComputeCapability { major, minor })
        }
        CudaReason::Unsupported => GpuReason::Unsupported { detail }.into(),
        CudaReason::GraphDiffers => AnswerReason::GraphDiffers.into(),
        CudaReason::Failed => GpuReason::Failed { detail }.into(),
    }
}

fn model_precision(precision: cotejo_cuda::Precision) -> Precision {
    match precision {
        cotejo_cuda::Precision::F32 => Precision::F32,
        cotejo_cuda::Precision::Tf32 => Precision::Tf32,
        cotejo_cuda::Precision::F16 => Precision::F16,
        cotejo_cuda::Precision::Bf16 => Precision::Bf16,
    }
}

/// The libraries that GPUs need, found or not.
pub(crate) fn libraries() -> Vec<Library> {
    let described = |library: cotejo_cuda::Library| {
        let name = library.name().to_owned();
        match library.find() {
            Ok(found) => Library {
                name,
                version: found.version,
                path: found.path.map(|path| path.display().to_string()),
                missing: None,
            },
            Err(error) => Library { name, version: None, path: None, missing: Some(failure(error)) },
        }
    };
    cotejo_cuda::Library::ALL.into_iter().map(described).collect()
}

#[cfg(test)]
mod tests {
    use cotejo_model::FailureCode;

    use super::*;
    use crate::describe;

    #[test]
    fn every_trouble_of_the_engine_keeps_its_kind() {
        use FailureCode as Code;
        let f16 = cotejo_cuda::Precision::F16;
        for (reason, code) in [
            (CudaReason::DriverAbsent("libcuda.so.1"), Code::DriverMissing),
            (CudaReason::DriverNotStarted, Code::DriverMissing),
            (CudaReason::DriverTooOld, Code::DriverTooOld),
            (CudaReason::LibraryAbsent(cotejo_cuda::Library::Cudnn, "libcudnn.so.9"), Code::LibraryMissing),
            (CudaReason::LibraryBroken, Code::LibraryMissing),
            (CudaReason::NoDevice, Code::NoGpu),
            (CudaReason::NotCounted { index: 1, count: 1 }, Code::NoGpu),
            (CudaReason::WrongCapability, Code::WrongCapability),
            (CudaReason::TooLittleMemory { needs: 3, has: 2, free: 1 }, Code::OutOfMemory),
            (CudaReason::OutOfMemory, Code::OutOfMemory),
            (CudaReason::Busy, Code::DeviceBusy),
            (CudaReason::PrecisionMissing { precision: f16, capability: (5, 0) }, Code::PrecisionUnavailable),
            (CudaReason::Unsupported, Code::EngineUnavailable),
            (CudaReason::GraphDiffers, Code::WrongAnswer),
            (CudaReason::Failed, Code::DeviceUnavailable),
        ] {
            assert_eq!(failure(cotejo_cuda::Error { reason, detail: "so".to_owned() }).code(), code, "{reason:?}");
        }
    }

    #[test]
    fn what_is_offered_for_gpus_is_what_is_there() {
        let offer = describe().devices.into_iter().find(|offer| offer.kind == DeviceId::Cuda(0).kind()).unwrap();
        assert_eq!(offer.engines, engines());
        assert!(offer.engines.contains(&Kind::Optimized));
    }
}
