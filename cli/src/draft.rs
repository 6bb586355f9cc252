//! A sweep as a person asks for it: some fields given, by flags or by a file, the rest left to a preset.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use cotejo_model::reason::Problem;
use cotejo_model::sweep::{Preset, TaskKind, WorkSpec, stray_weights};

use crate::fields::{AnyField, FIELDS, Field, NAME, PRESET, Part, Value};
use crate::request::Request;

/// What a sweep is called whose work is nobody's preset.
const CUSTOM: &str = "custom";

/// What was given, by the fields' keys.
#[derive(Clone, Default)]
pub(crate) struct Draft(BTreeMap<&'static str, Value>);

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Draft {
    /// This draft with this field given.
    #[must_use]
    pub(crate) fn with<T: Clone + Send + Sync + 'static>(mut self, field: &Field<T>, value: T) -> Self {
        self.set(field.key, Arc::new(value));
        self
    }

    /// Gives the field of this key a value of the field's type.
    pub(crate) fn set(&mut self, key: &'static str, value: Value) {
        self.0.insert(key, value);
    }

    /// What was given for this field.
    pub(crate) fn get<T: 'static>(&self, field: &Field<T>) -> Option<&T> {
        self.0.get(field.key).map(|value| field.of(value))
    }

    /// Whether any other field than this one was given.
    pub(crate) fn gives_more_than<T>(&self, field: &Field<T>) -> bool {
        self.0.keys().any(|key| *key != field.key)
    }

    /// The fields that were given, in the order in which they are applied.
    fn given(&self) -> impl Iterator<Item = (&'static dyn AnyField, &Value)> {
        FIELDS.iter().filter_map(|field| Some((*field, self.0.get(field.key())?)))
    }

    /// This draft, with what it leaves open taken from another one.
    #[must_use]
    pub(crate) fn over(self, base: &Self) -> Self {
        // Whoever says how long to measure says all of it: a budget given here is not undone by runs given there.
        let long = self.given().any(|(field, _)| field.part() == Part::Long);
        let below = base.given().filter(|(field, _)| !(long && field.part() == Part::Long));
        let mut merged: BTreeMap<_, _> = below.map(|(field, value)| (field.key(), value.clone())).collect();
        merged.extend(self.0);
        Self(merged)
    }

    /// The complete sweep, or everything that is wrong with it.
    pub(crate) fn resolve(self) -> Result<Request, Vec<Problem>> {
        let mut request = Request::of(Preset::Practice.spec());
        let named = self.tasks();
        // Whoever names tasks and no preset wants these tasks and no others.
        if self.get(&PRESET).is_none() && !named.is_empty() {
            request.spec.work.retain(|work| named.contains(&work.kind()));
        }
        let mut problems = Vec::new();
        for (field, value) in self.given() {
            if let Err(why) = field.apply(value, &mut request) {
                problems.push(Problem::new(field.key(), why));
            }
        }
        if self.get(&NAME).is_none() && !named.is_empty() {
            CUSTOM.clone_into(&mut request.spec.name);
        }
        let models = request.spec.classify().map_or(&[][..], |classify| &classify.models);
        problems.extend(stray_weights(request.weights.keys(), models));
        request.spec.work.retain(|work| !WorkSpec::is_empty(work));
        problems.extend(request.spec.problems());
        if problems.is_empty() { Ok(request) } else { Err(problems) }
    }

    /// The kinds of tasks that something was said of.
    fn tasks(&self) -> BTreeSet<TaskKind> {
        let task = |(field, _): (&dyn AnyField, &Value)| match field.part() {
            Part::Task(kind) => Some(kind),
            Part::How | Part::Long | Part::Class => None,
        };
        self.given().filter_map(task).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use cotejo_model::Model;
    use cotejo_model::reason::FieldReason;

    use super::*;
    use crate::fields::files::WeightFile;
    use crate::fields::{BATCHES, CELL_BUDGET, MATMUL, MODELS, RUNS, SIZES, SWEEP_BUDGET, WEIGHTS};

    fn nothing() -> Draft {
        Draft::default()
    }

    #[test]
    fn nothing_given_is_the_practice() {
        assert_eq!(nothing().resolve().unwrap().spec, Preset::Practice.spec());
    }

    #[test]
    fn a_preset_is_what_it_stands_for() {
        for preset in Preset::ALL.iter().copied() {
            assert_eq!(nothing().with(&PRESET, preset).resolve().unwrap().spec, preset.spec());
        }
    }

    #[test]
    fn flags_come_before_the_file_and_the_file_before_the_preset() {
        let file = nothing().with(&SIZES, vec![64]).with(&BATCHES, vec![2]).with(&PRESET, Preset::Full);
        let spec = nothing().with(&SIZES, vec![32]).over(&file).resolve().unwrap().spec;
        let classify = spec.classify().unwrap();
        assert_eq!((&classify.sizes, &classify.batches), (&vec![32], &vec![2]));
        assert_eq!(classify.models, Preset::Full.spec().classify().unwrap().models);
        assert_eq!(spec.name, CUSTOM);
    }

    #[test]
    fn products_alone_measure_no_model() {
        let matmul = || nothing().with(&MATMUL, vec![512]);
        let models = |draft: Draft| draft.resolve().unwrap().spec.classify().map(|classify| classify.models.clone());
        assert_eq!(models(matmul()), None);
        assert_eq!(models(matmul().with(&SIZES, vec![64])), Some(vec![Model::ResNet18]));
        assert_eq!(models(matmul().with(&PRESET, Preset::Quick)), Some(vec![Model::ResNet18]));
    }

    #[test]
    fn the_later_word_on_how_long_to_measure_counts() {
        let file = nothing().with(&RUNS, 5);
        let measuring = nothing().with(&CELL_BUDGET, 1000).over(&file).resolve().unwrap().spec.measuring;
        assert_eq!((measuring.runs, measuring.budget_ms), (None, 1000));
        let both = nothing().with(&RUNS, 5).with(&CELL_BUDGET, 1000).resolve().unwrap().spec.measuring;
        assert_eq!((both.runs, both.budget_ms), (Some(5), 1000));
    }

    #[test]
    fn the_budget_of_the_sweep_is_not_that_of_a_cell() {
        let file = nothing().with(&SWEEP_BUDGET, 90_000).with(&RUNS, 5);
        let spec = nothing().with(&CELL_BUDGET, 1000).over(&file).resolve().unwrap().spec;
        assert_eq!((spec.budget_ms, spec.measuring.budget_ms, spec.measuring.runs), (Some(90_000), 1000, None));
        let bad = nothing().with(&SWEEP_BUDGET, 1).resolve().unwrap_err();
        let day = FieldReason::BadDuration { least_ms: 1000, most_ms: 86_400_000 };
        assert_eq!(bad, [Problem::new("sweep-budget", day)]);
    }

    #[test]
    fn weights_are_checked_before_anything_is_read() {
        let file = |model| WeightFile { model, path: PathBuf::from("w.pth") };
        let one = nothing().with(&WEIGHTS, vec![file(None)]);
        assert_eq!(one.resolve().unwrap().weights[&Model::ResNet18], PathBuf::from("w.pth"));
        let bad = |draft: Draft| draft.resolve().unwrap_err().remove(0);
        let weights = |why| Problem::new("weights", why);
        let two = nothing().with(&MODELS, Model::ALL.to_vec()).with(&WEIGHTS, vec![file(None)]);
        let unnamed = FieldReason::WeightsUnnamed { model: Model::ResNet18, path: "w.pth".to_owned() };
        assert_eq!(bad(two), weights(unnamed));
        let other = nothing().with(&WEIGHTS, vec![file(Some(Model::MobileNetV2))]);
        assert_eq!(bad(other), weights(FieldReason::StrayWeights { model: Model::MobileNetV2 }));
        let products = nothing().with(&MATMUL, vec![64]).with(&WEIGHTS, vec![file(None)]);
        assert_eq!(bad(products), weights(FieldReason::WeightsWithoutModel));
    }
}
