//! The engine on a driver and libraries that compute on the CPU: whole networks against the CPU engine, the graph, the
//! memory, and every reason for which a GPU cannot be used. A GPU itself is tried by `bench/gpu.sh`.
#![cfg(all(unix, target_pointer_width = "64"))]
#![allow(unsafe_code, reason = "loads the simulated libraries")]

mod answers;
mod products;
mod refusals;

use std::sync::OnceLock;

use cotejo_cuda::{Device, Error, Options, Precision};
use cotejo_network::{Function, Network};
use cotejo_worker_samples::networks::Excited;
use cotejo_worker_samples::random::Random;
use cotejo_worker_samples::{networks, simulator};

/// GPUs of the simulated driver; its source says how they differ.
const GOOD: u32 = 0;
const OLD: u32 = 1;
const TAKEN: u32 = 2;
const SMALL: u32 = 3;
const CAPTURES_NOTHING: u32 = 4;
const CHANNELS_FIRST_ALONE: u32 = 5;
const PRODUCTS_ALONE: u32 = 6;

/// Opens a GPU of the simulated driver, which is loaded first: whoever asks for these libraries then gets it.
fn open(index: u32) -> Result<Device, Error> {
    static LOADED: OnceLock<()> = OnceLock::new();
    LOADED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        simulator::build(folder.path());
        for library in ["libcuda.so", "libnvrtc.so", "libcublasLt.so", "libcudnn.so"] {
            // SAFETY: the libraries have no initialisers.
            std::mem::forget(unsafe { libloading::Library::new(folder.path().join(library)) }.unwrap());
        }
    });
    Device::open(index)
}

/// A network like a residual one, of two kinds of blocks.
fn basic() -> Network {
    networks::basic(&mut Random::new(1), 16, &[(16, 1), (32, 2)], 40)
}

/// A network like MobileNetV2: with and without expansion, strides and residuals.
fn inverted() -> Network {
    networks::inverted(&mut Random::new(2), &[(16, 16, 1), (48, 24, 2), (72, 24, 1), (72, 40, 2)], Some(64), 40)
}

/// A network like `ResNet50`.
fn bottleneck() -> Network {
    networks::bottleneck(&mut Random::new(4), 16, &[(16, 32, 1), (24, 48, 2), (16, 48, 1)], 40)
}

/// A network like `MobileNetV3`: filters of both sizes, both activations, squeeze-and-excitation, a hidden layer.
fn excited() -> Network {
    let first = Excited { wide: 16, outputs: 16, kernel: 3, stride: 1, function: Function::Relu, squeezed: None };
    let hard = Excited { function: Function::HardSwish, ..first };
    let blocks = [
        first,
        Excited { wide: 48, outputs: 24, kernel: 5, stride: 2, squeezed: Some(16), ..first },
        Excited { wide: 72, outputs: 24, kernel: 5, squeezed: Some(24), ..hard },
        Excited { wide: 72, outputs: 40, stride: 2, ..hard },
    ];
    networks::excited(&mut Random::new(5), &blocks, [64, 32], 40)
}

fn options(images: usize, height: usize, width: usize, precision: Precision) -> Options {
    Options { images, height, width, precision }
}

fn input(options: &Options) -> Vec<f32> {
    Random::new(3).values(options.images * 3 * options.height * options.width, 1.0)
}

/// What the CPU engine says.
fn expected(network: &Network, options: &Options, input: &[f32]) -> Vec<f32> {
    let Options { images, height, width, .. } = *options;
    let instruction_set = cotejo_cpu::InstructionSet::detect().unwrap();
    let options = cotejo_cpu::Options { images, height, width, threads: 1, instruction_set, exact: true };
    let mut plan = cotejo_cpu::Plan::compile(network, options).unwrap();
    let mut logits = vec![0.0; images * plan.classes()];
    plan.forward(input, &mut logits);
    logits
}

/// The largest difference over the root mean square.
fn distance(expected: &[f32], found: &[f32]) -> f32 {
    assert_eq!(expected.len(), found.len());
    let rms = (expected.iter().map(|value| value * value).sum::<f32>() / expected.len() as f32).sqrt();
    let differences = expected.iter().zip(found).map(|(a, b)| (a - b).abs());
    differences.fold(0.0_f32, |a, b| if b > a || b.is_nan() { b } else { a }) / rms
}
