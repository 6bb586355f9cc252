//! Square convolution of each channel by itself, one output row at a time.

use super::LANE_BLOCK;
use super::finish::Finish;
use super::vector::Vector;

/// Rows of the largest kernel.
pub(crate) const MOST_TAPS: usize = 5;

/// One output row, all blocks of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The input rows, as many as the kernel has, each from the first output pixel's leftmost tap.
    pub(crate) rows: [*const f32; MOST_TAPS],
    /// Elements between two blocks of channels of the input.
    pub(crate) input_block: usize,
    /// `[blocks][K][K][16]`.
    pub(crate) weights: *const f32,
    /// `[blocks][16]`.
    pub(crate) bias: *const f32,
    /// The row's first pixel.
    pub(crate) output: *mut f32,
    /// Elements between two blocks of channels of the output.
    pub(crate) output_block: usize,
    /// Blocks of channels.
    pub(crate) blocks: usize,
    /// Output pixels.
    pub(crate) width: usize,
    /// Least value of the activation.
    pub(crate) least: f32,
    /// Greatest value of the activation.
    pub(crate) greatest: f32,
}

/// Computes a row of a kernel of `K` x `K` with stride `S`: `U` pixels at once as long as there are as many, then four,
/// then one.
///
/// # Safety
/// The processor has the instruction set of `V`; the pointers are valid for what their fields say; the output overlaps
/// nothing else.
#[inline(always)]
pub(crate) unsafe fn compute<V: Vector, F: Finish, const U: usize, const S: usize, const K: usize>(row: &Row) {
    unsafe {
        for block in 0..row.blocks {
            for lane in (0..LANE_BLOCK).step_by(V::LANES) {
                let mut w = [[V::zero(); K]; K];
                for (y, w) in w.iter_mut().enumerate() {
                    for (x, w) in w.iter_mut().enumerate() {
                        *w = V::load(row.weights.add(((block * K + y) * K + x) * LANE_BLOCK + lane));
                    }
                }
                let bias = V::load(row.bias.add(block * LANE_BLOCK + lane));
                let mut rows = [std::ptr::null(); K];
                for (to, from) in rows.iter_mut().zip(row.rows) {
                    *to = from.add(block * row.input_block + lane);
                }
                let output = row.output.add(block * row.output_block + lane);
                let limits = (V::constant(row.least), V::constant(row.greatest));
                let mut x = 0;
                while x + U <= row.width {
                    pixels::<V, F, U, S, K>(rows, &w, bias, limits, output, x);
                    x += U;
                }
                while x + 4 <= row.width {
                    pixels::<V, F, 4, S, K>(rows, &w, bias, limits, output, x);
                    x += 4;
                }
                while x < row.width {
                    pixels::<V, F, 1, S, K>(rows, &w, bias, limits, output, x);
                    x += 1;
                }
            }
        }
    }
}

/// `U` pixels from `x` on. Loads that two pixels share are one load to the compiler.
#[inline(always)]
unsafe fn pixels<V: Vector, F: Finish, const U: usize, const S: usize, const K: usize>(
    rows: [*const f32; K],
    w: &[[V; K]; K],
    bias: V,
    limits: (V, V),
    output: *mut f32,
    x: usize,
) {
    unsafe {
        let mut sums = [bias; U];
        for (row, w) in rows.into_iter().zip(w) {
            let first = row.add(x * S * LANE_BLOCK);
            for (u, sum) in sums.iter_mut().enumerate() {
                for (tap, w) in w.iter().enumerate() {
                    *sum = sum.mul_add(V::load(first.add((u * S + tap) * LANE_BLOCK)), *w);
                }
            }
        }
        for (u, sum) in sums.into_iter().enumerate() {
            F::finish(sum, limits).store(output.add((x + u) * LANE_BLOCK));
        }
    }
}
