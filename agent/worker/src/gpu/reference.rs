//! Plain candle on a GPU: only in a build with candle's `cuda`.

#[cfg(feature = "cuda")]
pub(super) use built::{check, classify, multiply};
#[cfg(not(feature = "cuda"))]
pub(super) use not_built::{check, classify, multiply};

#[cfg(feature = "cuda")]
mod built {
    use std::cell::Cell;

    use candle_core::{DType, Module as _, Tensor};
    use candle_nn::VarBuilder;
    use cotejo_cuda::Device;
    use cotejo_model::frames::Request;
    use cotejo_model::gpu::ComputeCapability;
    use cotejo_model::measurement::Stages;
    use cotejo_model::reason::{GpuReason, MemoryReason};
    use cotejo_model::{JobSpec, Precision, Reason};

    use crate::classify::{Classify, Measured, check_logits, tensors, timed, values};
    use crate::gpu::classify::median_ns;
    use crate::gpu::{Gpu, capability};
    use crate::internal;
    use crate::matmul::{LEFT, RIGHT, check as check_product, factor};
    use crate::measure::{Report, Times, measure};
    use crate::models::Network;

    /// What candle's own kernels were compiled for, where the build said it: 86 is compute capability 8.6.
    const BUILT_FOR: Option<&str> = option_env!("CUDA_COMPUTE_CAP");

    /// Kernels run on the generation that they were compiled for and on later ones.
    pub(in crate::gpu) fn check(device: &Device) -> Result<(), Reason> {
        let found = capability(device);
        match BUILT_FOR.and_then(|built| built.parse::<u32>().ok()) {
            Some(built) if found.major * 10 + found.minor < built => {
                let built_for = ComputeCapability { major: built / 10, minor: built % 10 };
                Err(GpuReason::BuiltForOther { built_for, has: found }.into())
            }
            _ => Ok(()),
        }
    }

    fn open(device: &Device, index: u32, precision: Precision) -> Result<(candle_core::Device, DType), Reason> {
        check(device)?;
        // Convolutions: the environment says it before the process starts (`process.rs`).
        candle_core::cuda::set_gemm_reduced_precision_f32(precision == Precision::Tf32);
        let dtype = match precision {
            Precision::F32 | Precision::Tf32 => DType::F32,
            Precision::F16 => DType::F16,
            Precision::Bf16 => DType::BF16,
        };
        Ok((candle_core::Device::new_cuda(index as usize).map_err(trouble)?, dtype))
    }

    pub(in crate::gpu) fn classify(
        request: &Request,
        task: Classify,
        device: &Device,
        index: u32,
        input: &Tensor,
        report: &mut Report<'_>,
    ) -> Result<Measured, Reason> {
        let (cuda, dtype) = open(device, index, request.job.workload.precision)?;
        let (network, load_ns) = timed(|| {
            let weights = VarBuilder::from_tensors(tensors(request, task.model)?, dtype, &cuda);
            Network::new(task.model, &weights).map_err(trouble)
        })?;
        let upload = || {
            let here = input.to_device(&cuda).and_then(|input| input.to_dtype(dtype)).map_err(trouble)?;
            cuda.synchronize().map_err(trouble)?;
            Ok(here)
        };
        let image = upload()?;
        let download =
            |logits: &Tensor| logits.to_dtype(DType::F32).map_err(trouble).and_then(|logits| values(&logits));
        let run = || {
            let logits = network.forward(&image).map_err(trouble)?;
            cuda.synchronize().map_err(trouble)?;
            Ok(logits)
        };
        let check = |logits: &Tensor| check_logits(&download(logits)?);
        let times = measure(&request.job.measuring, run, check, report)?;
        let upload_ns = median_ns(|| upload().map(|_| ()))?;
        let download_ns = median_ns(|| download(&times.answer).map(|_| ()))?;
        let logits = download(&times.answer.get(0).map_err(trouble)?)?;
        let stages =
            Stages { load_ns, upload_ns: Some(upload_ns), download_ns: Some(download_ns), ..Stages::default() };
        Ok(Measured { times: times.without_answer(), logits, stages, plan: None, gpu: Some(Gpu::of(device)) })
    }

    pub(in crate::gpu) fn multiply(
        job: &JobSpec,
        size: usize,
        device: &Device,
        index: u32,
        report: &mut Report<'_>,
    ) -> Result<(Times<()>, Stages), Reason> {
        let precision = job.workload.precision;
        let (cuda, dtype) = open(device, index, precision)?;
        let matrix = |name| {
            let matrix = Tensor::from_vec(factor(name, size), (size, size), &candle_core::Device::Cpu);
            matrix.and_then(|matrix| matrix.to_device(&cuda)?.to_dtype(dtype)).map_err(trouble)
        };
        let ((left, right), load_ns) = timed(|| Ok((matrix(LEFT)?, matrix(RIGHT)?)))?;
        let run = || {
            let product = left.matmul(&right).map_err(trouble)?;
            cuda.synchronize().map_err(trouble)?;
            Ok(product)
        };
        let download = |product: &Tensor| product.to_dtype(DType::F32).map_err(trouble).and_then(|all| values(&all));
        let seen = Cell::new(false);
        let verify = |product: &Tensor| {
            if seen.replace(true) {
                return Ok(());
            }
            let found = download(product)?;
            check_product(size, precision, |row, column| Ok(found[row * size + column]))
        };
        let times = measure(&job.measuring, run, verify, report)?;
        let upload_ns = median_ns(|| {
            drop((matrix(LEFT)?, matrix(RIGHT)?));
            cuda.synchronize().map_err(trouble)
        })?;
        let download_ns = median_ns(|| download(&times.answer).map(|_| ()))?;
        let stages =
            Stages { load_ns, upload_ns: Some(upload_ns), download_ns: Some(download_ns), ..Stages::default() };
        Ok((times.without_answer(), stages))
    }

    /// Candle's errors by what CUDA says in them.
    #[allow(clippy::needless_pass_by_value, reason = "given to map_err")]
    fn trouble(error: candle_core::Error) -> Reason {
        let text = error.to_string();
        if text.contains("OUT_OF_MEMORY") || text.contains("ALLOC_FAILED") {
            return MemoryReason::CandleFull { detail: text }.into();
        }
        internal(text)
    }
}

#[cfg(not(feature = "cuda"))]
mod not_built {
    use cotejo_cuda::Device;
    use cotejo_model::frames::Request;
    use cotejo_model::measurement::Stages;
    use cotejo_model::{JobSpec, Reason};

    use crate::classify::{Classify, Measured};
    use crate::internal;
    use crate::measure::{Report, Times};

    #[allow(clippy::unnecessary_wraps, reason = "the other build can fail")]
    pub(in crate::gpu) fn check(_: &Device) -> Result<(), Reason> {
        Ok(())
    }

    /// `open` has refused it.
    fn refused() -> Reason {
        internal("this worker was built without candle's CUDA")
    }

    pub(in crate::gpu) fn classify(
        _: &Request,
        _: Classify,
        _: &Device,
        _: u32,
        _: &candle_core::Tensor,
        _: &mut Report<'_>,
    ) -> Result<Measured, Reason> {
        Err(refused())
    }

    pub(in crate::gpu) fn multiply(
        _: &JobSpec,
        _: usize,
        _: &Device,
        _: u32,
        _: &mut Report<'_>,
    ) -> Result<(Times<()>, Stages), Reason> {
        Err(refused())
    }
}
