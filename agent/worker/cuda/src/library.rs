//! NVIDIA's libraries, and the files that they are in.

/// Whether the bindings are those of CUDA 12, which on Windows have other file names; `deploy/cuda` sets the variable.
const FOR_CUDA_12: bool = match option_env!("CUDARC_CUDA_VERSION") {
    Some(version) => matches!(version.as_bytes(), [b'1', b'2', ..]),
    None => false,
};

/// A library that the engine needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// The driver's own part: comes with the driver, not with CUDA.
    Driver,
    /// The compiler for the engine's own kernels.
    Nvrtc,
    /// Matrix products.
    Cublas,
    /// Convolutions.
    Cudnn,
}

impl Library {
    /// Every library, in the order in which they are needed.
    pub const ALL: [Self; 4] = [Self::Driver, Self::Nvrtc, Self::Cublas, Self::Cudnn];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Driver => "NVIDIA driver",
            Self::Nvrtc => "NVRTC",
            Self::Cublas => "cuBLAS",
            Self::Cudnn => "cuDNN",
        }
    }

    /// The file names under which it is looked for, in the order in which cudarc tries them.
    pub fn files(self) -> &'static [&'static str] {
        match (self, cfg!(windows)) {
            (Self::Driver, true) => &["nvcuda.dll"],
            (Self::Nvrtc, true) if FOR_CUDA_12 => &["nvrtc64_120_0.dll"],
            (Self::Nvrtc, true) => &["nvrtc64_130_0.dll"],
            (Self::Cublas, true) if FOR_CUDA_12 => &["cublasLt64_12.dll"],
            (Self::Cublas, true) => &["cublasLt64_13.dll", "cublasLt64_12.dll"],
            (Self::Cudnn, true) => &["cudnn64_9.dll"],
            (Self::Driver, false) => &["libcuda.so", "libcuda.so.1"],
            (Self::Nvrtc, false) => &["libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12"],
            (Self::Cublas, false) => &["libcublasLt.so", "libcublasLt.so.13", "libcublasLt.so.12"],
            (Self::Cudnn, false) => &["libcudnn.so", "libcudnn.so.9"],
        }
    }

    /// The file that an installation is expected to have; the first of Unix is only a link for compilers.
    pub(crate) fn expected(self) -> &'static str {
        self.files()[usize::from(cfg!(not(windows)))]
    }
}
