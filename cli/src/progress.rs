//! How far a sweep is, on standard error: a bar with the time left on a terminal, lines elsewhere.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use cotejo_model::sweep::{Running, SweepStatus};
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;
use cotejo_render::{clean, device, english, number, phase_name, state_name};

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
        } else if let Some(line) = line(self.last.as_ref().map(|(last, _)| last), &status) {
            output::say(&line);
        }
        self.last = Some((status, Instant::now()));
        self.tick();
    }

    /// Lets the time left run on between two statuses.
    pub(crate) fn tick(&self) {
        if let (Some(bar), Some((status, at))) = (&self.bar, &self.last) {
            bar.set_message(message(status, at.elapsed()));
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

/// `1 of 3 cells, about 25 s left`
fn summary(status: &SweepStatus, since: Duration) -> String {
    let left = number::duration(status.seconds_left - since.as_secs_f64());
    format!("{} of {} cells, about {left} left", finished(status), status.total())
}

/// The summary, and what is being done, as far as a line has room.
fn message(status: &SweepStatus, since: Duration) -> String {
    let left = number::duration(status.seconds_left - since.as_secs_f64());
    let text = format!("{left} left · {} of {}", finished(status), status.total());
    match status.running.as_slice() {
        [] => text,
        [only] if status.machines == 1 => format!("{text} · {}", doing(only)),
        [only] => format!("{text} · {}: {}", clean(&only.machine), doing(only)),
        several => format!("{text} · {} machines measure", several.len()),
    }
}

/// What one machine does.
fn doing(running: &Running) -> String {
    let phase = running.progress.map(|progress| phase_name(progress.phase).to_owned());
    let how = phase.unwrap_or_else(|| state_name(running.state, english()));
    format!("{} on {}, {how}", running.task, device(running.device, running.simulated, english()))
}

/// A line for every cell that ends: enough for a log, and no more.
fn line(last: Option<&SweepStatus>, status: &SweepStatus) -> Option<String> {
    let news = last.is_none_or(|last| finished(last) != finished(status));
    (news && !status.is_finished()).then(|| summary(status, Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use cotejo_model::sweep::Preset;
    use cotejo_model::{DeviceId, JobState, SweepId, Task};

    use super::*;

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
        }
    }

    #[test]
    fn a_log_gets_a_line_a_cell() {
        assert_eq!(line(None, &status(0, 3)).as_deref(), Some("0 of 3 cells, about 1 min 15 s left"));
        assert_eq!(line(Some(&status(0, 3)), &status(0, 3)), None);
        assert!(line(Some(&status(0, 3)), &status(1, 3)).is_some());
        assert_eq!(line(Some(&status(2, 3)), &status(3, 3)), None, "the results say it");
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
        let shown = message(&status, Duration::from_secs(5));
        assert_eq!(shown, "1 min 10 s left · 1 of 3 · matmul 512x512 on cpu, offered");
        status.machines = 2;
        assert!(message(&status, Duration::ZERO).ends_with("1 of 3 · pc-01: matmul 512x512 on cpu, offered"));
        let made_up = Running { device: DeviceId::Cuda(0), simulated: true, ..running.clone() };
        status.running = vec![made_up];
        assert!(message(&status, Duration::ZERO).ends_with("pc-01: matmul 512x512 on cuda:0 (simulated), offered"));
        status.running.push(running);
        assert_eq!(message(&status, Duration::MAX), "0 s left · 1 of 3 · 2 machines measure");
    }
}
