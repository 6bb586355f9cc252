//! A 1x1 convolution and the depthwise one after it, a panel of channels at a time: for images so small that a panel of
//! the wide tensor between them stays in a core's own cache.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::Activations;
use super::pack::{Packed, PackedDepthwise, best_width};
use super::{Context, Machine, Operation, Scratch};
use crate::kernels::{Access, Activation, LANE_BLOCK, PixelRun, Rows, Steps, Target};
use cotejo_network::{Conv, Depthwise};

/// A thread's own memory: a panel of the wide tensor, with a border of half the depthwise kernel.
const EXPANDED: usize = 0;

/// The operation.
#[derive(Debug)]
pub(crate) struct Channels {
    packed: Packed,
    steps: Steps,
    expand: Activation,
    depthwise: PackedDepthwise,
    input: Activations,
    output: Activations,
}

/// Blocks of channels of a panel at most, so that it stays in a core's own cache.
const WIDEST: usize = 3;

impl Channels {
    pub(crate) fn new(
        machine: Machine,
        (expand, depthwise): (&Conv, &Depthwise),
        input: Activations,
        output: Activations,
        scratch: &mut Scratch,
    ) -> Self {
        let layout = input.layout;
        let panel = best_width(machine.kernels, output.layout.blocks(), layout.height * layout.width);
        let packed = Packed::blocks(expand, panel.min(WIDEST));
        let depthwise = PackedDepthwise::new(depthwise);
        let border = 2 * depthwise.pad();
        let widest = packed.panels.iter().map(|panel| panel.blocks).max().unwrap_or(1);
        scratch.reserve(EXPANDED, widest * (layout.height + border) * (layout.width + border) * LANE_BLOCK);
        Self {
            packed,
            steps: super::pointwise_steps(expand.inputs, layout.plane()),
            expand: expand.function.into(),
            depthwise,
            input,
            output,
        }
    }

    /// Zeros the border of each block of the expanded panel: what lies before the first row's pixels, between the pixels of
    /// two rows, and after those of the last.
    fn clear_border(&self, expanded: Target, blocks: usize) {
        let (layout, pad) = (self.input.layout, self.depthwise.pad());
        let row = (layout.width + 2 * pad) * LANE_BLOCK;
        let corner = pad * row + pad * LANE_BLOCK;
        for start in (0..blocks).map(|block| block * expanded.block) {
            expanded.view.zero(start, corner);
            for y in 0..layout.height - 1 {
                let end = start + corner + y * row + layout.width * LANE_BLOCK;
                expanded.view.zero(end, 2 * pad * LANE_BLOCK);
            }
            expanded.view.zero(start + expanded.block - corner, corner);
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
        let pad = self.depthwise.pad();
        let row = (layout.width + 2 * pad) * LANE_BLOCK;
        let block = (layout.height + 2 * pad) * row;
        let run = PixelRun {
            access: Access::Blocks,
            input: context.arena.view(self.input.span),
            input_start: layout.pixel(image, 0, 0),
            steps: &self.steps,
            weights: self.packed.weights(panel),
            bias: self.packed.bias(panel),
            blocks: panel.blocks,
            output: Target { view: expanded, start: pad * (row + LANE_BLOCK), block },
            rows: Rows { left: layout.width, length: layout.width, gap: 2 * pad * LANE_BLOCK },
            jump: 0,
            next_weights: next.map_or(&[], |next| self.packed.weights(*next)),
            residual: None,
            activation: self.expand,
            pixels: layout.width * layout.height,
        };
        let expanded = Target { view: expanded, start: 0, block };
        self.clear_border(expanded, panel.blocks);
        run.compute(context.kernels);
        let out = self.output.layout;
        for y in 0..out.height {
            let output = Target {
                view: context.arena.view(self.output.span),
                start: out.pixel(image, y, 0) + panel.first_block * out.plane(),
                block: out.plane(),
            };
            let first = y * self.depthwise.stride;
            let filtered = self.depthwise.row(panel, expanded, |tap| (first + tap) * row, output, out.width);
            filtered.compute(context.kernels);
        }
    }
}
