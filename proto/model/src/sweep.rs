//! A named set of workloads on a selection of machines, and what is wrong with one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::device::{DeviceKind, DeviceSelector};
use crate::ids::{Digest, SweepId};
use crate::job::{JobState, WEIGHTS_SEED, Weights};
use crate::measuring::MeasuringPlan;
use crate::named::named_enum;
use crate::workload::{Engine, Model, Precision, Task, Threads, Workload};

/// What to measure, and where. The cells are the product of the dimensions on every selected machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepSpec {
    /// What people call it.
    pub name: String,
    /// Classifiers; with `sizes` and `batches`.
    pub models: Vec<Model>,
    /// Image sizes in pixels a side.
    pub sizes: Vec<u32>,
    /// Images in one forward.
    pub batches: Vec<u32>,
    /// Sizes of matrix products.
    pub matmul: Vec<u32>,
    /// Devices; none is every device found.
    pub devices: Vec<DeviceSelector>,
    /// CPU threads.
    pub threads: Vec<Threads>,
    /// Arithmetic.
    pub precisions: Vec<Precision>,
    /// Engines; none is the best that each device has.
    pub engines: Vec<Engine>,
    /// Whether a CPU's optimized engine keeps to direct convolution.
    #[serde(default)]
    pub exact: bool,
    /// Forwards at once on a CPU's optimized engine.
    #[serde(default = "one_stream")]
    pub streams: Vec<u32>,
    /// The image to classify; none is the built-in one.
    pub image: Option<Digest>,
    /// Weight files by model; a model without one gets random weights.
    pub weights: BTreeMap<Model, Digest>,
    /// How to measure.
    pub measuring: MeasuringPlan,
    /// Machines by name or identity (or its last eight characters); none is every machine.
    pub machines: Vec<String>,
    /// Labels that a machine must have, all of them.
    pub labels: BTreeMap<String, String>,
    /// Shuffles the cells.
    pub seed: u64,
    /// Milliseconds until the slowest machine is to be done, for which cells are left out; none takes its time.
    #[serde(default)]
    pub budget_ms: Option<u64>,
    /// It only finds out how fast devices are, so that other sweeps can be planned: no results of anybody.
    #[serde(default)]
    pub calibration: bool,
}

/// What sweeps from before there were streams mean.
fn one_stream() -> Vec<u32> {
    vec![1]
}

named_enum!(
    /// Ready-made sweeps.
    "preset" Preset {
        /// The practice's own: ResNet18, batch 1, 224, 512 and 1024 pixels.
        Practice = "practice",
        /// A few seconds: ResNet18 at 224 and a small product.
        Quick = "quick",
        /// Both models, five sizes, batches 1 and 8, matrix products.
        Full = "full",
    }
);

impl Preset {
    /// The sweep that the preset stands for.
    pub fn spec(self) -> SweepSpec {
        let practice = SweepSpec {
            name: self.name().to_owned(),
            models: vec![Model::ResNet18],
            sizes: vec![224, 512, 1024],
            batches: vec![1],
            matmul: Vec::new(),
            devices: Vec::new(),
            threads: vec![Threads::All],
            precisions: vec![Precision::F32],
            engines: Vec::new(),
            exact: false,
            streams: one_stream(),
            image: None,
            weights: BTreeMap::new(),
            measuring: MeasuringPlan { runs: None, budget_ms: 15_000 },
            machines: Vec::new(),
            labels: BTreeMap::new(),
            seed: 1,
            budget_ms: None,
            calibration: false,
        };
        match self {
            Self::Practice => practice,
            Self::Quick => SweepSpec {
                sizes: vec![224],
                matmul: vec![1024],
                measuring: MeasuringPlan { runs: None, budget_ms: 5_000 },
                ..practice
            },
            Self::Full => SweepSpec {
                models: Model::ALL.to_vec(),
                sizes: vec![128, 224, 256, 512, 1024],
                batches: vec![1, 8],
                matmul: vec![1024, 2048, 4096],
                measuring: MeasuringPlan::default(),
                ..practice
            },
        }
    }
}

/// What a sweep that only calibrates is called.
pub const CALIBRATION: &str = "calibration";
/// Cells of one sweep on one device at most.
pub const MAX_WORKLOADS: usize = 10_000;
/// Bytes of a sweep's name at most.
pub const MAX_NAME: usize = 200;
/// The longest budget of a cell, in milliseconds: one hour.
pub const MAX_CELL_BUDGET_MS: u64 = 3_600_000;
/// The shortest budget of a sweep, in milliseconds: one second.
pub const MIN_BUDGET_MS: u64 = 1_000;
/// The longest budget of a sweep, in milliseconds: one day.
pub const MAX_BUDGET_MS: u64 = 24 * 3_600_000;

/// Something wrong with a sweep, and the field that it is wrong in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Problem {
    /// As it is written in a sweep file.
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
}

impl SweepSpec {
    /// Everything that is wrong with it, in the order of its fields; nothing if it can be planned.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut report = |field: &'static str, message: String| problems.push(Problem { field, message });
        if self.name.trim().is_empty() || self.name.len() > MAX_NAME || self.name.chars().any(char::is_control) {
            report("name", format!("must be 1 to {MAX_NAME} bytes without control characters"));
        }
        if self.models.is_empty() && self.matmul.is_empty() {
            report("models", "nothing to measure: name a model, or a size of matmul".to_owned());
        }
        for (field, count, needed) in [
            ("sizes", self.sizes.len(), !self.models.is_empty()),
            ("batches", self.batches.len(), !self.models.is_empty()),
            ("threads", self.threads.len(), true),
            ("precision", self.precisions.len(), true),
            ("streams", self.streams.len(), true),
        ] {
            if needed && count == 0 {
                report(field, "is empty".to_owned());
            }
        }
        let mut bad = BTreeSet::new();
        for (field, workload) in self.probes() {
            if let Err(error) = workload.validate()
                && bad.insert((field, error.to_string()))
            {
                report(field, error.to_string());
            }
        }
        for model in self.weights.keys().filter(|model| !self.models.contains(model)) {
            report("weights", format!("are given for {model}, which is not among the models"));
        }
        if self.measuring.runs == Some(0) {
            report("runs", "must be at least 1".to_owned());
        }
        if self.measuring.runs.is_some_and(|runs| runs as usize > crate::measuring::MAX_RUNS) {
            report("runs", format!("must be at most {}", crate::measuring::MAX_RUNS));
        }
        if !(100..=MAX_CELL_BUDGET_MS).contains(&self.measuring.budget_ms) {
            report("cell-budget", "must be 0.1 s to 1 h".to_owned());
        }
        if self.budget_ms.is_some_and(|budget| !(MIN_BUDGET_MS..=MAX_BUDGET_MS).contains(&budget)) {
            report("sweep-budget", "must be 1 s to 24 h".to_owned());
        }
        let count = self.workload_count();
        if count > MAX_WORKLOADS {
            report("sizes", format!("make {count} workloads in all; at most {MAX_WORKLOADS} fit a sweep"));
        }
        problems
    }

    /// A workload for every value of a dimension, that is unsound where the value is, and the field that gives it.
    fn probes(&self) -> Vec<(&'static str, Workload)> {
        let (precision, engine) = (Precision::F32, Engine::Optimized);
        let probe = |task, threads, streams| Workload { task, precision, threads, engine, exact: false, streams };
        let classify = |size, batch| Task::Classify { model: Model::ResNet18, size, batch };
        let task = |task| probe(task, Threads::All, 1);
        let sizes = self.sizes.iter().map(|size| ("sizes", task(classify(*size, 1))));
        let batches = self.batches.iter().map(|batch| ("batches", task(classify(1, *batch))));
        let matmul = self.matmul.iter().map(|size| ("matmul", task(Task::Matmul { size: *size })));
        let with = |threads: &Threads, streams| probe(classify(1, 1), *threads, streams);
        let threads = self.threads.iter().map(|threads| ("threads", with(threads, 1)));
        let sound = self.threads.iter().filter(|threads| with(threads, 1).validate().is_ok());
        let streams =
            sound.flat_map(|threads| self.streams.iter().map(move |streams| ("streams", with(threads, *streams))));
        sizes.chain(batches).chain(matmul).chain(threads).chain(streams).collect()
    }

    fn workload_count(&self) -> usize {
        let tasks = self.models.len().saturating_mul(self.sizes.len()).saturating_mul(self.batches.len());
        tasks
            .saturating_mul(self.streams.len())
            .saturating_add(self.matmul.len())
            .saturating_mul(self.threads.len())
            .saturating_mul(self.precisions.len())
            .saturating_mul(self.engines.len().max(1))
    }

    /// Every workload once, in the order in which tables show them, for a device of this kind that offers these
    /// engines. What means nothing there is left out of a workload, and so are the duplicates that this makes. Call it
    /// on a sweep without problems.
    pub fn workloads_on(&self, device: DeviceKind, offered: &[Engine]) -> BTreeSet<Workload> {
        let best = [Engine::best(offered)];
        let engines = if self.engines.is_empty() { best.as_slice() } else { self.engines.as_slice() };
        let exact = self.exact;
        let mut all = BTreeSet::new();
        for task in self.tasks() {
            for &precision in &self.precisions {
                for &threads in &self.threads {
                    for &engine in engines {
                        let on = |&streams| Workload { task, precision, threads, engine, exact, streams }.on(device);
                        all.extend(self.streams.iter().map(on));
                    }
                }
            }
        }
        all
    }

    /// The workloads for a CPU that has every engine.
    pub fn workloads(&self) -> BTreeSet<Workload> {
        self.workloads_on(DeviceKind::Cpu, Engine::ALL)
    }

    /// The sweep that finds out what is to be known before this one is planned. Its weights are random: times do not
    /// depend on them.
    #[must_use]
    pub fn calibration(&self) -> Self {
        Self {
            name: CALIBRATION.to_owned(),
            image: None,
            weights: BTreeMap::new(),
            measuring: crate::measuring::CALIBRATION,
            budget_ms: None,
            calibration: true,
            ..self.clone()
        }
    }

    fn tasks(&self) -> impl Iterator<Item = Task> {
        let sizes = |model| self.sizes.iter().map(move |size| (model, *size));
        let images = self.models.iter().flat_map(move |model| sizes(*model));
        let classify = images.flat_map(|(model, size)| {
            self.batches.iter().map(move |batch| Task::Classify { model, size, batch: *batch })
        });
        classify.chain(self.matmul.iter().map(|size| Task::Matmul { size: *size }))
    }

    /// The weights that a task of this sweep is measured with.
    pub fn weights_of(&self, task: Task) -> Weights {
        let file = match task {
            Task::Classify { model, .. } => self.weights.get(&model),
            Task::Matmul { .. } => None,
        };
        file.map_or(Weights::Random { seed: WEIGHTS_SEED }, |digest| Weights::File { digest: *digest })
    }
}

/// A sweep and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepStatus {
    /// Which.
    pub id: SweepId,
    /// What was asked for.
    pub spec: SweepSpec,
    /// Milliseconds since 1970.
    pub created_ms: u64,
    /// Jobs by state; a state without jobs is left out.
    pub jobs: BTreeMap<JobState, u64>,
    /// Machines that take part.
    pub machines: u64,
    /// Share of the expected time that is done, 0 to 1.
    pub done: f64,
    /// Seconds until the slowest machine should be done.
    pub seconds_left: f64,
    /// What is being measured now, one line a machine.
    pub running: Vec<Running>,
}

impl SweepStatus {
    /// Whether nothing more will come of it.
    pub fn is_finished(&self) -> bool {
        self.jobs.keys().all(|state| state.is_final())
    }

    /// Jobs in this state.
    pub fn count(&self, state: JobState) -> u64 {
        self.jobs.get(&state).copied().unwrap_or(0)
    }

    /// All its jobs.
    pub fn total(&self) -> u64 {
        self.jobs.values().sum()
    }
}

/// A cell under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The machine's name.
    pub machine: String,
    /// On what.
    pub device: crate::device::DeviceId,
    /// The device only plays one.
    pub simulated: bool,
    /// What.
    pub task: Task,
    /// Where the job stands.
    pub state: JobState,
    /// How far the worker is, where it has said so.
    pub progress: Option<crate::frames::Progress>,
}

/// A cell of a sweep that is not started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedCell {
    /// The machine's name.
    pub machine: String,
    /// What and on which device.
    pub workload: Workload,
    /// On what.
    pub device: crate::device::DeviceId,
    /// The device only plays one.
    pub simulated: bool,
    /// Expected seconds.
    pub seconds: f64,
    /// They follow from what the device was seen to do, not from what such devices are assumed to.
    pub calibrated: bool,
    /// Why it cannot be measured, if it cannot.
    pub refused: Option<crate::job::Failure>,
}

/// What a sweep would do, without doing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedSweep {
    /// The budget that cells were left out for.
    pub budget_ms: Option<u64>,
    /// The cells, machine by machine, each in the order of measuring.
    pub cells: Vec<PlannedCell>,
    /// What does not fit the budget, in the order in which it would be taken up again.
    pub dropped: Vec<PlannedCell>,
    /// What every machine keeps that can measure it, in the order of importance.
    pub core: Vec<Workload>,
    /// Machines that take part and are not connected now.
    pub offline: Vec<String>,
}

impl PlannedSweep {
    /// The machine that should be done last, and the seconds that it takes; none where nothing can be measured.
    pub fn slowest(&self) -> Option<(&str, f64)> {
        let mut by_machine: BTreeMap<&str, f64> = BTreeMap::new();
        for cell in self.cells.iter().filter(|cell| cell.refused.is_none()) {
            *by_machine.entry(&cell.machine).or_default() += cell.seconds;
        }
        // Of equals the first by name.
        by_machine.into_iter().rev().max_by(|(_, a), (_, b)| a.total_cmp(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_sound() {
        for preset in Preset::ALL {
            assert_eq!(preset.spec().problems(), [], "{preset}");
        }
        assert_eq!(Preset::Practice.spec().workloads().len(), 3);
        assert_eq!(Preset::Full.spec().workloads().len(), 2 * 5 * 2 + 3);
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let spec = SweepSpec {
            name: " ".to_owned(),
            sizes: vec![0, 224],
            batches: vec![0],
            matmul: vec![2_000_000],
            threads: vec![Threads::Exactly(0)],
            precisions: Vec::new(),
            weights: [(Model::MobileNetV2, Digest::of(b""))].into(),
            measuring: MeasuringPlan { runs: Some(0), budget_ms: 0 },
            budget_ms: Some(0),
            ..Preset::Practice.spec()
        };
        let fields: Vec<&str> = spec.problems().iter().map(|problem| problem.field).collect();
        let expected = [
            "name",
            "precision",
            "sizes",
            "batches",
            "matmul",
            "threads",
            "weights",
            "runs",
            "cell-budget",
            "sweep-budget",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn workloads_are_a_set() {
        let spec = SweepSpec { sizes: vec![224, 224], ..Preset::Practice.spec() };
        assert_eq!(spec.workloads().len(), 1);
    }

    #[test]
    fn a_flood_of_cells_is_refused() {
        let spec = SweepSpec { sizes: (1..=20_000).collect(), ..Preset::Practice.spec() };
        assert_eq!(spec.problems().len(), 1);
    }

    #[test]
    fn options_of_the_optimized_engine_stay_with_it() {
        let spec = SweepSpec {
            sizes: vec![224],
            matmul: vec![64],
            engines: vec![Engine::Reference, Engine::Optimized],
            exact: true,
            streams: vec![1, 2],
            ..Preset::Practice.spec()
        };
        let found = |device| -> Vec<(Engine, bool, u32)> {
            let classifiers = spec.workloads_on(device, Engine::ALL);
            let classifiers = classifiers.into_iter().filter(|workload| workload.images().is_some());
            classifiers.map(|workload| (workload.engine, workload.exact, workload.streams)).collect()
        };
        let (reference, optimized) = (Engine::Reference, Engine::Optimized);
        assert_eq!(found(DeviceKind::Cpu), [(reference, false, 1), (optimized, true, 1), (optimized, true, 2)]);
        assert_eq!(found(DeviceKind::Cuda), [(reference, false, 1), (optimized, false, 1)]);
        assert_eq!(spec.workloads().len(), 3 + 2, "a product each engine");
    }

    #[test]
    fn without_a_word_on_engines_each_device_shows_its_best() {
        let spec = Preset::Practice.spec();
        for (offered, expected) in [
            (&[Engine::Reference, Engine::Optimized][..], Engine::Optimized),
            (&[Engine::Reference], Engine::Reference),
            (&[], Engine::Optimized),
        ] {
            let workloads = spec.workloads_on(DeviceKind::Cpu, offered);
            assert!(workloads.iter().all(|workload| workload.engine == expected), "{offered:?}");
        }
    }

    #[test]
    fn the_slowest_machine_is_the_one_whose_cells_take_longest() {
        let workload = *Preset::Practice.spec().workloads().first().unwrap();
        let cell = |machine: &str, seconds| PlannedCell {
            machine: machine.to_owned(),
            workload,
            device: crate::device::DeviceId::Cpu,
            simulated: false,
            seconds,
            calibrated: true,
            refused: None,
        };
        let refused = crate::job::Failure::new(crate::job::FailureCode::NoGpu, "none");
        let cells = vec![
            cell("b", 2.0),
            cell("a", 3.0),
            cell("b", 1.0),
            PlannedCell { refused: Some(refused), ..cell("c", 9.0) },
        ];
        let mut plan =
            PlannedSweep { budget_ms: None, cells, dropped: Vec::new(), core: Vec::new(), offline: Vec::new() };
        assert_eq!(plan.slowest(), Some(("a", 3.0)), "the first of equals");
        plan.cells.clear();
        assert_eq!(plan.slowest(), None);
    }

    #[test]
    fn streams_without_threads_are_a_problem() {
        let with = |threads: &[Threads], streams: &[u32]| {
            let spec = SweepSpec { threads: threads.to_vec(), streams: streams.to_vec(), ..Preset::Practice.spec() };
            spec.problems().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(with(&[Threads::All], &[1, 2, 64]), Vec::<String>::new());
        assert_eq!(with(&[Threads::Exactly(2)], &[2, 4]), ["streams: streams 4 is more than its threads 2"]);
        assert_eq!(with(&[Threads::All, Threads::Exactly(9)], &[0]), ["streams: streams 0 is outside 1 to 1024"]);
        assert_eq!(with(&[Threads::All], &[]), ["streams: is empty"]);
    }

    #[test]
    fn sweeps_from_before_there_were_streams_and_budgets_read() {
        let mut stored = serde_json::to_value(Preset::Practice.spec()).unwrap();
        for new in ["exact", "streams", "budget_ms", "calibration"] {
            stored.as_object_mut().unwrap().remove(new).unwrap();
        }
        assert_eq!(serde_json::from_value::<SweepSpec>(stored).unwrap(), Preset::Practice.spec());
    }
}
