//! The end of squeeze-and-excitation: every channel of an image is multiplied by its factor.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::Activations;
use super::{Context, Operation};
use crate::kernels::{LANE_BLOCK, Scale};

/// Multiplies in place.
#[derive(Debug)]
pub(crate) struct Excite {
    /// Without a border.
    pub(crate) values: Activations,
    /// `[blocks][images][16]`, as `Means` leaves means.
    pub(crate) factors: Activations,
}

/// Blocks of channels that one task takes.
const BLOCKS: usize = 4;

// SAFETY: a task has its own channels of an image; the factors are another buffer.
unsafe impl Operation for Excite {
    fn phases(&self) -> Vec<usize> {
        vec![self.values.layout.images * self.values.layout.blocks().div_ceil(BLOCKS)]
    }

    fn execute(&self, context: &Context<'_>, _: usize, task: usize, _: usize) {
        let (layout, of_factors) = (self.values.layout, self.factors.layout);
        let (image, first) = (task % layout.images, task / layout.images * BLOCKS);
        for block in first..(first + BLOCKS).min(layout.blocks()) {
            let scale = Scale {
                values: context.arena.view(self.values.span),
                start: layout.pixel(image, 0, 0) + block * layout.plane(),
                factors: context.arena.view(self.factors.span),
                first_factor: block * of_factors.plane() + image * LANE_BLOCK,
                pixels: layout.height * layout.width,
            };
            scale.compute(context.kernels);
        }
    }
}
