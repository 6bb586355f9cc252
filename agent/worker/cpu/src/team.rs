//! The threads of a plan: they live as long as it does, and all run the same program, phase by phase. Tasks of a phase
//! are claimed one by one; a barrier ends it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a team runs.
pub(crate) trait Program: Send + Sync + 'static {
    /// Tasks of each phase. Tasks of one phase may run at once, in any order.
    fn phases(&self) -> &[usize];
    /// Carries one task out. `member` counts the threads from 0.
    fn execute(&self, phase: usize, task: usize, member: usize);
}

/// How long a thread spins before it sleeps: longer than the gaps between two phases or two forwards of a loop.
const SPIN: Duration = Duration::from_micros(100);
/// Spins between two looks at the clock.
const SPINS_PER_LOOK: u32 = 64;

/// A number that threads wait to see change: they spin for a while, then sleep.
#[derive(Debug, Default)]
struct Signal {
    value: AtomicU32,
    sleepers: AtomicU32,
}

impl Signal {
    fn value(&self) -> u32 {
        self.value.load(Ordering::Acquire)
    }

    fn advance(&self) {
        // Sequentially consistent with `wait`: either the sleeper sees the new value, or this sees the sleeper.
        self.value.fetch_add(1, Ordering::SeqCst);
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            atomic_wait::wake_all(&raw const self.value);
        }
    }

    fn wait_while(&self, old: u32) {
        let mut spinning_since = None;
        loop {
            for _ in 0..SPINS_PER_LOOK {
                if self.value() != old {
                    return;
                }
                std::hint::spin_loop();
            }
            if spinning_since.get_or_insert_with(Instant::now).elapsed() > SPIN {
                break;
            }
        }
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        while self.value.load(Ordering::SeqCst) == old {
            atomic_wait::wait(&self.value, old);
        }
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One value alone on its cache line, so that threads do not slow each other down by neighbouring ones.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

struct Shared<P> {
    program: P,
    /// The next task of each phase.
    next: Vec<Apart<AtomicUsize>>,
    members: usize,
    arrived: Apart<AtomicUsize>,
    barrier: Apart<Signal>,
    start: Apart<Signal>,
    ends: AtomicBool,
    failed: AtomicBool,
    clock: Clock,
}

/// When the phases of a run were over. The last thread to arrive reads it: one that the system wakes late would find a phase
/// over that the others have computed meanwhile, and take it for one of no duration.
struct Clock {
    since: Instant,
    /// Whether this run is timed.
    ticks: AtomicBool,
    /// For each phase, in nanoseconds.
    over: Vec<AtomicU64>,
}

impl Clock {
    fn new(phases: usize) -> Self {
        let over = (0..phases).map(|_| AtomicU64::new(0)).collect();
        Self { since: Instant::now(), ticks: AtomicBool::new(false), over }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn phase_is_over(&self, phase: usize) {
        if self.ticks.load(Ordering::Relaxed) {
            self.over[phase].store(self.now(), Ordering::Relaxed);
        }
    }
}

impl<P: Program> Shared<P> {
    fn barrier(&self, phase: usize) {
        if self.members == 1 {
            self.clock.phase_is_over(phase);
            return;
        }
        let generation = self.barrier.0.value();
        if self.arrived.0.fetch_add(1, Ordering::AcqRel) + 1 == self.members {
            self.arrived.0.store(0, Ordering::Relaxed);
            self.clock.phase_is_over(phase);
            self.barrier.0.advance();
        } else {
            self.barrier.0.wait_while(generation);
        }
    }

    /// One member's part of a run.
    fn take_part(&self, member: usize) {
        for (phase, &tasks) in self.program.phases().iter().enumerate() {
            loop {
                let task = self.next[phase].0.fetch_add(1, Ordering::Relaxed);
                if task >= tasks || self.failed.load(Ordering::Relaxed) {
                    break;
                }
                let execute = || self.program.execute(phase, task, member);
                // A panic must not leave the others waiting.
                if catch_unwind(AssertUnwindSafe(execute)).is_err() {
                    self.failed.store(true, Ordering::Relaxed);
                }
            }
            self.barrier(phase);
        }
    }
}

/// A program and the threads that run it. The caller's thread is one of them.
pub(crate) struct Team<P> {
    shared: Arc<Shared<P>>,
    others: Vec<JoinHandle<()>>,
}

impl<P: Program> Team<P> {
    /// Starts `members - 1` threads.
    pub(crate) fn start(program: P, members: usize) -> std::io::Result<Self> {
        let next = program.phases().iter().map(|_| Apart::default()).collect();
        let clock = Clock::new(program.phases().len());
        let shared = Arc::new(Shared {
            program,
            next,
            members,
            arrived: Apart::default(),
            barrier: Apart::default(),
            start: Apart::default(),
            ends: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            clock,
        });
        let mut team = Self { shared, others: Vec::new() };
        for member in 1..members {
            let shared = Arc::clone(&team.shared);
            let thread = std::thread::Builder::new().name(format!("cotejo-cpu-{member}"));
            team.others.push(thread.spawn(move || serve(&shared, member))?);
        }
        Ok(team)
    }

    pub(crate) fn program(&self) -> &P {
        &self.shared.program
    }

    /// Runs the program once and takes the time of each phase, from when the one before was over until it is.
    ///
    /// # Panics
    /// If a task did.
    pub(crate) fn run_timed(&mut self) -> Vec<Duration> {
        let clock = &self.shared.clock;
        clock.ticks.store(true, Ordering::Relaxed);
        let start = clock.now();
        self.run();
        let clock = &self.shared.clock;
        clock.ticks.store(false, Ordering::Relaxed);
        let over = clock.over.iter().map(|over| over.load(Ordering::Relaxed));
        let times = over.scan(start, |last, over| Some(over - std::mem::replace(last, over)));
        times.map(Duration::from_nanos).collect()
    }

    /// Runs the program once.
    ///
    /// # Panics
    /// If a task did.
    pub(crate) fn run(&mut self) {
        let shared = &*self.shared;
        for next in &shared.next {
            next.0.store(0, Ordering::Relaxed);
        }
        if shared.members > 1 {
            shared.start.0.advance();
        }
        shared.take_part(0);
        assert!(!shared.failed.swap(false, Ordering::Relaxed), "a task of the plan panicked");
    }
}

fn serve<P: Program>(shared: &Shared<P>, member: usize) {
    let mut seen = 0;
    loop {
        shared.start.0.wait_while(seen);
        seen = seen.wrapping_add(1);
        if shared.ends.load(Ordering::Acquire) {
            return;
        }
        shared.take_part(member);
    }
}

impl<P> Drop for Team<P> {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Release);
        self.shared.start.0.advance();
        for thread in self.others.drain(..) {
            // Its panics were caught where they happened.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Count {
        phases: Vec<usize>,
        done: Vec<AtomicUsize>,
        members: Mutex<Vec<usize>>,
        panics: bool,
    }

    impl Program for Count {
        fn phases(&self) -> &[usize] {
            &self.phases
        }

        fn execute(&self, phase: usize, task: usize, member: usize) {
            if phase > 0 {
                let before = self.done[phase - 1].load(Ordering::SeqCst);
                assert_eq!(before % self.phases[phase - 1], 0, "the phase before is not over");
            }
            assert!(task < self.phases[phase]);
            assert!(!(self.panics && phase == 1), "as it should");
            self.done[phase].fetch_add(1, Ordering::SeqCst);
            self.members.lock().unwrap().push(member);
        }
    }

    fn count(panics: bool) -> Count {
        let phases = vec![7, 1, 64, 3];
        let done = phases.iter().map(|_| AtomicUsize::new(0)).collect();
        Count { phases, done, members: Mutex::default(), panics }
    }

    #[test]
    fn every_task_runs_once_a_run_in_its_phase() {
        for members in [1, 2, 5] {
            let mut team = Team::start(count(false), members).unwrap();
            for run in 1..=50 {
                if run % 20 == 0 {
                    // Long enough for the others to fall asleep.
                    std::thread::sleep(3 * SPIN);
                }
                team.run();
                for (phase, done) in team.program().done.iter().enumerate() {
                    assert_eq!(done.load(Ordering::SeqCst), run * team.program().phases[phase]);
                }
            }
            assert!(team.program().members.lock().unwrap().iter().all(|member| *member < members));
        }
    }

    /// A phase of short tasks after one that ends while the caller's thread sleeps.
    struct Late;

    impl Program for Late {
        fn phases(&self) -> &[usize] {
            &[2, 1, 2]
        }

        fn execute(&self, _: usize, _: usize, _: usize) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn no_phase_is_shorter_than_its_work() {
        for members in [1, 2, 4] {
            let mut team = Team::start(Late, members).unwrap();
            for _ in 0..5 {
                let times = team.run_timed();
                assert_eq!(times.len(), 3);
                assert!(times.iter().all(|time| *time >= Duration::from_millis(2)), "{members} members: {times:?}");
            }
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_nobody_hangs() {
        let mut team = Team::start(count(true), 3).unwrap();
        for _ in 0..3 {
            let panic = catch_unwind(AssertUnwindSafe(|| team.run()));
            assert!(panic.is_err());
        }
    }
}
