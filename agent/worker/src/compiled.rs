//! The optimized engine for candle: a classifier's weights as the CPU engine takes them, and a module that compiles
//! itself for each shape that it is given.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp1, Layout, Module, Result, Shape, Tensor, bail};
use cotejo_cpu::{BatchNorm, Block, Conv, Depthwise, Function, InstructionSet, Linear, Network, Options, Plan};
use cotejo_model::Model;

use crate::models::{CLASSES, EPSILON, mobilenet};
use crate::weights::Tensors;

/// The layers of a model with batch norm folded in, from weights under torchvision's names.
pub fn network(model: Model, tensors: &Tensors) -> Result<Network> {
    let weights = Weights { tensors };
    match model {
        Model::ResNet18 => weights.resnet18(),
        Model::MobileNetV2 => weights.mobilenet_v2(),
    }
}

struct Weights<'a> {
    tensors: &'a Tensors,
}

/// A convolution's shape and what follows it.
#[derive(Debug, Clone, Copy)]
struct Shaped {
    kernel: usize,
    stride: usize,
    function: Function,
}

impl Weights<'_> {
    fn get(&self, name: &str) -> Result<Vec<f32>> {
        match self.tensors.get(name) {
            Some(tensor) => tensor.flatten_all()?.to_vec1(),
            None => bail!("the weights have no {name}"),
        }
    }

    /// The weight and bias of a convolution with the norm after it.
    fn folded(&self, conv: &str, norm: &str) -> Result<(Vec<f32>, Vec<f32>)> {
        let part = |name: &str| self.get(&format!("{norm}.{name}"));
        let (weight, bias) = (part("weight")?, part("bias")?);
        let (mean, variance) = (part("running_mean")?, part("running_var")?);
        let norm =
            BatchNorm { weight: &weight, bias: &bias, running_mean: &mean, running_var: &variance, epsilon: EPSILON };
        Ok(norm.fold(&self.get(&format!("{conv}.weight"))?))
    }

    fn conv(&self, name: &str, norm: &str, shape: Shaped) -> Result<Conv> {
        let Shaped { kernel, stride, function } = shape;
        let (weight, bias) = self.folded(name, norm)?;
        let outputs = bias.len();
        let inputs = weight.len() / (outputs * kernel * kernel);
        Ok(Conv { name: name.to_owned(), inputs, outputs, kernel, stride, weight, bias, function })
    }

    fn linear(&self, name: &str) -> Result<Linear> {
        let weight = self.get(&format!("{name}.weight"))?;
        let bias = self.get(&format!("{name}.bias"))?;
        Ok(Linear { name: name.to_owned(), inputs: weight.len() / CLASSES, outputs: CLASSES, weight, bias })
    }

    fn resnet18(&self) -> Result<Network> {
        let relu = |kernel, stride| Shaped { kernel, stride, function: Function::Relu };
        let mut blocks = Vec::with_capacity(8);
        for stage in 1..=4 {
            for block in 0..2 {
                let name = format!("layer{stage}.{block}");
                let shrinks = stage > 1 && block == 0;
                let stride = if shrinks { 2 } else { 1 };
                let past = Shaped { kernel: 1, stride, function: Function::Identity };
                blocks.push(Block::Basic {
                    first: self.conv(&format!("{name}.conv1"), &format!("{name}.bn1"), relu(3, stride))?,
                    second: self.conv(&format!("{name}.conv2"), &format!("{name}.bn2"), relu(3, 1))?,
                    shortcut: shrinks
                        .then(|| self.conv(&format!("{name}.downsample.0"), &format!("{name}.downsample.1"), past))
                        .transpose()?,
                });
            }
        }
        Ok(Network {
            stem: self.conv("conv1", "bn1", relu(7, 2))?,
            pool: true,
            blocks,
            head: None,
            classifier: self.linear("fc")?,
        })
    }

    fn mobilenet_v2(&self) -> Result<Network> {
        let relu6 = |kernel, stride| Shaped { kernel, stride, function: Function::Relu6 };
        let mut blocks = Vec::with_capacity(17);
        let mut inputs = 32;
        for (expansion, outputs, repeats, first_stride) in mobilenet::STAGES {
            for repeat in 0..repeats {
                let stride = if repeat == 0 { first_stride } else { 1 };
                let name = format!("features.{}.conv", blocks.len() + 1);
                // Without an expansion, the layers that follow move up by one.
                let next = usize::from(expansion != 1);
                let expand = (expansion != 1)
                    .then(|| self.conv(&format!("{name}.0.0"), &format!("{name}.0.1"), relu6(1, 1)))
                    .transpose()?;
                let projection = Shaped { kernel: 1, stride: 1, function: Function::Identity };
                blocks.push(Block::InvertedResidual {
                    expand,
                    depthwise: self.depthwise(&format!("{name}.{next}"), stride)?,
                    project: self.conv(&format!("{name}.{}", next + 1), &format!("{name}.{}", next + 2), projection)?,
                    residual: stride == 1 && inputs == outputs,
                });
                inputs = outputs;
            }
        }
        Ok(Network {
            stem: self.conv("features.0.0", "features.0.1", relu6(3, 2))?,
            pool: false,
            blocks,
            head: Some(self.conv("features.18.0", "features.18.1", relu6(1, 1))?),
            classifier: self.linear("classifier.1")?,
        })
    }

    fn depthwise(&self, name: &str, stride: usize) -> Result<Depthwise> {
        let (name, norm) = (format!("{name}.0"), format!("{name}.1"));
        let (weight, bias) = self.folded(&name, &norm)?;
        Ok(Depthwise { name, channels: bias.len(), stride, weight, bias, function: Function::Relu6 })
    }
}

/// A classifier as a candle module on the optimized engine: `[batch, 3, height, width]` to logits `[batch, 1000]`, both
/// f32 on the CPU. It compiles a plan for each shape that it meets and keeps it.
#[derive(Debug)]
pub struct Compiled {
    network: Network,
    threads: usize,
    instruction_set: InstructionSet,
    exact: bool,
    plans: Mutex<HashMap<[usize; 3], Arc<Mutex<Plan>>>>,
}

impl Compiled {
    /// Nothing is compiled yet.
    pub fn new(network: Network, threads: usize, instruction_set: InstructionSet, exact: bool) -> Self {
        Self { network, threads, instruction_set, exact, plans: Mutex::default() }
    }

    /// The plan for a shape.
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

impl Module for Compiled {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        input.contiguous()?.apply_op1_no_bwd(self)
    }
}
