//! From layers to operations: which algorithm, in which buffers.

mod inverted;
mod residual;

use super::direct::Direct;
use super::ends::{Frame, Means};
use super::layout::{Activations, Layout, Planes};
use super::rows::{RowPipeline, Sink, Source};
use super::winograd::Winograd;
use super::{CompileError, Machine, Operation, Options, Placed, Recipe, Scratch, Step};
use crate::kernels::Kernels;
use crate::memory::{Layouter, Span};
use cotejo_network::{Block, Conv, Linear, Network};

pub(super) fn compile(network: &Network, options: Options) -> Result<Recipe, CompileError> {
    super::check::check(network, &options)?;
    let mut compiler = Compiler {
        options,
        machine: Machine { kernels: Kernels::of(options.instruction_set), threads: options.threads },
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
    machine: Machine,
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
            // What follows reads neighbours of a pixel, and finds zeros around the image, or does not.
            let bordered = !matches!(network.blocks.first(), Some(Block::Bottleneck { .. }));
            self.stem_and_pool(&network.stem, planes, bordered)
        } else {
            let first = blocks.next();
            self.stem_and_block(&network.stem, planes, first.expect("checked"))
        };
        for block in blocks {
            x = self.block(block, x);
        }
        if let Some(head) = &network.head {
            let output = self.compact(head.outputs, x.layout.height, x.layout.width);
            self.direct(Placed { conv: head, input: x, output, residual: None });
            self.buffers.release(x);
            x = output;
        }
        let mut values = self.means(x);
        self.buffers.release(x);
        for layer in network.hidden.iter().chain([&network.classifier]) {
            values = self.linear(layer, values);
        }
        values
    }

    fn block(&mut self, block: &Block, x: Activations) -> Activations {
        match block {
            Block::Basic { first, second, shortcut } => self.basic([first, second], shortcut.as_ref(), x),
            Block::Bottleneck { reduce, filter, expand, shortcut } => {
                self.bottleneck([reduce, filter, expand], shortcut.as_ref(), x)
            }
            Block::InvertedResidual { expand, depthwise, excite, project, residual } => {
                let expand = expand.as_ref().expect("checked");
                let filtered = match excite {
                    None if super::choose::by_rows(x.layout) => {
                        return self.projected_by_rows([expand, project], depthwise, *residual, x);
                    }
                    None => self.filtered(expand, depthwise, x),
                    Some(excite) => {
                        let filtered = self.filtered(expand, depthwise, x);
                        self.excite(excite, filtered);
                        filtered
                    }
                };
                self.project(project, filtered, *residual, x)
            }
        }
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

    fn stem_and_pool(&mut self, conv: &Conv, planes: Planes, bordered: bool) -> Activations {
        let source = Source::stem(self.machine, conv, planes);
        let [height, width] = source.size();
        let (out_height, out_width) = (height.div_ceil(2), width.div_ceil(2));
        let output = if bordered {
            self.bordered(conv.outputs, out_height, out_width)
        } else {
            self.compact(conv.outputs, out_height, out_width)
        };
        let pipeline = RowPipeline::new(self.machine, source, Sink::MaxPool, output, &mut self.scratch);
        let step = Step {
            layer: format!("{} + maxpool", conv.name),
            algorithm: format!("direct {0}x{0}, maximum in a ring of rows", conv.kernel),
            output: [conv.outputs, out_height, out_width],
            flop: self.flop(conv, height, width),
        };
        self.push(pipeline, step);
        output
    }

    /// A 1x1 or 3x3 convolution by the algorithm that suits it.
    fn convolution(&mut self, placed: Placed<'_>) {
        let Placed { conv, output, .. } = placed;
        let side = if self.options.exact || conv.stride != 1 || conv.kernel != 3 {
            None
        } else {
            super::choose::tile_side(self.machine, conv, output.layout)
        };
        match side {
            Some(side) => self.winograd(placed, side),
            None => self.direct(placed),
        }
    }

    fn direct(&mut self, placed: Placed<'_>) {
        let conv = placed.conv;
        let out = placed.output.layout;
        let stride = if conv.stride == 1 { "" } else { " stride 2" };
        let step = Step {
            layer: conv.name.clone(),
            algorithm: format!("direct {0}x{0}{stride}", conv.kernel),
            output: [conv.outputs, out.height, out.width],
            flop: self.flop(conv, out.height, out.width),
        };
        self.push(Direct::new(self.machine, placed), step);
    }

    fn winograd(&mut self, placed: Placed<'_>, side: usize) {
        let winograd = Winograd::new(self.machine, placed, side, &mut self.scratch);
        let (conv, out) = (placed.conv, placed.output.layout);
        let step = Step {
            layer: conv.name.clone(),
            algorithm: format!("Winograd F({side}x{side}, 3x3)"),
            output: [conv.outputs, out.height, out.width],
            flop: self.flop(conv, out.height, out.width),
        };
        self.push(winograd, step);
    }

    /// The mean of each channel. Those of all images are one row: a fully connected layer is a 1x1 convolution over them.
    fn means(&mut self, x: Activations) -> Activations {
        let channels = x.layout.channels;
        let means = self.buffers.get(Layout::compact(1, channels, 1, self.options.images));
        let output = [channels, 1, 1];
        let step = Step { layer: "avgpool".into(), algorithm: "mean".into(), output, flop: 0 };
        self.push(Means { input: x, output: means }, step);
        means
    }

    /// A fully connected layer over a row of images, whose values are not needed any more.
    fn linear(&mut self, linear: &Linear, values: Activations) -> Activations {
        let images = self.options.images;
        let output = self.buffers.get(Layout::compact(1, linear.outputs, 1, images));
        let conv = Conv {
            name: linear.name.clone(),
            inputs: linear.inputs,
            outputs: linear.outputs,
            kernel: 1,
            stride: 1,
            weight: linear.weight.clone(),
            bias: linear.bias.clone(),
            function: linear.function,
        };
        let placed = Placed { conv: &conv, input: values, output, residual: None };
        let direct = Direct::new(self.machine, placed);
        let step = Step {
            layer: linear.name.clone(),
            algorithm: "fully connected".into(),
            output: [linear.outputs, 1, 1],
            flop: (2 * linear.inputs * linear.outputs * images) as u64,
        };
        self.push(direct, step);
        self.buffers.release(values);
        output
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
