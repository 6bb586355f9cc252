//! Weights in the order in which the kernels read them. Made once for a network, shared by all its plans.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::ops::Range;

use crate::kernels::{Activation, DepthwiseRow, Kernels, LANE_BLOCK, MOST_TAPS, Target};
use crate::memory::Aligned;
use cotejo_network::{Conv, Depthwise};

/// Output channels that one tile computes together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel {
    /// The first block of channels.
    pub(crate) first_block: usize,
    /// Blocks of channels.
    pub(crate) blocks: usize,
}

impl Panel {
    fn channels(self) -> Range<usize> {
        self.first_block * LANE_BLOCK..(self.first_block + self.blocks) * LANE_BLOCK
    }
}

/// Splits blocks into panels of nearly equal width, none wider than `widest`.
pub(crate) fn panels(blocks: usize, widest: usize) -> Vec<Panel> {
    let mut panels = Vec::new();
    let mut first_block = 0;
    while first_block < blocks {
        let left = blocks - first_block;
        let width = left.div_ceil(left.div_ceil(widest));
        panels.push(Panel { first_block, blocks: width });
        first_block += width;
    }
    panels
}

/// The width of panels with which runs of `pixels` cost least: a tile pays for its multiplications (at least as many as
/// hide the latency of one) and for its loads.
pub(crate) fn best_width(kernels: &Kernels, blocks: usize, pixels: usize) -> usize {
    let cost = |widest: usize| {
        let mut cost = 0.0;
        for panel in panels(blocks, widest) {
            let tiles = pixels.div_ceil(kernels.most_pixels(panel.blocks));
            let each = pixels as f64 / tiles as f64;
            let multiplications = (each * panel.blocks as f64).max(8.0);
            cost += tiles as f64 * (multiplications + 0.25 * (each + panel.blocks as f64));
        }
        cost
    };
    (1..=kernels.widest_panel()).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(1)
}

/// Weights and biases by panels.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) panels: Vec<Panel>,
    /// Terms of a sum, times matrices.
    depth: usize,
    weights: Aligned,
    bias: Aligned,
}

/// How the weights of an output channel are divided.
#[derive(Clone, Copy)]
struct Depth {
    /// Matrices of weights: one, or in Winograd's form one for each element of a tile.
    matrices: usize,
    /// Terms of each sum.
    terms: usize,
}

impl Packed {
    /// `[panels][matrices][terms][channels]`, where `weight` gives the weight of a channel, matrix and term. Channels
    /// beyond the last are zero.
    fn new(
        bias: &[f32],
        widest: usize,
        Depth { matrices, terms }: Depth,
        mut weight: impl FnMut(usize, usize, usize) -> f32,
    ) -> Self {
        let outputs = bias.len();
        let blocks = outputs.div_ceil(LANE_BLOCK);
        let panels = panels(blocks, widest);
        let mut weights = Aligned::zeros(blocks * LANE_BLOCK * matrices * terms);
        let mut rest = &mut weights[..];
        for panel in &panels {
            for matrix in 0..matrices {
                for term in 0..terms {
                    let (row, after) = rest.split_at_mut(panel.blocks * LANE_BLOCK);
                    for (value, channel) in row.iter_mut().zip(panel.channels()) {
                        *value = if channel < outputs { weight(channel, matrix, term) } else { 0.0 };
                    }
                    rest = after;
                }
            }
        }
        let mut padded_bias = Aligned::zeros(blocks * LANE_BLOCK);
        padded_bias[..outputs].copy_from_slice(bias);
        Self { panels, depth: matrices * terms, weights, bias: padded_bias }
    }

    /// For `Steps` that walk over blocks of sixteen input channels, then the kernel's rows and columns, then the
    /// channels of the block.
    pub(crate) fn blocks(conv: &Conv, widest: usize) -> Self {
        let taps = conv.kernel * conv.kernel;
        let order: Vec<Option<usize>> = terms_of_blocks(conv.inputs, taps);
        let each = conv.inputs * taps;
        let weight = |output: usize, _, term: usize| order[term].map_or(0.0, |at| conv.weight[output * each + at]);
        Self::new(&conv.bias, widest, Depth { matrices: 1, terms: order.len() }, weight)
    }

    /// For `Steps` that walk over planes, then the kernel's rows, then its columns: the weight's own order.
    pub(crate) fn planes(conv: &Conv, widest: usize) -> Self {
        let each = conv.inputs * conv.kernel * conv.kernel;
        let depth = Depth { matrices: 1, terms: each };
        Self::new(&conv.bias, widest, depth, |output, _, term| conv.weight[output * each + term])
    }

    /// Of a 3x3 convolution in Winograd's form: one matrix for each element of a tile with `side` pixels a side.
    pub(crate) fn winograd(conv: &Conv, widest: usize, side: usize) -> Self {
        let matrix = filter_matrix(side);
        let elements = matrix.len() * matrix.len();
        let order = terms_of_blocks(conv.inputs, 1);
        let depth = Depth { matrices: elements, terms: order.len() };
        let mut packed = Self::new(&conv.bias, widest, depth, |_, _, _| 0.0);
        let mut start = 0;
        for panel in &packed.panels {
            let width = panel.blocks * LANE_BLOCK;
            for (term, input) in order.iter().enumerate().filter_map(|(term, input)| Some((term, (*input)?))) {
                for (lane, output) in panel.channels().enumerate().take_while(|(_, output)| *output < conv.outputs) {
                    let filter = &conv.weight[(output * conv.inputs + input) * 9..][..9];
                    let transformed = transform_filter(filter, &matrix);
                    for (element, value) in transformed.into_iter().take(elements).enumerate() {
                        packed.weights[start + (element * order.len() + term) * width + lane] = value;
                    }
                }
            }
            start += elements * order.len() * width;
        }
        packed
    }

    /// The weights of a panel.
    pub(crate) fn weights(&self, panel: Panel) -> &[f32] {
        let channels = panel.channels();
        &self.weights[channels.start * self.depth..channels.end * self.depth]
    }

    /// The biases of a panel.
    pub(crate) fn bias(&self, panel: Panel) -> &[f32] {
        &self.bias[panel.channels()]
    }

    /// Bytes of the weights.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.weights[..])
    }
}

/// For each term of a sum over blocks of channels, the index into a filter `[inputs][taps]`; none for a term that only
/// fills a step up.
fn terms_of_blocks(inputs: usize, taps: usize) -> Vec<Option<usize>> {
    let mut order = Vec::new();
    for block in (0..inputs).step_by(LANE_BLOCK) {
        let used = (inputs - block).min(LANE_BLOCK).next_multiple_of(8);
        for tap in 0..taps {
            order.extend((block..block + used).map(|input| (input < inputs).then_some(input * taps + tap)));
        }
    }
    order
}

/// `G` of F(side, 3), in f64: a row for each element of a tile; see `kernels::winograd` for the points.
fn filter_matrix(side: usize) -> Vec<[f64; 3]> {
    let points: &[f64] = match side {
        2 => &[0.0, 1.0, -1.0],
        _ => &[0.0, FRAC_1_SQRT_2, -FRAC_1_SQRT_2, SQRT_2, -SQRT_2],
    };
    let row = |(element, point): (usize, &f64)| {
        let others = points.iter().enumerate().filter(|(other, _)| *other != element);
        let scale: f64 = others.map(|(_, other)| point - other).product();
        [1.0 / scale, point / scale, point * point / scale]
    };
    let infinity = [0.0, 0.0, 1.0];
    points.iter().enumerate().map(row).chain([infinity]).collect()
}

/// `G g G^T` of a 3x3 filter, in f64; the first elements are used.
fn transform_filter(filter: &[f32], matrix: &[[f64; 3]]) -> [f32; 36] {
    let mut transformed = [0.0; 36];
    let tile = matrix.len();
    for (y, down) in matrix.iter().enumerate() {
        let column = |x: usize| (0..3).map(|ky| down[ky] * f64::from(filter[ky * 3 + x])).sum::<f64>();
        let columns = [column(0), column(1), column(2)];
        for (x, across) in matrix.iter().enumerate() {
            let sum = columns[0] * across[0] + columns[1] * across[1] + columns[2] * across[2];
            #[allow(clippy::cast_possible_truncation, reason = "the engine computes in f32")]
            let rounded = sum as f32;
            transformed[y * tile + x] = rounded;
        }
    }
    transformed
}

/// A depthwise convolution as its kernels take it.
#[derive(Debug)]
pub(crate) struct PackedDepthwise {
    /// `[blocks][kernel * kernel][16]`.
    weights: Aligned,
    /// `[blocks][16]`.
    bias: Aligned,
    /// Pixels of the kernel's side, 3 or 5.
    pub(crate) kernel: usize,
    /// 1 or 2.
    pub(crate) stride: usize,
    /// What follows.
    pub(crate) activation: Activation,
}

impl PackedDepthwise {
    pub(crate) fn new(layer: &Depthwise) -> Self {
        let blocks = layer.channels.div_ceil(LANE_BLOCK);
        let taps = layer.kernel * layer.kernel;
        let mut weights = Aligned::zeros(blocks * taps * LANE_BLOCK);
        let mut bias = Aligned::zeros(blocks * LANE_BLOCK);
        for channel in 0..layer.channels {
            let (block, lane) = (channel / LANE_BLOCK, channel % LANE_BLOCK);
            for tap in 0..taps {
                weights[(block * taps + tap) * LANE_BLOCK + lane] = layer.weight[channel * taps + tap];
            }
        }
        bias[..layer.channels].copy_from_slice(&layer.bias);
        let Depthwise { kernel, stride, function, .. } = *layer;
        Self { weights, bias, kernel, stride, activation: function.into() }
    }

    /// Rows and columns of zeros that it needs around an image.
    pub(crate) fn pad(&self) -> usize {
        self.kernel / 2
    }

    /// One row of the output, of these blocks: from the rows of the input, of which each is given by where the first
    /// output pixel's leftmost tap is.
    pub(crate) fn row(
        &self,
        blocks: Panel,
        input: Target,
        tap_row: impl Fn(usize) -> usize,
        output: Target,
        width: usize,
    ) -> DepthwiseRow<'_> {
        let channels = blocks.channels();
        let taps = self.kernel * self.kernel;
        let mut rows = [0; MOST_TAPS];
        for (tap, row) in rows.iter_mut().enumerate().take(self.kernel) {
            *row = input.start + tap_row(tap);
        }
        DepthwiseRow {
            input: input.view,
            rows,
            kernel: self.kernel,
            input_block: input.block,
            weights: &self.weights[channels.start * taps..channels.end * taps],
            bias: &self.bias[channels],
            output,
            blocks: blocks.blocks,
            width,
            stride: self.stride,
            activation: self.activation,
        }
    }
}
