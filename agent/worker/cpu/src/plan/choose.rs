//! Which algorithm computes a layer: by a rule, so that equal machines compute alike.

use super::Machine;
use super::layout::Layout;
use crate::kernels::LANE_BLOCK;
use cotejo_network::Conv;

/// Multiplications of one thread in the time in which it gets a byte of weights from beyond its own cache, for
/// registers of sixteen lanes.
const MULTIPLICATIONS_A_BYTE: f64 = 4.4;
/// The same for one element that goes through a transform.
const MULTIPLICATIONS_AN_ELEMENT: f64 = 14.0;
/// How much faster than one thread's memory that of all threads is at most.
const MOST_BANDWIDTH: f64 = 2.0;

/// Pixels a side of the tiles in Winograd's form; none where the sum itself is faster.
pub(super) fn tile_side(machine: Machine, conv: &Conv, output: Layout) -> Option<usize> {
    // The transform back applies limits alone.
    conv.function.limits()?;
    let Machine { kernels, threads } = machine;
    let threads = threads as f64;
    let filters = (conv.inputs * conv.outputs) as f64;
    let bandwidth = threads.min(MOST_BANDWIDTH);
    let fetch = MULTIPLICATIONS_A_BYTE * (kernels.lanes as f64 / LANE_BLOCK as f64) / bandwidth;
    let pixels = (output.images * output.height * output.width) as f64;
    let direct = filters * 9.0 * (pixels / threads + 4.0 * fetch);
    let winograd = |side: usize| {
        let tiles = (output.images * output.height.div_ceil(side) * output.width.div_ceil(side)) as f64;
        let elements = ((side + 2) * (side + 2)) as f64;
        let transforms = MULTIPLICATIONS_AN_ELEMENT * (conv.inputs + conv.outputs) as f64 * tiles / threads;
        elements * (filters * (tiles / threads + 4.0 * fetch) + transforms)
    };
    let best = [2, 4].into_iter().min_by(|a, b| winograd(*a).total_cmp(&winograd(*b)))?;
    (winograd(best) < direct).then_some(best)
}

/// Pixels of a row from which on an inverted residual is computed by rows: shorter ones leave tiles half empty, and the
/// rows that two strips both compute become many.
const LONG_ROW: usize = 28;

/// Whether an inverted residual is computed by rows, or else by panels of channels.
pub(super) fn by_rows(input: Layout) -> bool {
    input.width >= LONG_ROW
}
