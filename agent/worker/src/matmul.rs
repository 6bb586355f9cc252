//! The product of two square matrices.

use candle_core::{Device, Tensor};
use cotejo_cpu::InstructionSet;
use cotejo_model::job::WEIGHTS_SEED;
use cotejo_model::reason::AnswerReason;
use cotejo_model::{Precision, Reason};

use crate::classify::{finite, refused};
use crate::internal;
use crate::weights::{Uniform, uniform};

/// Elements of a product that are computed again to check it.
const CHECKED: usize = 8;
/// How far an element may be off, in standard deviations of the elements: ten times what rounding comes to, in f32 far
/// more up to sizes that no memory holds.
fn tolerance(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 1e-3,
        Precision::Tf32 | Precision::F16 => 1e-2,
        Precision::Bf16 => 1e-1,
    }
}
/// The streams of numbers that the factors are made of.
pub(crate) const LEFT: &str = "matmul.left";
pub(crate) const RIGHT: &str = "matmul.right";

/// The factors' elements, uniform in [-1, 1), the same on every machine.
pub(crate) fn factor(name: &str, size: usize) -> Vec<f32> {
    uniform(WEIGHTS_SEED, name, size * size)
}

/// A product by candle.
#[derive(Debug)]
pub struct Reference {
    left: Tensor,
    right: Tensor,
}

impl Reference {
    /// Of `size` x `size` elements.
    pub fn new(size: usize) -> Result<Self, Reason> {
        let factor = |name| Tensor::from_vec(factor(name, size), (size, size), &Device::Cpu).map_err(internal);
        Ok(Self { left: factor(LEFT)?, right: factor(RIGHT)? })
    }

    /// The product, `[size, size]`.
    pub fn compute(&self) -> Result<Tensor, Reason> {
        self.left.matmul(&self.right).map_err(internal)
    }

    /// Checks a product.
    pub fn check(&self, product: &Tensor) -> Result<(), Reason> {
        let element = |row, column| product.get(row)?.get(column)?.to_scalar::<f32>();
        check(product.dim(0).map_err(internal)?, Precision::F32, |row, column| element(row, column).map_err(internal))
    }
}

/// A product by the optimized engine.
#[derive(Debug)]
pub struct Optimized {
    size: usize,
    left: Vec<f32>,
    right: Vec<f32>,
    product: Vec<f32>,
    engine: cotejo_cpu::Product,
}

impl Optimized {
    /// Of `size` x `size` elements, on so many threads.
    pub fn new(size: usize, threads: usize, instruction_set: InstructionSet) -> Result<Self, Reason> {
        let engine = cotejo_cpu::Product::new(size, threads, instruction_set).map_err(refused)?;
        Ok(Self { size, left: factor(LEFT, size), right: factor(RIGHT, size), product: vec![0.0; size * size], engine })
    }

    /// Computes the product.
    pub fn compute(&mut self) {
        self.engine.multiply(&self.left, &self.right, &mut self.product);
    }

    /// Checks the product that was computed last.
    pub fn check(&self) -> Result<(), Reason> {
        check(self.size, Precision::F32, |row, column| Ok(self.product[row * self.size + column]))
    }
}

/// Computes a few elements of the product again, in f64.
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

#[cfg(test)]
mod tests {
    use cotejo_model::FailureCode;

    use super::*;

    #[test]
    fn products_are_right_and_wrong_ones_are_found() {
        for size in [1, 2, 3, 17, 256] {
            let reference = Reference::new(size).unwrap();
            let right = reference.compute().unwrap();
            reference.check(&right).unwrap();
            let wrong = (right + 0.1).unwrap();
            assert_eq!(reference.check(&wrong).unwrap_err().code(), FailureCode::WrongAnswer, "{size}");
            let not_a_number = (wrong * f64::NAN).unwrap();
            assert_eq!(reference.check(&not_a_number).unwrap_err().code(), FailureCode::WrongAnswer);

            let mut optimized = Optimized::new(size, 2, InstructionSet::detect().unwrap()).unwrap();
            assert_eq!(optimized.check().unwrap_err().code(), FailureCode::WrongAnswer, "nothing is computed yet");
            optimized.compute();
            optimized.check().unwrap();
        }
    }
}
