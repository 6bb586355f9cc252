//! M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks"
//! (2018), as `torchvision.models.mobilenet_v2` has it (width 1), and timm as `mobilenetv2_100`.

use super::{Block, CLASSES, Conv, Depthwise, Function, Layers, Linear, Measured, Module, Network};

/// Expansion, output channels, repeats, stride of the first: table 2 of the paper.
const STAGES: [(usize, usize, usize, usize); 7] =
    [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
/// Channels after the first convolution, and after the last.
const STEM: usize = 32;
const FEATURES: usize = 1280;
/// PyTorch's default.
const EPSILON: f64 = 1e-5;

/// A 3x3 stem, seventeen inverted residuals, a 1x1 convolution, a linear classifier.
pub(super) fn mobilenet_v2() -> Network {
    let mut blocks = Vec::with_capacity(17);
    let mut inputs = STEM;
    for (stage, (expansion, outputs, repeats, first_stride)) in STAGES.into_iter().enumerate() {
        for repeat in 0..repeats {
            let names = Names { torchvision: format!("features.{}.conv", blocks.len() + 1), stage, repeat };
            let stride = if repeat == 0 { first_stride } else { 1 };
            blocks.push(inverted_residual(&names, [inputs, inputs * expansion, outputs], stride));
            inputs = outputs;
        }
    }
    let classifier = Linear {
        module: Module::with_timm("classifier.1", "classifier"),
        inputs: FEATURES,
        outputs: CLASSES,
        function: Function::Identity,
        is_convolution: false,
    };
    let layers = Layers {
        stem: Conv {
            module: Module::with_timm("features.0.0", "conv_stem"),
            norm: Module::with_timm("features.0.1", "bn1"),
            inputs: 3,
            outputs: STEM,
            kernel: 3,
            stride: 2,
            function: Function::Relu6,
        },
        pool: false,
        blocks,
        head: Some(Conv {
            module: Module::with_timm("features.18.0", "conv_head"),
            norm: Module::with_timm("features.18.1", "bn2"),
            inputs,
            outputs: FEATURES,
            kernel: 1,
            stride: 1,
            function: Function::Relu6,
        }),
        hidden: None,
        classifier,
    };
    Network {
        layers,
        epsilon: EPSILON,
        // With the seeded weights, its logits are some twenty times as sensitive to rounding as ResNet18's.
        measured: Measured {
            gpu_values_a_pixel: 36.0,
            gpu_reference_values_a_pixel: 120.0,
            cpu_values_a_pixel: 12.0,
            cpu_packed_weights: 1.2,
            reference_slowdown: 16.0,
            half_tolerance: 4e-1,
            bf16_tolerance: 1.5,
        },
    }
}

/// Where a block stands, in the counting of both libraries.
struct Names {
    torchvision: String,
    stage: usize,
    repeat: usize,
}

impl Names {
    fn module(&self, torchvision: &str, timm: &str) -> Module {
        let Self { torchvision: block, stage, repeat } = self;
        Module::with_timm(format!("{block}.{torchvision}"), format!("blocks.{stage}.{repeat}.{timm}"))
    }
}

/// An inverted residual of these channels: in, between, out. The first of the network has no expansion.
fn inverted_residual(names: &Names, [inputs, wide, outputs]: [usize; 3], stride: usize) -> Block {
    let pointwise = |module, norm, inputs, outputs, function| Conv {
        module,
        norm,
        inputs,
        outputs,
        kernel: 1,
        stride: 1,
        function,
    };
    let depthwise =
        |module, norm| Depthwise { module, norm, channels: wide, kernel: 3, stride, function: Function::Relu6 };
    let residual = stride == 1 && inputs == outputs;
    if wide == inputs {
        let filter = depthwise(names.module("0.0", "conv_dw"), names.module("0.1", "bn1"));
        let (module, norm) = (names.module("1", "conv_pw"), names.module("2", "bn2"));
        let project = pointwise(module, norm, wide, outputs, Function::Identity);
        return Block::InvertedResidual { expand: None, depthwise: filter, excite: None, project, residual };
    }
    let (module, norm) = (names.module("0.0", "conv_pw"), names.module("0.1", "bn1"));
    let expand = pointwise(module, norm, inputs, wide, Function::Relu6);
    let filter = depthwise(names.module("1.0", "conv_dw"), names.module("1.1", "bn2"));
    let (module, norm) = (names.module("2", "conv_pwl"), names.module("3", "bn3"));
    let project = pointwise(module, norm, wide, outputs, Function::Identity);
    Block::InvertedResidual { expand: Some(expand), depthwise: filter, excite: None, project, residual }
}
