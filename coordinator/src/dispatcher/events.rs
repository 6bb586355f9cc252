//! What agents say of their jobs.

use std::time::Duration;

use cotejo_model::measurement::Stages;
use cotejo_model::reason::EndReason;
use cotejo_model::session::{AgentCommand, AgentEvent, JobResult, Receipt, ResultAck};
use cotejo_model::{Assignment, FailureCode, JobState, MachineId, Measurement, Reason, estimate};

use super::core::{Core, Decision};
use crate::clock::Now;
use crate::planner::{Rate, family};
use crate::registry::Stream;
use crate::store::{Completion, JobRecord, Step, StoreError};

/// How long an agent that gave a job back is left alone.
const PAUSE: Duration = Duration::from_secs(30);

impl Core {
    /// Something that an agent says. A stream that was replaced has no say; one whose news cannot be recorded is
    /// closed, so that its agent says them again.
    pub(super) async fn event(&mut self, stream: Stream, event: AgentEvent, now: Now) {
        let Some(live) = self.registry.current(stream) else {
            return;
        };
        let machine = stream.machine;
        live.seen_ms = now.ms;
        let handled = match event {
            AgentEvent::Hello(_) => {
                tracing::warn!(%machine, "the agent said hello twice; closing its stream");
                self.agent_lost(stream, now).await;
                Ok(())
            }
            AgentEvent::Heartbeat => Ok(()),
            AgentEvent::Progress { assignment, progress } => {
                live.progress = Some((assignment, progress));
                self.notify();
                Ok(())
            }
            AgentEvent::Update { assignment, state } => self.update(stream, assignment, state, now).await,
            AgentEvent::Result(result) => self.result(stream, result, now).await,
        };
        if let Err(error) = handled {
            tracing::error!(%machine, %error, "an agent's news could not be recorded; closing its stream");
            self.agent_lost(stream, now).await;
        }
    }

    async fn update(
        &mut self,
        stream: Stream,
        assignment: Assignment,
        state: JobState,
        now: Now,
    ) -> Result<(), StoreError> {
        let Some(held) = self.current(stream.machine, assignment) else {
            // It works on something that is no longer its own.
            if matches!(state, JobState::Running | JobState::Uploading) {
                self.send(stream, AgentCommand::Cancel(assignment), now).await;
            }
            return Ok(());
        };
        let job = &held.job;
        let decision = match state {
            JobState::Running | JobState::Uploading if job.state.can_become(state) => Decision::step(job, state),
            JobState::Cancelled => Decision::lost(job, true, self.settings.max_attempts),
            JobState::Queued => match job.state {
                JobState::Offered => Decision::new(job, vec![Step::new(job, JobState::Queued).fenced()]),
                _ => Decision::lost(job, false, self.settings.max_attempts),
            },
            _ => return Ok(()),
        };
        self.apply(vec![decision], now).await?;
        if state == JobState::Queued
            && let Some(live) = self.registry.current(stream)
        {
            live.paused_until = Some(now.at + PAUSE);
        }
        self.offer_next(stream.machine, now).await;
        Ok(())
    }

    async fn result(&mut self, stream: Stream, result: JobResult, now: Now) -> Result<(), StoreError> {
        let machine = stream.machine;
        let receipt = self.receive(machine, &result, now).await?;
        let JobResult { assignment, digest, .. } = result;
        tracing::debug!(%machine, job = %assignment.job, attempt = assignment.attempt, %receipt, "result");
        let ack = ResultAck { assignment, digest, receipt };
        self.send(stream, AgentCommand::Ack(ack), now).await;
        self.offer_next(machine, now).await;
        self.notify();
        Ok(())
    }

    /// Decides on a result and keeps it.
    async fn receive(&mut self, machine: MachineId, result: &JobResult, now: Now) -> Result<Receipt, StoreError> {
        let Some(job) = self.store.job(result.assignment.job).await?.filter(|job| job.machine == machine) else {
            return Ok(Receipt::Rejected);
        };
        let counts = self.current(machine, result.assignment).is_some();
        if let Ok(measurement) = &result.outcome
            && !measurement.answers_job(&job.spec)
        {
            tracing::error!(%machine, job = %job.assignment.job, "the result is of another job; it is not kept");
            if counts {
                let failed = Step::new(&job, JobState::Failed).because(EndReason::OtherResult.into());
                self.apply(vec![Decision::new(&job, vec![failed])], now).await?;
            }
            return Ok(Receipt::Rejected);
        }
        let step = counts.then(|| ending(&job, &result.outcome));
        let rate = result.outcome.as_ref().ok().and_then(|measurement| rate(&job, measurement));
        let completion = Completion { result, step: step.as_ref(), rate: rate.as_ref() };
        let receipt = self.store.complete(completion, now.ms).await?;
        match step {
            Some(step) if receipt == Receipt::Accepted => self.remember(step.result(&job), now.at),
            Some(_) => self.reload(job.assignment.job, now.at).await?,
            None => {}
        }
        Ok(receipt)
    }
}

/// How a job ends with this outcome.
fn ending(job: &JobRecord, outcome: &Result<Box<Measurement>, Reason>) -> Step {
    match outcome {
        Ok(_) => Step::new(job, JobState::Succeeded),
        Err(failure) => {
            let state = match failure.code() {
                FailureCode::TimedOut => JobState::TimedOut,
                FailureCode::Cancelled if job.state == JobState::Cancelling => JobState::Cancelled,
                _ => JobState::Failed,
            };
            Step::new(job, state).because(failure.clone())
        }
    }
}

/// None of a rehearsal: what is made up says nothing of the device that takes its place one day.
fn rate(job: &JobRecord, measurement: &Measurement) -> Option<Rate> {
    if measurement.simulated {
        return None;
    }
    let summary = measurement.summary()?;
    let flops = estimate::flops(&job.spec.workload);
    let flops_per_second = flops / summary.median;
    let Stages { load_ns, decode_ns, preprocess_ns, .. } = measurement.stages;
    let load_ns = load_ns.saturating_add(decode_ns.unwrap_or(0)).saturating_add(preprocess_ns.unwrap_or(0));
    flops_per_second.is_finite().then(|| Rate {
        machine: job.machine,
        device: job.spec.device,
        family: family(job.spec.workload),
        flops,
        flops_per_second,
        spread: summary.iqr_ratio,
        load_seconds: load_ns as f64 * 1e-9,
    })
}
