//! The classifiers in plain candle, layer by layer, from their definitions in `cotejo_model::models`: the reference against
//! which every other engine is checked.
//!
//! A network takes `[batch, 3, height, width]`, any height and width from 1 up, and gives logits `[batch, CLASSES]`.
//! Batch norms run with their stored statistics (evaluation).

use candle_core::{Module, Result, Tensor};
use candle_nn::{BatchNorm, Conv2d, Conv2dConfig, ModuleT as _, VarBuilder};
use cotejo_model::Model;
use cotejo_model::models::layers::{Block, Layers, Maker, SqueezeExcite};
use cotejo_model::models::{self, Function};

pub use cotejo_model::models::CLASSES;

/// A classifier with its weights.
#[derive(Debug)]
pub struct Network {
    layers: Layers<Conv, Depthwise, Linear>,
}

impl Network {
    /// Builds a network from weights under torchvision's names.
    pub fn new(model: Model, weights: &VarBuilder<'_>) -> Result<Self> {
        let network = models::network(model);
        let layers = network.layers.make(&Builder { weights, epsilon: network.epsilon })?;
        Ok(Self { layers })
    }
}

impl Module for Network {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let Layers { stem, pool, blocks, head, hidden, classifier } = &self.layers;
        let mut x = stem.forward(input)?;
        if *pool {
            x = max_pool(&x)?;
        }
        for block in blocks {
            x = forward(block, &x)?;
        }
        if let Some(head) = head {
            x = head.forward(&x)?;
        }
        let mut means = average(&x)?;
        if let Some(hidden) = hidden {
            means = hidden.forward(&means)?;
        }
        classifier.forward(&means)
    }
}

/// 3x3, stride 2, padding 1. torchvision pads with minus infinity; after a `ReLU`, zeros give the same maximum.
fn max_pool(x: &Tensor) -> Result<Tensor> {
    x.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?.max_pool2d_with_stride(3, 2)
}

/// Adaptive average pooling to 1 x 1, then flattening: `[n, c, h, w]` to `[n, c]`.
fn average(input: &Tensor) -> Result<Tensor> {
    input.mean((2, 3))
}

fn apply(function: Function, x: Tensor) -> Result<Tensor> {
    match function {
        Function::Identity => Ok(x),
        Function::Relu => x.relu(),
        Function::Relu6 => x.clamp(0_f32, 6_f32),
        Function::HardSwish => &x * hard_sigmoid(&x)?,
        Function::HardSigmoid => hard_sigmoid(&x),
    }
}

fn hard_sigmoid(x: &Tensor) -> Result<Tensor> {
    (x + 3.0)?.clamp(0_f32, 6_f32)? / 6.0
}

/// Makes candle's layers.
struct Builder<'a> {
    weights: &'a VarBuilder<'a>,
    epsilon: f64,
}

impl Builder<'_> {
    fn norm(&self, module: &models::Module, channels: usize) -> Result<BatchNorm> {
        candle_nn::batch_norm(channels, self.epsilon, self.weights.pp(&module.name))
    }
}

impl Maker for Builder<'_> {
    type Conv = Conv;
    type Depthwise = Depthwise;
    type Linear = Linear;
    type Error = candle_core::Error;

    fn conv(&self, layer: &models::Conv) -> Result<Conv> {
        let models::Conv { inputs, outputs, kernel, stride, function, .. } = *layer;
        let config = Conv2dConfig { stride, padding: kernel / 2, ..Conv2dConfig::default() };
        let filter = candle_nn::conv2d_no_bias(inputs, outputs, kernel, config, self.weights.pp(&layer.module.name))?;
        Ok(Conv { filter, norm: self.norm(&layer.norm, outputs)?, function })
    }

    fn depthwise(&self, layer: &models::Depthwise) -> Result<Depthwise> {
        let models::Depthwise { channels, kernel, stride, function, .. } = *layer;
        let weight = self.weights.pp(&layer.module.name).get((channels, 1, kernel, kernel), "weight")?;
        Ok(Depthwise { weight, stride, norm: self.norm(&layer.norm, channels)?, function })
    }

    fn linear(&self, layer: &models::Linear) -> Result<Linear> {
        let models::Linear { inputs, outputs, function, is_convolution, .. } = *layer;
        let weights = self.weights.pp(&layer.module.name);
        let weight = if is_convolution {
            weights.get((outputs, inputs, 1, 1), "weight")?.reshape((outputs, inputs))?
        } else {
            weights.get((outputs, inputs), "weight")?
        };
        let linear = candle_nn::Linear::new(weight, Some(weights.get(outputs, "bias")?));
        Ok(Linear { linear, function })
    }
}

/// Computes a group of layers.
fn forward(block: &Block<Conv, Depthwise, Linear>, input: &Tensor) -> Result<Tensor> {
    match block {
        Block::Basic { first, second, shortcut } => residual(&[first], second, shortcut.as_ref(), input),
        Block::Bottleneck { reduce, filter, expand, shortcut } => {
            residual(&[reduce, filter], expand, shortcut.as_ref(), input)
        }
        Block::InvertedResidual { expand, depthwise, excite, project, residual } => {
            let wide = expand.as_ref().map(|expand| expand.forward(input)).transpose()?;
            let mut x = depthwise.forward(wide.as_ref().unwrap_or(input))?;
            if let Some(excite) = excite {
                x = weighed(excite, &x)?;
            }
            let x = project.forward(&x)?;
            if *residual { x + input } else { Ok(x) }
        }
    }
}

/// Convolutions around which the input is carried past; the function of the last follows the addition.
fn residual(before: &[&Conv], last: &Conv, shortcut: Option<&Conv>, input: &Tensor) -> Result<Tensor> {
    let mut x = input.clone();
    for layer in before {
        x = layer.forward(&x)?;
    }
    let x = last.sum(&x)?;
    let x = match shortcut {
        Some(shortcut) => x + shortcut.forward(input)?,
        None => x + input,
    };
    apply(last.function, x?)
}

/// Each channel times what two layers make of all channels' means.
fn weighed(excite: &SqueezeExcite<Linear>, input: &Tensor) -> Result<Tensor> {
    let factors = excite.expand.forward(&excite.reduce.forward(&average(input)?)?)?;
    let (images, channels) = factors.dims2()?;
    input.broadcast_mul(&factors.reshape((images, channels, 1, 1))?)
}

/// A convolution, its batch norm, and what follows.
#[derive(Debug)]
struct Conv {
    filter: Conv2d,
    norm: BatchNorm,
    function: Function,
}

impl Conv {
    /// The normalised sum, without the function that follows.
    fn sum(&self, input: &Tensor) -> Result<Tensor> {
        self.norm.forward_t(&self.filter.forward(input)?, false)
    }
}

impl Module for Conv {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        apply(self.function, self.sum(input)?)
    }
}

/// A convolution of each channel by itself, its batch norm, and what follows.
#[derive(Debug)]
struct Depthwise {
    /// `[channels, 1, kernel, kernel]`.
    weight: Tensor,
    stride: usize,
    norm: BatchNorm,
    function: Function,
}

impl Module for Depthwise {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let (channels, _, kernel, _) = self.weight.dims4()?;
        let x = input.conv2d(&self.weight, kernel / 2, self.stride, 1, channels)?;
        apply(self.function, self.norm.forward_t(&x, false)?)
    }
}

/// A fully connected layer and what follows.
#[derive(Debug)]
struct Linear {
    linear: candle_nn::Linear,
    function: Function,
}

impl Module for Linear {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        apply(self.function, self.linear.forward(input)?)
    }
}
