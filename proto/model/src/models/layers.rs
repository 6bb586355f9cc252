//! How layers make a network. The structure stands here once; what a layer is depends on who reads it: its definition, its
//! weights with batch norm folded in, a module of candle.

use super::{Conv, Depthwise, Linear};

/// Squeeze-and-excitation: each channel is multiplied by what two fully connected layers make of all channels' means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqueezeExcite<L> {
    /// From the means to fewer values.
    pub reduce: L,
    /// From those to a factor for each channel.
    pub expand: L,
}

/// A group of layers: convolutions, convolutions of each channel by itself, fully connected layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block<C, D, L> {
    /// Two 3x3 convolutions around which the input is carried past. The function of `second` follows the addition.
    Basic {
        /// The first convolution; it has the stride.
        first: C,
        /// The second one.
        second: C,
        /// The way past, where the shape changes: a 1x1 convolution.
        shortcut: Option<C>,
    },
    /// 1x1 to fewer channels, 3x3, 1x1 to more channels, around which the input is carried past. The function of
    /// `expand` follows the addition.
    Bottleneck {
        /// 1x1, to fewer channels.
        reduce: C,
        /// 3x3; it has the stride.
        filter: C,
        /// 1x1, to more channels.
        expand: C,
        /// The way past, where the shape changes: a 1x1 convolution.
        shortcut: Option<C>,
    },
    /// Expand, filter each channel, weigh the channels, project.
    InvertedResidual {
        /// 1x1, to more channels.
        expand: Option<C>,
        /// Filters each channel.
        depthwise: D,
        /// Weighs the channels.
        excite: Option<SqueezeExcite<L>>,
        /// 1x1, to fewer channels.
        project: C,
        /// Whether the block's input is added to its output.
        residual: bool,
    },
}

/// All layers of a classifier, `[images, 3, height, width]` to `[images, classes]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers<C, D, L> {
    /// The first convolution, of three channels: 7x7 or 3x3 with stride 2.
    pub stem: C,
    /// Whether a 3x3 maximum with stride 2, padded by 1, follows it.
    pub pool: bool,
    /// What follows.
    pub blocks: Vec<Block<C, D, L>>,
    /// The last convolution, 1x1.
    pub head: Option<C>,
    /// What the means over the image go through before the classifier.
    pub hidden: Option<L>,
    /// The last layer.
    pub classifier: L,
}

/// Makes layers of their definitions.
pub trait Maker {
    /// What becomes of a convolution and its norm.
    type Conv;
    /// What becomes of a convolution of each channel by itself and its norm.
    type Depthwise;
    /// What becomes of a fully connected layer.
    type Linear;
    /// Why one cannot be made.
    type Error;

    /// Makes a convolution.
    fn conv(&self, layer: &Conv) -> Result<Self::Conv, Self::Error>;
    /// Makes a convolution of each channel by itself.
    fn depthwise(&self, layer: &Depthwise) -> Result<Self::Depthwise, Self::Error>;
    /// Makes a fully connected layer.
    fn linear(&self, layer: &Linear) -> Result<Self::Linear, Self::Error>;
}

/// The layers that a maker makes of a network.
pub type Made<M> = Layers<<M as Maker>::Conv, <M as Maker>::Depthwise, <M as Maker>::Linear>;
/// The layers that it makes of a block.
type MadeBlock<M> = Block<<M as Maker>::Conv, <M as Maker>::Depthwise, <M as Maker>::Linear>;

impl Layers<Conv, Depthwise, Linear> {
    /// The network that is defined here, of the layers that a maker makes.
    pub fn make<M: Maker>(&self, maker: &M) -> Result<Made<M>, M::Error> {
        Ok(Layers {
            stem: maker.conv(&self.stem)?,
            pool: self.pool,
            blocks: self.blocks.iter().map(|block| block.make(maker)).collect::<Result<_, _>>()?,
            head: self.head.as_ref().map(|head| maker.conv(head)).transpose()?,
            hidden: self.hidden.as_ref().map(|hidden| maker.linear(hidden)).transpose()?,
            classifier: maker.linear(&self.classifier)?,
        })
    }
}

impl Block<Conv, Depthwise, Linear> {
    fn make<M: Maker>(&self, maker: &M) -> Result<MadeBlock<M>, M::Error> {
        let optional = |layer: &Option<Conv>| layer.as_ref().map(|layer| maker.conv(layer)).transpose();
        Ok(match self {
            Self::Basic { first, second, shortcut } => {
                Block::Basic { first: maker.conv(first)?, second: maker.conv(second)?, shortcut: optional(shortcut)? }
            }
            Self::Bottleneck { reduce, filter, expand, shortcut } => Block::Bottleneck {
                reduce: maker.conv(reduce)?,
                filter: maker.conv(filter)?,
                expand: maker.conv(expand)?,
                shortcut: optional(shortcut)?,
            },
            Self::InvertedResidual { expand, depthwise, excite, project, residual } => Block::InvertedResidual {
                expand: optional(expand)?,
                depthwise: maker.depthwise(depthwise)?,
                excite: excite.as_ref().map(|excite| excite.make(maker)).transpose()?,
                project: maker.conv(project)?,
                residual: *residual,
            },
        })
    }
}

impl SqueezeExcite<Linear> {
    fn make<M: Maker>(&self, maker: &M) -> Result<SqueezeExcite<M::Linear>, M::Error> {
        Ok(SqueezeExcite { reduce: maker.linear(&self.reduce)?, expand: maker.linear(&self.expand)? })
    }
}
