//! Networks of every family with random weights.

use crate::random::Random;
use cotejo_network::{Block, Conv, Function, Network};

/// The way past a block where its output has another shape than its input.
fn shortcut(random: &mut Random, name: &str, [inputs, outputs]: [usize; 2], stride: usize) -> Option<Conv> {
    let changes = stride != 1 || inputs != outputs;
    changes.then(|| random.conv(&format!("{name}.downsample"), [inputs, outputs], [1, stride], Function::Identity))
}

/// A 7x7 stem, a maximum, blocks of two 3x3 convolutions. A block is its channels and its stride.
pub fn basic(random: &mut Random, stem: usize, blocks: &[(usize, usize)], classes: usize) -> Network {
    let first = random.conv("conv1", [3, stem], [7, 2], Function::Relu);
    let mut inputs = stem;
    let mut layers = Vec::new();
    for (index, &(outputs, stride)) in blocks.iter().enumerate() {
        let name = |part| format!("layer{index}.{part}");
        layers.push(Block::Basic {
            first: random.conv(&name("conv1"), [inputs, outputs], [3, stride], Function::Relu),
            second: random.conv(&name("conv2"), [outputs, outputs], [3, 1], Function::Relu),
            shortcut: shortcut(random, &format!("layer{index}"), [inputs, outputs], stride),
        });
        inputs = outputs;
    }
    let classifier = random.linear("fc", [inputs, classes], Function::Identity);
    Network { stem: first, pool: true, blocks: layers, head: None, hidden: None, classifier }
}

/// A 7x7 stem, a maximum, blocks of 1x1, 3x3 and 1x1 convolutions. A block is the channels within it, those that come out,
/// and its stride.
pub fn bottleneck(random: &mut Random, stem: usize, blocks: &[(usize, usize, usize)], classes: usize) -> Network {
    let first = random.conv("conv1", [3, stem], [7, 2], Function::Relu);
    let mut inputs = stem;
    let mut layers = Vec::new();
    for (index, &(width, outputs, stride)) in blocks.iter().enumerate() {
        let name = |part| format!("layer{index}.{part}");
        layers.push(Block::Bottleneck {
            reduce: random.conv(&name("conv1"), [inputs, width], [1, 1], Function::Relu),
            filter: random.conv(&name("conv2"), [width, width], [3, stride], Function::Relu),
            expand: random.conv(&name("conv3"), [width, outputs], [1, 1], Function::Relu),
            shortcut: shortcut(random, &format!("layer{index}"), [inputs, outputs], stride),
        });
        inputs = outputs;
    }
    let classifier = random.linear("fc", [inputs, classes], Function::Identity);
    Network { stem: first, pool: true, blocks: layers, head: None, hidden: None, classifier }
}

/// A 3x3 stem, inverted residuals, a head. A block is its wide channels, those that come out, and its stride; the wide
/// ones of the first are the stem's. What can be carried past a block is.
pub fn inverted(random: &mut Random, blocks: &[(usize, usize, usize)], head: Option<usize>, classes: usize) -> Network {
    let stem = random.conv("features.0", [3, blocks[0].0], [3, 2], Function::Relu6);
    let mut inputs = blocks[0].0;
    let mut layers = Vec::new();
    for (index, &(wide, outputs, stride)) in blocks.iter().enumerate() {
        let name = |part| format!("features.{}.conv.{part}", index + 1);
        layers.push(Block::InvertedResidual {
            expand: (index > 0).then(|| random.conv(&name(0), [inputs, wide], [1, 1], Function::Relu6)),
            depthwise: random.depthwise(&name(1), wide, [3, stride], Function::Relu6),
            excite: None,
            project: random.conv(&name(2), [wide, outputs], [1, 1], Function::Identity),
            residual: index > 0 && stride == 1 && inputs == outputs,
        });
        inputs = outputs;
    }
    let head = head.map(|outputs| random.conv("head", [inputs, outputs], [1, 1], Function::Relu6));
    let features = head.as_ref().map_or(inputs, |head| head.outputs);
    let classifier = random.linear("classifier", [features, classes], Function::Identity);
    Network { stem, pool: false, blocks: layers, head, hidden: None, classifier }
}

/// An inverted residual as in `MobileNetV3`; the wide channels of the first are the stem's.
#[derive(Debug, Clone, Copy)]
pub struct Excited {
    /// Channels of the depthwise convolution.
    pub wide: usize,
    /// Channels that come out.
    pub outputs: usize,
    /// Side of the depthwise filter.
    pub kernel: usize,
    /// Stride of the depthwise filter.
    pub stride: usize,
    /// What follows the first two convolutions.
    pub function: Function,
    /// Values between the two layers of squeeze-and-excitation, if the block has it; the first never does.
    pub squeezed: Option<usize>,
}

/// A 3x3 stem, inverted residuals, a head and a hidden layer. What can be carried past a block is.
pub fn excited(random: &mut Random, blocks: &[Excited], [head, hidden]: [usize; 2], classes: usize) -> Network {
    let stem = random.conv("features.0", [3, blocks[0].wide], [3, 2], Function::HardSwish);
    let mut inputs = blocks[0].wide;
    let mut layers = Vec::new();
    for (index, &Excited { wide, outputs, kernel, stride, function, squeezed }) in blocks.iter().enumerate() {
        let name = |part| format!("features.{}.block.{part}", index + 1);
        let block = format!("features.{}.block", index + 1);
        let excite = squeezed.filter(|_| index > 0).map(|squeezed| random.squeeze_excite(&block, wide, squeezed));
        layers.push(Block::InvertedResidual {
            expand: (index > 0).then(|| random.conv(&name("0"), [inputs, wide], [1, 1], function)),
            depthwise: random.depthwise(&name("1"), wide, [kernel, stride], function),
            excite,
            project: random.conv(&name("2"), [wide, outputs], [1, 1], Function::Identity),
            residual: stride == 1 && inputs == outputs,
        });
        inputs = outputs;
    }
    let last = random.conv("head", [inputs, head], [1, 1], Function::HardSwish);
    let first = random.linear("classifier.0", [head, hidden], Function::HardSwish);
    let classifier = random.linear("classifier.3", [hidden, classes], Function::Identity);
    Network { stem, pool: false, blocks: layers, head: Some(last), hidden: Some(first), classifier }
}
