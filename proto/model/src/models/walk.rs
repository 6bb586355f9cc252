//! A network's layers one after the other, and what follows from their shapes.

use super::{Block, Conv, Depthwise, Layers, Linear, Module, Network, SqueezeExcite};

/// A layer with weights.
#[derive(Debug, Clone, Copy)]
pub enum Layer<'a> {
    /// A convolution and its norm.
    Conv(&'a Conv),
    /// A convolution of each channel and its norm.
    Depthwise(&'a Depthwise),
    /// A fully connected layer.
    Linear(&'a Linear),
}

/// A tensor that a network is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// torchvision's name for it.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
}

/// The tensors of a batch norm, each with one number per channel.
const NORM: [&str; 4] = ["weight", "bias", "running_mean", "running_var"];

impl<'a> Layer<'a> {
    /// Multiply-accumulates for each pixel that comes out.
    pub fn macs_a_pixel(&self) -> usize {
        match self {
            Self::Conv(conv) => conv.inputs * conv.outputs * conv.kernel * conv.kernel,
            Self::Depthwise(layer) => layer.channels * layer.kernel * layer.kernel,
            Self::Linear(layer) => layer.inputs * layer.outputs,
        }
    }

    /// Channels that come out.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Conv(conv) => conv.outputs,
            Self::Depthwise(layer) => layer.channels,
            Self::Linear(layer) => layer.outputs,
        }
    }

    fn modules(self) -> Vec<&'a Module> {
        match self {
            Self::Conv(conv) => vec![&conv.module, &conv.norm],
            Self::Depthwise(layer) => vec![&layer.module, &layer.norm],
            Self::Linear(layer) => vec![&layer.module],
        }
    }

    /// Calls back for each tensor: the module's name, the tensor's own, its dimensions.
    fn parameters(&self, mut each: impl FnMut(&str, &str, &[usize])) {
        match self {
            Self::Conv(conv) => {
                each(&conv.module.name, "weight", &[conv.outputs, conv.inputs, conv.kernel, conv.kernel]);
                for tensor in &NORM {
                    each(&conv.norm.name, tensor, &[conv.outputs]);
                }
            }
            Self::Depthwise(layer) => {
                each(&layer.module.name, "weight", &[layer.channels, 1, layer.kernel, layer.kernel]);
                for tensor in &NORM {
                    each(&layer.norm.name, tensor, &[layer.channels]);
                }
            }
            Self::Linear(layer) => {
                let shape = [layer.outputs, layer.inputs, 1, 1];
                each(&layer.module.name, "weight", if layer.is_convolution { &shape } else { &shape[..2] });
                each(&layer.module.name, "bias", &[layer.outputs]);
            }
        }
    }
}

/// Follows the side of square feature maps through a network.
struct Walk<F> {
    side: u64,
    visit: F,
}

impl<'a, F: FnMut(Layer<'a>, [u64; 2])> Walk<F> {
    /// A layer that keeps or shrinks the image.
    fn layer(&mut self, layer: Layer<'a>, stride: usize) {
        let before = self.side;
        self.side = shrunk(before, stride);
        (self.visit)(layer, [before, self.side]);
    }

    fn conv(&mut self, conv: &'a Conv) {
        self.layer(Layer::Conv(conv), conv.stride);
    }

    /// A layer of values that stand for the whole image.
    fn linear(&mut self, layer: &'a Linear) {
        (self.visit)(Layer::Linear(layer), [1, 1]);
    }

    fn block(&mut self, block: &'a Block) {
        match block {
            Block::Basic { first, second, shortcut } => {
                let before = self.side;
                self.conv(first);
                self.conv(second);
                self.shortcut(shortcut.as_ref(), before);
            }
            Block::Bottleneck { reduce, filter, expand, shortcut } => {
                let before = self.side;
                self.conv(reduce);
                self.conv(filter);
                self.conv(expand);
                self.shortcut(shortcut.as_ref(), before);
            }
            Block::InvertedResidual { expand, depthwise, excite, project, residual: _ } => {
                if let Some(expand) = expand {
                    self.conv(expand);
                }
                self.layer(Layer::Depthwise(depthwise), depthwise.stride);
                if let Some(SqueezeExcite { reduce, expand }) = excite {
                    self.linear(reduce);
                    self.linear(expand);
                }
                self.conv(project);
            }
        }
    }

    /// The way past a block whose input has this side; it ends where the block does.
    fn shortcut(&mut self, shortcut: Option<&'a Conv>, before: u64) {
        if let Some(shortcut) = shortcut {
            self.side = before;
            self.conv(shortcut);
        }
    }
}

/// The side of an image after a layer that is padded by half its kernel.
fn shrunk(side: u64, stride: usize) -> u64 {
    (side - 1) / stride as u64 + 1
}

impl Network {
    /// Calls back for each layer, of a square image of this many pixels a side, with the sides of the feature maps before
    /// and after it.
    pub fn walk<'a>(&'a self, size: u64, visit: impl FnMut(Layer<'a>, [u64; 2])) {
        let Layers { stem, pool, blocks, head, hidden, classifier } = &self.layers;
        let mut walk = Walk { side: size, visit };
        walk.conv(stem);
        if *pool {
            walk.side = shrunk(walk.side, 2);
        }
        for block in blocks {
            walk.block(block);
        }
        if let Some(head) = head {
            walk.conv(head);
        }
        for layer in hidden.iter().chain([classifier]) {
            walk.linear(layer);
        }
    }

    /// Every tensor that the network is built from.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        self.walk(1, |layer, _| {
            layer.parameters(|module, tensor, shape| {
                parameters.push(Parameter { name: format!("{module}.{tensor}"), shape: shape.to_vec() });
            });
        });
        parameters
    }

    /// Numbers in all tensors, batch-norm statistics included.
    pub fn parameter_count(&self) -> u64 {
        let mut count = 0;
        self.walk(1, |layer, _| layer.parameters(|_, _, shape| count += shape.iter().product::<usize>() as u64));
        count
    }

    /// The modules that hold the weights.
    pub fn modules(&self) -> Vec<&Module> {
        let mut modules = Vec::new();
        self.walk(1, |layer, _| modules.extend(layer.modules()));
        modules
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::models::{Block, Conv, Layer, Layers, SqueezeExcite, network};
    use crate::workload::Model;

    #[test]
    fn parameters_are_as_many_as_torchvision_has() {
        // Of `state_dict()`, without the counters of batches.
        for (model, tensors, numbers) in [
            (Model::ResNet18, 102, 11_699_112),
            (Model::ResNet34, 182, 21_814_696),
            (Model::ResNet50, 267, 25_610_152),
            (Model::MobileNetV2, 262, 3_538_984),
            (Model::MobileNetV3Large, 266, 5_507_432),
        ] {
            let network = network(model);
            assert_eq!((network.parameters().len(), network.parameter_count()), (tensors, numbers), "{model}");
        }
    }

    #[test]
    fn every_layer_takes_what_the_one_before_gives() {
        for model in Model::ALL {
            let network = network(*model);
            let mut names = HashSet::new();
            network.walk(224, |layer, [before, after]| {
                assert!(layer.modules().iter().all(|module| names.insert(module.name.clone())), "{model}: {layer:?}");
                let stride = if let Layer::Conv(conv) = layer { conv.stride } else { 1 };
                assert!(stride == 1 || after == before.div_ceil(stride as u64), "{model}: {layer:?}");
            });
            let Layers { stem, blocks, head, hidden, classifier, .. } = &network.layers;
            let channels = blocks.iter().fold(stem.outputs, block_outputs);
            let features = head.as_ref().map_or(channels, |head| head.outputs);
            assert!(hidden.as_ref().is_none_or(|hidden| hidden.inputs == features), "{model}");
            assert_eq!(classifier.inputs, hidden.as_ref().map_or(features, |hidden| hidden.outputs), "{model}");
        }
    }

    /// Channels that come out of a block, whose layers must fit each other.
    fn block_outputs(channels: usize, block: &Block) -> usize {
        let past =
            |shortcut: &Option<Conv>| shortcut.as_ref().map_or((channels, 1), |past| (past.outputs, past.stride));
        match block {
            Block::Basic { first, second, shortcut } => {
                assert_eq!((first.inputs, second.inputs), (channels, first.outputs));
                assert_eq!(past(shortcut), (second.outputs, first.stride));
                second.outputs
            }
            Block::Bottleneck { reduce, filter, expand, shortcut } => {
                assert_eq!((reduce.inputs, filter.inputs), (channels, reduce.outputs));
                assert_eq!(expand.inputs, filter.outputs);
                assert_eq!(past(shortcut), (expand.outputs, filter.stride));
                expand.outputs
            }
            Block::InvertedResidual { expand, depthwise, excite, project, residual } => {
                let wide = expand.as_ref().map_or(channels, |expand| expand.outputs);
                assert_eq!((depthwise.channels, project.inputs), (wide, wide));
                if let Some(SqueezeExcite { reduce, expand }) = excite {
                    assert_eq!((reduce.inputs, reduce.outputs), (wide, expand.inputs));
                    assert_eq!(expand.outputs, wide);
                }
                assert!(!residual || (project.outputs == channels && depthwise.stride == 1));
                project.outputs
            }
        }
    }
}
