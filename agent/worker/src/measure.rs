//! The measuring loop: runs an engine and records its times. `cotejo_model::measuring` decides when to stop, and
//! `cotejo_model::stats` evaluates the times.

use std::time::{Duration, Instant, SystemTime};

use cotejo_model::Reason;
use cotejo_model::frames::{Phase, Progress};
use cotejo_model::measurement::{EnginePlan, Stages};
use cotejo_model::measuring::{self, MeasuringPlan, Stop};

use crate::engine::{Engine, timed};

/// Receives progress. An error ends the measurement: nobody is waiting for it any more.
pub(crate) type Report<'a> = dyn FnMut(Progress) -> Result<(), Reason> + Send + 'a;

/// The times of all runs of an engine.
#[derive(Debug)]
pub(crate) struct Times {
    /// The very first run, in nanoseconds.
    pub(crate) first_ns: u64,
    /// Each run of the warm-up, in nanoseconds.
    pub(crate) warmup_ns: Vec<u64>,
    /// Each sample, in nanoseconds.
    pub(crate) samples_ns: Vec<u64>,
    /// Why sampling ended.
    pub(crate) stop: Stop,
    /// How long the machine slept meanwhile, in milliseconds.
    pub(crate) slept_ms: u64,
}

/// Times an engine: first run, warm-up, samples. Every answer is checked, outside the measured time.
pub(crate) fn measure(plan: &MeasuringPlan, engine: &mut dyn Engine, report: &mut Report<'_>) -> Result<Times, Reason> {
    let mut ticker = Ticker::new(report);
    let (began, began_by_calendar) = (Instant::now(), SystemTime::now());
    let mut timed = || {
        let start = Instant::now();
        engine.run()?;
        let time = nanoseconds(start.elapsed());
        engine.check()?;
        Ok::<_, Reason>(time)
    };

    ticker.enter(Phase::First, FIRST_AT)?;
    let first_ns = timed()?;

    ticker.enter(Phase::WarmUp, WARM_UP_AT)?;
    let mut warmup_ns = Vec::new();
    while !measuring::warm_enough(&warmup_ns) {
        warmup_ns.push(timed()?);
        let share = warmup_ns.iter().sum::<u64>() as f64 / measuring::WARMUP_MAX_NS as f64;
        ticker.tick(Phase::WarmUp, WARM_UP_AT + share * (SAMPLE_AT - WARM_UP_AT))?;
    }

    ticker.enter(Phase::Sample, SAMPLE_AT)?;
    let mut samples_ns = Vec::new();
    let stop = loop {
        let spent = nanoseconds(began.elapsed());
        if let Some(stop) = measuring::stop(plan, &samples_ns, spent) {
            break stop;
        }
        samples_ns.push(timed()?);
        ticker.tick(Phase::Sample, SAMPLE_AT + sampled(plan, &samples_ns, spent) * (1.0 - SAMPLE_AT))?;
    };
    let slept_ms = slept(began.elapsed(), began_by_calendar.elapsed().unwrap_or_default());
    Ok(Times { first_ns, warmup_ns, samples_ns, stop, slept_ms })
}

/// Everything that is learned from an engine.
pub(crate) struct Measured {
    pub(crate) times: Times,
    /// Logits of the first image; empty for a product.
    pub(crate) logits: Vec<f32>,
    /// All stages but those of the image.
    pub(crate) stages: Stages,
    pub(crate) plan: Option<EnginePlan>,
}

/// Loads an engine, measures it, and collects what a measurement records.
pub(crate) fn measured<'e>(
    plan: &MeasuringPlan,
    load: impl FnOnce() -> Result<Box<dyn Engine + 'e>, Reason>,
    report: &mut Report<'_>,
) -> Result<Measured, Reason> {
    let (mut engine, load_ns) = timed(load)?;
    let times = measure(plan, engine.as_mut(), report)?;
    let copies = engine.copies()?;
    let stages = Stages {
        load_ns,
        upload_ns: copies.map(|copies| copies.upload_ns),
        download_ns: copies.map(|copies| copies.download_ns),
        events: copies.and_then(|copies| copies.events),
        ..Stages::default()
    };
    Ok(Measured { times, logits: engine.logits()?, stages, plan: engine.plan() })
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The share of the sampling that is done, by the number of runs or by the time: whichever ends first.
fn sampled(plan: &MeasuringPlan, samples_ns: &[u64], spent_ns: u64) -> f64 {
    let count = samples_ns.len() as f64;
    if let Some(runs) = plan.runs {
        return count / f64::from(runs.max(1));
    }
    let least_time = samples_ns.iter().sum::<u64>() as f64 / measuring::MIN_TIME_NS as f64;
    let least = least_time.min(count / measuring::MIN_RUNS as f64);
    least.max(spent_ns as f64 / (plan.budget_ms.max(1) as f64 * 1e6))
}

/// How long the machine slept, in milliseconds. The monotonic clock stands still meanwhile (except on Windows), the
/// calendar does not; a difference below two seconds is an adjustment of the clock.
fn slept(by_monotonic_clock: Duration, by_calendar: Duration) -> u64 {
    let asleep = by_calendar.saturating_sub(by_monotonic_clock);
    if asleep < Duration::from_secs(2) { 0 } else { u64::try_from(asleep.as_millis()).unwrap_or(u64::MAX) }
}

/// The progress at which each phase begins.
const FIRST_AT: f64 = 0.02;
const WARM_UP_AT: f64 = 0.05;
const SAMPLE_AT: f64 = 0.2;
/// The shortest time between two reports of one phase.
const PAUSE: Duration = Duration::from_millis(200);

/// Limits how often progress is reported, and keeps it from falling or exceeding 1.
struct Ticker<'a, 'b> {
    report: &'a mut Report<'b>,
    last: Instant,
    done: f64,
}

impl<'a, 'b> Ticker<'a, 'b> {
    fn new(report: &'a mut Report<'b>) -> Self {
        Self { report, last: Instant::now(), done: 0.0 }
    }

    fn enter(&mut self, phase: Phase, done: f64) -> Result<(), Reason> {
        self.last = Instant::now();
        self.done = self.done.max(done.min(1.0));
        (self.report)(Progress { phase, done: self.done })
    }

    fn tick(&mut self, phase: Phase, done: f64) -> Result<(), Reason> {
        if self.last.elapsed() < PAUSE { Ok(()) } else { self.enter(phase, done) }
    }
}

#[cfg(test)]
mod tests {
    use cotejo_model::FailureCode;
    use cotejo_model::reason::{AnswerReason, EndReason};

    use super::*;

    fn runs(runs: u32) -> MeasuringPlan {
        MeasuringPlan { runs: Some(runs), ..MeasuringPlan::default() }
    }

    /// Counts its runs, pauses in each, and gives wrong answers after run number `right`.
    struct Counting {
        count: usize,
        pause: Duration,
        right: usize,
    }

    impl Engine for Counting {
        fn run(&mut self) -> Result<(), Reason> {
            self.count += 1;
            std::thread::sleep(self.pause);
            Ok(())
        }

        fn check(&mut self) -> Result<(), Reason> {
            if self.count <= self.right { Ok(()) } else { Err(AnswerReason::GraphDiffers.into()) }
        }

        fn logits(&mut self) -> Result<Vec<f32>, Reason> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn every_run_is_kept_apart_by_its_phase() {
        let mut seen = Vec::new();
        let mut report = |progress: Progress| {
            seen.push(progress);
            Ok(())
        };
        let mut engine = Counting { count: 0, pause: Duration::from_millis(60), right: usize::MAX };
        let times = measure(&runs(7), &mut engine, &mut report).unwrap();
        assert_eq!((times.samples_ns.len(), times.stop), (7, Stop::Runs));
        assert!(times.warmup_ns.len() >= measuring::WARMUP_MIN_RUNS);
        assert_eq!(engine.count, 1 + times.warmup_ns.len() + 7);
        assert!(seen.is_sorted_by(|a, b| a.done <= b.done && a.phase <= b.phase), "{seen:?}");
        assert!(seen.iter().all(|progress| (0.0..=1.0).contains(&progress.done)));
        let mut phases: Vec<Phase> = seen.iter().map(|progress| progress.phase).collect();
        phases.dedup();
        assert_eq!(phases, [Phase::First, Phase::WarmUp, Phase::Sample]);
    }

    #[test]
    fn a_wrong_answer_and_a_deaf_reader_end_it() {
        let mut engine = Counting { count: 0, pause: Duration::ZERO, right: 3 };
        let failure = measure(&runs(9), &mut engine, &mut |_| Ok(())).unwrap_err();
        assert_eq!((failure.code(), engine.count), (FailureCode::WrongAnswer, 4));
        let mut deaf = |_| Err(EndReason::Cancelled.into());
        let failure = measure(&runs(9), &mut Counting { right: 99, ..engine }, &mut deaf).unwrap_err();
        assert_eq!(failure.code(), FailureCode::Cancelled);
    }

    #[test]
    fn sleep_is_what_the_calendar_has_more() {
        let seconds = Duration::from_secs;
        assert_eq!(slept(seconds(10), seconds(11)), 0);
        assert_eq!(slept(seconds(10), seconds(3610)), 3_600_000);
        assert_eq!(slept(seconds(10), seconds(3)), 0);
    }
}
