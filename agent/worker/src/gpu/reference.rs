//! Plain candle on a GPU: only in a build with candle's `cuda`.

#[cfg(feature = "cuda")]
pub(super) use built::{check, classifier, product};
#[cfg(not(feature = "cuda"))]
pub(super) use not_built::{check, classifier, product};

#[cfg(feature = "cuda")]
mod built {
    use candle_core::{DType, Module as _, Tensor};
    use candle_nn::VarBuilder;
    use cotejo_model::frames::Request;
    use cotejo_model::gpu::ComputeCapability;
    use cotejo_model::reason::{GpuReason, MemoryReason};
    use cotejo_model::{JobSpec, Precision, Reason};

    use crate::engine::{Classify, Copies, Engine, check_logits, tensors};
    use crate::gpu::copies::median_ns;
    use crate::gpu::{Opened, capability};
    use crate::internal;
    use crate::models::{CLASSES, Network};
    use crate::preprocess::Input;
    use crate::products::{LEFT, RIGHT, check as check_product, factor};
    use crate::reference::{tensor, values};

    /// The compute capability that candle's kernels were compiled for, where the build names it; 86 is 8.6.
    const BUILT_FOR: Option<&str> = option_env!("CUDA_COMPUTE_CAP");

    /// Refuses a GPU of an older generation than candle's kernels were compiled for.
    pub(in crate::gpu) fn check(device: &cotejo_cuda::Device) -> Result<(), Reason> {
        let found = capability(device);
        match BUILT_FOR.and_then(|built| built.parse::<u32>().ok()) {
            Some(built) if found.major * 10 + found.minor < built => {
                let built_for = ComputeCapability { major: built / 10, minor: built % 10 };
                Err(GpuReason::BuiltForOther { built_for, has: found }.into())
            }
            _ => Ok(()),
        }
    }

    fn open(opened: &Opened, precision: Precision) -> Result<(candle_core::Device, DType), Reason> {
        check(&opened.device)?;
        // For convolutions, the environment decides before the process starts (`process.rs`).
        candle_core::cuda::set_gemm_reduced_precision_f32(precision == Precision::Tf32);
        let dtype = match precision {
            Precision::F32 | Precision::Tf32 => DType::F32,
            Precision::F16 => DType::F16,
            Precision::Bf16 => DType::BF16,
        };
        Ok((candle_core::Device::new_cuda(opened.index as usize).map_err(trouble)?, dtype))
    }

    /// A classifier in plain candle and its input.
    struct Classifier {
        network: Network,
        device: candle_core::Device,
        dtype: DType,
        /// The input on the host; `image` is its copy on the GPU.
        input: Tensor,
        image: Tensor,
        /// The answer of the last run.
        logits: Option<Tensor>,
    }

    pub(in crate::gpu) fn classifier(
        request: &Request,
        task: Classify,
        opened: &Opened,
        input: &Input,
    ) -> Result<Box<dyn Engine>, Reason> {
        let (device, dtype) = open(opened, request.job.workload.precision)?;
        let weights = VarBuilder::from_tensors(tensors(request, task.model)?, dtype, &device);
        let network = Network::new(task.model, &weights).map_err(trouble)?;
        let input = tensor(input)?;
        let image = upload(&input, &device, dtype)?;
        Ok(Box::new(Classifier { network, device, dtype, input, image, logits: None }))
    }

    fn upload(input: &Tensor, device: &candle_core::Device, dtype: DType) -> Result<Tensor, Reason> {
        let there = input.to_device(device).and_then(|input| input.to_dtype(dtype)).map_err(trouble)?;
        device.synchronize().map_err(trouble)?;
        Ok(there)
    }

    /// The values of the last answer, in f32.
    fn download(answer: Option<&Tensor>) -> Result<Vec<f32>, Reason> {
        let download = |answer: &Tensor| values(&answer.to_dtype(DType::F32).map_err(trouble)?);
        answer.map_or_else(|| Ok(Vec::new()), download)
    }

    impl Engine for Classifier {
        fn run(&mut self) -> Result<(), Reason> {
            self.logits = Some(self.network.forward(&self.image).map_err(trouble)?);
            self.device.synchronize().map_err(trouble)
        }

        fn check(&mut self) -> Result<(), Reason> {
            check_logits(&download(self.logits.as_ref())?)
        }

        fn copies(&mut self) -> Result<Option<Copies>, Reason> {
            let upload_ns = median_ns(|| upload(&self.input, &self.device, self.dtype).map(|_| ()))?;
            let download_ns = median_ns(|| download(self.logits.as_ref()).map(|_| ()))?;
            Ok(Some(Copies { upload_ns, download_ns, events: None }))
        }

        fn logits(&mut self) -> Result<Vec<f32>, Reason> {
            let mut logits = download(self.logits.as_ref())?;
            logits.truncate(CLASSES);
            Ok(logits)
        }
    }

    /// Two matrices and their product.
    struct Product {
        size: usize,
        precision: Precision,
        device: candle_core::Device,
        dtype: DType,
        left: Tensor,
        right: Tensor,
        product: Option<Tensor>,
        seen: bool,
    }

    pub(in crate::gpu) fn product(job: &JobSpec, size: usize, opened: &Opened) -> Result<Box<dyn Engine>, Reason> {
        let precision = job.workload.precision;
        let (device, dtype) = open(opened, precision)?;
        let (left, right) = (matrix(LEFT, size, &device, dtype)?, matrix(RIGHT, size, &device, dtype)?);
        Ok(Box::new(Product { size, precision, device, dtype, left, right, product: None, seen: false }))
    }

    fn matrix(name: &str, size: usize, device: &candle_core::Device, dtype: DType) -> Result<Tensor, Reason> {
        let matrix = Tensor::from_vec(factor(name, size), (size, size), &candle_core::Device::Cpu);
        matrix.and_then(|matrix| matrix.to_device(device)?.to_dtype(dtype)).map_err(trouble)
    }

    impl Engine for Product {
        fn run(&mut self) -> Result<(), Reason> {
            self.product = Some(self.left.matmul(&self.right).map_err(trouble)?);
            self.device.synchronize().map_err(trouble)
        }

        /// Checks the first product only: copying a matrix takes longer than computing it.
        fn check(&mut self) -> Result<(), Reason> {
            if std::mem::replace(&mut self.seen, true) {
                return Ok(());
            }
            let (found, size) = (download(self.product.as_ref())?, self.size);
            check_product(size, self.precision, |row, column| Ok(found[row * size + column]))
        }

        fn copies(&mut self) -> Result<Option<Copies>, Reason> {
            let upload_ns = median_ns(|| {
                drop(matrix(LEFT, self.size, &self.device, self.dtype)?);
                drop(matrix(RIGHT, self.size, &self.device, self.dtype)?);
                self.device.synchronize().map_err(trouble)
            })?;
            let download_ns = median_ns(|| download(self.product.as_ref()).map(|_| ()))?;
            Ok(Some(Copies { upload_ns, download_ns, events: None }))
        }

        fn logits(&mut self) -> Result<Vec<f32>, Reason> {
            Ok(Vec::new())
        }
    }

    /// Translates an error of candle by CUDA's words in it.
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
    use cotejo_model::frames::Request;
    use cotejo_model::{JobSpec, Reason};

    use crate::engine::{Classify, Engine};
    use crate::gpu::Opened;
    use crate::internal;
    use crate::preprocess::Input;

    #[allow(clippy::unnecessary_wraps, reason = "the other build can fail")]
    pub(in crate::gpu) fn check(_: &cotejo_cuda::Device) -> Result<(), Reason> {
        Ok(())
    }

    /// Cannot be reached: opening the GPU refuses this engine first.
    fn refused() -> Reason {
        internal("this worker was built without candle's CUDA")
    }

    pub(in crate::gpu) fn classifier(
        _: &Request,
        _: Classify,
        _: &Opened,
        _: &Input,
    ) -> Result<Box<dyn Engine>, Reason> {
        Err(refused())
    }

    pub(in crate::gpu) fn product(_: &JobSpec, _: usize, _: &Opened) -> Result<Box<dyn Engine>, Reason> {
        Err(refused())
    }
}
