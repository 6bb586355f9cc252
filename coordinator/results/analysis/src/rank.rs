//! Which of several comes first: the fastest, the newest, the fullest.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use cotejo_model::comparison::Measured;

/// The faster of two times; one that is made up comes after every measured one.
pub(crate) fn by_speed(a: &Measured, b: &Measured) -> Ordering {
    a.simulated.cmp(&b.simulated).then(a.summary.median.total_cmp(&b.summary.median))
}

/// How new a time is, the newest greatest; one that is made up is older than every measured one.
pub(crate) fn newness(measured: &Measured) -> (bool, u64) {
    (!measured.simulated, measured.started_ms)
}

/// Of the items with equal keys, the one that ranks highest, or the first of equals.
pub(crate) fn highest<K: Ord, T, R: PartialOrd>(
    items: impl IntoIterator<Item = (K, T)>,
    rank: impl Fn(&T) -> R,
) -> BTreeMap<K, T> {
    let mut kept: BTreeMap<K, T> = BTreeMap::new();
    for (key, item) in items {
        if kept.get(&key).is_none_or(|known| rank(&item) > rank(known)) {
            kept.insert(key, item);
        }
    }
    kept
}

/// How many times slower than the best each of these devices is: the geometric mean over the questions that it answered, so
/// that those of milliseconds and of seconds weigh the same. A device that answered none is infinitely slow.
pub(crate) fn slowness<Q: Ord>(devices: &[Vec<(Q, f64)>]) -> Vec<f64> {
    let mut best: BTreeMap<&Q, f64> = BTreeMap::new();
    for (question, seconds) in devices.iter().flatten() {
        let best = best.entry(question).or_insert(f64::INFINITY);
        *best = seconds.min(*best);
    }
    let slowness = |answers: &Vec<(Q, f64)>| {
        let ratios = answers.iter().map(|(question, seconds)| seconds / best[question]);
        geometric_mean(ratios).map_or(f64::INFINITY, |(mean, _)| mean)
    };
    devices.iter().map(slowness).collect()
}

/// The geometric mean of positive numbers, and how many there are.
pub(crate) fn geometric_mean(ratios: impl Iterator<Item = f64>) -> Option<(f64, usize)> {
    let logarithms: Vec<f64> = ratios.map(f64::ln).filter(|logarithm| logarithm.is_finite()).collect();
    let count = logarithms.len();
    (count > 0).then(|| ((logarithms.iter().sum::<f64>() / count as f64).exp(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_weighs_the_same() {
        // Twice as slow in one of two questions is the root of two, in milliseconds as in hours.
        let devices =
            [vec![("a", 0.001), ("b", 7200.0)], vec![("a", 0.002), ("b", 3600.0)], vec![("b", 3600.0)], vec![]];
        let slow = slowness(&devices);
        assert!((slow[0] - 2_f64.sqrt()).abs() < 1e-12 && (slow[0] - slow[1]).abs() < 1e-12, "{slow:?}");
        assert!((slow[2] - 1.0).abs() < 1e-12 && slow[3].is_infinite(), "{slow:?}");
    }

    #[test]
    fn of_equals_the_first_is_kept() {
        let kept =
            highest([("a", (1, "first")), ("a", (1, "second")), ("b", (1, "x")), ("b", (2, "y"))], |(rank, _)| *rank);
        assert_eq!(kept.into_values().map(|(_, name)| name).collect::<Vec<_>>(), ["first", "y"]);
    }
}
