//! Any processor: four lanes that the compiler may put into whatever registers there are.

use super::vector::Vector;

#[derive(Clone, Copy)]
pub(super) struct Lanes([f32; 4]);

#[inline(always)]
fn each(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

// SAFETY: plain Rust, but for the pointers that the callers vouch for.
unsafe impl Vector for Lanes {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; 4])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { Self(from.cast::<[f32; 4]>().read()) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }
    #[inline(always)]
    unsafe fn splat(from: *const f32) -> Self {
        unsafe { Self([*from; 4]) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, a: Self, b: Self) -> Self {
        let product = each(a.0, b.0, |a, b| a * b);
        Self(each(self.0, product, |sum, product| sum + product))
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(each(self.0, other.0, |a, b| a + b))
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(each(self.0, other.0, |a, b| a - b))
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(each(self.0, other.0, |a, b| a * b))
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        Self(each(self.0, other.0, |a, b| if b > a { b } else { a }))
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        Self(each(self.0, other.0, |a, b| if b < a { b } else { a }))
    }
    #[inline(always)]
    unsafe fn maximum(self, other: Self) -> Self {
        Self(each(self.0, other.0, |a, b| if b > a || b.is_nan() { b } else { a }))
    }
}

super::kernels! {
    lanes: Lanes,
    features: ,
    // Accumulators, the weights' registers and one for the input fit the 16 registers of SSE2.
    tiles: [
        1 => 4 [1 2],
    ],
    depthwise: 2,
    chains: 8,
}
