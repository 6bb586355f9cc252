//! A 3x3 convolution with stride 1 in Winograd's form: tiles of the input are transformed, multiplied by the transformed
//! weights with one matrix product for each element of a tile, and transformed back.

#![allow(unsafe_code, reason = "operations promise that their tasks keep apart")]

use super::layout::Activations;
use super::pack::{Packed, Panel};
use super::{Context, Machine, Operation, Placed, Scratch};
use crate::kernels::{
    Access, Activation, LANE_BLOCK, Limits, PixelRun, Rows, Steps, Target, TransformIn, TransformOut,
};
use crate::memory::View;

/// Bytes of transformed input that stay close to a core.
const NEAR: usize = 512 << 10;
/// Bytes of transformed input that all threads share at once.
const SHARED: usize = 6 << 20;
/// Transformed weights up to this size are read again for each chunk of tiles.
const LIGHT_WEIGHTS: usize = 3 << 20;

/// A convolution in Winograd's form as a plan runs it.
#[derive(Debug)]
pub(crate) struct Winograd {
    side: usize,
    packed: Packed,
    /// The terms, in parts that are summed one after the other.
    parts: Vec<Steps>,
    no_bias: Vec<f32>,
    limits: Limits,
    input: Activations,
    output: Activations,
    residual: Option<Activations>,
    /// Tiles of a row, of an image.
    across: usize,
    down: usize,
    /// Tiles that are transformed together.
    tiles: usize,
    /// Tiles of a matrix product.
    chunk: usize,
    /// Whether all threads transform together and then each multiplies by some of the weights; otherwise each
    /// transforms its own tiles and does all with them.
    shared: bool,
}

/// A thread's own memory: transformed input, and products.
const TRANSFORMED: usize = 0;
const PRODUCTS: usize = 1;

/// Transformed tiles, of which the first ones are left out.
#[derive(Clone, Copy)]
struct Transformed {
    view: View,
    /// How many tiles are left out.
    first: usize,
}

/// Terms of a sum of F(4x4): its products are larger than what they add up to, and rounding grows with the sum's length.
/// In parts of this length it stays below that of F(2x2).
const LONGEST_SUM: usize = 96;

/// Splits the terms of a sum into parts of nearly equal length.
fn parts(offsets: &[u32], side: usize) -> Vec<Steps> {
    let terms = offsets.len() * Access::Blocks.terms();
    let count = if side == 4 { terms.div_ceil(LONGEST_SUM) } else { 1 };
    offsets.chunks(offsets.len().div_ceil(count)).map(|part| Steps::new(part.to_vec(), Access::Blocks)).collect()
}

impl Winograd {
    /// Elements of a tile.
    fn elements(side: usize) -> usize {
        (side + 2) * (side + 2)
    }

    /// In tiles of this many pixels a side. Limits must be all that follows the convolution.
    pub(crate) fn new(machine: Machine, placed: Placed<'_>, side: usize, scratch: &mut Scratch) -> Self {
        let Machine { kernels, threads } = machine;
        let Placed { conv, input, output, residual } = placed;
        let out = output.layout;
        let (across, down) = (out.width.div_ceil(side), out.height.div_ceil(side));
        let all = across * down * out.images;
        let packed = Packed::winograd(conv, super::pack::best_width(kernels, out.blocks(), all.min(28)), side);
        let blocks = input.layout.blocks();
        let tile_len = Self::elements(side) * blocks * LANE_BLOCK;
        let widest = packed.panels.iter().map(|panel| panel.blocks).max().unwrap_or(1);
        let most = kernels.most_pixels(widest);
        let shared = packed.bytes() > LIGHT_WEIGHTS || all < threads * most;
        let (tiles, chunk) = if shared {
            let rows = (SHARED / (tile_len * 4) / across).clamp(1, down * out.images);
            (rows * across, (2 * most).min(rows * across))
        } else {
            let near = (NEAR / (tile_len * 4)).max(most);
            // So that all threads end at about the same time.
            let tiles = all.div_ceil(all.div_ceil(near).next_multiple_of(threads));
            (tiles, tiles)
        };
        if shared {
            scratch.reserve_common(tile_len * tiles);
        } else {
            scratch.reserve(TRANSFORMED, tile_len * tiles);
        }
        scratch.reserve(PRODUCTS, Self::elements(side) * widest * LANE_BLOCK * chunk);
        let offsets = super::pointwise_offsets(conv.inputs, tiles * LANE_BLOCK);
        Self {
            side,
            parts: parts(&offsets, side),
            no_bias: vec![0.0; widest * LANE_BLOCK],
            limits: Limits::of(conv.function).expect("chosen only where limits follow"),
            packed,
            input,
            output,
            residual,
            across,
            down,
            tiles,
            chunk,
            shared,
        }
    }

    fn all_tiles(&self) -> usize {
        self.across * self.down * self.output.layout.images
    }

    /// Calls back for each stretch of tiles in one row of tiles: image, row of tiles, column, tiles before it, tiles.
    fn stretches(&self, tiles: std::ops::Range<usize>, mut each: impl FnMut(usize, usize, usize, usize, usize)) {
        let mut tile = tiles.start;
        while tile < tiles.end {
            let (row, column) = (tile / self.across, tile % self.across);
            let count = (self.across - column).min(tiles.end - tile);
            each(row / self.down, row % self.down, column, tile - tiles.start, count);
            tile += count;
        }
    }

    /// Transforms some blocks of channels of tiles.
    fn transform_in(
        &self,
        context: &Context<'_>,
        tiles: std::ops::Range<usize>,
        blocks: std::ops::Range<usize>,
        transformed: Transformed,
    ) {
        let layout = self.input.layout;
        let view = context.arena.view(self.input.span);
        let element = layout.blocks() * self.tiles * LANE_BLOCK;
        self.stretches(tiles, |image, row, column, before, tiles| {
            for block in blocks.clone() {
                // The tile begins one pixel up and left of its output, in the border.
                let corner = row * self.side * layout.row() + column * self.side * LANE_BLOCK;
                let start = (block * self.tiles + transformed.first + before) * LANE_BLOCK;
                let transform = TransformIn {
                    side: self.side,
                    input: view,
                    input_start: image * layout.image() + block * layout.plane() + corner,
                    input_row: layout.row(),
                    output: Target { view: transformed.view, start, block: element },
                    tiles,
                };
                transform.compute(context.kernels);
            }
        });
    }

    /// Multiplies transformed tiles by the weights of a panel, and transforms the products back.
    fn multiply(
        &self,
        context: &Context<'_>,
        tiles: std::ops::Range<usize>,
        panel: Panel,
        transformed: Transformed,
        products: View,
    ) {
        let weights = self.packed.weights(panel);
        let elements = Self::elements(self.side);
        let each = weights.len() / elements;
        let element = self.input.layout.blocks() * self.tiles * LANE_BLOCK;
        let block = self.chunk * LANE_BLOCK;
        for index in 0..elements {
            let output = Target { view: products, start: index * panel.blocks * block, block };
            let mut residual = None;
            let mut done = index * each;
            for steps in &self.parts {
                let here = done..done + steps.depth() * panel.blocks * LANE_BLOCK;
                let run = PixelRun {
                    access: Access::Blocks,
                    input: transformed.view,
                    input_start: index * element + transformed.first * LANE_BLOCK,
                    steps,
                    weights: &weights[here.clone()],
                    bias: &self.no_bias,
                    blocks: panel.blocks,
                    output,
                    rows: Rows::UNBROKEN,
                    jump: 0,
                    next_weights: self.following(panel, here.start + each..here.end + each),
                    residual,
                    activation: Activation::Limited(Limits::NONE),
                    pixels: tiles.len(),
                };
                run.compute(context.kernels);
                residual = Some(output);
                done = here.end;
            }
        }
        self.transform_out(context, tiles, panel, products);
    }

    /// A range of the panel's weights, or if it is beyond the end, of the next panel's; nothing where they are near.
    fn following(&self, panel: Panel, range: std::ops::Range<usize>) -> &[f32] {
        if !self.shared {
            return &[];
        }
        let weights = self.packed.weights(panel);
        if range.end <= weights.len() {
            return &weights[range];
        }
        let next = self.packed.panels.iter().find(|next| next.first_block > panel.first_block);
        next.map_or(&[], |next| &self.packed.weights(*next)[..range.len().min(self.packed.weights(*next).len())])
    }

    fn transform_out(&self, context: &Context<'_>, tiles: std::ops::Range<usize>, panel: Panel, products: View) {
        let out = self.output.layout;
        let bias = self.packed.bias(panel);
        self.stretches(tiles, |image, row, column, before, tiles| {
            for block in 0..panel.blocks {
                let place = |of: &Activations| Target {
                    view: context.arena.view(of.span),
                    start: of.layout.pixel(image, row * self.side, column * self.side)
                        + (panel.first_block + block) * of.layout.plane(),
                    block: of.layout.row(),
                };
                let transform = TransformOut {
                    side: self.side,
                    input: Target {
                        view: products,
                        start: (block * self.chunk + before) * LANE_BLOCK,
                        block: panel.blocks * self.chunk * LANE_BLOCK,
                    },
                    bias: &bias[block * LANE_BLOCK..],
                    output: place(&self.output),
                    residual: self.residual.as_ref().map(place),
                    tiles,
                    height: out.height - row * self.side,
                    width: out.width - column * self.side,
                    limits: self.limits,
                };
                transform.compute(context.kernels);
            }
        });
    }

    /// Tiles of the `round`th shared transform.
    fn round(&self, round: usize) -> std::ops::Range<usize> {
        round * self.tiles..((round + 1) * self.tiles).min(self.all_tiles())
    }
}

// SAFETY: products, and the transformed input where it is not shared, are a thread's own. Shared, a task of the first
// phase has its own tiles and blocks of it, and the second only reads it. A task has its own tiles and panel of the output.
unsafe impl Operation for Winograd {
    fn phases(&self) -> Vec<usize> {
        let rounds = self.all_tiles().div_ceil(self.tiles);
        if !self.shared {
            return vec![rounds];
        }
        let tasks = |round| {
            let tiles = self.round(round).len();
            let transforms = tiles / self.across * self.input.layout.blocks();
            [transforms, tiles.div_ceil(self.chunk) * self.packed.panels.len()]
        };
        (0..rounds).flat_map(tasks).collect()
    }

    fn execute(&self, context: &Context<'_>, phase: usize, task: usize, member: usize) {
        let products = context.own(member, PRODUCTS);
        if !self.shared {
            let tiles = self.round(task);
            let transformed = Transformed { view: context.own(member, TRANSFORMED), first: 0 };
            self.transform_in(context, tiles.clone(), 0..self.input.layout.blocks(), transformed);
            for &panel in &self.packed.panels {
                self.multiply(context, tiles.clone(), panel, transformed, products);
            }
            return;
        }
        let round = self.round(phase / 2);
        let view = context.common();
        if phase.is_multiple_of(2) {
            let rows = round.len() / self.across;
            let (row, block) = (task % rows * self.across, task / rows);
            let tiles = round.start + row..round.start + row + self.across;
            self.transform_in(context, tiles, block..block + 1, Transformed { view, first: row });
        } else {
            let chunks = round.len().div_ceil(self.chunk);
            let first = task % chunks * self.chunk;
            let tiles = round.start + first..(round.start + first + self.chunk).min(round.end);
            let panel = self.packed.panels[task / chunks];
            self.multiply(context, tiles, panel, Transformed { view, first }, products);
        }
    }
}
