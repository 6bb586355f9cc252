//! The worker's process, and the files that it is given.

use cotejo_model::reason::{BlobReason, CheckReason, Exit, StartReason, WorkerReason};

use super::jobs::REPORT_IT;
use super::{Sentences, bytes};
use crate::Language::Spanish;
use crate::quantity;

fn exit(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("código de salida {code}"),
        Exit::Signal(signal) => format!("señal {signal}"),
        Exit::Unknown => "por motivo desconocido".to_owned(),
    }
}

/// The same, with the last line of a log.
fn exit_and_words(how: Exit, last_words: Option<&str>) -> String {
    match last_words {
        Some(words) => format!("({}): {words}", exit(how)),
        None => format!("({}) y no dijo nada", exit(how)),
    }
}

/// A crash: the log stands below what happened.
fn crashed(what: &str, log: &[String]) -> Sentences {
    let lines: Vec<&str> = std::iter::once(what).chain(log.iter().map(String::as_str)).collect();
    Sentences::of(lines.join("\n"))
        .short("la medición se interrumpió")
        .remedy("ejecútelo otra vez; si vuelve a ocurrir, el registro del agente en el nivel debug dice más")
}

pub(super) fn worker(reason: &WorkerReason) -> Sentences {
    match reason {
        WorkerReason::Crashed { exit: how, log } => {
            let how = how.map_or_else(|| "sin que se le pidiera".to_owned(), exit);
            crashed(&format!("el proceso de medición terminó sin dar un resultado ({how})"), log)
        }
        WorkerReason::LineTooLong { most_bytes, log } => {
            crashed(&format!("el proceso de medición escribió una línea de más de {}", bytes(*most_bytes)), log)
        }
        WorkerReason::OutputUnreadable { detail, log } => {
            crashed(&format!("no se puede leer lo que escribe el proceso de medición: {detail}"), log)
        }
        WorkerReason::NoFrame { detail, line, log } => {
            crashed(&format!("el proceso de medición escribió una línea que no se entiende ({detail}): {line}"), log)
        }
        WorkerReason::TimedOut { seconds } => {
            Sentences::of(format!("el proceso de medición no dio ningún resultado en {seconds} s, y se terminó"))
                .short("agotó su tiempo")
                .remedy("mida un tamaño o un lote menor en este equipo, o menos ejecuciones")
        }
        WorkerReason::OtherJob => Sentences::of("el proceso de medición hizo otra cosa que su trabajo")
            .short("se midió otra cosa")
            .remedy("instale el agente y el proceso de medición en la misma versión"),
        WorkerReason::Panicked { detail } => {
            let detail = detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
            Sentences::of(format!("el proceso de medición se detuvo por un error propio{detail}"))
                .short("error interno")
                .remedy(REPORT_IT)
        }
        WorkerReason::NotRestarted { detail } => {
            Sentences::of(format!("el proceso de medición no puede volver a iniciarse: {detail}"))
                .short("la medición no arranca")
                .remedy("reinstale Cotejo")
        }
        WorkerReason::NobodyReads { detail } => {
            Sentences::of(format!("nadie lee lo que escribe el proceso de medición: {detail}")).short("cancelado")
        }
        WorkerReason::Internal { detail } => {
            Sentences::of(format!("error interno: {detail}")).short("error interno").remedy(REPORT_IT)
        }
    }
}

/// A worker that does not start, or not as one of this version.
pub(super) fn start(reason: &StartReason) -> Sentences {
    let long = match reason {
        StartReason::NotStarted { program, detail } => {
            format!("no se puede iniciar el proceso de medición {program}: {detail}")
        }
        StartReason::Silent { program, seconds } => {
            format!("el proceso de medición {program} no sirve: no dijo nada en {seconds} s")
        }
        StartReason::EndedWhenAsked { program, exit, last_words } => {
            let how = exit_and_words(*exit, last_words.as_deref());
            format!("el proceso de medición {program} no sirve: terminó {how}")
        }
        StartReason::OtherVersion { program, detail } => {
            format!("el proceso de medición {program} no sirve: responde como uno de otra versión ({detail})")
        }
    };
    Sentences::of(long)
        .short("sin proceso de medición")
        .remedy("reinstale Cotejo, o nombre el programa con --worker o --cuda-worker")
}

/// The check of a device that broke down.
pub(super) fn check(reason: &CheckReason) -> Sentences {
    const RESTART: &str = "reinicie el PC o actualice el controlador NVIDIA; cotejo-agent doctor lo intenta otra vez";
    match reason {
        CheckReason::Crashed { device, exit, last_words } => {
            let how = exit_and_words(*exit, last_words.as_deref());
            Sentences::of(format!("la comprobación de {device} terminó sin respuesta {how}")).remedy(RESTART)
        }
        CheckReason::Unreadable { device, line } => {
            Sentences::of(format!("a la comprobación de {device} respondió un proceso de otra versión: {line}"))
                .remedy(RESTART)
        }
        CheckReason::TimedOut { device, seconds } => {
            let seconds = quantity::number(&seconds.to_string(), Spanish);
            Sentences::of(format!("la comprobación de {device} no dio respuesta en {seconds} s"))
                .remedy("mire con nvidia-smi si la GPU responde; suele ayudar reiniciar el PC")
        }
    }
    .short("falló la comprobación de la GPU")
}

pub(super) fn blob(reason: &BlobReason) -> Sentences {
    let why = match reason {
        BlobReason::NotKept { detail } => {
            return Sentences::of(format!("no se puede guardar un archivo en la carpeta de datos: {detail}"))
                .short("carpeta de datos sin escritura")
                .remedy("libere espacio en ella, o permita escribir en ella");
        }
        BlobReason::Refused { detail } => detail.clone(),
        BlobReason::NoAnswer => "no hay respuesta".to_owned(),
        BlobReason::Stalled { seconds } => format!("no llegó nada en {seconds} s"),
        BlobReason::EndedEarly => "acabó antes de tiempo".to_owned(),
        BlobReason::TooLong => "llegó más de lo que tiene".to_owned(),
        BlobReason::OtherContent => "lo que llegó no es lo que se pidió".to_owned(),
        BlobReason::TooLarge { has_bytes, most_bytes } => {
            format!("tiene {}; caben como mucho {}", bytes(*has_bytes), bytes(*most_bytes))
        }
    };
    Sentences::of(format!("no se pudo obtener un archivo del coordinador: {why}"))
        .short("archivo no recibido")
        .remedy("vuelva a iniciar el barrido con el archivo")
}
