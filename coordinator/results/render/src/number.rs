//! Numbers as people read them: as many digits as the confidence interval supports, and no more.

use cotejo_model::stats::Estimate;

/// Significant digits where no interval says how many are meant.
const PLAIN_DIGITS: i32 = 3;
/// Significant digits at most: clocks do not tell more.
const MOST_DIGITS: i32 = 6;
/// Below this, leading zeros are harder to read than an exponent.
const SMALLEST_PLAIN: f64 = 1e-4;

/// A value and its margin, ready to print.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The value.
    pub value: String,
    /// Half the width of its 95 % confidence interval.
    pub margin: Option<String>,
    /// The same for programs that write numbers themselves.
    pub figure: Figure,
}

/// A number with the digits that it is to be written with, for spreadsheets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The value, unrounded.
    pub value: f64,
    /// Half the width of its 95 % confidence interval, as it is written, where it is shown.
    pub margin: Option<f64>,
    /// Digits behind the point.
    pub decimals: usize,
    /// Written with a power of ten.
    pub scientific: bool,
}

impl Figure {
    /// A count.
    pub fn count(count: f64) -> Self {
        Self { value: count, margin: None, decimals: 0, scientific: false }
    }
}

impl Written {
    /// `0.1284 ± 0.0009`
    pub fn with_margin(&self) -> String {
        match &self.margin {
            Some(margin) => format!("{} ± {margin}", self.value),
            None => self.value.clone(),
        }
    }
}

/// An estimate, with the digits that its interval supports.
pub fn estimate(estimate: &Estimate) -> Written {
    let value = estimate.value;
    // Around a median the interval is seldom even: the wider side is the honest one.
    let margin = estimate.ci.map(|ci| (value - ci.low).max(ci.high - value)).filter(|margin| *margin > 0.0);
    let Some(margin) = margin.filter(|margin| margin.is_finite() && value != 0.0) else {
        let (text, decimals, scientific) = plain_digits(value);
        return Written { value: text, margin: None, figure: Figure { value, margin: None, decimals, scientific } };
    };
    let magnitude = exponent(value);
    let last = last_digit(margin).min(magnitude);
    let finest = magnitude - MOST_DIGITS + 1;
    let decimals = |last: i32| usize::try_from(-last).unwrap_or(0);
    let figure = Figure { value, margin: None, decimals: decimals(last), scientific: false };
    if last < finest {
        let figure = Figure { decimals: decimals(finest), ..figure };
        return Written { value: rounded(value, finest), margin: None, figure };
    }
    let with_margin = |value: String, margin: String, figure: Figure| {
        let figure = Figure { margin: margin.parse().ok(), ..figure };
        Written { value, margin: Some(margin), figure }
    };
    if value.abs() < SMALLEST_PLAIN {
        let scale = 10f64.powi(-magnitude);
        let digits = |number: f64| format!("{}e{magnitude}", rounded(number * scale, last - magnitude));
        let figure = Figure { decimals: decimals(last - magnitude), scientific: true, ..figure };
        return with_margin(digits(value), digits(margin), figure);
    }
    with_margin(rounded(value, last), rounded(margin, last), figure)
}

/// A number alone, with three significant digits.
pub fn plain(value: f64) -> String {
    plain_digits(value).0
}

/// The same, with its digits behind the point, and whether it has a power of ten.
fn plain_digits(value: f64) -> (String, usize, bool) {
    if value == 0.0 || !value.is_finite() {
        return (format!("{value}"), 0, false);
    }
    let magnitude = exponent(value);
    if value.abs() < SMALLEST_PLAIN {
        let last = 1 - PLAIN_DIGITS;
        let text = format!("{}e{magnitude}", rounded(value * 10f64.powi(-magnitude), last));
        return (text, last.unsigned_abs() as usize, true);
    }
    let last = (magnitude - PLAIN_DIGITS + 1).min(0);
    (rounded(value, last), last.unsigned_abs() as usize, false)
}

/// A duration to the second, such as `45 s`, `2 min 5 s` or `1 h 10 min`.
pub fn duration(seconds: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; never negative")]
    let total = seconds.max(0.0).ceil() as u64;
    match (total / 3600, total / 60 % 60, total % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// The power of ten of the first significant digit.
fn exponent(value: f64) -> i32 {
    // Formatting rounds exactly where a logarithm may fall a step short.
    let text = format!("{value:e}");
    text.rsplit('e').next().and_then(|exponent| exponent.parse().ok()).unwrap_or(0)
}

/// The power of ten of the last digit that a margin supports: its first digit, or its second where the first is 1.
fn last_digit(margin: f64) -> i32 {
    let text = format!("{margin:.1e}");
    let exponent = text.rsplit('e').next().and_then(|exponent| exponent.parse().ok()).unwrap_or(0);
    if text.starts_with('1') { exponent - 1 } else { exponent }
}

/// A number rounded at this power of ten.
fn rounded(value: f64, last: i32) -> String {
    if last < 0 {
        return format!("{value:.*}", last.unsigned_abs() as usize);
    }
    let unit = 10f64.powi(last);
    format!("{:.0}", (value / unit).round() * unit)
}

#[cfg(test)]
mod tests {
    use cotejo_model::stats::Interval;
    use proptest::prelude::*;

    use super::*;

    fn with_margin(value: f64, low: f64, high: f64) -> String {
        estimate(&Estimate { value, ci: Some(Interval { low, high }) }).with_margin()
    }

    #[test]
    fn digits_follow_the_interval() {
        assert_eq!(with_margin(0.128_412, 0.1275, 0.1290), "0.1284 ± 0.0009");
        assert_eq!(with_margin(0.128_412, 0.1272, 0.1290), "0.1284 ± 0.0012");
        assert_eq!(with_margin(2.5, 2.2, 2.6), "2.5 ± 0.3");
        assert_eq!(with_margin(1234.5, 1170.0, 1300.0), "1230 ± 70");
        assert_eq!(with_margin(0.5, 0.1, 3.4), "0.5 ± 2.9");
        assert_eq!(with_margin(0.000_032_1, 0.000_031_7, 0.000_032_4), "3.21e-5 ± 0.04e-5");
        assert_eq!(with_margin(0.25, 0.25, 0.25), "0.250");
        assert_eq!(with_margin(0.25, 0.249_999_99, 0.25), "0.250000");
    }

    #[test]
    fn three_digits_without_an_interval() {
        for (value, text) in
            [(0.128_412, "0.128"), (12.345, "12.3"), (1234.6, "1235"), (0.000_012_345, "1.23e-5"), (0.0, "0")]
        {
            assert_eq!(plain(value), text);
        }
        assert_eq!(plain(0.000_1), "0.000100");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, text) in
            [(-1.0, "0 s"), (0.2, "1 s"), (60.0, "1 min"), (125.0, "2 min 5 s"), (4200.0, "1 h 10 min")]
        {
            assert_eq!(duration(seconds), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_the_value(value in 1e-12..1e9_f64, below in 0.0..0.9_f64, above in 0.0..2.0_f64) {
            let ci = Interval { low: value * (1.0 - below), high: value * (1.0 + above) };
            let margin = value * below.max(above);
            let written = estimate(&Estimate { value, ci: Some(ci) });
            let read: f64 = written.value.parse().unwrap();
            // The digits left out are fewer than the margin says, or than a clock can tell.
            prop_assert!((read - value).abs() <= (0.51 * margin).max(value * 6e-3), "{written:?}");
            prop_assert_eq!(written.value.contains('e'), value < SMALLEST_PLAIN, "{:?}", written);
            if let Some(text) = &written.margin {
                let read: f64 = text.parse().unwrap();
                prop_assert!((read / margin - 1.0).abs() < 0.26, "{written:?} {margin}");
                let decimals = |text: &str| text.split('e').next().unwrap().split_once('.').map_or(0, |(_, d)| d.len());
                prop_assert_eq!(decimals(&written.value), decimals(text), "{:?}", written);
            }
        }

        #[test]
        fn a_plain_number_has_three_digits(value in 1e-12..1e3_f64) {
            let read: f64 = plain(value).parse().unwrap();
            prop_assert!((read / value - 1.0).abs() <= 5.1e-3);
        }
    }
}
