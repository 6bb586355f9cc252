//! MobileNetV2: M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, "MobileNetV2: Inverted Residuals and Linear
//! Bottlenecks" (2018), as `torchvision.models.mobilenet_v2` defines it (width 1).

use candle_core::{Module, Result, Tensor};
use candle_nn::{BatchNorm, Linear, ModuleT as _, VarBuilder};

use super::{CLASSES, ConvNorm, EPSILON, Geometry, average};

/// Expansion, output channels, repeats, stride of the first: table 2 of the paper.
pub(crate) const STAGES: [(usize, usize, usize, usize); 7] =
    [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
/// Channels after the last convolution.
const FEATURES: usize = 1280;

/// The network: a 3x3 stem, seventeen inverted residuals, a 1x1 convolution, a linear classifier.
#[derive(Debug)]
pub struct MobileNetV2 {
    stem: ConvNorm,
    blocks: Vec<InvertedResidual>,
    head: ConvNorm,
    classifier: Linear,
}

impl MobileNetV2 {
    /// Builds it from weights under torchvision's names.
    pub fn new(weights: &VarBuilder<'_>) -> Result<Self> {
        let features = weights.pp("features");
        let mut inputs = 32;
        let geometry = Geometry { inputs: 3, outputs: inputs, kernel: 3, stride: 2 };
        let stem = ConvNorm::new(geometry, features.pp("0.0"), features.pp("0.1"))?;
        let mut blocks = Vec::with_capacity(17);
        for (expansion, outputs, repeats, first_stride) in STAGES {
            for repeat in 0..repeats {
                let stride = if repeat == 0 { first_stride } else { 1 };
                let weights = features.pp(blocks.len() + 1).pp("conv");
                blocks.push(InvertedResidual::new(inputs, outputs, expansion, stride, &weights)?);
                inputs = outputs;
            }
        }
        let geometry = Geometry { inputs, outputs: FEATURES, kernel: 1, stride: 1 };
        let head = ConvNorm::new(geometry, features.pp("18.0"), features.pp("18.1"))?;
        let classifier = candle_nn::linear(FEATURES, CLASSES, weights.pp("classifier.1"))?;
        Ok(Self { stem, blocks, head, classifier })
    }
}

impl Module for MobileNetV2 {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let mut x = relu6(&self.stem.forward(input)?)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        let x = relu6(&self.head.forward(&x)?)?;
        self.classifier.forward(&average(&x)?)
    }
}

fn relu6(x: &Tensor) -> Result<Tensor> {
    x.clamp(0f32, 6f32)
}

/// Expand with a 1x1 convolution, filter each channel, project back with a 1x1 convolution; the input is carried past
/// where the shape stays.
#[derive(Debug)]
struct InvertedResidual {
    expand: Option<ConvNorm>,
    filter: Depthwise,
    project: ConvNorm,
    residual: bool,
}

impl InvertedResidual {
    fn new(inputs: usize, outputs: usize, expansion: usize, stride: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        let hidden = inputs * expansion;
        let pointwise = |inputs, outputs| Geometry { inputs, outputs, kernel: 1, stride: 1 };
        // Without an expansion, the layers that follow move up by one.
        let expand = (expansion != 1)
            .then(|| ConvNorm::new(pointwise(inputs, hidden), weights.pp("0.0"), weights.pp("0.1")))
            .transpose()?;
        let next = usize::from(expand.is_some());
        Ok(Self {
            expand,
            filter: Depthwise::new(hidden, stride, &weights.pp(next))?,
            project: ConvNorm::new(pointwise(hidden, outputs), weights.pp(next + 1), weights.pp(next + 2))?,
            residual: stride == 1 && inputs == outputs,
        })
    }
}

impl Module for InvertedResidual {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let x = match &self.expand {
            Some(expand) => &relu6(&expand.forward(input)?)?,
            None => input,
        };
        let x = relu6(&self.filter.forward(x)?)?;
        let x = self.project.forward(&x)?;
        if self.residual { x + input } else { Ok(x) }
    }
}

/// A 3x3 convolution of each channel by itself, and its batch norm.
#[derive(Debug)]
struct Depthwise {
    /// `[channels, 1, 3, 3]`.
    weight: Tensor,
    stride: usize,
    norm: BatchNorm,
}

impl Depthwise {
    fn new(channels: usize, stride: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        Ok(Self {
            weight: weights.pp("0").get((channels, 1, 3, 3), "weight")?,
            stride,
            norm: candle_nn::batch_norm(channels, EPSILON, weights.pp("1"))?,
        })
    }
}

impl Module for Depthwise {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let channels = self.weight.dim(0)?;
        let x = input.conv2d(&self.weight, 1, self.stride, 1, channels)?;
        self.norm.forward_t(&x, false)
    }
}
