//! The optimized CPU engine for candle: networks with their weights as the engine compiles them, and a candle module that
//! compiles itself for each input shape.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use cotejo_cpu::{BatchNorm, Conv, Depthwise, InstructionSet, Linear, Network, Options, Plan};
use cotejo_model::Model;
use cotejo_model::models::layers::Maker;
use cotejo_model::models::{self, Module};

use crate::weights::Tensors;

/// Makes a model of weights under torchvision's names, with batch norms folded in.
pub fn network(model: Model, tensors: &Tensors) -> Result<Network> {
    let network = models::network(model);
    network.layers.make(&Weights { tensors, epsilon: network.epsilon })
}

/// Makes layers with their weights.
struct Weights<'a> {
    tensors: &'a Tensors,
    epsilon: f64,
}

impl Weights<'_> {
    fn get(&self, module: &Module, tensor: &str) -> Result<Vec<f32>> {
        let name = format!("{}.{tensor}", module.name);
        match self.tensors.get(&name) {
            Some(tensor) => tensor.flatten_all()?.to_vec1(),
            None => bail!("the weights have no {name}"),
        }
    }

    /// The weight and the bias of a convolution, with the norm that follows folded in.
    fn folded(&self, conv: &Module, norm: &Module) -> Result<(Vec<f32>, Vec<f32>)> {
        let part = |tensor: &str| self.get(norm, tensor);
        let (weight, bias) = (part("weight")?, part("bias")?);
        let (mean, variance) = (part("running_mean")?, part("running_var")?);
        let norm = BatchNorm {
            weight: &weight,
            bias: &bias,
            running_mean: &mean,
            running_var: &variance,
            epsilon: self.epsilon,
        };
        Ok(norm.fold(&self.get(conv, "weight")?))
    }
}

impl Maker for Weights<'_> {
    type Conv = Conv;
    type Depthwise = Depthwise;
    type Linear = Linear;
    type Error = candle_core::Error;

    fn conv(&self, layer: &models::Conv) -> Result<Conv> {
        let models::Conv { inputs, outputs, kernel, stride, function, .. } = *layer;
        let (weight, bias) = self.folded(&layer.module, &layer.norm)?;
        Ok(Conv { name: layer.module.name.clone(), inputs, outputs, kernel, stride, weight, bias, function })
    }

    fn depthwise(&self, layer: &models::Depthwise) -> Result<Depthwise> {
        let models::Depthwise { channels, kernel, stride, function, .. } = *layer;
        let (weight, bias) = self.folded(&layer.module, &layer.norm)?;
        Ok(Depthwise { name: layer.module.name.clone(), channels, kernel, stride, weight, bias, function })
    }

    fn linear(&self, layer: &models::Linear) -> Result<Linear> {
        let models::Linear { inputs, outputs, function, .. } = *layer;
        let (weight, bias) = (self.get(&layer.module, "weight")?, self.get(&layer.module, "bias")?);
        Ok(Linear { name: layer.module.name.clone(), inputs, outputs, weight, bias, function })
    }
}

/// A classifier as a candle module on the optimized engine: `[batch, 3, height, width]` to logits `[batch, 1000]`, both
/// f32 on the CPU. It compiles a plan for each new shape and keeps it.
#[derive(Debug)]
pub struct Compiled {
    network: Network,
    threads: usize,
    instruction_set: InstructionSet,
    exact: bool,
    plans: Mutex<HashMap<[usize; 3], Arc<Mutex<Plan>>>>,
}

impl Compiled {
    /// Compiles nothing yet; `exact` keeps to direct convolution.
    pub fn new(network: Network, threads: usize, instruction_set: InstructionSet, exact: bool) -> Self {
        Self { network, threads, instruction_set, exact, plans: Mutex::default() }
    }

    /// The plan for an input shape, compiled if there is none yet.
    fn plan(&self, [images, height, width]: [usize; 3]) -> Result<Arc<Mutex<Plan>>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(&[images, height, width]) {
            return Ok(Arc::clone(plan));
        }
        let Self { threads, instruction_set, exact, .. } = *self;
        let options = Options { images, height, width, threads, instruction_set, exact };
        let plan = Plan::compile(&self.network, options).map_err(candle_core::Error::wrap)?;
        let plan = Arc::new(Mutex::new(plan));
        plans.insert([images, height, width], Arc::clone(&plan));
        Ok(plan)
    }
}

impl CustomOp1 for Compiled {
    fn name(&self) -> &'static str {
        "cotejo-cpu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (images, channels, height, width) = layout.shape().dims4()?;
        let (CpuStorage::F32(values), 3) = (storage, channels) else {
            bail!("the optimized engine takes f32 tensors [batch, 3, height, width]")
        };
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("the optimized engine takes contiguous tensors")
        };
        let plan = self.plan([images, height, width])?;
        let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
        let classes = plan.classes();
        let mut logits = vec![0.0; images * classes];
        plan.forward(&values[start..end], &mut logits);
        Ok((CpuStorage::F32(logits), Shape::from((images, classes))))
    }
}

impl candle_core::Module for Compiled {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        input.contiguous()?.apply_op1_no_bwd(self)
    }
}
