//! Why a GPU, or a library for it, does not do what it is asked.

use cudarc::cublaslt::result::CublasError;
use cudarc::cudnn::result::CudnnError;
use cudarc::driver::DriverError;
use cudarc::driver::sys::CUresult;

use crate::library::Library;
use crate::precision::Precision;

/// What kind of trouble it is, with its facts: each has another remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The driver's library, this file, cannot be loaded.
    DriverAbsent(&'static str),
    /// The driver does not start.
    DriverNotStarted,
    /// The driver is older than the libraries need.
    DriverTooOld,
    /// A library cannot be loaded from this file.
    LibraryAbsent(Library, &'static str),
    /// A library lacks a part of its own.
    LibraryBroken,
    /// The driver has no GPU for this process.
    NoDevice,
    /// The driver counts fewer GPUs.
    NotCounted {
        /// The GPU that is asked for.
        index: u32,
        /// As many as there are.
        count: u32,
    },
    /// The GPU is of a generation that a library, or a kernel, was not made for.
    WrongCapability,
    /// The GPU's memory does not suffice, in bytes.
    TooLittleMemory {
        /// What is needed.
        needs: u64,
        /// All that it has.
        has: u64,
        /// What nobody uses.
        free: u64,
    },
    /// The GPU's driver has no more memory to give.
    OutOfMemory,
    /// Another process has the GPU, or its mode forbids computing.
    Busy,
    /// A GPU of this capability has no hardware for the precision.
    PrecisionMissing {
        /// The precision.
        precision: Precision,
        /// The GPU's generation, and the number within it.
        capability: (u32, u32),
    },
    /// This network is not one that the engine computes on this GPU.
    Unsupported,
    /// The graph gave other answers than the plain run.
    GraphDiffers,
    /// Anything else that the driver or a library refuses.
    Failed,
}

/// What went wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason:?}: {detail}")]
pub struct Error {
    /// The kind.
    pub reason: Reason,
    /// What was being done, and what the driver or the library says: for whoever looks into it.
    pub detail: String,
}

impl Error {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }

    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(Reason::Unsupported, detail)
    }

    /// Whether another way of computing the same may need less memory.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        matches!(self.reason, Reason::OutOfMemory | Reason::TooLittleMemory { .. })
    }

    /// Whether another way of computing the same may work.
    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self.reason, Reason::Unsupported | Reason::PrecisionMissing { .. })
    }
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl From<DriverError> for Error {
    fn from(error: DriverError) -> Self {
        use CUresult as E;
        let reason = match error.0 {
            E::CUDA_ERROR_OUT_OF_MEMORY => Reason::OutOfMemory,
            E::CUDA_ERROR_NO_DEVICE | E::CUDA_ERROR_INVALID_DEVICE => Reason::NoDevice,
            E::CUDA_ERROR_DEVICE_UNAVAILABLE => Reason::Busy,
            E::CUDA_ERROR_SYSTEM_DRIVER_MISMATCH
            | E::CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE
            | E::CUDA_ERROR_UNSUPPORTED_PTX_VERSION => Reason::DriverTooOld,
            E::CUDA_ERROR_NO_BINARY_FOR_GPU | E::CUDA_ERROR_INVALID_PTX => Reason::WrongCapability,
            _ => Reason::Failed,
        };
        Self::new(reason, format!("{:?}", error.0))
    }
}

impl From<CudnnError> for Error {
    fn from(error: CudnnError) -> Self {
        use cudarc::cudnn::sys::cudnnStatus_t as S;
        let reason = match error.0 {
            S::CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH => Reason::WrongCapability,
            S::CUDNN_STATUS_ALLOC_FAILED => Reason::OutOfMemory,
            status if format!("{status:?}").contains("NOT_SUPPORTED") => Reason::Unsupported,
            _ => Reason::Failed,
        };
        Self::new(reason, format!("cuDNN: {:?}", error.0))
    }
}

impl From<CublasError> for Error {
    fn from(error: CublasError) -> Self {
        use cudarc::cublaslt::sys::cublasStatus_t as S;
        let reason = match error.0 {
            S::CUBLAS_STATUS_ALLOC_FAILED => Reason::OutOfMemory,
            S::CUBLAS_STATUS_ARCH_MISMATCH => Reason::WrongCapability,
            S::CUBLAS_STATUS_NOT_SUPPORTED => Reason::Unsupported,
            _ => Reason::Failed,
        };
        Self::new(reason, format!("cuBLAS: {:?}", error.0))
    }
}

/// The same error with what was being done before it.
pub(crate) trait During<T> {
    fn during(self, what: &str) -> Result<T>;
}

impl<T, E: Into<Error>> During<T> for std::result::Result<T, E> {
    fn during(self, what: &str) -> Result<T> {
        self.map_err(|error| {
            let Error { reason, detail } = error.into();
            Error { reason, detail: format!("{what}: {detail}") }
        })
    }
}
