//! How long to wait before the next try, and when to say again that nothing works.

use std::time::{Duration, Instant};

/// The first wait, before jitter.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(30);

/// Waits that double, each with a random part so that a whole class does not come back in the same instant.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The wait before the next try: between half and all of what doubling gives.
    pub(crate) fn next(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(2_u32.saturating_pow(self.tries)).min(LONGEST);
        self.tries += 1;
        whole.mul_f64(rand::random_range(0.5..=1.0))
    }

    /// It works again.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }
}

/// The silence after the first message of an outage.
const QUIET: Duration = Duration::from_secs(60);
/// The longest silence.
const LONGEST_QUIET: Duration = Duration::from_secs(3600);

/// Decides when an outage is worth a message: at once, and then at growing intervals.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    /// When to speak next, and how long to be silent after that.
    next: Option<(Instant, Duration)>,
}

impl Outage {
    /// Whether to speak of a try that failed now.
    pub(crate) fn is_news(&mut self, now: Instant) -> bool {
        match self.next {
            Some((next, _)) if now < next => false,
            Some((_, quiet)) => {
                self.next = Some((now + quiet, (quiet * 2).min(LONGEST_QUIET)));
                true
            }
            None => {
                self.next = Some((now + QUIET, QUIET * 2));
                true
            }
        }
    }

    /// It is over.
    pub(crate) fn over(&mut self) {
        self.next = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_start_over() {
        let mut backoff = Backoff::default();
        for whole in [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
            let wait = backoff.next().as_secs_f64();
            assert!((whole / 2.0..=whole).contains(&wait), "{wait} of {whole}");
        }
        (0..100).for_each(|_| assert!(backoff.next() <= LONGEST));
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }

    #[test]
    fn an_outage_is_told_once_and_then_less_and_less() {
        let mut outage = Outage::default();
        let start = Instant::now();
        let told: Vec<u64> = (0..2000).filter(|second| outage.is_news(start + Duration::from_secs(*second))).collect();
        assert_eq!(told, [0, 60, 180, 420, 900, 1860]);
        outage.over();
        assert!(outage.is_news(start + Duration::from_secs(2000)));
    }
}
