//! NVIDIA's driver, and whether the machine has a GPU at all.

use super::facts::Platform;
use super::reasons;

reasons! {
    /// Why no GPU can be used on a machine.
    Driver DriverReason {
        /// The driver is there and lists no GPU.
        NoGpu {
            /// The driver's version, where it is known.
            driver: Option<String>,
        } = "no_gpu" => NoGpu,
        /// The driver's management library (NVML) is not there: there is no driver, and most likely no GPU.
        NoNvml = "no_nvml" => NoGpu,
        /// The driver is installed and not loaded, as on a PC whose GPU was taken out.
        UnloadedWithoutGpu = "driver_unloaded_without_gpu" => NoGpu,
        /// The system shows an NVIDIA GPU, and there is no driver.
        GpuWithoutDriver {
            /// Of the machine.
            platform: Platform,
        } = "gpu_without_driver" => DriverMissing,
        /// The driver is installed and not loaded.
        NotLoaded {
            /// Of the machine.
            platform: Platform,
        } = "driver_not_loaded" => DriverMissing,
        /// The driver in memory and its libraries are of different versions.
        Mismatched = "driver_mismatched" => DriverMissing,
        /// A worker cannot load the driver's library.
        LibraryAbsent {
            /// The library's file.
            file: String,
            /// What the system says.
            detail: String,
        } = "driver_library_absent" => DriverMissing,
        /// The system did not start a worker that needs the driver's library.
        WorkerLacksIt {
            /// The worker's program.
            worker: String,
            /// The library.
            library: String,
            /// Of the machine.
            platform: Platform,
        } = "worker_lacks_driver" => DriverMissing,
        /// The driver does not start.
        NotStarted {
            /// What CUDA says.
            detail: String,
        } = "driver_not_started" => DriverMissing,
        /// The agent's user may not use it.
        Forbidden = "driver_forbidden" => DeviceHidden,
        /// It does not answer.
        Silent {
            /// What NVML says.
            detail: String,
        } = "driver_silent" => DeviceUnavailable,
        /// It serves an older major version of CUDA than the worker's libraries are of.
        TooOld {
            /// The newest CUDA that it serves.
            serves: String,
            /// The CUDA of the libraries.
            needs: String,
        } = "driver_too_old" => DriverTooOld,
        /// CUDA says that it is older than the libraries.
        OlderThanLibraries {
            /// What CUDA says.
            detail: String,
        } = "driver_older_than_libraries" => DriverTooOld,
        /// An environment variable names none of the GPUs.
        AllHidden {
            /// The variable.
            variable: String,
        } = "gpus_hidden_by_variable" => DeviceHidden,
    }
}
