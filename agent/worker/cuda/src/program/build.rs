//! Layer by layer from a network to a program.

use cotejo_network::{Block, Conv, Depthwise, Function, Linear, Network, SqueezeExcite};

use super::{
    ALIGNMENT, Buffer, Form, GATHERED_LIMIT, GATHERED_STEMS, Layout, Operation, Options, Precision, Program, Stem,
    Tensor,
};
use crate::error::{Error, Result};

impl<'a> Program<'a> {
    /// Translates a network.
    ///
    /// # Errors
    /// `Unsupported`: the layers do not fit each other or the kernels.
    pub(crate) fn new(network: &'a Network, options: &Options, form: Form) -> Result<Self> {
        let Options { images, height, width, precision } = *options;
        if images == 0 || height == 0 || width == 0 {
            return Err(Error::unsupported("there must be at least one image of at least one pixel"));
        }
        let multiplies = options.multiplies_classifier();
        let builder = Builder { images, precision, form, multiplies, operations: Vec::new(), sizes: Vec::new() };
        builder.build(network, height, width)
    }
}

struct Builder<'a> {
    images: usize,
    precision: Precision,
    form: Form,
    /// Whether the classifier is a product of matrices.
    multiplies: bool,
    operations: Vec<Operation<'a>>,
    /// Bytes of each buffer.
    sizes: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn build(mut self, network: &'a Network, height: usize, width: usize) -> Result<Program<'a>> {
        let input = self.input(&network.stem, height, width)?;
        // A filter can apply the function of its input while it loads it; cuDNN fuses nothing but ReLU.
        let defers = !network.pool
            && matches!(network.blocks.first(), Some(Block::InvertedResidual { expand: None, residual: false, .. }));
        let (kept, deferred) = if defers { split(network.stem.function) } else { (network.stem.function, None) };
        let mut at = self.convolution(&network.stem, kept, input, None)?;
        let mut before = deferred.unwrap_or(Function::Identity);
        if network.pool {
            let output = self.tensor(at.channels, halved(at.height), halved(at.width));
            self.operations.push(Operation::MaxPool { input: at, output });
            at = output;
        }
        for block in &network.blocks {
            at = self.block(block, at, std::mem::replace(&mut before, Function::Identity))?;
        }
        if let Some(head) = &network.head {
            at = self.convolution(head, Function::Identity, at, None)?;
            before = head.function;
        }
        // What a hidden layer gives is in f32, so that the own kernel goes on.
        let multiplied = self.multiplies && network.hidden.is_none();
        let mut values = self.means(before, multiplied, at);
        if let Some(hidden) = &network.hidden {
            values = self.linear(hidden, values)?;
        }
        let layer = &network.classifier;
        self.check_linear(layer, values)?;
        self.operations.push(Operation::Linear { layer, multiplied, input: values, output: None });
        Ok(self.placed(network.classifier.outputs))
    }

    /// Values in f32 that stand for whole images.
    fn values(&mut self, channels: usize) -> Tensor {
        Tensor { buffer: self.buffer(self.images * channels * 4), channels, height: 1, width: 1 }
    }

    fn means(&mut self, before: Function, narrow: bool, input: Tensor) -> Tensor {
        let output = self.values(input.channels);
        self.operations.push(Operation::Mean { before, narrow, input, output });
        output
    }

    fn check_linear(&self, layer: &Linear, input: Tensor) -> Result<()> {
        let fits = layer.inputs == input.channels
            && layer.inputs.is_multiple_of(self.precision.lanes())
            && layer.weight.len() == layer.inputs * layer.outputs
            && layer.bias.len() == layer.outputs;
        if fits { Ok(()) } else { Err(misfit(&layer.name)) }
    }

    fn linear(&mut self, layer: &'a Linear, input: Tensor) -> Result<Tensor> {
        self.check_linear(layer, input)?;
        let output = self.values(layer.outputs);
        self.operations.push(Operation::Linear { layer, multiplied: false, input, output: Some(output) });
        Ok(output)
    }

    fn squeeze_excite(&mut self, layer: &'a SqueezeExcite, input: Tensor) -> Result<Tensor> {
        let means = self.means(Function::Identity, false, input);
        let reduced = self.linear(&layer.reduce, means)?;
        let factors = self.linear(&layer.expand, reduced)?;
        if factors.channels != input.channels {
            return Err(misfit(&layer.expand.name));
        }
        let output = self.tensor(input.channels, input.height, input.width);
        self.operations.push(Operation::Excite { factors, input, output });
        Ok(output)
    }

    fn block(&mut self, block: &'a Block, input: Tensor, before: Function) -> Result<Tensor> {
        match block {
            Block::Basic { first, second, shortcut } => {
                let inner = self.convolution(first, first.function, input, None)?;
                let past = self.past(shortcut.as_ref(), input)?;
                self.convolution(second, second.function, inner, Some(past))
            }
            Block::Bottleneck { reduce, filter, expand, shortcut } => {
                let reduced = self.convolution(reduce, reduce.function, input, None)?;
                let filtered = self.convolution(filter, filter.function, reduced, None)?;
                let past = self.past(shortcut.as_ref(), input)?;
                self.convolution(expand, expand.function, filtered, Some(past))
            }
            Block::InvertedResidual { expand, depthwise, excite, project, residual } => {
                let (wide, before) = match expand {
                    Some(expand) => (self.convolution(expand, Function::Identity, input, None)?, expand.function),
                    None => (input, before),
                };
                let mut filtered = self.depthwise(depthwise, before, wide)?;
                if let Some(excite) = excite {
                    filtered = self.squeeze_excite(excite, filtered)?;
                }
                self.convolution(project, project.function, filtered, residual.then_some(input))
            }
        }
    }

    /// The way past a block.
    fn past(&mut self, shortcut: Option<&'a Conv>, input: Tensor) -> Result<Tensor> {
        shortcut.map_or(Ok(input), |shortcut| self.convolution(shortcut, shortcut.function, input, None))
    }

    fn convolution(
        &mut self,
        conv: &'a Conv,
        function: Function,
        input: Tensor,
        residual: Option<Tensor>,
    ) -> Result<Tensor> {
        let Conv { inputs, outputs, kernel, stride, .. } = *conv;
        let is_stem = self.operations.len() == 1;
        let gathered = is_stem && self.form.stem == Stem::Gathered;
        let channels = if is_stem { self.padded(inputs) } else { inputs };
        let fits = (channels == input.channels || gathered)
            && kernel % 2 == 1
            && (1..=2).contains(&stride)
            && outputs.is_multiple_of(self.precision.lanes())
            && conv.weight.len() == outputs * inputs * kernel * kernel
            && conv.bias.len() == outputs;
        if !fits {
            return Err(misfit(&conv.name));
        }
        let side = |side: usize| if gathered { side } else { (side - 1) / stride + 1 };
        let output = self.tensor(outputs, side(input.height), side(input.width));
        if residual.is_some_and(|past| Tensor { buffer: 0, ..past } != Tensor { buffer: 0, ..output }) {
            return Err(misfit(&conv.name));
        }
        self.operations.push(Operation::Convolution { conv, gathered, function, input, residual, output });
        Ok(output)
    }

    fn depthwise(&mut self, layer: &'a Depthwise, before: Function, input: Tensor) -> Result<Tensor> {
        let Depthwise { channels, kernel, stride, .. } = *layer;
        let fits = channels == input.channels
            && (1..=2).contains(&stride)
            && matches!(kernel, 3 | 5)
            && layer.weight.len() == channels * kernel * kernel
            && layer.bias.len() == channels;
        if !fits {
            return Err(misfit(&layer.name));
        }
        let side = |side: usize| (side - 1) / stride + 1;
        let output = self.tensor(channels, side(input.height), side(input.width));
        self.operations.push(Operation::Depthwise { layer, before, input, output });
        Ok(output)
    }

    /// The images, as the stem wants them.
    fn input(&mut self, stem: &'a Conv, height: usize, width: usize) -> Result<Tensor> {
        if self.form.stem == Stem::Arranged {
            let output = self.tensor(self.padded(stem.inputs), height, width);
            self.operations.push(Operation::Arrange { channels: stem.inputs, output });
            return Ok(output);
        }
        let taps = (stem.kernel * stem.kernel).next_multiple_of(self.precision.lanes());
        let side = |side: usize| (side - 1) / stem.stride + 1;
        let (channels, rows, columns) = (stem.inputs * taps, side(height), side(width));
        let known = GATHERED_STEMS.contains(&(stem.kernel, stem.stride)) && self.form.layout == Layout::ChannelsLast;
        if !known || self.images * rows * columns * channels * self.precision.bytes() > GATHERED_LIMIT {
            return Err(Error::unsupported("the input of this stem is not gathered"));
        }
        let output = self.tensor(channels, rows, columns);
        self.operations.push(Operation::Gather { stem, height, width, output });
        Ok(output)
    }

    /// Channels of the network's input: tensor cores take them in vectors.
    fn padded(&self, channels: usize) -> usize {
        match (self.form.layout, self.precision) {
            (Layout::ChannelsFirst, _) | (_, Precision::F32) => channels,
            (Layout::ChannelsLast, precision) => channels.next_multiple_of(precision.lanes()),
        }
    }

    fn tensor(&mut self, channels: usize, height: usize, width: usize) -> Tensor {
        let buffer = self.buffer(self.images * channels * height * width * self.precision.bytes());
        Tensor { buffer, channels, height, width }
    }

    fn buffer(&mut self, bytes: usize) -> usize {
        self.sizes.push(bytes);
        self.sizes.len() - 1
    }

    /// Places each buffer at the lowest offset where it meets none that lives at the same time.
    fn placed(self, classes: usize) -> Program<'a> {
        let lives = lives(&self.operations, self.sizes.len());
        let mut buffers: Vec<Buffer> = Vec::with_capacity(self.sizes.len());
        for (index, bytes) in self.sizes.iter().enumerate() {
            let bytes = bytes.next_multiple_of(ALIGNMENT);
            let mut taken: Vec<Buffer> = (0..index)
                .filter(|other| lives[*other].0 <= lives[index].1 && lives[index].0 <= lives[*other].1)
                .map(|other| buffers[other])
                .collect();
            taken.sort_by_key(|buffer| buffer.offset);
            let mut offset = 0;
            for other in taken {
                if offset + bytes <= other.offset {
                    break;
                }
                offset = offset.max(other.offset + other.bytes);
            }
            buffers.push(Buffer { offset, bytes });
        }
        let arena_bytes = buffers.iter().map(|buffer| buffer.offset + buffer.bytes).max().unwrap_or(0);
        Program { operations: self.operations, buffers, arena_bytes, classes }
    }
}

/// The first operation that writes each buffer and the last that reads it.
pub(super) fn lives(operations: &[Operation<'_>], buffers: usize) -> Vec<(usize, usize)> {
    let mut lives = vec![(usize::MAX, 0); buffers];
    for (index, operation) in operations.iter().enumerate() {
        for tensor in operation.reads().into_iter().chain([operation.writes()]).flatten() {
            let (first, last) = &mut lives[tensor.buffer];
            *first = index.min(*first);
            *last = index.max(*last);
        }
    }
    lives
}

/// What a convolution does itself of its function, and what is left to the layer that loads its output.
fn split(function: Function) -> (Function, Option<Function>) {
    match function {
        fused @ (Function::Identity | Function::Relu) => (fused, None),
        deferred => (Function::Identity, Some(deferred)),
    }
}

fn halved(side: usize) -> usize {
    (side - 1) / 2 + 1
}

fn misfit(layer: &str) -> Error {
    Error::unsupported(format!("layer {layer} does not fit the layers around it, or the GPU engine's kernels"))
}
