//! x86-64 with AVX-512F: 32 registers of 16 lanes.

use std::arch::x86_64::*;

use super::vector::Vector;

#[derive(Clone, Copy)]
pub(super) struct Lanes(__m512);

// SAFETY: each function is the instruction that its name says.
unsafe impl Vector for Lanes {
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn prefetch(address: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T1>(address.cast()) }
    }
    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { Self(_mm512_setzero_ps()) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { Self(_mm512_loadu_ps(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    unsafe fn splat(from: *const f32) -> Self {
        unsafe { Self(_mm512_set1_ps(*from)) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, a: Self, b: Self) -> Self {
        unsafe { Self(_mm512_fmadd_ps(a.0, b.0, self.0)) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { Self(_mm512_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { Self(_mm512_mul_ps(self.0, other.0)) }
    }
    // The instruction gives its second operand where either is not a number.
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        unsafe { Self(_mm512_max_ps(other.0, self.0)) }
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        unsafe { Self(_mm512_min_ps(other.0, self.0)) }
    }
    #[inline(always)]
    unsafe fn maximum(self, other: Self) -> Self {
        unsafe {
            let ordered = _mm512_cmp_ps_mask::<_CMP_ORD_Q>(self.0, self.0);
            Self(_mm512_mask_max_ps(self.0, ordered, self.0, other.0))
        }
    }
}

super::kernels! {
    lanes: Lanes,
    features: #[target_feature(enable = "avx512f")],
    // Accumulators, the weights' registers and one for the input fit 32 registers.
    tiles: [
        1 => 1 [1 2 3 4 5 6 7 8 9 10 11 12 13 14],
        2 => 2 [1 2 3 4 5 6 7 8 9 10 11 12 13 14],
        3 => 3 [1 2 3 4 5 6 7 8 9],
        4 => 4 [1 2 3 4 5 6],
    ],
    depthwise: 8,
    chains: 24,
}
