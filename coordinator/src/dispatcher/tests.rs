//! Faults and what must come of them. Time is passed in, so nothing here waits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cotejo_model::session::{AgentCommand, AgentEvent, Held, Hello, JobResult, Offer, Receipt, Verdict, Welcome};
use cotejo_model::sweep::Preset;
use cotejo_model::{
    Assignment, BootId, DeviceId, Digest, Failure, FailureCode, JobId, JobSpec, JobState, MachineId, SweepId,
};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::core::Core;
use super::*;
use crate::samples::{hello, machine_id, measurement};
use crate::store::sqlite::SqliteStore;
use crate::store::{MachineRecord, NewJob, SweepRecord};

const LOST_AFTER: Duration = Duration::from_secs(300);
const NOW_MS: u64 = 1_000_000_000;

fn settings() -> Settings {
    Settings {
        lease: Duration::from_secs(45),
        lost_after: LOST_AFTER,
        max_attempts: 2,
        queue_expiry: Duration::from_secs(24 * 3600),
    }
}

struct World {
    core: Core,
    store: Arc<dyn Store>,
    now: Instant,
    now_ms: u64,
    _dir: tempfile::TempDir,
}

/// One stream of an agent.
struct Agent {
    machine: MachineId,
    epoch: u64,
    commands: mpsc::Receiver<AgentCommand>,
}

impl Agent {
    fn next(&mut self) -> AgentCommand {
        self.commands.try_recv().expect("a command")
    }

    fn welcome(&mut self) -> Welcome {
        match self.next() {
            AgentCommand::Welcome(welcome) => welcome,
            other => panic!("{other:?} instead of a welcome"),
        }
    }

    fn verdicts(&mut self) -> Vec<Verdict> {
        self.welcome().verdicts.into_iter().map(|(_, verdict)| verdict).collect()
    }

    fn offer(&mut self) -> Offer {
        match self.next() {
            AgentCommand::Offer(offer) => *offer,
            other => panic!("{other:?} instead of an offer"),
        }
    }

    fn receipt(&mut self) -> Receipt {
        match self.next() {
            AgentCommand::Ack(ack) => ack.receipt,
            other => panic!("{other:?} instead of a receipt"),
        }
    }

    fn is_idle(&mut self) -> bool {
        self.commands.is_empty()
    }

    fn is_closed(&mut self) -> bool {
        matches!(self.commands.try_recv(), Err(mpsc::error::TryRecvError::Disconnected))
    }
}

async fn load(store: &Arc<dyn Store>, now: Instant, now_ms: u64) -> Core {
    Core::load(Arc::clone(store), settings(), watch::channel(0).0, now, now_ms).await.unwrap()
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dir.path().join("cotejo.db")).await.unwrap());
        let now = Instant::now();
        let core = load(&store, now, NOW_MS).await;
        Self { core, store, now, now_ms: NOW_MS, _dir: dir }
    }

    /// The coordinator dies and starts again.
    async fn restart(&mut self) {
        self.core = load(&self.store, self.now, self.now_ms).await;
    }

    async fn pass(&mut self, time: Duration) {
        self.now += time;
        self.now_ms += u64::try_from(time.as_millis()).unwrap();
        self.core.tick(self.now, self.now_ms).await.unwrap();
    }

    async fn say(&mut self, hello: &Hello) -> Agent {
        let (sender, commands) = mpsc::channel(16);
        let epoch = self.core.connect(hello.clone(), sender, self.now, self.now_ms).await.unwrap();
        Agent { machine: hello.machine, epoch, commands }
    }

    async fn drop_stream(&mut self, agent: &Agent) {
        self.core.agent_lost(agent.machine, agent.epoch, self.now, self.now_ms).await;
    }

    async fn event(&mut self, agent: &Agent, event: AgentEvent) {
        self.core.event(agent.machine, agent.epoch, event, self.now, self.now_ms).await;
    }

    async fn update(&mut self, agent: &Agent, assignment: Assignment, state: JobState) {
        self.event(agent, AgentEvent::Update { assignment, state }).await;
    }

    async fn finish(&mut self, agent: &mut Agent, offer: &Offer) -> Receipt {
        self.event(agent, AgentEvent::Result(result(offer))).await;
        agent.receipt()
    }

    /// Queues the practice's first jobs on this machine's CPU.
    async fn sweep(&mut self, machine: MachineId, jobs: usize) -> SweepId {
        let spec = Preset::Practice.spec();
        let sweep = SweepRecord { id: SweepId::now(), spec: spec.clone(), created_ms: self.now_ms };
        let workload = *spec.workloads().first().unwrap();
        let job = || NewJob {
            id: JobId::random(),
            machine,
            spec: JobSpec {
                workload,
                device: DeviceId::Cpu,
                weights: spec.weights_of(workload.task),
                image: None,
                measuring: spec.measuring,
            },
            expected: Duration::from_secs(5),
            refused: None,
        };
        let jobs: Vec<NewJob> = std::iter::repeat_with(job).take(jobs).collect();
        self.store.insert_sweep(&sweep, &jobs).await.unwrap();
        self.core.offer_all(self.now, self.now_ms).await;
        sweep.id
    }

    async fn state(&self, assignment: Assignment) -> JobState {
        self.store.job(assignment.job).await.unwrap().unwrap().state
    }

    async fn counts(&self, sweep: SweepId) -> BTreeMap<JobState, u64> {
        let tallies = self.store.tally(sweep).await.unwrap();
        tallies.into_iter().map(|tally| (tally.state, tally.jobs)).collect()
    }

    async fn measured(&self, sweep: SweepId) -> usize {
        self.store.outcomes(sweep).await.unwrap().iter().filter(|(_, measurement)| measurement.is_some()).count()
    }

    /// A connected agent with one job of a sweep under way.
    async fn running(&mut self) -> (Hello, Agent, SweepId, Offer) {
        let hello = hello("pc-1");
        let mut agent = self.say(&hello).await;
        agent.welcome();
        let sweep = self.sweep(hello.machine, 1).await;
        let offer = agent.offer();
        self.update(&agent, offer.assignment, JobState::Running).await;
        (hello, agent, sweep, offer)
    }
}

fn result(offer: &Offer) -> JobResult {
    let text = format!("{:?}", offer.assignment);
    JobResult {
        assignment: offer.assignment,
        digest: Digest::of(text.as_bytes()),
        outcome: Ok(Box::new(measurement(&offer.job, 1_000_000))),
    }
}

fn holding(hello: &Hello, offer: &Offer, spooled: bool) -> Hello {
    Hello { held: vec![Held { assignment: offer.assignment, spooled }], ..hello.clone() }
}

#[tokio::test]
async fn jobs_are_given_one_at_a_time_until_none_is_left() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    let welcome = agent.welcome();
    assert_eq!((welcome.epoch, welcome.lease), (agent.epoch, Duration::from_secs(45)));
    let sweep = world.sweep(hello.machine, 3).await;
    for _ in 0..3 {
        let offer = agent.offer();
        assert!(agent.is_idle(), "one job at a time");
        assert_eq!(offer.assignment.attempt, 1);
        for state in [JobState::Running, JobState::Uploading] {
            world.update(&agent, offer.assignment, state).await;
            assert_eq!(world.state(offer.assignment).await, state);
        }
        assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    }
    assert!(agent.is_idle());
    assert_eq!(world.counts(sweep).await, [(JobState::Succeeded, 3)].into());
    assert_eq!(world.measured(sweep).await, 3);
}

#[tokio::test]
async fn a_short_partition_resumes_the_same_attempt() {
    let mut world = World::new().await;
    let (hello, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Unknown);
    world.pass(Duration::from_secs(60)).await;
    let mut agent = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(agent.verdicts(), [Verdict::Continue]);
    assert_eq!(world.state(offer.assignment).await, JobState::Running);
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    assert_eq!(world.measured(sweep).await, 1);
}

#[tokio::test]
async fn a_result_made_while_away_is_uploaded() {
    let mut world = World::new().await;
    let (hello, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Upload]);
    assert_eq!(world.state(offer.assignment).await, JobState::Uploading);
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    assert_eq!(world.measured(sweep).await, 1);
}

#[tokio::test]
async fn a_long_partition_is_lost_and_retried_and_the_old_result_is_stale() {
    let mut world = World::new().await;
    let (hello, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    world.pass(LOST_AFTER - Duration::from_secs(1)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Unknown);
    world.pass(Duration::from_secs(600)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Queued);
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Upload]);
    let again = agent.offer();
    assert_eq!((again.assignment.job, again.assignment.attempt), (offer.assignment.job, 2));
    assert!(again.assignment.fence > offer.assignment.fence);
    for _ in 0..2 {
        assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Stale);
    }
    assert_eq!(world.measured(sweep).await, 0);
    assert_eq!(world.finish(&mut agent, &again).await, Receipt::Accepted);
    assert_eq!(world.measured(sweep).await, 1);
    world.drop_stream(&agent).await;
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Forget], "it is kept already");
}

#[tokio::test]
async fn a_worker_under_an_old_fence_is_killed() {
    let mut world = World::new().await;
    let (hello, agent, _, offer) = world.running().await;
    world.drop_stream(&agent).await;
    world.pass(LOST_AFTER).await;
    let mut agent = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(agent.verdicts(), [Verdict::Kill]);
    assert_eq!(agent.offer().assignment.attempt, 2);
    world.update(&agent, offer.assignment, JobState::Running).await;
    assert_eq!(agent.next(), AgentCommand::Cancel(offer.assignment));
}

#[tokio::test]
async fn a_new_boot_loses_the_old_attempt_at_once_and_only_so_often() {
    let mut world = World::new().await;
    let (hello, agent, _, offer) = world.running().await;
    world.drop_stream(&agent).await;
    let mut agent = world.say(&Hello { boot: BootId::random(), ..hello.clone() }).await;
    agent.welcome();
    let again = agent.offer();
    assert_eq!(again.assignment.attempt, 2);
    world.update(&agent, again.assignment, JobState::Running).await;
    world.drop_stream(&agent).await;
    let mut agent = world.say(&Hello { boot: BootId::random(), ..hello }).await;
    agent.welcome();
    assert!(agent.is_idle(), "no attempt is left");
    let job = world.store.job(offer.assignment.job).await.unwrap().unwrap();
    assert_eq!((job.state, job.failure.unwrap().code), (JobState::Lost, FailureCode::AgentLost));
}

#[tokio::test]
async fn an_offer_that_never_arrived_is_not_an_attempt() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    world.sweep(hello.machine, 1).await;
    let mut last = agent.offer().assignment;
    for _ in 0..3 {
        world.drop_stream(&agent).await;
        agent = world.say(&hello).await;
        agent.welcome();
        let offer = agent.offer().assignment;
        assert_eq!(offer.attempt, 1);
        assert!(offer.fence > last.fence);
        last = offer;
    }
    // A new process may have begun it.
    world.drop_stream(&agent).await;
    let mut agent = world.say(&Hello { boot: BootId::random(), ..hello }).await;
    agent.welcome();
    assert_eq!(agent.offer().assignment.attempt, 2);
}

#[tokio::test]
async fn a_lost_ack_is_given_again() {
    let mut world = World::new().await;
    let (hello, mut agent, sweep, offer) = world.running().await;
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    world.drop_stream(&agent).await;
    // The agent sends at once what it was not told to forget, and asks as well.
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Forget]);
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    assert_eq!((world.measured(sweep).await, world.counts(sweep).await), (1, [(JobState::Succeeded, 1)].into()));
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_nothing_and_doubles_nothing() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    let sweep = world.sweep(hello.machine, 3).await;
    let first = agent.offer();
    assert_eq!(world.finish(&mut agent, &first).await, Receipt::Accepted);
    let second = agent.offer();
    world.update(&agent, second.assignment, JobState::Running).await;
    world.restart().await;
    assert_eq!(world.state(second.assignment).await, JobState::Unknown);
    let held = vec![
        Held { assignment: first.assignment, spooled: true },
        Held { assignment: second.assignment, spooled: false },
    ];
    let mut agent = world.say(&Hello { held, ..hello }).await;
    assert_eq!(agent.verdicts(), [Verdict::Forget, Verdict::Continue]);
    assert_eq!(world.finish(&mut agent, &second).await, Receipt::Accepted);
    let third = agent.offer();
    assert_eq!(world.finish(&mut agent, &third).await, Receipt::Accepted);
    assert_eq!(world.counts(sweep).await, [(JobState::Succeeded, 3)].into());
}

#[tokio::test]
async fn a_restart_cancels_what_was_being_cancelled() {
    let mut world = World::new().await;
    let (hello, _agent, sweep, offer) = world.running().await;
    world.core.cancel(sweep, world.now, world.now_ms).await.unwrap();
    world.restart().await;
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelled);
    let mut agent = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(agent.verdicts(), [Verdict::Kill]);
}

#[tokio::test]
async fn a_newer_stream_replaces_a_half_open_one() {
    let mut world = World::new().await;
    let (hello, mut old, _, offer) = world.running().await;
    let mut new = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(new.verdicts(), [Verdict::Continue]);
    assert!(old.is_closed());
    // What still comes over the old one does not count, nor does its end.
    world.update(&old, offer.assignment, JobState::Uploading).await;
    world.drop_stream(&old).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Running);
    assert_eq!(world.finish(&mut new, &offer).await, Receipt::Accepted);
}

#[tokio::test]
async fn cancel_reaches_the_agent_and_ends_the_rest_at_once() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    let sweep = world.sweep(hello.machine, 3).await;
    let offer = agent.offer();
    world.core.cancel(sweep, world.now, world.now_ms).await.unwrap();
    world.core.cancel(sweep, world.now, world.now_ms).await.unwrap();
    assert_eq!(agent.next(), AgentCommand::Cancel(offer.assignment));
    assert!(agent.is_idle(), "told once");
    assert_eq!(world.counts(sweep).await, [(JobState::Cancelling, 1), (JobState::Cancelled, 2)].into());
    world.update(&agent, offer.assignment, JobState::Cancelled).await;
    assert_eq!(world.counts(sweep).await, [(JobState::Cancelled, 3)].into());
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Stale, "one end only");
}

#[tokio::test]
async fn cancel_races_finish_and_one_of_them_wins() {
    let mut world = World::new().await;
    let (_, mut agent, sweep, offer) = world.running().await;
    world.core.cancel(sweep, world.now, world.now_ms).await.unwrap();
    agent.next();
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    world.update(&agent, offer.assignment, JobState::Cancelled).await;
    assert_eq!(world.counts(sweep).await, [(JobState::Succeeded, 1)].into());
}

#[tokio::test]
async fn an_unconfirmed_cancel_evicts_the_agent() {
    let mut world = World::new().await;
    let (hello, mut agent, sweep, offer) = world.running().await;
    world.core.cancel(sweep, world.now, world.now_ms).await.unwrap();
    agent.next();
    world.pass(Duration::from_secs(59)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelling);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelled);
    assert!(agent.is_closed());
    assert_eq!(world.say(&holding(&hello, &offer, false)).await.verdicts(), [Verdict::Kill]);
}

#[tokio::test]
async fn cancel_while_the_agent_is_away_ends_at_once() {
    let mut world = World::new().await;
    let (_, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    world.core.cancel(sweep, world.now, world.now_ms).await.unwrap();
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelled);
}

#[tokio::test]
async fn a_failure_ends_the_job_with_its_name() {
    let mut world = World::new().await;
    for (code, state) in [
        (FailureCode::WorkerCrashed, JobState::Failed),
        (FailureCode::TimedOut, JobState::TimedOut),
        (FailureCode::Cancelled, JobState::Failed),
    ] {
        let (_, mut agent, sweep, offer) = world.running().await;
        let failure = Failure::new(code, "it failed");
        let failed = JobResult { outcome: Err(failure.clone()), ..result(&offer) };
        world.event(&agent, AgentEvent::Result(failed)).await;
        assert_eq!(agent.receipt(), Receipt::Accepted);
        let (job, measurement) = world.store.outcomes(sweep).await.unwrap().remove(0);
        assert_eq!((job.state, job.failure, measurement), (state, Some(failure), None));
    }
}

#[tokio::test]
async fn a_result_of_something_else_is_rejected() {
    let mut world = World::new().await;
    let (_, mut agent, sweep, offer) = world.running().await;
    let mut wrong = result(&offer);
    if let Ok(measurement) = &mut wrong.outcome {
        measurement.device = DeviceId::Cuda(0);
    }
    world.event(&agent, AgentEvent::Result(wrong)).await;
    assert_eq!(agent.receipt(), Receipt::Rejected);
    assert_eq!(world.counts(sweep).await, [(JobState::Failed, 1)].into());
    let unknown = JobResult { assignment: crate::samples::assignment(), ..result(&offer) };
    world.event(&agent, AgentEvent::Result(unknown)).await;
    assert_eq!(agent.receipt(), Receipt::Rejected);
}

#[tokio::test]
async fn another_machine_has_no_say() {
    let mut world = World::new().await;
    let (_, _first, sweep, offer) = world.running().await;
    let mut other = world.say(&holding(&hello("pc-2"), &offer, false)).await;
    assert_eq!(other.verdicts(), [Verdict::Kill]);
    assert_eq!(world.finish(&mut other, &offer).await, Receipt::Rejected);
    world.update(&other, offer.assignment, JobState::Cancelled).await;
    assert_eq!(world.counts(sweep).await, [(JobState::Running, 1)].into());
}

#[tokio::test]
async fn a_job_given_back_is_offered_again_after_a_pause() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    world.sweep(hello.machine, 1).await;
    let offer = agent.offer();
    world.update(&agent, offer.assignment, JobState::Queued).await;
    world.core.offer_all(world.now, world.now_ms).await;
    assert!(agent.is_idle(), "not at once");
    assert_eq!(world.state(offer.assignment).await, JobState::Queued);
    world.pass(Duration::from_secs(30)).await;
    let again = agent.offer();
    assert_eq!((again.assignment.job, again.assignment.attempt), (offer.assignment.job, 1));
}

#[tokio::test]
async fn a_queue_expires_only_where_the_machine_is_away() {
    let mut world = World::new().await;
    let here = hello("pc-1");
    let away = hello("pc-2");
    let mut agent = world.say(&here).await;
    agent.welcome();
    let record = MachineRecord {
        id: machine_id("pc-2"),
        boot: away.boot,
        name: away.name.clone(),
        labels: away.labels.clone(),
        capability: away.capability.clone(),
        last_seen_ms: 0,
    };
    world.store.save_machine(&record).await.unwrap();
    let waiting = world.sweep(here.machine, 2).await;
    let expiring = world.sweep(away.machine, 2).await;
    world.pass(Duration::from_secs(24 * 3600 + 1)).await;
    assert_eq!(world.counts(expiring).await, [(JobState::Expired, 2)].into());
    assert_eq!(world.counts(waiting).await, [(JobState::Queued, 1), (JobState::Offered, 1)].into());
}

#[tokio::test]
async fn an_agent_that_does_not_read_is_given_up() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let (sender, mut commands) = mpsc::channel(1);
    world.core.connect(hello.clone(), sender, world.now, world.now_ms).await.unwrap();
    let sweep = world.sweep(hello.machine, 1).await;
    assert!(matches!(commands.try_recv(), Ok(AgentCommand::Welcome(_))));
    assert_eq!(commands.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
    assert_eq!(world.counts(sweep).await, [(JobState::Unknown, 1)].into());
}
