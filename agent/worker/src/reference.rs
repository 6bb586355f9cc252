//! The reference engine: plain candle on the CPU, against which every other engine is checked.

use candle_core::{Module as _, Tensor};
use cotejo_model::frames::Request;
use cotejo_model::{Model, Reason};

use crate::engine::{Engine, check_logits, tensors};
use crate::internal;
use crate::models::{CLASSES, Network};
use crate::preprocess::Input;
use crate::weights;

/// A classifier in plain candle and its input.
pub(crate) struct Reference {
    network: Network,
    input: Tensor,
    /// The answer of the last run.
    logits: Option<Tensor>,
}

impl Reference {
    /// Loads the weights that the request names.
    pub(crate) fn new(request: &Request, model: Model, input: &Input) -> Result<Self, Reason> {
        let tensors = tensors(request, model)?;
        Self::of_weights(model, tensors, input)
    }

    /// Uses weights that are already loaded.
    pub(crate) fn of_weights(model: Model, tensors: weights::Tensors, input: &Input) -> Result<Self, Reason> {
        let network = Network::new(model, &weights::builder(tensors)).map_err(internal)?;
        Ok(Self { network, input: tensor(input)?, logits: None })
    }

    /// Replaces the input.
    pub(crate) fn take(&mut self, input: &Input) -> Result<(), Reason> {
        self.input = tensor(input)?;
        Ok(())
    }
}

/// The input as a candle tensor.
pub(crate) fn tensor(input: &Input) -> Result<Tensor, Reason> {
    Tensor::from_slice(&input.values, &input.shape, &candle_core::Device::Cpu).map_err(internal)
}

/// All values of a tensor, in row-major order.
pub(crate) fn values(tensor: &Tensor) -> Result<Vec<f32>, Reason> {
    tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).map_err(internal)
}

impl Reference {
    /// The logits of all images of the last run.
    fn all_logits(&self) -> Result<Vec<f32>, Reason> {
        self.logits.as_ref().map_or_else(|| Ok(Vec::new()), values)
    }
}

impl Engine for Reference {
    fn run(&mut self) -> Result<(), Reason> {
        self.logits = Some(self.network.forward(&self.input).map_err(internal)?);
        Ok(())
    }

    fn check(&mut self) -> Result<(), Reason> {
        check_logits(&self.all_logits()?)
    }

    fn logits(&mut self) -> Result<Vec<f32>, Reason> {
        let mut logits = self.all_logits()?;
        logits.truncate(CLASSES);
        Ok(logits)
    }
}
