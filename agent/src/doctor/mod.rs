//! What keeps this PC from measuring well, on one screen: each check with a verdict and, where it is not well, a remedy.
//! `gather` looks, `judge` decides, `show` writes.

mod coordinator;
mod gather;
mod judge;
mod power_plan;
mod show;

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cotejo_language::{Message, Texts};
use serde::{Serialize, Serializer};

use crate::nvidia::Nvidia;
use crate::workers::Workers;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// This PC has nothing to check there.
    NotApplicable,
    /// As it should be.
    Ok,
    /// It measures, but not as well as it could.
    Warning,
    /// Something cannot be measured, or not be delivered.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What, for programs: the same in every version.
    pub check: &'static str,
    /// Which one, where there are several: a device, a library.
    pub subject: Option<String>,
    /// How well it is.
    pub verdict: Verdict,
    /// What was found; for programs in English.
    #[serde(serialize_with = "in_english")]
    pub finding: Message,
    /// What to do about it, where there is something to do.
    #[serde(serialize_with = "maybe_in_english")]
    pub remedy: Option<Message>,
}

fn in_english<S: Serializer>(message: &Message, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&message.in_english())
}

#[allow(clippy::ref_option, reason = "the shape that serde calls")]
fn maybe_in_english<S: Serializer>(message: &Option<Message>, serializer: S) -> Result<S::Ok, S::Error> {
    message.as_ref().map(Message::in_english).serialize(serializer)
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The worst verdict.
    pub verdict: Verdict,
    /// Each check, in the order of reading.
    pub checks: Vec<Check>,
}

/// What is to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The two workers.
    pub workers: &'a Workers,
    /// The driver of NVIDIA GPUs.
    pub nvidia: &'a Nvidia,
    /// Where the agent keeps its data.
    pub data_dir: &'a Path,
    /// The coordinator's address, if there is one.
    pub coordinator: Option<&'a str>,
}

impl Report {
    fn of(checks: Vec<Check>) -> Self {
        let verdict = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Ok).max(Verdict::Ok);
        Self { verdict, checks }
    }

    /// How a program ends that says this: 0 if all is well, 3 if there are warnings, 1 if there is a problem.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::NotApplicable | Verdict::Ok => 0,
            Verdict::Warning => 3,
            Verdict::Problem => 1,
        }
    }

    /// For people.
    pub fn text(&self, texts: &Texts) -> String {
        show::text(self, texts)
    }

    /// For programs, whatever the language.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("its keys are texts") + "\n"
    }
}

/// Looks at everything. `step` hears the name of the text that says what is being done.
pub async fn examine(subject: Subject<'_>, step: impl Fn(&'static str)) -> Report {
    Report::of(judge::all(&gather::all(subject, step).await))
}

/// Nothing is said of work that is done sooner.
const SAID_AFTER: Duration = Duration::from_secs(1);

/// As `examine`; a person at a terminal reads on standard error what is being done, if it takes long.
pub async fn examine_aloud(subject: Subject<'_>, texts: &Texts) -> Report {
    let step = Mutex::new("");
    let work = examine(subject, |now| *step.lock().unwrap_or_else(PoisonError::into_inner) = now);
    if !io::stderr().is_terminal() {
        return work.await;
    }
    aloud(work, &step, |name| texts.say(name), &mut io::stderr()).await
}

async fn aloud<T>(
    work: impl Future<Output = T>,
    step: &Mutex<&'static str>,
    say: impl Fn(&str) -> String,
    out: &mut impl Write,
) -> T {
    let (mut step_said, mut said) = ("", String::new());
    let mut tick = tokio::time::interval_at(tokio::time::Instant::now() + SAID_AFTER, SAID_AFTER / 10);
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = tick.tick() => {
                let now = *step.lock().unwrap_or_else(PoisonError::into_inner);
                if now != step_said {
                    let new = format!("{} …", say(now));
                    replace_line(out, &said, &new);
                    (step_said, said) = (now, new);
                }
            }
        }
    };
    if !said.is_empty() {
        replace_line(out, &said, "");
    }
    done
}

/// Blanks instead of control sequences: older consoles know none.
fn replace_line(out: &mut impl Write, old: &str, new: &str) {
    let blank = " ".repeat(old.chars().count());
    // That nobody hears it is no failure.
    let _ = write!(out, "\r{blank}\r{new}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(verdict: Verdict) -> Check {
        Check { check: "some", subject: None, verdict, finding: Message::words(""), remedy: None }
    }

    #[test]
    fn the_worst_verdict_counts() {
        use Verdict::{NotApplicable, Ok, Problem, Warning};
        for (verdicts, worst, code) in [
            (vec![], Ok, 0),
            (vec![NotApplicable], Ok, 0),
            (vec![Ok, NotApplicable], Ok, 0),
            (vec![Ok, Warning], Warning, 3),
            (vec![Problem, Warning, NotApplicable], Problem, 1),
        ] {
            let report = Report::of(verdicts.into_iter().map(check).collect());
            assert_eq!((report.verdict, report.exit_code()), (worst, code));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_slow_work_is_spoken_of() {
        for (seconds, expected) in [(0, ""), (5, "\r\rcounting …\r          \r")] {
            let mut out = Vec::new();
            let work = tokio::time::sleep(Duration::from_secs(seconds));
            aloud(work, &Mutex::new("counting"), str::to_owned, &mut out).await;
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
