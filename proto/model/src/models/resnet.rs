//! K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition" (2015), as `torchvision.models` has
//! it. timm names its weights alike.

use super::{Block, CLASSES, Conv, Function, Layers, Linear, Measured, Module, Network};

/// Channels of the four stages, before any expansion.
const STAGES: [usize; 4] = [64, 128, 256, 512];
/// PyTorch's default.
const EPSILON: f64 = 1e-5;

/// `torchvision.models.resnet18`.
pub(super) fn resnet18() -> Network {
    let measured = Measured {
        gpu_values_a_pixel: 24.0,
        gpu_reference_values_a_pixel: 80.0,
        cpu_values_a_pixel: 24.0,
        cpu_packed_weights: 4.0,
        reference_slowdown: 6.0,
        half_tolerance: 4e-2,
        bf16_tolerance: 2e-1,
    };
    network(Kind::Basic, [2, 2, 2, 2], measured)
}

/// `torchvision.models.resnet34`.
pub(super) fn resnet34() -> Network {
    let measured = Measured {
        gpu_values_a_pixel: 24.0,
        gpu_reference_values_a_pixel: 80.0,
        cpu_values_a_pixel: 24.0,
        cpu_packed_weights: 4.0,
        reference_slowdown: 6.0,
        half_tolerance: 5e-2,
        bf16_tolerance: 4e-1,
    };
    network(Kind::Basic, [3, 4, 6, 3], measured)
}

/// `torchvision.models.resnet50`; as everywhere since 2016, a block's stride is that of its 3x3 convolution.
pub(super) fn resnet50() -> Network {
    let measured = Measured {
        gpu_values_a_pixel: 55.0,
        gpu_reference_values_a_pixel: 180.0,
        cpu_values_a_pixel: 60.0,
        cpu_packed_weights: 4.0,
        reference_slowdown: 6.0,
        half_tolerance: 6e-2,
        bf16_tolerance: 4e-1,
    };
    network(Kind::Bottleneck, [3, 4, 6, 3], measured)
}

/// Which blocks a network is made of.
#[derive(Clone, Copy)]
enum Kind {
    Basic,
    Bottleneck,
}

impl Kind {
    /// How many times a stage's channels come out of its blocks.
    fn expansion(self) -> usize {
        match self {
            Self::Basic => 1,
            Self::Bottleneck => 4,
        }
    }
}

/// A 7x7 stem, a maximum, four stages of this many blocks, a linear classifier.
fn network(kind: Kind, blocks: [usize; 4], measured: Measured) -> Network {
    let stem = conv(["conv1", "bn1"], [3, STAGES[0]], [7, 2], Function::Relu);
    let mut inputs = stem.outputs;
    let mut all = Vec::new();
    for (stage, (width, count)) in STAGES.into_iter().zip(blocks).enumerate() {
        let outputs = width * kind.expansion();
        for index in 0..count {
            let stride = if stage > 0 && index == 0 { 2 } else { 1 };
            let name = format!("layer{}.{index}", stage + 1);
            all.push(match kind {
                Kind::Basic => basic(&name, [inputs, outputs], stride),
                Kind::Bottleneck => bottleneck(&name, [inputs, width, outputs], stride),
            });
            inputs = outputs;
        }
    }
    let classifier = Linear {
        module: Module::new("fc"),
        inputs,
        outputs: CLASSES,
        function: Function::Identity,
        is_convolution: false,
    };
    let layers = Layers { stem, pool: true, blocks: all, head: None, hidden: None, classifier };
    Network { layers, epsilon: EPSILON, measured }
}

fn basic(name: &str, [inputs, outputs]: [usize; 2], stride: usize) -> Block {
    Block::Basic {
        first: within(name, ["conv1", "bn1"], [inputs, outputs], [3, stride], Function::Relu),
        second: within(name, ["conv2", "bn2"], [outputs, outputs], [3, 1], Function::Relu),
        shortcut: shortcut(name, [inputs, outputs], stride),
    }
}

/// A block of these channels: in, between, out.
fn bottleneck(name: &str, [inputs, width, outputs]: [usize; 3], stride: usize) -> Block {
    Block::Bottleneck {
        reduce: within(name, ["conv1", "bn1"], [inputs, width], [1, 1], Function::Relu),
        filter: within(name, ["conv2", "bn2"], [width, width], [3, stride], Function::Relu),
        expand: within(name, ["conv3", "bn3"], [width, outputs], [1, 1], Function::Relu),
        shortcut: shortcut(name, [inputs, outputs], stride),
    }
}

/// The way past a block, where its output has another shape than its input.
fn shortcut(name: &str, [inputs, outputs]: [usize; 2], stride: usize) -> Option<Conv> {
    let changes = stride != 1 || inputs != outputs;
    let names = ["downsample.0", "downsample.1"];
    changes.then(|| within(name, names, [inputs, outputs], [1, stride], Function::Identity))
}

/// A convolution of the block with this name.
fn within(block: &str, names: [&str; 2], channels: [usize; 2], shape: [usize; 2], function: Function) -> Conv {
    let [module, norm] = names.map(|name| format!("{block}.{name}"));
    conv([&module, &norm], channels, shape, function)
}

/// A convolution by the names of its module and its norm, its channels in and out, its kernel and its stride.
fn conv(
    [module, norm]: [&str; 2],
    [inputs, outputs]: [usize; 2],
    [kernel, stride]: [usize; 2],
    function: Function,
) -> Conv {
    Conv { module: Module::new(module), norm: Module::new(norm), inputs, outputs, kernel, stride, function }
}
