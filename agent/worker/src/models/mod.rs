//! The classifiers as torchvision defines them, layer by layer in plain candle: the reference that every other engine
//! is checked against.
//!
//! A network takes `[batch, 3, height, width]`, any height and width from 1 up, and gives logits `[batch, 1000]`.
//! Batch norm runs with its stored statistics (evaluation) and torchvision's epsilon.

pub mod mobilenet;
pub mod resnet;

use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Module, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{BatchNorm, Conv2d, Conv2dConfig, Init, ModuleT as _, VarBuilder};
use cotejo_model::Model;

use self::mobilenet::MobileNetV2;
use self::resnet::ResNet18;

/// Classes of ImageNet-1k.
pub const CLASSES: usize = 1000;

/// Any of the classifiers.
#[derive(Debug)]
pub enum Network {
    /// He et al., 2015.
    ResNet18(ResNet18),
    /// Sandler et al., 2018.
    MobileNetV2(MobileNetV2),
}

impl Network {
    /// Builds the network from weights under torchvision's names.
    pub fn new(model: Model, weights: &VarBuilder<'_>) -> Result<Self> {
        match model {
            Model::ResNet18 => ResNet18::new(weights).map(Self::ResNet18),
            Model::MobileNetV2 => MobileNetV2::new(weights).map(Self::MobileNetV2),
        }
    }
}

impl Module for Network {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        match self {
            Self::ResNet18(network) => network.forward(input),
            Self::MobileNetV2(network) => network.forward(input),
        }
    }
}

/// A tensor that a network is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// torchvision's name.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
}

/// Every tensor that the model is built from, by building it once from zeros: the list cannot differ from the code.
pub fn parameters(model: Model) -> Result<Vec<Parameter>> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let recorder = Recorder(Arc::clone(&asked));
    Network::new(model, &VarBuilder::from_backend(Box::new(recorder), DType::F32, Device::Cpu))?;
    let mut asked = asked.lock().expect("a build does not panic");
    Ok(std::mem::take(&mut asked))
}

/// Gives zeros and notes what was asked for.
struct Recorder(Arc<Mutex<Vec<Parameter>>>);

impl SimpleBackend for Recorder {
    fn get(&self, shape: Shape, name: &str, _: Init, dtype: DType, device: &Device) -> Result<Tensor> {
        let parameter = Parameter { name: name.to_owned(), shape: shape.dims().to_vec() };
        self.0.lock().expect("a build does not panic").push(parameter);
        Tensor::zeros(shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("{name} was asked for without a shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

/// torchvision's epsilon of batch norm (PyTorch's default).
pub(crate) const EPSILON: f64 = 1e-5;

/// A convolution without bias, and its batch norm.
#[derive(Debug)]
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

/// The dimensions of a square convolution, padded by half its kernel as all in these networks are.
#[derive(Debug, Clone, Copy)]
struct Geometry {
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
}

impl ConvNorm {
    fn new(geometry: Geometry, conv: VarBuilder<'_>, norm: VarBuilder<'_>) -> Result<Self> {
        let Geometry { inputs, outputs, kernel, stride } = geometry;
        let config = Conv2dConfig { stride, padding: kernel / 2, ..Conv2dConfig::default() };
        Ok(Self {
            conv: candle_nn::conv2d_no_bias(inputs, outputs, kernel, config, conv)?,
            norm: candle_nn::batch_norm(outputs, EPSILON, norm)?,
        })
    }
}

impl Module for ConvNorm {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.norm.forward_t(&self.conv.forward(input)?, false)
    }
}

/// Adaptive average pooling to 1 x 1, then flattening: `[n, c, h, w]` to `[n, c]`.
fn average(input: &Tensor) -> Result<Tensor> {
    input.mean((2, 3))
}
