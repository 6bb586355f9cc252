//! What can be compiled: layers of the kinds that there are operations for, each of the shape that the one before gives,
//! and sizes that neither overflow nor leave the reach of 32-bit offsets.

use super::layout::Planes;
use super::{CompileError, Options};
use cotejo_network::{Block, Conv, Depthwise, Function, Linear, Network, SqueezeExcite};

/// Elements of one image's activation that 32-bit offsets reach.
const MOST_ELEMENTS: usize = u32::MAX as usize;
/// Elements of all activations together; the rest is for the operating system to say.
const MOST_IN_ALL: usize = 1 << 56;
const MOST_THREADS: usize = 1 << 16;

/// Whether this can be compiled.
pub(super) fn check(network: &Network, options: &Options) -> Result<(), CompileError> {
    let Options { images, height, width, threads, .. } = *options;
    if images == 0 || height == 0 || width == 0 || threads == 0 {
        return Err(CompileError::Empty);
    }
    if threads > MOST_THREADS {
        return Err(CompileError::Thread(std::io::Error::other(format!("{threads} are too many"))));
    }
    let mut shape = Shape { channels: Planes::CHANNELS, height, width, total: 0, values: 0, fits: true };
    shape.grow(Planes::CHANNELS);
    shape.network(network)?;
    // What stands for a whole image is one pixel; those of all images are one row.
    let values = images.checked_mul(shape.values.next_multiple_of(16));
    let fits = shape.fits
        && values.is_some_and(|values| values <= MOST_ELEMENTS)
        && shape.total.checked_mul(images).is_some_and(|total| total <= MOST_IN_ALL);
    if fits { Ok(()) } else { Err(CompileError::TooLarge { images, height, width }) }
}

fn unsupported(name: &str, reason: &'static str) -> CompileError {
    CompileError::Unsupported { layer: name.to_owned(), reason }
}

/// Fails for a layer.
fn require(holds: bool, name: &str, reason: &'static str) -> Result<(), CompileError> {
    if holds { Ok(()) } else { Err(unsupported(name, reason)) }
}

const CHANNELS: &str = "it takes another number of channels than the layer before gives";
const WEIGHTS: &str = "its weights or biases are not as many as its shape says";

/// The shape of an activation, from layer to layer, and whether all so far were small enough.
struct Shape {
    channels: usize,
    height: usize,
    width: usize,
    total: usize,
    /// The most values that a fully connected layer takes.
    values: usize,
    fits: bool,
}

impl Shape {
    /// Counts an activation of this height and width.
    fn grow(&mut self, channels: usize) {
        // More than any border adds.
        let sides = self.height.checked_add(8).zip(self.width.checked_add(8));
        let pixels = sides.and_then(|(height, width)| height.checked_mul(width));
        let elements = pixels.and_then(|pixels| pixels.checked_mul(channels.checked_next_multiple_of(16)?));
        match elements {
            Some(elements) if elements <= MOST_ELEMENTS => self.total = self.total.saturating_add(elements),
            _ => self.fits = false,
        }
    }

    fn halve(&mut self, stride: usize) {
        (self.height, self.width) = (self.height.div_ceil(stride), self.width.div_ceil(stride));
    }

    /// A convolution of what there is; gives what comes out.
    fn conv(&mut self, conv: &Conv) -> Result<(), CompileError> {
        require(conv.inputs == self.channels, &conv.name, CHANNELS)?;
        require(conv.outputs > 0, &conv.name, "it has no output channels")?;
        let terms = conv.inputs.checked_mul(conv.kernel * conv.kernel);
        let weights = terms.and_then(|terms| terms.checked_mul(conv.outputs));
        let whole = weights == Some(conv.weight.len()) && conv.bias.len() == conv.outputs;
        require(whole, &conv.name, WEIGHTS)?;
        self.channels = conv.outputs;
        self.halve(conv.stride);
        self.grow(conv.outputs);
        Ok(())
    }

    fn pointwise(&mut self, conv: &Conv) -> Result<(), CompileError> {
        require((conv.kernel, conv.stride) == (1, 1), &conv.name, "only 1x1 with stride 1 here")?;
        self.conv(conv)
    }

    fn depthwise(&mut self, layer: &Depthwise) -> Result<(), CompileError> {
        require(matches!(layer.stride, 1 | 2), &layer.name, "only stride 1 or 2")?;
        require(layer.channels == self.channels, &layer.name, CHANNELS)?;
        require(matches!(layer.kernel, 3 | 5), &layer.name, "only 3x3 and 5x5")?;
        require(layer.function != Function::HardSigmoid, &layer.name, "a hard sigmoid cannot follow a filter")?;
        let taps = layer.kernel * layer.kernel;
        let whole = layer.weight.len() == taps * layer.channels && layer.bias.len() == layer.channels;
        require(whole, &layer.name, WEIGHTS)?;
        self.halve(layer.stride);
        self.grow(layer.channels);
        Ok(())
    }

    fn network(&mut self, network: &Network) -> Result<(), CompileError> {
        let stem = &network.stem;
        let known = matches!((stem.inputs, stem.kernel, stem.stride), (Planes::CHANNELS, 3 | 7, 2));
        require(known, &stem.name, "the stem must be 3x3 or 7x7 of three channels with stride 2")?;
        self.conv(stem)?;
        let starts_fused =
            matches!(network.blocks.first(), Some(Block::InvertedResidual { expand: None, excite: None, .. }));
        let follows = "a maximum or an inverted residual without expansion must follow";
        require(network.pool != starts_fused, &stem.name, follows)?;
        if network.pool {
            // The zeros around the image must not be the greatest of a window.
            let bounded = matches!(stem.function, Function::Relu | Function::Relu6);
            require(bounded, &stem.name, "a maximum can only follow values that are not negative")?;
            self.halve(2);
        }
        network.blocks.iter().enumerate().try_for_each(|(index, block)| self.block(network, index, block))?;
        network.head.iter().try_for_each(|head| self.pointwise(head))?;
        let layers = network.hidden.iter().chain([&network.classifier]);
        let means = self.channels;
        layers.into_iter().try_fold(means, |values, layer| self.linear(layer, values)).map(|_| ())
    }

    /// A block at its place in the network.
    fn block(&mut self, network: &Network, index: usize, block: &Block) -> Result<(), CompileError> {
        match block {
            Block::Basic { first, second, shortcut } => {
                let before = index.checked_sub(1).map(|before| &network.blocks[before]);
                let placed = network.pool && !matches!(before, Some(Block::Bottleneck { .. }));
                require(placed, &first.name, "two 3x3 convolutions must follow a maximum or others of their kind")?;
                self.residual([first, second], shortcut.as_ref(), first.stride)
            }
            Block::Bottleneck { reduce, filter, expand, shortcut } => {
                require(network.pool, &reduce.name, "a bottleneck must follow a maximum or another block")?;
                require((reduce.kernel, reduce.stride) == (1, 1), &reduce.name, "only 1x1 with stride 1 here")?;
                require((expand.kernel, expand.stride) == (1, 1), &expand.name, "only 1x1 with stride 1 here")?;
                self.residual([reduce, filter, expand], shortcut.as_ref(), filter.stride)
            }
            Block::InvertedResidual { expand, depthwise, excite, project, residual } => {
                let name = &depthwise.name;
                require(!network.pool, name, "an inverted residual cannot follow a maximum")?;
                let placed = expand.is_some() == (index > 0);
                require(placed, name, "only the first inverted residual may be without expansion")?;
                let before = (self.channels, self.height, self.width);
                expand.iter().try_for_each(|expand| self.pointwise(expand))?;
                self.depthwise(depthwise)?;
                excite.iter().try_for_each(|excite| self.squeeze_excite(excite))?;
                self.pointwise(project)?;
                let same = before == (self.channels, self.height, self.width);
                require(!residual || same, &project.name, "what is added to it has another shape")
            }
        }
    }

    fn squeeze_excite(&mut self, layer: &SqueezeExcite) -> Result<(), CompileError> {
        let reduced = self.linear(&layer.reduce, self.channels)?;
        let factors = self.linear(&layer.expand, reduced)?;
        require(factors == self.channels, &layer.expand.name, "its outputs are not as many as there are channels")
    }

    /// Convolutions around which the input is carried past; one of them has the stride.
    fn residual<const LAYERS: usize>(
        &mut self,
        layers: [&Conv; LAYERS],
        shortcut: Option<&Conv>,
        stride: usize,
    ) -> Result<(), CompileError> {
        for conv in layers.into_iter().chain(shortcut) {
            let known = matches!((conv.kernel, conv.stride), (1 | 3, 1 | 2));
            require(known, &conv.name, "only 1x1 and 3x3 with stride 1 or 2")?;
        }
        let last = layers[LAYERS - 1];
        require(last.stride == 1, &last.name, "the last convolution of a block may have no stride")?;
        let mut past = Shape { total: 0, ..*self };
        layers.into_iter().try_for_each(|conv| self.conv(conv))?;
        if let Some(shortcut) = shortcut {
            past.conv(shortcut)?;
            self.total = self.total.saturating_add(past.total);
        }
        let same = (past.channels, past.height, past.width) == (self.channels, self.height, self.width)
            && shortcut.map_or(1, |shortcut| shortcut.stride) == stride;
        require(same, &last.name, "what is added to it has another shape")
    }

    /// A fully connected layer of this many values; gives how many come out.
    fn linear(&mut self, layer: &Linear, values: usize) -> Result<usize, CompileError> {
        require(layer.inputs == values, &layer.name, CHANNELS)?;
        require(layer.outputs > 0, &layer.name, "it has no outputs")?;
        let whole =
            layer.inputs.checked_mul(layer.outputs) == Some(layer.weight.len()) && layer.bias.len() == layer.outputs;
        require(whole, &layer.name, WEIGHTS)?;
        self.values = self.values.max(layer.inputs);
        Ok(layer.outputs)
    }
}
