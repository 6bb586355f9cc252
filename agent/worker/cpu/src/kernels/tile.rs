//! The microkernel: a tile of output pixels times output channels, kept in registers over the whole sum.

use super::LANE_BLOCK;
use super::vector::Vector;

/// What all tiles of a run have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile {
    /// The first pixel's address in the input.
    pub(crate) input: *const f32,
    /// Elements that the second half of the pixels is further away than it would be in one row.
    pub(crate) jump: usize,
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
    /// Where each pixel is in the output, from the first, in elements; at least as many as the tile has.
    pub(crate) pixels: *const u32,
    /// What is added before the activation, laid out in rows as the output is; may be null.
    pub(crate) residual: *const f32,
    /// Elements between two blocks of channels of `residual`.
    pub(crate) residual_block: usize,
    /// What will be read next, to be brought closer meanwhile.
    pub(crate) prefetch: *const f32,
    /// Cache lines of it for each step.
    pub(crate) prefetch_lines: usize,
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
        let mut prefetch = tile.prefetch;
        for step in 0..tile.step_count {
            let mut input = tile.input.add(*tile.steps.add(step) as usize);
            for _ in 0..tile.prefetch_lines {
                V::prefetch(prefetch);
                prefetch = prefetch.wrapping_add(LANE_BLOCK);
            }
            for k in 0..K {
                if S < LANE_BLOCK {
                    // A pixel's terms are its neighbour's too: kept in registers for it, they would drive sums out.
                    input = unknown(input);
                }
                let second = input.add(tile.jump);
                let mut w = [V::zero(); N];
                for n in 0..N {
                    w[n] = V::load(weights.add(n * V::LANES));
                }
                // Two loops, as the compiler unrolls one with a choice in it too late to keep the sums in registers.
                for m in 0..M / 2 {
                    let x = V::splat(input.add(m * S + k));
                    for n in 0..N {
                        sums[m][n] = sums[m][n].mul_add(x, w[n]);
                    }
                }
                for m in M / 2..M {
                    let x = V::splat(second.add(m * S + k));
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

/// The same address, of which the compiler knows nothing any more.
#[inline(always)]
#[allow(clippy::pointers_in_nomem_asm_block, reason = "nothing is read from the address")]
fn unknown(address: *const f32) -> *const f32 {
    #[cfg(not(miri))]
    // SAFETY: no instruction at all.
    unsafe {
        let mut address = address;
        std::arch::asm!("/* {0} */", inout(reg) address, options(pure, nomem, nostack, preserves_flags));
        address
    }
    #[cfg(miri)]
    address
}

/// Residual, activation, store. The loops are short so that the compiler unrolls them all: else the sums live in memory.
#[inline(always)]
unsafe fn store<V: Vector, const M: usize, const N: usize>(tile: &Tile, sums: &[[V; N]; M]) {
    unsafe {
        let (least, greatest) = (V::constant(tile.least), V::constant(tile.greatest));
        if tile.residual.is_null() {
            for m in 0..M {
                let output = tile.output.add(*tile.pixels.add(m) as usize);
                for n in 0..N {
                    sums[m][n].max(least).min(greatest).store(output.add(channels::<V>(n, tile.output_block)));
                }
            }
        } else {
            for m in 0..M {
                let pixel = *tile.pixels.add(m) as usize;
                let (output, residual) = (tile.output.add(pixel), tile.residual.add(pixel));
                for n in 0..N {
                    let value = sums[m][n].add(V::load(residual.add(channels::<V>(n, tile.residual_block))));
                    value.max(least).min(greatest).store(output.add(channels::<V>(n, tile.output_block)));
                }
            }
        }
    }
}

/// Where a pixel's `n`th register of channels is.
#[inline(always)]
fn channels<V: Vector>(n: usize, block: usize) -> usize {
    let registers = LANE_BLOCK / V::LANES;
    n / registers * block + n % registers * V::LANES
}
