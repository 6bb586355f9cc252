//! Programs that the system does not start because a shared library is missing.

use cotejo_model::Reason;
use cotejo_model::frames::Library;
use cotejo_model::reason::{DriverReason, LibraryReason, Platform};

/// What the Linux loader ends with, and how its message begins.
const LINUX: (i32, &str) = (127, "error while loading shared libraries: ");
/// `STATUS_DLL_NOT_FOUND` and `STATUS_ENTRYPOINT_NOT_FOUND`: Windows says nothing else.
const WINDOWS: [u32; 2] = [0xC000_0135, 0xC000_0139];

/// Why a program was not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unloaded {
    /// This library is missing, or cannot be used.
    Lacks(String),
    /// Some library is.
    LacksSomething,
}

/// Whether the system's loader gave a program up, by the code that it ended with and what stands on its standard error.
pub(crate) fn diagnose(code: Option<i32>, stderr: &str) -> Option<Unloaded> {
    let code = code?;
    if WINDOWS.contains(&code.cast_unsigned()) {
        return Some(Unloaded::LacksSomething);
    }
    if code != LINUX.0 {
        return None;
    }
    let (_, rest) = stderr.split_once(LINUX.1)?;
    let name = rest.split([':', '\n']).next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| Unloaded::Lacks(name.to_owned()))
}

impl Unloaded {
    /// The failure of a worker that was not loaded. `libraries` are those that a worker which does start looked for.
    pub(crate) fn failure(&self, worker: &str, libraries: &[Library]) -> Reason {
        match self {
            Self::Lacks(file) if is_driver(file) => driver_missing(worker, file),
            Self::Lacks(file) => missing(worker, vec![file.clone()]),
            Self::LacksSomething => {
                let lacking = libraries.iter().filter(|library| library.missing.is_some());
                let lacking: Vec<String> = lacking.map(|library| library.name.clone()).collect();
                if let Some(driver) = lacking.iter().find(|library| is_driver(library)) {
                    return driver_missing(worker, driver);
                }
                match lacking.as_slice() {
                    [] => LibraryReason::WorkerLacksSomething { worker: worker.to_owned() }.into(),
                    _ => missing(worker, lacking),
                }
            }
        }
    }
}

fn missing(worker: &str, libraries: Vec<String>) -> Reason {
    let product = match libraries.as_slice() {
        [library] => product(library).map(str::to_owned),
        _ => None,
    };
    LibraryReason::WorkerLacks { worker: worker.to_owned(), libraries, product }.into()
}

fn driver_missing(worker: &str, library: &str) -> Reason {
    let platform = Platform::here();
    DriverReason::WorkerLacksIt { worker: worker.to_owned(), library: library.to_owned(), platform }.into()
}

/// Whether this library comes with the driver.
fn is_driver(library: &str) -> bool {
    let name = library.to_ascii_lowercase();
    name == "driver" || name == "nvidia driver" || name.starts_with("nvcuda") || name.starts_with("libcuda.so")
}

/// What people call the product that holds this file.
fn product(file: &str) -> Option<&'static str> {
    const PRODUCTS: [(&str, &str); 6] = [
        ("cudnn", "cuDNN"),
        ("cublas", "cuBLAS"),
        ("cudart", "CUDA runtime"),
        ("curand", "cuRAND"),
        ("nvrtc", "NVRTC"),
        ("cufft", "cuFFT"),
    ];
    let name = file.to_ascii_lowercase();
    PRODUCTS.iter().find(|(part, _)| name.contains(part)).map(|(_, product)| *product)
}

#[cfg(test)]
mod tests {
    use cotejo_model::FailureCode;

    use super::*;

    fn linux(name: &str) -> String {
        format!(
            "/opt/cotejo/cotejo-worker-cuda: error while loading shared libraries: {name}: cannot open shared object \
             file: No such file or directory\n"
        )
    }

    fn library(name: &str, missing: bool) -> Library {
        let missing = missing.then(|| LibraryReason::Broken { detail: "not found".to_owned() }.into());
        Library { name: name.to_owned(), version: None, path: None, missing }
    }

    #[test]
    fn the_loader_of_linux_names_the_library() {
        let lacks = diagnose(Some(127), &linux("libcudnn.so.9")).unwrap();
        assert_eq!(lacks, Unloaded::Lacks("libcudnn.so.9".to_owned()));
        let expected = LibraryReason::WorkerLacks {
            worker: "cotejo-worker-cuda".to_owned(),
            libraries: vec!["libcudnn.so.9".to_owned()],
            product: Some("cuDNN".to_owned()),
        };
        assert_eq!(lacks.failure("cotejo-worker-cuda", &[]), expected.into());
        let driver = diagnose(Some(127), &linux("libcuda.so.1")).unwrap().failure("cotejo-worker-cuda", &[]);
        assert_eq!(driver.code(), FailureCode::DriverMissing);
    }

    #[test]
    fn a_worker_that_fails_by_itself_was_loaded() {
        assert_eq!(diagnose(Some(127), "sh: command not found"), None);
        assert_eq!(diagnose(Some(1), &linux("libcudnn.so.9")), None);
        assert_eq!(diagnose(Some(101), ""), None);
        assert_eq!(diagnose(None, ""), None);
    }

    #[test]
    fn on_windows_the_other_worker_knows_which_library_is_missing() {
        for status in [0xC000_0135_u32, 0xC000_0139] {
            assert_eq!(diagnose(Some(status.cast_signed()), ""), Some(Unloaded::LacksSomething), "{status:x}");
        }
        let failure = |libraries: &[Library]| Unloaded::LacksSomething.failure("cotejo-worker-cuda.exe", libraries);
        let some = failure(&[library("cuBLAS", true), library("cuDNN", true), library("CUDA runtime", false)]);
        let (worker, libraries) =
            ("cotejo-worker-cuda.exe".to_owned(), ["cuBLAS", "cuDNN"].map(str::to_owned).to_vec());
        assert_eq!(some, LibraryReason::WorkerLacks { worker: worker.clone(), libraries, product: None }.into());
        let driver = failure(&[library("cuDNN", true), library("nvcuda.dll", true)]);
        assert_eq!(driver.code(), FailureCode::DriverMissing);
        let unknown = failure(&[library("cuDNN", false)]);
        assert_eq!(unknown, LibraryReason::WorkerLacksSomething { worker }.into());
    }
}
