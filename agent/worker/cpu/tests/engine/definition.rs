//! Whole networks against their definition.

use cotejo_cpu::{Function, InstructionSet, Network, Options};
use cotejo_worker_samples::networks::{self, Excited};
use cotejo_worker_samples::oracle::{Tensor, logits};
use cotejo_worker_samples::random::Random;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use super::{compile, input, run};

/// What a whole network may differ by, in units of its logits' root mean square: every layer adds a little.
const TOLERANCE: f64 = 1e-4;

/// Compares the logits on each instruction set, and gives the greatest difference.
fn check(network: &Network, options: Options, random: &mut Random) -> f64 {
    let input = input(random, &options);
    let Options { images, height, width, .. } = options;
    let expected = logits(network, &Tensor::of([images, 3, height, width], &input));
    let mut worst = 0.0_f64;
    for instruction_set in InstructionSet::available() {
        let mut plan = compile(network, Options { instruction_set, ..options });
        let distance = expected.distance(&run(&mut plan, &input));
        assert!(distance <= TOLERANCE, "{options:?}, {instruction_set}: {distance:.1e}; {:#?}", plan.steps());
        worst = worst.max(distance);
    }
    worst
}

fn sizes() -> impl Strategy<Value = Options> {
    let most = if cfg!(miri) { 5_usize } else { 70 };
    let side = prop_oneof![1 => 1..=5_usize, 2 => 1..=most];
    (1..=if cfg!(miri) { 2 } else { 5_usize }, side.clone(), side, 1..=4_usize, any::<bool>()).prop_map(
        |(images, height, width, threads, exact)| {
            let instruction_set = InstructionSet::Portable;
            Options { images, height, width, threads, instruction_set, exact }
        },
    )
}

fn channels() -> impl Strategy<Value = usize> {
    if cfg!(miri) {
        return prop_oneof![Just(16), 1..=20_usize].boxed();
    }
    prop_oneof![Just(16), Just(24), Just(40), Just(64), 1..=70_usize].boxed()
}

/// Networks that differ in layers, channels and sizes, always the same ones.
fn for_each<S: Strategy>(strategy: S, network: impl Fn(&mut Random, S::Value) -> Network) {
    let cases = if cfg!(miri) { 2 } else { 48 };
    let config =
        ProptestConfig { cases, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..ProptestConfig::default() };
    let worst = std::cell::Cell::new(0.0_f64);
    let result = TestRunner::new(config).run(&(strategy, sizes(), any::<u64>()), |(layers, options, seed)| {
        let mut random = Random::new(seed);
        let network = network(&mut random, layers);
        worst.set(worst.get().max(check(&network, options, &mut random)));
        Ok(())
    });
    println!("at most {:.1e}", worst.get());
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn networks_of_basic_blocks_are_their_definition() {
    let blocks = prop::collection::vec((channels(), 1..=2_usize), 0..=if cfg!(miri) { 1 } else { 4 });
    for_each((channels(), blocks, 1..=40_usize), |random, (stem, blocks, classes)| {
        networks::basic(random, stem, &blocks, classes)
    });
}

#[test]
fn networks_of_inverted_residuals_are_their_definition() {
    // Some blocks keep their channels, so that something is carried past them.
    let block = (channels(), channels(), 1..=2_usize, any::<bool>());
    let blocks = prop::collection::vec(block, 1..=if cfg!(miri) { 2 } else { 5 });
    let head = prop::option::of(channels());
    for_each((blocks, head, 1..=40_usize), |random, (blocks, head, classes)| {
        let mut layers: Vec<(usize, usize, usize)> = Vec::new();
        for (wide, outputs, stride, keeps) in blocks {
            let outputs = layers.last().filter(|_| keeps).map_or(outputs, |last| last.1);
            layers.push((wide, outputs, stride));
        }
        networks::inverted(random, &layers, head, classes)
    });
}

#[test]
fn networks_of_bottlenecks_are_their_definition() {
    // Some blocks keep their channels, so that they need no way past.
    let block = (channels(), channels(), 1..=2_usize, any::<bool>());
    let blocks = prop::collection::vec(block, 1..=if cfg!(miri) { 1 } else { 4 });
    for_each((channels(), blocks, 1..=40_usize), |random, (stem, blocks, classes)| {
        let mut layers: Vec<(usize, usize, usize)> = Vec::new();
        for (width, outputs, stride, keeps) in blocks {
            let outputs = layers.last().filter(|_| keeps).map_or(outputs, |last| last.1);
            layers.push((width, outputs, stride));
        }
        networks::bottleneck(random, stem, &layers, classes)
    });
}

#[test]
fn networks_with_squeeze_and_excitation_are_their_definition() {
    let function = prop_oneof![Just(Function::Relu), Just(Function::HardSwish)];
    let shape = (channels(), channels(), prop_oneof![Just(3), Just(5)], 1..=2_usize);
    let block = (shape, function, prop::option::of(1..=20_usize), any::<bool>());
    let blocks = prop::collection::vec(block, 1..=if cfg!(miri) { 2 } else { 5 });
    for_each((blocks, [channels(), channels()], 1..=40_usize), |random, (blocks, ends, classes)| {
        let mut layers: Vec<Excited> = Vec::new();
        for ((wide, outputs, kernel, stride), function, squeezed, keeps) in blocks {
            let kept = layers.last().map_or(wide, |last| last.outputs);
            let outputs = if keeps { kept } else { outputs };
            layers.push(Excited { wide, outputs, kernel, stride, function, squeezed });
        }
        networks::excited(random, &layers, ends, classes)
    });
}

/// In the shape of ResNet18.
fn resnet18(random: &mut Random) -> Network {
    let blocks = [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)];
    networks::basic(random, 64, &blocks, 1000)
}

/// In the shape of MobileNetV2.
fn mobilenet_v2(random: &mut Random) -> Network {
    let mut blocks = vec![(32, 16, 1)];
    let stages = [(24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)];
    for (outputs, count, stride) in stages {
        for index in 0..count {
            let wide = 6 * blocks[blocks.len() - 1].1;
            blocks.push((wide, outputs, if index == 0 { stride } else { 1 }));
        }
    }
    networks::inverted(random, &blocks, Some(1280), 1000)
}

/// In the shape of `ResNet50`, with fewer blocks.
fn resnet50(random: &mut Random) -> Network {
    let stages = [(64, 256, 1), (128, 512, 2), (256, 1024, 2), (512, 2048, 2)];
    let blocks: Vec<_> = stages
        .into_iter()
        .flat_map(|(width, outputs, stride)| [(width, outputs, stride), (width, outputs, 1)])
        .collect();
    networks::bottleneck(random, 64, &blocks, 1000)
}

/// In the shape of `MobileNetV3-Large`, with fewer blocks.
fn mobilenet_v3(random: &mut Random) -> Network {
    let block = |wide, outputs, kernel, stride, function, squeezed| Excited {
        wide,
        outputs,
        kernel,
        stride,
        function,
        squeezed,
    };
    let (relu, hard_swish) = (Function::Relu, Function::HardSwish);
    let blocks = [
        block(16, 16, 3, 1, relu, None),
        block(64, 24, 3, 2, relu, None),
        block(72, 40, 5, 2, relu, Some(24)),
        block(120, 40, 5, 1, relu, Some(32)),
        block(240, 80, 3, 2, hard_swish, None),
        block(480, 112, 3, 1, hard_swish, Some(120)),
        block(672, 160, 5, 2, hard_swish, Some(168)),
        block(960, 160, 5, 1, hard_swish, Some(240)),
    ];
    networks::excited(random, &blocks, [960, 1280], 1000)
}

/// Odd sizes on the way down, down to a single pixel, and every algorithm.
#[test]
#[cfg_attr(miri, ignore = "too slow for an interpreter")]
fn networks_in_real_shapes_are_their_definition() {
    let mut random = Random::new(5);
    let networks = [resnet18, mobilenet_v2, resnet50, mobilenet_v3].map(|network| network(&mut random));
    for network in networks {
        for (height, width, images, threads, exact) in
            [(64, 64, 1, 1, false), (97, 131, 2, 3, false), (64, 64, 1, 2, true), (1, 1, 3, 2, false)]
        {
            let instruction_set = InstructionSet::Portable;
            let options = Options { images, height, width, threads, instruction_set, exact };
            let worst = check(&network, options, &mut random);
            println!("{} {height}x{width} exact {exact}: {worst:.1e}", network.stem.name);
        }
    }
}
