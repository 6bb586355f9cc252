//! Operations that compute several layers at once.

use cotejo_network::{Conv, Function, Linear};
use cotejo_worker_samples::oracle::{self, Tensor};
use cotejo_worker_samples::random::Random;
use proptest::prelude::*;

use super::harness::{Case, Stage, Worst, cases, for_each, functions, values};
use crate::plan::channels::Channels;
use crate::plan::direct::Direct;
use crate::plan::ends::{Frame, Means};
use crate::plan::excite::Excite;
use crate::plan::layout::{Activations, Layout, Planes};
use crate::plan::rows::{Carried, Project, RowPipeline, Sink, Source};
use crate::plan::{Operation, Placed};

/// Kernel and stride of a depthwise convolution.
fn filters() -> impl Strategy<Value = [usize; 2]> {
    [prop_oneof![Just(3), Just(5)], prop_oneof![Just(1), Just(2)]]
}

/// The network's first convolution on a random input, in front of a sink.
struct Stem {
    conv: Conv,
    data: Vec<f32>,
    planes: Planes,
    /// What the convolution gives.
    expected: Tensor,
}

impl Stem {
    fn new(stage: &mut Stage, case: &Case, kernel: usize, function: Function, random: &mut Random) -> Self {
        let conv = random.conv("stem", [Planes::CHANNELS, case.channels[1]], [kernel, 2], function);
        let shape = [case.images, Planes::CHANNELS, case.height, case.width];
        let data = random.values(shape.iter().product(), 1.0);
        let planes = stage.planes([case.images, case.height, case.width], kernel / 2);
        let expected = oracle::conv(&Tensor::of(shape, &data), &conv, None);
        Self { conv, data, planes, expected }
    }

    fn source(&self, stage: &Stage) -> Source {
        Source::stem(stage.machine, &self.conv, self.planes)
    }

    /// Runs the operation and gives its output.
    fn run(&mut self, stage: Stage, rows: &RowPipeline, output: Activations) -> Vec<f32> {
        let running = stage.build();
        running.poison(output);
        running.run(&Frame { planes: self.planes }, &mut self.data);
        running.run(rows, &mut []);
        running.read(output)
    }
}

/// Tall enough that the threads share an image.
fn tall(case: &Case) -> Case {
    Case { height: case.height * 3, ..*case }
}

#[test]
fn a_stem_and_a_maximum_are_their_definitions() {
    let worst = Worst::default();
    // After another function than these, zeros around the image would be greater than what is in it.
    let strategy = (cases(), prop_oneof![Just(3), Just(7)], prop_oneof![Just(Function::Relu), Just(Function::Relu6)]);
    for_each(64, &strategy, |(case, kernel, function), set| {
        let case = tall(case);
        let mut random = Random::new(case.seed);
        let mut stage = Stage::new(set, case.threads);
        let mut stem = Stem::new(&mut stage, &case, *kernel, *function, &mut random);
        let output = stage.place(case.after(4).layout(true, stem.conv.outputs));
        let source = stem.source(&stage);
        let rows = RowPipeline::new(stage.machine, source, Sink::MaxPool, output, &mut stage.scratch);
        let actual = stem.run(stage, &rows, output);
        let name = format!("rows: {kernel}x{kernel} stem, maximum");
        worst.compare(&name, set, &oracle::max_pool(&stem.expected), &actual);
    });
    worst.assert_seen(&["rows: 7x7 stem, maximum", "rows: 3x3 stem, maximum"]);
}

#[test]
fn a_stem_and_a_block_are_their_definitions() {
    let worst = Worst::default();
    let shapes = (prop_oneof![Just(3), Just(7)], filters(), any::<bool>());
    let strategy = (cases(), shapes, [functions(), functions(), functions()]);
    for_each(96, &strategy, |(case, (kernel, filter, carried), functions), set| {
        let case = tall(case);
        let [_, wide, outputs] = case.channels;
        let carried = *carried && filter[1] == 1;
        let outputs = if carried { wide } else { outputs };
        let mut random = Random::new(case.seed);
        let mut stage = Stage::new(set, case.threads);
        let mut stem = Stem::new(&mut stage, &case, *kernel, functions[0], &mut random);
        let depthwise = random.depthwise("filter", wide, *filter, functions[1]);
        let last = random.conv("project", [wide, outputs], [1, 1], functions[2]);
        let output = stage.place(case.after(2).after(filter[1]).layout(false, outputs));
        let past = if carried { Carried::Source } else { Carried::None };
        let project = Project::new(stage.machine, &last, output.layout.width, past);
        let (source, sink) = (stem.source(&stage), Sink::project(&depthwise, project));
        let rows = RowPipeline::new(stage.machine, source, sink, output, &mut stage.scratch);
        let actual = stem.run(stage, &rows, output);
        let past = carried.then_some(&stem.expected);
        let expected = oracle::conv(&oracle::depthwise(&stem.expected, &depthwise), &last, past);
        worst.compare(
            if carried { "rows: stem, block, carried" } else { "rows: stem, block" },
            set,
            &expected,
            &actual,
        );
    });
    worst.assert_seen(&["rows: stem, block", "rows: stem, block, carried"]);
}

/// Runs an operation on random values, and compares what comes out with what a function makes of them.
fn compare(
    (worst, name): (&Worst, &str),
    mut stage: Stage,
    random: &mut Random,
    [input, output]: [Layout; 2],
    build: impl FnOnce(&mut Stage, Activations, Activations) -> Box<dyn Operation>,
    expected: impl FnOnce(&Tensor) -> Tensor,
) {
    let (input, output) = (stage.place(input), stage.place(output));
    let set = stage.set;
    let operation = build(&mut stage, input, output);
    let running = stage.build();
    let (data, tensor) = values(random, input.layout);
    running.fill(input, &data);
    running.poison(output);
    running.run(&*operation, &mut []);
    worst.compare(name, set, &expected(&tensor), &running.read(output));
}

#[test]
fn an_inverted_residual_by_rows_is_its_definition() {
    let worst = Worst::default();
    let strategy = (cases(), filters(), any::<bool>(), [functions(), functions(), functions()]);
    for_each(96, &strategy, |(case, filter, carried, functions), set| {
        let [inputs, wide, outputs] = case.channels;
        let carried = *carried && filter[1] == 1;
        let outputs = if carried { inputs } else { outputs };
        let mut random = Random::new(case.seed);
        let expand = random.conv("expand", [inputs, wide], [1, 1], functions[0]);
        let depthwise = random.depthwise("filter", wide, *filter, functions[1]);
        let last = random.conv("project", [wide, outputs], [1, 1], functions[2]);
        let layouts = [case.layout(false, inputs), case.after(filter[1]).layout(false, outputs)];
        let stage = Stage::new(set, case.threads);
        let name = format!("rows: 1x1, {0}x{0}, 1x1", filter[0]);
        let build = |stage: &mut Stage, input: Activations, output: Activations| -> Box<dyn Operation> {
            let source = Source::expand(stage.machine, &expand, input);
            let past = if carried { Carried::Tensor(input) } else { Carried::None };
            let project = Project::new(stage.machine, &last, output.layout.width, past);
            let sink = Sink::project(&depthwise, project);
            Box::new(RowPipeline::new(stage.machine, source, sink, output, &mut stage.scratch))
        };
        compare((&worst, &name), stage, &mut random, layouts, build, |input| {
            let filtered = oracle::depthwise(&oracle::conv(input, &expand, None), &depthwise);
            oracle::conv(&filtered, &last, carried.then_some(input))
        });
    });
    worst.assert_seen(&["rows: 1x1, 3x3, 1x1", "rows: 1x1, 5x5, 1x1"]);
}

#[test]
fn an_expansion_and_a_filter_are_their_definitions_by_rows_and_by_channels() {
    let worst = Worst::default();
    let strategy = (cases(), filters(), any::<bool>(), [functions(), functions()]);
    for_each(160, &strategy, |(case, filter, by_rows, functions), set| {
        let [inputs, wide, _] = case.channels;
        let mut random = Random::new(case.seed);
        let expand = random.conv("expand", [inputs, wide], [1, 1], functions[0]);
        let depthwise = random.depthwise("filter", wide, *filter, functions[1]);
        let layouts = [case.layout(false, inputs), case.after(filter[1]).layout(false, wide)];
        let name = format!("{}: 1x1, {1}x{1}", if *by_rows { "rows" } else { "channels" }, filter[0]);
        let build = |stage: &mut Stage, input: Activations, output: Activations| -> Box<dyn Operation> {
            let (machine, scratch) = (stage.machine, &mut stage.scratch);
            if *by_rows {
                let (source, sink) = (Source::expand(machine, &expand, input), Sink::filter(&depthwise));
                Box::new(RowPipeline::new(machine, source, sink, output, scratch))
            } else {
                Box::new(Channels::new(machine, (&expand, &depthwise), input, output, scratch))
            }
        };
        compare((&worst, &name), Stage::new(set, case.threads), &mut random, layouts, build, |input| {
            oracle::depthwise(&oracle::conv(input, &expand, None), &depthwise)
        });
    });
    worst.assert_seen(&["rows: 1x1, 3x3", "rows: 1x1, 5x5", "channels: 1x1, 3x3", "channels: 1x1, 5x5"]);
}

#[test]
fn every_channel_is_multiplied_by_its_factor() {
    let worst = Worst::default();
    for_each(48, &cases(), |case, set| {
        let [channels, squeezed, _] = case.channels;
        let mut random = Random::new(case.seed);
        let excite = random.squeeze_excite("excite", channels, squeezed);
        let mut stage = Stage::new(set, case.threads);
        let x = stage.place(case.layout(false, channels));
        let [means, reduced, factors] =
            [channels, squeezed, channels].map(|values| stage.place(Layout::compact(1, values, 1, case.images)));
        let convs = [&excite.reduce, &excite.expand].map(pointwise);
        let layers = [(&convs[0], means, reduced), (&convs[1], reduced, factors)]
            .map(|(conv, input, output)| Direct::new(stage.machine, Placed { conv, input, output, residual: None }));
        let running = stage.build();
        let (data, tensor) = values(&mut random, x.layout);
        running.fill(x, &data);
        running.run(&Means { input: x, output: means }, &mut []);
        for layer in &layers {
            running.run(layer, &mut []);
        }
        running.run(&Excite { values: x, factors }, &mut []);
        worst.compare("squeeze, excite", set, &oracle::squeeze_excite(&tensor, &excite), &running.read(x));
    });
    worst.assert_seen(&["squeeze, excite"]);
}

/// A fully connected layer as a convolution.
fn pointwise(layer: &Linear) -> Conv {
    let Linear { name, inputs, outputs, weight, bias, function } = layer.clone();
    Conv { name, inputs, outputs, kernel: 1, stride: 1, weight, bias, function }
}
