//! The entrances of the kernels that take each channel by itself; as in `run`, each checks once that everything stays inside its views.

use super::activation::{Activation, Limits};
use super::{Kernels, LANE_BLOCK, MOST_TAPS, Target, depthwise, pool};
use crate::memory::View;

/// One output row of a convolution of each channel by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DepthwiseRow<'a> {
    /// The input's buffer.
    pub(crate) input: View,
    /// The input rows, as many as the kernel has: where the first output pixel's leftmost tap is.
    pub(crate) rows: [usize; MOST_TAPS],
    /// Pixels of the kernel's side, 3 or 5.
    pub(crate) kernel: usize,
    /// Elements between two blocks of channels of the input.
    pub(crate) input_block: usize,
    /// `[blocks][kernel * kernel][16]`.
    pub(crate) weights: &'a [f32],
    /// `[blocks][16]`.
    pub(crate) bias: &'a [f32],
    /// The output row.
    pub(crate) output: Target,
    /// Blocks of channels.
    pub(crate) blocks: usize,
    /// Output pixels.
    pub(crate) width: usize,
    /// 1 or 2.
    pub(crate) stride: usize,
    pub(crate) activation: Activation,
}

impl DepthwiseRow<'_> {
    /// Computes the row.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        let blocks_before = self.blocks - 1;
        let reach = blocks_before * self.input_block + ((self.width - 1) * self.stride + self.kernel) * LANE_BLOCK;
        let mut rows = [std::ptr::null(); MOST_TAPS];
        for (row, start) in rows.iter_mut().zip(self.rows).take(self.kernel) {
            *row = self.input.at(start, reach).cast_const();
        }
        let output = self.output;
        assert!(self.weights.len() >= self.blocks * self.kernel * self.kernel * LANE_BLOCK, "short weights");
        assert!(self.bias.len() >= self.blocks * LANE_BLOCK, "short bias");
        let Limits { least, greatest } = self.activation.limits();
        let finish = self.activation.pass().map_or(0, |pass| pass + 1);
        let row = depthwise::Row {
            rows,
            input_block: self.input_block,
            weights: self.weights.as_ptr(),
            bias: self.bias.as_ptr(),
            output: output.view.at(output.start, blocks_before * output.block + self.width * LANE_BLOCK),
            output_block: output.block,
            blocks: self.blocks,
            width: self.width,
            least,
            greatest,
        };
        let kernel = kernels.depthwise[finish][self.kernel / 2 - 1][self.stride - 1];
        // SAFETY: every range was checked above.
        unsafe { kernel(&row) }
    }
}

/// One output row of a 3x3 maximum with stride 2.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaxPoolRow {
    /// The three input rows: their buffer, and each one's first pixel, which is left of the first output pixel's.
    pub(crate) rows: [(View, usize); 3],
    /// Elements between two blocks of channels of the input.
    pub(crate) input_block: usize,
    /// The output row.
    pub(crate) output: Target,
    /// Blocks of channels.
    pub(crate) blocks: usize,
    /// Output pixels.
    pub(crate) width: usize,
}

impl MaxPoolRow {
    /// Computes the row.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        let blocks_before = self.blocks - 1;
        let reach = blocks_before * self.input_block + (2 * self.width + 1) * LANE_BLOCK;
        let output = self.output;
        let row = pool::MaxRow {
            rows: self.rows.map(|(view, start)| view.at(start, reach).cast_const()),
            input_block: self.input_block,
            output: output.view.at(output.start, blocks_before * output.block + self.width * LANE_BLOCK),
            output_block: output.block,
            blocks: self.blocks,
            width: self.width,
        };
        // SAFETY: every range was checked above.
        unsafe { (kernels.max_pool)(&row) }
    }
}

/// The mean of some channels over one image.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Average {
    /// The image's first pixel.
    pub(crate) input: Target,
    /// Elements between two rows of the input.
    pub(crate) input_row: usize,
    /// Where the means go.
    pub(crate) output: Target,
    /// Blocks of channels.
    pub(crate) blocks: usize,
    /// Pixels of a row.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
}

impl Average {
    /// Computes the means.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        let blocks_before = self.blocks - 1;
        let (input, output) = (self.input, self.output);
        let reach = blocks_before * input.block + (self.height - 1) * self.input_row + self.width * LANE_BLOCK;
        let image = pool::Average {
            input: input.view.at(input.start, reach),
            input_row: self.input_row,
            input_block: input.block,
            output: output.view.at(output.start, blocks_before * output.block + LANE_BLOCK),
            output_block: output.block,
            blocks: self.blocks,
            width: self.width,
            height: self.height,
        };
        // SAFETY: every range was checked above.
        unsafe { (kernels.average)(&image) }
    }
}

/// Pixels of one block of channels, one after another, that are multiplied by a factor for each channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// The pixels' buffer.
    pub(crate) values: View,
    /// The first pixel.
    pub(crate) start: usize,
    /// The factors' buffer.
    pub(crate) factors: View,
    /// The first channel's factor.
    pub(crate) first_factor: usize,
    pub(crate) pixels: usize,
}

impl Scale {
    /// Multiplies them in place.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        let values = self.values.at(self.start, self.pixels * LANE_BLOCK);
        let factors = self.factors.at(self.first_factor, LANE_BLOCK).cast_const();
        // SAFETY: both ranges were checked.
        unsafe { (kernels.scale)(values, factors, self.pixels) }
    }
}
