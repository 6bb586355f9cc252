//! Reasons to read a measurement with care, each with the figure that raised it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::estimate;
use crate::machine::PowerSource;
use crate::measurement::Measurement;
use crate::measuring::Stop;
use crate::named::named_enum;

/// Interquartile range over the median from which a measurement is `noisy`.
pub const NOISY_IQR: f64 = 0.10;
/// Share of all processors used by others from which it is `busy`.
pub const BUSY_LOAD: f64 = 0.10;
/// Lowest over highest clock below which it is `throttled`.
pub const THROTTLED_CLOCK: f64 = 0.85;

named_enum!(
    /// A reason to read a measurement with care.
    "quality flag" FlagKind {
        /// The samples spread widely: interquartile range over median.
        Noisy = "noisy",
        /// Other processes used the processors just before: their share.
        Busy = "busy",
        /// The machine ran on its battery.
        Battery = "battery",
        /// The clock fell: lowest over highest.
        Throttled = "throttled",
        /// The machine slept in the middle: seconds.
        Slept = "slept",
        /// The budget ended before the interval was narrow: its half width over the median.
        Short = "short",
        /// More FLOP/s than the device can do: times its peak.
        Implausible = "implausible",
    }
);

/// A raised flag and its figure, in the unit that its kind names; a share is 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Which.
    pub kind: FlagKind,
    /// How much; none where there is nothing to count.
    pub figure: Option<f64>,
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(figure) = self.figure else {
            return self.kind.fmt(f);
        };
        match self.kind {
            FlagKind::Noisy => write!(f, "noisy (IQR {:.0} % of the median)", figure * 100.0),
            FlagKind::Busy => write!(f, "busy (others used {:.0} % of the CPU)", figure * 100.0),
            FlagKind::Battery => f.write_str("battery"),
            FlagKind::Throttled => write!(f, "throttled (clock fell to {:.0} %)", figure * 100.0),
            FlagKind::Slept => write!(f, "slept ({figure:.0} s)"),
            FlagKind::Short => write!(f, "short (budget ended at ±{:.1} %)", figure * 100.0),
            FlagKind::Implausible => write!(f, "implausible ({figure:.1}x the device's peak)"),
        }
    }
}

/// The flags of a measurement, in a fixed order.
pub fn flags(measurement: &Measurement) -> Vec<Flag> {
    let summary = measurement.summary();
    let conditions = &measurement.conditions;
    let noisy = summary.and_then(|summary| summary.iqr_ratio).filter(|ratio| *ratio >= NOISY_IQR);
    let busy = conditions.background_load.filter(|load| *load >= BUSY_LOAD);
    let throttled = conditions.clock_ratio.filter(|ratio| *ratio < THROTTLED_CLOCK);
    let short = (measurement.stop == Stop::Budget)
        .then(|| summary.and_then(|summary| summary.ci.map(|ci| (ci.high - ci.low) / 2.0 / summary.median)));
    let implausible = summary
        .zip(conditions.peak_flops.filter(|peak| *peak > 0.0))
        .map(|(summary, peak)| estimate::least_flops(&measurement.workload) / summary.median / peak)
        .filter(|ratio| *ratio > 1.0);
    let flag = |kind, figure: Option<f64>| figure.map(|figure| Flag { kind, figure: Some(figure) });
    [
        flag(FlagKind::Noisy, noisy),
        flag(FlagKind::Busy, busy),
        (conditions.power == Some(PowerSource::Battery)).then_some(Flag { kind: FlagKind::Battery, figure: None }),
        flag(FlagKind::Throttled, throttled),
        flag(FlagKind::Slept, (conditions.slept_ms > 0).then_some(conditions.slept_ms as f64 / 1000.0)),
        short.map(|figure| Flag { kind: FlagKind::Short, figure }),
        flag(FlagKind::Implausible, implausible),
    ]
    .into_iter()
    .flatten()
    .collect()
}
