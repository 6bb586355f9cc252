//! Each classifier once, as data: its layers with their shapes, what follows them, and the names of their weights, as
//! torchvision defines them. Estimates, the engines, the reference, weight files and simulated times all read it.

pub mod layers;
mod mobilenet_v2;
mod mobilenet_v3;
mod resnet;
mod walk;

use std::sync::LazyLock;

use crate::workload::Model;

pub use walk::{Layer, Parameter};

/// Classes of ImageNet-1k.
pub const CLASSES: usize = 1000;

/// What follows a layer's sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Nothing.
    Identity,
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
    /// x * min(max(x + 3, 0), 6) / 6.
    HardSwish,
    /// min(max(x + 3, 0), 6) / 6.
    HardSigmoid,
}

impl Function {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Identity, Self::Relu, Self::Relu6, Self::HardSwish, Self::HardSigmoid];

    /// The least and the greatest value that it lets through, of those that leave all between as it is.
    pub fn limits(self) -> Option<(f32, f32)> {
        match self {
            Self::Identity => Some((f32::NEG_INFINITY, f32::INFINITY)),
            Self::Relu => Some((0.0, f32::INFINITY)),
            Self::Relu6 => Some((0.0, 6.0)),
            Self::HardSwish | Self::HardSigmoid => None,
        }
    }
}

/// The module that holds a layer's weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name in torchvision, such as `layer1.0.conv1`.
    pub name: String,
    /// Its name in timm, where that is another.
    pub timm: Option<String>,
}

impl Module {
    /// A module that timm names as torchvision does.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), timm: None }
    }

    /// A module with a name of its own in timm.
    pub(crate) fn with_timm(name: impl Into<String>, timm: impl Into<String>) -> Self {
        Self { name: name.into(), timm: Some(timm.into()) }
    }
}

/// A square convolution without bias, padded by half its kernel, and the batch norm after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conv {
    /// Holds `weight`, `[outputs, inputs, kernel, kernel]`.
    pub module: Module,
    /// The batch norm's module.
    pub norm: Module,
    /// Channels that go in.
    pub inputs: usize,
    /// Channels that come out.
    pub outputs: usize,
    /// Pixels a side; odd.
    pub kernel: usize,
    /// Pixels from one output's input to the next one's.
    pub stride: usize,
    /// What follows the norm, and in the last convolution of a residual block the addition.
    pub function: Function,
}

/// A square convolution of each channel by itself, without bias, padded by half its kernel, and its batch norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depthwise {
    /// Holds `weight`, `[channels, 1, kernel, kernel]`.
    pub module: Module,
    /// The batch norm's module.
    pub norm: Module,
    /// Channels that go in and come out.
    pub channels: usize,
    /// Pixels a side; odd.
    pub kernel: usize,
    /// Pixels from one output's input to the next one's.
    pub stride: usize,
    /// What follows the norm.
    pub function: Function,
}

/// A fully connected layer with a bias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// Holds `weight` and `bias`.
    pub module: Module,
    /// Values that go in.
    pub inputs: usize,
    /// Values that come out.
    pub outputs: usize,
    /// What follows.
    pub function: Function,
    /// Whether files keep its weight as that of a 1x1 convolution, `[outputs, inputs, 1, 1]`, or else as
    /// `[outputs, inputs]`.
    pub is_convolution: bool,
}

/// Squeeze-and-excitation, as a definition.
pub type SqueezeExcite = layers::SqueezeExcite<Linear>;
/// A group of layers, as a definition.
pub type Block = layers::Block<Conv, Depthwise, Linear>;
/// All layers of a classifier, as a definition.
pub type Layers = layers::Layers<Conv, Depthwise, Linear>;

/// A classifier: `[images, 3, height, width]` to `[images, CLASSES]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Its layers.
    pub layers: Layers,
    /// What every batch norm adds to the variance.
    pub epsilon: f64,
    /// What no definition tells.
    pub measured: Measured,
}

/// What was measured of a network because no definition tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Numbers in a GPU's memory for each pixel of an image, at the network's widest moment: what goes into a layer,
    /// what comes out of it, and what is carried past it.
    pub gpu_values_a_pixel: f64,
    /// The same by plain candle, whose batch norm makes several copies of what it is given.
    pub gpu_reference_values_a_pixel: f64,
    /// Numbers in the CPU engine's buffers for each pixel of an image.
    pub cpu_values_a_pixel: f64,
    /// Numbers of the weights as the CPU's kernels want them, for each parameter: for Winograd's tiles, up to four.
    pub cpu_packed_weights: f64,
    /// How many times longer than the optimized engine plain candle takes on a CPU.
    pub reference_slowdown: f64,
    /// How far a logit in TF32 or f16 may be from the reference engine's, over their root mean square: about ten times
    /// what PyTorch's differ from f64 when it rounds to the same format.
    pub half_tolerance: f32,
    /// The same in bfloat16.
    pub bf16_tolerance: f32,
}

/// The definition of a model.
pub fn network(model: Model) -> &'static Network {
    static RESNET18: LazyLock<Network> = LazyLock::new(resnet::resnet18);
    static RESNET34: LazyLock<Network> = LazyLock::new(resnet::resnet34);
    static RESNET50: LazyLock<Network> = LazyLock::new(resnet::resnet50);
    static MOBILENET_V2: LazyLock<Network> = LazyLock::new(mobilenet_v2::mobilenet_v2);
    static MOBILENET_V3_LARGE: LazyLock<Network> = LazyLock::new(mobilenet_v3::mobilenet_v3_large);
    match model {
        Model::ResNet18 => &RESNET18,
        Model::ResNet34 => &RESNET34,
        Model::ResNet50 => &RESNET50,
        Model::MobileNetV2 => &MOBILENET_V2,
        Model::MobileNetV3Large => &MOBILENET_V3_LARGE,
    }
}
