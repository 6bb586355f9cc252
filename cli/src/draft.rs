//! A sweep as a person asks for it: some fields given, by flags or by a file, the rest left to a preset.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use cotejo_model::sweep::{Preset, Problem};
use cotejo_model::{DeviceSelector, Digest, Engine, Model, Precision, SweepSpec, Threads};

/// What was given; nothing stands for "not given".
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Draft {
    pub(crate) name: Option<String>,
    pub(crate) preset: Option<Preset>,
    pub(crate) models: Option<Vec<Model>>,
    pub(crate) sizes: Option<Vec<u32>>,
    pub(crate) batches: Option<Vec<u32>>,
    pub(crate) matmul: Option<Vec<u32>>,
    pub(crate) devices: Option<Vec<DeviceSelector>>,
    pub(crate) threads: Option<Vec<Threads>>,
    pub(crate) precision: Option<Vec<Precision>>,
    pub(crate) engine: Option<Vec<Engine>>,
    pub(crate) exact: Option<bool>,
    pub(crate) streams: Option<Vec<u32>>,
    pub(crate) image: Option<PathBuf>,
    pub(crate) weights: Option<Vec<WeightFile>>,
    pub(crate) runs: Option<u32>,
    pub(crate) cell_budget_ms: Option<u64>,
    pub(crate) sweep_budget_ms: Option<u64>,
    pub(crate) machines: Option<Vec<String>>,
    pub(crate) labels: Option<BTreeMap<String, String>>,
    pub(crate) seed: Option<u64>,
}

/// A weight file, and the model that it is for; a sweep of one model need not name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightFile {
    pub(crate) model: Option<Model>,
    pub(crate) path: PathBuf,
}

/// A complete sweep whose image and weights are still files on this PC.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// Without the digests of the files.
    pub(crate) spec: SweepSpec,
    /// The image to classify; none is the built-in one.
    pub(crate) image: Option<PathBuf>,
    /// Weight files by model.
    pub(crate) weights: BTreeMap<Model, PathBuf>,
}

impl Draft {
    /// This draft, with what it leaves open taken from another one.
    pub(crate) fn over(self, base: Self) -> Self {
        // Whoever says how long to measure says all of it: a budget given here is not undone by runs given there.
        let measuring_given = self.runs.is_some() || self.cell_budget_ms.is_some();
        Self {
            name: self.name.or(base.name),
            preset: self.preset.or(base.preset),
            models: self.models.or(base.models),
            sizes: self.sizes.or(base.sizes),
            batches: self.batches.or(base.batches),
            matmul: self.matmul.or(base.matmul),
            devices: self.devices.or(base.devices),
            threads: self.threads.or(base.threads),
            precision: self.precision.or(base.precision),
            engine: self.engine.or(base.engine),
            exact: self.exact.or(base.exact),
            streams: self.streams.or(base.streams),
            image: self.image.or(base.image),
            weights: self.weights.or(base.weights),
            runs: if measuring_given { self.runs } else { base.runs },
            cell_budget_ms: if measuring_given { self.cell_budget_ms } else { base.cell_budget_ms },
            sweep_budget_ms: self.sweep_budget_ms.or(base.sweep_budget_ms),
            machines: self.machines.or(base.machines),
            labels: self.labels.or(base.labels),
            seed: self.seed.or(base.seed),
        }
    }

    /// The complete sweep, or everything that is wrong with it.
    pub(crate) fn resolve(self) -> Result<Request, Vec<Problem>> {
        let preset = self.preset.unwrap_or(Preset::Practice).spec();
        let only_products = self.only_products();
        let name = self.name.clone().unwrap_or_else(|| if self.is_plain() { preset.name } else { "custom".to_owned() });
        let mut measuring = preset.measuring;
        if let Some(budget_ms) = self.cell_budget_ms {
            measuring.budget_ms = budget_ms;
            measuring.runs = None;
        }
        measuring.runs = self.runs.or(measuring.runs);
        let models = if only_products { Vec::new() } else { self.models.unwrap_or(preset.models) };
        let mut problems = Vec::new();
        let weights = match by_model(self.weights.unwrap_or_default(), &models) {
            Ok(weights) => weights,
            Err(problem) => {
                problems.push(problem);
                BTreeMap::new()
            }
        };
        let mut spec = SweepSpec {
            name,
            models,
            sizes: self.sizes.unwrap_or(preset.sizes),
            batches: self.batches.unwrap_or(preset.batches),
            matmul: self.matmul.unwrap_or(preset.matmul),
            devices: self.devices.unwrap_or(preset.devices),
            threads: self.threads.unwrap_or(preset.threads),
            precisions: self.precision.unwrap_or(preset.precisions),
            engines: self.engine.unwrap_or(preset.engines),
            exact: self.exact.unwrap_or(preset.exact),
            streams: self.streams.unwrap_or(preset.streams),
            image: None,
            // Stand-ins, so that the check sees which models have weights.
            weights: weights.keys().map(|model| (*model, Digest([0; 32]))).collect(),
            measuring,
            machines: self.machines.unwrap_or_default(),
            labels: self.labels.unwrap_or_default(),
            seed: self.seed.unwrap_or(preset.seed),
            budget_ms: self.sweep_budget_ms,
            calibration: false,
        };
        problems.extend(spec.problems());
        if !problems.is_empty() {
            return Err(problems);
        }
        spec.weights.clear();
        Ok(Request { spec, image: self.image, weights })
    }

    /// Whether the workloads are the preset's own.
    fn is_plain(&self) -> bool {
        self.models.is_none() && self.sizes.is_none() && self.batches.is_none() && self.matmul.is_none()
    }

    /// Whether matrix products are all that was asked for.
    fn only_products(&self) -> bool {
        self.matmul.is_some()
            && self.preset.is_none()
            && self.models.is_none()
            && self.sizes.is_none()
            && self.batches.is_none()
    }
}

/// Weight files by model; one without a model is meant for the sweep's only one.
fn by_model(files: Vec<WeightFile>, models: &[Model]) -> Result<BTreeMap<Model, PathBuf>, Problem> {
    let problem = |message: String| Problem { field: "weights", message };
    let mut found = BTreeMap::new();
    for file in files {
        let model = match (file.model, models) {
            (Some(model), _) => model,
            (None, [only]) => *only,
            (None, []) => return Err(problem("are given, but the sweep measures no model".to_owned())),
            (None, [first, ..]) => {
                return Err(problem(format!("must name their model, as in {first}={}", file.path.display())));
            }
        };
        if found.insert(model, file.path).is_some() {
            return Err(problem(format!("are given twice for {model}")));
        }
    }
    Ok(found)
}

/// A budget in milliseconds from `25s`, `2m`, `1m 30s`, or a bare number of seconds.
pub(crate) fn parse_budget(text: &str) -> Result<u64, String> {
    let bad = || format!("`{text}` is not a duration; write 25s, 2m or a number of seconds");
    let duration = match text.trim().parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| bad())?,
        Err(_) => humantime::parse_duration(text.trim()).map_err(|_| bad())?,
    };
    u64::try_from(duration.as_millis()).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_given_is_the_practice() {
        let request = Draft::default().resolve().unwrap();
        assert_eq!(request.spec, Preset::Practice.spec());
    }

    #[test]
    fn flags_come_before_the_file_and_the_file_before_the_preset() {
        let file =
            Draft { sizes: Some(vec![64]), batches: Some(vec![2]), preset: Some(Preset::Full), ..Draft::default() };
        let flags = Draft { sizes: Some(vec![32]), ..Draft::default() };
        let spec = flags.over(file).resolve().unwrap().spec;
        assert_eq!((spec.sizes, spec.batches), (vec![32], vec![2]));
        assert_eq!(spec.models, Preset::Full.spec().models);
        assert_eq!(spec.name, "custom");
    }

    #[test]
    fn products_alone_measure_no_model() {
        let matmul = || Draft { matmul: Some(vec![512]), ..Draft::default() };
        assert_eq!(matmul().resolve().unwrap().spec.models, []);
        let both = Draft { sizes: Some(vec![64]), ..matmul() };
        assert_eq!(both.resolve().unwrap().spec.models, [Model::ResNet18]);
        let preset = Draft { preset: Some(Preset::Quick), ..matmul() };
        assert_eq!(preset.resolve().unwrap().spec.models, [Model::ResNet18]);
    }

    #[test]
    fn the_later_word_on_how_long_to_measure_counts() {
        let file = Draft { runs: Some(5), ..Draft::default() };
        let flags = Draft { cell_budget_ms: Some(1000), ..Draft::default() };
        let measuring = flags.over(file).resolve().unwrap().spec.measuring;
        assert_eq!((measuring.runs, measuring.budget_ms), (None, 1000));
    }

    #[test]
    fn the_budget_of_the_sweep_is_not_that_of_a_cell() {
        let file = Draft { sweep_budget_ms: Some(90_000), runs: Some(5), ..Draft::default() };
        let spec = Draft { cell_budget_ms: Some(1000), ..Draft::default() }.over(file).resolve().unwrap().spec;
        assert_eq!((spec.budget_ms, spec.measuring.budget_ms, spec.measuring.runs), (Some(90_000), 1000, None));
        let bad = Draft { sweep_budget_ms: Some(1), ..Draft::default() }.resolve().unwrap_err();
        assert_eq!(bad[0].to_string(), "sweep-budget: must be 1 s to 24 h");
    }

    #[test]
    fn weights_find_their_model() {
        let file = |model| WeightFile { model, path: PathBuf::from("w.pth") };
        let one = Draft { weights: Some(vec![file(None)]), ..Draft::default() };
        assert_eq!(one.resolve().unwrap().weights[&Model::ResNet18], PathBuf::from("w.pth"));
        let bad = |draft: Draft| draft.resolve().unwrap_err()[0].to_string();
        let two = Draft { models: Some(Model::ALL.to_vec()), weights: Some(vec![file(None)]), ..Draft::default() };
        assert_eq!(bad(two), "weights: must name their model, as in resnet18=w.pth");
        let other = Draft { weights: Some(vec![file(Some(Model::MobileNetV2))]), ..Draft::default() };
        assert_eq!(bad(other), "weights: are given for mobilenet_v2, which is not among the models");
        let twice = Draft { weights: Some(vec![file(None), file(Some(Model::ResNet18))]), ..Draft::default() };
        assert_eq!(bad(twice), "weights: are given twice for resnet18");
    }

    #[test]
    fn budgets_are_durations_or_seconds() {
        for (text, ms) in [("25s", 25_000), ("2m", 120_000), ("1m 30s", 90_000), ("20", 20_000), ("0.5", 500)] {
            assert_eq!(parse_budget(text), Ok(ms), "{text}");
        }
        for bad in ["", "soon", "-1", "nan", "inf", "1e300", "5 parsecs"] {
            assert!(parse_budget(bad).is_err(), "{bad}");
        }
    }
}
