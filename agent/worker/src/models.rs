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
    classifier: candle_nn::Linear,
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
        self.classifier.forward(&average(&x)?)
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
    }
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
        let conv = candle_nn::conv2d_no_bias(inputs, outputs, kernel, config, self.weights.pp(&layer.module.name))?;
        Ok(Conv { conv, norm: self.norm(&layer.norm, outputs)?, function })
    }

    fn optional(&self, layer: Option<&models::Conv>) -> Result<Option<Conv>> {
        layer.map(|layer| self.conv(layer)).transpose()
    }

    fn depthwise(&self, layer: &models::Depthwise) -> Result<Depthwise> {
        let models::Depthwise { channels, kernel, stride, function, .. } = *layer;
        let weight = self.weights.pp(&layer.module.name).get((channels, 1, kernel, kernel), "weight")?;
        Ok(Depthwise { weight, stride, norm: self.norm(&layer.norm, channels)?, function })
    }

    fn linear(&self, layer: &models::Linear) -> Result<candle_nn::Linear> {
        candle_nn::linear(layer.inputs, layer.outputs, self.weights.pp(&layer.module.name))
    }

    fn block(&self, block: &models::Block) -> Result<Block> {
        Ok(match block {
            models::Block::Basic { first, second, shortcut } => Block::Residual {
                layers: vec![self.conv(first)?, self.conv(second)?],
                shortcut: self.optional(shortcut.as_ref())?,
            },
            models::Block::InvertedResidual { expand, depthwise, project, residual } => Block::InvertedResidual {
                expand: self.optional(expand.as_ref())?,
                depthwise: self.depthwise(depthwise)?,
                project: self.conv(project)?,
                residual: *residual,
            },
        })
    }
}

/// A group of layers.
#[derive(Debug)]
enum Block {
    /// Convolutions around which the input is carried past; the function of the last follows the addition.
    Residual { layers: Vec<Conv>, shortcut: Option<Conv> },
    /// Expand, filter each channel, project; the input is carried past where the shape stays.
    InvertedResidual { expand: Option<Conv>, depthwise: Depthwise, project: Conv, residual: bool },
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
            Self::InvertedResidual { expand, depthwise, project, residual } => {
                let wide = expand.as_ref().map(|expand| expand.forward(input)).transpose()?;
                let x = depthwise.forward(wide.as_ref().unwrap_or(input))?;
                let x = project.forward(&x)?;
                if *residual { x + input } else { Ok(x) }
            }
        }
    }
}

/// A convolution, its batch norm, and what follows.
#[derive(Debug)]
struct Conv {
    conv: Conv2d,
    norm: BatchNorm,
    function: Function,
}

impl Conv {
    /// Without what follows.
    fn sum(&self, input: &Tensor) -> Result<Tensor> {
        self.norm.forward_t(&self.conv.forward(input)?, false)
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
