//! What a coordinator does not do, and files of results.

use cotejo_model::JobState;
use cotejo_model::reason::{BundleReason, RequestReason, StoreReason, UploadReason};

use super::devices::task_and_space;
use super::{Sentences, bytes};
use crate::quantity::list;

pub(super) fn request(reason: &RequestReason) -> Sentences {
    match reason {
        RequestReason::FileNotUploaded { model, digest } => {
            let what =
                model.map_or_else(|| "la imagen no está".to_owned(), |model| format!("los pesos de {model} no están"));
            Sentences::of(format!("{what} en el coordinador (archivo {})", digest.short()))
                .short("archivo sin enviar")
                .remedy("envíe antes ese archivo")
        }
        RequestReason::NoSweepYet => Sentences::of("aún no hay ningún barrido")
            .remedy("cotejo local mide este PC, y cotejo sweep start los de una clase"),
        RequestReason::UnknownSweep { text, newest } => {
            let said = Sentences::of(format!("no hay ningún barrido {text}"));
            if newest.is_empty() { said } else { said.remedy(format!("los más recientes son: {}", list(newest))) }
        }
        RequestReason::NothingToExport => {
            Sentences::of("aún no hay nada que exportar: no ha acabado ninguna celda de estos barridos")
                .short("nada que exportar")
        }
        RequestReason::TooManyReferences { count, most } => {
            Sentences::of(format!("son {count} tiempos de referencia de una vez; se aceptan {most} como mucho"))
        }
        RequestReason::BadReference { task, device, problem } => Sentences::of(format!(
            "el tiempo de referencia de {} en {device}: {}: {}",
            task_and_space(task),
            problem.field,
            super::reason(&problem.why).long
        ))
        .short("tiempo de referencia erróneo"),
        RequestReason::UnknownSet { set, known } => {
            let said = Sentences::of(format!("ningún conjunto de tiempos de referencia se llama {set}"));
            said.remedy(if known.is_empty() {
                "no hay ninguno".to_owned()
            } else {
                format!("hay estos: {}", list(known))
            })
        }
        RequestReason::ShuttingDown => Sentences::of("el coordinador se está cerrando")
            .remedy("los barridos continúan cuando vuelva a estar en marcha"),
    }
}

pub(super) fn upload(reason: &UploadReason) -> Sentences {
    const AGAIN: &str = "vuelva a enviarlo";
    match reason {
        UploadReason::Missing { digest } => {
            Sentences::of(format!("no hay ningún archivo {digest}")).short("archivo sin enviar").remedy("envíelo antes")
        }
        UploadReason::TooLarge { has_bytes, most_bytes } => Sentences::of(format!(
            "el archivo tiene {}; este coordinador acepta {} como mucho",
            bytes(*has_bytes),
            bytes(*most_bytes)
        ))
        .short("archivo demasiado grande")
        .remedy("aumente su ajuste max_blob_mib"),
        UploadReason::BadOffset { offset, present } => {
            Sentences::of(format!("el envío empieza en el byte {offset}, y hay {present} bytes"))
                .short("envío desfasado")
                .remedy("pregunte de nuevo y continúe desde ahí")
        }
        UploadReason::Overlong { announced_bytes } => {
            Sentences::of(format!("llegaron más bytes que los {announced_bytes} anunciados"))
                .short("envío demasiado largo")
                .remedy(AGAIN)
        }
        UploadReason::EndedEarly => Sentences::of("el envío acabó antes de tiempo; lo que llegó se conserva")
            .short("envío incompleto")
            .remedy("pregunte cuánto llegó y continúe desde ahí"),
        UploadReason::Damaged { digest } => Sentences::of(format!(
            "el contenido no corresponde al SHA-256 {digest}: el archivo se dañó por el camino o cambió entretanto"
        ))
        .short("envío dañado")
        .remedy(AGAIN),
        UploadReason::Busy { digest } => Sentences::of(format!("ya se está enviando el archivo {digest}"))
            .short("envío en curso")
            .remedy("espere a que acabe"),
        UploadReason::NotKept { folder, detail } => {
            Sentences::of(format!("no se pueden guardar archivos en {folder}: {detail}"))
                .short("archivos sin guardar")
                .remedy("libere espacio en esa carpeta, o permita escribir en ella")
        }
    }
}

pub(super) fn store(reason: &StoreReason) -> Sentences {
    match reason {
        StoreReason::NotOpened { path, detail } => {
            Sentences::of(format!("no se puede abrir la base de datos {path}: {detail}"))
                .short("base de datos sin abrir")
                .remedy("compruebe que se puede escribir en la carpeta y que el disco no está lleno")
        }
        StoreReason::Newer { path, found, known } => Sentences::of(format!(
            "la base de datos {path} tiene el esquema {found}; este coordinador conoce hasta el {known}"
        ))
        .short("base de datos más reciente")
        .remedy("instale la versión de Cotejo que la escribió, o una posterior"),
        StoreReason::Failed { detail } => {
            Sentences::of(format!("la base de datos ha fallado: {detail}")).short("la base de datos ha fallado")
        }
        StoreReason::Unreadable { detail } => {
            Sentences::of(format!("la base de datos contiene algo que no se puede leer: {detail}"))
                .short("base de datos ilegible")
        }
    }
}

pub(super) fn bundle(reason: &BundleReason) -> Sentences {
    const AGAIN: &str = "vuelva a copiarlo o a exportarlo";
    let senseless =
        |what: String| Sentences::of(format!("el paquete no tiene sentido: {what}")).short("paquete sin sentido");
    let damaged =
        |what: String| Sentences::of(format!("el paquete está dañado: {what}")).short("paquete dañado").remedy(AGAIN);
    match reason {
        BundleReason::Empty => Sentences::of("el archivo está vacío"),
        BundleReason::NotABundle => Sentences::of("esto no es un paquete de Cotejo")
            .remedy("cotejo results export --bundle ARCHIVO escribe uno"),
        BundleReason::Newer { found, known } => {
            Sentences::of(format!("el paquete tiene el formato {found}; esta versión de Cotejo lee hasta el {known}"))
                .short("paquete más reciente")
                .remedy("instale una versión más reciente")
        }
        BundleReason::BadHeader => damaged("su primera línea ha cambiado".to_owned()),
        BundleReason::TooLarge { has_bytes, most_bytes } => Sentences::of(format!(
            "el paquete tiene {} de registros; se leen {} como mucho",
            bytes(*has_bytes),
            bytes(*most_bytes)
        ))
        .short("paquete demasiado grande")
        .remedy("exporte menos barridos de una vez"),
        BundleReason::Truncated { found, expected } => {
            Sentences::of(format!("el paquete está cortado: hay {found} de {expected} bytes"))
                .short("paquete dañado")
                .remedy(AGAIN)
        }
        BundleReason::Overlong { more } => damaged(format!("tras su final siguen {more} bytes")),
        BundleReason::OtherContent { expected, found } => {
            damaged(format!("su SHA-256 es {found}, y debería ser {expected}"))
        }
        BundleReason::BadRecord { line, detail } => {
            Sentences::of(format!("no se puede leer la línea {line} del paquete: {detail}")).short("paquete ilegible")
        }
        BundleReason::NoMaker => senseless("su primer registro no dice quién lo hizo".to_owned()),
        BundleReason::TwoMakers => senseless("dice dos veces quién lo hizo".to_owned()),
        BundleReason::Twice { id } => senseless(format!("contiene {id} dos veces")),
        BundleReason::NoSuchSweep { sweep } => {
            senseless(format!("dice cómo llegó el barrido {sweep}, y no lo contiene"))
        }
        BundleReason::NoMachineOf { job } => senseless(format!("no contiene el equipo del trabajo {job}")),
        BundleReason::NoSweepOf { job } => senseless(format!("no contiene el barrido del trabajo {job}")),
        BundleReason::BadJob { job, why } => senseless(format!("trabajo {job}: {}", super::reason(why).long)),
        BundleReason::OtherMeasurement { job } => senseless(format!("la medición del trabajo {job} es de otra cosa")),
        BundleReason::NoTime { job } => senseless(format!("el trabajo {job} tiene una muestra que no tardó nada")),
        BundleReason::NotFailed { job, state } => {
            senseless(format!("el trabajo {job} falló y está {}", state_of(*state)))
        }
    }
}

/// The state that a job is in.
fn state_of(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "en cola",
        JobState::Offered => "ofrecido",
        JobState::Running => "en curso",
        JobState::Uploading => "enviando",
        JobState::Unknown => "en estado desconocido",
        JobState::Cancelling => "cancelándose",
        JobState::Succeeded => "medido",
        JobState::Failed => "fallido",
        JobState::Cancelled => "cancelado",
        JobState::Expired => "caducado",
        JobState::Lost => "perdido",
        JobState::TimedOut => "fuera de tiempo",
    }
}
