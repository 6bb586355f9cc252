//! Pooling.

use super::LANE_BLOCK;
use super::vector::Vector;

/// One output row of a 3x3 maximum with stride 2, all blocks of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaxRow {
    /// The three input rows, each from the pixel left of the first output pixel's.
    pub(crate) rows: [*const f32; 3],
    /// Elements between two blocks of channels of the input.
    pub(crate) input_block: usize,
    /// The row's first pixel.
    pub(crate) output: *mut f32,
    /// Elements between two blocks of channels of the output.
    pub(crate) output_block: usize,
    /// Blocks of channels.
    pub(crate) blocks: usize,
    /// Output pixels.
    pub(crate) width: usize,
}

/// # Safety
/// As `depthwise::compute`.
#[inline(always)]
pub(crate) unsafe fn max_row<V: Vector>(row: &MaxRow) {
    unsafe {
        for block in 0..row.blocks {
            for lane in (0..LANE_BLOCK).step_by(V::LANES) {
                let rows = row.rows.map(|first| first.add(block * row.input_block + lane));
                let output = row.output.add(block * row.output_block + lane);
                let column = |x: usize| {
                    let [a, b, c] = rows.map(|first| V::load(first.add(x * LANE_BLOCK)));
                    a.maximum(b).maximum(c)
                };
                let mut left = column(0);
                for x in 0..row.width {
                    let right = column(2 * x + 2);
                    left.maximum(column(2 * x + 1)).maximum(right).store(output.add(x * LANE_BLOCK));
                    left = right;
                }
            }
        }
    }
}

/// The mean of each channel over one image.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Average {
    /// The image's first pixel.
    pub(crate) input: *const f32,
    /// Elements between two rows of the input.
    pub(crate) input_row: usize,
    /// Elements between two blocks of channels of the input.
    pub(crate) input_block: usize,
    /// The first block's means.
    pub(crate) output: *mut f32,
    /// Elements between two blocks' means.
    pub(crate) output_block: usize,
    /// Blocks of channels.
    pub(crate) blocks: usize,
    /// Pixels of a row.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
}

/// # Safety
/// As `depthwise::compute`.
#[inline(always)]
pub(crate) unsafe fn average<V: Vector>(image: &Average) {
    unsafe {
        #[allow(clippy::cast_precision_loss, reason = "a count of pixels")]
        let scale = V::constant(1.0 / (image.width * image.height) as f32);
        for block in 0..image.blocks {
            for lane in (0..LANE_BLOCK).step_by(V::LANES) {
                let mut sum = V::zero();
                for y in 0..image.height {
                    let row = image.input.add(block * image.input_block + y * image.input_row + lane);
                    // A sum for each row bounds the rounding of large images.
                    let mut row_sum = V::zero();
                    for x in 0..image.width {
                        row_sum = row_sum.add(V::load(row.add(x * LANE_BLOCK)));
                    }
                    sum = sum.add(row_sum);
                }
                sum.mul(scale).store(image.output.add(block * image.output_block + lane));
            }
        }
    }
}
