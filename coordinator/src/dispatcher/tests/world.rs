//! A coordinator without a server, and agents without a network. Time is passed in, so nothing here waits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cotejo_model::session::{AgentCommand, AgentEvent, Held, Hello, JobResult, Offer, Receipt, Verdict, Welcome};
use cotejo_model::sweep::Preset;
use cotejo_model::{Assignment, DeviceId, Digest, JobId, JobSpec, JobState, MachineId, SweepId};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::clock::Now;
use crate::dispatcher::Settings;
use crate::dispatcher::core::Core;
use crate::registry::Stream;
use crate::store::sqlite::SqliteStore;
use crate::store::{NewJob, Store, SweepRecord};
use cotejo_samples::{hello, measurement};

pub(super) const LOST_AFTER: Duration = Duration::from_secs(300);
const NOW_MS: u64 = 1_000_000_000;

fn settings() -> Settings {
    Settings {
        lease: Duration::from_secs(45),
        lost_after: LOST_AFTER,
        max_attempts: 2,
        queue_expiry: Duration::from_secs(24 * 3600),
    }
}

pub(super) struct World {
    pub(super) core: Core,
    pub(super) store: Arc<dyn Store>,
    pub(super) now: Now,
    _dir: tempfile::TempDir,
}

/// One stream of an agent.
pub(super) struct Agent {
    pub(super) stream: Stream,
    pub(super) commands: mpsc::Receiver<AgentCommand>,
}

impl Agent {
    pub(super) fn next(&mut self) -> AgentCommand {
        self.commands.try_recv().expect("a command")
    }

    pub(super) fn welcome(&mut self) -> Welcome {
        match self.next() {
            AgentCommand::Welcome(welcome) => welcome,
            other => panic!("{other:?} instead of a welcome"),
        }
    }

    pub(super) fn verdicts(&mut self) -> Vec<Verdict> {
        self.welcome().verdicts.into_iter().map(|(_, verdict)| verdict).collect()
    }

    pub(super) fn offer(&mut self) -> Offer {
        match self.next() {
            AgentCommand::Offer(offer) => *offer,
            other => panic!("{other:?} instead of an offer"),
        }
    }

    pub(super) fn receipt(&mut self) -> Receipt {
        match self.next() {
            AgentCommand::Ack(ack) => ack.receipt,
            other => panic!("{other:?} instead of a receipt"),
        }
    }

    pub(super) fn is_idle(&mut self) -> bool {
        self.commands.is_empty()
    }

    pub(super) fn is_closed(&mut self) -> bool {
        matches!(self.commands.try_recv(), Err(mpsc::error::TryRecvError::Disconnected))
    }
}

async fn load(store: &Arc<dyn Store>, now: Now) -> Core {
    Core::load(Arc::clone(store), settings(), watch::channel(0).0, now).await.unwrap()
}

impl World {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dir.path().join("cotejo.db")).await.unwrap());
        let now = Now { at: Instant::now(), ms: NOW_MS };
        let core = load(&store, now).await;
        Self { core, store, now, _dir: dir }
    }

    /// The coordinator dies and starts again.
    pub(super) async fn restart(&mut self) {
        self.core = load(&self.store, self.now).await;
    }

    pub(super) async fn pass(&mut self, time: Duration) {
        self.now.at += time;
        self.now.ms += u64::try_from(time.as_millis()).unwrap();
        self.core.tick(self.now).await.unwrap();
    }

    pub(super) async fn say(&mut self, hello: &Hello) -> Agent {
        let (sender, commands) = mpsc::channel(16);
        let stream = self.core.connect(hello.clone(), sender, self.now).await.unwrap();
        Agent { stream, commands }
    }

    pub(super) async fn drop_stream(&mut self, agent: &Agent) {
        self.core.agent_lost(agent.stream, self.now).await;
    }

    pub(super) async fn event(&mut self, agent: &Agent, event: AgentEvent) {
        self.core.event(agent.stream, event, self.now).await;
    }

    pub(super) async fn update(&mut self, agent: &Agent, assignment: Assignment, state: JobState) {
        self.event(agent, AgentEvent::Update { assignment, state }).await;
    }

    pub(super) async fn finish(&mut self, agent: &mut Agent, offer: &Offer) -> Receipt {
        self.event(agent, AgentEvent::Result(result(offer))).await;
        agent.receipt()
    }

    /// Queues the practice's first jobs on this machine's CPU.
    pub(super) async fn sweep(&mut self, machine: MachineId, jobs: usize) -> SweepId {
        let spec = Preset::Practice.spec();
        let sweep = SweepRecord { id: SweepId::now(), spec: spec.clone(), created_ms: self.now.ms };
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
        self.core.offer_all(self.now).await;
        sweep.id
    }

    pub(super) async fn state(&self, assignment: Assignment) -> JobState {
        self.store.job(assignment.job).await.unwrap().unwrap().state
    }

    pub(super) async fn counts(&self, sweep: SweepId) -> BTreeMap<JobState, u64> {
        let tallies = self.store.tally(sweep).await.unwrap();
        tallies.into_iter().map(|tally| (tally.state, tally.jobs)).collect()
    }

    pub(super) async fn measured(&self, sweep: SweepId) -> usize {
        self.store.outcomes(sweep).await.unwrap().iter().filter(|(_, measurement)| measurement.is_some()).count()
    }

    /// A connected agent with one job of a sweep under way.
    pub(super) async fn running(&mut self) -> (Hello, Agent, SweepId, Offer) {
        let hello = hello("pc-1");
        let mut agent = self.say(&hello).await;
        agent.welcome();
        let sweep = self.sweep(hello.machine, 1).await;
        let offer = agent.offer();
        self.update(&agent, offer.assignment, JobState::Running).await;
        (hello, agent, sweep, offer)
    }
}

pub(super) fn result(offer: &Offer) -> JobResult {
    let text = format!("{:?}", offer.assignment);
    JobResult {
        assignment: offer.assignment,
        digest: Digest::of(text.as_bytes()),
        outcome: Ok(Box::new(measurement(&offer.job, 1_000_000))),
    }
}

pub(super) fn holding(hello: &Hello, offer: &Offer, spooled: bool) -> Hello {
    Hello { held: vec![Held { assignment: offer.assignment, spooled }], ..hello.clone() }
}
