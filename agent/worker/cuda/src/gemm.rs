//! Matrix products by cuBLAS.

#![allow(unsafe_code, reason = "cuBLAS's interface")]

use std::ffi::c_int;

use cudarc::cublas::result;
use cudarc::cublas::sys;
use cudarc::driver::{CudaSlice, DevicePtr as _};

use crate::device::Device;
use crate::error::{During as _, Error, Result};
use crate::program::Precision;

/// The library, bound to a device's stream.
#[derive(Debug)]
pub(crate) struct Cublas {
    handle: sys::cublasHandle_t,
    /// Given once, so that a captured product allocates nothing.
    _workspace: CudaSlice<u8>,
}

/// What NVIDIA recommends for its newest GPUs; older ones take less.
const WORKSPACE_BYTES: usize = 32 << 20;
/// What every product works with, where that does not fit.
const LEAST_WORKSPACE_BYTES: usize = 1 << 20;

/// A product of row-major matrices: `left` is `[rows, inner]`; `right` is `[inner, columns]`, or `[columns, inner]`
/// where it is `transposed`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gemm {
    rows: c_int,
    columns: c_int,
    inner: c_int,
    transposed: bool,
    precision: Precision,
}

impl Gemm {
    pub(crate) fn new(
        rows: usize,
        columns: usize,
        inner: usize,
        transposed: bool,
        precision: Precision,
    ) -> Result<Self> {
        let count = |side| c_int::try_from(side).map_err(|_| Error::unsupported(format!("{side} rows are too many")));
        Ok(Self { rows: count(rows)?, columns: count(columns)?, inner: count(inner)?, transposed, precision })
    }
}

impl Cublas {
    pub(crate) fn new(device: &Device) -> Result<Self> {
        let workspace = |bytes| device.stream.alloc_zeros::<u8>(bytes);
        let workspace = workspace(WORKSPACE_BYTES)
            .or_else(|_| workspace(LEAST_WORKSPACE_BYTES))
            .during("allocating a workspace for cuBLAS")?;
        let (address, bytes) = (workspace.device_ptr(&device.stream).0, workspace.len());
        let handle = result::create_handle().during("starting cuBLAS")?;
        let cublas = Self { handle, _workspace: workspace };
        // SAFETY: both handles live; the stream outlives this one in every plan, and the workspace lives as long as it.
        unsafe {
            result::set_stream(handle, device.stream.cu_stream().cast()).during("starting cuBLAS")?;
            // After the stream: setting one takes the workspace away.
            sys::cublasSetWorkspace_v2(handle, address as *mut _, bytes).result().during("starting cuBLAS")?;
        }
        Ok(cublas)
    }

    /// Asks for a product.
    ///
    /// # Safety
    /// The addresses must be the GPU's and have as many elements as the product says.
    pub(crate) unsafe fn multiply(&self, gemm: &Gemm, left: u64, right: u64, product: u64) -> Result<()> {
        let Gemm { rows, columns, inner, transposed, precision } = *gemm;
        let (one, zero) = (1.0_f32, 0.0_f32);
        let (data, compute) = match precision {
            Precision::F32 => (sys::cudaDataType::CUDA_R_32F, sys::cublasComputeType_t::CUBLAS_COMPUTE_32F),
            Precision::Tf32 => (sys::cudaDataType::CUDA_R_32F, sys::cublasComputeType_t::CUBLAS_COMPUTE_32F_FAST_TF32),
            Precision::F16 => (sys::cudaDataType::CUDA_R_16F, sys::cublasComputeType_t::CUBLAS_COMPUTE_32F),
            Precision::Bf16 => (sys::cudaDataType::CUDA_R_16BF, sys::cublasComputeType_t::CUBLAS_COMPUTE_32F),
        };
        let none = sys::cublasOperation_t::CUBLAS_OP_N;
        let (operation, leading) =
            if transposed { (sys::cublasOperation_t::CUBLAS_OP_T, inner) } else { (none, columns) };
        // cuBLAS counts by columns: what it takes for the transposed factors, in reverse, gives the transposed product.
        // SAFETY: promised by the caller; the scalars live through the call, which reads them at once.
        unsafe {
            result::gemm_ex(
                self.handle,
                operation,
                none,
                columns,
                rows,
                inner,
                (&raw const one).cast(),
                right as *const _,
                data,
                leading,
                left as *const _,
                data,
                inner,
                (&raw const zero).cast(),
                product as *mut _,
                data,
                columns,
                compute,
                sys::cublasGemmAlgo_t::CUBLAS_GEMM_DEFAULT,
            )
        }
        .during("asking for a matrix product")
    }
}

impl Drop for Cublas {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once.
        let _ = unsafe { result::destroy_handle(self.handle) };
    }
}
