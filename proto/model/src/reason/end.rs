//! How jobs end that no worker ended.

use super::reasons;
use crate::job::JobState::{self, Cancelled as WasCancelled, Expired as HasExpired, Lost, TimedOut as RanOut};

reasons! {
    /// Why a job has ended without its worker.
    End EndReason {
        /// A person ended it.
        Cancelled = "cancelled" => Cancelled,
        /// Its machine did not connect in time.
        Expired {
            /// So many hours.
            hours: u64,
        } = "expired" => Expired,
        /// Its agent was lost in the middle, as often as it was tried.
        AgentLost {
            /// So often it was tried.
            tries: u32,
            /// So often it may be tried.
            most: u32,
        } = "agent_lost" => AgentLost,
        /// The agent itself failed at it.
        AgentFailed {
            /// What its panic says.
            detail: String,
        } = "agent_failed" => Internal,
        /// The agent sent the result of another job.
        OtherResult = "other_result" => Internal,
        /// Nobody said why.
        Unexplained {
            /// The state that it ended in.
            state: JobState,
        } = "unexplained" => match state {
            WasCancelled => Cancelled,
            HasExpired => Expired,
            Lost => AgentLost,
            RanOut => TimedOut,
            _ => Internal,
        },
    }
}
