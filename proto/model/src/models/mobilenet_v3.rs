//! A. Howard et al., "Searching for `MobileNetV3`" (2019), as `torchvision.models.mobilenet_v3_large` has it (width 1). timm's
//! network of this name has another epsilon and so other answers: its names are not taken for these.

use super::{Block, CLASSES, Conv, Depthwise, Function, Layers, Linear, Measured, Module, Network, SqueezeExcite};

/// Kernel, wide channels, output channels, squeeze-and-excitation, function, stride: table 1 of the paper.
const BLOCKS: [(usize, usize, usize, bool, Function, usize); 15] = [
    (3, 16, 16, false, Function::Relu, 1),
    (3, 64, 24, false, Function::Relu, 2),
    (3, 72, 24, false, Function::Relu, 1),
    (5, 72, 40, true, Function::Relu, 2),
    (5, 120, 40, true, Function::Relu, 1),
    (5, 120, 40, true, Function::Relu, 1),
    (3, 240, 80, false, Function::HardSwish, 2),
    (3, 200, 80, false, Function::HardSwish, 1),
    (3, 184, 80, false, Function::HardSwish, 1),
    (3, 184, 80, false, Function::HardSwish, 1),
    (3, 480, 112, true, Function::HardSwish, 1),
    (3, 672, 112, true, Function::HardSwish, 1),
    (5, 672, 160, true, Function::HardSwish, 2),
    (5, 960, 160, true, Function::HardSwish, 1),
    (5, 960, 160, true, Function::HardSwish, 1),
];
/// Channels after the first convolution, after the last, and values of the hidden layer.
const STEM: usize = 16;
const FEATURES: usize = 960;
const HIDDEN: usize = 1280;
/// torchvision's, for this network alone.
const EPSILON: f64 = 1e-3;

/// A 3x3 stem, fifteen inverted residuals, a 1x1 convolution, a classifier with a hidden layer.
pub(super) fn mobilenet_v3_large() -> Network {
    let mut blocks = Vec::with_capacity(BLOCKS.len());
    let mut inputs = STEM;
    for (index, (kernel, wide, outputs, excites, function, stride)) in BLOCKS.into_iter().enumerate() {
        let names = Names { block: format!("features.{}.block", index + 1) };
        let expands = wide != inputs;
        // Without an expansion, and without squeeze-and-excitation, the layers that follow move up by one.
        let filter = usize::from(expands);
        let project = filter + 1 + usize::from(excites);
        blocks.push(Block::InvertedResidual {
            expand: expands.then(|| names.conv(0, [inputs, wide], function)),
            depthwise: names.depthwise(filter, wide, [kernel, stride], function),
            excite: excites.then(|| names.squeeze_excite(filter + 1, wide)),
            project: names.conv(project, [wide, outputs], Function::Identity),
            residual: stride == 1 && inputs == outputs,
        });
        inputs = outputs;
    }
    let names = |index: usize| Names { block: format!("features.{index}") };
    let stem = Conv { kernel: 3, stride: 2, ..names(0).outer([3, STEM], Function::HardSwish) };
    let layers = Layers {
        stem,
        pool: false,
        head: Some(names(blocks.len() + 1).outer([inputs, FEATURES], Function::HardSwish)),
        blocks,
        hidden: Some(linear("classifier.0", [FEATURES, HIDDEN], Function::HardSwish)),
        classifier: linear("classifier.3", [HIDDEN, CLASSES], Function::Identity),
    };
    Network {
        layers,
        epsilon: EPSILON,
        // With the seeded weights, its logits are the most sensitive of all to rounding.
        measured: Measured {
            gpu_values_a_pixel: 31.0,
            gpu_reference_values_a_pixel: 100.0,
            cpu_values_a_pixel: 12.0,
            cpu_packed_weights: 1.2,
            reference_slowdown: 16.0,
            half_tolerance: 1.5,
            bf16_tolerance: 2.5,
        },
    }
}

fn linear(module: &str, [inputs, outputs]: [usize; 2], function: Function) -> Linear {
    Linear { module: Module::new(module), inputs, outputs, function, is_convolution: false }
}

/// The smallest multiple of eight that is no more than a tenth below a quarter of the channels.
fn squeezed(channels: usize) -> usize {
    let quarter = channels / 4;
    let nearest = (quarter + 4) / 8 * 8;
    if 10 * nearest < 9 * quarter { nearest + 8 } else { nearest.max(8) }
}

/// A group of layers by torchvision's name for it.
struct Names {
    block: String,
}

impl Names {
    fn module(&self, name: &str) -> Module {
        Module::new(format!("{}.{name}", self.block))
    }

    /// A 1x1 convolution that is the group itself.
    fn outer(&self, [inputs, outputs]: [usize; 2], function: Function) -> Conv {
        Conv { module: self.module("0"), norm: self.module("1"), inputs, outputs, kernel: 1, stride: 1, function }
    }

    /// A 1x1 convolution within it.
    fn conv(&self, index: usize, channels: [usize; 2], function: Function) -> Conv {
        Names { block: format!("{}.{index}", self.block) }.outer(channels, function)
    }

    fn depthwise(&self, index: usize, channels: usize, [kernel, stride]: [usize; 2], function: Function) -> Depthwise {
        let (module, norm) = (self.module(&format!("{index}.0")), self.module(&format!("{index}.1")));
        Depthwise { module, norm, channels, kernel, stride, function }
    }

    fn squeeze_excite(&self, index: usize, channels: usize) -> SqueezeExcite {
        let layer = |name: &str, [inputs, outputs]: [usize; 2], function| {
            let module = self.module(&format!("{index}.{name}"));
            Linear { module, inputs, outputs, function, is_convolution: true }
        };
        let fewer = squeezed(channels);
        SqueezeExcite {
            reduce: layer("fc1", [channels, fewer], Function::Relu),
            expand: layer("fc2", [fewer, channels], Function::HardSigmoid),
        }
    }
}
