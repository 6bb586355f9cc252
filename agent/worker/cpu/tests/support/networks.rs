//! Networks of both families with random weights.

use super::engine::{Block, Function, Linear, Network};
use super::random::Random;

/// A fully connected layer.
fn linear(random: &mut Random, name: &str, inputs: usize, outputs: usize) -> Linear {
    let weight = random.values(inputs * outputs, (6.0 / inputs as f32).sqrt());
    Linear { name: name.to_owned(), inputs, outputs, weight, bias: random.values(outputs, 0.2) }
}

/// A 7x7 stem, a maximum, blocks of two 3x3 convolutions. A block is its channels and its stride.
pub(crate) fn basic(random: &mut Random, stem: usize, blocks: &[(usize, usize)], classes: usize) -> Network {
    let first = random.conv("conv1", [3, stem], [7, 2], Function::Relu);
    let mut inputs = stem;
    let mut layers = Vec::new();
    for (index, &(outputs, stride)) in blocks.iter().enumerate() {
        let name = |part| format!("layer{index}.{part}");
        let changes = stride != 1 || inputs != outputs;
        layers.push(Block::Basic {
            first: random.conv(&name("conv1"), [inputs, outputs], [3, stride], Function::Relu),
            second: random.conv(&name("conv2"), [outputs, outputs], [3, 1], Function::Relu),
            shortcut: changes
                .then(|| random.conv(&name("downsample"), [inputs, outputs], [1, stride], Function::Identity)),
        });
        inputs = outputs;
    }
    let classifier = linear(random, "fc", inputs, classes);
    Network { stem: first, pool: true, blocks: layers, head: None, classifier }
}

/// A 3x3 stem, inverted residuals, a head. A block is its wide channels, those that come out, and its stride; the wide
/// ones of the first are the stem's. What can be carried past a block is.
pub(crate) fn inverted(
    random: &mut Random,
    blocks: &[(usize, usize, usize)],
    head: Option<usize>,
    classes: usize,
) -> Network {
    let stem = random.conv("features.0", [3, blocks[0].0], [3, 2], Function::Relu6);
    let mut inputs = blocks[0].0;
    let mut layers = Vec::new();
    for (index, &(wide, outputs, stride)) in blocks.iter().enumerate() {
        let name = |part| format!("features.{}.conv.{part}", index + 1);
        layers.push(Block::InvertedResidual {
            expand: (index > 0).then(|| random.conv(&name(0), [inputs, wide], [1, 1], Function::Relu6)),
            depthwise: random.depthwise(&name(1), wide, stride, Function::Relu6),
            project: random.conv(&name(2), [wide, outputs], [1, 1], Function::Identity),
            residual: index > 0 && stride == 1 && inputs == outputs,
        });
        inputs = outputs;
    }
    let head = head.map(|outputs| random.conv("head", [inputs, outputs], [1, 1], Function::Relu6));
    let classifier = linear(random, "classifier", head.as_ref().map_or(inputs, |head| head.outputs), classes);
    Network { stem, pool: false, blocks: layers, head, classifier }
}
