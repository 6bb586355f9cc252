//! How long a run takes on a played device. It is the simplest model that has what a class is to see in its figures:
//!
//! `overhead + bytes / bandwidth + FLOP / (rate * filled)`
//!
//! - *overhead*: starting a run and waiting for its end, which small images on a GPU are made of;
//! - *bytes*: the weights once a run, whatever the batch, and each layer's values, written and read;
//! - *rate*: a CPU's cores by Amdahl's law, `1 / (serial + (1 - serial) / threads)`; a GPU's share of its peak;
//! - *filled*: `FLOP / (FLOP + half)`: a run too small for the device does not use all of it, a batch does.

use cotejo_model::{Engine, Precision, Task, Threads, Workload, estimate};

use crate::catalogue::{PlayedCpu, PlayedGpu};

/// Waking a team of threads, in seconds.
const CPU_OVERHEAD: f64 = 20e-6;
/// Starting a graph of kernels and waiting for its end, in seconds.
const GPU_OVERHEAD: f64 = 60e-6;
/// Work of a run at which half of a CPU's rate is reached, in FLOP.
const CPU_HALF_FLOPS: f64 = 0.05e9;
/// What convolutions reach of a GPU's peak.
const GPU_SHARE: f64 = 0.42;
/// How much longer plain candle takes.
const CPU_REFERENCE: f64 = 6.0;
const GPU_REFERENCE: f64 = 2.5;
/// How much longer a CPU takes without Winograd's algorithm.
const EXACT: f64 = 1.3;
/// How much longer more threads than cores take: they take turns.
const TOO_MANY_THREADS: f64 = 1.08;

/// Seconds of one run on a CPU.
pub fn cpu_seconds(cpu: &PlayedCpu, workload: &Workload) -> f64 {
    let threads = threads(cpu, workload.threads);
    // Each stream has a team of its own.
    let team = (threads.min(cpu.cores) / workload.streams).max(1);
    let teams = f64::from(workload.streams.min(cpu.cores));
    let rate = cpu.core_flops * amdahl(cpu.serial, team) * teams;
    let flops = estimate::flops(workload);
    let compute = flops / (rate * filled(flops, CPU_HALF_FLOPS));
    let exact = if workload.exact { EXACT } else { 1.0 };
    let slower = if workload.engine == Engine::Reference { CPU_REFERENCE } else { exact };
    let turns = if threads > cpu.cores { TOO_MANY_THREADS } else { 1.0 };
    (CPU_OVERHEAD + bytes(workload) / cpu.bandwidth + compute * slower) * turns
}

/// Seconds of one run on a GPU.
pub fn gpu_seconds(gpu: &PlayedGpu, workload: &Workload) -> f64 {
    let faster = match workload.precision {
        Precision::F32 => 1.0,
        Precision::Tf32 => 2.0,
        // Tensor cores, or two numbers in the place of one.
        Precision::F16 | Precision::Bf16 => {
            if gpu.capability.major >= 8 {
                4.0
            } else {
                2.0
            }
        }
    };
    let flops = estimate::flops(workload);
    let rate = gpu.peak_flops * GPU_SHARE * faster;
    let compute = flops / (rate * filled(flops, gpu.half_flops));
    let slower = if workload.engine == Engine::Reference { GPU_REFERENCE } else { 1.0 };
    (GPU_OVERHEAD + bytes(workload) / gpu.bandwidth + compute) * slower
}

/// Threads that take part.
pub(crate) fn threads(cpu: &PlayedCpu, asked: Threads) -> u32 {
    match asked {
        Threads::All => cpu.cores,
        Threads::Exactly(count) => count,
    }
}

/// How many times faster than one thread.
fn amdahl(serial: f64, threads: u32) -> f64 {
    1.0 / (serial + (1.0 - serial) / f64::from(threads))
}

/// Share of a device that a run of this work fills.
fn filled(flops: f64, half: f64) -> f64 {
    flops / (flops + half)
}

/// Bytes that a run moves between memory and cores.
pub(crate) fn bytes(workload: &Workload) -> f64 {
    let value_bytes = match workload.precision {
        Precision::F32 | Precision::Tf32 => 4.0,
        Precision::F16 | Precision::Bf16 => 2.0,
    };
    let values = match workload.task {
        Task::Classify { model, size, .. } => {
            let images = workload.images().unwrap_or(1) as f64;
            estimate::parameters(model) + 2.0 * estimate::layer_values(model, size) * images
        }
        Task::Matmul { size } => 3.0 * f64::from(size).powi(2),
    };
    values * value_bytes
}

#[cfg(test)]
mod tests {
    use cotejo_model::Model;

    use super::*;
    use crate::catalogue::{ANY_GPU, LAB, OFFICE, OLD_LAPTOP, WORKSTATION};

    fn workload(size: u32, batch: u32, threads: Threads) -> Workload {
        Workload {
            task: Task::Classify { model: Model::ResNet18, size, batch },
            precision: Precision::F32,
            threads,
            engine: Engine::Optimized,
            exact: false,
            streams: 1,
        }
    }

    fn cpu(workload: &Workload) -> f64 {
        cpu_seconds(&OFFICE[0], workload)
    }

    fn image(size: u32) -> Workload {
        workload(size, 1, Threads::All)
    }

    #[test]
    fn time_grows_with_the_pixels() {
        let exponent = |small: f64, large: f64| (large / small).ln() / (1024.0_f64 / 224.0).powi(2).ln();
        let processor = exponent(cpu(&image(224)), cpu(&image(1024)));
        assert!((0.9..1.0).contains(&processor), "{processor}");
        let graphics = exponent(gpu_seconds(&ANY_GPU, &image(224)), gpu_seconds(&ANY_GPU, &image(1024)));
        assert!(graphics < processor, "a GPU is not filled by small images: {graphics}");
    }

    #[test]
    fn batches_pay_on_a_gpu_more_than_on_a_cpu() {
        let gain = |one: f64, many: f64| 32.0 * one / many;
        let batch = workload(224, 32, Threads::All);
        let processor = gain(cpu(&image(224)), cpu(&batch));
        let (_, gpu) = WORKSTATION[0];
        let graphics = gain(gpu_seconds(&gpu, &image(224)), gpu_seconds(&gpu, &batch));
        assert!((1.0..1.5).contains(&processor), "{processor}");
        assert!(graphics > 1.5 && graphics > processor, "{graphics}");
    }

    #[test]
    fn threads_follow_amdahl_up_to_the_cores() {
        let with = |threads| cpu(&workload(224, 1, Threads::Exactly(threads)));
        let speed_up = |threads| with(1) / with(threads);
        assert!((1.5..2.0).contains(&speed_up(2)), "{}", speed_up(2));
        assert!((2.4..4.0).contains(&speed_up(4)), "{}", speed_up(4));
        assert!(with(8) > with(4), "four cores have no more to give");
        assert!((with(4) - cpu(&image(224))).abs() < 1e-12, "all threads are one a core");
        assert!((amdahl(0.05, 4) - 1.0 / (0.05 + 0.95 / 4.0)).abs() < 1e-12);
    }

    #[test]
    fn streams_share_the_threads() {
        let one = workload(224, 1, Threads::All);
        let four = Workload { streams: 4, ..one };
        assert!(cpu(&four) < 4.0 * cpu(&one), "small teams lose less to what is serial");
        assert!(cpu(&four) > cpu(&one));
    }

    #[test]
    fn options_cost_what_they_should() {
        let plain = image(224);
        assert!(cpu(&Workload { exact: true, ..plain }) > cpu(&plain));
        assert!(cpu(&Workload { engine: Engine::Reference, ..plain }) > 4.0 * cpu(&plain));
        let (_, gpu) = LAB[0];
        let gpu_in = |precision| gpu_seconds(&gpu, &Workload { precision, ..plain });
        assert!(gpu_in(Precision::F16) < gpu_in(Precision::F32));
        assert!(
            gpu_seconds(&ANY_GPU, &Workload { precision: Precision::Tf32, ..plain }) < gpu_seconds(&ANY_GPU, &plain)
        );
    }

    #[test]
    fn devices_are_of_the_order_that_their_age_suggests() {
        let large = image(1024);
        let old = cpu_seconds(&OLD_LAPTOP, &large);
        let (new, gpu) = WORKSTATION[0];
        assert!(old > 3.0 * cpu(&large) && cpu(&large) > 2.0 * cpu_seconds(&new, &large));
        assert!((0.3..2.0).contains(&old), "{old}");
        let (_, small) = LAB[0];
        assert!(gpu_seconds(&small, &large) > 4.0 * gpu_seconds(&gpu, &large));
        assert!(cpu(&large) > gpu_seconds(&small, &large));
    }

    #[test]
    fn products_cost_the_cube_of_their_size() {
        let product = |size| Workload { task: Task::Matmul { size }, ..image(1) };
        let ratio = cpu(&product(4096)) / cpu(&product(2048));
        assert!((7.0..8.1).contains(&ratio), "{ratio}");
    }
}
