//! The embedded backend: one SQLite file beside the coordinator.
//!
//! One connection writes, so a write never meets another one's lock, and `BEGIN IMMEDIATE` takes the lock before
//! anything is read: SQLite's busy timeout does not retry a read transaction that turns into a writing one. Readers
//! have connections of their own, which write-ahead logging lets pass the writer.

mod references;
mod rows;
mod transfer;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use cotejo_model::bundle::{BundledJob, Import, ImportSummary};
use cotejo_model::reference::ReferenceSummary;
use cotejo_model::session::Receipt;
use cotejo_model::{Assignment, BootId, Bundle, Digest, JobId, JobState, MachineId, Measurement, Reference, SweepId};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection, Transaction};
use tokio::sync::{Mutex, MutexGuard};

use self::rows::{
    JOB, JobRow, MachineRow, OutcomeRow, RateRow, SweepRow, TallyRow, all, json, signed, text, to_json, unsigned,
};
use super::{
    Applied, Completion, JobRecord, MachineRecord, NewJob, Step, Store, StoreError, SweepRecord, Tally, Totals,
};
use crate::planner::Rate;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Connections that read.
const READERS: u32 = 4;
/// How long a connection waits for another process, such as a backup, to let go of the file.
const BUSY: Duration = Duration::from_secs(10);

/// A database file.
pub struct SqliteStore {
    writer: Mutex<SqliteConnection>,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, making it where there is none, and brings it to the newest schema.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |source: sqlx::Error| StoreError::Open { path: path.to_owned(), source: Box::new(source) };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged result is deleted by its agent: it must survive a power failure here, which `NORMAL`
            // does not promise in WAL mode.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let mut writer = options.connect().await.map_err(failed)?;
        MIGRATIONS.run(&mut writer).await.map_err(|error| match error {
            MigrateError::VersionMissing(found) => StoreError::Newer {
                path: path.to_owned(),
                found,
                known: MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0),
            },
            error => StoreError::Open { path: path.to_owned(), source: Box::new(error) },
        })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(failed)?;
        Ok(Self { writer: Mutex::new(writer), readers })
    }

    async fn writer(&self) -> MutexGuard<'_, SqliteConnection> {
        self.writer.lock().await
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Box::new(error))
    }
}

async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, StoreError> {
    Ok(connection.begin_with("BEGIN IMMEDIATE").await?)
}

/// The compare-and-set. Returns whether the job stood where the step says.
async fn take(connection: &mut SqliteConnection, step: &Step, now_ms: u64) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "UPDATE jobs SET state = ?, open = ?, attempt = ?, fence = ?, failure = ?, changed_ms = ?,
         queued_ms = CASE WHEN ? THEN ? ELSE queued_ms END
         WHERE id = ? AND attempt = ? AND fence = ? AND state = ?",
    )
    .bind(step.to_state.name())
    .bind(!step.to_state.is_final())
    .bind(i64::from(step.to.attempt))
    .bind(signed(step.to.fence))
    .bind(step.failure.as_ref().map(to_json))
    .bind(signed(now_ms))
    .bind(step.to_state == JobState::Queued)
    .bind(signed(now_ms))
    .bind(step.from.job.to_string())
    .bind(i64::from(step.from.attempt))
    .bind(signed(step.from.fence))
    .bind(step.from_state.name())
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// States as SQL lists them. Their names are the program's own, without anything to be escaped.
fn listed(states: impl Iterator<Item = JobState>) -> String {
    states.map(|state| format!("'{state}'")).collect::<Vec<_>>().join(", ")
}

fn forbidden(steps: &[Step]) -> Option<Applied> {
    steps
        .iter()
        .find(|step| !step.from_state.can_become(step.to_state))
        .map(|step| Applied::Forbidden { from: step.from_state, to: step.to_state })
}

async fn earlier_receipt(
    connection: &mut SqliteConnection,
    assignment: Assignment,
    digest: Digest,
) -> Result<Option<Receipt>, StoreError> {
    let accepted: Option<bool> =
        sqlx::query_scalar("SELECT accepted FROM results WHERE job = ? AND attempt = ? AND fence = ? AND digest = ?")
            .bind(assignment.job.to_string())
            .bind(i64::from(assignment.attempt))
            .bind(signed(assignment.fence))
            .bind(digest.to_string())
            .fetch_optional(connection)
            .await?;
    Ok(accepted.map(|accepted| if accepted { Receipt::Accepted } else { Receipt::Stale }))
}

async fn save_rate(connection: &mut SqliteConnection, rate: &Rate) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO rates (machine, device, family, flops, flops_per_second, spread, load_seconds)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(rate.machine.to_string())
    .bind(rate.device.to_string())
    .bind(&rate.family)
    .bind(rate.flops)
    .bind(rate.flops_per_second)
    .bind(rate.spread)
    .bind(rate.load_seconds)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_job(connection: &mut SqliteConnection, sweep: &SweepRecord, job: &NewJob) -> Result<(), StoreError> {
    let state = if job.refused.is_some() { JobState::Failed } else { JobState::Queued };
    let expected_ms = u64::try_from(job.expected.as_millis()).unwrap_or(u64::MAX);
    sqlx::query(
        "INSERT INTO jobs
         (id, sweep, machine, spec, expected_ms, state, open, attempt, fence, failure, queued_ms, changed_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?, ?)",
    )
    .bind(job.id.to_string())
    .bind(sweep.id.to_string())
    .bind(job.machine.to_string())
    .bind(to_json(&job.spec))
    .bind(signed(expected_ms))
    .bind(state.name())
    .bind(!state.is_final())
    .bind(job.refused.as_ref().map(to_json))
    .bind(signed(sweep.created_ms))
    .bind(signed(sweep.created_ms))
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl Store for SqliteStore {
    async fn save_machine(&self, machine: &MachineRecord) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO machines (id, boot, name, labels, capability, last_seen_ms) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, name = excluded.name, labels = excluded.labels,
             capability = excluded.capability, last_seen_ms = excluded.last_seen_ms",
        )
        .bind(machine.id.to_string())
        .bind(machine.boot.to_string())
        .bind(&machine.name)
        .bind(to_json(&machine.labels))
        .bind(to_json(&machine.capability))
        .bind(signed(machine.last_seen_ms))
        .execute(&mut *self.writer().await)
        .await?;
        Ok(())
    }

    async fn touch_machine(&self, machine: MachineId, seen_ms: u64) -> Result<(), StoreError> {
        sqlx::query("UPDATE machines SET last_seen_ms = ? WHERE id = ?")
            .bind(signed(seen_ms))
            .bind(machine.to_string())
            .execute(&mut *self.writer().await)
            .await?;
        Ok(())
    }

    async fn boot(&self, machine: MachineId) -> Result<Option<BootId>, StoreError> {
        let boot: Option<String> = sqlx::query_scalar("SELECT boot FROM machines WHERE id = ?")
            .bind(machine.to_string())
            .fetch_optional(&self.readers)
            .await?;
        boot.map(|boot| text("boot id", &boot)).transpose()
    }

    async fn machines(&self) -> Result<Vec<MachineRecord>, StoreError> {
        let rows: Vec<MachineRow> =
            sqlx::query_as("SELECT id, boot, name, labels, capability, last_seen_ms FROM machines ORDER BY name, id")
                .fetch_all(&self.readers)
                .await?;
        all(rows)
    }

    async fn insert_sweep(&self, sweep: &SweepRecord, jobs: &[NewJob]) -> Result<(), StoreError> {
        let mut writer = self.writer().await;
        let mut transaction = begin(&mut writer).await?;
        sqlx::query("INSERT INTO sweeps (id, spec, created_ms) VALUES (?, ?, ?)")
            .bind(sweep.id.to_string())
            .bind(to_json(&sweep.spec))
            .bind(signed(sweep.created_ms))
            .execute(&mut *transaction)
            .await?;
        for job in jobs {
            insert_job(&mut transaction, sweep, job).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn sweep(&self, id: SweepId) -> Result<Option<SweepRecord>, StoreError> {
        let row: Option<SweepRow> = sqlx::query_as("SELECT id, spec, created_ms FROM sweeps WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(SweepRecord::try_from).transpose()
    }

    async fn sweeps(&self, limit: u32) -> Result<Vec<SweepRecord>, StoreError> {
        // Identities sort by their time of creation.
        let rows: Vec<SweepRow> = sqlx::query_as("SELECT id, spec, created_ms FROM sweeps ORDER BY id DESC LIMIT ?")
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        all(rows)
    }

    async fn tally(&self, sweep: SweepId) -> Result<Vec<Tally>, StoreError> {
        let rows: Vec<TallyRow> = sqlx::query_as(
            "SELECT machine, state, COUNT(*) AS jobs, SUM(expected_ms) AS expected_ms FROM jobs
             WHERE sweep = ? GROUP BY machine, state",
        )
        .bind(sweep.to_string())
        .fetch_all(&self.readers)
        .await?;
        all(rows)
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        let (sweeps, waiting, all): (i64, i64, i64) = sqlx::query_as(
            "SELECT COUNT(DISTINCT sweep), COALESCE(SUM(state = 'queued'), 0), COUNT(*) FROM jobs WHERE open = 1",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(Totals {
            sweeps_unfinished: unsigned("count", sweeps)?,
            waiting: unsigned("count", waiting)?,
            assigned: unsigned("count", all - waiting)?,
        })
    }

    async fn job(&self, id: JobId) -> Result<Option<JobRecord>, StoreError> {
        let row: Option<JobRow> = sqlx::query_as(&format!("SELECT {JOB} FROM jobs j WHERE j.id = ?"))
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(JobRecord::try_from).transpose()
    }

    async fn jobs_in(&self, sweep: SweepId, states: &[JobState]) -> Result<Vec<JobRecord>, StoreError> {
        let names = listed(states.iter().copied());
        let query = format!("SELECT {JOB} FROM jobs j WHERE j.sweep = ? AND j.state IN ({names}) ORDER BY j.seq");
        let rows: Vec<JobRow> = sqlx::query_as(&query).bind(sweep.to_string()).fetch_all(&self.readers).await?;
        all(rows)
    }

    async fn assigned_jobs(&self) -> Result<Vec<JobRecord>, StoreError> {
        let assigned = listed(JobState::ALL.iter().copied().filter(|state| state.is_assigned()));
        let query = format!("SELECT {JOB} FROM jobs j WHERE j.open = 1 AND j.state IN ({assigned}) ORDER BY j.seq");
        let rows: Vec<JobRow> = sqlx::query_as(&query).fetch_all(&self.readers).await?;
        all(rows)
    }

    async fn next_queued(&self, machine: MachineId) -> Result<Option<JobRecord>, StoreError> {
        let row: Option<JobRow> = sqlx::query_as(&format!(
            "SELECT {JOB} FROM jobs j WHERE j.machine = ? AND j.state = 'queued' ORDER BY j.seq LIMIT 1"
        ))
        .bind(machine.to_string())
        .fetch_optional(&self.readers)
        .await?;
        row.map(JobRecord::try_from).transpose()
    }

    async fn queued_before(&self, queued_ms: u64) -> Result<Vec<JobRecord>, StoreError> {
        let rows: Vec<JobRow> = sqlx::query_as(&format!(
            "SELECT {JOB} FROM jobs j WHERE j.open = 1 AND j.state = 'queued' AND j.queued_ms < ? ORDER BY j.seq"
        ))
        .bind(signed(queued_ms))
        .fetch_all(&self.readers)
        .await?;
        all(rows)
    }

    async fn apply(&self, steps: &[Step], now_ms: u64) -> Result<Applied, StoreError> {
        if let Some(refused) = forbidden(steps) {
            return Ok(refused);
        }
        let mut writer = self.writer().await;
        let mut transaction = begin(&mut writer).await?;
        for step in steps {
            if !take(&mut transaction, step, now_ms).await? {
                transaction.rollback().await?;
                return Ok(Applied::Stale(step.from));
            }
        }
        transaction.commit().await?;
        Ok(Applied::Done)
    }

    async fn complete(&self, completion: Completion<'_>, now_ms: u64) -> Result<Receipt, StoreError> {
        let Completion { result, step, rate } = completion;
        let mut writer = self.writer().await;
        let mut transaction = begin(&mut writer).await?;
        if let Some(receipt) = earlier_receipt(&mut transaction, result.assignment, result.digest).await? {
            return Ok(receipt);
        }
        let accepted = match step {
            Some(step) if step.from_state.can_become(step.to_state) => take(&mut transaction, step, now_ms).await?,
            _ => false,
        };
        sqlx::query(
            "INSERT INTO results (job, attempt, fence, digest, accepted, measurement, failure, received_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(result.assignment.job.to_string())
        .bind(i64::from(result.assignment.attempt))
        .bind(signed(result.assignment.fence))
        .bind(result.digest.to_string())
        .bind(accepted)
        .bind(result.outcome.as_ref().ok().map(to_json))
        .bind(result.outcome.as_ref().err().map(to_json))
        .bind(signed(now_ms))
        .execute(&mut *transaction)
        .await?;
        if let Some(rate) = rate.filter(|_| accepted) {
            save_rate(&mut transaction, rate).await?;
        }
        transaction.commit().await?;
        Ok(if accepted { Receipt::Accepted } else { Receipt::Stale })
    }

    async fn has_result(&self, assignment: Assignment) -> Result<bool, StoreError> {
        let found: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM results WHERE job = ? AND attempt = ? AND fence = ?)")
                .bind(assignment.job.to_string())
                .bind(i64::from(assignment.attempt))
                .bind(signed(assignment.fence))
                .fetch_one(&self.readers)
                .await?;
        Ok(found)
    }

    async fn outcomes(&self, sweep: SweepId) -> Result<Vec<(JobRecord, Option<Measurement>)>, StoreError> {
        let rows: Vec<OutcomeRow> = sqlx::query_as(&format!(
            "SELECT {JOB}, r.measurement FROM jobs j LEFT JOIN results r ON r.job = j.id AND r.accepted = 1
             WHERE j.sweep = ? ORDER BY j.seq"
        ))
        .bind(sweep.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|row| {
                let measurement = row.measurement.as_deref().map(|text| json("measurement", text)).transpose()?;
                Ok((row.job.try_into()?, measurement))
            })
            .collect()
    }

    async fn rates(&self) -> Result<Vec<Rate>, StoreError> {
        let rows: Vec<RateRow> = sqlx::query_as(
            "SELECT machine, device, family, flops, flops_per_second, spread, load_seconds FROM rates
             ORDER BY machine, device, family, flops",
        )
        .fetch_all(&self.readers)
        .await?;
        all(rows)
    }

    async fn insert_blob(&self, digest: Digest, size: u64, now_ms: u64) -> Result<(), StoreError> {
        sqlx::query("INSERT OR IGNORE INTO blobs (digest, size, created_ms) VALUES (?, ?, ?)")
            .bind(digest.to_string())
            .bind(signed(size))
            .bind(signed(now_ms))
            .execute(&mut *self.writer().await)
            .await?;
        Ok(())
    }

    async fn blob(&self, digest: Digest) -> Result<Option<u64>, StoreError> {
        let size: Option<i64> = sqlx::query_scalar("SELECT size FROM blobs WHERE digest = ?")
            .bind(digest.to_string())
            .fetch_optional(&self.readers)
            .await?;
        size.map(|size| unsigned("size", size)).transpose()
    }

    async fn ended_jobs(&self, sweep: SweepId) -> Result<Vec<BundledJob>, StoreError> {
        transfer::ended_jobs(&self.readers, sweep).await
    }

    async fn import(&self, bundle: &Bundle, digest: Digest, now_ms: u64) -> Result<ImportSummary, StoreError> {
        let mut writer = self.writer().await;
        let mut transaction = begin(&mut writer).await?;
        let summary = transfer::import(&mut transaction, bundle, digest, now_ms).await?;
        transaction.commit().await?;
        Ok(summary)
    }

    async fn imports(&self) -> Result<Vec<Import>, StoreError> {
        transfer::imports(&self.readers).await
    }

    async fn references(&self) -> Result<Vec<Reference>, StoreError> {
        references::all(&self.readers).await
    }

    async fn save_references(&self, references: &[Reference]) -> Result<ReferenceSummary, StoreError> {
        let mut writer = self.writer().await;
        let mut transaction = begin(&mut writer).await?;
        let summary = references::save(&mut transaction, references).await?;
        transaction.commit().await?;
        Ok(summary)
    }

    async fn remove_references(&self, set: &str) -> Result<u64, StoreError> {
        let removed = sqlx::query("DELETE FROM reference_times WHERE name = ?")
            .bind(set)
            .execute(&mut *self.writer().await)
            .await?;
        Ok(removed.rows_affected())
    }
}

#[cfg(test)]
mod tests;
