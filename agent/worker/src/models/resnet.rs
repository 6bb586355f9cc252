//! ResNet18: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition" (2015), as
//! `torchvision.models.resnet18` defines it.

use candle_core::{Module, Result, Tensor};
use candle_nn::{Linear, VarBuilder};

use super::{CLASSES, ConvNorm, Geometry, average};

/// The network: a 7x7 stem, four stages of two basic blocks, a linear classifier.
#[derive(Debug)]
pub struct ResNet18 {
    stem: ConvNorm,
    blocks: Vec<BasicBlock>,
    classifier: Linear,
}

impl ResNet18 {
    /// Builds it from weights under torchvision's names.
    pub fn new(weights: &VarBuilder<'_>) -> Result<Self> {
        let geometry = Geometry { inputs: 3, outputs: 64, kernel: 7, stride: 2 };
        let stem = ConvNorm::new(geometry, weights.pp("conv1"), weights.pp("bn1"))?;
        let mut blocks = Vec::with_capacity(8);
        let mut inputs = 64;
        for (stage, outputs) in [64, 128, 256, 512].into_iter().enumerate() {
            for block in 0..2 {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let weights = weights.pp(format!("layer{}.{block}", stage + 1));
                blocks.push(BasicBlock::new(inputs, outputs, stride, &weights)?);
                inputs = outputs;
            }
        }
        let classifier = candle_nn::linear(512, CLASSES, weights.pp("fc"))?;
        Ok(Self { stem, blocks, classifier })
    }
}

impl Module for ResNet18 {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let mut x = max_pool(&self.stem.forward(input)?.relu()?)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        self.classifier.forward(&average(&x)?)
    }
}

/// 3x3, stride 2, padding 1. torchvision pads with minus infinity; after a `ReLU`, zeros give the same maximum.
fn max_pool(x: &Tensor) -> Result<Tensor> {
    x.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?.max_pool2d_with_stride(3, 2)
}

/// Two 3x3 convolutions around which the input is carried past, through a 1x1 convolution where the shape changes.
#[derive(Debug)]
struct BasicBlock {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
}

impl BasicBlock {
    fn new(inputs: usize, outputs: usize, stride: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        let first = Geometry { inputs, outputs, kernel: 3, stride };
        let second = Geometry { inputs: outputs, outputs, kernel: 3, stride: 1 };
        let shortcut = Geometry { kernel: 1, ..first };
        Ok(Self {
            first: ConvNorm::new(first, weights.pp("conv1"), weights.pp("bn1"))?,
            second: ConvNorm::new(second, weights.pp("conv2"), weights.pp("bn2"))?,
            shortcut: (stride != 1 || inputs != outputs)
                .then(|| ConvNorm::new(shortcut, weights.pp("downsample.0"), weights.pp("downsample.1")))
                .transpose()?,
        })
    }
}

impl Module for BasicBlock {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let x = self.first.forward(input)?.relu()?;
        let x = self.second.forward(&x)?;
        match &self.shortcut {
            Some(shortcut) => (x + shortcut.forward(input)?)?.relu(),
            None => (x + input)?.relu(),
        }
    }
}
