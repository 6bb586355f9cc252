//! The entrances of the kernels of Winograd's form; as in `run`, each checks once that everything stays inside its views.

use super::activation::Limits;
use super::{Kernels, LANE_BLOCK, Target, winograd};
use crate::memory::View;

/// Winograd's input transform of tiles of one row, one block of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransformIn {
    /// Pixels of a tile's side, 2 or 4.
    pub(crate) side: usize,
    pub(crate) input: View,
    /// The first tile's upper left pixel, in the halo.
    pub(crate) input_start: usize,
    /// Elements between two rows of the input.
    pub(crate) input_row: usize,
    /// Where the first tile goes; `block` is the distance between two elements of a tile.
    pub(crate) output: Target,
    pub(crate) tiles: usize,
}

impl TransformIn {
    /// Transforms them.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        let tile = self.side + 2;
        let width = (self.tiles - 1) * self.side + tile;
        let output = self.output;
        let input = winograd::TilesIn {
            input: self.input.at(self.input_start, (tile - 1) * self.input_row + width * LANE_BLOCK),
            input_row: self.input_row,
            output: output.view.at(output.start, (tile * tile - 1) * output.block + self.tiles * LANE_BLOCK),
            output_element: output.block,
            tiles: self.tiles,
        };
        // SAFETY: every range was checked above.
        unsafe { kernels.transform_in[self.side / 2 - 1](&input) }
    }
}

/// Winograd's output transform of tiles of one row, one block of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransformOut<'a> {
    /// Pixels of a tile's side, 2 or 4.
    pub(crate) side: usize,
    /// The first tile's products; `block` is the distance between two elements of a tile.
    pub(crate) input: Target,
    /// One for each channel.
    pub(crate) bias: &'a [f32],
    /// The first tile's upper left pixel; `block` is the distance between two rows.
    pub(crate) output: Target,
    /// What is added before the activation, laid out in the same way.
    pub(crate) residual: Option<Target>,
    pub(crate) tiles: usize,
    /// Rows from the tiles' first to the image's last.
    pub(crate) height: usize,
    /// Columns from the first tile's first to the image's last.
    pub(crate) width: usize,
    /// What follows.
    pub(crate) limits: Limits,
}

impl TransformOut<'_> {
    /// Transforms them.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        let tile = self.side + 2;
        let input = self.input;
        let (rows, columns) = (self.height.min(self.side), self.width.min(self.tiles * self.side));
        assert!(columns > (self.tiles - 1) * self.side, "a tile lies outside the image");
        assert!(self.bias.len() >= LANE_BLOCK, "short bias");
        let place = |target: Target| target.view.at(target.start, (rows - 1) * target.block + columns * LANE_BLOCK);
        let output = winograd::TilesOut {
            input: input.view.at(input.start, (tile * tile - 1) * input.block + self.tiles * LANE_BLOCK),
            input_element: input.block,
            bias: self.bias.as_ptr(),
            output: place(self.output),
            output_row: self.output.block,
            residual: self.residual.map_or(std::ptr::null(), |residual| place(residual).cast_const()),
            residual_row: self.residual.map_or(0, |residual| residual.block),
            tiles: self.tiles,
            height: self.height,
            width: self.width,
            least: self.limits.least,
            greatest: self.limits.greatest,
        };
        // SAFETY: every range was checked above.
        unsafe { kernels.transform_out[self.side / 2 - 1](&output) }
    }
}
