//! What times say in other units: how many times faster, and how many images a second.

use cotejo_model::Workload;
use cotejo_model::comparison::Measured;
use cotejo_model::stats::{self, Estimate};

/// How many times faster the one was than the other.
pub(crate) fn speed_up(slow: &Measured, fast: &Measured) -> Option<Estimate> {
    stats::speed_up(slow.summary.estimate(), fast.summary.estimate())
}

/// Images a second, of all streams; none of a product, or where there is no time above zero.
pub(crate) fn throughput(workload: &Workload, time: Estimate) -> Option<Estimate> {
    stats::rate(workload.images()? as f64, time)
}
