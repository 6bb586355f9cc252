//! From a network to the operations of one forward, and where each tensor lies. Pure: no GPU takes part.

use cotejo_network::{Block, Conv, Depthwise, Function, Linear, Network};

use crate::error::{Error, Result};

/// The number format of tensors and weights, and of the products. Sums are in f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// IEEE 754 binary32, strictly.
    F32,
    /// binary32, products with 10 bits of mantissa.
    Tf32,
    /// binary16.
    F16,
    /// bfloat16.
    Bf16,
}

impl Precision {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 | Self::Tf32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// Numbers in 16 bytes, which is what a thread of the own kernels loads at once.
    pub(crate) fn lanes(self) -> usize {
        16 / self.bytes()
    }
}

/// In which order a tensor's numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `[image][y][x][channel]`, NHWC.
    ChannelsLast,
    /// `[image][channel][y][x]`, NCHW.
    ChannelsFirst,
}

impl Layout {
    /// Numbers that a thread of the own kernels takes: neighbouring channels, where they lie side by side.
    pub(crate) fn lanes(self, precision: Precision) -> usize {
        match self {
            Self::ChannelsLast => precision.lanes(),
            Self::ChannelsFirst => 1,
        }
    }
}

/// How the first convolution gets its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stem {
    /// The images in the plan's layout and number format.
    Arranged,
    /// Every pixel of its output with all the numbers that it sees, so that it is a product of matrices. Tensor cores are
    /// then used fully, although an image has three channels.
    Gathered,
}

/// A way to lay out a whole plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) layout: Layout,
    pub(crate) stem: Stem,
}

impl Form {
    /// All that are tried. Those of one layout follow each other: they choose alike for what they have in common.
    pub(crate) const ALL: [Self; 3] = [
        Self { layout: Layout::ChannelsLast, stem: Stem::Gathered },
        Self { layout: Layout::ChannelsLast, stem: Stem::Arranged },
        Self { layout: Layout::ChannelsFirst, stem: Stem::Arranged },
    ];
}

/// Kernel and stride of the stems that a kernel gathers for.
const GATHERED_STEMS: [(usize, usize); 2] = [(3, 2), (7, 2)];
/// Bytes of a gathered input at most: above, a GPU has work enough without it, and less memory.
const GATHERED_LIMIT: usize = 256 << 20;

/// What a plan is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Images in one forward.
    pub images: usize,
    /// Pixels.
    pub height: usize,
    /// Pixels.
    pub width: usize,
    /// Number format.
    pub precision: Precision,
}

impl Options {
    /// Whether the classifier is a product of matrices by cuBLAS. For a few images the own kernel is faster: it reads each
    /// weight once and has nothing to set up.
    pub(crate) fn multiplies_classifier(&self) -> bool {
        self.images >= 8
    }
}

/// A tensor of all images, `[images, channels, height, width]` in the program's layout and number format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tensor {
    /// Index into the program's buffers.
    pub(crate) buffer: usize,
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
}

impl Tensor {
    pub(crate) fn pixels(self) -> usize {
        self.height * self.width
    }
}

/// One step of a forward.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation<'a> {
    /// The images, in f32 and channels first, to the program's layout and number format; further channels are zero.
    Arrange { channels: usize, output: Tensor },
    /// The images, in f32 and channels first, to what each pixel of the stem's output sees: its channels are
    /// `[channel][tap]`, the taps of each filled up with zeros to a multiple of the kernels' vectors.
    Gather { stem: &'a Conv, height: usize, width: usize, output: Tensor },
    /// A convolution, `residual`, and then `function`. Where its input is `gathered`, one of a single tap.
    Convolution {
        conv: &'a Conv,
        gathered: bool,
        function: Function,
        input: Tensor,
        residual: Option<Tensor>,
        output: Tensor,
    },
    /// `before`, a convolution of each channel, and the layer's function.
    Depthwise { layer: &'a Depthwise, before: Function, input: Tensor, output: Tensor },
    /// 3x3, stride 2.
    MaxPool { input: Tensor, output: Tensor },
    /// `before`, and the mean over the pixels: `[images, channels]`, in f32 unless the classifier is a product.
    Mean { before: Function, input: Tensor, output: Tensor },
    /// From the means to the logits.
    Linear { layer: &'a Linear, input: Tensor },
}

impl Operation<'_> {
    fn reads(&self) -> [Option<Tensor>; 2] {
        match self {
            Self::Arrange { .. } | Self::Gather { .. } => [None, None],
            Self::Convolution { input, residual, .. } => [Some(*input), *residual],
            Self::Depthwise { input, .. }
            | Self::MaxPool { input, .. }
            | Self::Mean { input, .. }
            | Self::Linear { input, .. } => [Some(*input), None],
        }
    }

    fn writes(&self) -> Option<Tensor> {
        match self {
            Self::Arrange { output, .. }
            | Self::Gather { output, .. }
            | Self::Convolution { output, .. }
            | Self::Depthwise { output, .. }
            | Self::MaxPool { output, .. }
            | Self::Mean { output, .. } => Some(*output),
            Self::Linear { .. } => None,
        }
    }

    /// Channels, height and width of what it gives for one image.
    pub(crate) fn shape(&self) -> [usize; 3] {
        match self {
            Self::Linear { layer, .. } => [layer.outputs, 1, 1],
            others => others.writes().map_or([0; 3], |output| [output.channels, output.height, output.width]),
        }
    }

    /// Floating-point operations for so many images: two for each multiply-add of a layer with weights.
    pub(crate) fn flop(&self, images: usize) -> u64 {
        let products = match self {
            Self::Convolution { conv, output, .. } => {
                conv.inputs * conv.kernel * conv.kernel * conv.outputs * output.pixels()
            }
            Self::Depthwise { layer, output, .. } => layer.channels * 9 * output.pixels(),
            Self::Linear { layer, .. } => layer.inputs * layer.outputs,
            Self::Arrange { .. } | Self::Gather { .. } | Self::MaxPool { .. } | Self::Mean { .. } => 0,
        };
        2 * products as u64 * images as u64
    }

    /// The layer's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Arrange { .. } | Self::Gather { .. } => "input",
            Self::Convolution { conv, .. } => &conv.name,
            Self::Depthwise { layer, .. } => &layer.name,
            Self::MaxPool { .. } => "maxpool",
            Self::Mean { .. } => "mean",
            Self::Linear { layer, .. } => &layer.name,
        }
    }
}

/// Bytes of a GPU's memory that a plan of this network needs, but for the workspaces of the libraries: tensors, weights,
/// input and logits. A plan that gathers what its stem sees takes up to 256 MiB more, where there is room for it.
///
/// # Errors
/// `Unsupported`: the layers do not fit each other or the kernels.
pub fn memory_bytes(network: &Network, options: &Options) -> Result<u64> {
    let arranged = Form::ALL.into_iter().filter(|form| form.stem == Stem::Arranged);
    arranged
        .map(|form| Ok(Program::new(network, options, form)?.memory_bytes(network, options)))
        .try_fold(0, |most: u64, bytes: Result<u64>| Ok(most.max(bytes?)))
}

/// Every tensor begins at a multiple of so many bytes.
pub(crate) const ALIGNMENT: usize = 256;

/// Where a tensor lies in the arena; tensors that live at different times share bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Buffer {
    pub(crate) offset: usize,
    pub(crate) bytes: usize,
}

/// The operations of a forward, in order.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    pub(crate) operations: Vec<Operation<'a>>,
    pub(crate) buffers: Vec<Buffer>,
    pub(crate) arena_bytes: usize,
    pub(crate) classes: usize,
}

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
        let builder = Builder { images, precision, form, operations: Vec::new(), sizes: Vec::new() };
        builder.build(network, height, width)
    }
}

impl Program<'_> {
    fn memory_bytes(&self, network: &Network, options: &Options) -> u64 {
        let Options { images, height, width, precision } = *options;
        let weights: usize = self
            .operations
            .iter()
            .map(|operation| match operation {
                Operation::Convolution { conv, gathered, input, .. } => {
                    let taps = if *gathered { 1 } else { conv.kernel * conv.kernel };
                    conv.outputs * (input.channels * taps + 1) * precision.bytes() + conv.outputs * 4
                }
                Operation::Depthwise { layer, .. } => layer.channels * 10 * 4,
                Operation::Linear { layer, .. } => layer.weight.len() * precision.bytes() + layer.outputs * 4,
                Operation::Arrange { .. }
                | Operation::Gather { .. }
                | Operation::MaxPool { .. }
                | Operation::Mean { .. } => 0,
            })
            .sum();
        let ends = images * (network.stem.inputs * height * width + self.classes) * 4;
        (self.arena_bytes + weights + ends) as u64
    }
}

struct Builder<'a> {
    images: usize,
    precision: Precision,
    form: Form,
    operations: Vec<Operation<'a>>,
    /// Bytes of each buffer.
    sizes: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn build(mut self, network: &'a Network, height: usize, width: usize) -> Result<Program<'a>> {
        let input = self.input(&network.stem, height, width)?;
        // A filter can apply the function of its input while it loads it; cuDNN fuses no ReLU6.
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
        let means = Tensor { buffer: self.buffer(self.images * at.channels * 4), height: 1, width: 1, ..at };
        self.operations.push(Operation::Mean { before, input: at, output: means });
        let layer = &network.classifier;
        let fits = layer.inputs == at.channels
            && layer.inputs.is_multiple_of(self.precision.lanes())
            && layer.weight.len() == layer.inputs * layer.outputs
            && layer.bias.len() == layer.outputs;
        if !fits {
            return Err(misfit(&layer.name));
        }
        self.operations.push(Operation::Linear { layer, input: means });
        Ok(self.placed(layer.outputs))
    }

    fn block(&mut self, block: &'a Block, input: Tensor, before: Function) -> Result<Tensor> {
        match block {
            Block::Basic { first, second, shortcut } => {
                let inner = self.convolution(first, first.function, input, None)?;
                let past = match shortcut {
                    Some(shortcut) => self.convolution(shortcut, shortcut.function, input, None)?,
                    None => input,
                };
                self.convolution(second, second.function, inner, Some(past))
            }
            Block::InvertedResidual { expand, depthwise, project, residual } => {
                let (wide, before) = match expand {
                    Some(expand) => (self.convolution(expand, Function::Identity, input, None)?, expand.function),
                    None => (input, before),
                };
                let filtered = self.depthwise(depthwise, before, wide)?;
                self.convolution(project, project.function, filtered, residual.then_some(input))
            }
        }
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
        let Depthwise { channels, stride, .. } = *layer;
        let fits = channels == input.channels
            && (1..=2).contains(&stride)
            && layer.weight.len() == channels * 9
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
fn lives(operations: &[Operation<'_>], buffers: usize) -> Vec<(usize, usize)> {
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
        Function::Relu6 => (Function::Identity, Some(Function::Relu6)),
        fused => (fused, None),
    }
}

fn halved(side: usize) -> usize {
    (side - 1) / 2 + 1
}

fn misfit(layer: &str) -> Error {
    Error::unsupported(format!("layer {layer} does not fit the layers around it, or the GPU engine's kernels"))
}

#[cfg(test)]
mod tests;
