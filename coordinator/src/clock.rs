//! The two clocks: the wall's, for people and for records, and the monotonic one, for leases and deadlines.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// One moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// On the monotonic clock, which nobody sets.
    pub(crate) at: Instant,
    /// On the wall's clock, in milliseconds since 1970.
    pub(crate) ms: u64,
}

impl Now {
    /// What the clocks show.
    pub(crate) fn read() -> Self {
        Self { at: Instant::now(), ms: now_ms() }
    }
}

/// Milliseconds since 1970; zero where the clock is set to before that.
pub(crate) fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
