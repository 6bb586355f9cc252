//! The stream between an agent and the coordinator.

use std::time::Duration;

use cotejo_model::session::{
    AgentCommand, AgentEvent, Held, Hello, JobResult, Offer, Receipt, ResultAck, Verdict, Welcome,
};

use super::{ConvertError, all, each, enumerated, enums, parsed, required};
use crate::v1 as wire;

enums! {
    Verdict = wire::VerdictAction { Continue = Continue, Kill = Kill, Upload = Upload, Forget = Forget }
    Receipt = wire::Receipt { Accepted = Accepted, Stale = Stale, Rejected = Rejected }
}

impl From<Held> for wire::Held {
    fn from(held: Held) -> Self {
        Self { assignment: Some(held.assignment.into()), spooled: held.spooled }
    }
}

impl TryFrom<wire::Held> for Held {
    type Error = ConvertError;

    fn try_from(held: wire::Held) -> Result<Self, ConvertError> {
        Ok(Self { assignment: required("held.assignment", held.assignment)?, spooled: held.spooled })
    }
}

impl From<Hello> for wire::Hello {
    fn from(hello: Hello) -> Self {
        Self {
            protocol: hello.protocol,
            machine_id: hello.machine.to_string(),
            boot_id: hello.boot.to_string(),
            name: hello.name,
            labels: hello.labels.into_iter().collect(),
            capability: Some(hello.capability.into()),
            held: each(hello.held),
        }
    }
}

impl TryFrom<wire::Hello> for Hello {
    type Error = ConvertError;

    fn try_from(hello: wire::Hello) -> Result<Self, ConvertError> {
        Ok(Self {
            protocol: hello.protocol,
            machine: parsed("hello.machine_id", &hello.machine_id)?,
            boot: parsed("hello.boot_id", &hello.boot_id)?,
            name: hello.name,
            labels: hello.labels.into_iter().collect(),
            capability: required("hello.capability", hello.capability)?,
            held: all(hello.held)?,
        })
    }
}

impl From<JobResult> for wire::JobResult {
    fn from(result: JobResult) -> Self {
        use wire::job_result::Outcome;
        Self {
            assignment: Some(result.assignment.into()),
            digest: result.digest.to_string(),
            outcome: Some(match result.outcome {
                Ok(measurement) => Outcome::Measurement((*measurement).into()),
                Err(failure) => Outcome::Failure(failure.into()),
            }),
        }
    }
}

impl TryFrom<wire::JobResult> for JobResult {
    type Error = ConvertError;

    fn try_from(result: wire::JobResult) -> Result<Self, ConvertError> {
        use wire::job_result::Outcome;
        Ok(Self {
            assignment: required("result.assignment", result.assignment)?,
            digest: parsed("result.digest", &result.digest)?,
            outcome: match result.outcome.ok_or(ConvertError::Missing { field: "result.outcome" })? {
                Outcome::Measurement(measurement) => Ok(Box::new(measurement.try_into()?)),
                Outcome::Failure(failure) => Err(failure.try_into()?),
            },
        })
    }
}

impl From<AgentEvent> for wire::AgentMessage {
    fn from(event: AgentEvent) -> Self {
        use wire::agent_message::Message;
        let message = match event {
            AgentEvent::Hello(hello) => Message::Hello((*hello).into()),
            AgentEvent::Heartbeat => Message::Heartbeat(wire::Heartbeat {}),
            AgentEvent::Update { assignment, state } => Message::Update(wire::JobUpdate {
                assignment: Some(assignment.into()),
                state: wire::JobState::from(state).into(),
            }),
            AgentEvent::Progress { assignment, progress } => Message::Progress(wire::JobProgress {
                assignment: Some(assignment.into()),
                progress: Some(progress.into()),
            }),
            AgentEvent::Result(result) => Message::Result(result.into()),
        };
        Self { message: Some(message) }
    }
}

impl TryFrom<wire::AgentMessage> for AgentEvent {
    type Error = ConvertError;

    fn try_from(request: wire::AgentMessage) -> Result<Self, ConvertError> {
        use wire::agent_message::Message;
        Ok(match request.message.ok_or(ConvertError::Missing { field: "message" })? {
            Message::Hello(hello) => Self::Hello(Box::new(hello.try_into()?)),
            Message::Heartbeat(wire::Heartbeat {}) => Self::Heartbeat,
            Message::Update(update) => Self::Update {
                assignment: required("update.assignment", update.assignment)?,
                state: enumerated::<wire::JobState, _>("update.state", update.state)?,
            },
            Message::Progress(progress) => Self::Progress {
                assignment: required("progress.assignment", progress.assignment)?,
                progress: required("progress.progress", progress.progress)?,
            },
            Message::Result(result) => Self::Result(result.try_into()?),
        })
    }
}

/// Milliseconds for the wire, which has no more than 64 bits of them.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<Welcome> for wire::Welcome {
    fn from(welcome: Welcome) -> Self {
        let verdict = |(assignment, verdict): (_, Verdict)| wire::Verdict {
            assignment: Some(wire::Assignment::from(assignment)),
            action: wire::VerdictAction::from(verdict).into(),
        };
        Self {
            protocol: welcome.protocol,
            version: welcome.version,
            epoch: welcome.epoch,
            heartbeat_ms: milliseconds(welcome.heartbeat),
            lease_ms: milliseconds(welcome.lease),
            verdicts: welcome.verdicts.into_iter().map(verdict).collect(),
        }
    }
}

impl TryFrom<wire::Welcome> for Welcome {
    type Error = ConvertError;

    fn try_from(welcome: wire::Welcome) -> Result<Self, ConvertError> {
        let verdict = |verdict: wire::Verdict| {
            let action = enumerated::<wire::VerdictAction, Verdict>("verdict.action", verdict.action)?;
            Ok((required("verdict.assignment", verdict.assignment)?, action))
        };
        if welcome.heartbeat_ms == 0 {
            return Err(ConvertError::Invalid { field: "welcome.heartbeat_ms", reason: "is 0".to_owned() });
        }
        Ok(Self {
            protocol: welcome.protocol,
            version: welcome.version,
            epoch: welcome.epoch,
            heartbeat: Duration::from_millis(welcome.heartbeat_ms),
            lease: Duration::from_millis(welcome.lease_ms),
            verdicts: welcome.verdicts.into_iter().map(verdict).collect::<Result<_, ConvertError>>()?,
        })
    }
}

impl From<Offer> for wire::Offer {
    fn from(offer: Offer) -> Self {
        Self {
            assignment: Some(offer.assignment.into()),
            job: Some(offer.job.into()),
            deadline_ms: milliseconds(offer.deadline),
        }
    }
}

impl TryFrom<wire::Offer> for Offer {
    type Error = ConvertError;

    fn try_from(offer: wire::Offer) -> Result<Self, ConvertError> {
        Ok(Self {
            assignment: required("offer.assignment", offer.assignment)?,
            job: required("offer.job", offer.job)?,
            deadline: Duration::from_millis(offer.deadline_ms),
        })
    }
}

impl From<ResultAck> for wire::ResultAck {
    fn from(ack: ResultAck) -> Self {
        Self {
            assignment: Some(ack.assignment.into()),
            digest: ack.digest.to_string(),
            receipt: wire::Receipt::from(ack.receipt).into(),
        }
    }
}

impl TryFrom<wire::ResultAck> for ResultAck {
    type Error = ConvertError;

    fn try_from(ack: wire::ResultAck) -> Result<Self, ConvertError> {
        Ok(Self {
            assignment: required("ack.assignment", ack.assignment)?,
            digest: parsed("ack.digest", &ack.digest)?,
            receipt: enumerated::<wire::Receipt, _>("ack.receipt", ack.receipt)?,
        })
    }
}

impl From<AgentCommand> for wire::CoordinatorMessage {
    fn from(command: AgentCommand) -> Self {
        use wire::coordinator_message::Message;
        let message = match command {
            AgentCommand::Welcome(welcome) => Message::Welcome(welcome.into()),
            AgentCommand::Offer(offer) => Message::Offer((*offer).into()),
            AgentCommand::Cancel(assignment) => Message::Cancel(wire::Cancel { assignment: Some(assignment.into()) }),
            AgentCommand::Ack(ack) => Message::Ack(ack.into()),
        };
        Self { message: Some(message) }
    }
}

impl TryFrom<wire::CoordinatorMessage> for AgentCommand {
    type Error = ConvertError;

    fn try_from(response: wire::CoordinatorMessage) -> Result<Self, ConvertError> {
        use wire::coordinator_message::Message;
        Ok(match response.message.ok_or(ConvertError::Missing { field: "message" })? {
            Message::Welcome(welcome) => Self::Welcome(welcome.try_into()?),
            Message::Offer(offer) => Self::Offer(Box::new(offer.try_into()?)),
            Message::Cancel(cancel) => Self::Cancel(required("cancel.assignment", cancel.assignment)?),
            Message::Ack(ack) => Self::Ack(ack.try_into()?),
        })
    }
}
