//! How a coordinator is.

/// What a coordinator says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoordinatorStatus {
    /// Its version.
    pub version: String,
    /// The version of the protocol that it speaks with agents.
    pub protocol: u32,
    /// When it started, in milliseconds since 1970.
    pub started_ms: u64,
    /// Machines that it knows.
    pub machines: u64,
    /// Machines that are connected now.
    pub machines_online: u64,
    /// Sweeps with cells that are not done.
    pub sweeps_unfinished: u64,
    /// Cells that wait.
    pub jobs_waiting: u64,
    /// Cells under way.
    pub jobs_assigned: u64,
}
