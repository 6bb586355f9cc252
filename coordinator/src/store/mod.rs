//! What outlives the process: machines, sweeps, jobs, results and the index of blobs.

pub mod sqlite;

#[cfg(test)]
mod contract;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use cotejo_language::Message;
use cotejo_model::bundle::{BundledJob, Import, ImportSummary};
use cotejo_model::reason::StoreReason;
use cotejo_model::reference::ReferenceSummary;
use cotejo_model::session::{JobResult, Receipt};
use cotejo_model::{
    Assignment, BootId, Bundle, Capability, Digest, JobId, JobSpec, JobState, MachineId, Measurement, Reason,
    Reference, SweepId, SweepSpec,
};

use crate::planner::Rate;

/// A machine as it last introduced itself.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineRecord {
    /// Who it is.
    pub id: MachineId,
    /// The run of its agent that introduced itself.
    pub boot: BootId,
    /// What people call it.
    pub name: String,
    /// Room, seat, row.
    pub labels: BTreeMap<String, String>,
    /// What it can do.
    pub capability: Capability,
    /// Milliseconds since 1970 of its last sign of life.
    pub last_seen_ms: u64,
}

impl MachineRecord {
    /// Whether a bundle alone tells of it: none of its agent's runs introduced itself here.
    pub fn is_imported(&self) -> bool {
        self.boot == NO_BOOT
    }
}

/// The run of an agent that never introduced itself.
pub const NO_BOOT: BootId = BootId(uuid::Uuid::nil());

/// A sweep as it was started.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepRecord {
    /// Which.
    pub id: SweepId,
    /// What was asked for.
    pub spec: SweepSpec,
    /// Milliseconds since 1970.
    pub created_ms: u64,
}

/// A job to be queued, or to be recorded as refused.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Which.
    pub id: JobId,
    /// The machine that is to run it.
    pub machine: MachineId,
    /// What to measure.
    pub spec: JobSpec,
    /// How long it should take.
    pub expected: Duration,
    /// Why it is not to be tried at all.
    pub refused: Option<Reason>,
}

/// A job and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    /// Its sweep.
    pub sweep: SweepId,
    /// The machine that is to run it.
    pub machine: MachineId,
    /// What to measure.
    pub spec: JobSpec,
    /// How long it should take.
    pub expected: Duration,
    /// Where it stands.
    pub state: JobState,
    /// Who may speak for it: the job, with the attempt and the fence under which a message counts.
    pub assignment: Assignment,
    /// How it failed.
    pub failure: Option<Reason>,
}

/// One step of one job: applied only if the job still stands where `from` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The assignment on which the decision was made.
    pub from: Assignment,
    /// The state on which it was made.
    pub from_state: JobState,
    /// The assignment from then on.
    pub to: Assignment,
    /// The state from then on.
    pub to_state: JobState,
    /// Why, if it is a failure.
    pub failure: Option<Reason>,
}

impl Step {
    /// A step of this job to another state.
    pub fn new(job: &JobRecord, to_state: JobState) -> Self {
        Self { from: job.assignment, from_state: job.state, to: job.assignment, to_state, failure: None }
    }

    /// The same step, after which nothing that was said under the old fence counts.
    #[must_use]
    pub fn fenced(mut self) -> Self {
        self.to.fence += 1;
        self
    }

    /// The same step, which begins a new attempt.
    #[must_use]
    pub fn retried(mut self) -> Self {
        self.to.attempt += 1;
        self.fenced()
    }

    /// The same step, with the reason.
    #[must_use]
    pub fn because(mut self, failure: Reason) -> Self {
        self.failure = Some(failure);
        self
    }

    /// The job once the step is taken.
    pub fn result(&self, job: &JobRecord) -> JobRecord {
        JobRecord { state: self.to_state, assignment: self.to, failure: self.failure.clone(), ..job.clone() }
    }
}

/// What became of some steps: all are taken, or none is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// All are taken.
    Done,
    /// This job stands elsewhere by now.
    Stale(Assignment),
    /// There is no such step.
    Forbidden {
        /// From this state.
        from: JobState,
        /// To this one.
        to: JobState,
    },
}

/// A result, and the step that it brings about if it counts.
#[derive(Debug, Clone, Copy)]
pub struct Completion<'a> {
    /// What arrived.
    pub result: &'a JobResult,
    /// The step of its job; none if the result came too late.
    pub step: Option<&'a Step>,
    /// What the measurement says of its device.
    pub rate: Option<&'a Rate>,
}

/// The jobs of a sweep on one machine in one state.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The machine.
    pub machine: MachineId,
    /// The state.
    pub state: JobState,
    /// How many jobs.
    pub jobs: u64,
    /// How long they should take together.
    pub expected: Duration,
}

/// Counts over all sweeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Sweeps with jobs to come.
    pub sweeps_unfinished: u64,
    /// Jobs that wait for their machine.
    pub waiting: u64,
    /// Jobs that an agent holds or may hold.
    pub assigned: u64,
}

/// Why the store cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened.
    Open {
        /// Of the database.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It was written by a newer coordinator.
    Newer {
        /// Of the database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest one known here.
        known: i64,
    },
    /// A query failed.
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A value in it cannot be read.
    Corrupt {
        /// What the value is.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl StoreError {
    /// The same as a reason, for people.
    pub fn reason(&self) -> Reason {
        let schema = |version: i64| u64::try_from(version).unwrap_or_default();
        let reason = match self {
            Self::Open { path, source } => {
                StoreReason::NotOpened { path: path.display().to_string(), detail: source.to_string() }
            }
            Self::Newer { path, found, known } => {
                StoreReason::Newer { path: path.display().to_string(), found: schema(*found), known: schema(*known) }
            }
            Self::Database(source) => StoreReason::Failed { detail: source.to_string() },
            Self::Corrupt { what, problem } => StoreReason::Unreadable { detail: format!("{what}: {problem}") },
        };
        reason.into()
    }

    fn message(&self) -> Message {
        self.reason().into()
    }
}

cotejo_language::displayed_in_english!(StoreError);

/// What a backend offers. Every method is one transaction.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Inserts a machine, or replaces what is known of it.
    async fn save_machine(&self, machine: &MachineRecord) -> Result<(), StoreError>;
    /// A sign of life.
    async fn touch_machine(&self, machine: MachineId, seen_ms: u64) -> Result<(), StoreError>;
    /// The run of the machine's agent that introduced itself last.
    async fn boot(&self, machine: MachineId) -> Result<Option<BootId>, StoreError>;
    /// Every machine, by name.
    async fn machines(&self) -> Result<Vec<MachineRecord>, StoreError>;

    /// A sweep with all its jobs. Their order is the order in which a machine measures them.
    async fn insert_sweep(&self, sweep: &SweepRecord, jobs: &[NewJob]) -> Result<(), StoreError>;
    /// One sweep.
    async fn sweep(&self, id: SweepId) -> Result<Option<SweepRecord>, StoreError>;
    /// The newest sweeps, newest first.
    async fn sweeps(&self, limit: u32) -> Result<Vec<SweepRecord>, StoreError>;
    /// A sweep's jobs, counted by machine and state.
    async fn tally(&self, sweep: SweepId) -> Result<Vec<Tally>, StoreError>;
    /// Counts over all sweeps.
    async fn totals(&self) -> Result<Totals, StoreError>;

    /// One job.
    async fn job(&self, id: JobId) -> Result<Option<JobRecord>, StoreError>;
    /// A sweep's jobs in these states.
    async fn jobs_in(&self, sweep: SweepId, states: &[JobState]) -> Result<Vec<JobRecord>, StoreError>;
    /// Every job that an agent holds or may hold.
    async fn assigned_jobs(&self) -> Result<Vec<JobRecord>, StoreError>;
    /// The job that this machine measures next.
    async fn next_queued(&self, machine: MachineId) -> Result<Option<JobRecord>, StoreError>;
    /// Jobs that have waited since before this time.
    async fn queued_before(&self, queued_ms: u64) -> Result<Vec<JobRecord>, StoreError>;
    /// Takes all these steps, or none: each is a compare-and-set on job, attempt, fence and state.
    async fn apply(&self, steps: &[Step], now_ms: u64) -> Result<Applied, StoreError>;

    /// Keeps a result: as the job's own if the step can be taken, else as stale. The same result again gets the same
    /// receipt and changes nothing.
    async fn complete(&self, completion: Completion<'_>, now_ms: u64) -> Result<Receipt, StoreError>;
    /// Whether a result of this attempt was kept.
    async fn has_result(&self, assignment: Assignment) -> Result<bool, StoreError>;
    /// A sweep's jobs, each with its accepted measurement.
    async fn outcomes(&self, sweep: SweepId) -> Result<Vec<(JobRecord, Option<Measurement>)>, StoreError>;
    /// What devices were last seen to do, with each amount of operations.
    async fn rates(&self) -> Result<Vec<Rate>, StoreError>;

    /// Notes a blob that is complete and verified.
    async fn insert_blob(&self, digest: Digest, size: u64, now_ms: u64) -> Result<(), StoreError>;
    /// The size of a complete blob.
    async fn blob(&self, digest: Digest) -> Result<Option<u64>, StoreError>;

    /// A sweep's jobs that have ended, in their order, with everything that came of them.
    async fn ended_jobs(&self, sweep: SweepId) -> Result<Vec<BundledJob>, StoreError>;
    /// Takes in a bundle that is known by this digest. A job that is here already stays as it is; of a machine that is,
    /// the newer record counts.
    async fn import(&self, bundle: &Bundle, digest: Digest, now_ms: u64) -> Result<ImportSummary, StoreError>;
    /// How sweeps that were measured elsewhere came here, in the order of the imports.
    async fn imports(&self) -> Result<Vec<Import>, StoreError>;

    /// Reference times, by set, device, task and precision.
    async fn references(&self) -> Result<Vec<Reference>, StoreError>;
    /// Takes in reference times, each in the place of the one with its key.
    async fn save_references(&self, references: &[Reference]) -> Result<ReferenceSummary, StoreError>;
    /// Removes a set of reference times; says how many there were.
    async fn remove_references(&self, set: &str) -> Result<u64, StoreError>;
}
