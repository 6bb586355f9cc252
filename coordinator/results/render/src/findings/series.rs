//! What follows sizes, batches and threads.

use cotejo_analysis::findings::{Growth, Saturation, Scaling, Throughput};

use super::say::{Say, Sentence, Told};

impl Told for Growth {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        let (from, to) = (self.sizes.first()?, self.sizes.last()?);
        let batch = (self.batch != 1).then(|| say.fill("finding-batch", &[("at", self.batch.to_string())]));
        let what: Vec<String> = std::iter::once(say.what(&self.basis)).chain(batch).collect();
        Some(
            Sentence::new(say, "finding-growth")
                .with("what", what.join(", "))
                .with("from", say.pixels(*from))
                .with("to", say.pixels(*to))
                .with("exponent", say.figure(&self.exponent))
                .with("neighbours", neighbours(self, say).unwrap_or_default())
                .with("verdict", say.texts.say(verdict(self)))
                .with("sizes", self.sizes.len().to_string()),
        )
    }
}

/// What the exponent says.
fn verdict(found: &Growth) -> &'static str {
    match found.exponent.ci {
        _ if found.sizes.len() == 2 => "finding-growth-two",
        None => "finding-growth-bare",
        Some(ci) if ci.high < 1.0 => "finding-growth-below",
        Some(ci) if ci.low > 1.0 => "finding-growth-above",
        Some(_) => "finding-growth-near",
    }
}

/// Between what the exponents of neighbouring sizes lie.
fn neighbours(found: &Growth, say: Say<'_>) -> Option<String> {
    let (least, greatest) = found.between_neighbours?;
    let written = |exponent: f64| say.texts.number(&format!("{exponent:.2}")).into_owned();
    Some(say.fill("finding-growth-neighbours", &[("least", written(least)), ("greatest", written(greatest))]))
}

impl Told for Throughput {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        let sentence = match &self.saturation {
            Saturation::From { batch, gain, uncertain } => {
                let name = if *uncertain { "finding-saturated-unsure" } else { "finding-saturated" };
                Sentence::new(say, name).with("batch", batch.to_string()).with("gain", say.figure(gain))
            }
            Saturation::NotYet { before, gain } => Sentence::new(say, "finding-growing")
                .with("largest", self.largest.to_string())
                .with("before", before.to_string())
                .with("gain", say.figure(gain)),
        };
        let sentence = sentence.with("what", say.what(&self.basis)).with("size", say.pixels(self.size));
        let sentence =
            sentence.with("smallest", self.smallest.0.to_string()).with("smallest-rate", say.figure(&self.smallest.1));
        Some(sentence.with("best", self.best.0.to_string()).with("best-rate", say.figure(&self.best.1)))
    }
}

impl Told for Scaling {
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>> {
        let (first, last) = (self.times.first()?, self.times.last()?);
        let measured = self.measured.as_ref().map_or_else(|| "?".to_owned(), |ratio| say.figure(ratio));
        let sentence = limit(self, say)
            .with("what", format!("{}, {}", say.what(&self.basis), say.task(self.task)))
            .with("parallel", say.percent(&self.parallel))
            .with("most", last.threads.to_string())
            .with("least", first.threads.to_string())
            .with("measured", measured);
        let two = (self.times.len() == 2).then(|| say.texts.say("finding-amdahl-two"));
        Some(sentence.then(two).then(beyond_cores(self, say)))
    }
}

/// What Amdahl's law says of the most that threads can bring.
fn limit<'a>(found: &Scaling, say: Say<'a>) -> Sentence<'a> {
    let value = |limit: f64| ("value", say.plain(limit));
    let surely_above = |limit: f64| found.parallel.ci.map_or(found.parallel.value, |ci| ci.low) > limit;
    let limited = |text: String| Sentence::new(say, "finding-amdahl").with("limit", text);
    match (found.limit, found.limit_range) {
        _ if surely_above(1.0) => Sentence::new(say, "finding-amdahl-broken"),
        _ if !surely_above(0.0) => Sentence::new(say, "finding-amdahl-nothing"),
        (Some(limit), None) => limited(say.fill("finding-limit", &[value(limit)])),
        (Some(limit), Some((low, Some(high)))) => {
            let range = [value(limit), ("low", say.plain(low)), ("high", say.plain(high))];
            limited(say.fill("finding-limit-between", &range))
        }
        (_, Some((low, _))) => Sentence::new(say, "finding-amdahl-open").with("low", say.plain(low)),
        (None, None) => Sentence::new(say, "finding-amdahl-broken"),
    }
}

/// Which numbers of threads are not in the fit.
fn beyond_cores(found: &Scaling, say: Say<'_>) -> Option<String> {
    let threads = found.beyond_cores.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let count = found.beyond_cores.len();
    (count > 0)
        .then(|| say.texts.fill("finding-amdahl-beyond", &[("count", count.into()), ("threads", threads.into())]))
}
