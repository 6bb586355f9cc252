//! A 1x1 convolution and the depthwise one after it, a panel of channels at a time: for images so small that a panel of
//! the wide tensor between them stays in a core's own cache.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::Activations;
use super::pack::{Packed, PackedDepthwise};
use super::{Context, Operation, Scratch};
use crate::kernels::{Access, Activation, DepthwiseRow, LANE_BLOCK, PixelRun, Steps, Target};
use cotejo_network::{Conv, Depthwise};

/// A thread's own memory: a panel of the wide tensor, with a border of one pixel.
const EXPANDED: usize = 0;

/// The operation.
#[derive(Debug)]
pub(crate) struct Channels {
    packed: Packed,
    steps: Steps,
    expand: Activation,
    depthwise: PackedDepthwise,
    stride: usize,
    filter: Activation,
    input: Activations,
    output: Activations,
}

impl Channels {
    pub(crate) fn new(
        (expand, packed): (&Conv, Packed),
        (layer, depthwise): (&Depthwise, PackedDepthwise),
        input: Activations,
        output: Activations,
        scratch: &mut Scratch,
    ) -> Self {
        let layout = input.layout;
        let widest = packed.panels.iter().map(|panel| panel.blocks).max().unwrap_or(1);
        scratch.reserve(EXPANDED, widest * (layout.height + 2) * (layout.width + 2) * LANE_BLOCK);
        Self {
            packed,
            steps: super::pointwise_steps(expand.inputs, layout.plane()),
            expand: expand.function.into(),
            depthwise,
            stride: layer.stride,
            filter: layer.function.into(),
            input,
            output,
        }
    }
}

// SAFETY: the expanded panel is a thread's own; a task has its own image and panel of the output.
unsafe impl Operation for Channels {
    fn phases(&self) -> Vec<usize> {
        vec![self.input.layout.images * self.packed.panels.len()]
    }

    fn execute(&self, context: &Context<'_>, _: usize, task: usize, member: usize) {
        let layout = self.input.layout;
        let (image, index) = (task % layout.images, task / layout.images);
        let panel = self.packed.panels[index];
        // A panel's weights are read for every image; those of the next one are far away until the last.
        let next = self.packed.panels.get(index + 1).filter(|_| image + 1 == layout.images);
        let expanded = context.own(member, EXPANDED);
        let row = (layout.width + 2) * LANE_BLOCK;
        let block = (layout.height + 2) * row;
        let run = PixelRun {
            access: Access::Blocks,
            input: context.arena.view(self.input.span),
            input_start: layout.pixel(image, 0, 0),
            steps: &self.steps,
            weights: self.packed.weights(panel),
            bias: self.packed.bias(panel),
            blocks: panel.blocks,
            output: Target { view: expanded, start: row + LANE_BLOCK, block },
            rows: (layout.width, layout.width, 2 * LANE_BLOCK),
            jump: 0,
            next_weights: next.map_or(&[], |next| self.packed.weights(*next)),
            residual: None,
            activation: self.expand,
            pixels: layout.width * layout.height,
        };
        for block_start in (0..panel.blocks).map(|of| of * block) {
            // The border: the first row and the column before the second, the columns between rows, the last row.
            expanded.zero(block_start, row + LANE_BLOCK);
            for y in 1..=layout.height {
                expanded.zero(block_start + (y + 1) * row - LANE_BLOCK, 2 * LANE_BLOCK);
            }
            expanded.zero(block_start + block - row + LANE_BLOCK, row - LANE_BLOCK);
        }
        run.compute(context.kernels);
        let out = self.output.layout;
        for y in 0..out.height {
            let depthwise = DepthwiseRow {
                rows: [0, 1, 2].map(|tap| (expanded, (y * self.stride + tap) * row)),
                input_block: block,
                weights: self.depthwise.weights_of(panel),
                bias: self.depthwise.bias_of(panel),
                output: Target {
                    view: context.arena.view(self.output.span),
                    start: out.pixel(image, y, 0) + panel.first_block * out.plane(),
                    block: out.plane(),
                },
                blocks: panel.blocks,
                width: out.width,
                stride: self.stride,
                activation: self.filter,
            };
            depthwise.compute(context.kernels);
        }
    }
}
