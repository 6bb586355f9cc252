//! A named set of workloads on a selection of machines, and what is wrong with one.

mod flat;
mod status;
#[cfg(test)]
mod tests;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::device::{DeviceKind, DeviceSelector};
use crate::ids::Digest;
use crate::job::{WEIGHTS_SEED, Weights};
use crate::measuring::MeasuringPlan;
use crate::named::named_enum;
use crate::reason::{FieldReason, JobReason, Problem};
use crate::workload::{Engine, Model, Precision, Task, Threads, Workload};

pub use flat::FlatWork;
pub use status::{Away, PlannedCell, PlannedSweep, Running, SweepStatus};
pub use work::{ClassifyWork, MatmulWork, TaskKind, WorkSpec, stray_weights};

/// What to measure, how, and where. The cells are every task of the work with every value of the other dimensions, on every
/// selected machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "flat::Stored")]
pub struct SweepSpec {
    /// What people call it.
    pub name: String,
    /// What is computed: one part for each kind of task, or several that share no task.
    pub work: Vec<WorkSpec>,
    /// Devices; none is every device found.
    pub devices: Vec<DeviceSelector>,
    /// CPU threads.
    pub threads: Vec<Threads>,
    /// Arithmetic.
    pub precisions: Vec<Precision>,
    /// Engines; none is the best that each device has.
    pub engines: Vec<Engine>,
    /// Whether a CPU's optimized engine keeps to direct convolution.
    pub exact: bool,
    /// Forwards at once on a CPU's optimized engine.
    pub streams: Vec<u32>,
    /// How to measure.
    pub measuring: MeasuringPlan,
    /// Machines by name or identity (or its last eight characters); none is every machine.
    pub machines: Vec<String>,
    /// Labels that a machine must have, all of them.
    pub labels: BTreeMap<String, String>,
    /// Shuffles the cells.
    pub seed: u64,
    /// Milliseconds until the slowest machine is to be done, for which cells are left out; none takes its time.
    pub budget_ms: Option<u64>,
    /// It only finds out how fast devices are, so that other sweeps can be planned: no results of anybody.
    pub calibration: bool,
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
        let classify = |models: &[Model], sizes: &[u32], batches: &[u32]| {
            WorkSpec::Classify(ClassifyWork {
                models: models.to_vec(),
                sizes: sizes.to_vec(),
                batches: batches.to_vec(),
                ..ClassifyWork::default()
            })
        };
        let matmul = |sizes: &[u32]| WorkSpec::Matmul(MatmulWork { sizes: sizes.to_vec() });
        let practice = SweepSpec {
            name: self.name().to_owned(),
            work: vec![classify(&[Model::ResNet18], &[224, 512, 1024], &[1])],
            devices: Vec::new(),
            threads: vec![Threads::All],
            precisions: vec![Precision::F32],
            engines: Vec::new(),
            exact: false,
            streams: vec![1],
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
                work: vec![classify(&[Model::ResNet18], &[224], &[1]), matmul(&[1024])],
                measuring: MeasuringPlan { runs: None, budget_ms: 5_000 },
                ..practice
            },
            Self::Full => SweepSpec {
                work: vec![
                    classify(&[Model::ResNet18, Model::MobileNetV2], &[128, 224, 256, 512, 1024], &[1, 8]),
                    matmul(&[1024, 2048, 4096]),
                ],
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
/// The shortest budget of a cell, in milliseconds.
pub const MIN_CELL_BUDGET_MS: u64 = 100;
/// The longest budget of a cell, in milliseconds: one hour.
pub const MAX_CELL_BUDGET_MS: u64 = 3_600_000;
/// The shortest budget of a sweep, in milliseconds: one second.
pub const MIN_BUDGET_MS: u64 = 1_000;
/// The longest budget of a sweep, in milliseconds: one day.
pub const MAX_BUDGET_MS: u64 = 24 * 3_600_000;

impl SweepSpec {
    /// Everything that is wrong with it, in the order of its fields; nothing if it can be planned.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut report = |field, why: FieldReason| problems.push(Problem::new(field, why));
        if self.name.trim().is_empty() || self.name.len() > MAX_NAME || self.name.chars().any(char::is_control) {
            report("name", FieldReason::BadText { most_bytes: MAX_NAME as u64 });
        }
        if self.work.iter().all(WorkSpec::is_empty) {
            report("models", FieldReason::NothingToMeasure);
        }
        for (field, count) in
            [("threads", self.threads.len()), ("precision", self.precisions.len()), ("streams", self.streams.len())]
        {
            if count == 0 {
                report(field, FieldReason::Empty);
            }
        }
        problems.extend(self.work.iter().flat_map(WorkSpec::problems));
        for (field, workload) in self.probes() {
            let unsound = workload.validate().err().map(|error| Problem::new(field, JobReason::from(error)));
            problems.extend(unsound.filter(|problem| !problems.contains(problem)));
        }
        problems.extend(self.problems_of_measuring());
        let (count, most) = (self.workload_count() as u64, MAX_WORKLOADS as u64);
        if count > most {
            problems.push(Problem::new("sizes", FieldReason::TooManyWorkloads { count, most }));
        } else if let Some(task) = self.shared_task() {
            problems.push(Problem::new("work", FieldReason::TaskTwice { task }));
        }
        problems
    }

    /// What is wrong with how long is measured.
    fn problems_of_measuring(&self) -> Vec<Problem> {
        let (least_runs, most_runs) = (1, crate::measuring::MAX_RUNS as u64);
        let within = |field, value: u64, least_ms, most_ms| {
            let outside = !(least_ms..=most_ms).contains(&value);
            outside.then(|| Problem::new(field, FieldReason::BadDuration { least_ms, most_ms }))
        };
        let runs = match self.measuring.runs.map(u64::from) {
            Some(runs) if runs < least_runs => Some(FieldReason::TooSmall { least: least_runs }),
            Some(runs) if runs > most_runs => Some(FieldReason::TooLarge { most: most_runs }),
            _ => None,
        };
        let cell = within("cell-budget", self.measuring.budget_ms, MIN_CELL_BUDGET_MS, MAX_CELL_BUDGET_MS);
        let sweep = self.budget_ms.and_then(|budget| within("sweep-budget", budget, MIN_BUDGET_MS, MAX_BUDGET_MS));
        [runs.map(|why| Problem::new("runs", why)), cell, sweep].into_iter().flatten().collect()
    }

    /// A workload for every value of a dimension of all work, that is unsound where the value is, and the field that gives
    /// it.
    fn probes(&self) -> Vec<(&'static str, Workload)> {
        let (precision, engine) = (Precision::F32, Engine::Optimized);
        let task = Task::Classify { model: Model::ResNet18, size: 1, batch: 1 };
        let with = |threads: &Threads, streams| {
            let threads = *threads;
            Workload { task, precision, threads, engine, exact: false, streams }
        };
        let threads = self.threads.iter().map(|threads| ("threads", with(threads, 1)));
        let sound = self.threads.iter().filter(|threads| with(threads, 1).validate().is_ok());
        let streams =
            sound.flat_map(|threads| self.streams.iter().map(move |streams| ("streams", with(threads, *streams))));
        threads.chain(streams).collect()
    }

    fn workload_count(&self) -> usize {
        let forwards = |work: &WorkSpec| match work {
            WorkSpec::Classify(_) => self.streams.len(),
            WorkSpec::Matmul(_) => 1,
        };
        let tasks = self.work.iter().map(|work| work.task_count().saturating_mul(forwards(work)));
        tasks
            .fold(0, usize::saturating_add)
            .saturating_mul(self.threads.len())
            .saturating_mul(self.precisions.len())
            .saturating_mul(self.engines.len().max(1))
    }

    /// A task that two parts of the work ask for: which weights and image it has would be a matter of luck.
    fn shared_task(&self) -> Option<Task> {
        let mut seen = BTreeSet::new();
        self.work.iter().find_map(|work| {
            let tasks: BTreeSet<Task> = work.tasks().into_iter().collect();
            let shared = tasks.iter().find(|task| seen.contains(*task)).copied();
            seen.extend(tasks);
            shared
        })
    }

    /// Every workload once, in the order in which tables show them, for a device of this kind that offers these
    /// engines. What means nothing there is left out of a workload, and so are the duplicates that this makes. Call it
    /// on a sweep without problems.
    pub fn workloads_on(&self, device: DeviceKind, offered: &[Engine]) -> BTreeSet<Workload> {
        let best = [Engine::best(offered)];
        let engines = if self.engines.is_empty() { best.as_slice() } else { self.engines.as_slice() };
        let exact = self.exact;
        let mut all = BTreeSet::new();
        for task in self.work.iter().flat_map(WorkSpec::tasks) {
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
            work: self.work.iter().map(WorkSpec::without_files).collect(),
            measuring: crate::measuring::CALIBRATION,
            budget_ms: None,
            calibration: true,
            ..self.clone()
        }
    }

    /// The weights that a task of this sweep is measured with.
    pub fn weights_of(&self, task: Task) -> Weights {
        let file = self.work_of(task).and_then(|work| work.weights_of(task));
        file.map_or(Weights::Random { seed: WEIGHTS_SEED }, |digest| Weights::File { digest })
    }

    /// The image that a task of this sweep gets; none is the built-in one, or a task without images.
    pub fn image_of(&self, task: Task) -> Option<Digest> {
        self.work_of(task).and_then(WorkSpec::image)
    }

    /// The part of the work that asks for this task.
    fn work_of(&self, task: Task) -> Option<&WorkSpec> {
        self.work.iter().find(|work| work.includes(task))
    }

    /// Every file that its tasks need, each once; with the model for which a weight file is.
    pub fn files(&self) -> BTreeSet<(Option<Model>, Digest)> {
        self.work.iter().flat_map(WorkSpec::files).collect()
    }

    /// What is to be classified, to be changed; an empty part is added where there is none.
    pub fn classify_mut(&mut self) -> &mut ClassifyWork {
        let at = self.part(TaskKind::Classify, || WorkSpec::Classify(ClassifyWork::default()));
        let WorkSpec::Classify(classify) = &mut self.work[at] else { unreachable!("a part is of its kind") };
        classify
    }

    /// What is to be multiplied, to be changed; an empty part is added where there is none.
    pub fn matmul_mut(&mut self) -> &mut MatmulWork {
        let at = self.part(TaskKind::Matmul, || WorkSpec::Matmul(MatmulWork::default()));
        let WorkSpec::Matmul(matmul) = &mut self.work[at] else { unreachable!("a part is of its kind") };
        matmul
    }

    /// Where the first part of this kind stands, which is added where there is none.
    fn part(&mut self, kind: TaskKind, empty: impl FnOnce() -> WorkSpec) -> usize {
        self.work.iter().position(|work| work.kind() == kind).unwrap_or_else(|| {
            self.work.push(empty());
            self.work.len() - 1
        })
    }

    /// What is to be classified, where something is; the first part of it.
    pub fn classify(&self) -> Option<&ClassifyWork> {
        self.work.iter().find_map(|work| match work {
            WorkSpec::Classify(classify) => Some(classify),
            WorkSpec::Matmul(_) => None,
        })
    }
}
