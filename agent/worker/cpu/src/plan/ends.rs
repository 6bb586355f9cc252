//! The beginning and the end of a network: the input's border, and the means over the image.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::{Activations, Planes};
use super::{Context, Operation};
use crate::kernels::{Average, LANE_BLOCK, Target};

/// Rows that one task copies.
const ROWS: usize = 64;

/// Copies the input into planes that have a border.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) planes: Planes,
}

// SAFETY: a task has its own rows of the planes.
unsafe impl Operation for Frame {
    fn phases(&self) -> Vec<usize> {
        vec![self.planes.images * Planes::CHANNELS * self.planes.height.div_ceil(ROWS)]
    }

    fn execute(&self, context: &Context<'_>, _: usize, task: usize, _: usize) {
        let planes = self.planes;
        let chunks = planes.height.div_ceil(ROWS);
        let (plane, chunk) = (task / chunks, task % chunks);
        let output = context.arena.view(planes.span);
        for y in chunk * ROWS..((chunk + 1) * ROWS).min(planes.height) {
            let to = plane * planes.plane() + (y + planes.pad) * planes.row() + planes.pad;
            let row = context.input.read((plane * planes.height + y) * planes.width, planes.width);
            output.write(to, row);
        }
    }
}

/// The mean of each channel: `[images][blocks][height][width][16]` to `[blocks][images][16]`.
#[derive(Debug)]
pub(crate) struct Means {
    pub(crate) input: Activations,
    pub(crate) output: Activations,
}

/// Blocks of channels that one task takes.
const BLOCKS: usize = 8;

// SAFETY: a task has its own means.
unsafe impl Operation for Means {
    fn phases(&self) -> Vec<usize> {
        vec![self.input.layout.images * self.input.layout.blocks().div_ceil(BLOCKS)]
    }

    fn execute(&self, context: &Context<'_>, _: usize, task: usize, _: usize) {
        let (layout, out) = (self.input.layout, self.output.layout);
        let (image, block) = (task % layout.images, task / layout.images * BLOCKS);
        let average = Average {
            input: Target {
                view: context.arena.view(self.input.span),
                start: layout.pixel(image, 0, 0) + block * layout.plane(),
                block: layout.plane(),
            },
            input_row: layout.row(),
            output: Target {
                view: context.arena.view(self.output.span),
                start: block * out.plane() + image * LANE_BLOCK,
                block: out.plane(),
            },
            blocks: BLOCKS.min(layout.blocks() - block),
            width: layout.width,
            height: layout.height,
        };
        average.compute(context.kernels);
    }
}
