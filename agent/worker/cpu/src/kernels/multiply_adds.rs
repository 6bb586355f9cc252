//! A loop of multiply-adds alone, which shows the processor's peak rate.

use super::vector::Vector;

/// Multiplies and adds `rounds` times in `CHAINS` registers, more than it takes to hide the latency of one.
///
/// # Safety
/// The processor has the instruction set of `V`.
#[inline(always)]
pub(crate) unsafe fn multiply_adds<V: Vector, const CHAINS: usize>(rounds: usize) -> f32 {
    unsafe {
        // Falls towards a fixed point: neither overflows nor becomes denormal.
        let (factor, term) = (V::constant(0.999), V::constant(0.001));
        let mut chains = [V::constant(2.0); CHAINS];
        for _ in 0..rounds {
            for chain in &mut chains {
                *chain = term.mul_add(*chain, factor);
            }
        }
        let mut sum = V::zero();
        for chain in chains {
            sum = sum.add(chain);
        }
        let mut lanes = [0.0; 16];
        sum.store(lanes.as_mut_ptr());
        lanes[0]
    }
}
