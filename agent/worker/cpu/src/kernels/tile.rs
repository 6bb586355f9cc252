//! The microkernel: a tile of output pixels times output channels, kept in registers over the whole sum.

use super::LANE_BLOCK;
use super::vector::Vector;

/// What all tiles of a run have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile {
    /// The first pixel's address in the input.
    pub(crate) input: *const f32,
    /// Where the terms of the sum lie, from a pixel's address: each entry stands for `K` consecutive terms.
    pub(crate) steps: *const u32,
    /// Entries of `steps`.
    pub(crate) step_count: usize,
    /// `[steps][K][channels of the panel]`.
    pub(crate) weights: *const f32,
    /// One for each channel of the panel.
    pub(crate) bias: *const f32,
    /// The first pixel's address in the output.
    pub(crate) output: *mut f32,
    /// Elements between two blocks of channels in the output.
    pub(crate) output_block: usize,
    /// Pixels up to the end of the output's row.
    pub(crate) row_left: usize,
    /// Pixels of an output row.
    pub(crate) row: usize,
    /// Elements that are skipped between two rows of the output.
    pub(crate) row_gap: usize,
    /// What is added before the activation, laid out as the output but without gaps between rows; may be null.
    pub(crate) residual: *const f32,
    /// Elements between two blocks of channels of `residual`.
    pub(crate) residual_block: usize,
    /// Least value of the activation.
    pub(crate) least: f32,
    /// Greatest value of the activation.
    pub(crate) greatest: f32,
}

/// Computes a tile of `M` pixels and `N` registers of channels. A pixel is `S` elements of input after the one before.
///
/// # Safety
/// The processor has the instruction set of `V`. For each pixel and step, `K` elements of input, and for each of the
/// other pointers what its field says, are valid and, but for `output`, not written meanwhile.
#[inline(always)]
pub(crate) unsafe fn compute<V: Vector, const M: usize, const N: usize, const K: usize, const S: usize>(tile: &Tile) {
    unsafe {
        let mut sums = [[V::zero(); N]; M];
        for n in 0..N {
            let bias = V::load(tile.bias.add(n * V::LANES));
            for row in &mut sums {
                row[n] = bias;
            }
        }
        let mut weights = tile.weights;
        for step in 0..tile.step_count {
            let input = tile.input.add(*tile.steps.add(step) as usize);
            for k in 0..K {
                let mut w = [V::zero(); N];
                for n in 0..N {
                    w[n] = V::load(weights.add(n * V::LANES));
                }
                for m in 0..M {
                    let x = V::splat(input.add(m * S + k));
                    for n in 0..N {
                        sums[m][n] = sums[m][n].mul_add(x, w[n]);
                    }
                }
                weights = weights.add(N * V::LANES);
            }
        }
        store(tile, &sums);
    }
}

/// Residual, activation, store.
#[inline(always)]
unsafe fn store<V: Vector, const M: usize, const N: usize>(tile: &Tile, sums: &[[V; N]; M]) {
    unsafe {
        let (least, greatest) = (V::constant(tile.least), V::constant(tile.greatest));
        let registers = LANE_BLOCK / V::LANES;
        let mut output = tile.output;
        let mut left = tile.row_left;
        for m in 0..M {
            for n in 0..N {
                let lane = n % registers * V::LANES;
                let mut value = sums[m][n];
                if !tile.residual.is_null() {
                    let at = n / registers * tile.residual_block + m * LANE_BLOCK + lane;
                    value = value.add(V::load(tile.residual.add(at)));
                }
                value = value.max(least).min(greatest);
                value.store(output.add(n / registers * tile.output_block + lane));
            }
            output = output.add(LANE_BLOCK);
            left -= 1;
            if left == 0 {
                output = output.add(tile.row_gap);
                left = tile.row;
            }
        }
    }
}
