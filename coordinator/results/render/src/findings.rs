//! Findings as sentences, each with its figures.

use cotejo_analysis::findings::{
    Achieved, Axis, Basis, CannotTell, Clock, Copies, Crossover, Finding, FirstRun, Growth, Rate, Saturation, Scaling,
    Subject, Throughput, Verdict,
};
use cotejo_analysis::peers::{PeerComparison, Third};
use cotejo_language::Texts;
use cotejo_model::stats::{Estimate, Interval};
use cotejo_model::{DeviceKind, Engine, Precision, Task, Threads};

use super::document::{Block, Document};
use super::peers::{gpu_name, group, subject};
use super::{clean, number};

/// What one machine's figures say.
#[derive(Debug, Clone, PartialEq)]
pub struct OfMachine {
    /// Its name.
    pub name: String,
    /// Its times beside GPU times, where there are any.
    pub peers: Option<PeerComparison>,
    /// What they say.
    pub findings: Vec<Finding>,
}

/// What the figures of these machines say, as a document of its own; `class` is what they say of each other.
pub fn document(texts: &Texts, machines: &[OfMachine], class: Vec<Block>, newest_ms: Option<u64>) -> Document {
    let simulated = machines.iter().flat_map(|machine| &machine.findings).any(Finding::is_simulated);
    let of_machine = |machine: &OfMachine| {
        let heading = Block::Heading { level: 1, text: clean(&machine.name) };
        let whose = machine.peers.as_ref().and_then(|peers| whose(texts, peers)).map(Block::Notice);
        [vec![heading], whose.into_iter().collect(), blocks(texts, &machine.findings, 2)].concat()
    };
    let rehearsal = simulated.then(|| Block::Notice(texts.say("rehearsal")));
    Document {
        title: texts.say("analysis-title"),
        language: texts.language(),
        dated_ms: newest_ms,
        watermark: simulated.then(|| texts.say("watermark")),
        blocks: rehearsal.into_iter().chain(machines.iter().flat_map(of_machine)).chain(class).collect(),
    }
}

/// What was found, then what cannot be told, under headings of this level.
pub fn blocks(texts: &Texts, findings: &[Finding], level: u8) -> Vec<Block> {
    let (unknown, known): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| matches!(finding, Finding::CannotTell(_)));
    let list = |heading: &str, findings: Vec<&Finding>| {
        let sentences: Vec<String> = findings.into_iter().map(|finding| sentence(texts, finding)).collect();
        let heading = Block::Heading { level, text: texts.say(heading) };
        if sentences.is_empty() { Vec::new() } else { vec![heading, Block::List(sentences)] }
    };
    [list("analysis-what", known), list("analysis-unknown", unknown)].concat()
}

/// Whose GPU the findings speak of, where it is not the PC's own.
pub fn whose(texts: &Texts, peers: &PeerComparison) -> Option<String> {
    match &peers.third {
        Third::Peer(peer) => {
            let who = [("group", group(texts, &peer.pseudonym).into()), ("gpu", gpu_name(texts, &peer.gpu).into())];
            Some(texts.fill("analysis-cpu-only", &who))
        }
        Third::Reference(times) => {
            let whose = [("gpu", clean(&times.device_name).into()), ("set", clean(&times.set).into())];
            Some(texts.fill("analysis-reference", &whose))
        }
        Third::Own(_) | Third::Nobody(_) => None,
    }
}

/// A finding in the reader's language.
pub fn sentence(texts: &Texts, finding: &Finding) -> String {
    let say = Say { texts };
    let sentence = match finding {
        Finding::Crossover(found) => say.crossover(found),
        Finding::Growth(found) => say.growth(found),
        Finding::Throughput(found) => say.throughput(found),
        Finding::Scaling(found) => say.scaling(found),
        Finding::Copies(found) => say.copies(found),
        Finding::FirstRun(found) => say.first_run(found),
        Finding::Rate(found) => say.rate(found),
        Finding::CannotTell(what) => say.cannot_tell(*what),
    };
    if finding.is_simulated() { texts.fill("finding-simulated", &[("sentence", sentence.into())]) } else { sentence }
}

/// Sentences are made of arguments that are texts, each already in the reader's language.
struct Say<'a> {
    texts: &'a Texts,
}

impl Say<'_> {
    fn fill(&self, name: &str, arguments: &[(&str, String)]) -> String {
        let arguments: Vec<_> = arguments.iter().map(|(name, text)| (*name, text.as_str().into())).collect();
        self.texts.fill(name, &arguments)
    }

    /// A figure with its margin.
    fn figure(&self, estimate: &Estimate) -> String {
        self.texts.number(&number::estimate(estimate).with_margin()).into_owned()
    }

    /// The same in hundredths.
    fn percent(&self, estimate: &Estimate) -> String {
        let scaled = |ci: Interval| Interval { low: ci.low * 100.0, high: ci.high * 100.0 };
        self.figure(&Estimate { value: estimate.value * 100.0, ci: estimate.ci.map(scaled) })
    }

    fn plain(&self, value: f64) -> String {
        self.texts.number(&number::plain(value)).into_owned()
    }

    /// What was computed on what, and of the settings what is unusual.
    fn what(&self, basis: &Basis) -> String {
        let what = subject(self.texts, basis.subject);
        let placed = match (&basis.of_peer, basis.device) {
            (Some(code), _) => self.fill("finding-on-peer", &[("what", what), ("group", group(self.texts, code))]),
            (None, DeviceKind::Cpu) => self.fill("finding-on-cpu", &[("what", what)]),
            (None, DeviceKind::Cuda) => self.fill("finding-on-gpu", &[("what", what)]),
        };
        self.with(placed, basis.precision, basis.threads, basis.engine, basis.exact)
    }

    fn with(&self, what: String, precision: Precision, threads: Threads, engine: Engine, exact: bool) -> String {
        let threads = match threads {
            Threads::All => None,
            Threads::Exactly(count) => Some(self.texts.fill("finding-threads", &[("threads", count.into())])),
        };
        let settings = [
            (precision != Precision::F32).then(|| precision.to_string()),
            threads,
            (engine == Engine::Reference).then(|| self.fill("finding-engine", &[("engine", engine.to_string())])),
            exact.then(|| self.texts.say("finding-exact")),
        ];
        let settings: Vec<String> = settings.into_iter().flatten().collect();
        if settings.is_empty() {
            return what;
        }
        self.fill("finding-with", &[("what", what), ("settings", settings.join(", "))])
    }

    fn task(&self, task: Task) -> String {
        match task {
            Task::Classify { size, batch: 1, .. } => self.pixels(size),
            Task::Classify { size, batch, .. } => {
                self.fill("finding-task-batch", &[("size", self.pixels(size)), ("batch", batch.to_string())])
            }
            Task::Matmul { size } => self.rows(size),
        }
    }

    fn pixels(&self, size: u32) -> String {
        self.fill("finding-pixels", &[("at", size.to_string())])
    }

    fn rows(&self, size: u32) -> String {
        self.fill("finding-rows", &[("at", size.to_string())])
    }

    /// A place on an axis, written out already.
    fn place(&self, found: &Crossover, at: String) -> String {
        let name = match (found.over, found.subject) {
            (Axis::Batch { .. }, _) => "finding-batch",
            (Axis::Size { .. }, Subject::Classifier(_)) => "finding-pixels",
            (Axis::Size { .. }, Subject::Product) => "finding-rows",
        };
        self.fill(name, &[("at", at)])
    }

    fn places(&self, found: &Crossover, places: &[u32]) -> String {
        let listed = places.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        match (places, found.over) {
            ([], _) => self.texts.say("finding-nowhere"),
            ([_, _, ..], Axis::Batch { .. }) => self.fill("finding-batches", &[("at", listed)]),
            _ => self.place(found, listed),
        }
    }

    /// What was computed with what held fast: the batch where sizes differ, the size where batches do.
    fn crossed(&self, found: &Crossover) -> String {
        let what = subject(self.texts, found.subject);
        let settings = &found.settings;
        let what = self.with(what, settings.precision, settings.threads, settings.engine, settings.exact);
        let fixed = match found.over {
            Axis::Size { batch: None | Some(1) } => return what,
            Axis::Size { batch: Some(batch) } => self.fill("finding-batch", &[("at", batch.to_string())]),
            Axis::Batch { size } => self.pixels(size),
        };
        format!("{what}, {fixed}")
    }

    fn crossover(&self, found: &Crossover) -> String {
        let what = ("what", self.crossed(found));
        let bare = found.without_interval.then(|| self.texts.say("finding-without-interval"));
        let all: Vec<u32> = found.points.iter().map(|(at, _)| *at).collect();
        let (Some(first), Some(last)) = (found.points.first(), found.points.last()) else { return String::new() };
        // There is no half of an image.
        let whole = |place: f64, round: fn(f64) -> f64| match found.over {
            Axis::Size { .. } => self.place(found, self.plain(place)),
            Axis::Batch { .. } => self.place(found, self.plain(round(place))),
        };
        let at_measured = |place: u32| self.place(found, place.to_string());
        let ends = |flip: fn(&Estimate) -> Estimate| {
            [
                ("from", at_measured(first.0)),
                ("first", self.figure(&flip(&first.1))),
                ("to", at_measured(last.0)),
                ("last", self.figure(&flip(&last.1))),
            ]
        };
        let same = |ratio: &Estimate| *ratio;
        let unsure = |is_unsure: &dyn Fn(u32) -> bool| {
            let places: Vec<u32> = all.iter().copied().filter(|at| is_unsure(*at)).collect();
            ("unsure", self.places(found, &places))
        };
        let once = || [what.clone(), ("place", at_measured(first.0))];
        let sentence = match &found.verdict {
            Verdict::Gpu if all.len() == 1 => {
                let [what, place] = once();
                self.fill("finding-gpu-wins-once", &[what, place, ("ratio", self.figure(&first.1))])
            }
            Verdict::Cpu if all.len() == 1 => {
                let [what, place] = once();
                self.fill("finding-cpu-wins-once", &[what, place, ("ratio", self.figure(&inverse(&first.1)))])
            }
            Verdict::Gpu => self.all_win("finding-gpu-wins", what, self.places(found, &all), ends(same)),
            Verdict::Cpu => self.all_win("finding-cpu-wins", what, self.places(found, &all), ends(inverse)),
            Verdict::From { at: equal, range: (low, high) } => {
                let [from, first, to, last] = ends(same);
                let equal = ("at", whole(*equal, f64::ceil));
                let (low, high) = (("low", whole(*low, f64::floor)), ("high", whole(*high, f64::ceil)));
                self.fill("finding-gpu-wins-from", &[what, equal, low, high, from, first, to, last])
            }
            Verdict::GpuFrom { sure } => {
                let unsure = unsure(&|at| at < *sure);
                self.fill("finding-gpu-sure-from", &[what, ("sure", at_measured(*sure)), unsure])
            }
            Verdict::CpuTo { sure } => {
                let unsure = unsure(&|at| at > *sure);
                self.fill("finding-cpu-sure-to", &[what, ("sure", at_measured(*sure)), unsure])
            }
            Verdict::Unsure => self.fill("finding-unsure", &[what, ("places", self.places(found, &all))]),
            Verdict::Mixed { gpu, cpu, unsure } => {
                let places = |places: &[u32]| self.places(found, places);
                let mut divided = vec![what, ("gpu", places(gpu)), ("cpu", places(cpu))];
                if unsure.is_empty() {
                    return join(self.fill("finding-mixed", &divided), bare);
                }
                divided.push(("unsure", places(unsure)));
                self.fill("finding-mixed-unsure", &divided)
            }
        };
        join(sentence, bare)
    }

    fn all_win(
        &self,
        name: &str,
        what: (&str, String),
        places: String,
        [from, first, to, last]: [(&str, String); 4],
    ) -> String {
        self.fill(name, &[what, ("places", places), from, first, to, last])
    }

    fn growth(&self, found: &Growth) -> String {
        let Growth { basis, batch, sizes, exponent, between_neighbours } = found;
        let (Some(from), Some(to)) = (sizes.first(), sizes.last()) else { return String::new() };
        let what = self.what(basis);
        let what = if *batch == 1 {
            what
        } else {
            format!("{what}, {}", self.fill("finding-batch", &[("at", batch.to_string())]))
        };
        let neighbours = between_neighbours.map(|(least, greatest)| {
            let ends = [("least", format!("{least:.2}")), ("greatest", format!("{greatest:.2}"))];
            let ends = ends.map(|(name, number)| (name, self.texts.number(&number).into_owned()));
            self.fill("finding-growth-neighbours", &ends)
        });
        let verdict = match exponent.ci {
            _ if sizes.len() == 2 => "finding-growth-two",
            None => "finding-growth-bare",
            Some(ci) if ci.high < 1.0 => "finding-growth-below",
            Some(ci) if ci.low > 1.0 => "finding-growth-above",
            Some(_) => "finding-growth-near",
        };
        self.fill(
            "finding-growth",
            &[
                ("what", what),
                ("from", self.pixels(*from)),
                ("to", self.pixels(*to)),
                ("exponent", self.figure(exponent)),
                ("neighbours", neighbours.unwrap_or_default()),
                ("verdict", self.texts.say(verdict)),
                ("sizes", sizes.len().to_string()),
            ],
        )
    }

    fn throughput(&self, found: &Throughput) -> String {
        let common = [
            ("what", self.what(&found.basis)),
            ("size", self.pixels(found.size)),
            ("smallest", found.smallest.0.to_string()),
            ("smallest-rate", self.figure(&found.smallest.1)),
            ("best", found.best.0.to_string()),
            ("best-rate", self.figure(&found.best.1)),
        ];
        let (name, own) = match &found.saturation {
            Saturation::From { batch, gain, uncertain } => {
                let name = if *uncertain { "finding-saturated-unsure" } else { "finding-saturated" };
                (name, vec![("batch", batch.to_string()), ("gain", self.figure(gain))])
            }
            Saturation::NotYet { before, gain } => {
                let own = [
                    ("largest", found.largest.to_string()),
                    ("before", before.to_string()),
                    ("gain", self.figure(gain)),
                ];
                ("finding-growing", own.to_vec())
            }
        };
        self.fill(name, &[common.to_vec(), own].concat())
    }

    fn scaling(&self, found: &Scaling) -> String {
        let (Some(first), Some(last)) = (found.times.first(), found.times.last()) else { return String::new() };
        // The threads are what the sentence is about.
        let basis = Basis { threads: Threads::All, ..found.basis.clone() };
        let common = [
            ("what", format!("{}, {}", self.what(&basis), self.task(found.task))),
            ("parallel", self.percent(&found.parallel)),
            ("most", last.threads.to_string()),
            ("least", first.threads.to_string()),
            ("measured", found.measured.as_ref().map_or_else(|| "?".to_owned(), |ratio| self.figure(ratio))),
        ];
        let value = |limit: f64| ("value", self.plain(limit));
        let surely_above = |limit: f64| found.parallel.ci.map_or(found.parallel.value, |ci| ci.low) > limit;
        let (name, own) = match (found.limit, found.limit_range) {
            _ if surely_above(1.0) => ("finding-amdahl-broken", Vec::new()),
            _ if !surely_above(0.0) => ("finding-amdahl-nothing", Vec::new()),
            (Some(limit), None) => ("finding-amdahl", vec![("limit", self.fill("finding-limit", &[value(limit)]))]),
            (Some(limit), Some((low, Some(high)))) => {
                let range = [value(limit), ("low", self.plain(low)), ("high", self.plain(high))];
                ("finding-amdahl", vec![("limit", self.fill("finding-limit-between", &range))])
            }
            (_, Some((low, _))) => ("finding-amdahl-open", vec![("low", self.plain(low))]),
            (None, None) => ("finding-amdahl-broken", Vec::new()),
        };
        let sentence = self.fill(name, &[common.to_vec(), own].concat());
        let two = (found.times.len() == 2).then(|| self.texts.say("finding-amdahl-two"));
        let beyond = (!found.beyond_cores.is_empty()).then(|| {
            let threads = found.beyond_cores.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let count = found.beyond_cores.len();
            self.texts.fill("finding-amdahl-beyond", &[("count", count.into()), ("threads", threads.into())])
        });
        join(join(sentence, two), beyond)
    }

    fn copies(&self, found: &Copies) -> String {
        let (Some(first), Some(last)) = (found.shares.first(), found.shares.last()) else { return String::new() };
        let clock = match found.clock {
            Clock::Device => "finding-clock-device",
            Clock::Host => "finding-clock-host",
        };
        let common = [("what", self.what(&found.basis)), ("clock", self.texts.say(clock))];
        let share = |share: f64| self.plain(share * 100.0);
        let own = if found.shares.len() == 1 {
            vec![("place", self.task(first.task)), ("share", share(first.share()))]
        } else {
            let (from, to) = (self.task(first.task), self.task(last.task));
            vec![("from", from), ("first", share(first.share())), ("to", to), ("last", share(last.share()))]
        };
        let name = if found.shares.len() == 1 { "finding-copies-once" } else { "finding-copies" };
        self.fill(name, &[common.to_vec(), own].concat())
    }

    fn first_run(&self, found: &FirstRun) -> String {
        let (Some(first), Some(last)) = (found.over.first(), found.over.last()) else { return String::new() };
        let what = ("what", self.what(&found.basis));
        if found.over.len() == 1 {
            let own = [what, ("place", self.task(first.task)), ("ratio", self.figure(&first.ratio))];
            return self.fill("finding-first-once", &own);
        }
        self.fill(
            "finding-first",
            &[
                what,
                ("from", self.task(first.task)),
                ("first", self.figure(&first.ratio)),
                ("to", self.task(last.task)),
                ("last", self.figure(&last.ratio)),
            ],
        )
    }

    fn rate(&self, found: &Rate) -> String {
        let Rate { basis, achieved: (lowest, highest), peak } = found;
        let giga = |flops: &Estimate| {
            let scaled = |ci: Interval| Interval { low: ci.low / 1e9, high: ci.high / 1e9 };
            self.figure(&Estimate { value: flops.value / 1e9, ci: flops.ci.map(scaled) })
        };
        let share = |achieved: &Achieved| self.plain(achieved.share.value * 100.0);
        let common = [
            ("what", self.what(basis)),
            ("lowest", giga(&lowest.flops)),
            ("peak", giga(&peak.flops)),
            ("rows", self.rows(peak.size)),
        ];
        let (name, own) = if lowest.task == highest.task {
            ("finding-rate-once", vec![("place", self.task(lowest.task)), ("share", share(lowest))])
        } else {
            let own = [
                ("low-place", self.task(lowest.task)),
                ("high-place", self.task(highest.task)),
                ("highest", giga(&highest.flops)),
                ("low-share", share(lowest)),
                ("high-share", share(highest)),
            ];
            ("finding-rate", own.to_vec())
        };
        let above = (highest.share.value > 1.0).then(|| self.texts.say("finding-rate-above"));
        join(self.fill(name, &[common.to_vec(), own].concat()), above)
    }

    fn cannot_tell(&self, what: CannotTell) -> String {
        match what {
            CannotTell::Crossover => self.texts.say("finding-none-crossover"),
            CannotTell::Growth => self.texts.say("finding-none-growth"),
            CannotTell::Throughput => self.texts.say("finding-none-throughput"),
            CannotTell::Scaling { cores: Some(1) } => self.texts.say("finding-none-scaling-one-core"),
            CannotTell::Scaling { cores } => {
                let threads = thread_sweep(cores.unwrap_or(4)).iter().map(u32::to_string).collect::<Vec<_>>();
                self.fill("finding-none-scaling", &[("threads", threads.join(","))])
            }
            CannotTell::Rate(DeviceKind::Cpu) => self.texts.say("finding-none-rate-cpu"),
            CannotTell::Rate(DeviceKind::Cuda) => self.texts.say("finding-none-rate-gpu"),
        }
    }
}

/// 1, 2, 4 and so on to all cores.
fn thread_sweep(cores: u32) -> Vec<u32> {
    let doubling = std::iter::successors(Some(1_u32), |count| count.checked_mul(2));
    doubling.take_while(|count| *count < cores).chain([cores]).collect()
}

/// The other one's time over this one's.
fn inverse(ratio: &Estimate) -> Estimate {
    let ci = ratio.ci.filter(|ci| ci.low > 0.0).map(|ci| Interval { low: 1.0 / ci.high, high: 1.0 / ci.low });
    Estimate { value: 1.0 / ratio.value, ci }
}

fn join(sentence: String, more: Option<String>) -> String {
    match more {
        Some(more) => format!("{sentence} {more}"),
        None => sentence,
    }
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
