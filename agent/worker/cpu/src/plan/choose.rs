//! Which algorithm computes a layer.

use super::layout::Layout;
use crate::network::Conv;

/// Pixels a side of the tiles in Winograd's form; none where the sum itself is faster.
pub(super) fn tile_side(conv: &Conv, output: Layout) -> Option<usize> {
    match std::env::var("WINO").ok().and_then(|v| v.parse::<usize>().ok()) {
        Some(0) => return None,
        Some(side) => return Some(side),
        None => {}
    }
    let _ = conv;
    if output.width >= 14 { Some(4) } else { None }
}

/// Whether an inverted residual is computed by rows, or else by panels of channels.
pub(super) fn by_rows(input: Layout, channels: usize, threads: usize) -> bool {
    let _ = (channels, threads);
    match std::env::var("ROWS").ok().and_then(|v| v.parse::<usize>().ok()) {
        Some(least) => input.width >= least,
        None => input.width >= 28,
    }
}
