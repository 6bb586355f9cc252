//! The course of a played cell: first run, warm-up and samples, by the same rules that end a measured one. Only the
//! clock is made up.

use cotejo_model::measuring::{self, MeasuringPlan, Stop};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How much longer than a warmed-up run the first one of the warm-up takes; each next one half as much more.
const COLD: f64 = 0.12;

/// How far apart the runs of a device lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Standard deviation over the median.
    pub deviation: f64,
    /// Share of runs that something else gets in the way of.
    pub disturbed: f64,
}

/// What the times of a cell lie around.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// A warmed-up run, in seconds.
    pub run: f64,
    /// What the very first run takes beyond that, in seconds.
    pub first: f64,
    /// Their spread.
    pub spread: Spread,
}

/// The times of a cell, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// The very first run.
    pub first_ns: u64,
    /// The runs of the warm-up.
    pub warmup_ns: Vec<u64>,
    /// The samples.
    pub samples_ns: Vec<u64>,
    /// Why sampling ended.
    pub stop: Stop,
}

impl Times {
    /// The times of a cell with this course, the same for the same seed.
    pub fn draw(course: &Course, plan: &MeasuringPlan, seed: [u8; 32]) -> Self {
        let mut noise = Noise { rng: ChaCha8Rng::from_seed(seed), spread: course.spread };
        let mut run = |factor: f64| nanoseconds(course.run * factor * noise.next());
        let first_ns = run(1.0) + nanoseconds(course.first);
        let mut warmup_ns = Vec::new();
        let mut cold = COLD;
        while !measuring::warm_enough(&warmup_ns) {
            warmup_ns.push(run(1.0 + cold));
            cold /= 2.0;
        }
        let mut spent_ns = first_ns + warmup_ns.iter().sum::<u64>();
        let mut samples_ns = Vec::new();
        let stop = loop {
            match measuring::stop(plan, &samples_ns, spent_ns) {
                Some(stop) => break stop,
                None => samples_ns.push(run(1.0)),
            }
            spent_ns = spent_ns.saturating_add(samples_ns.last().copied().unwrap_or(0));
        };
        Self { first_ns, warmup_ns, samples_ns, stop }
    }

    /// How long all of it would take, in seconds.
    pub fn seconds(&self) -> f64 {
        let all = self.warmup_ns.iter().chain(&self.samples_ns).fold(self.first_ns, |all, ns| all.saturating_add(*ns));
        all as f64 * 1e-9
    }
}

struct Noise {
    rng: ChaCha8Rng,
    spread: Spread,
}

impl Noise {
    /// A factor around one: nearly normal, as the sum of four even draws is, and now and then much longer.
    fn next(&mut self) -> f64 {
        let even: f64 = (0..4).map(|_| self.rng.random_range(-1.0..1.0)).sum();
        // The variance of one draw is a third.
        let normal = even / (4.0_f64 / 3.0).sqrt();
        let disturbance =
            if self.rng.random_bool(self.spread.disturbed) { self.rng.random_range(0.2..0.9) } else { 0.0 };
        (1.0 + self.spread.deviation * normal + disturbance).max(0.5)
    }
}

/// At least one: no run takes no time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; never negative")]
pub(crate) fn nanoseconds(seconds: f64) -> u64 {
    ((seconds * 1e9).round() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use cotejo_model::stats;
    use proptest::prelude::*;

    use super::*;

    const COURSE: Course = Course { run: 0.010, first: 0.05, spread: Spread { deviation: 0.006, disturbed: 0.003 } };

    fn plan(runs: Option<u32>) -> MeasuringPlan {
        MeasuringPlan { runs, budget_ms: 15_000 }
    }

    #[test]
    fn a_steady_cell_ends_as_a_measured_one_would() {
        let times = Times::draw(&COURSE, &plan(None), [1; 32]);
        assert_eq!(times.stop, Stop::Converged);
        assert!((280..330).contains(&times.samples_ns.len()), "three seconds: {}", times.samples_ns.len());
        let summary = stats::summarise(&stats::seconds(&times.samples_ns)).unwrap();
        assert!((summary.median / 0.010 - 1.0).abs() < 0.003, "{summary:?}");
        assert!(times.first_ns > 5 * times.samples_ns[0], "the first run is slower");
        assert!(times.warmup_ns[0] > times.warmup_ns[times.warmup_ns.len() - 1]);
        assert!((3.0..4.0).contains(&times.seconds()), "{}", times.seconds());
    }

    #[test]
    fn the_seed_is_all_that_decides() {
        let draw = |seed| Times::draw(&COURSE, &plan(None), [seed; 32]);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1).samples_ns, draw(2).samples_ns);
    }

    #[test]
    fn runs_and_budgets_are_kept() {
        let times = Times::draw(&COURSE, &plan(Some(7)), [1; 32]);
        assert_eq!((times.samples_ns.len(), times.stop), (7, Stop::Runs));
        let slow = Course { run: 40.0, ..COURSE };
        assert_eq!(Times::draw(&slow, &plan(None), [1; 32]).stop, Stop::Budget);
    }

    proptest! {
        #[test]
        fn every_cell_ends(run in 1e-7..1e6_f64, deviation in 0.0..0.3_f64, disturbed in 0.0..1.0_f64, seed: [u8; 32]) {
            let course = Course { run, first: 0.0, spread: Spread { deviation, disturbed } };
            let times = Times::draw(&course, &plan(None), seed);
            prop_assert!(!times.samples_ns.is_empty() && times.samples_ns.len() <= measuring::MAX_RUNS);
            prop_assert!(times.samples_ns.iter().all(|ns| *ns > 0));
        }
    }
}
