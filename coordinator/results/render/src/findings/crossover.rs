//! From where on the GPU wins.

use cotejo_analysis::findings::{Axis, Crossover, Verdict};
use cotejo_analysis::key::Subject;
use cotejo_model::stats::{Estimate, Interval};

use super::say::{Say, Sentence, Told};
use crate::words::subject;

impl Told for Crossover {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        let points = Points::of(self, say)?;
        let sentence = match &self.verdict {
            Verdict::Gpu => points.one_wins("finding-gpu-wins", "finding-gpu-wins-once", |ratio| *ratio),
            Verdict::Cpu => points.one_wins("finding-cpu-wins", "finding-cpu-wins-once", inverse),
            Verdict::From { at, range } => points.from(*at, *range),
            Verdict::GpuFrom { sure } => points.sure("finding-gpu-sure-from", *sure, |at| at < *sure),
            Verdict::CpuTo { sure } => points.sure("finding-cpu-sure-to", *sure, |at| at > *sure),
            Verdict::Unsure => points.sentence("finding-unsure").with("places", points.all()),
            Verdict::Mixed { gpu, cpu, unsure } => points.mixed(gpu, cpu, unsure),
        };
        Some(sentence.then(self.without_interval.then(|| say.texts.say("finding-without-interval"))))
    }
}

/// The places where both devices were measured; there is at least one.
struct Points<'a, 'f> {
    found: &'f Crossover,
    say: Say<'a>,
    first: (u32, Estimate),
    last: (u32, Estimate),
}

impl<'a, 'f> Points<'a, 'f> {
    fn of(found: &'f Crossover, say: Say<'a>) -> Option<Self> {
        Some(Self { found, say, first: *found.points.first()?, last: *found.points.last()? })
    }

    /// A sentence about what was computed.
    fn sentence(&self, name: &'static str) -> Sentence<'a> {
        Sentence::new(self.say, name).with("what", self.what())
    }

    /// What was computed with what held fast: the batch where sizes differ, the size where batches do.
    fn what(&self) -> String {
        let Self { found, say, .. } = self;
        let what = say.with(subject(say.texts, found.subject), &found.settings);
        let fixed = match found.over {
            Axis::Size { batch: None | Some(1) } => return what,
            Axis::Size { batch: Some(batch) } => say.fill("finding-batch", &[("at", batch.to_string())]),
            Axis::Batch { size } => say.pixels(size),
        };
        format!("{what}, {fixed}")
    }

    /// The same device wins everywhere; `times` turns CPU time over GPU time into what the loser takes.
    fn one_wins(&self, everywhere: &'static str, once: &'static str, times: fn(&Estimate) -> Estimate) -> Sentence<'a> {
        if self.found.points.len() == 1 {
            let ratio = self.say.figure(&times(&self.first.1));
            return self.sentence(once).with("place", self.place(self.first.0.to_string())).with("ratio", ratio);
        }
        self.ends(self.sentence(everywhere).with("places", self.all()), times)
    }

    /// The ratios at both ends.
    fn ends(&self, sentence: Sentence<'a>, times: fn(&Estimate) -> Estimate) -> Sentence<'a> {
        sentence
            .with("from", self.place(self.first.0.to_string()))
            .with("first", self.say.figure(&times(&self.first.1)))
            .with("to", self.place(self.last.0.to_string()))
            .with("last", self.say.figure(&times(&self.last.1)))
    }

    /// The CPU wins below, the GPU above.
    fn from(&self, at: f64, (low, high): (f64, f64)) -> Sentence<'a> {
        // There is no half of an image.
        let whole = |place: f64, round: fn(f64) -> f64| match self.found.over {
            Axis::Size { .. } => self.place(self.say.plain(place)),
            Axis::Batch { .. } => self.place(self.say.plain(round(place))),
        };
        let sentence = self
            .sentence("finding-gpu-wins-from")
            .with("at", whole(at, f64::ceil))
            .with("low", whole(low, f64::floor))
            .with("high", whole(high, f64::ceil));
        self.ends(sentence, |ratio| *ratio)
    }

    /// One wins from or up to this place; elsewhere it cannot be told.
    fn sure(&self, name: &'static str, sure: u32, is_unsure: impl Fn(u32) -> bool) -> Sentence<'a> {
        let unsure: Vec<u32> = self.found.points.iter().map(|(at, _)| *at).filter(|at| is_unsure(*at)).collect();
        self.sentence(name).with("sure", self.place(sure.to_string())).with("unsure", self.places(&unsure))
    }

    fn mixed(&self, gpu: &[u32], cpu: &[u32], unsure: &[u32]) -> Sentence<'a> {
        let name = if unsure.is_empty() { "finding-mixed" } else { "finding-mixed-unsure" };
        let divided = self.sentence(name).with("gpu", self.places(gpu)).with("cpu", self.places(cpu));
        if unsure.is_empty() { divided } else { divided.with("unsure", self.places(unsure)) }
    }

    /// Every place.
    fn all(&self) -> String {
        self.places(&self.found.points.iter().map(|(at, _)| *at).collect::<Vec<_>>())
    }

    fn places(&self, places: &[u32]) -> String {
        let listed = places.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        match (places, self.found.over) {
            ([], _) => self.say.texts.say("finding-nowhere"),
            ([_, _, ..], Axis::Batch { .. }) => self.say.fill("finding-batches", &[("at", listed)]),
            _ => self.place(listed),
        }
    }

    /// A place on the axis, written out already.
    fn place(&self, at: String) -> String {
        let name = match (self.found.over, self.found.subject) {
            (Axis::Batch { .. }, _) => "finding-batch",
            (Axis::Size { .. }, Subject::Classifier(_)) => "finding-pixels",
            (Axis::Size { .. }, Subject::Product) => "finding-rows",
        };
        self.say.fill(name, &[("at", at)])
    }
}

/// The other one's time over this one's.
fn inverse(ratio: &Estimate) -> Estimate {
    let ci = ratio.ci.filter(|ci| ci.low > 0.0).map(|ci| Interval { low: 1.0 / ci.high, high: 1.0 / ci.low });
    Estimate { value: 1.0 / ratio.value, ci }
}
