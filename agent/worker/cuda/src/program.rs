//! From a network to the operations of one forward, and where each tensor lies. Pure: no GPU takes part.

mod build;

use cotejo_network::{Block, Conv, Depthwise, Function, Linear, Network};

use crate::error::Result;
use crate::precision::Precision;

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
    /// `before`, and the mean over the pixels: `[images, channels]`, in f32 or, where `narrow`, in the program's number
    /// format.
    Mean { before: Function, narrow: bool, input: Tensor, output: Tensor },
    /// From values that stand for whole images to others in f32, or to the logits. Where it is `multiplied`, a product of
    /// matrices by cuBLAS, of values in the program's number format; else of values in f32.
    Linear { layer: &'a Linear, multiplied: bool, input: Tensor, output: Option<Tensor> },
    /// Each channel times its factor, which is in f32.
    Excite { factors: Tensor, input: Tensor, output: Tensor },
}

impl Operation<'_> {
    fn reads(&self) -> [Option<Tensor>; 2] {
        match self {
            Self::Arrange { .. } | Self::Gather { .. } => [None, None],
            Self::Convolution { input, residual, .. } => [Some(*input), *residual],
            Self::Excite { factors, input, .. } => [Some(*input), Some(*factors)],
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
            | Self::Mean { output, .. }
            | Self::Excite { output, .. } => Some(*output),
            Self::Linear { output, .. } => *output,
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
            Self::Depthwise { layer, output, .. } => layer.channels * layer.kernel * layer.kernel * output.pixels(),
            Self::Linear { layer, .. } => layer.inputs * layer.outputs,
            Self::Arrange { .. }
            | Self::Gather { .. }
            | Self::MaxPool { .. }
            | Self::Mean { .. }
            | Self::Excite { .. } => 0,
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
            Self::Excite { .. } => "excite",
        }
    }
}

/// What the own kernels must be able to do for a network: they are compiled for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features {
    /// Functions that are more than limits.
    pub(crate) hard: bool,
    /// Pixels a side of the largest filter of single channels.
    pub(crate) largest_filter: usize,
}

impl Features {
    pub(crate) fn of(network: &Network) -> Self {
        let mut functions = vec![network.stem.function];
        let mut largest_filter = 3;
        for block in &network.blocks {
            match block {
                Block::Basic { first, second, .. } => functions.extend([first.function, second.function]),
                Block::Bottleneck { reduce, filter, expand, .. } => {
                    functions.extend([reduce.function, filter.function, expand.function]);
                }
                Block::InvertedResidual { expand, depthwise, excite, project, .. } => {
                    functions.extend(expand.iter().map(|expand| expand.function));
                    functions.extend(excite.iter().flat_map(|excite| [excite.reduce.function, excite.expand.function]));
                    functions.extend([depthwise.function, project.function]);
                    largest_filter = depthwise.kernel.max(largest_filter);
                }
            }
        }
        functions.extend(network.head.iter().map(|head| head.function));
        functions.extend(network.hidden.iter().map(|hidden| hidden.function));
        Self { hard: functions.iter().any(|function| function.limits().is_none()), largest_filter }
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
                Operation::Depthwise { layer, .. } => layer.channels * (layer.kernel * layer.kernel + 1) * 4,
                Operation::Linear { layer, .. } => layer.weight.len() * precision.bytes() + layer.outputs * 4,
                Operation::Arrange { .. }
                | Operation::Gather { .. }
                | Operation::MaxPool { .. }
                | Operation::Mean { .. }
                | Operation::Excite { .. } => 0,
            })
            .sum();
        let ends = images * (network.stem.inputs * height * width + self.classes) * 4;
        (self.arena_bytes + weights + ends) as u64
    }
}

#[cfg(test)]
mod tests;
