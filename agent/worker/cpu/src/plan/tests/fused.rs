//! Operations that compute several layers at once.

use proptest::prelude::*;

use super::harness::{Case, Stage, Worst, cases, for_each, functions, values};
use super::oracle::{self, Tensor};
use super::random::Random;
use crate::InstructionSet;
use crate::plan::channels::Channels;
use crate::plan::ends::Frame;
use crate::plan::layout::{Activations, Planes};
use crate::plan::pack::{Packed, PackedDepthwise, best_width};
use crate::plan::rows::{Rows, Sink, Source};
use cotejo_network::{Conv, Depthwise, Function};

fn strides() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1), Just(2)]
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
        let width = best_width(stage.kernels, self.conv.outputs.div_ceil(16), self.planes.width.div_ceil(2));
        Source::stem(&self.conv, Packed::planes(&self.conv, width), self.planes)
    }

    /// Runs the operation and gives its output.
    fn run(&mut self, stage: Stage, rows: &Rows, output: Activations) -> Vec<f32> {
        let running = stage.build();
        running.poison(output);
        running.run(&Frame { planes: self.planes }, &mut self.data);
        running.run(rows, &mut []);
        running.read(output)
    }
}

fn project(stage: &Stage, depthwise: &Depthwise, project: &Conv, output: Activations) -> Sink {
    let width = output.layout.width;
    let panel = best_width(stage.kernels, output.layout.blocks(), width);
    Sink::Project {
        depthwise: PackedDepthwise::new(depthwise),
        stride: depthwise.stride,
        filter: depthwise.function.into(),
        packed: Packed::blocks(project, panel),
        terms: Rows::project_steps(project, width),
        activation: project.function.into(),
        residual: None,
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
        let rows = Rows::new(source, Sink::MaxPool, output, stage.threads, &mut stage.scratch);
        let actual = stem.run(stage, &rows, output);
        let name = format!("rows: {kernel}x{kernel} stem, maximum");
        worst.compare(&name, set, &oracle::max_pool(&stem.expected), &actual);
    });
    worst.assert_seen(&["rows: 7x7 stem, maximum", "rows: 3x3 stem, maximum"]);
}

#[test]
fn a_stem_and_a_block_are_their_definitions() {
    let worst = Worst::default();
    let strategy = (cases(), prop_oneof![Just(3), Just(7)], strides(), [functions(), functions(), functions()]);
    for_each(64, &strategy, |(case, kernel, stride, functions), set| {
        let case = tall(case);
        let [_, wide, outputs] = case.channels;
        let mut random = Random::new(case.seed);
        let mut stage = Stage::new(set, case.threads);
        let mut stem = Stem::new(&mut stage, &case, *kernel, functions[0], &mut random);
        let depthwise = random.depthwise("filter", wide, *stride, functions[1]);
        let last = random.conv("project", [wide, outputs], [1, 1], functions[2]);
        let output = stage.place(case.after(2).after(*stride).layout(false, outputs));
        let (source, sink) = (stem.source(&stage), project(&stage, &depthwise, &last, output));
        let rows = Rows::new(source, sink, output, stage.threads, &mut stage.scratch);
        let actual = stem.run(stage, &rows, output);
        let expected = oracle::conv(&oracle::depthwise(&stem.expected, &depthwise), &last, None);
        worst.compare("rows: stem, depthwise, 1x1", set, &expected, &actual);
    });
    worst.assert_seen(&["rows: stem, depthwise, 1x1"]);
}

#[test]
fn an_inverted_residual_by_rows_is_its_definition() {
    let worst = Worst::default();
    let strategy = (cases(), strides(), any::<bool>(), [functions(), functions(), functions()]);
    for_each(96, &strategy, |(case, stride, carried, functions), set| {
        let [inputs, wide, outputs] = case.channels;
        let carried = *carried && *stride == 1;
        let outputs = if carried { inputs } else { outputs };
        let mut random = Random::new(case.seed);
        let expand = random.conv("expand", [inputs, wide], [1, 1], functions[0]);
        let depthwise = random.depthwise("filter", wide, *stride, functions[1]);
        let last = random.conv("project", [wide, outputs], [1, 1], functions[2]);
        let mut stage = Stage::new(set, case.threads);
        let input = stage.place(case.layout(false, inputs));
        let output = stage.place(case.after(*stride).layout(false, outputs));
        let panel = best_width(stage.kernels, wide.div_ceil(16), case.width);
        let source = Source::expand(&expand, Packed::blocks(&expand, panel), input);
        let mut sink = project(&stage, &depthwise, &last, output);
        if let (Sink::Project { residual, .. }, true) = (&mut sink, carried) {
            *residual = Some(input);
        }
        let rows = Rows::new(source, sink, output, stage.threads, &mut stage.scratch);
        let running = stage.build();
        let (data, tensor) = values(&mut random, input.layout);
        running.fill(input, &data);
        running.poison(output);
        running.run(&rows, &mut []);
        let filtered = oracle::depthwise(&oracle::conv(&tensor, &expand, None), &depthwise);
        let expected = oracle::conv(&filtered, &last, carried.then_some(&tensor));
        worst.compare("rows: 1x1, depthwise, 1x1", set, &expected, &running.read(output));
    });
    worst.assert_seen(&["rows: 1x1, depthwise, 1x1"]);
}

fn by_channels(case: &Case, stride: usize, functions: [Function; 2], set: InstructionSet, worst: &Worst) {
    let [inputs, wide, _] = case.channels;
    let mut random = Random::new(case.seed);
    let expand = random.conv("expand", [inputs, wide], [1, 1], functions[0]);
    let depthwise = random.depthwise("filter", wide, stride, functions[1]);
    let mut stage = Stage::new(set, case.threads);
    let input = stage.place(case.layout(false, inputs));
    let output = stage.place(case.after(stride).layout(false, wide));
    let panel = best_width(stage.kernels, wide.div_ceil(16), case.height * case.width).min(3);
    let (packed, filter) = (Packed::blocks(&expand, panel), PackedDepthwise::new(&depthwise));
    let layers = ((&expand, packed), (&depthwise, filter));
    let channels = Channels::new(layers.0, layers.1, input, output, &mut stage.scratch);
    let running = stage.build();
    let (data, tensor) = values(&mut random, input.layout);
    running.fill(input, &data);
    running.poison(output);
    running.run(&channels, &mut []);
    let expected = oracle::depthwise(&oracle::conv(&tensor, &expand, None), &depthwise);
    worst.compare("channels: 1x1, depthwise", set, &expected, &running.read(output));
}

#[test]
fn an_inverted_residual_by_channels_is_its_definition() {
    let worst = Worst::default();
    for_each(96, &(cases(), strides(), [functions(), functions()]), |(case, stride, functions), set| {
        by_channels(case, *stride, *functions, set, &worst);
    });
    worst.assert_seen(&["channels: 1x1, depthwise"]);
}
