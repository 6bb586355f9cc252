//! Matrix products on a GPU.

use cotejo_cuda::{Device, Product};
use cotejo_model::{Precision, Reason};

use super::copies::{event_times, median_ns};
use super::{failure, precision};
use crate::engine::{Copies, Engine};
use crate::products::{LEFT, RIGHT, check, factor};

/// A product by the optimized engine.
pub(super) struct OnGpu<'d> {
    product: Product<'d>,
    size: usize,
    precision: Precision,
    seen: bool,
}

impl<'d> OnGpu<'d> {
    /// Makes the factors, of `size` x `size` elements each, and copies them to the GPU.
    pub(super) fn new(device: &'d Device, size: usize, of: Precision) -> Result<Self, Reason> {
        let (left, right) = (factor(LEFT, size), factor(RIGHT, size));
        let product = Product::new(device, size, precision(of), &left, &right).map_err(failure)?;
        Ok(Self { product, size, precision: of, seen: false })
    }

    fn verify(&self) -> Result<(), Reason> {
        let found = self.product.download().map_err(failure)?;
        check(self.size, self.precision, |row, column| Ok(found[row * self.size + column]))
    }
}

impl Engine for OnGpu<'_> {
    fn run(&mut self) -> Result<(), Reason> {
        self.product.compute().map_err(failure)
    }

    /// Checks the first product only, and `logits` the last: copying a matrix takes longer than computing it.
    fn check(&mut self) -> Result<(), Reason> {
        if std::mem::replace(&mut self.seen, true) { Ok(()) } else { self.verify() }
    }

    fn copies(&mut self) -> Result<Option<Copies>, Reason> {
        let upload_ns = median_ns(|| self.product.upload().map_err(failure))?;
        let download_ns = median_ns(|| self.product.download().map(|_| ()).map_err(failure))?;
        let events = self.product.event_times().map_err(failure)?.map(event_times);
        Ok(Some(Copies { upload_ns, download_ns, events }))
    }

    fn logits(&mut self) -> Result<Vec<f32>, Reason> {
        self.verify().map(|()| Vec::new())
    }
}
