//! From layers to operations: which algorithm, in which buffers.

use super::channels::Channels;
use super::direct::Direct;
use super::ends::{Frame, Means};
use super::layout::{Activations, Layout, Planes};
use super::pack::{Packed, PackedDepthwise, best_width};
use super::rows::{Rows, Sink, Source};
use super::winograd::Winograd;
use super::{CompileError, Operation, Options, Recipe, Scratch, Step};
use crate::kernels::Kernels;
use crate::memory::{Layouter, Span};
use cotejo_network::{Block, Conv, Depthwise, Function, Linear, Network};

/// Compiles a network.
pub(super) fn compile(network: &Network, options: Options) -> Result<Recipe, CompileError> {
    super::check::check(network, &options)?;
    let mut compiler = Compiler {
        options,
        kernels: Kernels::of(options.instruction_set),
        buffers: Buffers::default(),
        scratch: Scratch::default(),
        operations: Vec::new(),
        steps: Vec::new(),
    };
    let logits = compiler.network(network);
    Ok(compiler.finish(logits))
}

/// Places of activations in the arena. One that is no longer needed gives its place to a later one: of any layout if
/// that has no border, else of the same layout only, whose border is then still zero.
#[derive(Debug, Default)]
struct Buffers {
    arena: Layouter,
    free: Vec<(Span, Option<Layout>)>,
}

impl Buffers {
    fn get(&mut self, layout: Layout) -> Activations {
        let kind = (!layout.is_compact()).then_some(layout);
        let fits = |(span, of): &(Span, Option<Layout>)| *of == kind && span.len >= layout.len();
        let best = self.free.iter().enumerate().filter(|(_, free)| fits(free)).min_by_key(|(_, free)| free.0.len);
        let span = match best.map(|(index, _)| index) {
            Some(index) => self.free.swap_remove(index).0,
            None => self.arena.add(layout.len()),
        };
        Activations { span, layout }
    }

    fn release(&mut self, activations: Activations) {
        let kind = (!activations.layout.is_compact()).then_some(activations.layout);
        self.free.push((activations.span, kind));
    }
}

struct Compiler {
    options: Options,
    kernels: &'static Kernels,
    buffers: Buffers,
    scratch: Scratch,
    operations: Vec<Box<dyn Operation>>,
    steps: Vec<Step>,
}

impl Compiler {
    fn network(&mut self, network: &Network) -> Activations {
        let planes = self.planes(&network.stem);
        let mut blocks = network.blocks.iter();
        let mut x = if network.pool {
            self.stem_and_pool(&network.stem, planes)
        } else {
            let first = blocks.next();
            self.stem_and_block(&network.stem, planes, first.expect("checked"))
        };
        for block in blocks {
            x = match block {
                Block::Basic { first, second, shortcut } => self.basic(first, second, shortcut.as_ref(), x),
                Block::InvertedResidual { expand, depthwise, project, residual } => {
                    let expand = expand.as_ref().expect("checked");
                    self.inverted_residual(expand, depthwise, project, *residual, x)
                }
            };
        }
        if let Some(head) = &network.head {
            let output = self.compact(head.outputs, x.layout.height, x.layout.width);
            self.direct(head, x, output, None);
            self.buffers.release(x);
            x = output;
        }
        self.classifier(&network.classifier, x)
    }

    fn push(&mut self, operation: impl Operation + 'static, step: Step) {
        self.operations.push(Box::new(operation));
        self.steps.push(step);
    }

    fn compact(&mut self, channels: usize, height: usize, width: usize) -> Activations {
        self.buffers.get(Layout::compact(self.options.images, channels, height, width))
    }

    fn bordered(&mut self, channels: usize, height: usize, width: usize) -> Activations {
        self.buffers.get(Layout::bordered(self.options.images, channels, height, width))
    }

    fn flop(&self, conv: &Conv, height: usize, width: usize) -> u64 {
        let each = 2 * conv.inputs * conv.kernel * conv.kernel * conv.outputs;
        (each * height * width * self.options.images) as u64
    }

    fn planes(&mut self, stem: &Conv) -> Planes {
        let Options { images, height, width, .. } = self.options;
        let span = Span { start: 0, len: 0 };
        let mut planes = Planes { span, images, height, width, pad: stem.kernel / 2 };
        planes.span = self.buffers.arena.add(planes.len());
        let output = [Planes::CHANNELS, planes.height + 2 * planes.pad, planes.row()];
        self.push(Frame { planes }, Step { layer: "input".into(), algorithm: "copy".into(), output, flop: 0 });
        planes
    }

    fn stem(&self, conv: &Conv, planes: Planes) -> (Source, [usize; 2]) {
        let size = [planes.height.div_ceil(2), planes.width.div_ceil(2)];
        let width = best_width(self.kernels, conv.outputs.div_ceil(16), size[1]);
        (Source::stem(conv, Packed::planes(conv, width), planes), size)
    }

    fn stem_and_pool(&mut self, conv: &Conv, planes: Planes) -> Activations {
        let (source, [height, width]) = self.stem(conv, planes);
        let output = self.bordered(conv.outputs, height.div_ceil(2), width.div_ceil(2));
        let rows = Rows::new(source, Sink::MaxPool, output, self.options.threads, &mut self.scratch);
        let step = Step {
            layer: format!("{} + maxpool", conv.name),
            algorithm: format!("direct {0}x{0}, maximum in a ring of rows", conv.kernel),
            output: [conv.outputs, output.layout.height, output.layout.width],
            flop: self.flop(conv, height, width),
        };
        self.push(rows, step);
        output
    }

    fn stem_and_block(&mut self, conv: &Conv, planes: Planes, block: &Block) -> Activations {
        let Block::InvertedResidual { expand: None, depthwise, project, residual: false } = block else {
            unreachable!("checked")
        };
        let (source, [height, width]) = self.stem(conv, planes);
        let flop = self.flop(conv, height, width);
        self.rows(&conv.name, (source, flop), [height, width], depthwise, project, None)
    }

    /// A ring of rows from a source of this height and width through a depthwise and a 1x1 convolution.
    fn rows(
        &mut self,
        name: &str,
        (source, flop): (Source, u64),
        [height, width]: [usize; 2],
        depthwise: &Depthwise,
        project: &Conv,
        residual: Option<Activations>,
    ) -> Activations {
        let (height, width) = (height.div_ceil(depthwise.stride), width.div_ceil(depthwise.stride));
        // Not in place: a strip reads rows of the input beside those that it writes.
        let output = self.compact(project.outputs, height, width);
        let panel = best_width(self.kernels, output.layout.blocks(), width);
        let sink = Sink::Project {
            depthwise: PackedDepthwise::new(depthwise),
            stride: depthwise.stride,
            filter: depthwise.function.into(),
            packed: Packed::blocks(project, panel),
            terms: Rows::project_steps(project, width),
            activation: project.function.into(),
            residual,
        };
        let rows = Rows::new(source, sink, output, self.options.threads, &mut self.scratch);
        let step = Step {
            layer: format!("{name} + {} + {}", last_part(&depthwise.name), last_part(&project.name)),
            algorithm: "fused in a ring of rows".into(),
            output: [project.outputs, height, width],
            flop: flop + self.depthwise_flop(depthwise, height, width) + self.flop(project, height, width),
        };
        self.push(rows, step);
        output
    }

    fn depthwise_flop(&self, depthwise: &Depthwise, height: usize, width: usize) -> u64 {
        (2 * 9 * depthwise.channels * height * width * self.options.images) as u64
    }

    fn basic(&mut self, first: &Conv, second: &Conv, shortcut: Option<&Conv>, x: Activations) -> Activations {
        let (height, width) = (x.layout.height.div_ceil(first.stride), x.layout.width.div_ceil(first.stride));
        let middle = self.bordered(first.outputs, height, width);
        self.convolution(first, x, middle, None);
        let output = match shortcut {
            Some(shortcut) => {
                let output = self.bordered(shortcut.outputs, height, width);
                self.direct(shortcut, x, output, None);
                self.buffers.release(x);
                output
            }
            None => x,
        };
        // In place: each element is read just before it is written.
        self.convolution(second, middle, output, Some(output));
        self.buffers.release(middle);
        output
    }

    /// A 3x3 convolution by the algorithm that suits it.
    fn convolution(&mut self, conv: &Conv, input: Activations, output: Activations, residual: Option<Activations>) {
        let side = if self.options.exact || conv.stride != 1 || conv.kernel != 3 {
            None
        } else {
            super::choose::tile_side(self.kernels, self.options.threads, conv, output.layout)
        };
        match side {
            Some(side) => self.winograd(conv, side, input, output, residual),
            None => self.direct(conv, input, output, residual),
        }
    }

    fn direct(&mut self, conv: &Conv, input: Activations, output: Activations, residual: Option<Activations>) {
        let packed = Direct::pack(self.kernels, conv, &input, &output);
        let direct = Direct::new((self.kernels, self.options.threads), (conv, packed), input, output, residual);
        let out = output.layout;
        let stride = if conv.stride == 1 { "" } else { " stride 2" };
        let step = Step {
            layer: conv.name.clone(),
            algorithm: format!("direct {0}x{0}{stride}", conv.kernel),
            output: [conv.outputs, out.height, out.width],
            flop: self.flop(conv, out.height, out.width),
        };
        self.push(direct, step);
    }

    fn winograd(
        &mut self,
        conv: &Conv,
        side: usize,
        input: Activations,
        output: Activations,
        residual: Option<Activations>,
    ) {
        let packed = Winograd::pack(self.kernels, conv, side, &output);
        let machine = (self.kernels, self.options.threads);
        let winograd = Winograd::new(machine, (conv, packed), side, input, output, residual, &mut self.scratch);
        let out = output.layout;
        let step = Step {
            layer: conv.name.clone(),
            algorithm: format!("Winograd F({side}x{side}, 3x3)"),
            output: [conv.outputs, out.height, out.width],
            flop: self.flop(conv, out.height, out.width),
        };
        self.push(winograd, step);
    }

    fn inverted_residual(
        &mut self,
        expand: &Conv,
        depthwise: &Depthwise,
        project: &Conv,
        residual: bool,
        x: Activations,
    ) -> Activations {
        let Layout { height, width, .. } = x.layout;
        if super::choose::by_rows(x.layout) {
            let panel = best_width(self.kernels, expand.outputs.div_ceil(16), width);
            let source = Source::expand(expand, Packed::blocks(expand, panel), x);
            let flop = self.flop(expand, height, width);
            let carried = residual.then_some(x);
            let output = self.rows(&expand.name, (source, flop), [height, width], depthwise, project, carried);
            self.buffers.release(x);
            return output;
        }
        let (out_height, out_width) = (height.div_ceil(depthwise.stride), width.div_ceil(depthwise.stride));
        let filtered = self.compact(depthwise.channels, out_height, out_width);
        let panel = best_width(self.kernels, filtered.layout.blocks(), height * width).min(3);
        let packed = Packed::blocks(expand, panel);
        let filter = PackedDepthwise::new(depthwise);
        let channels = Channels::new((expand, packed), (depthwise, filter), x, filtered, &mut self.scratch);
        let step = Step {
            layer: format!("{} + {}", expand.name, last_part(&depthwise.name)),
            algorithm: "fused by panels of channels".into(),
            output: [depthwise.channels, out_height, out_width],
            flop: self.flop(expand, height, width) + self.depthwise_flop(depthwise, out_height, out_width),
        };
        self.push(channels, step);
        let output = if residual { x } else { self.compact(project.outputs, out_height, out_width) };
        self.direct(project, filtered, output, residual.then_some(x));
        self.buffers.release(filtered);
        if !residual {
            self.buffers.release(x);
        }
        output
    }

    fn classifier(&mut self, linear: &Linear, x: Activations) -> Activations {
        let images = self.options.images;
        // One row of images: the classifier is a 1x1 convolution over them.
        let means = self.buffers.get(Layout::compact(1, linear.inputs, 1, images));
        let output = [linear.inputs, 1, 1];
        let step = Step { layer: "avgpool".into(), algorithm: "mean".into(), output, flop: 0 };
        self.push(Means { input: x, output: means }, step);
        let logits = self.buffers.get(Layout::compact(1, linear.outputs, 1, images));
        let conv = Conv {
            name: linear.name.clone(),
            inputs: linear.inputs,
            outputs: linear.outputs,
            kernel: 1,
            stride: 1,
            weight: linear.weight.clone(),
            bias: linear.bias.clone(),
            function: Function::Identity,
        };
        let packed = Direct::pack(self.kernels, &conv, &means, &logits);
        let direct = Direct::new((self.kernels, self.options.threads), (&conv, packed), means, logits, None);
        let flop = (2 * linear.inputs * linear.outputs * images) as u64;
        let output = [linear.outputs, 1, 1];
        self.push(direct, Step { layer: linear.name.clone(), algorithm: "fully connected".into(), output, flop });
        logits
    }

    fn finish(mut self, logits: Activations) -> Recipe {
        let threads = self.options.threads;
        let scratch = self.scratch.place(&mut self.buffers.arena, threads);
        let mut phases = Vec::new();
        let mut owners = Vec::new();
        for (index, operation) in self.operations.iter().enumerate() {
            for (phase, tasks) in operation.phases().into_iter().enumerate() {
                phases.push(tasks);
                owners.push((index, phase));
            }
        }
        Recipe {
            options: self.options,
            operations: self.operations,
            steps: self.steps,
            phases,
            owners,
            scratch,
            logits,
            arena: self.buffers.arena,
        }
    }
}

/// What of a layer's name follows the last dot but one: enough beside the name of its neighbour.
fn last_part(name: &str) -> &str {
    name.rsplit_once("conv.").map_or(name, |(_, part)| part)
}
