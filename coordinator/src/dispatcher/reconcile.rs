//! An agent's hello: what it holds against what the store says.

use std::collections::HashSet;

use cotejo_model::session::{AgentCommand, Held, Hello, PROTOCOL, Verdict, Welcome};
use cotejo_model::{Assignment, JobState, MachineId};
use tokio::sync::mpsc;

use super::core::{Core, Decision};
use crate::clock::Now;
use crate::registry::Stream;
use crate::store::{MachineRecord, StoreError};

impl Core {
    /// Lets an agent in: an older stream of the same machine ends, what the agent holds is judged, what it should hold
    /// and does not is lost, and it gets its next job.
    pub(super) async fn connect(
        &mut self,
        hello: Hello,
        commands: mpsc::Sender<AgentCommand>,
        now: Now,
    ) -> Result<Stream, StoreError> {
        let machine = hello.machine;
        if let Some(older) = self.registry.replaced_by(&hello) {
            tracing::info!(%machine, epoch = older.epoch, "a newer stream of the machine replaces this one");
            self.agent_lost(older, now).await;
        }
        let record = MachineRecord {
            id: machine,
            boot: hello.boot,
            name: hello.name.clone(),
            labels: hello.labels.clone(),
            capability: hello.capability.clone(),
            last_seen_ms: now.ms,
        };
        let same_boot = self.store.boot(machine).await? == Some(hello.boot);
        self.store.save_machine(&record).await?;
        let verdicts = self.reconcile(machine, &hello.held, same_boot, now).await?;
        let stream = self.registry.arrive(&hello, commands, now.ms);
        let epoch = stream.epoch;
        tracing::info!(%machine, name = %hello.name, epoch, held = hello.held.len(), "agent connected");
        let welcome = Welcome {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            epoch,
            heartbeat: self.registry.heartbeat(self.settings.lease),
            lease: self.settings.lease,
            verdicts,
        };
        self.send(stream, AgentCommand::Welcome(welcome), now).await;
        self.offer_next(machine, now).await;
        self.notify();
        Ok(stream)
    }

    async fn reconcile(
        &mut self,
        machine: MachineId,
        held: &[Held],
        same_boot: bool,
        now: Now,
    ) -> Result<Vec<(Assignment, Verdict)>, StoreError> {
        let mut verdicts = Vec::with_capacity(held.len());
        let mut decisions = Vec::new();
        let mut kept = HashSet::new();
        for Held { assignment, spooled } in held.iter().copied() {
            let verdict = if let Some(known) = self.current(machine, assignment) {
                let (state, verdict) = if spooled {
                    (JobState::Uploading, Verdict::Upload)
                } else {
                    (JobState::Running, Verdict::Continue)
                };
                kept.insert(assignment.job);
                if known.job.state.can_become(state) {
                    decisions.push(Decision::step(&known.job, state));
                }
                verdict
            } else if spooled {
                self.late_verdict(machine, assignment).await?
            } else {
                Verdict::Kill
            };
            verdicts.push((assignment, verdict));
        }
        // A job that this very process never began is not an attempt at it; one that an earlier process may have begun
        // is, or a job that kills its agent would be tried for ever.
        let missing = self.held_by(machine).filter(|known| !kept.contains(&known.job.assignment.job));
        let max_attempts = self.settings.max_attempts;
        decisions.extend(missing.map(|known| Decision::lost(&known.job, known.started || !same_boot, max_attempts)));
        self.apply(decisions, now).await?;
        Ok(verdicts)
    }

    /// A result on the agent's disk under an assignment that no longer counts: kept as stale, once.
    async fn late_verdict(&self, machine: MachineId, assignment: Assignment) -> Result<Verdict, StoreError> {
        let known = self.store.job(assignment.job).await?.is_some_and(|job| job.machine == machine);
        let wanted = known && !self.store.has_result(assignment).await?;
        Ok(if wanted { Verdict::Upload } else { Verdict::Forget })
    }
}
