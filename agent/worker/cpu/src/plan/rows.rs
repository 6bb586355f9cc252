//! A pipeline of rows: rows of a convolution go into a ring of three, and what follows them (a maximum, or a depthwise
//! and a 1x1 convolution) takes them from there. The wide tensor between them never exists as a whole.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::{Activations, Planes};
use super::pack::{Packed, PackedDepthwise};
use super::{Context, Operation, Scratch};
use crate::kernels::{Access, Activation, DepthwiseRow, LANE_BLOCK, MaxPoolRow, ONE_ROW, PixelRun, Steps, Target};
use crate::memory::{Span, View};
use cotejo_network::Conv;
use std::ops::Range;

/// A thread's own memory.
const RING: usize = 0;
const FILTERED: usize = 1;
/// Rows of the ring.
const SLOTS: usize = 3;

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
    pub(crate) fn stem(conv: &Conv, packed: Packed, planes: Planes) -> Self {
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
            width: planes.width.div_ceil(2),
        }
    }

    /// A 1x1 convolution.
    pub(crate) fn expand(conv: &Conv, packed: Packed, input: Activations) -> Self {
        let layout = input.layout;
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

    /// Elements of a row of one block in the ring: a zero column on both sides.
    fn block_len(&self) -> usize {
        (self.width + 2) * LANE_BLOCK
    }

    fn slot_len(&self) -> usize {
        self.blocks() * self.block_len()
    }
}

/// What empties the ring.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one for each operation, and it is moved once")]
pub(crate) enum Sink {
    /// A 3x3 maximum with stride 2.
    MaxPool,
    /// A 3x3 convolution of each channel, then a 1x1 convolution, then the input is added.
    Project {
        /// Of the depthwise convolution.
        depthwise: PackedDepthwise,
        /// Of the depthwise convolution.
        stride: usize,
        /// Of the depthwise convolution.
        filter: Activation,
        /// Of the 1x1 convolution.
        packed: Packed,
        /// Of the 1x1 convolution.
        terms: Steps,
        /// Of the 1x1 convolution.
        activation: Activation,
        /// What is added.
        residual: Option<Activations>,
    },
}

/// The operation.
#[derive(Debug)]
pub(crate) struct Rows {
    source: Source,
    sink: Sink,
    stride: usize,
    output: Activations,
    strips: usize,
}

impl Rows {
    pub(crate) fn new(source: Source, sink: Sink, output: Activations, threads: usize, scratch: &mut Scratch) -> Self {
        let (stride, filtered) = match &sink {
            Sink::MaxPool => (2, 0),
            Sink::Project { stride, .. } => (*stride, source.blocks() * output.layout.width * LANE_BLOCK),
        };
        // A row of zeros stands for what is above and below the image.
        scratch.reserve(RING, (SLOTS + 1) * source.slot_len());
        scratch.reserve(FILTERED, filtered);
        let strips = Self::strips(output.layout.images, output.layout.height, threads);
        Self { source, sink, stride, output, strips }
    }

    /// Strips of an image. Each computes up to two rows of the source that its neighbours compute too, so there are no
    /// more than it takes to keep all threads busy.
    fn strips(images: usize, height: usize, threads: usize) -> usize {
        const LEAST_ROWS: usize = 24;
        if threads == 1 || images >= 4 * threads {
            return 1;
        }
        let wanted = (4 * threads).div_ceil(images);
        let most = (height / LEAST_ROWS).max(threads.div_ceil(images));
        wanted.min(most).clamp(1, height)
    }

    /// The 1x1 convolution of `Sink::Project`, of an input of this width.
    pub(crate) fn project_steps(conv: &Conv, width: usize) -> Steps {
        super::pointwise_steps(conv.inputs, width * LANE_BLOCK)
    }

    fn slot(&self, row: usize) -> usize {
        row % SLOTS * self.source.slot_len()
    }

    /// Computes a row of the source.
    fn produce(&self, context: &Context<'_>, image: usize, row: usize, ring: View) {
        let source = &self.source;
        let block = source.block_len();
        for &panel in &source.packed.panels {
            let run = PixelRun {
                access: source.access,
                input: context.arena.view(source.span),
                input_start: image * source.image + row * source.row,
                steps: &source.steps,
                weights: source.packed.weights(panel),
                bias: source.packed.bias(panel),
                blocks: panel.blocks,
                output: Target { view: ring, start: self.slot(row) + panel.first_block * block + LANE_BLOCK, block },
                rows: ONE_ROW,
                jump: 0,
                next_weights: &[],
                residual: None,
                activation: source.activation,
                pixels: source.width,
            };
            run.compute(context.kernels);
        }
    }

    /// Computes a row of the output from the ring.
    fn consume(&self, context: &Context<'_>, image: usize, y: usize, ring: View, filtered: View) {
        let source = &self.source;
        let zeros = SLOTS * source.slot_len();
        let rows = [0, 1, 2].map(|tap| match (y * self.stride + tap).checked_sub(1) {
            Some(row) if row < source.height => (ring, self.slot(row)),
            _ => (ring, zeros),
        });
        let layout = self.output.layout;
        let output = Target {
            view: context.arena.view(self.output.span),
            start: layout.pixel(image, y, 0),
            block: layout.plane(),
        };
        let (input_block, blocks, width) = (source.block_len(), source.blocks(), layout.width);
        match &self.sink {
            Sink::MaxPool => {
                let pool = MaxPoolRow { rows, input_block, output, blocks, width };
                pool.compute(context.kernels);
            }
            Sink::Project { depthwise, stride, filter, packed, terms, activation, residual } => {
                let row = DepthwiseRow {
                    rows,
                    input_block,
                    weights: &depthwise.weights,
                    bias: &depthwise.bias,
                    output: Target { view: filtered, start: 0, block: width * LANE_BLOCK },
                    blocks,
                    width,
                    stride: *stride,
                    activation: *filter,
                };
                row.compute(context.kernels);
                for &panel in &packed.panels {
                    let place =
                        |target: Target| Target { start: target.start + panel.first_block * target.block, ..target };
                    let residual = residual.map(|of| Target {
                        view: context.arena.view(of.span),
                        start: of.layout.pixel(image, y, 0),
                        block: of.layout.plane(),
                    });
                    let run = PixelRun {
                        access: Access::Blocks,
                        input: filtered,
                        input_start: 0,
                        steps: terms,
                        weights: packed.weights(panel),
                        bias: packed.bias(panel),
                        blocks: panel.blocks,
                        output: place(output),
                        rows: ONE_ROW,
                        jump: 0,
                        next_weights: &[],
                        residual: residual.map(place),
                        activation: *activation,
                        pixels: width,
                    };
                    run.compute(context.kernels);
                }
            }
        }
    }

    /// Zeros what the convolutions of the ring leave alone: the row that stands for the border, and the columns at both
    /// ends.
    fn clear(&self, ring: View) {
        let source = &self.source;
        let block = source.block_len();
        ring.zero(SLOTS * source.slot_len(), source.slot_len());
        for row in 0..SLOTS * source.blocks() {
            ring.zero(row * block, LANE_BLOCK);
            ring.zero((row + 1) * block - LANE_BLOCK, LANE_BLOCK);
        }
    }

    fn strip(&self, strip: usize) -> Range<usize> {
        let height = self.output.layout.height;
        strip * height / self.strips..(strip + 1) * height / self.strips
    }
}

// SAFETY: ring and filtered row are a thread's own; a task has its own rows of the output.
unsafe impl Operation for Rows {
    fn phases(&self) -> Vec<usize> {
        vec![self.output.layout.images * self.strips]
    }

    fn execute(&self, context: &Context<'_>, _: usize, task: usize, member: usize) {
        let (ring, filtered) = (context.own(member, RING), context.own(member, FILTERED));
        let (image, strip) = (task / self.strips, self.strip(task % self.strips));
        self.clear(ring);
        let mut next = (strip.start * self.stride).saturating_sub(1);
        for y in strip {
            let last = (y * self.stride + 1).min(self.source.height - 1);
            while next <= last {
                self.produce(context, image, next, ring);
                next += 1;
            }
            self.consume(context, image, y, ring, filtered);
        }
    }
}
