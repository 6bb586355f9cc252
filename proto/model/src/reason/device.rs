//! What a device, or the worker on it, does not offer.

use super::reasons;
use crate::device::{DeviceId, DeviceKind};
use crate::gpu::ComputeCapability;
use crate::workload::{Engine, Precision, Task};

reasons! {
    /// Why there is too little memory.
    Memory MemoryReason {
        /// A workload needs more than there is.
        TooLittle {
            /// The workload, where it is not plain from what stands beside it.
            what: Option<Task>,
            /// Whose memory: RAM or the GPU's.
            kind: DeviceKind,
            /// What it needs.
            needs_bytes: u64,
            /// What there is in all.
            has_bytes: u64,
            /// What nobody uses now, where that was asked for.
            free_bytes: Option<u64>,
            /// Forward passes at once.
            streams: u32,
        } = "too_little_memory" => OutOfMemory,
        /// The operating system gives no more for the engine's plan.
        Refused {
            /// What was asked for.
            needs_bytes: u64,
        } = "memory_refused" => OutOfMemory,
        /// The GPU's driver has no more to give.
        GpuFull {
            /// What was being done, and what CUDA says.
            detail: String,
        } = "gpu_memory_full" => OutOfMemory,
        /// Plain candle got no more from the GPU's driver.
        CandleFull {
            /// What candle says.
            detail: String,
        } = "gpu_memory_full_for_reference" => OutOfMemory,
    }
}

reasons! {
    /// Why a device does not carry out a workload.
    Device DeviceReason {
        /// Its worker has no such engine for it.
        EngineMissing {
            /// The engine that is asked for.
            engine: Engine,
            /// What kind of device it is.
            kind: DeviceKind,
            /// The engines that there are.
            has: Vec<Engine>,
        } = "engine_missing" => EngineUnavailable,
        /// The worker was built without candle's CUDA, which is this engine on GPUs.
        EngineNotBuilt {
            /// The engine that is asked for.
            engine: Engine,
        } = "engine_not_built" => EngineUnavailable,
        /// It does not compute in this precision.
        PrecisionMissing {
            /// The precision that is asked for.
            precision: Precision,
            /// What kind of device it is.
            kind: DeviceKind,
            /// The precisions that there are.
            has: Vec<Precision>,
            /// A GPU's generation, where it decides.
            capability: Option<ComputeCapability>,
        } = "precision_missing" => PrecisionUnavailable,
        /// The machine has no such device.
        Absent {
            /// The machine's name, where it is not plain from what stands beside it.
            machine: Option<String>,
            /// The device that is asked for.
            device: DeviceId,
            /// The devices that there are.
            has: Vec<DeviceId>,
        } = "device_absent" => DeviceUnavailable,
        /// The worker was built without support for this kind of device.
        KindNotBuilt {
            /// The kind.
            kind: DeviceKind,
        } = "device_kind_not_built" => DeviceUnavailable,
        /// The engine's offsets do not reach over so many pixels.
        NetworkTooLarge {
            /// Images in one forward pass.
            images: u64,
            /// Pixels.
            height: u64,
            /// Pixels.
            width: u64,
        } = "network_too_large" => EngineUnavailable,
        /// The engine has no kernel for a layer.
        LayerUnsupported {
            /// The layer's name.
            layer: String,
            /// What the engine's author must know.
            detail: String,
        } = "layer_unsupported" => EngineUnavailable,
        /// There is no pixel, no image or no thread to compute with.
        NothingToCompute = "nothing_to_compute" => EngineUnavailable,
        /// The system does not start the engine's threads.
        ThreadsNotStarted {
            /// What the system says.
            detail: String,
        } = "threads_not_started" => Internal,
        /// The environment names an instruction set that does not exist.
        InstructionSetUnknown {
            /// The name.
            name: String,
            /// Those that exist.
            known: Vec<String>,
        } = "instruction_set_unknown" => EngineUnavailable,
        /// The environment names an instruction set that the processor lacks.
        InstructionSetMissing {
            /// The name.
            name: String,
            /// Those that the processor has.
            has: Vec<String>,
        } = "instruction_set_missing" => EngineUnavailable,
    }
}
