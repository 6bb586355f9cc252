//! Winograd's minimal filtering for 3x3 kernels with stride 1: A. Lavin, S. Gray, "Fast Algorithms for Convolutional
//! Neural Networks" (2015). F(2x2) has the points 0, 1, -1 and infinity; F(4x4) has 0, +-sqrt(1/2), +-sqrt(2) and
//! infinity, which round better than the paper's (B. Barabasz et al., "Error Analysis and Improving the Accuracy of
//! Winograd Convolution", 2018).

use std::f32::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::LANE_BLOCK;
use super::vector::Vector;

/// Tiles of one row of tiles, one block of channels: from the input to the transformed input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TilesIn {
    /// The first tile's upper left pixel, in the halo.
    pub(crate) input: *const f32,
    /// Elements between two rows of the input.
    pub(crate) input_row: usize,
    /// Where the first tile's first element goes.
    pub(crate) output: *mut f32,
    /// Elements between two elements of a transformed tile. The next tile is the next block of channels.
    pub(crate) output_element: usize,
    pub(crate) tiles: usize,
}

/// Tiles of one row of tiles, one block of channels: from the products to the output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TilesOut {
    /// The first tile's first element.
    pub(crate) input: *const f32,
    /// Elements between two elements of a transformed tile. The next tile is the next block of channels.
    pub(crate) input_element: usize,
    /// One for each channel.
    pub(crate) bias: *const f32,
    /// The first tile's upper left pixel.
    pub(crate) output: *mut f32,
    /// Elements between two rows of the output.
    pub(crate) output_row: usize,
    /// What is added before the activation, or null.
    pub(crate) residual: *const f32,
    /// Elements between two rows of the residual.
    pub(crate) residual_row: usize,
    pub(crate) tiles: usize,
    /// Rows of the output from the tiles' first to the image's last.
    pub(crate) height: usize,
    /// Columns of the output from the first tile's first to the image's last.
    pub(crate) width: usize,
    /// Least value of the activation.
    pub(crate) least: f32,
    /// Greatest value of the activation.
    pub(crate) greatest: f32,
}

/// A transform in one dimension.
trait Transform<const I: usize, const O: usize> {
    /// # Safety
    /// The processor has the instruction set of `V`.
    unsafe fn apply<V: Vector>(from: [V; I]) -> [V; O];
}

/// `B^T d` of F(2, 3).
struct Into2;
impl Transform<4, 4> for Into2 {
    #[inline(always)]
    unsafe fn apply<V: Vector>(d: [V; 4]) -> [V; 4] {
        unsafe { [d[2].sub(d[0]), d[1].add(d[2]), d[2].sub(d[1]), d[1].sub(d[3])] }
    }
}

/// `A^T m` of F(2, 3).
struct OutOf2;
impl Transform<4, 2> for OutOf2 {
    #[inline(always)]
    unsafe fn apply<V: Vector>(m: [V; 4]) -> [V; 2] {
        unsafe { [m[0].add(m[1]).add(m[2]), m[1].sub(m[2]).sub(m[3])] }
    }
}

/// `B^T d` of F(4, 3).
struct Into4;
impl Transform<6, 6> for Into4 {
    #[inline(always)]
    unsafe fn apply<V: Vector>(d: [V; 6]) -> [V; 6] {
        unsafe {
            let inner = V::constant(FRAC_1_SQRT_2);
            let outer = V::constant(SQRT_2);
            let (minus_inner, minus_outer) = (V::constant(-FRAC_1_SQRT_2), V::constant(-SQRT_2));
            let (two, half, middle) = (V::constant(-2.0), V::constant(-0.5), V::constant(-2.5));
            let even_inner = d[4].mul_add(d[2], two);
            let odd_inner = d[3].mul_add(d[1], two);
            let even_outer = d[4].mul_add(d[2], half);
            let odd_outer = d[3].mul_add(d[1], half);
            [
                d[0].mul_add(d[2], middle).add(d[4]),
                even_inner.mul_add(odd_inner, inner),
                even_inner.mul_add(odd_inner, minus_inner),
                even_outer.mul_add(odd_outer, outer),
                even_outer.mul_add(odd_outer, minus_outer),
                d[1].mul_add(d[3], middle).add(d[5]),
            ]
        }
    }
}

/// `A^T m` of F(4, 3).
struct OutOf4;
impl Transform<6, 4> for OutOf4 {
    #[inline(always)]
    unsafe fn apply<V: Vector>(m: [V; 6]) -> [V; 4] {
        unsafe {
            let (inner_sum, inner_difference) = (m[1].add(m[2]), m[1].sub(m[2]));
            let (outer_sum, outer_difference) = (m[3].add(m[4]), m[3].sub(m[4]));
            [
                m[0].add(inner_sum).add(outer_sum),
                outer_difference.mul(V::constant(SQRT_2)).mul_add(inner_difference, V::constant(FRAC_1_SQRT_2)),
                outer_sum.add(outer_sum).mul_add(inner_sum, V::constant(0.5)),
                m[5].mul_add(inner_difference, V::constant(0.5 * FRAC_1_SQRT_2))
                    .mul_add(outer_difference, V::constant(2.0 * SQRT_2)),
            ]
        }
    }
}

/// Transforms rows, then columns, of each tile of `T` x `T` that starts every `M` pixels.
#[inline(always)]
unsafe fn transform_in<V: Vector, F: Transform<T, T>, const T: usize, const M: usize>(tiles: &TilesIn) {
    unsafe {
        for tile in 0..tiles.tiles {
            for lane in (0..LANE_BLOCK).step_by(V::LANES) {
                let input = tiles.input.add(tile * M * LANE_BLOCK + lane);
                let output = tiles.output.add(tile * LANE_BLOCK + lane);
                let mut half = [[V::zero(); T]; T];
                for x in 0..T {
                    let mut column = [V::zero(); T];
                    for y in 0..T {
                        column[y] = V::load(input.add(y * tiles.input_row + x * LANE_BLOCK));
                    }
                    let column = F::apply(column);
                    for y in 0..T {
                        half[y][x] = column[y];
                    }
                }
                for y in 0..T {
                    let row = F::apply(half[y]);
                    for x in 0..T {
                        row[x].store(output.add((y * T + x) * tiles.output_element));
                    }
                }
            }
        }
    }
}

/// Transforms columns, then rows, of each tile of `T` x `T` to `M` x `M` pixels, of which those inside are stored.
#[inline(always)]
unsafe fn transform_out<V: Vector, F: Transform<T, M>, const T: usize, const M: usize>(tiles: &TilesOut) {
    unsafe {
        let (least, greatest) = (V::constant(tiles.least), V::constant(tiles.greatest));
        let height = tiles.height.min(M);
        for tile in 0..tiles.tiles {
            let width = (tiles.width - tile * M).min(M);
            for lane in (0..LANE_BLOCK).step_by(V::LANES) {
                let input = tiles.input.add(tile * LANE_BLOCK + lane);
                let bias = V::load(tiles.bias.add(lane));
                let mut half = [[V::zero(); T]; M];
                for x in 0..T {
                    let mut column = [V::zero(); T];
                    for y in 0..T {
                        column[y] = V::load(input.add((y * T + x) * tiles.input_element));
                    }
                    let column = F::apply(column);
                    for y in 0..M {
                        half[y][x] = column[y];
                    }
                }
                for y in 0..M {
                    if y >= height {
                        break;
                    }
                    let row = F::apply(half[y]);
                    for x in 0..M {
                        if x >= width {
                            break;
                        }
                        let at = (tile * M + x) * LANE_BLOCK + lane;
                        let mut value = row[x].add(bias);
                        if !tiles.residual.is_null() {
                            value = value.add(V::load(tiles.residual.add(y * tiles.residual_row + at)));
                        }
                        value.max(least).min(greatest).store(tiles.output.add(y * tiles.output_row + at));
                    }
                }
            }
        }
    }
}

/// # Safety
/// Of these four: the processor has the instruction set of `V`; the pointers are valid for what their fields say; the
/// output overlaps nothing else.
#[inline(always)]
pub(crate) unsafe fn input_2<V: Vector>(tiles: &TilesIn) {
    unsafe { transform_in::<V, Into2, 4, 2>(tiles) }
}

/// # Safety
/// As `input_2`.
#[inline(always)]
pub(crate) unsafe fn input_4<V: Vector>(tiles: &TilesIn) {
    unsafe { transform_in::<V, Into4, 6, 4>(tiles) }
}

/// # Safety
/// As `input_2`.
#[inline(always)]
pub(crate) unsafe fn output_2<V: Vector>(tiles: &TilesOut) {
    unsafe { transform_out::<V, OutOf2, 4, 2>(tiles) }
}

/// # Safety
/// As `input_2`.
#[inline(always)]
pub(crate) unsafe fn output_4<V: Vector>(tiles: &TilesOut) {
    unsafe { transform_out::<V, OutOf4, 6, 4>(tiles) }
}
