//! What a workload will cost, before it runs: operations, memory and time.

use std::time::Duration;

use crate::device::DeviceKind;
use crate::job::JobSpec;
use crate::measuring::{self, LARGEST_CHECKED};
use crate::models::{Layer, network};
use crate::workload::{Engine, Model, Precision, Task, Workload};

/// Multiply-accumulates of a classifier for one square image of this many pixels a side.
fn macs(model: Model, size: u32) -> f64 {
    let mut macs = 0.0;
    network(model).walk(u64::from(size), |layer, [_, side]| macs += layer.macs_a_pixel() as f64 * squared(side));
    macs
}

/// Numbers that a layer needs while plain candle runs it for one image: its input, its output, and the unrolled input
/// (im2col) of a convolution over all channels.
fn values_of_layer(layer: Layer<'_>, [side_in, side_out]: [u64; 2]) -> f64 {
    let (inputs, unrolled) = match layer {
        Layer::Conv(conv) => (conv.inputs, conv.inputs * conv.kernel * conv.kernel),
        Layer::Depthwise(layer) => (layer.channels, 0),
        Layer::Linear(layer) => (layer.inputs, 0),
    };
    inputs as f64 * squared(side_in) + (2 * layer.outputs() + unrolled) as f64 * squared(side_out)
}

/// Numbers that all layers together give for one square image of this many pixels a side.
pub fn layer_values(model: Model, size: u32) -> f64 {
    let mut values = 0.0;
    network(model).walk(u64::from(size), |layer, [_, side]| values += layer.outputs() as f64 * squared(side));
    values
}

fn squared(side: u64) -> f64 {
    (side as f64).powi(2)
}

/// Numbers in a classifier's weights, batch-norm statistics included.
pub fn parameters(model: Model) -> f64 {
    network(model).parameter_count() as f64
}

/// Floating-point operations of one run by the direct algorithm: two a multiply-accumulate, for every stream.
pub fn flops(workload: &Workload) -> f64 {
    f64::from(workload.streams) * forward_flops(workload.task)
}

/// The fewest that a run may come to: Winograd's convolutions of 3x3, at most in tiles of 6x6, need fewer than the
/// direct algorithm.
pub fn least_flops(workload: &Workload) -> f64 {
    /// Multiplications of the direct algorithm for one of Winograd's F(6x6, 3x3).
    const SAVING: f64 = (6.0 * 6.0 * 9.0) / (8.0 * 8.0);
    let may_save = matches!(workload.task, Task::Classify { .. }) && workload.engine == Engine::Optimized;
    flops(workload) / if may_save && !workload.exact { SAVING } else { 1.0 }
}

fn forward_flops(task: Task) -> f64 {
    match task {
        Task::Classify { model, size, batch } => 2.0 * f64::from(batch) * macs(model, size),
        Task::Matmul { size } => 2.0 * f64::from(size).powi(3),
    }
}

/// Bytes that a job needs of its device's memory.
pub fn memory_bytes(workload: &Workload, device: DeviceKind) -> u64 {
    let bytes = match device {
        DeviceKind::Cpu => cpu_values(workload) * 4.0,
        DeviceKind::Cuda => gpu_bytes(workload),
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; never negative")]
    let bytes = bytes as u64;
    bytes
}

/// Numbers in f32 that a job on the CPU holds: weights, the input, and the largest moment of the network; the last two
/// for every stream.
fn cpu_values(workload: &Workload) -> f64 {
    match workload.task {
        Task::Classify { model, size, batch } => match workload.engine {
            Engine::Reference => reference_values(model, size, batch),
            Engine::Optimized => {
                // The answer is checked against the reference engine's for one image.
                let check = if size <= LARGEST_CHECKED { reference_values(model, size, 1) } else { 0.0 };
                optimized_values(model, size, f64::from(workload.streams) * f64::from(batch)) + check
            }
        },
        Task::Matmul { size } => {
            // The optimized engine lays both factors out anew.
            let matrices = if workload.engine == Engine::Optimized { 5.0 } else { 3.0 };
            matrices * f64::from(size).powi(2)
        }
    }
}

/// What a CUDA context with the code of its libraries takes of a GPU's memory, before any data.
const CUDA_CONTEXT_BYTES: f64 = 500.0 * 1024.0 * 1024.0;

/// Bytes of a GPU's memory: the context, weights, the input, and the largest moment of the network.
fn gpu_bytes(workload: &Workload) -> f64 {
    let value_bytes = match workload.precision {
        Precision::F32 | Precision::Tf32 => 4.0,
        Precision::F16 | Precision::Bf16 => 2.0,
    };
    CUDA_CONTEXT_BYTES
        + match workload.task {
            Task::Classify { model, size, batch } => {
                let pixels = f64::from(batch) * f64::from(size).powi(2);
                let measured = &network(model).measured;
                let values_a_pixel = match workload.engine {
                    Engine::Optimized => measured.gpu_values_a_pixel,
                    Engine::Reference => measured.gpu_reference_values_a_pixel,
                };
                // The image comes in f32, whatever is computed in.
                parameters(model) * value_bytes + pixels * (3.0 * 4.0 + values_a_pixel * value_bytes)
            }
            Task::Matmul { size } => 3.0 * f64::from(size).powi(2) * value_bytes,
        }
}

/// Numbers that plain candle holds: weights twice (file and tensors), and what a convolution needs.
fn reference_values(model: Model, size: u32, batch: u32) -> f64 {
    let mut largest = 0.0_f64;
    network(model).walk(u64::from(size), |layer, sides| largest = largest.max(values_of_layer(layer, sides)));
    2.0 * parameters(model) + f64::from(batch) * (3.0 * image_values(size) + largest)
}

/// Numbers that the CPU's optimized engine holds: weights as they are read and as its kernels want them, which for
/// Winograd's tiles are up to four times as many, and its buffers, whose size follows from the network's first layers.
fn optimized_values(model: Model, size: u32, images: f64) -> f64 {
    let measured = &network(model).measured;
    let (packed, values_a_pixel) = (measured.cpu_packed_weights, measured.cpu_values_a_pixel);
    let pixels = f64::from(size).powi(2);
    (2.0 + packed) * parameters(model) + images * (2.0 * image_values(size) + values_a_pixel * pixels)
}

fn image_values(size: u32) -> f64 {
    3.0 * f64::from(size).powi(2)
}

/// FLOP/s to expect of a CPU core before anything was measured.
const CORE_FLOPS: f64 = 8e9;
/// FLOP/s to expect of a GPU before anything was measured.
const GPU_FLOPS: f64 = 1e12;

/// FLOP/s to expect of a device before anything was measured on it.
pub fn assumed_flops(kind: DeviceKind, cores: u32) -> f64 {
    match kind {
        DeviceKind::Cpu => CORE_FLOPS * f64::from(cores.max(1)),
        DeviceKind::Cuda => GPU_FLOPS,
    }
}

/// How fast a machine gets through a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// FLOP/s of the device with workloads of this kind.
    pub flops_per_second: f64,
    /// Interquartile range of its runs over their median: the more restless, the longer a cell is measured.
    pub spread: f64,
    /// Seconds until the first run begins.
    pub load_seconds: f64,
    /// FLOP/s of the reference engine on the machine's CPU, which checks the optimized engine's answer.
    pub check_flops_per_second: f64,
}

impl Pace {
    /// What to expect of a device before anything was measured on it.
    pub fn assumed(kind: DeviceKind, cores: u32) -> Self {
        let load_seconds = match kind {
            DeviceKind::Cpu => 0.3,
            // Its libraries are loaded, and every layer is tried in several ways.
            DeviceKind::Cuda => 3.0,
        };
        Self {
            flops_per_second: assumed_flops(kind, cores),
            spread: 0.0,
            load_seconds,
            check_flops_per_second: assumed_flops(DeviceKind::Cpu, cores),
        }
    }
}

/// FLOP/s of plain candle on a CPU whose optimized engine does so many with the same model.
pub fn reference_flops(model: Model, optimized_flops: f64) -> f64 {
    optimized_flops / network(model).measured.reference_slowdown
}

/// Operations of the check of an answer: one image by the reference engine.
fn check_flops(workload: &Workload) -> f64 {
    match workload.task {
        Task::Classify { model, size, .. } if workload.engine == Engine::Optimized && size <= LARGEST_CHECKED => {
            forward_flops(Task::Classify { model, size, batch: 1 })
        }
        _ => 0.0,
    }
}

/// Seconds that it takes to start a worker and to hear of its end.
const START_SECONDS: f64 = 0.2;
/// Half the width of a median's 95 % interval is this many times the interquartile range over the root of the number of
/// samples, where these are normally distributed: 1.96 * 1.253 / 1.349.
const MARGIN_OF_SPREAD: f64 = 1.82;
/// The range of five samples over their interquartile range, on average: 2.326 / 1.349.
const RANGE_OF_SPREAD: f64 = 1.72;

/// How long a cell takes at this pace: start, load, first run, warm-up, sampling, check.
pub fn cell_duration(job: &JobSpec, pace: &Pace) -> Duration {
    let run = (flops(&job.workload) / pace.flops_per_second).max(1e-5);
    let longest = measuring::WARMUP_MAX_NS as f64 * 1e-9;
    let restless = RANGE_OF_SPREAD * pace.spread > measuring::WARMUP_AGREEMENT;
    let runs = if restless { measuring::WARMUP_MAX_RUNS } else { measuring::WARMUP_WINDOW };
    let before = run * (1.0 + (longest / run).ceil().min(runs as f64));
    let seconds = if let Some(runs) = job.measuring.runs {
        before + run * f64::from(runs)
    } else {
        let budget = job.measuring.budget_ms as f64 / 1000.0;
        let needed = (MARGIN_OF_SPREAD * pace.spread / measuring::CI_TARGET).powi(2);
        let needed = needed.clamp(measuring::MIN_RUNS as f64, measuring::MAX_RUNS as f64);
        let least = (run * needed).max(measuring::MIN_TIME_NS as f64 * 1e-9);
        // One run is under way when the budget ends.
        (before + least).min(budget.max(before) + run)
    };
    let check = check_flops(&job.workload) / pace.check_flops_per_second;
    let all = START_SECONDS + pace.load_seconds + seconds + check;
    Duration::try_from_secs_f64(all).unwrap_or(Duration::MAX)
}

/// When to give a worker up: far beyond what it should take, since a slow machine is not a broken one.
pub fn deadline(expected: Duration) -> Duration {
    expected.saturating_mul(4).saturating_add(Duration::from_secs(120)).min(Duration::from_secs(24 * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::{Precision, Threads};

    fn workload(task: Task) -> Workload {
        let (precision, threads, engine) = (Precision::F32, Threads::All, Engine::Reference);
        Workload { task, precision, threads, engine, exact: false, streams: 1 }
    }

    fn classify(model: Model, size: u32, batch: u32) -> Workload {
        workload(Task::Classify { model, size, batch })
    }

    fn cpu_bytes(workload: &Workload) -> u64 {
        memory_bytes(workload, DeviceKind::Cpu)
    }

    #[test]
    fn half_the_precision_is_half_the_gpu_memory_but_for_the_context() {
        let f32 = Workload { engine: Engine::Optimized, ..classify(Model::ResNet18, 1024, 32) };
        let f16 = Workload { precision: Precision::F16, ..f32 };
        let data = |workload| memory_bytes(&workload, DeviceKind::Cuda) as f64 - CUDA_CONTEXT_BYTES;
        let ratio = data(f16) / data(f32);
        assert!((0.5..0.6).contains(&ratio), "{ratio}");
        assert!(memory_bytes(&classify(Model::ResNet18, 224, 1), DeviceKind::Cuda) < 1 << 30);
        assert!(memory_bytes(&f32, DeviceKind::Cuda) > 3 << 30);
    }

    #[test]
    fn operations_are_those_of_the_papers() {
        // fvcore's count of torchvision's models: 1.814 and 0.301 GMAC at 224; 37.90 and 6.26 at 1024.
        for (model, size, gmac) in [
            (Model::ResNet18, 224, 1.814),
            (Model::ResNet18, 1024, 37.90),
            (Model::MobileNetV2, 224, 0.301),
            (Model::MobileNetV2, 1024, 6.26),
            // Of the three others at 224: torchvision's own figures.
            (Model::ResNet34, 224, 3.664),
            (Model::ResNet50, 224, 4.089),
            (Model::MobileNetV3Large, 224, 0.217),
        ] {
            let found = flops(&classify(model, size, 1)) / 2e9;
            assert!((found / gmac - 1.0).abs() < 0.005, "{model} {size}: {found}");
        }
        assert!((flops(&workload(Task::Matmul { size: 1000 })) - 2e9).abs() < 1.0);
        let one = flops(&classify(Model::ResNet18, 224, 1));
        assert!((flops(&classify(Model::ResNet18, 224, 8)) / one - 8.0).abs() < 1e-9);
    }

    fn seconds(workload: Workload, pace: &Pace) -> f64 {
        let weights = crate::job::Weights::Random { seed: 1 };
        let measuring = measuring::MeasuringPlan { runs: None, budget_ms: 20_000 };
        let job = JobSpec { workload, device: crate::device::DeviceId::Cpu, weights, image: None, measuring };
        cell_duration(&job, pace).as_secs_f64()
    }

    #[test]
    fn a_cell_takes_as_long_as_its_samples_need() {
        let quiet = Pace { flops_per_second: 1e11, spread: 0.0, load_seconds: 0.3, check_flops_per_second: 1e10 };
        // Three seconds of samples; five runs to warm up and the first are nothing beside them.
        let short = seconds(workload(Task::Matmul { size: 500 }), &quiet);
        assert!((3.5..3.6).contains(&short), "{short}");
        // 1.25 s a run: 1 to begin, 3 until 3 s are over, and 10 samples.
        let long = seconds(workload(Task::Matmul { size: 3969 }), &quiet);
        assert!((17.9..18.1).contains(&long), "{long}");
        // Restless runs take the whole warm-up and the whole budget.
        let restless = Pace { spread: 0.2, ..quiet };
        let noisy = seconds(workload(Task::Matmul { size: 1500 }), &restless);
        assert!((20.0..21.0).contains(&noisy), "{noisy}");
        // 3.6 GFLOP of the reference engine check the answer of the optimized one.
        let checked = Workload { engine: Engine::Optimized, ..classify(Model::ResNet18, 224, 1) };
        let check = seconds(checked, &quiet) - seconds(classify(Model::ResNet18, 224, 1), &quiet);
        assert!((0.36..0.37).contains(&check), "{check}");
    }

    #[test]
    fn smallest_sizes_do_not_underflow() {
        for model in Model::ALL {
            assert!(flops(&classify(*model, 1, 1)) > 0.0);
        }
    }

    #[test]
    fn memory_of_an_absurd_size_is_terabytes_and_of_a_usual_one_is_not() {
        assert!(cpu_bytes(&classify(Model::ResNet18, 100_000, 1)) > 1 << 40);
        assert!(cpu_bytes(&classify(Model::ResNet18, 1024, 1)) < 1 << 30);
        assert_eq!(cpu_bytes(&workload(Task::Matmul { size: 10_000 })), 1_200_000_000);
        assert!(cpu_bytes(&classify(Model::ResNet18, 1_000_000, 4096)) > 1 << 50);
    }

    #[test]
    fn streams_count_in_operations_and_memory_but_share_their_weights() {
        let one = Workload { engine: Engine::Optimized, ..classify(Model::ResNet18, 224, 1) };
        let four = Workload { streams: 4, ..one };
        assert!((flops(&four) / flops(&one) - 4.0).abs() < 1e-9);
        let (one, four) = (cpu_bytes(&one), cpu_bytes(&four));
        assert!(four > one && four < 4 * one, "{one} and {four}");
    }

    #[test]
    fn only_what_may_use_winograd_may_need_fewer_operations() {
        let reference = classify(Model::ResNet18, 224, 1);
        let optimized = Workload { engine: Engine::Optimized, ..reference };
        assert!(least_flops(&optimized) < flops(&optimized));
        for direct in [reference, Workload { exact: true, ..optimized }] {
            assert!((least_flops(&direct) - flops(&direct)).abs() < 1.0);
        }
    }
}
