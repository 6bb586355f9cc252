//! Sweeps that make no sense, or that nobody can measure.

use cotejo_model::reason::Problem;
use cotejo_model::reason::{FieldReason, Labelled, PlanReason};

use super::devices::task_and_space;
use super::{Sentences, or_none};
use crate::Language::Spanish;
use crate::quantity::{self, list};

/// What is wrong with a field: it follows the field's name.
pub(super) fn field(reason: &FieldReason) -> Sentences {
    Sentences::of(match reason {
        FieldReason::Empty => "está vacío".to_owned(),
        FieldReason::BadText { most_bytes } => {
            format!("debe tener entre 1 y {most_bytes} bytes, sin caracteres de control")
        }
        FieldReason::TooSmall { least } => format!("debe ser al menos {least}"),
        FieldReason::TooLarge { most } => format!("debe ser {most} como mucho"),
        FieldReason::NotAboveZero => "debe ser mayor que 0".to_owned(),
        FieldReason::BadDuration { least_ms, most_ms } => format!(
            "debe estar entre {} y {}",
            quantity::duration(*least_ms, Spanish),
            quantity::duration(*most_ms, Spanish)
        ),
        FieldReason::IntervalApart => {
            "el intervalo entre ci_low y ci_high debe contener el tiempo y empezar por encima de 0".to_owned()
        }
        FieldReason::NothingToMeasure => "no hay nada que medir: indique un modelo o un tamaño de matmul".to_owned(),
        FieldReason::TooManyWorkloads { count, most } => {
            format!("dan {count} cargas de trabajo en total; en un barrido caben {most} como mucho")
        }
        FieldReason::TaskTwice { task } => format!("pide {} en dos de sus partes", task_and_space(task)),
        FieldReason::StrayWeights { model } => format!("se dan para {model}, que no está entre los modelos"),
        FieldReason::WeightsWithoutModel => "se dan, pero el barrido no mide ningún modelo".to_owned(),
        FieldReason::WeightsUnnamed { model, path } => {
            format!("deben nombrar su modelo, por ejemplo {model}={path}")
        }
        FieldReason::WeightsTwice { model } => format!("se dan dos veces para {model}"),
    })
}

pub(super) fn plan(reason: &PlanReason) -> Sentences {
    let there_are = |known: String| format!("hay estos: {}", or_none(known));
    match reason {
        PlanReason::BadSweep { problems } => {
            let said = |Problem { field, why }: &Problem| format!("{field}: {}", super::reason(why).long);
            Sentences::of(format!("no se puede planificar el barrido: {}", or_none(list(problems.iter().map(said)))))
                .short("barrido erróneo")
        }
        PlanReason::NoMachines => Sentences::of("aún no se ha conectado ningún equipo")
            .remedy("arranque cotejo-agent run --coordinator URL en un PC de la clase"),
        PlanReason::UnknownMachines { unknown, known } => {
            Sentences::of(format!("ningún equipo se llama {}", or_none(list(unknown)))).remedy(there_are(list(known)))
        }
        PlanReason::NoLabels { wanted, known } => {
            let labelled = |Labelled { machine, labels }: &Labelled| {
                let labels = if labels.is_empty() { "sin etiquetas".to_owned() } else { labels.join(" ") };
                format!("{machine} ({labels})")
            };
            Sentences::of(format!("ningún equipo lleva las etiquetas {}", or_none(list(wanted))))
                .remedy(there_are(list(known.iter().map(labelled))))
        }
        PlanReason::NoDevices { machines } => Sentences::of(format!(
            "ninguno de los equipos elegidos tiene un dispositivo que medir; elegidos: {}",
            or_none(list(machines))
        ))
        .short("ningún dispositivo que medir"),
        PlanReason::TooManyCells { count, most } => Sentences::of(format!(
            "el barrido tiene {count} celdas en total en sus equipos; en un barrido caben {most} como mucho"
        ))
        .short("demasiadas celdas"),
        PlanReason::OverBudget { budget_ms, machine, task, needed_ms } => {
            let needed = needed_ms.div_ceil(1000);
            Sentences::of(format!(
                "nada cabe en {} s: {machine} necesita {needed} s para {}, que es lo primero que se mide",
                budget_ms / 1000,
                task_and_space(task)
            ))
            .short("presupuesto demasiado corto")
            .remedy(format!("bastaría con --budget {needed}s"))
        }
        PlanReason::NothingToCalibrate => {
            Sentences::of("no hay nada que calibrar: todo se había medido antes").short("nada que calibrar")
        }
    }
}
