//! Sweeps that make no sense, or that nobody can measure.

use cotejo_model::reason::Problem;
use cotejo_model::reason::{FieldReason, Labelled, PlanReason};

use super::{Sentences, or_none};
use crate::Language::English;
use crate::quantity::{self, list};

/// What is wrong with a field: it follows the field's name.
pub(super) fn field(reason: &FieldReason) -> Sentences {
    Sentences::of(match reason {
        FieldReason::Empty => "is empty".to_owned(),
        FieldReason::BadText { most_bytes } => format!("must be 1 to {most_bytes} bytes without control characters"),
        FieldReason::TooSmall { least } => format!("must be at least {least}"),
        FieldReason::TooLarge { most } => format!("must be at most {most}"),
        FieldReason::NotAboveZero => "must be more than 0".to_owned(),
        FieldReason::BadDuration { least_ms, most_ms } => {
            format!("must be {} to {}", quantity::duration(*least_ms, English), quantity::duration(*most_ms, English))
        }
        FieldReason::IntervalApart => {
            "the interval ci_low to ci_high must contain the time, and begin above 0".to_owned()
        }
        FieldReason::NothingToMeasure => "nothing to measure: name a model, or a size of matmul".to_owned(),
        FieldReason::TooManyWorkloads { count, most } => {
            format!("make {count} workloads in all; at most {most} fit a sweep")
        }
        FieldReason::TaskTwice { task } => format!("asks for {task} in two of its parts"),
        FieldReason::StrayWeights { model } => format!("are given for {model}, which is not among the models"),
        FieldReason::WeightsWithoutModel => "are given, but the sweep measures no model".to_owned(),
        FieldReason::WeightsUnnamed { model, path } => format!("must name their model, as in {model}={path}"),
        FieldReason::WeightsTwice { model } => format!("are given twice for {model}"),
    })
}

pub(super) fn plan(reason: &PlanReason) -> Sentences {
    match reason {
        PlanReason::BadSweep { problems } => {
            let said = |Problem { field, why }: &Problem| format!("{field}: {}", super::reason(why).long);
            Sentences::of(format!("the sweep cannot be planned: {}", or_none(list(problems.iter().map(said)))))
                .short("unsound sweep")
        }
        PlanReason::NoMachines => Sentences::of("no machine has connected yet")
            .remedy("start cotejo-agent run --coordinator URL on a PC of the class"),
        PlanReason::UnknownMachines { unknown, known } => {
            Sentences::of(format!("no machine is called {}", or_none(list(unknown))))
                .remedy(format!("there are: {}", or_none(list(known))))
        }
        PlanReason::NoLabels { wanted, known } => {
            let labelled = |Labelled { machine, labels }: &Labelled| {
                let labels = if labels.is_empty() { "no labels".to_owned() } else { labels.join(" ") };
                format!("{machine} ({labels})")
            };
            Sentences::of(format!("no machine is labelled {}", or_none(list(wanted))))
                .remedy(format!("there are: {}", or_none(list(known.iter().map(labelled)))))
        }
        PlanReason::NoDevices { machines } => {
            Sentences::of(format!("no selected machine has a device to measure; selected: {}", or_none(list(machines))))
                .short("no device to measure")
        }
        PlanReason::TooManyCells { count, most } => {
            Sentences::of(format!("the sweep has {count} cells over all its machines; at most {most} fit one sweep"))
                .short("too many cells")
        }
        PlanReason::OverBudget { budget_ms, machine, task, needed_ms } => {
            let needed = needed_ms.div_ceil(1000);
            Sentences::of(format!(
                "nothing fits a budget of {} s: {machine} needs {needed} s for {task}, which comes first",
                budget_ms / 1000
            ))
            .short("too short a budget")
            .remedy(format!("--budget {needed}s would do"))
        }
        PlanReason::NothingToCalibrate => {
            Sentences::of("there is nothing to calibrate: all of it was measured before").short("nothing to calibrate")
        }
    }
}
