//! The classifiers layer by layer in plain candle, from their definitions in `cotejo_model::models`: the reference that
//! every other engine is checked against.
//!
//! A network takes `[batch, 3, height, width]`, any height and width from 1 up, and gives logits `[batch, CLASSES]`.
//! Batch norms run with their stored statistics (evaluation).

use candle_core::{Module, Result, Tensor};
use candle_nn::{BatchNorm, Conv2d, Conv2dConfig, ModuleT as _, VarBuilder};
use cotejo_model::Model;
use cotejo_model::models::{self, Function};

pub use cotejo_model::models::CLASSES;

/// Any of the classifiers.
#[derive(Debug)]
pub struct Network {
    stem: Conv,
    pool: bool,
    blocks: Vec<Block>,
    head: Option<Conv>,
    hidden: Option<Linear>,
    classifier: Linear,
}

impl Network {
    /// Builds a network from weights under torchvision's names.
    pub fn new(model: Model, weights: &VarBuilder<'_>) -> Result<Self> {
        let network = models::network(model);
        let builder = Builder { weights, epsilon: network.epsilon };
        Ok(Self {
            stem: builder.conv(&network.stem)?,
            pool: network.pool,
            blocks: network.blocks.iter().map(|block| builder.block(block)).collect::<Result<_>>()?,
            head: builder.optional(network.head.as_ref())?,
            hidden: network.hidden.as_ref().map(|hidden| builder.linear(hidden)).transpose()?,
            classifier: builder.linear(&network.classifier)?,
        })
    }
}

impl Module for Network {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let mut x = self.stem.forward(input)?;
        if self.pool {
            x = max_pool(&x)?;
        }
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        if let Some(head) = &self.head {
            x = head.forward(&x)?;
        }
        let mut means = average(&x)?;
        if let Some(hidden) = &self.hidden {
            means = hidden.forward(&means)?;
        }
        self.classifier.forward(&means)
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

/// Makes layers of their definitions.
struct Builder<'a> {
    weights: &'a VarBuilder<'a>,
    epsilon: f64,
}

impl Builder<'_> {
    fn norm(&self, module: &models::Module, channels: usize) -> Result<BatchNorm> {
        candle_nn::batch_norm(channels, self.epsilon, self.weights.pp(&module.name))
    }

    fn conv(&self, layer: &models::Conv) -> Result<Conv> {
        let models::Conv { inputs, outputs, kernel, stride, function, .. } = *layer;
        let config = Conv2dConfig { stride, padding: kernel / 2, ..Conv2dConfig::default() };
        let filter = candle_nn::conv2d_no_bias(inputs, outputs, kernel, config, self.weights.pp(&layer.module.name))?;
        Ok(Conv { filter, norm: self.norm(&layer.norm, outputs)?, function })
    }

    fn optional(&self, layer: Option<&models::Conv>) -> Result<Option<Conv>> {
        layer.map(|layer| self.conv(layer)).transpose()
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

    fn squeeze_excite(&self, layer: &models::SqueezeExcite) -> Result<SqueezeExcite> {
        Ok(SqueezeExcite { reduce: self.linear(&layer.reduce)?, expand: self.linear(&layer.expand)? })
    }

    fn block(&self, block: &models::Block) -> Result<Block> {
        Ok(match block {
            models::Block::Basic { first, second, shortcut } => Block::Residual {
                layers: vec![self.conv(first)?, self.conv(second)?],
                shortcut: self.optional(shortcut.as_ref())?,
            },
            models::Block::Bottleneck { reduce, filter, expand, shortcut } => Block::Residual {
                layers: vec![self.conv(reduce)?, self.conv(filter)?, self.conv(expand)?],
                shortcut: self.optional(shortcut.as_ref())?,
            },
            models::Block::InvertedResidual { expand, depthwise, excite, project, residual } => {
                Block::InvertedResidual {
                    expand: self.optional(expand.as_ref())?,
                    depthwise: self.depthwise(depthwise)?,
                    excite: excite.as_ref().map(|excite| self.squeeze_excite(excite)).transpose()?,
                    project: self.conv(project)?,
                    residual: *residual,
                }
            }
        })
    }
}

/// A group of layers.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a network has some dozens, and each is read in place")]
enum Block {
    /// Convolutions around which the input is carried past; the function of the last follows the addition.
    Residual { layers: Vec<Conv>, shortcut: Option<Conv> },
    /// Expand, filter each channel, weigh the channels, project; the input is carried past where the shape stays.
    InvertedResidual {
        expand: Option<Conv>,
        depthwise: Depthwise,
        excite: Option<SqueezeExcite>,
        project: Conv,
        residual: bool,
    },
}

impl Module for Block {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        match self {
            Self::Residual { layers, shortcut } => {
                let (last, before) = layers.split_last().expect("a block has layers");
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
            Self::InvertedResidual { expand, depthwise, excite, project, residual } => {
                let wide = expand.as_ref().map(|expand| expand.forward(input)).transpose()?;
                let mut x = depthwise.forward(wide.as_ref().unwrap_or(input))?;
                if let Some(excite) = excite {
                    x = excite.forward(&x)?;
                }
                let x = project.forward(&x)?;
                if *residual { x + input } else { Ok(x) }
            }
        }
    }
}

/// A convolution, its batch norm, and what follows.
#[derive(Debug)]
struct Conv {
    filter: Conv2d,
    norm: BatchNorm,
    function: Function,
}

impl Conv {
    /// Without what follows.
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

/// Weighs each channel by what two layers make of all channels' means.
#[derive(Debug)]
struct SqueezeExcite {
    reduce: Linear,
    expand: Linear,
}

impl Module for SqueezeExcite {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let factors = self.expand.forward(&self.reduce.forward(&average(input)?)?)?;
        let (images, channels) = factors.dims2()?;
        input.broadcast_mul(&factors.reshape((images, channels, 1, 1))?)
    }
}
