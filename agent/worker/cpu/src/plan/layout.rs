//! How activations lie in memory.

use crate::kernels::LANE_BLOCK;
use crate::memory::Span;

/// `[images][channels / 16][halo + height + below][halo + width + right][16]`. What surrounds the image is zero from
/// the beginning and stays so, and channels that fill the last block up are computed as zero: a convolution needs no
/// test for the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Layout {
    pub(crate) images: usize,
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    /// Zero rows above and columns to the left.
    pub(crate) halo: usize,
    /// Zero rows below.
    pub(crate) below: usize,
    /// Zero columns to the right.
    pub(crate) right: usize,
}

impl Layout {
    /// Without any border.
    pub(crate) fn compact(images: usize, channels: usize, height: usize, width: usize) -> Self {
        Self { images, channels, height, width, halo: 0, below: 0, right: 0 }
    }

    /// With what 3x3 convolutions need around the image, in tiles of 4x4 as well.
    pub(crate) fn bordered(images: usize, channels: usize, height: usize, width: usize) -> Self {
        let beyond = |length: usize| length.next_multiple_of(4) - length + 1;
        Self { images, channels, height, width, halo: 1, below: beyond(height), right: beyond(width) }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.channels.div_ceil(LANE_BLOCK)
    }

    /// Elements from one row to the next.
    pub(crate) fn row(&self) -> usize {
        (self.halo + self.width + self.right) * LANE_BLOCK
    }

    /// Elements from one block of channels to the next.
    pub(crate) fn plane(&self) -> usize {
        (self.halo + self.height + self.below) * self.row()
    }

    /// Elements from one image to the next.
    pub(crate) fn image(&self) -> usize {
        self.blocks() * self.plane()
    }

    pub(crate) fn len(&self) -> usize {
        self.images * self.image()
    }

    /// Where a pixel's first block is.
    pub(crate) fn pixel(&self, image: usize, y: usize, x: usize) -> usize {
        image * self.image() + (self.halo + y) * self.row() + (self.halo + x) * LANE_BLOCK
    }

    /// Whether the pixels of an image follow each other without gaps.
    pub(crate) fn is_compact(&self) -> bool {
        self.halo + self.below + self.right == 0
    }
}

/// An activation: where and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Activations {
    pub(crate) span: Span,
    pub(crate) layout: Layout,
}

/// The input as planes of single values: `[images][3][height + 2 * pad][width + 2 * pad]`, zero around the images.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planes {
    pub(crate) span: Span,
    pub(crate) images: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) pad: usize,
}

impl Planes {
    /// Channels of an image.
    pub(crate) const CHANNELS: usize = 3;

    pub(crate) fn row(&self) -> usize {
        self.width + 2 * self.pad
    }

    pub(crate) fn plane(&self) -> usize {
        (self.height + 2 * self.pad) * self.row()
    }

    pub(crate) fn image(&self) -> usize {
        Self::CHANNELS * self.plane()
    }

    pub(crate) fn len(&self) -> usize {
        self.images * self.image()
    }
}
