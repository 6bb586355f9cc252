//! A cell to be measured, and the states it goes through.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::device::DeviceId;
use crate::ids::{Digest, JobId};
use crate::measuring::MeasuringPlan;
use crate::named::named_enum;
use crate::workload::Workload;

/// Where the weights of a classifier come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Weights {
    /// He-scaled pseudo-random numbers: timings do not depend on values.
    Random {
        /// Of the generator.
        seed: u64,
    },
    /// A `.safetensors` or `.pth` file.
    File {
        /// Of the whole file.
        digest: Digest,
    },
}

/// The seed of random weights: the same everywhere, so that every machine must give the same answers.
pub const WEIGHTS_SEED: u64 = 2026;

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random { seed } => write!(f, "random, seed {seed}"),
            Self::File { digest } => write!(f, "file {}", digest.short()),
        }
    }
}

/// Everything that a worker needs to know of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobSpec {
    /// What is computed.
    pub workload: Workload,
    /// On which device of the machine.
    pub device: DeviceId,
    /// Weights of a classifier; ignored by `matmul`.
    pub weights: Weights,
    /// The input image; none is the built-in one. Ignored by `matmul`.
    pub image: Option<Digest>,
    /// How to measure.
    pub measuring: MeasuringPlan,
}

/// One try at a job. A message about a job counts only under the attempt and the fence that the coordinator holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assignment {
    /// The job.
    pub job: JobId,
    /// 1 for the first try.
    pub attempt: u32,
    /// Raised at every assignment and at every revocation.
    pub fence: u64,
}

named_enum!(
    /// Where a job stands. `ALLOWED` lists every step that there is.
    "job state" JobState {
        /// Waits for its machine.
        Queued = "queued",
        /// Sent to the agent, which has not yet started it.
        Offered = "offered",
        /// The worker runs.
        Running = "running",
        /// The worker is done; its result is on the way.
        Uploading = "uploading",
        /// The agent cannot be reached, but may still be measuring.
        Unknown = "unknown",
        /// A cancel is on its way to the agent.
        Cancelling = "cancelling",
        /// A measurement was accepted.
        Succeeded = "succeeded",
        /// It ended with a named failure.
        Failed = "failed",
        /// Its agent never came back; tried again while attempts are left.
        Lost = "lost",
        /// A person ended it.
        Cancelled = "cancelled",
        /// No agent took it in time.
        Expired = "expired",
        /// The worker outlived its deadline and was killed.
        TimedOut = "timed_out",
    }
);

use JobState::{
    Cancelled, Cancelling, Expired, Failed, Lost, Offered, Queued, Running, Succeeded, TimedOut, Unknown, Uploading,
};

/// Every allowed step from one state to another.
pub const ALLOWED: &[(JobState, &[JobState])] = &[
    (Queued, &[Offered, Cancelled, Expired, Failed]),
    (Offered, &[Queued, Running, Uploading, Succeeded, Failed, TimedOut, Unknown, Lost, Cancelling]),
    (Running, &[Uploading, Succeeded, Failed, TimedOut, Unknown, Lost, Cancelling]),
    (Uploading, &[Succeeded, Failed, TimedOut, Unknown, Lost, Cancelling]),
    (Unknown, &[Running, Uploading, Succeeded, Failed, TimedOut, Lost, Cancelling]),
    (Cancelling, &[Cancelled, Succeeded, Failed, TimedOut]),
    (Lost, &[Queued]),
    (Succeeded, &[]),
    (Failed, &[]),
    (Cancelled, &[]),
    (Expired, &[]),
    (TimedOut, &[]),
];

impl JobState {
    /// Whether the step is on the list.
    pub fn can_become(self, next: Self) -> bool {
        ALLOWED.iter().any(|(from, to)| *from == self && to.contains(&next))
    }

    /// Whether no attempt is under way or to come. `Lost` is final once no attempt is left, which the coordinator
    /// decides in the same step.
    pub fn is_final(self) -> bool {
        matches!(self, Succeeded | Failed | Lost | Cancelled | Expired | TimedOut)
    }

    /// Whether an agent holds, or may hold, an attempt at it.
    pub fn is_assigned(self) -> bool {
        matches!(self, Offered | Running | Uploading | Unknown | Cancelling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_listed_once_and_final_states_stay() {
        for state in JobState::ALL {
            assert_eq!(ALLOWED.iter().filter(|(from, _)| from == state).count(), 1, "{state}");
            let (_, next) = ALLOWED.iter().find(|(from, _)| from == state).unwrap();
            assert_eq!(next.is_empty(), state.is_final() && *state != Lost, "{state}");
            assert!(!state.can_become(*state), "{state}");
        }
    }

    #[test]
    fn every_state_is_reached_from_queued_and_leads_to_an_end() {
        let reach = |start: JobState| {
            let mut seen = vec![start];
            let mut at = 0;
            while let Some(state) = seen.get(at).copied() {
                for next in JobState::ALL.iter().filter(|next| state.can_become(**next)) {
                    if !seen.contains(next) {
                        seen.push(*next);
                    }
                }
                at += 1;
            }
            seen
        };
        assert_eq!(reach(Queued).len(), JobState::ALL.len());
        for state in JobState::ALL {
            assert!(reach(*state).iter().any(|end| end.is_final()), "{state}");
        }
    }

    #[test]
    fn a_finished_job_never_runs_again() {
        for end in [Succeeded, Failed, Cancelled, Expired, TimedOut] {
            assert!(JobState::ALL.iter().all(|next| !end.can_become(*next)));
        }
    }
}
