//! A convolution as the sum that it is: one pass over rows, or over all pixels of an image where they are contiguous.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::{Activations, Layout};
use super::pack::{Packed, best_width};
use super::{Context, Machine, Operation, Placed, Sharing};
use crate::kernels::{Access, Activation, Kernels, LANE_BLOCK, PixelRun, Rows, Steps, Target};
use cotejo_network::Conv;
use std::ops::Range;

/// Pixels of a run where an image is one long row.
const RUN: usize = 56;
/// Weights beyond this many bytes do not stay in a core's own cache beside the activations: each is then read once, by
/// one thread.
const LIGHT_WEIGHTS: usize = 640 << 10;

/// Weights beyond this many bytes come from a cache that is far enough away to be asked ahead.
const FAR_WEIGHTS: usize = 96 << 10;

/// The operation.
#[derive(Debug)]
pub(crate) struct Direct {
    access: Access,
    steps: Steps,
    packed: Packed,
    activation: Activation,
    input: Activations,
    output: Activations,
    residual: Option<Activations>,
    /// Runs of an image.
    runs: usize,
    shape: Shape,
    /// Whether the next panel's weights have to be fetched from afar.
    far_weights: bool,
    runs_a_task: usize,
    panels_a_task: usize,
}

/// What a run consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// So many pixels, since an image is one long row.
    Flat(usize),
    /// One row.
    Row,
    /// Two rows, so short that one tile holds both.
    TwoRows,
}

impl Shape {
    fn of(kernels: &Kernels, conv: &Conv, input: &Activations, output: &Activations) -> Self {
        let out = output.layout;
        if conv.kernel == 1 && conv.stride == 1 && input.layout.is_compact() && out.is_compact() {
            let pixels = out.width * out.height;
            Self::Flat(pixels.div_ceil(pixels.div_ceil(RUN)))
        } else if 2 * out.width <= kernels.most_pixels(kernels.widest_panel().min(2)) && out.height > 1 {
            Self::TwoRows
        } else {
            Self::Row
        }
    }

    /// Pixels of a run.
    fn pixels(self, output: &Activations) -> usize {
        match self {
            Self::Flat(pixels) => pixels,
            Self::Row => output.layout.width,
            Self::TwoRows => 2 * output.layout.width,
        }
    }
}

impl Direct {
    pub(crate) fn new(machine: Machine, placed: Placed<'_>) -> Self {
        let Machine { kernels, threads } = machine;
        let Placed { conv, input, output, residual } = placed;
        let shape = Shape::of(kernels, conv, &input, &output);
        let mut width = best_width(kernels, output.layout.blocks(), shape.pixels(&output));
        if shape == Shape::TwoRows {
            // Wider ones would have too few pixels.
            width = width.min(2);
        }
        let packed = Packed::blocks(conv, width);
        let access = if conv.stride == 1 { Access::Blocks } else { Access::BlocksStride2 };
        let out = output.layout;
        let runs = match shape {
            Shape::Flat(pixels) => (out.width * out.height).div_ceil(pixels),
            Shape::Row => out.height,
            Shape::TwoRows => out.height.div_ceil(2),
        };
        let far_weights = packed.bytes() > FAR_WEIGHTS;
        let sharing = Sharing::new(runs * out.images, packed.panels.len(), packed.bytes() > LIGHT_WEIGHTS, threads);
        Self {
            access,
            steps: steps(conv, &input),
            activation: conv.function.into(),
            packed,
            input,
            output,
            residual,
            runs,
            shape,
            far_weights,
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
        let Layout { width, height, .. } = of.layout;
        match self.shape {
            Shape::Flat(each) => {
                let first = run * each;
                (of.layout.pixel(image, 0, 0) + first * LANE_BLOCK, each.min(width * height - first))
            }
            Shape::Row => (of.layout.pixel(image, run, 0), width),
            Shape::TwoRows => (of.layout.pixel(image, 2 * run, 0), width * (height - 2 * run).min(2)),
        }
    }

    /// Where the first tap of a run lies.
    fn source(&self, run: usize) -> usize {
        let (image, row) = match self.shape {
            Shape::Flat(_) => return self.place(run, &self.input).0,
            Shape::Row => (run / self.runs, run % self.runs),
            Shape::TwoRows => (run / self.runs, run % self.runs * 2),
        };
        image * self.input.layout.image() + row * self.input_row()
    }

    /// Elements of input between two output rows.
    fn input_row(&self) -> usize {
        self.access.stride() / LANE_BLOCK * self.input.layout.row()
    }

    /// Where a run of this many pixels changes rows, in the output and in the input.
    fn rows(&self, pixels: usize) -> (Rows, usize) {
        let layout = self.output.layout;
        if self.shape != Shape::TwoRows || pixels == layout.width {
            return (Rows::UNBROKEN, 0);
        }
        let gap = layout.row() - layout.width * LANE_BLOCK;
        let rows = Rows { left: layout.width, length: layout.width, gap };
        (rows, self.input_row() - layout.width * self.access.stride())
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
        for index in panels {
            let panel = self.packed.panels[index];
            let next = self.packed.panels.get(index + 1).filter(|_| self.far_weights);
            let mut next_weights = next.map_or(&[][..], |panel| self.packed.weights(*panel));
            let count = runs.len();
            for (done, run) in runs.clone().enumerate() {
                let (start, pixels) = self.place(run, &self.output);
                let (rows, jump) = self.rows(pixels);
                let fetched;
                (fetched, next_weights) = next_weights.split_at(next_weights.len() / (count - done));
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
                    rows,
                    jump,
                    next_weights: fetched,
                    residual,
                    activation: self.activation,
                    pixels,
                };
                run.compute(context.kernels);
            }
        }
    }
}
