//! Devices: what they offer, their memory, NVIDIA's driver and GPUs.

use cotejo_model::DeviceKind;
use cotejo_model::reason::{DeviceReason, DriverReason, GpuReason, LibraryReason, MemoryReason, Platform};

use super::{Sentences, bytes, kind, or_none};
use crate::quantity::list;

const NVIDIA_SMI: &str = "ejecute nvidia-smi; suele ayudar reiniciar el PC, o un controlador más reciente";

pub(super) fn memory(reason: &MemoryReason) -> Sentences {
    match reason {
        MemoryReason::TooLittle { what, kind, needs_bytes, has_bytes, free_bytes, streams } => {
            let whose = if *kind == DeviceKind::Cpu { "el equipo" } else { "la GPU" };
            let what = what.map(|task| format!("{}: ", task_and_space(&task))).unwrap_or_default();
            let (needs, has) = (bytes(*needs_bytes), bytes(*has_bytes));
            let free = free_bytes.map(|free| format!(", de los que {} están libres", bytes(free))).unwrap_or_default();
            let smaller = if *streams > 1 {
                "elija menos flujos, o un tamaño o un lote menor"
            } else {
                "elija un tamaño o un lote menor"
            };
            let others = free_bytes.is_some() && needs_bytes <= has_bytes;
            Sentences::of(format!("{what}necesita unos {needs}; {whose} tiene {has}{free}")).remedy(if others {
                format!("cierre otros programas, o {smaller}")
            } else {
                smaller.to_owned()
            })
        }
        MemoryReason::Refused { needs_bytes } => {
            Sentences::of(format!("el sistema no da {} para el plan del motor", bytes(*needs_bytes)))
                .short("falta memoria")
                .remedy("cierre otros programas, o elija un tamaño o un lote menor")
        }
        MemoryReason::GpuFull { detail } => Sentences::of(format!("la memoria de la GPU no basta ({detail})"))
            .short("memoria de la GPU llena")
            .remedy("cierre los programas que usan la GPU, o elija un tamaño o un lote menor, o f16"),
        MemoryReason::CandleFull { detail } => {
            Sentences::of(format!("la memoria de la GPU no basta para el motor reference ({detail})"))
                .short("memoria de la GPU llena")
                .remedy("elija un tamaño o un lote menor, o el motor optimized, que necesita menos")
        }
    }
}

/// `ResNet18 224x224, lote 8`
pub(super) fn task_and_space(task: &cotejo_model::Task) -> String {
    let batch = task.batch().filter(|batch| *batch > 1).map(|batch| format!(", lote {batch}")).unwrap_or_default();
    format!("{} {size}x{size}{batch}", task.title(), size = task.size())
}

pub(super) fn device(reason: &DeviceReason) -> Sentences {
    const REFERENCE: &str = "use el motor reference";
    match reason {
        DeviceReason::EngineMissing { engine, kind, has } => {
            let kind = self::kind(*kind);
            Sentences::of(format!("esta {kind} no tiene el motor {engine}; tiene {}", or_none(list(has))))
                .short(format!("esta {kind} no tiene el motor {engine}"))
                .remedy("elija un motor que tenga")
        }
        DeviceReason::EngineNotBuilt { engine } => Sentences::of(format!(
            "este proceso de medición no tiene el motor {engine} para GPU: se compiló sin el CUDA de candle"
        ))
        .short(format!("esta GPU no tiene el motor {engine}"))
        .remedy("use el motor optimized, o instale cotejo-worker-cuda (deploy/cuda)"),
        DeviceReason::PrecisionMissing { precision, kind, has, capability } => {
            let kind = self::kind(*kind);
            let of = capability.map(|capability| format!(" (capacidad de cómputo {capability})")).unwrap_or_default();
            Sentences::of(format!("esta {kind}{of} no tiene {precision}; tiene {}", or_none(list(has))))
                .short(format!("esta {kind} no tiene {precision}"))
                .remedy("elija una precisión que tenga")
        }
        DeviceReason::Absent { machine, device, has } => {
            let machine = machine.as_deref().unwrap_or("este equipo");
            Sentences::of(format!("{machine} no tiene el dispositivo {device}; tiene {}", or_none(list(has))))
                .short(format!("no tiene {device}"))
                .remedy("elija un dispositivo que tenga")
        }
        DeviceReason::KindNotBuilt { kind } => {
            let (name, remedy) = match kind {
                DeviceKind::Cpu => ("CPU", "reinstale el proceso de medición de Cotejo"),
                DeviceKind::Cuda => ("CUDA", "ponga cotejo-worker-cuda junto al agente, o nómbrelo con --cuda-worker"),
            };
            Sentences::of(format!("este proceso de medición se compiló sin {name}"))
                .short(format!("compilado sin {name}"))
                .remedy(remedy)
        }
        DeviceReason::NetworkTooLarge { images, height, width } => {
            Sentences::of(format!("{images} x {width} x {height} píxeles son demasiados para el motor optimized"))
                .short("demasiados píxeles")
                .remedy("elija un tamaño o un lote menor")
        }
        DeviceReason::LayerUnsupported { layer, detail } => {
            Sentences::of(format!("el motor optimized no sabe calcular {layer} ({detail})"))
                .short("capa no admitida")
                .remedy(REFERENCE)
        }
        DeviceReason::NothingToCompute => {
            Sentences::of("tiene que haber al menos una imagen, un píxel y un hilo").short("nada que calcular")
        }
        DeviceReason::ThreadsNotStarted { detail } => {
            Sentences::of(format!("no se pueden iniciar los hilos del motor: {detail}"))
                .short("hilos sin iniciar")
                .remedy("pida menos hilos, o permita más al usuario que mide")
        }
        DeviceReason::InstructionSetUnknown { name, known } => {
            Sentences::of(format!("COTEJO_INSTRUCTION_SET={name}: ese juego de instrucciones no existe"))
                .short("juego de instrucciones desconocido")
                .remedy(format!("elija uno de estos: {}", or_none(list(known))))
        }
        DeviceReason::InstructionSetMissing { name, has } => {
            Sentences::of(format!("COTEJO_INSTRUCTION_SET={name}: este procesador no lo tiene"))
                .short("falta el juego de instrucciones")
                .remedy(format!("elija uno que tenga: {}", or_none(list(has))))
        }
    }
}

fn install(platform: Platform) -> &'static str {
    match platform {
        Platform::Windows => "instale el controlador de esta GPU desde nvidia.com/drivers",
        Platform::Unix => {
            "instale el paquete del controlador NVIDIA del sistema; un contenedor se inicia con --gpus all"
        }
    }
}

pub(super) fn driver(reason: &DriverReason) -> Sentences {
    const NONE: &str = "no se encontró ninguna GPU NVIDIA";
    match reason {
        DriverReason::NoGpu { driver } => {
            let driver = driver.as_ref().map(|version| format!(" (controlador {version})")).unwrap_or_default();
            Sentences::of(format!("{NONE}{driver}")).short(NONE)
        }
        DriverReason::NoNvml => {
            Sentences::of("no se encontró ninguna GPU ni controlador NVIDIA (NVML no está instalado)")
                .short("no se encontró ninguna GPU ni controlador NVIDIA")
        }
        DriverReason::UnloadedWithoutGpu => {
            Sentences::of(format!("{NONE} (su controlador está instalado, pero no cargado)")).short(NONE)
        }
        DriverReason::GpuWithoutDriver { platform } => {
            Sentences::of("hay una GPU NVIDIA, pero ningún controlador NVIDIA")
                .short("sin controlador NVIDIA")
                .remedy(install(*platform))
        }
        DriverReason::NotLoaded { platform } => {
            Sentences::of("el controlador NVIDIA está instalado, pero no cargado")
                .short("controlador NVIDIA sin cargar")
                .remedy(match platform {
                    Platform::Windows => {
                        "mire en el administrador de dispositivos por qué no arranca la GPU; reinstale su controlador"
                    }
                    Platform::Unix => {
                        "cárguelo con modprobe nvidia; si falla, reinstale el controlador para el núcleo en uso"
                    }
                })
        }
        DriverReason::Mismatched => {
            Sentences::of("el controlador NVIDIA en memoria y sus bibliotecas son de versiones distintas")
                .short("controlador NVIDIA actualizado")
                .remedy("reinicie el PC: el controlador se actualizó mientras se usaba")
        }
        DriverReason::LibraryAbsent { file, detail } => {
            Sentences::of(format!("no se puede cargar {file}, del controlador NVIDIA ({detail})"))
                .short("sin controlador NVIDIA")
                .remedy("instale el controlador NVIDIA y reinicie el PC")
        }
        DriverReason::WorkerLacksIt { worker, library, platform } => {
            Sentences::of(format!("no hay controlador NVIDIA: a {worker} le falta {library}"))
                .short("sin controlador NVIDIA")
                .remedy(install(*platform))
        }
        DriverReason::NotStarted { detail } => Sentences::of(format!("el controlador NVIDIA no arranca ({detail})"))
            .short("el controlador NVIDIA no arranca")
            .remedy("reinstale el controlador NVIDIA y reinicie el PC"),
        DriverReason::Forbidden => Sentences::of("el agente no puede usar el controlador NVIDIA")
            .short("controlador NVIDIA sin permiso")
            .remedy("permita al usuario del agente abrir los archivos /dev/nvidia*, o inícielo como otro usuario"),
        DriverReason::Silent { detail } => Sentences::of(format!("el controlador NVIDIA no responde ({detail})"))
            .short("el controlador NVIDIA no responde")
            .remedy(NVIDIA_SMI),
        DriverReason::TooOld { serves, needs } => {
            let major = needs.split('.').next().unwrap_or(needs);
            Sentences::of(format!("el controlador NVIDIA admite CUDA {serves}; las bibliotecas son de CUDA {needs}"))
                .short("controlador antiguo")
                .remedy(format!("instale un controlador para CUDA {major} o posterior desde nvidia.com/drivers"))
        }
        DriverReason::OlderThanLibraries { detail } => {
            Sentences::of(format!("el controlador NVIDIA es más antiguo de lo que necesitan las bibliotecas CUDA ({detail})"))
                .short("controlador antiguo")
                .remedy(
                    "instale un controlador NVIDIA más reciente: CUDA 13 necesita el 580 o posterior, y CUDA 12, el 525 o posterior",
                )
        }
        DriverReason::AllHidden { variable } => {
            Sentences::of(format!("{variable} no nombra ninguna de las GPU NVIDIA"))
                .short("GPU no visible")
                .remedy(format!("inicie el agente sin la variable de entorno {variable}"))
        }
    }
}

pub(super) fn gpu(reason: &GpuReason) -> Sentences {
    const SEE: &str = "ejecute nvidia-smi para ver las GPU; CUDA_VISIBLE_DEVICES puede ocultarlas a un programa";
    match reason {
        GpuReason::Lost { index, detail } => Sentences::of(format!("la GPU {index} no responde ({detail})"))
            .short("la GPU no responde")
            .remedy(NVIDIA_SMI),
        GpuReason::Prohibited { index } => {
            Sentences::of(format!("el modo de cómputo de la GPU {index} prohíbe todo proceso"))
                .short("GPU ocupada")
                .remedy(format!("permita el cómputo, como administrador: nvidia-smi -i {index} -c DEFAULT"))
        }
        GpuReason::Exclusive { index } => {
            Sentences::of(format!("la GPU {index} está en modo exclusivo, y la tiene otro proceso"))
                .short("GPU ocupada")
                .remedy(format!(
                    "termine ese proceso (nvidia-smi lo nombra), o comparta la GPU: nvidia-smi -i {index} -c DEFAULT"
                ))
        }
        GpuReason::Hidden { index, platform } => {
            let (long, remedy) = match platform {
                Platform::Windows => (
                    format!("el controlador conoce la GPU {index}, pero la sesión del agente no puede usarla"),
                    "un servicio funciona en la sesión 0; ejecute cotejo-agent run en la sesión de un usuario, como \
                     tarea al iniciar sesión",
                ),
                Platform::Unix => (
                    format!("el controlador conoce la GPU {index}, pero CUDA no la ve"),
                    "permita al usuario del agente abrir /dev/nvidia*, y cargue el módulo con modprobe nvidia_uvm",
                ),
            };
            Sentences::of(long).short("GPU no visible").remedy(remedy)
        }
        GpuReason::NotCounted { device, count } => {
            Sentences::of(format!("CUDA ve {count} GPU, así que no hay {device}"))
                .short(format!("no hay {device}"))
                .remedy(SEE)
        }
        GpuReason::NoneSeen { detail } => Sentences::of(format!("CUDA no ve ninguna GPU ({detail})"))
            .short("no se encontró ninguna GPU NVIDIA")
            .remedy(SEE),
        GpuReason::BuiltForOther { built_for, has } => Sentences::of(format!(
            "este proceso de medición se compiló para la capacidad de cómputo {built_for}; la GPU tiene la {has}"
        ))
        .short("compilado para otras GPU")
        .remedy(
            "instale uno que se haya compilado para esta GPU (deploy/cuda), o el normal: su motor se compila solo \
             para cualquiera",
        ),
        GpuReason::OtherGeneration { detail } => {
            Sentences::of(format!("las bibliotecas CUDA no son para GPU de esta generación ({detail})"))
                .short("compilado para otras GPU")
                .remedy(
                    "use bibliotecas para esta generación de GPU: CUDA 13 conoce Turing (7.5) y posteriores, y CUDA \
                     12, también anteriores",
                )
        }
        GpuReason::Busy { detail } => Sentences::of(format!(
            "otro proceso tiene la GPU para sí, o su modo prohíbe el cómputo ({detail})"
        ))
        .short("GPU ocupada")
        .remedy(
            "termine el programa que tiene la GPU (nvidia-smi lo muestra), o permita varios: nvidia-smi -c DEFAULT",
        ),
        GpuReason::Unsupported { detail } => Sentences::of(format!("el motor de la GPU no calcula esto ({detail})"))
            .short("no admitido en esta GPU")
            .remedy("elija otro tamaño, lote, precisión o motor"),
        GpuReason::Failed { detail } => {
            Sentences::of(format!("CUDA se niega ({detail})")).short("CUDA se niega").remedy(NVIDIA_SMI)
        }
    }
}

pub(super) fn library(reason: &LibraryReason) -> Sentences {
    let put = |what: &str, worker: &str| {
        format!(
            "ponga {what} junto a {worker}, en la versión con la que se compiló; cotejo-agent doctor muestra todas las \
             bibliotecas"
        )
    };
    match reason {
        LibraryReason::WorkerLacks { worker, libraries, product } => {
            let what =
                product.as_deref().unwrap_or(if libraries.len() == 1 { "la biblioteca" } else { "las bibliotecas" });
            let lacks = if libraries.len() == 1 { "le falta" } else { "le faltan" };
            Sentences::of(format!("a {worker} {lacks} {}", or_none(list(libraries)))).remedy(put(what, worker))
        }
        LibraryReason::WorkerLacksSomething { worker } => {
            Sentences::of(format!("a {worker} le falta una biblioteca compartida que el sistema no nombra"))
                .remedy(put("la biblioteca", worker))
        }
        LibraryReason::Absent { library, file, detail } => {
            Sentences::of(format!("no se puede cargar {library} ({file}): {detail}")).remedy(
                "ponga las bibliotecas CUDA y cuDNN 9 junto al proceso de medición, o instálelas; \
                 deploy/cuda/README.md las enumera",
            )
        }
        LibraryReason::Broken { detail } => {
            Sentences::of(format!("a una biblioteca CUDA le falta una parte suya ({detail})"))
                .remedy("reinstale las bibliotecas CUDA, todas de la misma versión")
        }
    }
    .short("falta una biblioteca")
}
