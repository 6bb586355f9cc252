//! NVIDIA's libraries: whether they are there, in which version, and where.

#![allow(unsafe_code, reason = "loading a library runs its initialisers, and asking its version calls it")]

use std::path::{Path, PathBuf};

use libloading::Library as Loaded;

use crate::error::{Error, Reason, Result};

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

/// A library that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its version, where it says one.
    pub version: Option<String>,
    /// The file, where the system says which.
    pub path: Option<PathBuf>,
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
    fn expected(self) -> &'static str {
        self.files()[usize::from(cfg!(not(windows)))]
    }

    /// Loads it; it stays loaded.
    ///
    /// # Errors
    /// `DriverAbsent` or `LibraryAbsent`, with what the system said.
    pub fn find(self) -> Result<Found> {
        let mut refused = None;
        for file in self.files() {
            // SAFETY: these are NVIDIA's libraries, whose initialisers have no preconditions.
            match unsafe { Loaded::new(*file) } {
                Ok(loaded) => {
                    let found = Found { version: self.version(&loaded), path: path(file) };
                    // cudarc loads it again by name; unloading in between would only cost time.
                    std::mem::forget(loaded);
                    return Ok(found);
                }
                Err(error) => {
                    let said = error.to_string();
                    // That it is not there says less than that something it needs is not.
                    if refused.is_none() || !said.contains(file) {
                        refused = Some(said);
                    }
                }
            }
        }
        let file = self.expected();
        let reason = match self {
            Self::Driver => Reason::DriverAbsent(file),
            _ => Reason::LibraryAbsent(self, file),
        };
        Err(Error::new(reason, refused.unwrap_or_default()))
    }

    fn version(self, loaded: &Loaded) -> Option<String> {
        match self {
            Self::Driver => {
                let encoded = number(loaded, b"cuDriverGetVersion\0")?;
                Some(format!("CUDA {}.{}", encoded / 1000, encoded % 1000 / 10))
            }
            Self::Nvrtc => {
                type Version = unsafe extern "C" fn(*mut i32, *mut i32) -> i32;
                let (mut major, mut minor) = (0, 0);
                // SAFETY: the signature is NVRTC's; both pointers are valid.
                let status = unsafe { loaded.get::<Version>(b"nvrtcVersion\0").ok()?(&raw mut major, &raw mut minor) };
                (status == 0).then(|| format!("{major}.{minor}"))
            }
            Self::Cublas => {
                type Property = unsafe extern "C" fn(i32, *mut i32) -> i32;
                // MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL
                let part = |which| {
                    let mut value = 0;
                    // SAFETY: the signature is cuBLAS's; the pointer is valid.
                    let status =
                        unsafe { loaded.get::<Property>(b"cublasLtGetProperty\0").ok()?(which, &raw mut value) };
                    (status == 0).then_some(value)
                };
                Some(format!("{}.{}.{}", part(0)?, part(1)?, part(2)?))
            }
            Self::Cudnn => {
                type Version = unsafe extern "C" fn() -> usize;
                // SAFETY: the signature is cuDNN's.
                let encoded = unsafe { loaded.get::<Version>(b"cudnnGetVersion\0").ok()?() };
                Some(format!("{}.{}.{}", encoded / 10_000, encoded / 100 % 100, encoded % 100))
            }
        }
    }
}

/// What a function of the driver writes that takes only where to write a number.
fn number(loaded: &Loaded, name: &[u8]) -> Option<i32> {
    type Number = unsafe extern "C" fn(*mut i32) -> i32;
    let mut value = 0;
    // SAFETY: the signature is the driver's; the pointer is valid.
    let status = unsafe { loaded.get::<Number>(name).ok()?(&raw mut value) };
    (status == 0).then_some(value)
}

/// Where the system loaded this file from: Linux tells, elsewhere the places are looked at that it would have.
fn path(file: &str) -> Option<PathBuf> {
    let mapped = std::fs::read_to_string("/proc/self/maps").ok().and_then(|maps| {
        let stem = file.split(".so").next().unwrap_or(file);
        let is_it = |path: &&str| {
            let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(stem) && name[stem.len()..].starts_with(".so")
        };
        maps.lines()
            .filter_map(|line| line.split_once('/').map(|(_, path)| path))
            .find(is_it)
            .map(|path| format!("/{path}"))
    });
    mapped.map(PathBuf::from).or_else(|| {
        let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        let searched = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
        let mut folders = beside.into_iter().chain(searched.unwrap_or_default());
        folders.find_map(|folder| Some(folder.join(file)).filter(|path| path.is_file()))
    })
}
