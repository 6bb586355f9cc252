//! How long each kind of layer takes in the shapes of the models, on one thread. Each is timed as a step
//! of a small network, so that its input is where the layer before leaves it. Elements are operations of the
//! definition: `Gelem/s` reads as GFLOP/s. `COTEJO_INSTRUCTION_SET` chooses the kernels.

use std::time::Duration;

use cotejo_cpu::{Function, InstructionSet, Network, Options, Plan};
use cotejo_worker_samples::networks::{self, Excited};
use cotejo_worker_samples::random::Random;
use criterion::{BenchmarkId, Criterion, Throughput};

/// A layer of a network.
struct Layer<'a> {
    /// The kernel.
    group: &'a str,
    /// Channels and pixels.
    shape: &'a str,
    network: &'a Network,
    /// Pixels a side of the network's input.
    side: usize,
    /// What the name of the step begins with.
    step: &'a str,
    exact: bool,
}

impl Layer<'_> {
    fn bench(&self, criterion: &mut Criterion, instruction_set: InstructionSet) {
        let (height, width) = (self.side, self.side);
        let options = Options { images: 1, height, width, threads: 1, instruction_set, exact: self.exact };
        let mut plan = Plan::compile(self.network, options).expect("such a network is supported");
        let index =
            plan.steps().iter().position(|step| step.layer.starts_with(self.step)).expect("there is such a step");
        let step = &plan.steps()[index];
        let id = BenchmarkId::new(format!("{instruction_set} {}", step.algorithm), self.shape);
        let flop = step.flop;
        let input = Random::new(2).values(3 * height * width, 1.0);
        let mut logits = vec![0.0; plan.classes()];
        let mut group = criterion.benchmark_group(self.group);
        group.throughput(Throughput::Elements(flop));
        group.bench_function(id, |bencher| {
            bencher.iter_custom(|times| {
                let time = |_| plan.forward_timed(&input, &mut logits)[index];
                (0..times).map(time).sum::<Duration>()
            });
        });
        group.finish();
    }
}

fn basic(criterion: &mut Criterion, instruction_set: InstructionSet) {
    let random = &mut Random::new(1);
    for (channels, side) in [(64, 56), (128, 28), (256, 14), (512, 7)] {
        let network = &networks::basic(random, channels, &[(channels, 1)], 1000);
        let (shape, side) = (&*format!("{channels}@{side}"), side * 4);
        let step = "layer0.conv2";
        for exact in [false, true] {
            let group = if exact { "3x3 as the sum" } else { "3x3" };
            Layer { group, shape, network, side, step, exact }.bench(criterion, instruction_set);
        }
    }
    let network = &networks::basic(random, 64, &[(128, 2)], 1000);
    for (group, shape, step) in [
        ("stem and maximum", "3@224 to 64@56", "conv1"),
        ("3x3 stride 2", "64@56 to 128@28", "layer0.conv1"),
        ("1x1 stride 2", "64@56 to 128@28", "layer0.downsample"),
    ] {
        Layer { group, shape, network, side: 224, step, exact: false }.bench(criterion, instruction_set);
    }
    let network = &networks::basic(random, 512, &[], 1000);
    let fc = Layer { group: "fully connected", shape: "512 to 1000", network, side: 28, step: "fc", exact: false };
    fc.bench(criterion, instruction_set);
}

fn inverted(criterion: &mut Criterion, instruction_set: InstructionSet) {
    let random = &mut Random::new(1);
    let network = &networks::inverted(random, &[(32, 16, 1), (96, 24, 2)], None, 1000);
    for (group, shape, step) in [
        ("stem and block", "3@224 to 16@112", "features.0"),
        ("inverted residual", "16@112 to 96 to 24@56", "features.2.conv.0"),
    ] {
        Layer { group, shape, network, side: 224, step, exact: false }.bench(criterion, instruction_set);
    }
    for (channels, side) in [(24, 56), (32, 28), (64, 14), (96, 14), (160, 7)] {
        let wide = 6 * channels;
        let network = &networks::inverted(random, &[(32, channels, 1), (wide, channels, 1)], None, 1000);
        let block = Layer {
            group: "inverted residual",
            shape: &format!("{channels}@{side} to {wide}"),
            network,
            side: 2 * side,
            step: "features.2.conv.0",
            exact: false,
        };
        block.bench(criterion, instruction_set);
        // In small images its last convolution is a step of its own.
        if side <= 14 {
            let shape = &format!("{wide}@{side} to {channels}");
            Layer { group: "1x1", shape, step: "features.2.conv.2", ..block }.bench(criterion, instruction_set);
        }
    }
    let network = &networks::inverted(random, &[(32, 320, 1)], Some(1280), 1000);
    for (group, shape, step) in [("1x1", "320@7 to 1280", "head"), ("fully connected", "1280 to 1000", "classifier")] {
        Layer { group, shape, network, side: 14, step, exact: false }.bench(criterion, instruction_set);
    }
}

fn bottleneck(criterion: &mut Criterion, instruction_set: InstructionSet) {
    let random = &mut Random::new(1);
    for (width, side) in [(64, 56), (128, 28), (256, 14), (512, 7)] {
        let network = &networks::bottleneck(random, 4 * width, &[(width, 4 * width, 1)], 1000);
        for (shape, step) in [
            (format!("{}@{side} to {width}", 4 * width), "layer0.conv1"),
            (format!("{width}@{side} to {}", 4 * width), "layer0.conv3"),
        ] {
            let (shape, side) = (&*shape, side * 4);
            Layer { group: "bottleneck 1x1", shape, network, side, step, exact: false }
                .bench(criterion, instruction_set);
        }
    }
}

fn excited(criterion: &mut Criterion, instruction_set: InstructionSet) {
    let random = &mut Random::new(1);
    let hard = Function::HardSwish;
    for (channels, wide, kernel, squeezed, function, side) in
        [(40, 120, 5, 32, Function::Relu, 28), (112, 672, 3, 168, hard, 14), (160, 960, 5, 240, hard, 7)]
    {
        let first = Excited { wide: 16, outputs: channels, kernel: 3, stride: 1, function, squeezed: None };
        let block = Excited { wide, outputs: channels, kernel, squeezed: Some(squeezed), ..first };
        let network = &networks::excited(random, &[first, block], [960, 1280], 1000);
        for (group, step) in [
            ("expand and filter", "features.2.block.0"),
            ("squeeze", "features.2.block.fc1"),
            ("excite", "features.2.block.fc2 as"),
        ] {
            let shape = &format!("{channels}@{side} to {wide}, {kernel}x{kernel}");
            Layer { group, shape, network, side: 2 * side, step, exact: false }.bench(criterion, instruction_set);
        }
    }
}

fn main() {
    let criterion = Criterion::default().sample_size(30).warm_up_time(Duration::from_millis(500));
    let mut criterion = criterion.measurement_time(Duration::from_secs(2)).configure_from_args();
    let instruction_set = InstructionSet::detect().expect("the instruction set that was asked for");
    basic(&mut criterion, instruction_set);
    inverted(&mut criterion, instruction_set);
    bottleneck(&mut criterion, instruction_set);
    excited(&mut criterion, instruction_set);
    criterion.final_summary();
}
