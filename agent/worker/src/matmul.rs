//! Measures the product of two square matrices.

use candle_core::{Device, Tensor};
use cotejo_cpu::InstructionSet;
use cotejo_model::{Engine as Kind, JobSpec, Precision, Reason};

use crate::engine::{Engine, instruction_set, refused};
use crate::gpu::{self, Gpu};
use crate::measure::{Report, measured};
use crate::outcome::Outcome;
use crate::products::{LEFT, RIGHT, check, factor};
use crate::{host, internal};

/// Measures a product of `size` x `size` elements with the job's device and engine.
pub(crate) fn multiply(job: &JobSpec, size: usize, threads: usize, report: &mut Report<'_>) -> Result<Outcome, Reason> {
    let opened = gpu::open_for(job.device, &job.workload)?;
    let load = || -> Result<Box<dyn Engine + '_>, Reason> {
        match (&opened, job.workload.engine) {
            (Some(gpu), _) => gpu::product(job, size, gpu),
            (None, Kind::Reference) => Ok(Box::new(Reference::new(size)?)),
            (None, Kind::Optimized) => Ok(Box::new(Optimized::new(size, threads, instruction_set()?)?)),
        }
    };
    let measured = measured(&job.measuring, load, report)?;
    Ok(Outcome {
        times: measured.times,
        stages: measured.stages,
        input: None,
        answers: Vec::new(),
        plan: measured.plan,
        logit_error: None,
        peak_memory_bytes: host::peak_memory(),
        gpu: opened.as_ref().map(|opened| Gpu::of(&opened.device)),
    })
}

/// A product by the reference engine.
#[derive(Debug)]
struct Reference {
    left: Tensor,
    right: Tensor,
    product: Option<Tensor>,
}

impl Reference {
    /// Makes the factors, of `size` x `size` elements each.
    fn new(size: usize) -> Result<Self, Reason> {
        let factor = |name| Tensor::from_vec(factor(name, size), (size, size), &Device::Cpu).map_err(internal);
        Ok(Self { left: factor(LEFT)?, right: factor(RIGHT)?, product: None })
    }
}

impl Engine for Reference {
    fn run(&mut self) -> Result<(), Reason> {
        self.product = Some(self.left.matmul(&self.right).map_err(internal)?);
        Ok(())
    }

    fn check(&mut self) -> Result<(), Reason> {
        let product = self.product.as_ref().ok_or_else(|| internal("nothing is computed yet"))?;
        let element = |row, column| product.get(row)?.get(column)?.to_scalar::<f32>();
        let size = self.left.dim(0).map_err(internal)?;
        check(size, Precision::F32, |row, column| element(row, column).map_err(internal))
    }

    fn logits(&mut self) -> Result<Vec<f32>, Reason> {
        Ok(Vec::new())
    }
}

/// A product by the optimized engine.
#[derive(Debug)]
struct Optimized {
    size: usize,
    left: Vec<f32>,
    right: Vec<f32>,
    product: Vec<f32>,
    engine: cotejo_cpu::Product,
}

impl Optimized {
    /// Makes the factors, of `size` x `size` elements each, and starts this many threads.
    fn new(size: usize, threads: usize, instruction_set: InstructionSet) -> Result<Self, Reason> {
        let engine = cotejo_cpu::Product::new(size, threads, instruction_set).map_err(refused)?;
        Ok(Self { size, left: factor(LEFT, size), right: factor(RIGHT, size), product: vec![0.0; size * size], engine })
    }
}

impl Engine for Optimized {
    fn run(&mut self) -> Result<(), Reason> {
        self.engine.multiply(&self.left, &self.right, &mut self.product);
        Ok(())
    }

    fn check(&mut self) -> Result<(), Reason> {
        check(self.size, Precision::F32, |row, column| Ok(self.product[row * self.size + column]))
    }

    fn logits(&mut self) -> Result<Vec<f32>, Reason> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use cotejo_model::FailureCode;

    use super::*;

    #[test]
    fn products_are_right_and_wrong_ones_are_found() {
        for size in [1, 2, 3, 17, 256] {
            let mut reference = Reference::new(size).unwrap();
            reference.run().unwrap();
            reference.check().unwrap();
            let right = reference.product.take().unwrap();
            for wrong in [(&right + 0.1).unwrap(), (&right * f64::NAN).unwrap()] {
                reference.product = Some(wrong);
                assert_eq!(reference.check().unwrap_err().code(), FailureCode::WrongAnswer, "{size}");
            }

            let mut optimized = Optimized::new(size, 2, InstructionSet::detect().unwrap()).unwrap();
            assert_eq!(optimized.check().unwrap_err().code(), FailureCode::WrongAnswer, "nothing is computed yet");
            optimized.run().unwrap();
            optimized.check().unwrap();
        }
    }
}
