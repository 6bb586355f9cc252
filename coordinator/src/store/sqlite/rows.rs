//! Rows of the database and the values that they stand for.

use std::time::Duration;

use cotejo_model::bundle::{BundledJob, Ended, Import};
use cotejo_model::{Assignment, JobId, JobState, Reason};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use crate::planner::Rate;
use crate::store::{JobRecord, MachineRecord, StoreError, SweepRecord, Tally};

/// The columns of a job, in every query that reads one.
pub(super) const JOB: &str = "j.id, j.sweep, j.machine, j.spec, j.expected_ms, j.state, j.attempt, j.fence, j.failure";

#[derive(FromRow)]
pub(super) struct MachineRow {
    id: String,
    boot: String,
    name: String,
    labels: String,
    capability: String,
    last_seen_ms: i64,
}

#[derive(FromRow)]
pub(super) struct SweepRow {
    id: String,
    spec: String,
    created_ms: i64,
}

#[derive(FromRow)]
pub(super) struct JobRow {
    id: String,
    sweep: String,
    machine: String,
    spec: String,
    expected_ms: i64,
    state: String,
    attempt: i64,
    fence: i64,
    failure: Option<String>,
}

#[derive(FromRow)]
pub(super) struct OutcomeRow {
    #[sqlx(flatten)]
    pub(super) job: JobRow,
    pub(super) measurement: Option<String>,
}

#[derive(FromRow)]
pub(super) struct EndedRow {
    #[sqlx(flatten)]
    job: JobRow,
    digest: Option<String>,
    measurement: Option<String>,
}

#[derive(FromRow)]
pub(super) struct ImportRow {
    bundle: String,
    sweep: String,
    version: String,
    exported_ms: i64,
    imported_ms: i64,
}

#[derive(FromRow)]
pub(super) struct TallyRow {
    machine: String,
    state: String,
    jobs: i64,
    expected_ms: i64,
}

#[derive(FromRow)]
pub(super) struct RateRow {
    machine: String,
    device: String,
    family: String,
    flops: f64,
    flops_per_second: f64,
    spread: Option<f64>,
    load_seconds: f64,
}

impl EndedRow {
    /// The state of the job, before anything else of it is read.
    pub(super) fn state(&self) -> &str {
        &self.job.state
    }
}

impl TryFrom<MachineRow> for MachineRecord {
    type Error = StoreError;

    fn try_from(row: MachineRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: text("machine id", &row.id)?,
            boot: text("boot id", &row.boot)?,
            name: row.name,
            labels: json("machine's labels", &row.labels)?,
            capability: json("capability", &row.capability)?,
            last_seen_ms: unsigned("time", row.last_seen_ms)?,
        })
    }
}

impl TryFrom<SweepRow> for SweepRecord {
    type Error = StoreError;

    fn try_from(row: SweepRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: text("sweep id", &row.id)?,
            spec: json("sweep", &row.spec)?,
            created_ms: unsigned("time", row.created_ms)?,
        })
    }
}

impl TryFrom<JobRow> for JobRecord {
    type Error = StoreError;

    fn try_from(row: JobRow) -> Result<Self, StoreError> {
        let job: JobId = text("job id", &row.id)?;
        Ok(Self {
            sweep: text("sweep id", &row.sweep)?,
            machine: text("machine id", &row.machine)?,
            spec: json("job", &row.spec)?,
            expected: Duration::from_millis(unsigned("duration", row.expected_ms)?),
            state: text("job state", &row.state)?,
            assignment: Assignment {
                job,
                attempt: unsigned("attempt", row.attempt)?,
                fence: unsigned("fence", row.fence)?,
            },
            failure: row.failure.as_deref().map(|failure| json("failure", failure)).transpose()?,
        })
    }
}

impl TryFrom<EndedRow> for BundledJob {
    type Error = StoreError;

    fn try_from(row: EndedRow) -> Result<Self, StoreError> {
        let job = JobRecord::try_from(row.job)?;
        let ended = match (job.state, row.measurement, row.digest) {
            (JobState::Succeeded, Some(measurement), Some(digest)) => Ended::Measured {
                digest: text("digest", &digest)?,
                measurement: Box::new(json("measurement", &measurement)?),
            },
            (JobState::Succeeded, ..) => {
                let problem = format!("job {} succeeded and has no result", job.assignment.job);
                return Err(StoreError::Corrupt { what: "job", problem });
            }
            (state, ..) => Ended::Failed { state, failure: job.failure.unwrap_or_else(|| Reason::unexplained(state)) },
        };
        Ok(Self { id: job.assignment.job, sweep: job.sweep, machine: job.machine, spec: job.spec, ended })
    }
}

impl TryFrom<ImportRow> for Import {
    type Error = StoreError;

    fn try_from(row: ImportRow) -> Result<Self, StoreError> {
        Ok(Self {
            digest: text("digest", &row.bundle)?,
            version: row.version,
            exported_ms: unsigned("time", row.exported_ms)?,
            imported_ms: unsigned("time", row.imported_ms)?,
            sweeps: vec![text("sweep id", &row.sweep)?],
        })
    }
}

impl TryFrom<TallyRow> for Tally {
    type Error = StoreError;

    fn try_from(row: TallyRow) -> Result<Self, StoreError> {
        Ok(Self {
            machine: text("machine id", &row.machine)?,
            state: text("job state", &row.state)?,
            jobs: unsigned("count", row.jobs)?,
            expected: Duration::from_millis(unsigned("duration", row.expected_ms)?),
        })
    }
}

impl TryFrom<RateRow> for Rate {
    type Error = StoreError;

    fn try_from(row: RateRow) -> Result<Self, StoreError> {
        Ok(Self {
            machine: text("machine id", &row.machine)?,
            device: text("device", &row.device)?,
            family: row.family,
            flops: row.flops,
            flops_per_second: row.flops_per_second,
            spread: row.spread,
            load_seconds: row.load_seconds,
        })
    }
}

/// Every row as the value that it stands for.
pub(super) fn all<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(T::try_from).collect()
}

pub(super) fn json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { what, problem: error.to_string() })
}

pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the model's types have text keys only")
}

/// SQLite's integers are signed; those of the model are far below the limit.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned<T: TryFrom<i64>>(what: &'static str, value: i64) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| StoreError::Corrupt { what, problem: format!("{value} is out of range") })
}

pub(super) fn text<T: std::str::FromStr<Err: std::fmt::Display>>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| StoreError::Corrupt { what, problem: format!("`{text}`: {error}") })
}
