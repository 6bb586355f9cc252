//! Products of two square matrices, by cuBLAS.

#![allow(unsafe_code, reason = "addresses on the GPU go to cuBLAS")]

use std::time::Duration;

use cudarc::driver::{CudaSlice, DevicePtr as _};

use crate::device::Device;
use crate::error::{During as _, Result};
use crate::gemm::{Blas, Epilogue, Gemm, Operands, Shape};
use crate::numbers::{stored, widened};
use crate::plan::EventTimes;
use crate::precision::Precision;
use crate::stopwatch::{self, between, mark};
use crate::workspace::Workspace;

/// What NVIDIA recommends for its newest GPUs; older ones take less.
const WORKSPACE_BYTES: usize = 32 << 20;
/// What every product works with, where that does not fit.
const LEAST_WORKSPACE_BYTES: usize = 1 << 20;

/// Two matrices of `size` x `size` elements on a GPU, and their product.
pub struct Product<'d> {
    device: &'d Device,
    blas: Blas,
    gemm: Gemm,
    /// Index of the fastest algorithm.
    algorithm: usize,
    workspace: CudaSlice<u8>,
    precision: Precision,
    left: CudaSlice<u8>,
    right: CudaSlice<u8>,
    answer: CudaSlice<u8>,
    factors: [Vec<u8>; 2],
}

impl<'d> Product<'d> {
    /// Copies the factors, row by row, to the GPU.
    ///
    /// # Errors
    /// `OutOfMemory` with both figures; `Unsupported` where the GPU has no hardware for the precision.
    ///
    /// # Panics
    /// If a factor has not `size` times `size` elements.
    pub fn new(device: &'d Device, size: usize, precision: Precision, left: &[f32], right: &[f32]) -> Result<Self> {
        assert!(left.len() == size * size && right.len() == size * size, "both factors are square");
        device.check_precision(precision)?;
        let bytes = size * size * precision.bytes();
        device.check_memory("this product", 3 * bytes as u64)?;
        let stream = &device.stream;
        let matrix = || stream.alloc_zeros::<u8>(bytes).during("allocating a matrix");
        let space = |bytes| stream.alloc_zeros::<u8>(bytes);
        let workspace = space(WORKSPACE_BYTES)
            .or_else(|_| space(LEAST_WORKSPACE_BYTES))
            .during("allocating a workspace for cuBLAS")?;
        let blas = Blas::new()?;
        let shape = Shape { rows: size, columns: size, inner: size, transposed: false, precision, wide: false };
        let gemm = Gemm::new(&blas, shape, Epilogue::default(), workspace.len())?;
        let mut made = Self {
            device,
            blas,
            gemm,
            algorithm: 0,
            workspace,
            precision,
            left: matrix()?,
            right: matrix()?,
            answer: matrix()?,
            factors: [left, right].map(|factor| stored(factor.iter().copied(), precision)),
        };
        made.upload()?;
        // SAFETY: the operands are this product's.
        let (fastest, _) = unsafe { made.gemm.fastest(device, &made.blas, &made.operands(), made.workspace()) }?;
        made.algorithm = fastest;
        Ok(made)
    }

    /// Copies the factors again, and waits until they are there.
    pub fn upload(&mut self) -> Result<()> {
        self.start_upload()?;
        self.device.synchronize()
    }

    fn start_upload(&mut self) -> Result<()> {
        let stream = &self.device.stream;
        stream.memcpy_htod(&self.factors[0], &mut self.left).during("copying a matrix to the GPU")?;
        stream.memcpy_htod(&self.factors[1], &mut self.right).during("copying a matrix to the GPU")
    }

    /// Computes the product, and waits until it is there.
    pub fn compute(&self) -> Result<()> {
        self.launch()?;
        self.device.synchronize()
    }

    fn launch(&self) -> Result<()> {
        // SAFETY: each matrix was allocated with the elements of the product.
        unsafe { self.gemm.multiply(self.device, &self.blas, self.algorithm, &self.operands(), self.workspace()) }
    }

    fn operands(&self) -> Operands {
        let at = |matrix: &CudaSlice<u8>| matrix.device_ptr(&self.device.stream).0;
        Operands { left: at(&self.left), right: at(&self.right), residual: None, product: at(&self.answer) }
    }

    fn workspace(&self) -> Workspace {
        Workspace { address: self.workspace.device_ptr(&self.device.stream).0, bytes: self.workspace.len() }
    }

    /// How long the GPU takes for it.
    pub(crate) fn time(&self) -> Result<Duration> {
        stopwatch::time(self.device, || self.launch())
    }

    /// The product, row by row.
    pub fn download(&self) -> Result<Vec<f32>> {
        let bytes = self.device.stream.clone_dtoh(&self.answer).during("copying the product from the GPU")?;
        self.device.synchronize()?;
        Ok(widened(&bytes, self.precision))
    }

    /// Times by the GPU's own clock, of one round; none where the driver is too old to tell.
    pub fn event_times(&mut self) -> Result<Option<EventTimes>> {
        if !self.device.tells_times() {
            return Ok(None);
        }
        let begin = mark(self.device)?;
        self.start_upload()?;
        let uploaded = mark(self.device)?;
        self.launch()?;
        let computed = mark(self.device)?;
        self.device.stream.clone_dtoh(&self.answer).during("copying the product from the GPU")?;
        let downloaded = mark(self.device)?;
        self.device.synchronize()?;
        Ok(Some(EventTimes {
            upload: between(&begin, &uploaded)?,
            forward: between(&uploaded, &computed)?,
            download: between(&computed, &downloaded)?,
        }))
    }
}
