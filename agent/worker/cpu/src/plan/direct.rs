//! A convolution as the sum that it is: one pass over rows, or over all pixels of an image where they are contiguous.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use std::ops::Range;
use std::sync::Arc;

use super::layout::Activations;
use super::pack::{Packed, best_width};
use super::{Context, Operation, Sharing};
use crate::kernels::{Access, Activation, Kernels, LANE_BLOCK, ONE_ROW, PixelRun, Steps, Target};
use crate::network::Conv;

/// Pixels of a run where an image is one long row.
const RUN: usize = 56;
/// Weights beyond this many bytes do not stay in a core's own cache beside the activations: each is then read once, by
/// one thread.
const LIGHT_WEIGHTS: usize = 640 << 10;

/// The operation.
#[derive(Debug)]
pub(crate) struct Direct {
    access: Access,
    steps: Steps,
    packed: Arc<Packed>,
    activation: Activation,
    input: Activations,
    output: Activations,
    residual: Option<Activations>,
    /// Runs of an image, and the pixels of each but the last.
    runs: usize,
    run: usize,
    /// Whether an image is one long row.
    flat: bool,
    runs_a_task: usize,
    panels_a_task: usize,
}

/// What a convolution's panels should be as wide as, for this output.
fn run_length(conv: &Conv, width: usize, height: usize, flat: bool) -> usize {
    if flat { (width * height).min(RUN) } else { width.min(usize::MAX / conv.stride) }
}

impl Direct {
    /// Whether all pixels of an image can be one run.
    fn is_flat(conv: &Conv, input: &Activations, output: &Activations) -> bool {
        conv.kernel == 1 && conv.stride == 1 && input.layout.is_compact() && output.layout.is_compact()
    }

    pub(crate) fn pack(kernels: &Kernels, conv: &Conv, input: &Activations, output: &Activations) -> Packed {
        let flat = Self::is_flat(conv, input, output);
        let pixels = run_length(conv, output.layout.width, output.layout.height, flat);
        Packed::blocks(conv, best_width(kernels, output.layout.blocks(), pixels))
    }

    pub(crate) fn new(
        conv: &Conv,
        packed: Arc<Packed>,
        input: Activations,
        output: Activations,
        residual: Option<Activations>,
        threads: usize,
    ) -> Self {
        let access = if conv.stride == 1 { Access::Blocks } else { Access::BlocksStride2 };
        let flat = Self::is_flat(conv, &input, &output);
        let out = output.layout;
        let pixels = out.width * out.height;
        let (runs, run) = if flat {
            let runs = pixels.div_ceil(RUN);
            (runs, pixels.div_ceil(runs))
        } else {
            (out.height, out.width)
        };
        let sharing = Sharing::new(runs * out.images, packed.panels.len(), packed.bytes() > LIGHT_WEIGHTS, threads);
        Self {
            access,
            steps: steps(conv, &input),
            activation: conv.function.limits(),
            packed,
            input,
            output,
            residual,
            runs,
            run,
            flat,
            runs_a_task: sharing.first,
            panels_a_task: sharing.second,
        }
    }

    fn ranges(&self, task: usize) -> (Range<usize>, Range<usize>) {
        let all_runs = self.runs * self.output.layout.images;
        let run_tasks = all_runs.div_ceil(self.runs_a_task);
        let (runs, panels) = (task % run_tasks * self.runs_a_task, task / run_tasks * self.panels_a_task);
        let panel_count = self.packed.panels.len();
        (runs..(runs + self.runs_a_task).min(all_runs), panels..(panels + self.panels_a_task).min(panel_count))
    }

    /// Where a run's pixels begin in an activation that has the output's shape, and how many there are.
    fn place(&self, run: usize, of: &Activations) -> (usize, usize) {
        let (image, run) = (run / self.runs, run % self.runs);
        if self.flat {
            let pixels = of.layout.width * of.layout.height;
            let first = run * self.run;
            (of.layout.pixel(image, 0, 0) + first * LANE_BLOCK, self.run.min(pixels - first))
        } else {
            (of.layout.pixel(image, run, 0), self.run)
        }
    }

    /// Where the first tap of a run lies.
    fn source(&self, run: usize) -> usize {
        if self.flat {
            return self.place(run, &self.input).0;
        }
        let (image, y) = (run / self.runs, run % self.runs);
        let stride = self.access.stride() / LANE_BLOCK;
        image * self.input.layout.image() + y * stride * self.input.layout.row()
    }
}

/// Steps over blocks of channels, rows and columns of the kernel, and the two halves of the block. A kernel that is
/// smaller than the input's border begins inside it.
fn steps(conv: &Conv, input: &Activations) -> Steps {
    let layout = input.layout;
    let inset = layout.halo - conv.kernel / 2;
    let mut offsets = Vec::new();
    for block in 0..layout.blocks() {
        let used = (conv.inputs - block * LANE_BLOCK).min(LANE_BLOCK).next_multiple_of(8);
        for y in 0..conv.kernel {
            for x in 0..conv.kernel {
                let tap = block * layout.plane() + (y + inset) * layout.row() + (x + inset) * LANE_BLOCK;
                offsets.extend((0..used).step_by(8).map(|half| super::offset(tap + half)));
            }
        }
    }
    Steps::new(offsets, Access::Blocks)
}

// SAFETY: a task has its own runs and panels of the output, which is another buffer than the input.
unsafe impl Operation for Direct {
    fn phases(&self) -> Vec<usize> {
        let runs = (self.runs * self.output.layout.images).div_ceil(self.runs_a_task);
        vec![runs * self.packed.panels.len().div_ceil(self.panels_a_task)]
    }

    fn execute(&self, context: &Context<'_>, _: usize, task: usize, _: usize) {
        let (input, output) = (context.arena.view(self.input.span), context.arena.view(self.output.span));
        let (runs, panels) = self.ranges(task);
        for &panel in &self.packed.panels[panels] {
            for run in runs.clone() {
                let (start, pixels) = self.place(run, &self.output);
                let residual = self.residual.map(|of| Target {
                    view: context.arena.view(of.span),
                    start: self.place(run, &of).0 + panel.first_block * of.layout.plane(),
                    block: of.layout.plane(),
                });
                let block = self.output.layout.plane();
                let run = PixelRun {
                    access: self.access,
                    input,
                    input_start: self.source(run),
                    steps: &self.steps,
                    weights: self.packed.weights(panel),
                    bias: self.packed.bias(panel),
                    blocks: panel.blocks,
                    output: Target { view: output, start: start + panel.first_block * block, block },
                    rows: ONE_ROW,
                    residual,
                    activation: self.activation,
                    pixels,
                };
                run.compute(context.kernels);
            }
        }
    }
}
