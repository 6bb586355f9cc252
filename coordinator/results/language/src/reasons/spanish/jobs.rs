//! Jobs, their answers, and how they end.

use cotejo_model::JobState;
use cotejo_model::reason::{AnswerReason, EndReason, JobFile, JobReason};
use cotejo_model::workload::Dimension;

use super::Sentences;
use crate::Language::Spanish;
use crate::quantity;

/// What is said to everyone who meets a defect.
pub(super) const REPORT_IT: &str = "comuníquelo, con el registro del agente";

pub(super) fn job(reason: &JobReason) -> Sentences {
    const REQUEST: &str = "escriba un objeto JSON en la primera línea";
    match reason {
        JobReason::RequestMissing => {
            Sentences::of("la entrada estándar no contiene ninguna petición").short("sin petición").remedy(REQUEST)
        }
        JobReason::RequestUnreadable { detail } => {
            Sentences::of(format!("no se puede leer la petición: {detail}")).short("petición ilegible").remedy(REQUEST)
        }
        JobReason::FileNotGiven { file } => {
            let file = match file {
                JobFile::Image => "una imagen",
                JobFile::Weights => "unos pesos",
            };
            Sentences::of(format!("el trabajo nombra {file} por su resumen SHA-256, pero no se dio ningún archivo"))
                .short("falta el archivo")
        }
        JobReason::OutOfRange { dimension, value, most } => {
            let what = match dimension {
                Dimension::Size => "el tamaño",
                Dimension::Batch => "el lote",
                Dimension::Threads => "el número de hilos",
                Dimension::Streams => "el número de flujos",
            };
            Sentences::of(format!("{what} {value} no está entre 1 y {most}"))
                .remedy(format!("elija un número del 1 al {most}"))
        }
        JobReason::StreamsOverThreads { streams, threads } => {
            Sentences::of(format!("{streams} flujos necesitan al menos otros tantos hilos; hay {threads}"))
                .short("más flujos que hilos")
                .remedy("pida menos flujos o más hilos")
        }
        JobReason::StreamsOverCores { streams, cores } => {
            Sentences::of(format!("{streams} flujos necesitan otros tantos hilos; este equipo tiene {cores}"))
                .remedy("elija menos flujos")
        }
        JobReason::OptionsWithoutEngine => {
            Sentences::of("exact y streams son opciones de un clasificador con el motor optimized")
                .short("opciones del motor optimized")
                .remedy("quítelas, o elija el motor optimized")
        }
        JobReason::NoRuns => {
            Sentences::of("el número de ejecuciones debe ser al menos 1").remedy("pida al menos una ejecución")
        }
        JobReason::NotExplained => {
            Sentences::of("solo se explica capa por capa un clasificador con el motor optimized y un solo flujo")
                .short("no se puede explicar")
        }
        JobReason::PlayedNotExplained => Sentences::of("un PC simulado no tiene capas que explicar")
            .short("no se puede explicar")
            .remedy("cotejo explain explica las de este PC"),
        JobReason::CpuNotChecked => Sentences::of("solo se comprueban las GPU").remedy("nombre una GPU, como cuda:0"),
        JobReason::UnknownDevice { text } => {
            Sentences::of(format!("ningún dispositivo se llama {text}")).remedy("nombre uno, como cpu o cuda:0")
        }
    }
}

pub(super) fn answer(reason: &AnswerReason) -> Sentences {
    let off = |error: &Option<f64>| match error {
        Some(error) => {
            format!("un logit se aparta en {} de su valor cuadrático medio", quantity::magnitude(*error, Spanish))
        }
        None => "un logit no es un número".to_owned(),
    };
    match reason {
        AnswerReason::NotFinite { logit } => Sentences::of(format!(
            "la respuesta de la red no es finita: el logit {logit} es infinito o no es un número"
        ))
        .short("la respuesta no es finita")
        .remedy("compruebe el archivo de pesos"),
        AnswerReason::OffReference { error } => {
            Sentences::of(format!("la respuesta no es la del motor de referencia: {}", off(error)))
                .short("respuesta errónea")
                .remedy(REPORT_IT)
        }
        AnswerReason::DeviceWrong { device, error } => {
            Sentences::of(format!("{device} da respuestas erróneas: {}", off(error)))
                .short("da respuestas erróneas")
                .remedy(REPORT_IT)
        }
        AnswerReason::ProductWrong { row, column, found, expected } => {
            let number = |value: &f64| quantity::number(&value.to_string(), Spanish);
            let found = found.as_ref().map_or_else(|| "algo que no es un número".to_owned(), number);
            let expected = number(expected);
            Sentences::of(format!("el elemento ({row}, {column}) del producto es {found} en lugar de {expected}"))
                .short("producto erróneo")
                .remedy(REPORT_IT)
        }
        AnswerReason::GraphDiffers => {
            Sentences::of("el grafo CUDA de la GPU da otras respuestas que las mismas operaciones una a una")
                .short("respuesta errónea")
                .remedy(REPORT_IT)
        }
    }
}

pub(super) fn end(reason: &EndReason) -> Sentences {
    match reason {
        EndReason::Cancelled => Sentences::of("el trabajo se canceló").short("cancelado"),
        EndReason::Expired { hours } => {
            let hours = if *hours == 1 { "una hora".to_owned() } else { format!("{hours} horas") };
            Sentences::of(format!("su equipo no se conectó en {hours}"))
                .short("caducado")
                .remedy("inicie el agente en ese equipo y vuelva a medir")
        }
        EndReason::AgentLost { tries, most } => {
            Sentences::of(format!("se perdió el agente en medio del trabajo ({tries} de {most} intentos)"))
                .short("agente perdido")
                .remedy("averigüe en ese equipo por qué terminó su agente o perdió la red, y vuelva a medir")
        }
        EndReason::AgentFailed { detail } => {
            Sentences::of(format!("el agente falló en el trabajo: {detail}")).short("el agente falló").remedy(REPORT_IT)
        }
        EndReason::OtherResult => Sentences::of("el agente envió el resultado de otra cosa")
            .short("resultado de otra cosa")
            .remedy("instale en ese equipo la versión del agente que tiene el coordinador"),
        EndReason::Unexplained { state } => Sentences::of(match state {
            JobState::Cancelled => "cancelado",
            JobState::Expired => "caducado",
            JobState::Lost => "perdido",
            JobState::TimedOut => "agotó su tiempo",
            JobState::Queued
            | JobState::Offered
            | JobState::Running
            | JobState::Uploading
            | JobState::Unknown
            | JobState::Cancelling
            | JobState::Succeeded
            | JobState::Failed => "falló, y nadie dijo por qué",
        }),
    }
}
