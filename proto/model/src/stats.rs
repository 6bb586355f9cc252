//! Statistics of timings. All values are seconds; none of these functions reads a clock.

use serde::{Deserialize, Serialize};

/// An observation this many median absolute deviations from the median is an outlier (ten standard deviations of a
/// normal distribution: 10 x 1.4826).
pub const OUTLIER_MADS: f64 = 14.8;
/// Samples from which a 90th percentile is reported (`MLPerf` Inference's early stopping at 99 % confidence).
pub const P90_MIN_SAMPLES: usize = 64;
/// Samples from which a 99th percentile is reported (likewise).
pub const P99_MIN_SAMPLES: usize = 662;

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A value with its 95 % confidence interval, where there are samples enough for one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its interval.
    pub ci: Option<Interval>,
}

/// What is reported of a set of samples. What cannot be said of so few is missing, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many samples.
    pub n: usize,
    /// The median.
    pub median: f64,
    /// The median's 95 % confidence interval, from order statistics; from six samples on.
    pub ci: Option<Interval>,
    /// Median absolute deviation from the median, unscaled.
    pub mad: f64,
    /// Smallest sample.
    pub min: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation; from two samples on.
    pub sd: Option<f64>,
    /// Interquartile range over the median; from four samples on.
    pub iqr_ratio: Option<f64>,
    /// 90th percentile; from `P90_MIN_SAMPLES` on.
    pub p90: Option<f64>,
    /// 99th percentile; from `P99_MIN_SAMPLES` on.
    pub p99: Option<f64>,
    /// Samples further than `OUTLIER_MADS` deviations from the median. They are counted, never dropped.
    pub outliers: usize,
}

impl Summary {
    /// The median with its interval.
    pub fn estimate(&self) -> Estimate {
        Estimate { value: self.median, ci: self.ci }
    }
}

/// Nanoseconds as seconds.
pub fn seconds(ns: &[u64]) -> Vec<f64> {
    ns.iter().map(|ns| *ns as f64 * 1e-9).collect()
}

/// The summary of these samples, or none if there are none or one of them is not a finite number.
pub fn summarise(samples: &[f64]) -> Option<Summary> {
    if samples.is_empty() || samples.iter().any(|sample| !sample.is_finite()) {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let median = quantile(&sorted, 0.5);
    let mut deviations: Vec<f64> = sorted.iter().map(|sample| (sample - median).abs()).collect();
    deviations.sort_unstable_by(f64::total_cmp);
    let mad = quantile(&deviations, 0.5);
    let mean = sorted.iter().sum::<f64>() / n as f64;
    let sd = (n > 1).then(|| {
        let squares: f64 = sorted.iter().map(|sample| (sample - mean).powi(2)).sum();
        (squares / (n - 1) as f64).sqrt()
    });
    let iqr = quantile(&sorted, 0.75) - quantile(&sorted, 0.25);
    Some(Summary {
        n,
        median,
        ci: median_ranks(n).map(|(low, high)| Interval { low: sorted[low], high: sorted[high] }),
        mad,
        min: sorted[0],
        mean,
        sd,
        iqr_ratio: (n >= 4 && median > 0.0).then(|| iqr / median),
        p90: (n >= P90_MIN_SAMPLES).then(|| quantile(&sorted, 0.9)),
        p99: (n >= P99_MIN_SAMPLES).then(|| quantile(&sorted, 0.99)),
        outliers: sorted.iter().filter(|sample| mad > 0.0 && (**sample - median).abs() / mad > OUTLIER_MADS).count(),
    })
}

/// Quantile `q` of sorted, non-empty samples, linearly interpolated (Hyndman and Fan's type 7, as numpy's default).
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q * (sorted.len() - 1) as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= position < len")]
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let share = position - below as f64;
    sorted[below] + share * (sorted[above] - sorted[below])
}

/// Zero-based ranks of the order statistics that enclose the median with at least 95 % confidence, whatever the
/// distribution: the number of samples below the median is binomial (n, 1/2). Conover, Practical Nonparametric
/// Statistics, 3.2. None below six samples: not even the extremes reach 95 % then.
fn median_ranks(n: usize) -> Option<(usize, usize)> {
    // The exact sum underflows beyond about a thousand, where the normal approximation is off by less than a rank.
    let low = if n <= 200 {
        let mut probability = 0.5_f64.powi(i32::try_from(n).ok()?);
        let mut cumulative = probability;
        let mut rank = 0;
        while cumulative <= 0.025 {
            rank += 1;
            probability *= (n - rank + 1) as f64 / rank as f64;
            cumulative += probability;
        }
        rank.checked_sub(1)?
    } else {
        let rank = n as f64 / 2.0 - 1.96 * (n as f64).sqrt() / 2.0;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and below n")]
        let rank = rank.floor() as usize;
        rank - 1
    };
    Some((low, n - 1 - low))
}

/// How many times faster `fast` is than `slow`: the ratio of the medians, and the widest range that the two
/// intervals allow, which holds at 90 % or better since each end needs both to miss.
pub fn speed_up(slow: Estimate, fast: Estimate) -> Option<Estimate> {
    if !(slow.value > 0.0 && fast.value > 0.0) {
        return None;
    }
    let ci = slow.ci.zip(fast.ci).and_then(|(slow, fast)| {
        (fast.low > 0.0 && slow.low > 0.0).then(|| Interval { low: slow.low / fast.high, high: slow.high / fast.low })
    });
    Some(Estimate { value: slow.value / fast.value, ci })
}

/// So many things in this time, as a number a second; none where there is no time above zero.
pub fn rate(count: f64, time: Estimate) -> Option<Estimate> {
    let ci = time.ci.filter(|ci| ci.low > 0.0).map(|ci| Interval { low: count / ci.high, high: count / ci.low });
    (time.value > 0.0).then(|| Estimate { value: count / time.value, ci })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_summary() {
        // numpy: median 5.5, percentile 25/75 3.25/7.75, std(ddof=1) 3.0276503540974917.
        let samples: Vec<f64> = (1..=10).map(f64::from).collect();
        let summary = summarise(&samples).unwrap();
        assert!((summary.median - 5.5).abs() < 1e-12);
        assert!((summary.sd.unwrap() - 3.027_650_354_097_491_7).abs() < 1e-12);
        assert!((summary.iqr_ratio.unwrap() - 4.5 / 5.5).abs() < 1e-12);
        assert!((summary.mad - 2.5).abs() < 1e-12);
        // Conover's table: n = 10 gives ranks 2 and 9 (97.9 %).
        assert_eq!(summary.ci, Some(Interval { low: 2.0, high: 9.0 }));
        assert_eq!((summary.p90, summary.p99, summary.outliers), (None, None, 0));
    }

    #[test]
    fn ranks_are_those_of_the_tables() {
        // One-based ranks minus one, from tables of the sign test at 95 %.
        for (n, expected) in
            [(5, None), (6, Some((0, 5))), (9, Some((1, 7))), (20, Some((5, 14))), (50, Some((17, 32)))]
        {
            assert_eq!(median_ranks(n), expected, "{n}");
        }
        // scipy.stats.binom.ppf(0.025, n, 0.5) - 1
        assert_eq!(median_ranks(200).unwrap().0, 85);
        assert_eq!(median_ranks(201).unwrap().0, 85);
        assert_eq!(median_ranks(1000).unwrap().0, 468);
    }

    #[test]
    fn tail_percentiles_need_samples() {
        let samples = |n: usize| (0..n).map(|i| i as f64).collect::<Vec<_>>();
        assert!(summarise(&samples(63)).unwrap().p90.is_none());
        assert!(summarise(&samples(64)).unwrap().p90.is_some());
        assert!(summarise(&samples(661)).unwrap().p99.is_none());
        assert!(summarise(&samples(662)).unwrap().p99.is_some());
    }

    #[test]
    fn outliers_are_counted_and_kept() {
        let mut samples: Vec<f64> = (0..20).map(|i| 10.0 + f64::from(i % 5) * 0.1).collect();
        samples.push(100.0);
        let summary = summarise(&samples).unwrap();
        assert_eq!(summary.outliers, 1);
        assert_eq!(summary.n, 21);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(summarise(&[]), None);
        assert_eq!(summarise(&[f64::NAN]), None);
        let one = summarise(&[2.0]).unwrap();
        assert_eq!((one.sd, one.ci, one.iqr_ratio), (None, None, None));
    }

    #[test]
    fn speed_up_is_the_ratio_with_its_range() {
        let slow = Estimate { value: 10.0, ci: Some(Interval { low: 9.0, high: 12.0 }) };
        let fast = Estimate { value: 2.0, ci: Some(Interval { low: 1.5, high: 3.0 }) };
        let ratio = speed_up(slow, fast).unwrap();
        assert!((ratio.value - 5.0).abs() < 1e-12);
        assert_eq!(ratio.ci, Some(Interval { low: 3.0, high: 8.0 }));
        assert_eq!(speed_up(slow, Estimate { value: 0.0, ci: None }), None);
    }

    #[test]
    fn a_rate_is_the_inverse_of_a_time() {
        let time = Estimate { value: 0.5, ci: Some(Interval { low: 0.4, high: 0.8 }) };
        assert_eq!(rate(8.0, time), Some(Estimate { value: 16.0, ci: Some(Interval { low: 10.0, high: 20.0 }) }));
        assert_eq!(rate(8.0, Estimate { value: 0.0, ci: None }), None);
    }

    proptest! {
        #[test]
        fn summary_is_ordered_and_scales(samples in prop::collection::vec(1e-6..1e3_f64, 1..300), factor in 0.5..4.0_f64) {
            let summary = summarise(&samples).unwrap();
            let max = samples.iter().copied().fold(0.0, f64::max);
            prop_assert!(summary.min <= summary.median && summary.median <= max);
            if let Some(ci) = summary.ci {
                prop_assert!(ci.low <= summary.median && summary.median <= ci.high);
            }
            let scaled: Vec<f64> = samples.iter().map(|sample| sample * factor).collect();
            let scaled = summarise(&scaled).unwrap();
            prop_assert!((scaled.median / summary.median / factor - 1.0).abs() < 1e-9);
            prop_assert!((scaled.mad - summary.mad * factor).abs() <= 1e-9 * max * factor);
        }
    }
}
