//! A pipeline of rows: rows of a convolution go into a ring, and what follows them (a maximum, or a depthwise
//! convolution and perhaps a 1x1 one) takes them from there. The wide tensor between them never exists as a whole.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::{Activations, Planes};
use super::pack::{Packed, PackedDepthwise, Panel, best_width};
use super::{Context, Machine, Operation, Scratch};
use crate::kernels::{Access, Activation, LANE_BLOCK, MaxPoolRow, PixelRun, Rows, Steps, Target};
use crate::memory::{Span, View};
use cotejo_network::{Conv, Depthwise};
use std::ops::Range;

/// A thread's own memory.
const RING: usize = 0;
const FILTERED: usize = 1;
/// What fills the ring: a convolution of one row at a time.
#[derive(Debug)]
pub(crate) struct Source {
    packed: Packed,
    activation: Activation,
    access: Access,
    steps: Steps,
    span: Span,
    /// Elements of the input between two images, and between the inputs of two rows.
    image: usize,
    row: usize,
    channels: usize,
    height: usize,
    width: usize,
}

impl Source {
    /// The network's first convolution.
    pub(crate) fn stem(machine: Machine, conv: &Conv, planes: Planes) -> Self {
        let width = planes.width.div_ceil(2);
        let packed = Packed::planes(conv, best_width(machine.kernels, conv.outputs.div_ceil(LANE_BLOCK), width));
        let access = if conv.kernel == 7 { Access::Plane7Stride2 } else { Access::Plane3Stride2 };
        let mut offsets = Vec::new();
        for channel in 0..conv.inputs {
            offsets.extend((0..conv.kernel).map(|y| super::offset(channel * planes.plane() + y * planes.row())));
        }
        Self {
            packed,
            activation: conv.function.into(),
            access,
            steps: Steps::new(offsets, access),
            span: planes.span,
            image: planes.image(),
            row: 2 * planes.row(),
            channels: conv.outputs,
            height: planes.height.div_ceil(2),
            width,
        }
    }

    /// A 1x1 convolution.
    pub(crate) fn expand(machine: Machine, conv: &Conv, input: Activations) -> Self {
        let layout = input.layout;
        let panel = best_width(machine.kernels, conv.outputs.div_ceil(LANE_BLOCK), layout.width);
        let packed = Packed::blocks(conv, panel);
        Self {
            packed,
            activation: conv.function.into(),
            access: Access::Blocks,
            steps: super::pointwise_steps(conv.inputs, layout.plane()),
            span: input.span,
            image: layout.image(),
            row: layout.row(),
            channels: conv.outputs,
            height: layout.height,
            width: layout.width,
        }
    }

    fn blocks(&self) -> usize {
        self.channels.div_ceil(LANE_BLOCK)
    }

    /// Height and width of what it gives.
    pub(crate) fn size(&self) -> [usize; 2] {
        [self.height, self.width]
    }
}

/// What is added to a 1x1 convolution at the end of a pipeline.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Carried {
    /// Nothing.
    None,
    /// Another activation, of the output's shape.
    Tensor(Activations),
    /// The row of the source with the same number.
    Source,
}

/// A 1x1 convolution at the end of a pipeline.
#[derive(Debug)]
pub(crate) struct Project {
    packed: Packed,
    terms: Steps,
    activation: Activation,
    carried: Carried,
}

impl Project {
    /// Of rows of this width.
    pub(crate) fn new(machine: Machine, conv: &Conv, width: usize, carried: Carried) -> Self {
        let panel = best_width(machine.kernels, conv.outputs.div_ceil(LANE_BLOCK), width);
        Self {
            packed: Packed::blocks(conv, panel),
            terms: super::pointwise_steps(conv.inputs, width * LANE_BLOCK),
            activation: conv.function.into(),
            carried,
        }
    }
}

/// What empties the ring.
#[derive(Debug)]
pub(crate) enum Sink {
    /// A 3x3 maximum with stride 2.
    MaxPool,
    /// A convolution of each channel.
    Filter(PackedDepthwise),
    /// A convolution of each channel, then a 1x1 convolution.
    Project(PackedDepthwise, Box<Project>),
}

impl Sink {
    /// A convolution of each channel.
    pub(crate) fn filter(layer: &Depthwise) -> Self {
        Self::Filter(PackedDepthwise::new(layer))
    }

    /// A convolution of each channel, then a 1x1 convolution.
    pub(crate) fn project(layer: &Depthwise, project: Project) -> Self {
        Self::Project(PackedDepthwise::new(layer), Box::new(project))
    }

    /// Rows of the source that a row of the output is made of.
    fn taps(&self) -> usize {
        match self {
            Self::MaxPool => 3,
            Self::Filter(filter) | Self::Project(filter, _) => filter.kernel,
        }
    }

    fn stride(&self) -> usize {
        match self {
            Self::MaxPool => 2,
            Self::Filter(filter) | Self::Project(filter, _) => filter.stride,
        }
    }
}

/// The operation.
#[derive(Debug)]
pub(crate) struct RowPipeline {
    source: Source,
    sink: Sink,
    output: Activations,
    strips: usize,
}

impl RowPipeline {
    pub(crate) fn new(
        machine: Machine,
        source: Source,
        sink: Sink,
        output: Activations,
        scratch: &mut Scratch,
    ) -> Self {
        let filtered = match &sink {
            Sink::MaxPool | Sink::Filter(_) => 0,
            Sink::Project(..) => source.blocks() * output.layout.width * LANE_BLOCK,
        };
        let strips = Self::strips(output.layout.images, output.layout.height, machine.threads);
        let pipeline = Self { source, sink, output, strips };
        // A row of zeros stands for what is above and below the image.
        scratch.reserve(RING, (pipeline.slots() + 1) * pipeline.slot_len());
        scratch.reserve(FILTERED, filtered);
        pipeline
    }

    /// Strips of an image. Each computes up to as many rows of the source that its neighbours compute too as the kernel is
    /// longer than its stride, so there are no more than it takes to keep all threads busy.
    fn strips(images: usize, height: usize, threads: usize) -> usize {
        const LEAST_ROWS: usize = 24;
        if threads == 1 || images >= 4 * threads {
            return 1;
        }
        let wanted = (4 * threads).div_ceil(images);
        let most = (height / LEAST_ROWS).max(threads.div_ceil(images));
        wanted.min(most).clamp(1, height)
    }

    /// Rows of the ring.
    fn slots(&self) -> usize {
        self.sink.taps()
    }

    /// Zero columns on both sides of a row in the ring, and rows above and below the image.
    fn pad(&self) -> usize {
        self.sink.taps() / 2
    }

    /// Elements of a row of one block in the ring.
    fn block_len(&self) -> usize {
        (self.source.width + 2 * self.pad()) * LANE_BLOCK
    }

    fn slot_len(&self) -> usize {
        self.source.blocks() * self.block_len()
    }

    /// Where a row of the source is in the ring.
    fn slot(&self, row: usize) -> usize {
        row % self.slots() * self.slot_len()
    }

    /// A row of the source in the ring, from its first pixel on.
    fn place(&self, ring: View, row: usize) -> Target {
        Target { view: ring, start: self.slot(row) + self.pad() * LANE_BLOCK, block: self.block_len() }
    }

    /// Computes a row of the source.
    fn produce(&self, context: &Context<'_>, image: usize, row: usize, ring: View) {
        let source = &self.source;
        let output = self.place(ring, row);
        for &panel in &source.packed.panels {
            let run = PixelRun {
                access: source.access,
                input: context.arena.view(source.span),
                input_start: image * source.image + row * source.row,
                steps: &source.steps,
                weights: source.packed.weights(panel),
                bias: source.packed.bias(panel),
                blocks: panel.blocks,
                output: Target { start: output.start + panel.first_block * output.block, ..output },
                rows: Rows::UNBROKEN,
                jump: 0,
                next_weights: &[],
                residual: None,
                activation: source.activation,
                pixels: source.width,
            };
            run.compute(context.kernels);
        }
    }

    /// Where the row of the source is that a tap of a row of the output reads.
    fn tap_row(&self, y: usize, tap: usize) -> usize {
        match (y * self.sink.stride() + tap).checked_sub(self.pad()) {
            Some(row) if row < self.source.height => self.slot(row),
            _ => self.slots() * self.slot_len(),
        }
    }

    /// Computes a row of the output from the ring.
    fn consume(&self, context: &Context<'_>, image: usize, y: usize, ring: View, filtered: View) {
        let layout = self.output.layout;
        let (blocks, width) = (self.source.blocks(), layout.width);
        let all = Panel { first_block: 0, blocks };
        let input = Target { view: ring, start: 0, block: self.block_len() };
        let output = row_of(context, &self.output, image, y);
        match &self.sink {
            Sink::MaxPool => {
                let rows = [0, 1, 2].map(|tap| (ring, self.tap_row(y, tap)));
                let pool = MaxPoolRow { rows, input_block: input.block, output, blocks, width };
                pool.compute(context.kernels);
            }
            Sink::Filter(filter) => {
                filter.row(all, input, |tap| self.tap_row(y, tap), output, width).compute(context.kernels);
            }
            Sink::Project(filter, project) => {
                let row = Target { view: filtered, start: 0, block: width * LANE_BLOCK };
                filter.row(all, input, |tap| self.tap_row(y, tap), row, width).compute(context.kernels);
                let carried = match &project.carried {
                    Carried::None => None,
                    Carried::Tensor(tensor) => Some(row_of(context, tensor, image, y)),
                    Carried::Source => Some(self.place(ring, y)),
                };
                project.compute(context, filtered, carried, output, width);
            }
        }
    }

    /// Zeros what the convolutions of the ring leave alone: the row that stands for the border, and the columns at both
    /// ends.
    fn clear(&self, ring: View) {
        let (block, ends) = (self.block_len(), self.pad() * LANE_BLOCK);
        ring.zero(self.slots() * self.slot_len(), self.slot_len());
        for row in 0..self.slots() * self.source.blocks() {
            ring.zero(row * block, ends);
            ring.zero((row + 1) * block - ends, ends);
        }
    }

    fn strip(&self, strip: usize) -> Range<usize> {
        let height = self.output.layout.height;
        strip * height / self.strips..(strip + 1) * height / self.strips
    }
}

/// A row of an activation.
fn row_of(context: &Context<'_>, of: &Activations, image: usize, y: usize) -> Target {
    Target { view: context.arena.view(of.span), start: of.layout.pixel(image, y, 0), block: of.layout.plane() }
}

impl Project {
    /// Computes a row of the output from a filtered row.
    fn compute(&self, context: &Context<'_>, filtered: View, carried: Option<Target>, output: Target, width: usize) {
        for &panel in &self.packed.panels {
            let place = |target: Target| Target { start: target.start + panel.first_block * target.block, ..target };
            let run = PixelRun {
                access: Access::Blocks,
                input: filtered,
                input_start: 0,
                steps: &self.terms,
                weights: self.packed.weights(panel),
                bias: self.packed.bias(panel),
                blocks: panel.blocks,
                output: place(output),
                rows: Rows::UNBROKEN,
                jump: 0,
                next_weights: &[],
                residual: carried.map(place),
                activation: self.activation,
                pixels: width,
            };
            run.compute(context.kernels);
        }
    }
}

// SAFETY: ring and filtered row are a thread's own; a task has its own rows of the output.
unsafe impl Operation for RowPipeline {
    fn phases(&self) -> Vec<usize> {
        vec![self.output.layout.images * self.strips]
    }

    fn execute(&self, context: &Context<'_>, _: usize, task: usize, member: usize) {
        let (ring, filtered) = (context.own(member, RING), context.own(member, FILTERED));
        let (image, strip) = (task / self.strips, self.strip(task % self.strips));
        self.clear(ring);
        let (stride, pad) = (self.sink.stride(), self.pad());
        let mut next = (strip.start * stride).saturating_sub(pad);
        for y in strip {
            let last = (y * stride + pad).min(self.source.height - 1);
            while next <= last {
                self.produce(context, image, next, ring);
                next += 1;
            }
            self.consume(context, image, y, ring, filtered);
        }
    }
}
