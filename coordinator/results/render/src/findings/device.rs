//! What copies, the first run and the device's peak say, and what cannot be told.

use cotejo_analysis::findings::{Achieved, CannotTell, Clock, Copies, FirstRun, Rate};
use cotejo_model::DeviceKind;
use cotejo_model::stats::Estimate;

use super::say::{Say, Sentence, Told};

impl Told for Copies {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        let (first, last) = (self.shares.first()?, self.shares.last()?);
        let share = |share: f64| say.plain(share * 100.0);
        let sentence = if self.shares.len() == 1 {
            Sentence::new(say, "finding-copies-once")
                .with("place", say.task(first.task))
                .with("share", share(first.share()))
        } else {
            Sentence::new(say, "finding-copies")
                .with("from", say.task(first.task))
                .with("first", share(first.share()))
                .with("to", say.task(last.task))
                .with("last", share(last.share()))
        };
        let clock = match self.clock {
            Clock::Device => "finding-clock-device",
            Clock::Host => "finding-clock-host",
        };
        Some(sentence.with("what", say.what(&self.basis)).with("clock", say.texts.say(clock)))
    }
}

impl Told for FirstRun {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        let (first, last) = (self.over.first()?, self.over.last()?);
        let sentence = if self.over.len() == 1 {
            Sentence::new(say, "finding-first-once")
                .with("place", say.task(first.task))
                .with("ratio", say.figure(&first.ratio))
        } else {
            Sentence::new(say, "finding-first")
                .with("from", say.task(first.task))
                .with("first", say.figure(&first.ratio))
                .with("to", say.task(last.task))
                .with("last", say.figure(&last.ratio))
        };
        Some(sentence.with("what", say.what(&self.basis)))
    }
}

impl Told for Rate {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        let Self { basis, achieved: (lowest, highest), peak } = self;
        let giga = |flops: &Estimate| say.scaled(flops, 1e-9);
        let share = |achieved: &Achieved| say.plain(achieved.share.value * 100.0);
        let sentence = if lowest.task == highest.task {
            Sentence::new(say, "finding-rate-once").with("place", say.task(lowest.task)).with("share", share(lowest))
        } else {
            Sentence::new(say, "finding-rate")
                .with("low-place", say.task(lowest.task))
                .with("high-place", say.task(highest.task))
                .with("highest", giga(&highest.flops))
                .with("low-share", share(lowest))
                .with("high-share", share(highest))
        };
        let sentence = sentence
            .with("what", say.what(basis))
            .with("lowest", giga(&lowest.flops))
            .with("peak", giga(&peak.flops))
            .with("rows", say.rows(peak.size));
        Some(sentence.then((highest.share.value > 1.0).then(|| say.texts.say("finding-rate-above"))))
    }
}

impl Told for CannotTell {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        Some(match *self {
            Self::Crossover => Sentence::new(say, "finding-none-crossover"),
            Self::Growth => Sentence::new(say, "finding-none-growth"),
            Self::Throughput => Sentence::new(say, "finding-none-throughput"),
            Self::Scaling { cores: Some(1) } => Sentence::new(say, "finding-none-scaling-one-core"),
            Self::Scaling { cores } => {
                let threads = thread_sweep(cores.unwrap_or(4)).iter().map(u32::to_string).collect::<Vec<_>>();
                Sentence::new(say, "finding-none-scaling").with("threads", threads.join(","))
            }
            Self::Rate(DeviceKind::Cpu) => Sentence::new(say, "finding-none-rate-cpu"),
            Self::Rate(DeviceKind::Cuda) => Sentence::new(say, "finding-none-rate-gpu"),
        })
    }
}

/// 1, 2, 4 and so on to all cores.
fn thread_sweep(cores: u32) -> Vec<u32> {
    let doubling = std::iter::successors(Some(1_u32), |count| count.checked_mul(2));
    doubling.take_while(|count| *count < cores).chain([cores]).collect()
}
