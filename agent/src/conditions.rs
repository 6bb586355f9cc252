//! What surrounds a measurement: other processes' load, mains or battery, sleep.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cotejo_model::machine::PowerSource;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::time::MissedTickBehavior;

use crate::power;

/// How often an idle agent looks.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A window shorter than this says little: systems count processor time in steps of 10 to 16 ms.
const SHORTEST_WINDOW: Duration = Duration::from_millis(250);

/// What the machine is like besides its own work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surroundings {
    /// Share of all processors that others used in the last window, 0 to 1.
    pub background_load: Option<f64>,
    /// What feeds the machine.
    pub power: PowerSource,
}

/// Knows the load of the window that has just passed, so that nothing has to wait for a figure: a job starts at once.
/// While a job runs nothing is looked at; the window of the job itself is then told by what the worker did not use.
#[derive(Debug)]
pub struct Monitor {
    watched: Watched,
    job: AtomicBool,
}

/// What a monitor knows it from.
#[derive(Debug)]
enum Watched {
    /// This machine.
    Real(Box<Mutex<State>>),
    /// Nothing: the machine is played, and what surrounds it stays.
    Played(Surroundings),
}

#[derive(Debug)]
struct State {
    system: System,
    /// When the present window began, and what this process had used by then.
    since: Instant,
    own: Duration,
    /// What workers used in the present window; none if that is not known.
    workers: Option<Duration>,
    last: Surroundings,
}

impl Default for Monitor {
    fn default() -> Self {
        Self::new()
    }
}

impl Monitor {
    /// Begins the first window.
    pub fn new() -> Self {
        let mut system = System::new();
        system.refresh_cpu_usage();
        let own = own_time(&mut system);
        let last = Surroundings { background_load: None, power: power::source() };
        let state = State { system, since: Instant::now(), own, workers: Some(Duration::ZERO), last };
        Self { watched: Watched::Real(Box::new(Mutex::new(state))), job: AtomicBool::new(false) }
    }

    /// The monitor of a machine that is played.
    pub(crate) fn played(surroundings: Surroundings) -> Self {
        Self { watched: Watched::Played(surroundings), job: AtomicBool::new(false) }
    }

    /// What is known of this machine; a played one has its own surroundings instead.
    fn state(&self) -> Result<MutexGuard<'_, State>, Surroundings> {
        match &self.watched {
            Watched::Real(state) => Ok(state.lock().unwrap_or_else(PoisonError::into_inner)),
            Watched::Played(surroundings) => Err(*surroundings),
        }
    }

    /// The surroundings in the present window, or in the last one where this one is too short to tell.
    pub fn look(&self) -> Surroundings {
        match self.state() {
            Ok(mut state) => {
                if state.since.elapsed() >= SHORTEST_WINDOW {
                    state.close_window();
                }
                state.last
            }
            Err(surroundings) => surroundings,
        }
    }

    /// Begins the window anew: what was used in it was used by the agent's own errands.
    pub(crate) fn begin_anew(&self) {
        if let Ok(mut state) = self.state() {
            state.open_window();
        }
    }

    /// The surroundings in the last window.
    pub(crate) fn last(&self) -> Surroundings {
        self.state().map_or_else(|surroundings| surroundings, |state| state.last)
    }

    /// Looks now and then, as long as no job runs.
    pub async fn keep_looking(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if !self.job.load(Ordering::Relaxed) {
                let monitor = Arc::clone(&self);
                // Some systems take a moment to say how their battery is.
                let _ = tokio::task::spawn_blocking(move || monitor.look()).await;
            }
        }
    }

    /// A job begins: the surroundings just before it.
    pub(crate) fn job_begins(&self) -> Surroundings {
        self.job.store(true, Ordering::Relaxed);
        self.look()
    }

    /// The job has ended; its worker used that much processor time, where it is known.
    pub(crate) fn job_ended(&self, worker: Option<Duration>) {
        if let Ok(mut state) = self.state() {
            state.workers = state.workers.zip(worker).map(|(before, worker)| before + worker);
        }
        self.look();
        self.job.store(false, Ordering::Relaxed);
    }
}

impl State {
    fn close_window(&mut self) {
        self.system.refresh_cpu_usage();
        let own = own_time(&mut self.system);
        let window = self.since.elapsed().as_secs_f64() * self.system.cpus().len().max(1) as f64;
        let ours = self.workers.map(|workers| (workers + own.saturating_sub(self.own)).as_secs_f64());
        let all = f64::from(self.system.global_cpu_usage()) / 100.0;
        self.last = Surroundings {
            background_load: ours.map(|ours| (all - ours / window).clamp(0.0, 1.0)),
            power: power::source(),
        };
        self.open_window();
    }

    fn open_window(&mut self) {
        self.system.refresh_cpu_usage();
        self.since = Instant::now();
        self.own = own_time(&mut self.system);
        self.workers = Some(Duration::ZERO);
    }
}

fn own_time(system: &mut System) -> Duration {
    processor_time(system, std::process::id()).unwrap_or_default()
}

/// The processor time that a process has used, all its threads together.
fn processor_time(system: &mut System, process: u32) -> Option<Duration> {
    let process = Pid::from_u32(process);
    let what = ProcessRefreshKind::nothing().with_cpu().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[process]), true, what);
    system.process(process).map(|process| Duration::from_millis(process.accumulated_cpu_time()))
}

/// The processor time that a worker has used so far.
pub(crate) fn worker_time(process: Option<u32>) -> Option<Duration> {
    processor_time(&mut System::new(), process?)
}

/// How often to look whether the machine slept.
const SLEEP_TICK: Duration = Duration::from_secs(1);
/// A shorter gap is a busy machine, not a sleeping one.
const SHORTEST_SLEEP: u64 = 5;

/// Tells sleep by the seconds that the system counts between two ticks: its count goes on in sleep, ticks do not.
#[derive(Debug, Default)]
pub(crate) struct SleepWatch {
    seconds: AtomicU64,
}

impl SleepWatch {
    /// Watches until it is dropped.
    pub(crate) async fn watch(&self) -> std::convert::Infallible {
        let mut ticks = tokio::time::interval(SLEEP_TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = System::uptime();
        loop {
            ticks.tick().await;
            let now = System::uptime();
            self.seconds.fetch_add(slept(last, now), Ordering::Relaxed);
            last = now;
        }
    }

    /// How long the machine slept since the watch began, in milliseconds.
    pub(crate) fn slept_ms(&self) -> u64 {
        self.seconds.load(Ordering::Relaxed).saturating_mul(1000)
    }
}

/// Seconds of sleep between two ticks that are a second apart.
fn slept(last: u64, now: u64) -> u64 {
    let gap = now.saturating_sub(last);
    if gap >= SHORTEST_SLEEP { gap - SLEEP_TICK.as_secs() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_gaps_are_not_sleep() {
        assert_eq!(slept(10, 11), 0);
        assert_eq!(slept(10, 14), 0);
        assert_eq!(slept(10, 9), 0);
        assert_eq!(slept(10, 71), 60);
    }

    #[test]
    fn a_worker_of_unknown_use_leaves_the_load_unknown() {
        let monitor = Monitor::new();
        monitor.job_ended(None);
        let mut state = monitor.state().unwrap();
        state.close_window();
        assert_eq!(state.last.background_load, None);
        state.close_window();
        assert!(state.last.background_load.is_some(), "the next window is clean");
    }

    #[test]
    fn what_the_worker_used_is_not_others_load() {
        let monitor = Monitor::new();
        monitor.job_ended(Some(Duration::from_secs(3600)));
        let mut state = monitor.state().unwrap();
        state.close_window();
        assert_eq!(state.last.background_load, Some(0.0));
    }

    #[test]
    fn the_agents_own_errands_are_nobodys_load() {
        let monitor = Monitor::new();
        monitor.job_ended(None);
        monitor.begin_anew();
        let mut state = monitor.state().unwrap();
        assert_eq!(state.workers, Some(Duration::ZERO), "what came before does not count");
        state.close_window();
        assert!(state.last.background_load.is_some());
    }

    #[test]
    fn a_played_machine_has_its_own_surroundings() {
        let played = Surroundings { background_load: Some(0.25), power: PowerSource::Battery };
        let monitor = Monitor::played(played);
        monitor.begin_anew();
        assert_eq!(monitor.job_begins(), played);
        monitor.job_ended(Some(Duration::from_secs(1)));
        assert_eq!((monitor.look(), monitor.last()), (played, played));
    }

    #[test]
    fn own_processor_time_is_known() {
        assert!(worker_time(Some(std::process::id())).is_some());
        assert_eq!(worker_time(None), None);
    }
}
