//! What a kernel needs of an instruction set: a register of f32 lanes.

/// A register of `LANES` lanes of f32.
///
/// # Safety
/// Every function may only be called on a processor that has the implementor's instruction set. Pointers must be valid
/// for `LANES` lanes (one for `splat`); they need no alignment.
pub(crate) unsafe trait Vector: Copy {
    /// Lanes of a register; divides 16.
    const LANES: usize;

    unsafe fn zero() -> Self;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    /// Every lane is `*from`.
    unsafe fn splat(from: *const f32) -> Self;
    /// `self + a * b`, rounded once where the instruction set can.
    unsafe fn mul_add(self, a: Self, b: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    /// Lane by lane; where `self` is not a number, so is the result.
    unsafe fn max(self, other: Self) -> Self;
    /// Lane by lane; where `self` is not a number, so is the result.
    unsafe fn min(self, other: Self) -> Self;

    /// The greater, lane by lane; where either is not a number, so is the result.
    unsafe fn maximum(self, other: Self) -> Self;

    /// Asks for the cache line at this address, which may be any.
    #[inline(always)]
    unsafe fn prefetch(_: *const f32) {}

    /// Every lane is `value`.
    #[inline(always)]
    unsafe fn constant(value: f32) -> Self {
        unsafe { Self::splat(&raw const value) }
    }
}
