//! Matrix products by `cuBLASLt`, together with what follows them: a sum, a bias, an activation.

#![allow(unsafe_code, reason = "cuBLASLt's interface; every handle and descriptor is made, used and destroyed here")]

use std::ffi::{c_int, c_void};
use std::time::Duration;

use cudarc::cublaslt::{result, sys};

use crate::device::Device;
use crate::error::{During as _, Error, Result};
use crate::precision::Precision;
use crate::stopwatch;
use crate::workspace::Workspace;

/// The library; products go to the device's stream.
#[derive(Debug)]
pub(crate) struct Blas {
    handle: sys::cublasLtHandle_t,
}

impl Blas {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { handle: result::create_handle().during("starting cuBLAS")? })
    }
}

impl Drop for Blas {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once.
        let _ = unsafe { result::destroy_handle(self.handle) };
    }
}

/// A product of row-major matrices: `left` is `[rows, inner]`; `right` is `[inner, columns]`, or `[columns, inner]`
/// where it is `transposed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) inner: usize,
    pub(crate) transposed: bool,
    pub(crate) precision: Precision,
    /// The product's numbers are f32, whatever the factors' are.
    pub(crate) wide: bool,
}

/// What is added to a product, and done to the sum, in the same pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Epilogue {
    /// Whether a matrix of the product's shape and format is added.
    pub(crate) residual: bool,
    /// The address of one number per column, in the product's format, that is added.
    pub(crate) bias: Option<u64>,
    /// Whether what is negative becomes zero; only together with a bias.
    pub(crate) relu: bool,
}

/// Where the matrices lie. Without a residual, its place is not read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operands {
    pub(crate) left: u64,
    pub(crate) right: u64,
    pub(crate) residual: Option<u64>,
    pub(crate) product: u64,
}

/// A product with the algorithms that there are for it, best first as the library expects.
#[derive(Debug)]
pub(crate) struct Gemm {
    description: Description,
    /// cuBLAS counts by columns: what it takes for the transposed factors, in reverse, gives the transposed product.
    first: Matrix,
    second: Matrix,
    product: Matrix,
    residual: bool,
    algorithms: Vec<Algorithm>,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Algorithm {
    code: sys::cublasLtMatmulAlgo_t,
    /// Bytes that it computes in.
    pub(crate) workspace: usize,
}

/// `CUBLAS_OP_T`, which the bindings of cuBLASLt leave to those of cuBLAS.
const TRANSPOSED: i32 = 1;
/// So many algorithms are asked for.
const MOST_ALGORITHMS: usize = 6;

impl Gemm {
    /// Describes a product and asks for its algorithms, none of which takes more of a workspace than this.
    ///
    /// # Errors
    /// `Unsupported`: there are none.
    pub(crate) fn new(blas: &Blas, shape: Shape, epilogue: Epilogue, workspace_limit: usize) -> Result<Self> {
        let Shape { rows, columns, inner, transposed, precision, wide } = shape;
        let factors = storage(precision);
        let numbers = if wide { sys::cudaDataType::CUDA_R_32F } else { factors };
        let mut gemm = Self {
            description: Description::new(precision, transposed, epilogue)?,
            first: if transposed {
                Matrix::new(factors, inner, columns)?
            } else {
                Matrix::new(factors, columns, inner)?
            },
            second: Matrix::new(factors, inner, rows)?,
            product: Matrix::new(numbers, columns, rows)?,
            residual: epilogue.residual,
            algorithms: Vec::new(),
        };
        gemm.algorithms = gemm.find(blas, workspace_limit)?;
        Ok(gemm)
    }

    pub(crate) fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    fn find(&self, blas: &Blas, workspace_limit: usize) -> Result<Vec<Algorithm>> {
        let preference = Preference::new(workspace_limit)?;
        // SAFETY: plain data, which cuBLAS fills.
        let mut found: [sys::cublasLtMatmulHeuristicResult_t; MOST_ALGORITHMS] = unsafe { std::mem::zeroed() };
        let mut count: c_int = 0;
        // SAFETY: handle and descriptors live; the array has as many places as is said.
        unsafe {
            sys::cublasLtMatmulAlgoGetHeuristic(
                blas.handle,
                self.description.0,
                self.first.0,
                self.second.0,
                self.product.0,
                self.product.0,
                preference.0,
                c_int::try_from(MOST_ALGORITHMS).expect("a handful"),
                found.as_mut_ptr(),
                &raw mut count,
            )
        }
        .result()
        .during("asking cuBLAS for its algorithms")?;
        let usable = found[..usize::try_from(count).unwrap_or(0)].iter().filter(|found| {
            found.state == sys::cublasStatus_t::CUBLAS_STATUS_SUCCESS && found.workspaceSize <= workspace_limit
        });
        let found: Vec<Algorithm> =
            usable.map(|found| Algorithm { code: found.algo, workspace: found.workspaceSize }).collect();
        if found.is_empty() { Err(Error::unsupported("cuBLAS has no algorithm for a product")) } else { Ok(found) }
    }

    /// Asks for the product by one of the algorithms.
    ///
    /// # Safety
    /// The addresses must be the GPU's and have as many elements as the shape says; the workspace must be as large as the
    /// algorithm wants it.
    pub(crate) unsafe fn multiply(
        &self,
        device: &Device,
        blas: &Blas,
        algorithm: usize,
        at: &Operands,
        workspace: Workspace,
    ) -> Result<()> {
        let Some(Algorithm { code, workspace: bytes }) = self.algorithms.get(algorithm) else {
            return Err(Error::unsupported("cuBLAS has no such algorithm for this product"));
        };
        let (one, share) = (1.0_f32, if self.residual { 1.0_f32 } else { 0.0 });
        // SAFETY: promised by the caller; the scalars live through the call, which reads them at once.
        unsafe {
            result::matmul(
                blas.handle,
                self.description.0,
                (&raw const one).cast(),
                (&raw const share).cast(),
                at.right as *const c_void,
                self.first.0,
                at.left as *const c_void,
                self.second.0,
                at.residual.unwrap_or(at.product) as *const c_void,
                self.product.0,
                at.product as *mut c_void,
                self.product.0,
                &raw const *code,
                workspace.address as *mut c_void,
                *bytes,
                device.stream.cu_stream().cast(),
            )
        }
        .during("asking for a matrix product")
    }

    /// The fastest algorithm by timing each, and its time.
    ///
    /// # Safety
    /// As of `multiply`.
    pub(crate) unsafe fn fastest(
        &self,
        device: &Device,
        blas: &Blas,
        at: &Operands,
        workspace: Workspace,
    ) -> Result<(usize, Duration)> {
        let mut best: Option<(usize, Duration)> = None;
        let mut refused = None;
        for algorithm in 0..self.algorithms.len() {
            // SAFETY: promised by the caller.
            match stopwatch::time(device, || unsafe { self.multiply(device, blas, algorithm, at, workspace) }) {
                Ok(time) if best.is_none_or(|(_, least)| time < least) => best = Some((algorithm, time)),
                Ok(_) => {}
                Err(error) => refused = Some(error),
            }
        }
        best.ok_or_else(|| refused.unwrap_or_else(|| Error::unsupported("cuBLAS has no algorithm for a product")))
    }
}

fn storage(precision: Precision) -> sys::cudaDataType {
    match precision {
        Precision::F32 | Precision::Tf32 => sys::cudaDataType::CUDA_R_32F,
        Precision::F16 => sys::cudaDataType::CUDA_R_16F,
        Precision::Bf16 => sys::cudaDataType::CUDA_R_16BF,
    }
}

/// The arithmetic of a product and what follows it.
#[derive(Debug)]
struct Description(sys::cublasLtMatmulDesc_t);

impl Description {
    fn new(precision: Precision, transposed: bool, epilogue: Epilogue) -> Result<Self> {
        let compute = match precision {
            Precision::Tf32 => sys::cublasComputeType_t::CUBLAS_COMPUTE_32F_FAST_TF32,
            Precision::F32 | Precision::F16 | Precision::Bf16 => sys::cublasComputeType_t::CUBLAS_COMPUTE_32F,
        };
        let made = result::create_matmul_desc(compute, sys::cudaDataType::CUDA_R_32F).during("describing a product")?;
        let description = Self(made);
        if transposed {
            description.set(sys::cublasLtMatmulDescAttributes_t::CUBLASLT_MATMUL_DESC_TRANSA, &TRANSPOSED)?;
        }
        if let Some(bias) = epilogue.bias {
            let after = if epilogue.relu {
                sys::cublasLtEpilogue_t::CUBLASLT_EPILOGUE_RELU_BIAS
            } else {
                sys::cublasLtEpilogue_t::CUBLASLT_EPILOGUE_BIAS
            };
            description.set(sys::cublasLtMatmulDescAttributes_t::CUBLASLT_MATMUL_DESC_EPILOGUE, &after)?;
            description.set(sys::cublasLtMatmulDescAttributes_t::CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias)?;
        }
        Ok(description)
    }

    fn set<T>(&self, attribute: sys::cublasLtMatmulDescAttributes_t, value: &T) -> Result<()> {
        // SAFETY: the descriptor lives; the value is read at once and has this size.
        unsafe { result::set_matmul_desc_attribute(self.0, attribute, (&raw const *value).cast(), size_of::<T>()) }
            .during("describing a product")
    }
}

impl Drop for Description {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once.
        let _ = unsafe { result::destroy_matmul_desc(self.0) };
    }
}

/// How a matrix lies, by columns.
#[derive(Debug)]
struct Matrix(sys::cublasLtMatrixLayout_t);

impl Matrix {
    fn new(numbers: sys::cudaDataType, rows: usize, columns: usize) -> Result<Self> {
        let leading = i64::try_from(rows).map_err(|_| Error::unsupported(format!("{rows} rows are too many")))?;
        result::create_matrix_layout(numbers, rows as u64, columns as u64, leading)
            .map(Self)
            .during("describing a matrix")
    }
}

impl Drop for Matrix {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once.
        let _ = unsafe { result::destroy_matrix_layout(self.0) };
    }
}

/// Which algorithms are wanted.
struct Preference(sys::cublasLtMatmulPreference_t);

impl Preference {
    fn new(workspace_limit: usize) -> Result<Self> {
        use sys::cublasLtMatmulPreferenceAttributes_t as Attribute;
        let preference = Self(result::create_matmul_pref().during("describing a choice")?);
        // Sums of parts in a fixed order: the same answer each time.
        let reductions = sys::cublasLtReductionScheme_t::CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE as u32;
        preference.set(Attribute::CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace_limit)?;
        preference.set(Attribute::CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reductions)?;
        Ok(preference)
    }

    fn set<T>(&self, attribute: sys::cublasLtMatmulPreferenceAttributes_t, value: &T) -> Result<()> {
        // SAFETY: the descriptor lives; the value is read at once and has this size.
        unsafe { result::set_matmul_pref_attribute(self.0, attribute, (&raw const *value).cast(), size_of::<T>()) }
            .during("describing a choice")
    }
}

impl Drop for Preference {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once.
        let _ = unsafe { result::destroy_matmul_pref(self.0) };
    }
}
