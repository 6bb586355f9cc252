//! How far a sweep is, on standard error: a bar with the time left on a terminal, lines elsewhere.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use cotejo_language::{FluentValue, Texts};
use cotejo_model::JobState;
use cotejo_model::sweep::{Running, SweepStatus};
use indicatif::{ProgressBar, ProgressStyle};

use crate::message::Message;
use crate::{language, output};
use cotejo_render::{clean, device, lists, number, phase_name, state_name, task};

/// Steps of the bar.
const STEPS: u64 = 1000;

/// Shows one sweep's progress.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    last: Option<(SweepStatus, Instant)>,
}

impl Progress {
    /// A bar if standard error is a terminal.
    pub(crate) fn new() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("[{bar:16}] {percent:>3} %  {wide_msg}");
            ProgressBar::new(STEPS).with_style(style.expect("the template is sound").progress_chars("=> "))
        });
        Self { bar, last: None }
    }

    /// Shows a new status.
    pub(crate) fn update(&mut self, status: SweepStatus) {
        if let Some(bar) = &self.bar {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the steps")]
            bar.set_position((status.done.clamp(0.0, 1.0) * STEPS as f64) as u64);
        } else if let Some(line) = line(self.last.as_ref().map(|(last, _)| last), &status, language::spoken()) {
            output::say(Message::words(line));
        }
        self.last = Some((status, Instant::now()));
        self.tick();
    }

    /// Lets the time left run on between two statuses.
    pub(crate) fn tick(&self) {
        if let (Some(bar), Some((status, at))) = (&self.bar, &self.last) {
            bar.set_message(message(status, at.elapsed(), language::spoken()));
        }
    }

    /// Ends the display and gives the last status.
    pub(crate) fn finish(self) -> Option<SweepStatus> {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        self.last.map(|(status, _)| status)
    }
}

fn finished(status: &SweepStatus) -> u64 {
    status.jobs.iter().filter(|(state, _)| state.is_final()).map(|(_, count)| count).sum()
}

/// `1 of 3 cells, about 25 s left`, and who is out of reach.
fn summary(status: &SweepStatus, texts: &Texts) -> String {
    if let Some(waiting) = waiting(status, texts) {
        return waiting;
    }
    let counts = counts(status);
    let left = ("left", number::duration(status.seconds_left).into());
    let line = texts.fill("progress-summary", &[counts.as_slice(), &[left]].concat());
    std::iter::once(line).chain(away(status, texts)).collect::<Vec<_>>().join("; ")
}

/// The time left and what is being done, as far as a line has room. Who is out of reach comes first: it is what somebody
/// can do something about.
fn message(status: &SweepStatus, since: Duration, texts: &Texts) -> String {
    if let Some(waiting) = waiting(status, texts) {
        return waiting;
    }
    let left = number::duration(status.seconds_left - since.as_secs_f64());
    let counts = counts(status);
    let line = texts.fill("progress-short", &[counts.as_slice(), &[("left", left.into())]].concat());
    let measuring: Vec<&Running> = status.running.iter().filter(|running| !is_away(running)).collect();
    let doing = match measuring.as_slice() {
        [] => None,
        [only] if status.machines == 1 => Some(doing(only, texts)),
        [only] => {
            let arguments = [("machine", clean(&only.machine).into()), ("doing", doing(only, texts).into())];
            Some(texts.fill("progress-of", &arguments))
        }
        several => Some(texts.fill("progress-several", &[("count", several.len().into())])),
    };
    std::iter::once(line).chain(away(status, texts)).chain(doing).collect::<Vec<_>>().join(" · ")
}

/// Who is out of reach with something to measure.
fn away(status: &SweepStatus, texts: &Texts) -> Option<String> {
    let machines = lists::away(&status.away, texts, &output::style())?;
    Some(texts.fill("progress-away", &[("machines", machines.into())]))
}

/// What is said where nobody within reach has anything left to measure: only who is away can end it.
fn waiting(status: &SweepStatus, texts: &Texts) -> Option<String> {
    let machines = lists::away(&status.away, texts, &output::style()).filter(|_| status.seconds_left <= 0.0)?;
    let arguments = [("machines", machines.into()), ("sweep", status.id.short().into())];
    Some(texts.fill("progress-waiting", &[counts(status).as_slice(), &arguments].concat()))
}

/// How many of the cells have ended, as texts name them.
fn counts(status: &SweepStatus) -> [(&'static str, FluentValue<'static>); 2] {
    [("done", whole(finished(status)).into()), ("total", whole(status.total()).into())]
}

fn is_away(running: &Running) -> bool {
    running.state == JobState::Unknown
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What one machine does.
fn doing(running: &Running, texts: &Texts) -> String {
    let phase = running.progress.map(|progress| phase_name(progress.phase, texts));
    let how = phase.unwrap_or_else(|| state_name(running.state, texts));
    let device = device(running.device, running.simulated, texts);
    let arguments = [("task", task(running.task, texts).into()), ("device", device.into()), ("how", how.into())];
    texts.fill("progress-doing", &arguments)
}

/// A line for every cell that ends: enough for a log, and no more.
fn line(last: Option<&SweepStatus>, status: &SweepStatus, texts: &Texts) -> Option<String> {
    let seen = |status: &SweepStatus| (finished(status), status.away.clone());
    let news = last.is_none_or(|last| seen(last) != seen(status));
    (news && !status.is_finished()).then(|| summary(status, texts))
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;
    use cotejo_model::sweep::{Away, Preset};
    use cotejo_model::{DeviceId, SweepId, Task};

    use super::*;

    fn english() -> &'static Texts {
        Texts::of(Language::English)
    }

    fn status(done: u64, total: u64) -> SweepStatus {
        let jobs = [(JobState::Succeeded, done), (JobState::Queued, total - done)];
        SweepStatus {
            id: SweepId::now(),
            spec: Preset::Practice.spec(),
            created_ms: 0,
            jobs: jobs.into_iter().filter(|(_, count)| *count > 0).collect(),
            machines: 1,
            done: 0.5,
            seconds_left: 75.0,
            running: Vec::new(),
            away: Vec::new(),
        }
    }

    #[test]
    fn a_log_gets_a_line_a_cell() {
        assert_eq!(line(None, &status(0, 3), english()).as_deref(), Some("0 of 3 cells, about 1 min 15 s left"));
        assert_eq!(line(Some(&status(0, 3)), &status(0, 3), english()), None);
        assert!(line(Some(&status(0, 3)), &status(1, 3), english()).is_some());
        assert_eq!(line(Some(&status(2, 3)), &status(3, 3), english()), None, "the results say it");
    }

    #[test]
    fn the_time_left_runs_on() {
        let mut status = status(1, 3);
        let task = Task::Matmul { size: 512 };
        let running = Running {
            machine: "pc-01".to_owned(),
            device: DeviceId::Cpu,
            simulated: false,
            task,
            state: JobState::Offered,
            progress: None,
        };
        status.running = vec![running.clone()];
        let shown = message(&status, Duration::from_secs(5), english());
        assert_eq!(shown, "1 min 10 s left · 1 of 3 · matmul 512 x 512 on cpu, offered");
        status.machines = 2;
        assert!(
            message(&status, Duration::ZERO, english()).ends_with("1 of 3 · pc-01: matmul 512 x 512 on cpu, offered")
        );
        let made_up = Running { device: DeviceId::Cuda(0), simulated: true, ..running.clone() };
        status.running = vec![made_up];
        assert!(
            message(&status, Duration::ZERO, english())
                .ends_with("pc-01: matmul 512 x 512 on cuda:0 (simulated), offered")
        );
        status.running.push(running);
        assert_eq!(message(&status, Duration::MAX, english()), "0 s left · 1 of 3 · 2 machines measure");
    }

    #[test]
    fn who_is_out_of_reach_is_named() {
        let mut status = status(1, 3);
        status.machines = 3;
        let running = |machine: &str, state| Running {
            machine: machine.to_owned(),
            device: DeviceId::Cpu,
            simulated: false,
            task: Task::Matmul { size: 512 },
            state,
            progress: None,
        };
        status.jobs.insert(JobState::Unknown, 1);
        status.running = vec![running("pc-03", JobState::Unknown), running("pc-01", JobState::Running)];
        status.away = vec![Away { machine: "pc-03".to_owned(), cells: 1, since_ms: 0 }];
        let shown = message(&status, Duration::ZERO, english());
        let (before, after) = shown.split_once(" since ").unwrap();
        assert!(before.ends_with("1 of 4 · out of reach: pc-03"), "{shown}");
        assert!(after["00:00".len()..].starts_with(" (1 cell) · pc-01: matmul 512 x 512 on cpu"), "{shown}");
        let spanish = line(None, &status, Texts::of(Language::Spanish)).unwrap();
        assert!(spanish.starts_with("1 de 4 celdas, faltan unos 1 min 15 s; fuera de alcance: pc-03 desde las "));
        // Nobody else has anything left: there is no time to be told.
        status.seconds_left = 0.0;
        let shown = message(&status, Duration::ZERO, english());
        assert!(shown.starts_with("1 of 4 cells; what is left waits for PCs out of reach: pc-03 since "), "{shown}");
    }
}
