//! The entrances of the kernels: each takes views, checks once that the whole run stays inside them, and calls the
//! kernel. That no other thread writes what it reads, or touches what it writes, is the contract of `plan::Operation`.

use cotejo_network::Function;

use super::{Access, Kernels, LANE_BLOCK, depthwise, pool, tile, winograd};
use crate::memory::View;

/// What follows a sum: the value is kept within limits. No activation has infinite ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Activation {
    /// Least value.
    pub(crate) least: f32,
    /// Greatest value.
    pub(crate) greatest: f32,
}

impl From<Function> for Activation {
    fn from(function: Function) -> Self {
        let (least, greatest) = function.limits();
        Self { least, greatest }
    }
}

/// Where the terms of a convolution's sum lie, from a pixel's address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    offsets: Vec<u32>,
    reach: usize,
    terms: usize,
}

impl Steps {
    /// Steps of as many consecutive terms as the access has.
    pub(crate) fn new(offsets: Vec<u32>, access: Access) -> Self {
        let terms = access.terms();
        let reach = offsets.iter().max().map_or(0, |last| *last as usize + terms);
        Self { offsets, reach, terms }
    }

    /// Terms of the sum.
    pub(crate) fn depth(&self) -> usize {
        self.offsets.len() * self.terms
    }
}

/// A place in a buffer whose blocks of channels lie `block` elements apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The buffer.
    pub(crate) view: View,
    /// The first pixel.
    pub(crate) start: usize,
    /// Elements between two blocks of channels.
    pub(crate) block: usize,
}

/// Output pixels one after the other, for one panel of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PixelRun<'a> {
    /// How the input is walked over.
    pub(crate) access: Access,
    /// The input.
    pub(crate) input: View,
    /// The first pixel's place in the input.
    pub(crate) input_start: usize,
    /// The terms.
    pub(crate) steps: &'a Steps,
    /// `[terms][16 * blocks]`.
    pub(crate) weights: &'a [f32],
    /// `[16 * blocks]`.
    pub(crate) bias: &'a [f32],
    /// Blocks of channels of the panel.
    pub(crate) blocks: usize,
    /// Where the pixels go.
    pub(crate) output: Target,
    /// Where the output's rows end: pixels up to the end of the first, pixels of a row, elements between two.
    pub(crate) rows: (usize, usize, usize),
    /// For a run of two short rows that are one tile: elements that the second row's input is further away than it would
    /// be in the first row. Otherwise 0.
    pub(crate) jump: usize,
    /// What is added before the activation; its rows are as far apart as the output's.
    pub(crate) residual: Option<Target>,
    /// The activation.
    pub(crate) activation: Activation,
    /// Output pixels.
    pub(crate) pixels: usize,
    /// Weights that are likely to be read next and not to be in a near cache.
    pub(crate) next_weights: &'a [f32],
}

/// `rows` of a run that stays within one row, or whose output has no gaps.
pub(crate) const ONE_ROW: (usize, usize, usize) = (usize::MAX, usize::MAX, 0);

impl PixelRun<'_> {
    /// Computes the run.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        if self.pixels == 0 {
            return;
        }
        let last = self.pixels - 1;
        let (row_left, row, row_gap) = self.rows;
        let gaps = if self.pixels > row_left { 1 + (last - row_left) / row } else { 0 };
        let length = last * LANE_BLOCK + LANE_BLOCK + gaps * row_gap;
        let input = self.input.at(self.input_start, last * self.access.stride() + self.jump + self.steps.reach);
        let blocks_before = self.blocks - 1;
        let output = self.output;
        let to = output.view.at(output.start, blocks_before * output.block + length);
        let residual = self.residual.map(|residual| {
            (residual.view.at(residual.start, blocks_before * residual.block + length), residual.block)
        });
        let channels = self.blocks * LANE_BLOCK;
        assert!(self.weights.len() >= self.steps.depth() * channels && self.bias.len() >= channels, "short weights");

        let most = kernels.most_pixels(self.blocks);
        let mut tiles = self.pixels.div_ceil(most);
        assert!(self.jump == 0 || (tiles == 1 && self.pixels.is_multiple_of(2)), "two rows are one tile");
        let lines = self.next_weights.len() / LANE_BLOCK;
        let lines_a_tile = lines.div_ceil(tiles);
        let prefetch_lines = lines_a_tile.div_ceil(self.steps.offsets.len().max(1));
        let mut prefetch = self.next_weights.as_ptr();
        let (mut done, mut advanced) = (0, 0);
        let mut places = [0; MOST_PIXELS];
        let mut rows = OutputRows { left: row_left, row, gap: row_gap };
        while tiles > 0 {
            let pixels = (self.pixels - done).div_ceil(tiles);
            let kernel = (kernels.tile)(self.blocks, pixels, self.access);
            let (places, advance) = rows.take(pixels, &mut places);
            let (residual, residual_block) = match residual {
                // SAFETY: inside the range that was checked.
                Some((start, block)) => (unsafe { start.add(advanced) }.cast_const(), block),
                None => (std::ptr::null(), 0),
            };
            let tile = tile::Tile {
                // SAFETY: inside the range that was checked.
                input: unsafe { input.add(done * self.access.stride()) },
                jump: self.jump,
                steps: self.steps.offsets.as_ptr(),
                step_count: self.steps.offsets.len(),
                weights: self.weights.as_ptr(),
                bias: self.bias.as_ptr(),
                // SAFETY: inside the range that was checked.
                output: unsafe { to.add(advanced) },
                output_block: output.block,
                pixels: places.as_ptr(),
                residual,
                residual_block,
                prefetch,
                prefetch_lines,
                least: self.activation.least,
                greatest: self.activation.greatest,
            };
            // SAFETY: every range was checked above; `Kernels::of` gives kernels that the processor can run.
            unsafe { kernel(&tile) };
            done += pixels;
            tiles -= 1;
            advanced += advance;
            prefetch = prefetch.wrapping_add(lines_a_tile * LANE_BLOCK);
        }
    }
}

/// The most pixels of any tile.
const MOST_PIXELS: usize = 14;

/// Where the pixels of a tile are from its first, if they are in one row.
static ONE_AFTER_ANOTHER: [u32; MOST_PIXELS] = [0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208];

/// A position in the rows of an output.
struct OutputRows {
    left: usize,
    row: usize,
    gap: usize,
}

impl OutputRows {
    /// Where the next pixels are, from the first of them, and how far on the one after them is.
    fn take<'a>(&mut self, pixels: usize, places: &'a mut [u32; MOST_PIXELS]) -> (&'a [u32; MOST_PIXELS], usize) {
        if pixels < self.left {
            self.left -= pixels;
            return (&ONE_AFTER_ANOTHER, pixels * LANE_BLOCK);
        }
        let mut here = 0;
        for place in &mut places[..pixels] {
            #[allow(clippy::cast_possible_truncation, reason = "a few rows at most, each below 2^32 elements")]
            let offset = here as u32;
            *place = offset;
            here += LANE_BLOCK;
            self.left -= 1;
            if self.left == 0 {
                here += self.gap;
                self.left = self.row;
            }
        }
        (places, here)
    }
}

/// One output row of a 3x3 convolution of each channel by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DepthwiseRow<'a> {
    /// The three input rows: their buffer, and each one's first pixel, which is left of the first output pixel's.
    pub(crate) rows: [(View, usize); 3],
    /// Elements between two blocks of channels of the input.
    pub(crate) input_block: usize,
    /// `[blocks][9][16]`.
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
    /// The activation.
    pub(crate) activation: Activation,
}

impl DepthwiseRow<'_> {
    /// Computes the row.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        let blocks_before = self.blocks - 1;
        let reach = blocks_before * self.input_block + ((self.width - 1) * self.stride + 3) * LANE_BLOCK;
        let rows = self.rows.map(|(view, start)| view.at(start, reach).cast_const());
        let output = self.output;
        assert!(self.weights.len() >= self.blocks * 9 * LANE_BLOCK, "short weights");
        assert!(self.bias.len() >= self.blocks * LANE_BLOCK, "short bias");
        let row = depthwise::Row {
            rows,
            input_block: self.input_block,
            weights: self.weights.as_ptr(),
            bias: self.bias.as_ptr(),
            output: output.view.at(output.start, blocks_before * output.block + self.width * LANE_BLOCK),
            output_block: output.block,
            blocks: self.blocks,
            width: self.width,
            least: self.activation.least,
            greatest: self.activation.greatest,
        };
        // SAFETY: every range was checked above.
        unsafe { kernels.depthwise[self.stride - 1](&row) }
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

/// Winograd's input transform of tiles of one row, one block of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransformIn {
    /// Pixels of a tile's side, 2 or 4.
    pub(crate) side: usize,
    /// The input.
    pub(crate) input: View,
    /// The first tile's upper left pixel, in the halo.
    pub(crate) input_start: usize,
    /// Elements between two rows of the input.
    pub(crate) input_row: usize,
    /// Where the first tile goes; `block` is the distance between two elements of a tile.
    pub(crate) output: Target,
    /// Tiles.
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
    /// Tiles.
    pub(crate) tiles: usize,
    /// Rows from the tiles' first to the image's last.
    pub(crate) height: usize,
    /// Columns from the first tile's first to the image's last.
    pub(crate) width: usize,
    /// The activation.
    pub(crate) activation: Activation,
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
            least: self.activation.least,
            greatest: self.activation.greatest,
        };
        // SAFETY: every range was checked above.
        unsafe { kernels.transform_out[self.side / 2 - 1](&output) }
    }
}
