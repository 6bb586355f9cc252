//! What the dispatcher knows and decides. Time comes from outside, so that tests need not wait.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cotejo_model::reason::EndReason;
use cotejo_model::session::{AgentCommand, Offer};
use cotejo_model::{Assignment, JobId, JobState, MachineId, SweepId, estimate};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{HeldJob, Settings, Snapshot};
use crate::clock::Now;
use crate::registry::{Registry, Stream};
use crate::store::{Applied, JobRecord, Step, Store, StoreError};

/// How long an agent may take to confirm that it cancelled a job.
const CANCEL_GRACE: Duration = Duration::from_secs(60);
/// How often queued jobs are looked through for expired ones.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(60);

/// A job that an agent holds or may hold.
#[derive(Debug)]
pub(super) struct Assigned {
    pub(super) job: JobRecord,
    /// The agent is known to have begun it.
    pub(super) started: bool,
    /// Since when its state is what it is.
    since: Instant,
}

pub(super) struct Core {
    pub(super) store: Arc<dyn Store>,
    pub(super) settings: Settings,
    pub(super) registry: Registry,
    pub(super) assigned: HashMap<JobId, Assigned>,
    revision: watch::Sender<u64>,
    expiry_due: Instant,
}

/// The steps of one job, and the job on which they were decided.
pub(super) struct Decision {
    job: JobRecord,
    steps: Vec<Step>,
}

impl Decision {
    pub(super) fn new(job: &JobRecord, steps: Vec<Step>) -> Self {
        Self { job: job.clone(), steps }
    }

    pub(super) fn step(job: &JobRecord, state: JobState) -> Self {
        Self::new(job, vec![Step::new(job, state)])
    }

    /// The end of a job that a person cancelled. What its agent still says of it counts no more.
    pub(super) fn cancelled(job: &JobRecord) -> Self {
        let mut steps = Vec::new();
        let mut at = job.clone();
        if job.state.is_assigned() && job.state != JobState::Cancelling {
            let cancelling = Step::new(job, JobState::Cancelling);
            at = cancelling.result(job);
            steps.push(cancelling);
        }
        steps.push(Step::new(&at, JobState::Cancelled).fenced().because(EndReason::Cancelled.into()));
        Self::new(job, steps)
    }

    /// The attempt is lost: a new one, while there are some left. One that never began is not counted.
    pub(super) fn lost(job: &JobRecord, began: bool, max_attempts: u32) -> Self {
        if job.state == JobState::Cancelling {
            return Self::cancelled(job);
        }
        let lost = Step::new(job, JobState::Lost);
        if began && job.assignment.attempt >= max_attempts {
            let tries = job.assignment.attempt;
            let reason = EndReason::AgentLost { tries, most: max_attempts };
            return Self::new(job, vec![lost.fenced().because(reason.into())]);
        }
        let again = Step::new(&lost.result(job), JobState::Queued);
        Self::new(job, vec![lost, if began { again.retried() } else { again.fenced() }])
    }

    fn result(&self) -> JobRecord {
        self.steps.iter().fold(self.job.clone(), |job, step| step.result(&job))
    }
}

impl Core {
    /// Reads back what an earlier run left. Jobs that agents held are unknown until their agents say hello; what was
    /// to be cancelled is cancelled, since no agent is connected.
    pub(super) async fn load(
        store: Arc<dyn Store>,
        settings: Settings,
        revision: watch::Sender<u64>,
        now: Now,
    ) -> Result<Self, StoreError> {
        let assigned = store.assigned_jobs().await?;
        let registry = Registry::new(now.ms);
        let mut core = Self { store, settings, registry, assigned: HashMap::new(), revision, expiry_due: now.at };
        for job in &assigned {
            core.remember(job.clone(), now.at);
        }
        let away = assigned.iter().filter_map(out_of_reach).collect();
        core.apply(away, now).await?;
        Ok(core)
    }

    /// Takes these decisions in one transaction and remembers what came of them.
    pub(super) async fn apply(&mut self, decisions: Vec<Decision>, now: Now) -> Result<(), StoreError> {
        if decisions.is_empty() {
            return Ok(());
        }
        let steps: Vec<Step> = decisions.iter().flat_map(|decision| decision.steps.clone()).collect();
        match self.store.apply(&steps, now.ms).await? {
            Applied::Done => {
                for decision in &decisions {
                    self.remember(decision.result(), now.at);
                }
            }
            refused @ (Applied::Stale(_) | Applied::Forbidden { .. }) => {
                tracing::error!(?refused, "a job was not where it was thought to be; reading it again");
                for decision in &decisions {
                    self.reload(decision.job.assignment.job, now.at).await?;
                }
            }
        }
        self.notify();
        Ok(())
    }

    /// Reads a job again where what is remembered of it proved wrong.
    pub(super) async fn reload(&mut self, job: JobId, now: Instant) -> Result<(), StoreError> {
        match self.store.job(job).await? {
            Some(job) => self.remember(job, now),
            None => drop(self.assigned.remove(&job)),
        }
        Ok(())
    }

    /// The one place where the memory of jobs changes.
    pub(super) fn remember(&mut self, job: JobRecord, now: Instant) {
        let id = job.assignment.job;
        if !job.state.is_assigned() {
            self.assigned.remove(&id);
            return;
        }
        let began = !matches!(job.state, JobState::Offered);
        match self.assigned.get_mut(&id) {
            Some(known) => {
                // Unknown says only that the agent is out of reach, not that it had begun.
                known.started |= began && job.state != JobState::Unknown && job.state != JobState::Cancelling;
                known.since = now;
                known.job = job;
            }
            None => {
                self.assigned.insert(id, Assigned { job, started: began, since: now });
            }
        }
    }

    pub(super) fn notify(&self) {
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// The job that this assignment is of, if it is this machine's and the assignment is the one that counts.
    pub(super) fn current(&self, machine: MachineId, assignment: Assignment) -> Option<&Assigned> {
        self.assigned
            .get(&assignment.job)
            .filter(|assigned| assigned.job.machine == machine && assigned.job.assignment == assignment)
    }

    pub(super) fn held_by(&self, machine: MachineId) -> impl Iterator<Item = &Assigned> {
        self.assigned.values().filter(move |assigned| assigned.job.machine == machine)
    }

    /// An agent is gone, for whatever reason: the only path. It may still be measuring.
    pub(super) async fn agent_lost(&mut self, stream: Stream, now: Now) {
        let Some(live) = self.registry.agent_lost(stream) else {
            return;
        };
        let Stream { machine, epoch } = stream;
        tracing::info!(%machine, epoch, "agent disconnected");
        let away = self.held_by(machine).filter_map(|held| out_of_reach(&held.job)).collect();
        let recorded = match self.apply(away, now).await {
            Ok(()) => self.store.touch_machine(machine, live.seen_ms).await,
            Err(error) => Err(error),
        };
        if let Err(error) = recorded {
            tracing::error!(%machine, %error, "the loss of an agent could not be recorded");
        }
        self.notify();
    }

    /// Gives every idle machine its next job.
    pub(super) async fn offer_all(&mut self, now: Now) {
        let machines: Vec<MachineId> = self.registry.iter().map(|(machine, _)| machine).collect();
        for machine in machines {
            self.offer_next(machine, now).await;
        }
        self.notify();
    }

    /// Gives this machine its next job if it is connected and idle.
    pub(super) async fn offer_next(&mut self, machine: MachineId, now: Now) {
        let busy = self.held_by(machine).next().is_some();
        let Some(live) = self.registry.get_mut(machine).filter(|_| !busy) else {
            return;
        };
        if live.paused_until.is_some_and(|until| now.at < until) {
            return;
        }
        live.paused_until = None;
        let stream = Stream { machine, epoch: live.epoch };
        if let Err(error) = self.try_offer(stream, now).await {
            tracing::error!(%machine, %error, "no job could be offered");
        }
    }

    async fn try_offer(&mut self, stream: Stream, now: Now) -> Result<(), StoreError> {
        let Some(job) = self.store.next_queued(stream.machine).await? else {
            return Ok(());
        };
        let decision = Decision::new(&job, vec![Step::new(&job, JobState::Offered).fenced()]);
        let assignment = decision.result().assignment;
        self.apply(vec![decision], now).await?;
        if self.current(stream.machine, assignment).is_none() {
            return Ok(());
        }
        let deadline = estimate::deadline(job.expected);
        let offer = Offer { assignment, job: job.spec, deadline };
        self.send(stream, AgentCommand::Offer(Box::new(offer)), now).await;
        Ok(())
    }

    /// Sends a command, and takes an agent that does not read for gone.
    pub(super) async fn send(&mut self, stream: Stream, command: AgentCommand, now: Now) {
        if !self.registry.send(stream.machine, command) {
            tracing::warn!(machine = %stream.machine, "the agent does not read its commands; closing its stream");
            self.agent_lost(stream, now).await;
        }
    }

    /// Cancels what is left of a sweep: at once where no agent can be measuring or be told, else by a command.
    pub(super) async fn cancel(&mut self, sweep: SweepId, now: Now) -> Result<(), StoreError> {
        let queued = self.store.jobs_in(sweep, &[JobState::Queued]).await?;
        let mut decisions: Vec<Decision> = queued.iter().map(Decision::cancelled).collect();
        let mut told = Vec::new();
        let held = self.assigned.values().map(|held| &held.job).filter(|job| job.sweep == sweep);
        for job in held.filter(|job| job.state != JobState::Cancelling) {
            if self.registry.is_online(job.machine) {
                decisions.push(Decision::step(job, JobState::Cancelling));
                told.push((job.machine, job.assignment));
            } else {
                decisions.push(Decision::cancelled(job));
            }
        }
        self.apply(decisions, now).await?;
        for (machine, assignment) in told {
            if let Some(stream) = self.registry.stream(machine) {
                self.send(stream, AgentCommand::Cancel(assignment), now).await;
            }
        }
        Ok(())
    }

    /// What only time brings about.
    pub(super) async fn tick(&mut self, now: Now) -> Result<(), StoreError> {
        let waited = |held: &Assigned, state, time| held.job.state == state && now.at >= held.since + time;
        let Settings { lost_after, max_attempts, .. } = self.settings;
        let lost = self
            .assigned
            .values()
            .filter(|held| waited(held, JobState::Unknown, lost_after))
            .map(|held| Decision::lost(&held.job, held.started, max_attempts))
            .collect();
        self.apply(lost, now).await?;
        let deaf: Vec<MachineId> = self
            .assigned
            .values()
            .filter(|held| waited(held, JobState::Cancelling, CANCEL_GRACE))
            .map(|held| held.job.machine)
            .collect();
        for machine in deaf {
            if let Some(stream) = self.registry.stream(machine) {
                tracing::warn!(%machine, "the agent does not confirm a cancel; closing its stream");
                self.agent_lost(stream, now).await;
            }
        }
        if now.at >= self.expiry_due {
            self.expiry_due = now.at + EXPIRY_INTERVAL;
            self.expire(now).await?;
        }
        let resumed: Vec<MachineId> = self
            .registry
            .iter()
            .filter(|(_, live)| live.paused_until.is_some_and(|until| now.at >= until))
            .map(|(machine, _)| machine)
            .collect();
        for machine in resumed {
            self.offer_next(machine, now).await;
        }
        Ok(())
    }

    /// Ends what waits for machines that do not come. The queue of one that is there only takes its time.
    async fn expire(&mut self, now: Now) -> Result<(), StoreError> {
        let expiry = self.settings.queue_expiry;
        let before = now.ms.saturating_sub(u64::try_from(expiry.as_millis()).unwrap_or(u64::MAX));
        let overdue = self.store.queued_before(before).await?;
        let hours = expiry.as_secs() / 3600;
        let because = || EndReason::Expired { hours }.into();
        let expired = overdue
            .iter()
            .filter(|job| !self.registry.is_online(job.machine))
            .map(|job| Decision::new(job, vec![Step::new(job, JobState::Expired).because(because())]))
            .collect();
        self.apply(expired, now).await
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let live: HashMap<_, _> = self.registry.iter().collect();
        let progress = |job: &JobRecord| {
            let (assignment, progress) = live.get(&job.machine)?.progress?;
            (assignment == job.assignment).then_some(progress)
        };
        let held = self.assigned.values().map(|held| HeldJob { job: held.job.clone(), progress: progress(&held.job) });
        Snapshot { online: live.iter().map(|(machine, live)| (*machine, live.seen_ms)).collect(), held: held.collect() }
    }

    /// Ends every stream; the jobs stay as they are, and are unknown after the next start.
    pub(super) fn close(&mut self) {
        self.registry.clear();
    }
}

/// What the loss of contact means for a job; nothing for one whose agent is out of reach already.
fn out_of_reach(job: &JobRecord) -> Option<Decision> {
    match job.state {
        JobState::Cancelling => Some(Decision::cancelled(job)),
        JobState::Unknown => None,
        _ => Some(Decision::step(job, JobState::Unknown)),
    }
}
