//! Loading NVIDIA's libraries: whether they are there, in which version, and where.

#![allow(unsafe_code, reason = "loading a library runs its initialisers, and asking its version calls it")]

use std::path::{Path, PathBuf};

use libloading::Library as Loaded;

use crate::error::{Error, Reason, Result};
use crate::library::Library;

/// A library that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its version, where it says one.
    pub version: Option<String>,
    /// The file, where the system says which.
    pub path: Option<PathBuf>,
}

impl Library {
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
