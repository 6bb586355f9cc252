//! What an agent and the coordinator say to each other on their one stream.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::frames::Progress;
use crate::ids::{BootId, Digest, MachineId};
use crate::job::{Assignment, JobSpec, JobState};
use crate::machine::Capability;
use crate::measurement::Measurement;
use crate::named::named_enum;
use crate::reason::Reason;

/// The version of this conversation. A coordinator talks to agents of its own version and of the one before.
pub const PROTOCOL: u32 = 1;
/// The oldest version that is still understood.
pub const OLDEST_PROTOCOL: u32 = 1;

/// What an agent says first.
#[derive(Debug, Clone, PartialEq)]
pub struct Hello {
    /// The agent's `PROTOCOL`.
    pub protocol: u32,
    /// Which machine.
    pub machine: MachineId,
    /// Which run of the agent's process.
    pub boot: BootId,
    /// What people call the machine.
    pub name: String,
    /// Room, seat, row.
    pub labels: BTreeMap<String, String>,
    /// What the machine can do.
    pub capability: Capability,
    /// Attempts that this agent has not been told to forget.
    pub held: Vec<Held>,
}

/// An attempt that an agent holds when it says hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub assignment: Assignment,
    /// Whether its result is on disk, waiting to be uploaded; if not, the worker still runs.
    pub spooled: bool,
}

named_enum!(
    /// What an agent is to do with an attempt that it holds.
    "verdict" Verdict {
        /// Let the worker go on.
        Continue = "continue",
        /// Kill the worker and forget the attempt.
        Kill = "kill",
        /// Send the result.
        Upload = "upload",
        /// Delete the result: it was stored already, or is not wanted.
        Forget = "forget",
    }
);

/// What the coordinator answers first.
#[derive(Debug, Clone, PartialEq)]
pub struct Welcome {
    /// The coordinator's `PROTOCOL`.
    pub protocol: u32,
    /// The coordinator's version, for logs.
    pub version: String,
    /// Which stream of this machine it is; an older one is refused from now on.
    pub epoch: u64,
    /// How often to send a heartbeat.
    pub heartbeat: Duration,
    /// How long the coordinator waits for one.
    pub lease: Duration,
    /// What to do with each attempt that the hello named.
    pub verdicts: Vec<(Assignment, Verdict)>,
}

/// A job for the agent to run now.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Which attempt.
    pub assignment: Assignment,
    /// What to measure.
    pub job: JobSpec,
    /// When to give the worker up.
    pub deadline: Duration,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct JobResult {
    /// Which attempt.
    pub assignment: Assignment,
    /// Of the result as the agent spooled it: the same again is the same result.
    pub digest: Digest,
    /// The measurement, or why there is none.
    pub outcome: Result<Box<Measurement>, Reason>,
}

named_enum!(
    /// What the coordinator did with a result.
    "receipt" Receipt {
        /// It counts.
        Accepted = "accepted",
        /// It came too late; it is kept, and never counted.
        Stale = "stale",
        /// It is not a result of this job; it is not kept.
        Rejected = "rejected",
    }
);

/// The coordinator has the result: the agent may delete its own copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultAck {
    /// Which attempt.
    pub assignment: Assignment,
    /// Which result.
    pub digest: Digest,
    /// What became of it.
    pub receipt: Receipt,
}

/// Agent to coordinator. The first one is `Hello`.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentEvent {
    /// Who it is.
    Hello(Box<Hello>),
    /// It is alive.
    Heartbeat,
    /// The attempt is now `Running` or `Uploading`, `Cancelled`, or `Queued`: given back, not started.
    Update {
        /// Which attempt.
        assignment: Assignment,
        /// Its state.
        state: JobState,
    },
    /// How far the worker is.
    Progress {
        /// Which attempt.
        assignment: Assignment,
        /// How far.
        progress: Progress,
    },
    /// What came of an attempt.
    Result(JobResult),
}

/// Coordinator to agent. The first one is `Welcome`.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentCommand {
    /// Who it is, and what to do with what the agent holds.
    Welcome(Welcome),
    /// Run this.
    Offer(Box<Offer>),
    /// Kill the worker of this attempt; answer with `Update` to `Cancelled`.
    Cancel(Assignment),
    /// A result arrived.
    Ack(ResultAck),
}
