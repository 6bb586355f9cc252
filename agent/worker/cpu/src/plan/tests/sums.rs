//! Convolutions: the sum itself, and Winograd's form.

use cotejo_network::{Conv, Function};
use cotejo_worker_samples::oracle;
use cotejo_worker_samples::random::Random;
use proptest::prelude::*;

use super::harness::{Case, Stage, Worst, cases, for_each, functions, values};
use crate::InstructionSet;
use crate::plan::direct::Direct;
use crate::plan::layout::Layout;
use crate::plan::winograd::Winograd;
use crate::plan::{Operation, Placed};

/// What is added to a convolution's sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Residual {
    None,
    /// Another activation.
    Apart,
    /// What the output held before.
    InPlace,
}

fn residuals() -> impl Strategy<Value = Residual> {
    prop_oneof![2 => Just(Residual::None), 1 => Just(Residual::Apart), 1 => Just(Residual::InPlace)]
}

/// A convolution and the layouts around it.
#[derive(Debug)]
struct Layer {
    conv: Conv,
    input: Layout,
    output: Layout,
    residual: Residual,
}

/// Names the algorithm that an operation turned out to be.
type Name<'a> = dyn Fn(&dyn Operation) -> String + 'a;
/// Makes the operation.
type Build<'a> = dyn Fn(&mut Stage, Placed<'_>) -> Box<dyn Operation> + 'a;

/// Runs a convolution on random values, and compares what comes out with what should.
fn compare(
    (worst, name): (&Worst, &Name<'_>),
    mut stage: Stage,
    layer: &Layer,
    random: &mut Random,
    build: &Build<'_>,
) {
    let set = stage.set;
    let (input, output) = (stage.place(layer.input), stage.place(layer.output));
    let residual = match layer.residual {
        Residual::None => None,
        Residual::Apart => Some(stage.place(layer.output)),
        Residual::InPlace => Some(output),
    };
    let operation = build(&mut stage, Placed { conv: &layer.conv, input, output, residual });
    let running = stage.build();
    let (data, tensor) = values(random, layer.input);
    running.fill(input, &data);
    running.poison(output);
    let added = residual.map(|residual| {
        let (data, tensor) = values(random, layer.output);
        running.fill(residual, &data);
        tensor
    });
    running.run(&*operation, &mut []);
    assert_eq!(running.read(input), data, "the input is still there");
    let expected = oracle::conv(&tensor, &layer.conv, added.as_ref());
    worst.compare(&name(&*operation), set, &expected, &running.read(output));
}

#[test]
fn direct_convolutions_are_the_sum() {
    let shapes = prop_oneof![
        Just((3, 1, true)),
        Just((3, 2, true)),
        Just((1, 1, true)),
        Just((1, 2, true)),
        Just((1, 1, false)),
        Just((1, 2, false)),
    ];
    let strategy = (cases(), shapes, any::<bool>(), residuals(), functions());
    let worst = Worst::default();
    for_each(96, &strategy, |(case, (kernel, stride, border_in), border_out, residual, function), set| {
        let [inputs, _, outputs] = case.channels;
        let mut random = Random::new(case.seed);
        let layer = Layer {
            conv: random.conv("conv", [inputs, outputs], [*kernel, *stride], *function),
            input: case.layout(*border_in, inputs),
            output: case.after(*stride).layout(*border_out, outputs),
            residual: *residual,
        };
        let name = |_: &dyn Operation| format!("direct {kernel}x{kernel} stride {stride}");
        let stage = Stage::new(set, case.threads);
        compare((&worst, &name), stage, &layer, &mut random, &|stage, placed| {
            Box::new(Direct::new(stage.machine, placed))
        });
    });
    worst.assert_seen(&["direct 3x3 stride 1", "direct 3x3 stride 2", "direct 1x1 stride 1", "direct 1x1 stride 2"]);
}

/// Winograd's form, as the operation itself chooses to share its tiles.
fn winograd(worst: &Worst, case: &Case, set: InstructionSet, side: usize, residual: Residual, function: Function) {
    // Its last step applies limits alone; its output may have a border or none.
    let function = if function.limits().is_some() { function } else { Function::Relu };
    let [inputs, _, outputs] = case.channels;
    let mut random = Random::new(case.seed);
    let conv = random.conv("conv", [inputs, outputs], [3, 1], function);
    let output = case.layout(case.seed.is_multiple_of(2), outputs);
    let layer = Layer { conv, input: case.layout(true, inputs), output, residual };
    let name = |operation: &dyn Operation| {
        let way = match operation.phases().len() {
            1 => "own tiles",
            2 => "shared tiles",
            _ => "shared tiles, in rounds",
        };
        format!("Winograd F({side}x{side}), {way}")
    };
    compare((worst, &name), Stage::new(set, case.threads), &layer, &mut random, &|stage, placed| {
        Box::new(Winograd::new(stage.machine, placed, side, &mut stage.scratch))
    });
}

#[test]
fn winograd_is_the_sum() {
    let strategy = (cases(), prop_oneof![Just(2), Just(4)], residuals(), functions());
    let worst = Worst::default();
    for_each(128, &strategy, |(case, side, residual, function), set| {
        winograd(&worst, case, set, *side, *residual, *function);
    });
    let ways = ["F(2x2), own tiles", "F(2x2), shared tiles", "F(4x4), own tiles", "F(4x4), shared tiles"];
    worst.assert_seen(&ways.map(|way| format!("Winograd {way}")).each_ref().map(String::as_str));
}

/// Weights that are too heavy to be read again, and more tiles than the threads share at once.
#[test]
#[cfg_attr(miri, ignore = "too slow for an interpreter")]
fn winograd_in_rounds_is_the_sum() {
    let worst = Worst::default();
    for set in InstructionSet::available() {
        for (side, [height, width], channels, threads) in
            [(4, [48, 47], [331, 0, 72], 3), (2, [28, 27], [512, 0, 100], 2)]
        {
            let case = Case { images: 1, height, width, channels, threads, seed: 3 };
            winograd(&worst, &case, set, side, Residual::Apart, Function::Relu);
        }
    }
    let ways = ["F(2x2)", "F(4x4)"].map(|way| format!("Winograd {way}, shared tiles, in rounds"));
    worst.assert_seen(&ways.each_ref().map(String::as_str));
}
