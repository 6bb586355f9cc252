//! What sentences about findings are made of.

use cotejo_analysis::findings::Basis;
use cotejo_analysis::key::Key;
use cotejo_language::Texts;
use cotejo_model::stats::{Estimate, Interval};
use cotejo_model::{DeviceKind, Engine, Precision, Task, Threads};

use crate::peers::group;
use crate::words::subject;
use crate::{number, words};

/// A finding that can be told in a sentence.
pub(super) trait Told {
    /// The sentence; none where the finding has no figures.
    fn told<'a>(&self, say: Say<'a>) -> Option<Sentence<'a>>;
}

/// A text's name, what it is filled with, and sentences that follow it.
#[derive(Debug)]
pub(super) struct Sentence<'a> {
    say: Say<'a>,
    name: &'static str,
    arguments: Vec<(&'static str, String)>,
    further: Vec<String>,
}

impl<'a> Sentence<'a> {
    /// The text of this name, without arguments.
    pub(super) fn new(say: Say<'a>, name: &'static str) -> Self {
        Self { say, name, arguments: Vec::new(), further: Vec::new() }
    }

    /// With one more argument.
    pub(super) fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.arguments.push((name, text.into()));
        self
    }

    /// Followed by another sentence, if there is one.
    pub(super) fn then(mut self, further: Option<String>) -> Self {
        self.further.extend(further);
        self
    }

    /// What is said.
    pub(super) fn said(&self) -> String {
        let sentence = self.say.fill(self.name, &self.arguments);
        std::iter::once(&sentence).chain(&self.further).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// The parts of sentences, each in the reader's language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Say<'a> {
    pub(super) texts: &'a Texts,
}

impl Say<'_> {
    pub(super) fn fill(self, name: &str, arguments: &[(&str, String)]) -> String {
        let arguments: Vec<_> = arguments.iter().map(|(name, text)| (*name, text.as_str().into())).collect();
        self.texts.fill(name, &arguments)
    }

    /// A figure with its margin.
    pub(super) fn figure(self, estimate: &Estimate) -> String {
        self.texts.number(&number::estimate(estimate).with_margin()).into_owned()
    }

    /// The same in units of which this many make one.
    pub(super) fn scaled(self, estimate: &Estimate, factor: f64) -> String {
        let scaled = |ci: Interval| Interval { low: ci.low * factor, high: ci.high * factor };
        self.figure(&Estimate { value: estimate.value * factor, ci: estimate.ci.map(scaled) })
    }

    /// A figure with its margin, in hundredths.
    pub(super) fn percent(self, estimate: &Estimate) -> String {
        self.scaled(estimate, 100.0)
    }

    /// A number without a margin.
    pub(super) fn plain(self, value: f64) -> String {
        self.texts.number(&number::plain(value)).into_owned()
    }

    /// What was computed on what, and of the settings what is unusual.
    pub(super) fn what(self, basis: &Basis) -> String {
        let what = subject(self.texts, basis.subject);
        let placed = match (&basis.of_peer, basis.device) {
            (Some(code), _) => self.fill("finding-on-peer", &[("what", what), ("group", group(self.texts, code))]),
            (None, DeviceKind::Cpu) => self.fill("finding-on-cpu", &[("what", what)]),
            (None, DeviceKind::Cuda) => self.fill("finding-on-gpu", &[("what", what)]),
        };
        self.with(placed, &basis.settings)
    }

    /// The same with what of the settings is unusual.
    pub(super) fn with(self, what: String, settings: &Key) -> String {
        let Key { precision, threads, engine, exact, .. } = settings;
        let threads = threads.filter(|threads| *threads != Threads::All);
        let unusual = [
            (*precision != Precision::F32).then(|| precision.to_string()),
            threads.map(|threads| words::threads(threads, self.texts)),
            (*engine == Engine::Reference).then(|| self.fill("finding-engine", &[("engine", engine.to_string())])),
            exact.then(|| self.texts.say("finding-exact")),
        ];
        let unusual: Vec<String> = unusual.into_iter().flatten().collect();
        if unusual.is_empty() {
            return what;
        }
        self.fill("finding-with", &[("what", what), ("settings", unusual.join(", "))])
    }

    /// The size of a task, and its batch if that is not one.
    pub(super) fn task(self, task: Task) -> String {
        match task {
            Task::Classify { size, batch: 1, .. } => self.pixels(size),
            Task::Classify { size, batch, .. } => {
                self.fill("finding-task-batch", &[("size", self.pixels(size)), ("batch", batch.to_string())])
            }
            Task::Matmul { size } => self.rows(size),
        }
    }

    /// `224 px`
    pub(super) fn pixels(self, size: u32) -> String {
        self.fill("finding-pixels", &[("at", size.to_string())])
    }

    /// `2048 rows`
    pub(super) fn rows(self, size: u32) -> String {
        self.fill("finding-rows", &[("at", size.to_string())])
    }
}
