//! The product of two square matrices.

use candle_core::{Device, Tensor};
use cotejo_model::job::WEIGHTS_SEED;
use cotejo_model::{Failure, FailureCode};

use crate::{internal, weights};

/// Elements of a product that are computed again to check it.
const CHECKED: usize = 8;
/// How far an element may be off, in standard deviations of the elements. Rounding in f32 stays below a thousandth of
/// it up to sizes that no memory holds.
const TOLERANCE: f64 = 1e-3;

/// Two factors, the same on every machine.
#[derive(Debug)]
pub struct Product {
    size: usize,
    left: Tensor,
    right: Tensor,
}

impl Product {
    /// Factors of `size` x `size` elements, uniform in [-1, 1).
    pub fn new(size: u32) -> Result<Self, Failure> {
        let size = size as usize;
        let factor = |name: &str| {
            let values = weights::uniform(WEIGHTS_SEED, name, size * size);
            Tensor::from_vec(values, (size, size), &Device::Cpu).map_err(internal)
        };
        Ok(Self { size, left: factor("matmul.left")?, right: factor("matmul.right")? })
    }

    /// The product, `[size, size]`.
    pub fn compute(&self) -> Result<Tensor, Failure> {
        self.left.matmul(&self.right).map_err(internal)
    }

    /// Computes a few elements again in f64.
    pub fn check(&self, product: &Tensor) -> Result<(), Failure> {
        // An element is a sum of `size` products, each of variance 1/9.
        let deviation = (self.size as f64).sqrt() / 3.0;
        for probe in 0..CHECKED {
            let (row, column) = (probe * 7919 % self.size, (probe * 104_729 + self.size / 2) % self.size);
            let (expected, found) = self.element(row, column, product).map_err(internal)?;
            let off = (expected - f64::from(found)).abs() / deviation;
            // Not a number fails too.
            if off.is_nan() || off > TOLERANCE {
                let message = format!("element ({row}, {column}) of the product is {found} instead of {expected}");
                return Err(Failure::new(FailureCode::WrongAnswer, message));
            }
        }
        Ok(())
    }

    fn element(&self, row: usize, column: usize, product: &Tensor) -> candle_core::Result<(f64, f32)> {
        let left: Vec<f32> = self.left.get(row)?.to_vec1()?;
        let right: Vec<f32> = self.right.narrow(1, column, 1)?.flatten_all()?.to_vec1()?;
        let expected = left.iter().zip(&right).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        Ok((expected, product.get(row)?.get(column)?.to_scalar()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_right_and_wrong_ones_are_found() {
        for size in [1, 2, 3, 17, 256] {
            let product = Product::new(size).unwrap();
            let right = product.compute().unwrap();
            product.check(&right).unwrap();
            let wrong = (right + 0.1).unwrap();
            assert_eq!(product.check(&wrong).unwrap_err().code, FailureCode::WrongAnswer, "{size}");
            let not_a_number = (wrong * f64::NAN).unwrap();
            assert_eq!(product.check(&not_a_number).unwrap_err().code, FailureCode::WrongAnswer);
        }
    }
}
