//! Times of copies to and from a GPU.

use cotejo_cuda::EventTimes;
use cotejo_model::{Reason, measurement};

use crate::engine::{median, timed};

/// Copies that are timed after the samples; the stages record their medians.
const COPIES: usize = 5;

/// The median time of a copy, in nanoseconds.
pub(super) fn median_ns(mut copy: impl FnMut() -> Result<(), Reason>) -> Result<u64, Reason> {
    Ok(median((0..COPIES).map(|_| Ok(timed(&mut copy)?.1)).collect::<Result<Vec<_>, Reason>>()?))
}

/// Converts times of the GPU's own clock for the measurement.
pub(super) fn event_times(times: EventTimes) -> measurement::EventTimes {
    let nanoseconds = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    measurement::EventTimes {
        upload_ns: nanoseconds(times.upload),
        forward_ns: nanoseconds(times.forward),
        download_ns: nanoseconds(times.download),
    }
}
