//! The entrances of the kernels: each takes views, checks once that the whole run stays inside them, and calls the
//! kernel. That no other thread writes what it reads, or touches what it writes, is the contract of `plan::Operation`.

use super::activation::{Activation, Limits};
use super::{Access, Kernels, LANE_BLOCK, finish, tile};
use crate::memory::View;

/// Where the terms of a convolution's sum lie, from a pixel's address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    offsets: Vec<u32>,
    reach: usize,
    terms: usize,
}

impl Steps {
    /// Steps of as many consecutive terms as the access has.
    pub(crate) fn new(offsets: Vec<u32>, access: Access) -> Self {
        let terms = access.terms();
        let reach = offsets.iter().max().map_or(0, |last| *last as usize + terms);
        Self { offsets, reach, terms }
    }

    /// Terms of the sum.
    pub(crate) fn depth(&self) -> usize {
        self.offsets.len() * self.terms
    }
}

/// A place in a buffer whose blocks of channels lie `block` elements apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The buffer.
    pub(crate) view: View,
    /// The first pixel.
    pub(crate) start: usize,
    /// Elements between two blocks of channels.
    pub(crate) block: usize,
}

/// Output pixels one after the other, for one panel of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PixelRun<'a> {
    /// How the input is walked over.
    pub(crate) access: Access,
    pub(crate) input: View,
    /// The first pixel's place in the input.
    pub(crate) input_start: usize,
    /// The terms.
    pub(crate) steps: &'a Steps,
    /// `[terms][16 * blocks]`.
    pub(crate) weights: &'a [f32],
    /// `[16 * blocks]`.
    pub(crate) bias: &'a [f32],
    /// Blocks of channels of the panel.
    pub(crate) blocks: usize,
    /// Where the pixels go.
    pub(crate) output: Target,
    /// Where the output's rows end.
    pub(crate) rows: Rows,
    /// For a run of two short rows that are one tile: elements that the second row's input is further away than it would
    /// be in the first row. Otherwise 0.
    pub(crate) jump: usize,
    /// What is added before the activation; its rows are as far apart as the output's.
    pub(crate) residual: Option<Target>,
    pub(crate) activation: Activation,
    /// Output pixels.
    pub(crate) pixels: usize,
    /// Weights that are likely to be read next and not to be in a near cache.
    pub(crate) next_weights: &'a [f32],
}

/// How the pixels of a run are split into rows of the output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    /// Pixels up to the end of the first row.
    pub(crate) left: usize,
    /// Pixels of each later row.
    pub(crate) length: usize,
    /// Elements between the end of a row and the beginning of the next.
    pub(crate) gap: usize,
}

impl Rows {
    /// A run that stays within one row, or whose output has no gaps.
    pub(crate) const UNBROKEN: Self = Self { left: usize::MAX, length: usize::MAX, gap: 0 };

    /// Gaps within a run of this many pixels.
    fn gaps(self, pixels: usize) -> usize {
        if pixels > self.left { 1 + (pixels - 1 - self.left) / self.length } else { 0 }
    }
}

/// Where a run begins, after every element that it touches was found to be inside its buffer.
struct Checked {
    input: *const f32,
    output: *mut f32,
    /// With the elements between two blocks of channels.
    residual: Option<(*mut f32, usize)>,
}

impl PixelRun<'_> {
    /// Checks the bounds of a run of at least one pixel.
    #[inline]
    fn check(&self) -> Checked {
        let last = self.pixels - 1;
        let length = last * LANE_BLOCK + LANE_BLOCK + self.rows.gaps(self.pixels) * self.rows.gap;
        let input = self.input.at(self.input_start, last * self.access.stride() + self.jump + self.steps.reach);
        let blocks_before = self.blocks - 1;
        let all_blocks = |target: Target| target.view.at(target.start, blocks_before * target.block + length);
        let channels = self.blocks * LANE_BLOCK;
        assert!(self.weights.len() >= self.steps.depth() * channels && self.bias.len() >= channels, "short weights");
        Checked {
            input,
            output: all_blocks(self.output),
            residual: self.residual.map(|residual| (all_blocks(residual), residual.block)),
        }
    }

    /// Computes the run.
    pub(crate) fn compute(&self, kernels: &Kernels) {
        if self.pixels == 0 {
            return;
        }
        let Checked { input, output: to, residual } = self.check();
        let output = self.output;
        let most = kernels.most_pixels(self.blocks);
        let mut tiles = self.pixels.div_ceil(most);
        assert!(self.jump == 0 || (tiles == 1 && self.pixels.is_multiple_of(2)), "two rows are one tile");
        let lines = self.next_weights.len() / LANE_BLOCK;
        let lines_a_tile = lines.div_ceil(tiles);
        let prefetch_lines = lines_a_tile.div_ceil(self.steps.offsets.len().max(1));
        let mut prefetch = self.next_weights.as_ptr();
        let (mut done, mut advanced) = (0, 0);
        let mut places = [0; MOST_PIXELS];
        let mut rows = self.rows;
        let Limits { least, greatest } = self.activation.limits();
        let finish = self.activation.pass().map(|pass| kernels.finish[pass]);
        while tiles > 0 {
            let pixels = (self.pixels - done).div_ceil(tiles);
            let kernel = (kernels.tile)(self.blocks, pixels, self.access);
            let (places, advance) = rows.take(pixels, &mut places);
            let (residual, residual_block) = match residual {
                // SAFETY: inside the range that was checked.
                Some((start, block)) => (unsafe { start.add(advanced) }.cast_const(), block),
                None => (std::ptr::null(), 0),
            };
            let tile = tile::Tile {
                // SAFETY: inside the range that was checked.
                input: unsafe { input.add(done * self.access.stride()) },
                jump: self.jump,
                steps: self.steps.offsets.as_ptr(),
                step_count: self.steps.offsets.len(),
                weights: self.weights.as_ptr(),
                bias: self.bias.as_ptr(),
                // SAFETY: inside the range that was checked.
                output: unsafe { to.add(advanced) },
                output_block: output.block,
                pixels: places.as_ptr(),
                residual,
                residual_block,
                prefetch,
                prefetch_lines,
                least,
                greatest,
            };
            // SAFETY: every range was checked above; `Kernels::of` gives kernels that the processor can run.
            unsafe { kernel(&tile) };
            if let Some(finish) = finish {
                let values = finish::Pixels {
                    values: tile.output,
                    block: output.block,
                    blocks: self.blocks,
                    places: places.as_ptr(),
                    count: pixels,
                };
                // SAFETY: what the kernel has just stored.
                unsafe { finish(&values) };
            }
            done += pixels;
            tiles -= 1;
            advanced += advance;
            prefetch = prefetch.wrapping_add(lines_a_tile * LANE_BLOCK);
        }
    }
}

/// The most pixels of any tile.
const MOST_PIXELS: usize = 14;

/// Where the pixels of a tile are from its first, if they are in one row.
static ONE_AFTER_ANOTHER: [u32; MOST_PIXELS] = [0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208];

impl Rows {
    /// Where the next pixels are, from the first of them, and how far on the one after them is.
    fn take<'a>(&mut self, pixels: usize, places: &'a mut [u32; MOST_PIXELS]) -> (&'a [u32; MOST_PIXELS], usize) {
        if pixels < self.left {
            self.left -= pixels;
            return (&ONE_AFTER_ANOTHER, pixels * LANE_BLOCK);
        }
        let mut here = 0;
        for place in &mut places[..pixels] {
            #[allow(clippy::cast_possible_truncation, reason = "a few rows at most, each below 2^32 elements")]
            let offset = here as u32;
            *place = offset;
            here += LANE_BLOCK;
            self.left -= 1;
            if self.left == 0 {
                here += self.gap;
                self.left = self.length;
            }
        }
        (places, here)
    }
}
