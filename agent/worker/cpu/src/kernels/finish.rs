//! What follows a sum, where it is more than limits: by a pass over a tile while it is still in the nearest cache, or, in
//! kernels that are compiled for it, before the value is stored.

use super::LANE_BLOCK;
use super::vector::Vector;

/// The last step of a value on its way to memory.
pub(crate) trait Finish {
    /// Finishes a register of values; `limits` are the least and the greatest.
    ///
    /// # Safety
    /// The processor has the instruction set of `V`.
    unsafe fn finish<V: Vector>(value: V, limits: (V, V)) -> V;
}

/// Keeps values within the limits.
pub(crate) struct Limited;
impl Finish for Limited {
    #[inline(always)]
    unsafe fn finish<V: Vector>(value: V, (least, greatest): (V, V)) -> V {
        unsafe { value.max(least).min(greatest) }
    }
}

/// min(max(x + 3, 0), 6) / 6.
pub(crate) struct HardSigmoid;
impl Finish for HardSigmoid {
    #[inline(always)]
    unsafe fn finish<V: Vector>(value: V, _: (V, V)) -> V {
        unsafe {
            let risen = value.add(V::constant(3.0)).max(V::zero()).min(V::constant(6.0));
            risen.mul(V::constant(1.0 / 6.0))
        }
    }
}

/// x * min(max(x + 3, 0), 6) / 6.
pub(crate) struct HardSwish;
impl Finish for HardSwish {
    #[inline(always)]
    unsafe fn finish<V: Vector>(value: V, limits: (V, V)) -> V {
        unsafe { value.mul(HardSigmoid::finish(value, limits)) }
    }
}

/// Pixels of some blocks of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixels {
    /// The first pixel of the first block.
    pub(crate) values: *mut f32,
    /// Elements between two blocks of channels.
    pub(crate) block: usize,
    /// Blocks of channels.
    pub(crate) blocks: usize,
    /// Where each pixel is, from the first, in elements.
    pub(crate) places: *const u32,
    /// Pixels.
    pub(crate) count: usize,
}

/// Finishes every value in place.
///
/// # Safety
/// The processor has the instruction set of `V`; the pointers are valid for what their fields say; no other thread touches
/// the pixels.
#[inline(always)]
pub(crate) unsafe fn in_place<V: Vector, F: Finish>(pixels: &Pixels) {
    unsafe {
        let limits = (V::zero(), V::zero());
        for block in 0..pixels.blocks {
            for pixel in 0..pixels.count {
                let value = pixels.values.add(block * pixels.block + *pixels.places.add(pixel) as usize);
                for lane in (0..LANE_BLOCK).step_by(V::LANES) {
                    F::finish(V::load(value.add(lane)), limits).store(value.add(lane));
                }
            }
        }
    }
}

/// Multiplies pixels that lie one after another by one block of factors, in place.
///
/// # Safety
/// As `in_place`.
#[inline(always)]
pub(crate) unsafe fn scale<V: Vector>(values: *mut f32, factors: *const f32, pixels: usize) {
    unsafe {
        for lane in (0..LANE_BLOCK).step_by(V::LANES) {
            let factor = V::load(factors.add(lane));
            for pixel in 0..pixels {
                let value = values.add(pixel * LANE_BLOCK + lane);
                V::load(value).mul(factor).store(value);
            }
        }
    }
}
