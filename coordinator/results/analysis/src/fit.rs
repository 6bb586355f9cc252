//! Fits of two parameters by weighted least squares, with 95 % intervals that hold whether the scatter is the timing's own
//! or the model's.

use cotejo_model::stats::{Estimate, Interval};

/// Two-sided 95 % quantiles of Student's t for 1, 2, … degrees of freedom.
const STUDENT: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/// The same of the normal distribution.
pub(crate) const NORMAL: f64 = 1.96;
/// No time is known better than this, relatively: no weight becomes infinite.
const FINEST: f64 = 1e-6;

/// `u * a + v * b = y`, with the standard deviation of `y`, where it is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Equation {
    pub(crate) u: f64,
    pub(crate) v: f64,
    pub(crate) y: f64,
    pub(crate) sigma: Option<f64>,
}

/// The parameters with their covariance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    pub(crate) a: f64,
    pub(crate) b: f64,
    var_a: f64,
    var_b: f64,
    covariance: f64,
    /// How many standard errors a side of an interval has; none where nothing tells the error.
    quantile: Option<f64>,
}

/// The standard deviation of a median relative to it, from its 95 % interval.
pub(crate) fn relative_sigma(estimate: &Estimate) -> Option<f64> {
    let ci = estimate.ci.filter(|ci| ci.low > 0.0 && ci.high >= ci.low)?;
    Some(((ci.high / ci.low).ln() / (2.0 * NORMAL)).max(FINEST))
}

/// Solves the equations as well as they can be. What scatters more than the standard deviations explain is the model's:
/// it is added to each of them, as much as makes the residuals what is to be expected (Paule and Mandel, 1982). None where
/// there are fewer than two equations, or they say the same.
pub(crate) fn solve(equations: &[Equation]) -> Option<Fit> {
    let freedom = equations.len().checked_sub(2)?;
    let all_known = equations.iter().all(|equation| equation.sigma.is_some());
    let excess = |added: f64| -> Option<f64> {
        let (a, b, ..) = normal(equations, all_known, added)?;
        let misfit = |equation: &Equation| {
            (equation.y - equation.u * a - equation.v * b).powi(2) / variance(equation, all_known, added)
        };
        Some(equations.iter().map(misfit).sum::<f64>() - freedom as f64)
    };
    let mut added = 0.0;
    if freedom > 0 && excess(0.0)? > 0.0 {
        let mut above = equations.iter().map(|equation| equation.y.abs()).fold(FINEST, f64::max).powi(2);
        while excess(above)? > 0.0 {
            above *= 4.0;
        }
        let mut below = above * 1e-24;
        // By ratios: the scatter may be of any order.
        for _ in 0..100 {
            let middle = (below * above).sqrt();
            if excess(middle)? > 0.0 { below = middle } else { above = middle }
        }
        added = above;
    }
    // Student's also where the deviations explain the scatter: so few residuals may agree by chance.
    let quantile = match freedom {
        0 => all_known.then_some(NORMAL),
        freedom => Some(STUDENT.get(freedom - 1).copied().unwrap_or(NORMAL + 2.4 / freedom as f64)),
    };
    let (a, b, var_a, var_b, covariance) = normal(equations, all_known, added)?;
    Some(Fit { a, b, var_a, var_b, covariance, quantile })
}

fn variance(equation: &Equation, all_known: bool, added: f64) -> f64 {
    // Where one is not known, none can be weighed against it.
    let known = equation.sigma.filter(|_| all_known).unwrap_or(FINEST);
    known.powi(2) + added
}

/// The normal equations: the parameters, their variances and their covariance.
fn normal(equations: &[Equation], all_known: bool, added: f64) -> Option<(f64, f64, f64, f64, f64)> {
    let (mut uu, mut uv, mut vv, mut uy, mut vy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for equation in equations {
        let weight = 1.0 / variance(equation, all_known, added);
        let Equation { u, v, y, .. } = *equation;
        uu += weight * u * u;
        uv += weight * u * v;
        vv += weight * v * v;
        uy += weight * u * y;
        vy += weight * v * y;
    }
    let determinant = uu * vv - uv * uv;
    if determinant.is_nan() || determinant <= 1e-12 * uu * vv {
        return None;
    }
    let a = (vv * uy - uv * vy) / determinant;
    let b = (uu * vy - uv * uy) / determinant;
    Some((a, b, vv / determinant, uu / determinant, -uv / determinant))
}

impl Fit {
    /// The second parameter with its interval.
    pub(crate) fn b(&self) -> Estimate {
        self.estimate(self.b, 0.0, 1.0)
    }

    /// Something made of both, by its slopes in each (the delta method).
    pub(crate) fn estimate(&self, value: f64, by_a: f64, by_b: f64) -> Estimate {
        let variance = by_a * by_a * self.var_a + by_b * by_b * self.var_b + 2.0 * by_a * by_b * self.covariance;
        let ci = self.quantile.map(|quantile| {
            let half = quantile * variance.max(0.0).sqrt();
            Interval { low: value - half, high: value + half }
        });
        Estimate { value, ci }
    }
}

/// The power law `y = factor * x ^ exponent` through these points: its exponent. Weighted in logarithms.
pub(crate) fn exponent(points: &[(f64, Estimate)]) -> Option<Estimate> {
    let equation = |(x, y): &(f64, Estimate)| {
        let known = *x > 0.0 && y.value > 0.0;
        known.then(|| Equation { u: 1.0, v: x.ln(), y: y.value.ln(), sigma: relative_sigma(y) })
    };
    let equations: Vec<Equation> = points.iter().map(equation).collect::<Option<_>>()?;
    Some(solve(&equations)?.b())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(value: f64) -> Estimate {
        Estimate { value, ci: Some(Interval { low: value * 0.999, high: value * 1.001 }) }
    }

    /// `numpy.polyfit([1, 2, 3, 4], [1.1, 1.9, 3.2, 3.9], 1, w=1/[0.1, 0.2, 0.3, 0.4], cov="unscaled")`: the deviations
    /// explain the scatter.
    #[test]
    fn a_weighted_line_is_that_of_numpy() {
        let points = [(1.0, 1.1, 0.1), (2.0, 1.9, 0.2), (3.0, 3.2, 0.3), (4.0, 3.9, 0.4)];
        let equations = points.map(|(x, y, sigma)| Equation { u: 1.0, v: x, y, sigma: Some(sigma) });
        let fit = solve(&equations).unwrap();
        assert!((fit.a - 0.127_692_307_692).abs() < 1e-9, "{}", fit.a);
        assert!((fit.b - 0.956_410_256_410).abs() < 1e-9, "{}", fit.b);
        assert!((fit.var_b.sqrt() - 0.102_532_046_272).abs() < 1e-9, "{}", fit.var_b.sqrt());
        assert_eq!(fit.quantile, Some(STUDENT[1]));
    }

    #[test]
    fn a_power_law_gives_its_exponent() {
        let points: Vec<_> = [1.0, 4.0, 9.0, 25.0].map(|x: f64| (x, exact(3.0 * x.powf(0.75)))).to_vec();
        let exponent = exponent(&points).unwrap();
        assert!((exponent.value - 0.75).abs() < 1e-12);
        let ci = exponent.ci.unwrap();
        assert!(ci.high - ci.low < 0.003, "only the timing's own margin: {ci:?}");
    }

    #[test]
    fn scatter_beyond_the_margins_widens_the_interval() {
        let points = [(1.0, exact(1.0)), (2.0, exact(2.2)), (4.0, exact(3.8)), (8.0, exact(8.3))];
        let ci = exponent(&points).unwrap().ci.unwrap();
        assert!(ci.low < 1.0 && 1.0 < ci.high && ci.high - ci.low > 0.1, "{ci:?}");
    }

    #[test]
    fn two_points_have_the_margins_of_their_times() {
        let both = exponent(&[(1.0, exact(1.0)), (10.0, exact(10.0))]).unwrap();
        let half = std::f64::consts::SQRT_2 * (1.001_f64 / 0.999).ln() / 2.0 / 10.0_f64.ln();
        let ci = both.ci.unwrap();
        assert!((ci.high - 1.0 - half).abs() < 1e-9 && (1.0 - ci.low - half).abs() < 1e-9, "{ci:?}");
        let bare = Estimate { value: 10.0, ci: None };
        assert_eq!(exponent(&[(1.0, exact(1.0)), (10.0, bare)]).unwrap().ci, None);
        assert_eq!(exponent(&[(1.0, exact(1.0))]), None);
        assert_eq!(exponent(&[(2.0, exact(1.0)), (2.0, exact(2.0))]), None, "one place, twice");
    }

    proptest! {
        #[test]
        fn any_power_law_is_found(
            factor in 1e-9..1e3_f64,
            power in -3.0..3.0_f64,
            places in prop::collection::btree_set(1..2000_u32, 3..12),
        ) {
            let points: Vec<_> =
                places.iter().map(|x| (f64::from(*x), exact(factor * f64::from(*x).powf(power)))).collect();
            let found = exponent(&points).unwrap();
            prop_assert!((found.value - power).abs() < 1e-6);
            let ci = found.ci.unwrap();
            prop_assert!(ci.low <= power && power <= ci.high);
        }
    }

    /// A generator of Marsaglia's (xorshift), for errors that are the same every time.
    struct Random(u64);

    impl Random {
        fn normal(&mut self) -> f64 {
            let mut uniform = || {
                self.0 ^= self.0 << 13;
                self.0 ^= self.0 >> 7;
                self.0 ^= self.0 << 17;
                (self.0 >> 11) as f64 / (1_u64 << 53) as f64
            };
            (0..12).map(|_| uniform()).sum::<f64>() - 6.0
        }
    }

    /// How often the interval holds the exponent, where times err by `sigma` as they say, and by `scatter` beyond it.
    fn coverage(sizes: &[f64], sigma: f64, scatter: f64) -> f64 {
        let mut random = Random(0x5eed);
        let runs = 2000;
        let holds = (0..runs).filter(|_| {
            let points: Vec<(f64, Estimate)> = sizes
                .iter()
                .map(|x| {
                    let value = (0.9 * x.ln() + random.normal() * sigma.hypot(scatter)).exp();
                    let half = (NORMAL * sigma).exp();
                    (*x, Estimate { value, ci: Some(Interval { low: value / half, high: value * half }) })
                })
                .collect();
            let ci = exponent(&points).unwrap().ci.unwrap();
            ci.low <= 0.9 && 0.9 <= ci.high
        });
        holds.count() as f64 / f64::from(runs)
    }

    #[test]
    fn intervals_hold_as_often_as_they_say() {
        for sizes in [&[1.0, 4.0, 16.0][..], &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]] {
            for (sigma, scatter) in [(0.01, 0.0), (0.001, 0.05), (0.01, 0.01)] {
                let held = coverage(sizes, sigma, scatter);
                assert!((0.93..=1.0).contains(&held), "{} sizes, {sigma} and {scatter}: {held}", sizes.len());
            }
        }
    }
}
