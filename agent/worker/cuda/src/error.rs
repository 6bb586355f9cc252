//! Why a GPU, or a library for it, does not do what it is asked.

use cudarc::cublaslt::result::CublasError;
use cudarc::cudnn::result::CudnnError;
use cudarc::driver::DriverError;
use cudarc::driver::sys::CUresult;

/// What kind of trouble it is: each has another remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No driver.
    DriverMissing,
    /// The driver is older than the libraries need.
    DriverTooOld,
    /// A library is not there, or too old.
    LibraryMissing,
    /// The driver has no such GPU.
    NoDevice,
    /// The GPU is of a generation that a library, or a kernel, was not made for.
    WrongCapability,
    /// The GPU's memory does not suffice.
    OutOfMemory,
    /// Another process has the GPU, or its mode forbids computing.
    Busy,
    /// This network, or this precision, is not one that the engine computes on this GPU.
    Unsupported,
    /// The graph gave other answers than the plain run.
    WrongAnswer,
    /// Anything else that the driver or a library refuses.
    Failed,
}

/// What went wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind.
    pub reason: Reason,
    /// For people.
    pub message: String,
}

impl Error {
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(Reason::Unsupported, message)
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
        let means = match reason {
            Reason::OutOfMemory => "the GPU's memory does not suffice",
            Reason::NoDevice => "CUDA sees no GPU",
            Reason::Busy => "another process has the GPU for itself, or its mode forbids computing",
            Reason::DriverTooOld => "the driver is older than the libraries",
            Reason::WrongCapability => "the code is for GPUs of another generation",
            _ => "CUDA refuses",
        };
        Self::new(reason, format!("{means} ({:?})", error.0))
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
        Self::new(reason, format!("cuDNN says {:?}", error.0))
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
        Self::new(reason, format!("cuBLAS says {:?}", error.0))
    }
}

/// The same error with what was being done before it.
pub(crate) trait During<T> {
    fn during(self, what: &str) -> Result<T>;
}

impl<T, E: Into<Error>> During<T> for std::result::Result<T, E> {
    fn during(self, what: &str) -> Result<T> {
        self.map_err(|error| {
            let Error { reason, message } = error.into();
            Error { reason, message: format!("{what}: {message}") }
        })
    }
}
