//! When to stop warming up and when to stop sampling: decisions over times, apart from any clock.

use serde::{Deserialize, Serialize};

use crate::named::named_enum;
use crate::stats;

/// The largest image whose answer the reference engine checks, in pixels a side: for larger ones it would take longer
/// than the measurement.
pub const LARGEST_CHECKED: u32 = 1024;

/// Warm-up iterations at least.
pub const WARMUP_MIN_RUNS: usize = 3;
/// The last so many warm-up iterations must agree.
pub const WARMUP_WINDOW: usize = 5;
/// How far the window's extremes may lie apart, as a share of its median.
pub const WARMUP_AGREEMENT: f64 = 0.02;
/// Warm-up ends at this time, agreed or not.
pub const WARMUP_MAX_NS: u64 = 3_000_000_000;
/// Warm-up iterations at most: a computation of microseconds is warm by then, and a result must fit a message.
pub const WARMUP_MAX_RUNS: usize = 1000;
/// Samples at least.
pub const MIN_RUNS: usize = 10;
/// Sampling time at least.
pub const MIN_TIME_NS: u64 = 3_000_000_000;
/// The interval of the median must lie within this share of it, to either side.
pub const CI_TARGET: f64 = 0.01;
/// Samples at most: the interval is then far inside the target, and a result must fit a message.
pub const MAX_RUNS: usize = 16_384;
/// The default time that one cell may take, in milliseconds.
pub const DEFAULT_BUDGET_MS: u64 = 20_000;

/// How long to measure a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeasuringPlan {
    /// Exactly this many samples, whatever their spread; none lets the spread decide.
    pub runs: Option<u32>,
    /// First run, warm-up and sampling together end at this time, in milliseconds; with `runs`, it bounds nothing.
    pub budget_ms: u64,
}

/// How to find out roughly how fast a device is: even after the longest warm-up, two seconds are left for samples that
/// show their spread.
pub const CALIBRATION: MeasuringPlan = MeasuringPlan { runs: None, budget_ms: 5_000 };

impl Default for MeasuringPlan {
    fn default() -> Self {
        Self { runs: None, budget_ms: DEFAULT_BUDGET_MS }
    }
}

named_enum!(
    /// Why sampling ended.
    "stop reason" Stop {
        /// Enough runs, enough time, and the interval of the median within the target.
        Converged = "converged",
        /// The number of runs that was asked for.
        Runs = "runs",
        /// The most samples that a measurement holds.
        Full = "full",
        /// The cell's time is over.
        Budget = "budget",
    }
);

/// Whether the warm-up may end: at least three iterations of which the last five agree within 2 %, or 3 s, or a
/// thousand iterations.
pub fn warm_enough(times_ns: &[u64]) -> bool {
    let total: u64 = times_ns.iter().sum();
    if total >= WARMUP_MAX_NS || times_ns.len() >= WARMUP_MAX_RUNS {
        return !times_ns.is_empty();
    }
    if times_ns.len() < WARMUP_MIN_RUNS.max(WARMUP_WINDOW) {
        return false;
    }
    let mut window: Vec<u64> = times_ns[times_ns.len() - WARMUP_WINDOW..].to_vec();
    window.sort_unstable();
    let spread = (window[WARMUP_WINDOW - 1] - window[0]) as f64;
    spread <= WARMUP_AGREEMENT * window[WARMUP_WINDOW / 2] as f64
}

/// Whether sampling ends now, and why. `spent_ns` is the time since the cell's first run began; `samples_ns` the
/// samples so far. The interval costs a sort, so it is computed only where the other conditions hold.
pub fn stop(plan: &MeasuringPlan, samples_ns: &[u64], spent_ns: u64) -> Option<Stop> {
    let count = samples_ns.len();
    if let Some(runs) = plan.runs {
        return (count >= runs as usize).then_some(Stop::Runs);
    }
    if count == 0 {
        return None;
    }
    if count >= MAX_RUNS {
        return Some(Stop::Full);
    }
    if spent_ns >= plan.budget_ms.saturating_mul(1_000_000) {
        return Some(Stop::Budget);
    }
    let sampled: u64 = samples_ns.iter().sum();
    if count < MIN_RUNS || sampled < MIN_TIME_NS || !worth_checking(count) {
        return None;
    }
    let seconds = stats::seconds(samples_ns);
    let summary = stats::summarise(&seconds)?;
    let interval = summary.ci?;
    let off = (summary.median - interval.low).max(interval.high - summary.median);
    (off <= CI_TARGET * summary.median).then_some(Stop::Converged)
}

/// Checking after every sixteenth of what there is keeps the sorts from adding up.
fn worth_checking(count: usize) -> bool {
    count.is_multiple_of((count / 16).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn warm_up_waits_for_agreement() {
        assert!(!warm_enough(&[]));
        assert!(!warm_enough(&[100, 100, 100, 100]));
        assert!(warm_enough(&[500, 100, 101, 100, 100, 101]));
        assert!(!warm_enough(&[100, 100, 103, 100, 100]));
    }

    #[test]
    fn warm_up_ends_after_three_seconds() {
        assert!(warm_enough(&[4_000 * MS]));
        assert!(warm_enough(&[1_000 * MS, 1_500 * MS, 1_000 * MS]));
        assert!(!warm_enough(&[1_000 * MS, 1_500 * MS]));
    }

    #[test]
    fn a_restless_warm_up_is_bounded() {
        let restless: Vec<u64> = (0..WARMUP_MAX_RUNS as u64).map(|i| 1000 + 500 * (i % 2)).collect();
        assert!(!warm_enough(&restless[1..]));
        assert!(warm_enough(&restless));
    }

    #[test]
    fn runs_are_exact() {
        let plan = MeasuringPlan { runs: Some(3), budget_ms: 1 };
        assert_eq!(stop(&plan, &[1, 9], u64::MAX), None);
        assert_eq!(stop(&plan, &[1, 9, 1], 0), Some(Stop::Runs));
    }

    #[test]
    fn a_steady_cell_stops_at_ten_runs_and_three_seconds() {
        let plan = MeasuringPlan::default();
        let fast = vec![10 * MS; 299];
        assert_eq!(stop(&plan, &fast, 0), None);
        let fast = vec![10 * MS; 304];
        assert_eq!(stop(&plan, &fast, 0), Some(Stop::Converged));
        let slow = vec![900 * MS; 9];
        assert_eq!(stop(&plan, &slow, 0), None);
        let slow = vec![900 * MS; 10];
        assert_eq!(stop(&plan, &slow, 0), Some(Stop::Converged));
    }

    #[test]
    fn a_noisy_cell_stops_at_its_budget() {
        let plan = MeasuringPlan { runs: None, budget_ms: 20_000 };
        let noisy: Vec<u64> = (0..40).map(|i| (100 + 40 * (i % 3)) * MS).collect();
        assert_eq!(stop(&plan, &noisy, 19_999 * MS), None);
        assert_eq!(stop(&plan, &noisy, 20_000 * MS), Some(Stop::Budget));
        assert_eq!(stop(&plan, &[], 20_000 * MS), None, "at least one sample");
    }

    #[test]
    fn samples_are_bounded() {
        assert_eq!(stop(&MeasuringPlan::default(), &vec![1; MAX_RUNS], 0), Some(Stop::Full));
    }
}
