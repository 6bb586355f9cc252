//! Devices: what they offer, their memory, NVIDIA's driver and GPUs.

use cotejo_model::DeviceKind;
use cotejo_model::reason::{DeviceReason, DriverReason, GpuReason, LibraryReason, MemoryReason, Platform};

use super::{Sentences, bytes, kind, or_none};
use crate::quantity::list;

const NVIDIA_SMI: &str = "run nvidia-smi; a restart of the PC, or a newer driver, often helps";

pub(super) fn memory(reason: &MemoryReason) -> Sentences {
    match reason {
        MemoryReason::TooLittle { what, kind, needs_bytes, has_bytes, free_bytes, streams } => {
            let whose = if *kind == DeviceKind::Cpu { "machine" } else { "GPU" };
            let what = what.map(|task| format!("{task} ")).unwrap_or_default();
            let (needs, has) = (bytes(*needs_bytes), bytes(*has_bytes));
            let free = free_bytes.map(|free| format!(", of which {} are free", bytes(free))).unwrap_or_default();
            let smaller = if *streams > 1 {
                "choose fewer streams, or a smaller size or batch"
            } else {
                "choose a smaller size or batch"
            };
            let others = free_bytes.is_some() && needs_bytes <= has_bytes;
            Sentences::of(format!("{what}needs about {needs}, the {whose} has {has}{free}")).remedy(if others {
                format!("close other programs, or {smaller}")
            } else {
                smaller.to_owned()
            })
        }
        MemoryReason::Refused { needs_bytes } => {
            Sentences::of(format!("the system gives no {} for the engine's plan", bytes(*needs_bytes)))
                .short("too little memory")
                .remedy("close other programs, or choose a smaller size or batch")
        }
        MemoryReason::GpuFull { detail } => Sentences::of(format!("the GPU's memory does not suffice ({detail})"))
            .short("GPU memory is full")
            .remedy("close programs that use the GPU, or choose a smaller size or batch, or f16"),
        MemoryReason::CandleFull { detail } => {
            Sentences::of(format!("the GPU's memory does not suffice for the reference engine ({detail})"))
                .short("GPU memory is full")
                .remedy("choose a smaller size or batch, or the optimized engine, which needs less")
        }
    }
}

pub(super) fn device(reason: &DeviceReason) -> Sentences {
    const REFERENCE: &str = "use the reference engine";
    match reason {
        DeviceReason::EngineMissing { engine, kind, has } => {
            let kind = self::kind(*kind);
            Sentences::of(format!("no {engine} engine on this {kind}; it has {}", or_none(list(has))))
                .short(format!("no {engine} engine on this {kind}"))
                .remedy("choose an engine that it has")
        }
        DeviceReason::EngineNotBuilt { engine } => {
            Sentences::of(format!("no {engine} engine for GPUs in this worker: it was built without candle's CUDA"))
                .short(format!("no {engine} engine on this GPU"))
                .remedy("use the optimized engine, or install cotejo-worker-cuda (deploy/cuda)")
        }
        DeviceReason::PrecisionMissing { precision, kind, has, capability } => {
            let kind = self::kind(*kind);
            let of = capability.map(|capability| format!(" (compute capability {capability})")).unwrap_or_default();
            Sentences::of(format!("no {precision} on this {kind}{of}; it has {}", or_none(list(has))))
                .short(format!("no {precision} on this {kind}"))
                .remedy("choose a precision that it has")
        }
        DeviceReason::Absent { machine, device, has } => {
            let machine = machine.as_deref().unwrap_or("this machine");
            Sentences::of(format!("{machine} has no device {device}; it has {}", or_none(list(has))))
                .short(format!("no device {device}"))
                .remedy("choose a device that it has")
        }
        DeviceReason::KindNotBuilt { kind } => {
            let (name, remedy) = match kind {
                DeviceKind::Cpu => ("CPU", "reinstall the Cotejo worker"),
                DeviceKind::Cuda => ("CUDA", "put cotejo-worker-cuda beside the agent, or name it with --cuda-worker"),
            };
            Sentences::of(format!("this worker was built without {name} support"))
                .short(format!("built without {name}"))
                .remedy(remedy)
        }
        DeviceReason::NetworkTooLarge { images, height, width } => {
            Sentences::of(format!("{images} x {width} x {height} pixels are too many for the optimized engine"))
                .short("too many pixels")
                .remedy("choose a smaller size or batch")
        }
        DeviceReason::LayerUnsupported { layer, detail } => {
            Sentences::of(format!("the optimized engine has no kernel for {layer} ({detail})"))
                .short("layer unsupported")
                .remedy(REFERENCE)
        }
        DeviceReason::NothingToCompute => {
            Sentences::of("there must be at least one image, pixel and thread").short("nothing to compute")
        }
        DeviceReason::ThreadsNotStarted { detail } => {
            Sentences::of(format!("the engine's threads cannot be started: {detail}"))
                .short("threads not started")
                .remedy("ask for fewer threads, or let the user who measures start more")
        }
        DeviceReason::InstructionSetUnknown { name, known } => {
            Sentences::of(format!("COTEJO_INSTRUCTION_SET={name}: there is no such instruction set"))
                .short("instruction set unknown")
                .remedy(format!("choose one of {}", or_none(list(known))))
        }
        DeviceReason::InstructionSetMissing { name, has } => {
            Sentences::of(format!("COTEJO_INSTRUCTION_SET={name}: this processor has not got it"))
                .short("instruction set missing")
                .remedy(format!("choose one that it has: {}", or_none(list(has))))
        }
    }
}

fn install(platform: Platform) -> &'static str {
    match platform {
        Platform::Windows => "install the driver for this GPU from nvidia.com/drivers",
        Platform::Unix => "install the system's NVIDIA driver package; a container must be started with --gpus all",
    }
}

pub(super) fn driver(reason: &DriverReason) -> Sentences {
    match reason {
        DriverReason::NoGpu { driver } => {
            let driver = driver.as_ref().map(|version| format!(" (driver {version})")).unwrap_or_default();
            Sentences::of(format!("no NVIDIA GPU found{driver}")).short("no NVIDIA GPU found")
        }
        DriverReason::NoNvml => Sentences::of("no NVIDIA GPU or driver found (NVML is not installed)")
            .short("no NVIDIA GPU or driver found"),
        DriverReason::UnloadedWithoutGpu => {
            Sentences::of("no NVIDIA GPU found (its driver is installed but not loaded)").short("no NVIDIA GPU found")
        }
        DriverReason::GpuWithoutDriver { platform } => Sentences::of("there is an NVIDIA GPU, but no NVIDIA driver")
            .short("no NVIDIA driver")
            .remedy(install(*platform)),
        DriverReason::NotLoaded { platform } => Sentences::of("the NVIDIA driver is installed but not loaded")
            .short("NVIDIA driver not loaded")
            .remedy(match platform {
                Platform::Windows => "see in the device manager why the GPU does not start; reinstall its driver",
                Platform::Unix => {
                    "load it with modprobe nvidia; if that fails, reinstall the driver for the running kernel"
                }
            }),
        DriverReason::Mismatched => {
            Sentences::of("the NVIDIA driver in memory and its libraries are of different versions")
                .short("NVIDIA driver was updated")
                .remedy("restart the PC: the driver was updated while it was in use")
        }
        DriverReason::LibraryAbsent { file, detail } => {
            Sentences::of(format!("the NVIDIA driver's {file} cannot be loaded ({detail})"))
                .short("no NVIDIA driver")
                .remedy("install the NVIDIA driver and restart the PC")
        }
        DriverReason::WorkerLacksIt { worker, library, platform } => {
            Sentences::of(format!("there is no NVIDIA driver: {worker} lacks {library}"))
                .short("no NVIDIA driver")
                .remedy(install(*platform))
        }
        DriverReason::NotStarted { detail } => Sentences::of(format!("the NVIDIA driver does not start ({detail})"))
            .short("NVIDIA driver does not start")
            .remedy("reinstall the NVIDIA driver and restart the PC"),
        DriverReason::Forbidden => Sentences::of("the agent may not use the NVIDIA driver")
            .short("NVIDIA driver not allowed")
            .remedy("let the agent's user open the device files /dev/nvidia*, or run it as another user"),
        DriverReason::Silent { detail } => Sentences::of(format!("the NVIDIA driver does not answer ({detail})"))
            .short("NVIDIA driver does not answer")
            .remedy(NVIDIA_SMI),
        DriverReason::TooOld { serves, needs } => {
            let major = needs.split('.').next().unwrap_or(needs);
            Sentences::of(format!("the NVIDIA driver serves CUDA {serves}, the libraries are of CUDA {needs}"))
                .short("driver too old")
                .remedy(format!("install a driver for CUDA {major} or later from nvidia.com/drivers"))
        }
        DriverReason::OlderThanLibraries { detail } => {
            Sentences::of(format!("the NVIDIA driver is older than the CUDA libraries need ({detail})"))
                .short("driver too old")
                .remedy("install a newer NVIDIA driver: CUDA 13 needs 580 or later, CUDA 12 needs 525 or later")
        }
        DriverReason::AllHidden { variable } => Sentences::of(format!("{variable} names none of the NVIDIA GPUs"))
            .short("GPU not visible")
            .remedy(format!("start the agent without the environment variable {variable}")),
    }
}

pub(super) fn gpu(reason: &GpuReason) -> Sentences {
    match reason {
        GpuReason::Lost { index, detail } => Sentences::of(format!("GPU {index} does not answer ({detail})"))
            .short("GPU does not answer")
            .remedy(NVIDIA_SMI),
        GpuReason::Prohibited { index } => Sentences::of(format!("GPU {index}'s compute mode is \"prohibited\""))
            .short("GPU busy")
            .remedy(format!("allow computing, as administrator: nvidia-smi -i {index} -c DEFAULT")),
        GpuReason::Exclusive { index } => {
            Sentences::of(format!("GPU {index} is in exclusive mode, and another process has it"))
                .short("GPU busy")
                .remedy(format!(
                    "end that process (nvidia-smi names it), or share the GPU: nvidia-smi -i {index} -c DEFAULT"
                ))
        }
        GpuReason::Hidden { index, platform } => {
            let (long, remedy) = match platform {
                Platform::Windows => (
                    format!("the driver knows GPU {index}, but the agent's session cannot use it"),
                    "a service runs in session 0; run cotejo-agent run in a user's session instead, as a task at logon",
                ),
                Platform::Unix => (
                    format!("the driver knows GPU {index}, but CUDA does not see it"),
                    "let the agent's user open /dev/nvidia*, and load the module with modprobe nvidia_uvm",
                ),
            };
            Sentences::of(long).short("GPU not visible").remedy(remedy)
        }
        GpuReason::NotCounted { device, count } => {
            let gpus = if *count == 1 { "GPU" } else { "GPUs" };
            Sentences::of(format!("CUDA sees {count} {gpus}, so there is no {device}"))
                .short(format!("no device {device}"))
                .remedy("run nvidia-smi to see the GPUs; CUDA_VISIBLE_DEVICES may hide them from a program")
        }
        GpuReason::NoneSeen { detail } => Sentences::of(format!("CUDA sees no GPU ({detail})"))
            .short("no NVIDIA GPU found")
            .remedy("run nvidia-smi to see the GPUs; CUDA_VISIBLE_DEVICES may hide them from a program"),
        GpuReason::BuiltForOther { built_for, has } => {
            Sentences::of(format!("this worker was built for compute capability {built_for}, the GPU has {has}"))
                .short("built for other GPUs")
                .remedy(
                    "install a worker that was built for this GPU (deploy/cuda), or the plain worker: its engine \
                     compiles itself for any",
                )
        }
        GpuReason::OtherGeneration { detail } => Sentences::of(format!(
            "the CUDA libraries are not for GPUs of this generation ({detail})"
        ))
        .short("built for other GPUs")
        .remedy(
            "use libraries for this generation of GPUs: CUDA 13 knows Turing (7.5) and later, CUDA 12 older ones too",
        ),
        GpuReason::Busy { detail } => {
            Sentences::of(format!("another process has the GPU for itself, or its mode forbids computing ({detail})"))
                .short("GPU busy")
                .remedy(
                    "end the program that has the GPU (nvidia-smi shows it), or allow several: nvidia-smi -c DEFAULT",
                )
        }
        GpuReason::Unsupported { detail } => {
            Sentences::of(format!("the GPU's engine does not compute this ({detail})"))
                .short("unsupported on this GPU")
                .remedy("choose another size, batch, precision or engine")
        }
        GpuReason::Failed { detail } => {
            Sentences::of(format!("CUDA refuses ({detail})")).short("CUDA refuses").remedy(NVIDIA_SMI)
        }
    }
}

pub(super) fn library(reason: &LibraryReason) -> Sentences {
    let put = |what: &str, worker: &str| {
        format!(
            "put {what} beside {worker}, in the version that it was built with; cotejo-agent doctor lists all libraries"
        )
    };
    match reason {
        LibraryReason::WorkerLacks { worker, libraries, product } => {
            let what = product.as_deref().unwrap_or(if libraries.len() == 1 { "it" } else { "them" });
            Sentences::of(format!("{worker} lacks {}", or_none(list(libraries)))).remedy(put(what, worker))
        }
        LibraryReason::WorkerLacksSomething { worker } => {
            Sentences::of(format!("{worker} lacks a shared library that the system does not name"))
                .remedy(put("it", worker))
        }
        LibraryReason::Absent { library, file, detail } => Sentences::of(format!(
            "{library} ({file}) cannot be loaded: {detail}"
        ))
        .remedy(
            "put the CUDA libraries and cuDNN 9 beside the worker, or install them; deploy/cuda/README.md lists them",
        ),
        LibraryReason::Broken { detail } => Sentences::of(format!("a CUDA library lacks a part of its own ({detail})"))
            .remedy("reinstall the CUDA libraries, all of one version"),
    }
    .short("library missing")
}
