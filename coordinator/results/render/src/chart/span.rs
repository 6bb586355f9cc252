//! How figures become distances, and which of them an axis names.

use cotejo_language::{Language, Texts};

use super::{Axis, Chart, ChartKind, Point, Role, Scale};

/// Ticks of an axis at most, where the drawing chooses them.
const MOST_TICKS: usize = 8;
/// Mantissas of the ticks of a logarithmic axis, from the sparsest to the densest.
const MANTISSAS: [&[u32]; 3] = [&[1], &[1, 2, 5], &[1, 2, 3, 4, 5, 6, 7, 8, 9]];

/// What an axis reaches from and to, with its ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    scale: Scale,
    low: f64,
    high: f64,
    pub(super) ticks: Vec<(f64, String)>,
}

impl Span {
    /// Where a value lies: 0 at the beginning, 1 at the end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let at = |value: f64| match self.scale {
            Scale::Linear => value,
            Scale::Log => value.max(f64::MIN_POSITIVE).ln(),
        };
        ((at(value) - at(self.low)) / (at(self.high) - at(self.low))).clamp(0.0, 1.0)
    }

    /// A name a row, the first on top.
    fn rows(names: &[(f64, String)]) -> Self {
        let count = names.len() as f64;
        Self { scale: Scale::Linear, low: count - 0.5, high: -0.5, ticks: names.to_vec() }
    }

    /// Over these values. Ticks are those of the axis, or are chosen so that there are few and round ones.
    fn over(values: impl Iterator<Item = f64>, axis: &Axis, language: Language) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let mut span = match axis.scale {
            Scale::Log if low > 0.0 && low.is_finite() => {
                // A margin of a sixteenth on both sides, and some room around a single value.
                let margin = ((high / low).ln() / 16.0).max(0.1);
                Self { scale: Scale::Log, low: low * (-margin).exp(), high: high * margin.exp(), ticks: Vec::new() }
            }
            _ => {
                let single = low.total_cmp(&high).is_eq();
                let high = if high > 0.0 { high } else { 1.0 };
                // A single value is in the middle.
                let room = if single { 2.0 } else { 17.0 / 16.0 };
                Self { scale: Scale::Linear, low: 0.0, high: high * room, ticks: Vec::new() }
            }
        };
        span.ticks = if axis.ticks.is_empty() { span.round_ticks(language) } else { axis.ticks.clone() };
        span
    }

    fn round_ticks(&self, language: Language) -> Vec<(f64, String)> {
        let ticks = match self.scale {
            Scale::Linear => self.linear_ticks(),
            Scale::Log => self.log_ticks(),
        };
        let texts = Texts::of(language);
        ticks.into_iter().map(|(value, written)| (value, texts.number(&written).into_owned())).collect()
    }

    fn linear_ticks(&self) -> Vec<(f64, String)> {
        let rough = self.high / (MOST_TICKS - 1) as f64;
        let (mantissa, exponent) = split(rough);
        let (mantissa, exponent) = match mantissa {
            at if at <= 1.0 => (1, exponent),
            at if at <= 2.0 => (2, exponent),
            at if at <= 5.0 => (5, exponent),
            _ => (1, exponent + 1),
        };
        // Multiples, not sums: those would gather rounding.
        let value = |at: u32| Some(round(mantissa * at, exponent));
        (0..=2 * MOST_TICKS)
            .filter_map(|at| value(u32::try_from(at).ok()?))
            .filter(|(value, _)| *value <= self.high)
            .collect()
    }

    fn log_ticks(&self) -> Vec<(f64, String)> {
        let (first, last) = (split(self.low).1, split(self.high).1);
        let of = |mantissas: &[u32]| -> Vec<(f64, String)> {
            (first..=last)
                .flat_map(|exponent| mantissas.iter().map(move |mantissa| round(*mantissa, exponent)))
                .filter(|(value, _)| (self.low..=self.high).contains(value))
                .collect()
        };
        let all = MANTISSAS.map(of);
        let few_enough = |ticks: &&Vec<(f64, String)>| ticks.len() <= MOST_TICKS;
        all.iter().rev().find(few_enough).or(all.first()).cloned().unwrap_or_default()
    }
}

/// Mantissa from 1 to below 10, and the power of ten.
fn split(value: f64) -> (f64, i32) {
    let text = format!("{value:e}");
    let mut parts = text.split('e');
    let mantissa = parts.next().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    (mantissa, parts.next().and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// `mantissa` times this power of ten, as a number and as it is written.
fn round(mantissa: u32, exponent: i32) -> (f64, String) {
    let value: f64 = format!("{mantissa}e{exponent}").parse().unwrap_or(0.0);
    let written = if mantissa == 0 {
        "0".to_owned()
    } else if !(-5..=5).contains(&exponent) {
        format!("{value:e}")
    } else {
        let decimals = usize::try_from(-exponent).unwrap_or(0);
        format!("{value:.decimals$}")
    };
    (value, written)
}

/// Both axes as they are drawn: `Points` lie along the horizontal one, a row a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    pub(super) across: Span,
    pub(super) across_label: String,
    /// From the bottom up.
    pub(super) up: Span,
    pub(super) up_label: String,
    /// Whether bars lie, as `y` does.
    pub(super) lying: bool,
}

impl Frame {
    pub(super) fn of(chart: &Chart) -> Self {
        let points = || chart.series.iter().flat_map(|series| &series.points);
        let ends = |point: &Point| {
            let ci = point.ci.map_or([point.y; 2], |ci| [ci.low, ci.high]);
            [point.y, ci[0], ci[1]]
        };
        let values = Span::over(points().flat_map(ends), &chart.y, chart.language);
        let texts = Texts::of(chart.language);
        let label = |axis: &Axis| match axis.scale {
            Scale::Linear => axis.label.clone(),
            Scale::Log => texts.fill("chart-log-axis", &[("label", axis.label.as_str().into())]),
        };
        match chart.kind {
            ChartKind::Lines => Self {
                across: Span::over(points().map(|point| point.x), &chart.x, chart.language),
                across_label: label(&chart.x),
                up: values,
                up_label: label(&chart.y),
                lying: false,
            },
            ChartKind::Points => Self {
                across: values,
                across_label: label(&chart.y),
                up: Span::rows(&chart.x.ticks),
                up_label: label(&chart.x),
                lying: true,
            },
        }
    }

    /// Where a point lies, as shares of both axes.
    pub(super) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        if self.lying { (self.across.share(y), self.up.share(x)) } else { (self.across.share(x), self.up.share(y)) }
    }

    /// Whether a line joins the points of a series.
    pub(super) fn joins(&self, role: Role) -> bool {
        !self.lying || role == Role::Guide
    }

    /// The corners of a series' line. A guide of one height runs from end to end.
    pub(super) fn path(&self, role: Role, points: &[Point]) -> Vec<(f64, f64)> {
        let mut path: Vec<(f64, f64)> = points.iter().map(|point| self.place(point.x, point.y)).collect();
        let level = points.first().is_some_and(|first| points.iter().all(|point| point.y.total_cmp(&first.y).is_eq()));
        if role == Role::Guide && level {
            let at = path[0];
            path = if self.lying { vec![(at.0, 0.0), (at.0, 1.0)] } else { vec![(0.0, at.1), (1.0, at.1)] };
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale) -> Axis {
        Axis { label: String::new(), scale, ticks: Vec::new() }
    }

    fn labels(values: &[f64], scale: Scale, language: Language) -> String {
        let span = Span::over(values.iter().copied(), &axis(scale), language);
        span.ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_few_and_round() {
        let english = |values: &[f64], scale| labels(values, scale, Language::English);
        assert_eq!(english(&[0.002, 0.62], Scale::Log), "0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5");
        assert_eq!(english(&[0.02, 0.05], Scale::Log), "0.02 0.03 0.04 0.05");
        assert_eq!(english(&[1e-4, 1e3], Scale::Log), "0.0001 0.001 0.01 0.1 1 10 100 1000");
        assert_eq!(english(&[2e-7, 3e-6], Scale::Log), "2e-7 5e-7 1e-6 2e-6");
        assert_eq!(english(&[0.02, 0.05], Scale::Linear), "0 0.01 0.02 0.03 0.04 0.05");
        assert_eq!(english(&[1.0, 28.3], Scale::Linear), "0 5 10 15 20 25 30");
        assert_eq!(english(&[2.0, 7.0], Scale::Linear), "0 2 4 6");
        assert_eq!(labels(&[0.02, 0.5], Scale::Log, Language::Spanish), "0,02 0,05 0,1 0,2 0,5");
    }

    #[test]
    fn values_lie_where_their_scale_says() {
        let log = Span::over([1.0, 100.0].into_iter(), &axis(Scale::Log), Language::English);
        assert!((log.share(10.0) - 0.5).abs() < 1e-12);
        assert!(log.share(1.0) > 0.0 && log.share(100.0) < 1.0);
        let linear = Span::over([4.0].into_iter(), &axis(Scale::Linear), Language::English);
        assert!(linear.share(0.0).abs() < 1e-12 && (linear.share(4.0) - 0.5).abs() < 1e-12);
        let one = Span::over([4.0].into_iter(), &axis(Scale::Log), Language::English);
        assert!((one.share(4.0) - 0.5).abs() < 1e-12);
        let rows = Span::rows(&[(0.0, "a".to_owned()), (1.0, "b".to_owned())]);
        assert_eq!((rows.share(0.0), rows.share(1.0)), (0.75, 0.25));
    }

    #[test]
    fn nothing_and_nonsense_have_an_axis() {
        for values in [&[][..], &[f64::NAN], &[0.0]] {
            for scale in [Scale::Linear, Scale::Log] {
                let span = Span::over(values.iter().copied(), &axis(scale), Language::English);
                assert!(span.low < span.high && span.share(0.5).is_finite(), "{values:?}");
            }
        }
    }
}
