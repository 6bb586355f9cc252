//! One GPU, and the libraries that it is used with.

use super::facts::Platform;
use super::reasons;
use crate::device::DeviceId;
use crate::gpu::ComputeCapability;

reasons! {
    /// Why a GPU cannot be used.
    Gpu GpuReason {
        /// The driver counts it and cannot describe it.
        Lost {
            /// Its number.
            index: u32,
            /// What NVML says.
            detail: String,
        } = "gpu_lost" => DeviceUnavailable,
        /// Its compute mode allows no process.
        Prohibited {
            /// Its number.
            index: u32,
        } = "gpu_prohibited" => DeviceBusy,
        /// Its compute mode allows one process, and another has it.
        Exclusive {
            /// Its number.
            index: u32,
        } = "gpu_exclusive" => DeviceBusy,
        /// The driver lists it, and CUDA in the agent's session does not.
        Hidden {
            /// Its number.
            index: u32,
            /// Of the machine.
            platform: Platform,
        } = "gpu_hidden" => DeviceHidden,
        /// CUDA counts fewer GPUs.
        NotCounted {
            /// The device that is asked for.
            device: DeviceId,
            /// The GPUs that CUDA sees.
            count: u32,
        } = "gpu_not_counted" => NoGpu,
        /// CUDA sees no GPU.
        NoneSeen {
            /// What CUDA says.
            detail: String,
        } = "gpu_not_seen" => NoGpu,
        /// The worker was built for a newer generation.
        BuiltForOther {
            /// What the worker was built for.
            built_for: ComputeCapability,
            /// What the GPU is.
            has: ComputeCapability,
        } = "built_for_other_gpus" => WrongCapability,
        /// A library, or a kernel, is not made for its generation.
        OtherGeneration {
            /// What CUDA or the library says.
            detail: String,
        } = "gpu_of_other_generation" => WrongCapability,
        /// Another process has it.
        Busy {
            /// What CUDA says.
            detail: String,
        } = "gpu_busy" => DeviceBusy,
        /// The engine does not compute this on it.
        Unsupported {
            /// What the engine, or a library, says.
            detail: String,
        } = "unsupported_on_gpu" => EngineUnavailable,
        /// CUDA or a library refuses, for any other reason.
        Failed {
            /// What was being done, and what CUDA says.
            detail: String,
        } = "gpu_failed" => DeviceUnavailable,
    }
}

reasons! {
    /// Why a library that GPUs need cannot be used.
    Library LibraryReason {
        /// The system did not start a worker that lacks a library.
        WorkerLacks {
            /// The worker's program.
            worker: String,
            /// The libraries that it lacks.
            libraries: Vec<String>,
            /// What people call the product that holds them, where that is known.
            product: Option<String>,
        } = "worker_lacks_library" => LibraryMissing,
        /// The same, where the system does not say which.
        WorkerLacksSomething {
            /// The worker's program.
            worker: String,
        } = "worker_lacks_some_library" => LibraryMissing,
        /// A worker cannot load a library.
        Absent {
            /// What people call it.
            library: String,
            /// Its file.
            file: String,
            /// What the system says.
            detail: String,
        } = "library_absent" => LibraryMissing,
        /// A library is there and lacks a part of its own.
        Broken {
            /// What it says.
            detail: String,
        } = "library_broken" => LibraryMissing,
    }
}
