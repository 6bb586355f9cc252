//! What all matrix products have in common: their factors, and how results are checked.

use cotejo_model::job::WEIGHTS_SEED;
use cotejo_model::reason::AnswerReason;
use cotejo_model::{Precision, Reason};

use crate::engine::finite;
use crate::weights::{Uniform, uniform};

/// How many elements of a product are recomputed to check it.
const CHECKED: usize = 8;
/// How far an element may be off, in standard deviations of the elements: ten times the rounding of each format, and in
/// f32 far more for every size that fits in memory.
fn tolerance(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 1e-3,
        Precision::Tf32 | Precision::F16 => 1e-2,
        Precision::Bf16 => 1e-1,
    }
}
/// Names of the random streams that fill the factors.
pub(crate) const LEFT: &str = "matmul.left";
pub(crate) const RIGHT: &str = "matmul.right";

/// The factors' elements, uniform in [-1, 1), the same on every machine.
pub(crate) fn factor(name: &str, size: usize) -> Vec<f32> {
    uniform(WEIGHTS_SEED, name, size * size)
}

/// Recomputes a few elements of the product in f64 and compares them.
pub(crate) fn check(
    size: usize,
    precision: Precision,
    element: impl Fn(usize, usize) -> Result<f32, Reason>,
) -> Result<(), Reason> {
    // An element is a sum of `size` products, each of variance 1/9.
    let deviation = (size as f64).sqrt() / 3.0;
    let (left, right) = (Uniform::new(WEIGHTS_SEED, LEFT), Uniform::new(WEIGHTS_SEED, RIGHT));
    for probe in 0..CHECKED {
        let (row, column) = (probe * 7919 % size, (probe * 104_729 + size / 2) % size);
        let found = element(row, column)?;
        let term = |k: usize| f64::from(left.get(row * size + k)) * f64::from(right.get(k * size + column));
        let expected: f64 = (0..size).map(term).sum();
        let off = (expected - f64::from(found)).abs() / deviation;
        // Not a number fails too.
        if off.is_nan() || off > tolerance(precision) {
            let (row, column) = (row as u64, column as u64);
            return Err(AnswerReason::ProductWrong { row, column, found: finite(found), expected }.into());
        }
    }
    Ok(())
}
