//! Results that come in bundles and go in them.

use std::collections::HashMap;

use cotejo_model::bundle::{
    BundledJob, BundledMachine, BundledSweep, Ended, Import, ImportSummary, Refused, RefusedBecause,
};
use cotejo_model::{Bundle, Digest, JobState, SweepId};
use sqlx::sqlite::SqlitePool;
use sqlx::{SqliteConnection, SqliteExecutor};

use super::listed;
use super::rows::{EndedRow, ImportRow, JOB, SweepRow, all, signed, text, to_json};
use crate::store::{NO_BOOT, StoreError, SweepRecord};

/// Jobs with their accepted results.
async fn jobs(
    executor: impl SqliteExecutor<'_>,
    condition: &str,
    argument: String,
) -> Result<Vec<EndedRow>, StoreError> {
    let query = format!(
        "SELECT {JOB}, r.digest, r.measurement FROM jobs j LEFT JOIN results r ON r.job = j.id AND r.accepted = 1
         WHERE {condition} ORDER BY j.seq"
    );
    Ok(sqlx::query_as(&query).bind(argument).fetch_all(executor).await?)
}

pub(super) async fn ended_jobs(readers: &SqlitePool, sweep: SweepId) -> Result<Vec<BundledJob>, StoreError> {
    let ended = listed(JobState::ALL.iter().copied().filter(|state| state.is_final()));
    let condition = format!("j.sweep = ? AND j.state IN ({ended})");
    all(jobs(readers, &condition, sweep.to_string()).await?)
}

pub(super) async fn imports(readers: &SqlitePool) -> Result<Vec<Import>, StoreError> {
    let rows: Vec<ImportRow> = sqlx::query_as(
        "SELECT bundle, sweep, version, exported_ms, imported_ms FROM imports ORDER BY imported_ms, bundle, sweep",
    )
    .fetch_all(readers)
    .await?;
    let mut imports: Vec<Import> = Vec::new();
    for import in all::<_, Import>(rows)? {
        let same = |last: &&mut Import| last.digest == import.digest && last.imported_ms == import.imported_ms;
        match imports.last_mut().filter(same) {
            Some(last) => last.sweeps.extend(import.sweeps),
            None => imports.push(import),
        }
    }
    Ok(imports)
}

/// What there is to be said of one job of a bundle.
enum Found {
    New,
    Duplicate,
    Open,
    Refused(RefusedBecause),
}

pub(super) async fn import(
    connection: &mut SqliteConnection,
    bundle: &Bundle,
    digest: Digest,
    now_ms: u64,
) -> Result<ImportSummary, StoreError> {
    for machine in &bundle.machines {
        save_machine(connection, machine).await?;
    }
    let mut summary = ImportSummary::default();
    let mut jobs: HashMap<SweepId, Vec<&BundledJob>> = HashMap::new();
    for job in &bundle.jobs {
        jobs.entry(job.sweep).or_default().push(job);
    }
    for sweep in &bundle.sweeps {
        let Some(jobs) = jobs.get(&sweep.id) else { continue };
        let is_ours = keep_sweep(connection, sweep).await?;
        let before = summary.new;
        for job in jobs {
            let found = if is_ours { look(connection, job).await? } else { Found::Refused(RefusedBecause::OtherCell) };
            match found {
                Found::New => {
                    insert_job(connection, sweep, job, digest, now_ms).await?;
                    summary.new += 1;
                }
                Found::Duplicate => summary.duplicates += 1,
                Found::Open => summary.open += 1,
                Found::Refused(reason) => summary.refused.push(Refused { job: job.id, reason }),
            }
        }
        if summary.new > before {
            note_import(connection, bundle, digest, sweep.id, now_ms).await?;
        }
    }
    Ok(summary)
}

/// The newer record of a machine counts; its agent's run stays what it is here.
async fn save_machine(connection: &mut SqliteConnection, machine: &BundledMachine) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO machines (id, boot, name, labels, capability, last_seen_ms) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, labels = excluded.labels,
         capability = excluded.capability, last_seen_ms = excluded.last_seen_ms
         WHERE excluded.last_seen_ms > machines.last_seen_ms",
    )
    .bind(machine.id.to_string())
    .bind(NO_BOOT.to_string())
    .bind(&machine.name)
    .bind(to_json(&machine.labels))
    .bind(to_json(&machine.capability))
    .bind(signed(machine.last_seen_ms))
    .execute(connection)
    .await?;
    Ok(())
}

/// Inserts a sweep that is not here. Returns whether the one that is here then asks for the same.
async fn keep_sweep(connection: &mut SqliteConnection, sweep: &BundledSweep) -> Result<bool, StoreError> {
    sqlx::query("INSERT OR IGNORE INTO sweeps (id, spec, created_ms) VALUES (?, ?, ?)")
        .bind(sweep.id.to_string())
        .bind(to_json(&sweep.spec))
        .bind(signed(sweep.created_ms))
        .execute(&mut *connection)
        .await?;
    let row: SweepRow = sqlx::query_as("SELECT id, spec, created_ms FROM sweeps WHERE id = ?")
        .bind(sweep.id.to_string())
        .fetch_one(connection)
        .await?;
    Ok(SweepRecord::try_from(row)?.spec == sweep.spec)
}

async fn look(connection: &mut SqliteConnection, job: &BundledJob) -> Result<Found, StoreError> {
    let Some(row) = jobs(connection, "j.id = ?", job.id.to_string()).await?.pop() else {
        return Ok(Found::New);
    };
    let state: JobState = text("job state", row.state())?;
    if !state.is_final() {
        return Ok(Found::Open);
    }
    let here = BundledJob::try_from(row)?;
    Ok(if (here.sweep, here.machine, &here.spec) != (job.sweep, job.machine, &job.spec) {
        Found::Refused(RefusedBecause::OtherCell)
    } else if here.ended.is_same(&job.ended) {
        Found::Duplicate
    } else {
        Found::Refused(RefusedBecause::OtherResult)
    })
}

/// A job as if it had ended here, which no agent will ever speak of.
async fn insert_job(
    connection: &mut SqliteConnection,
    sweep: &BundledSweep,
    job: &BundledJob,
    bundle: Digest,
    now_ms: u64,
) -> Result<(), StoreError> {
    let failure = match &job.ended {
        Ended::Measured { .. } => None,
        Ended::Failed { failure, .. } => Some(to_json(failure)),
    };
    sqlx::query(
        "INSERT INTO jobs (id, sweep, machine, spec, expected_ms, state, attempt, fence, failure, queued_ms, changed_ms,
         bundle) VALUES (?, ?, ?, ?, 0, ?, 1, 0, ?, ?, ?, ?)",
    )
    .bind(job.id.to_string())
    .bind(job.sweep.to_string())
    .bind(job.machine.to_string())
    .bind(to_json(&job.spec))
    .bind(job.ended.state().name())
    .bind(failure)
    .bind(signed(sweep.created_ms))
    .bind(signed(now_ms))
    .bind(bundle.to_string())
    .execute(&mut *connection)
    .await?;
    if let Ended::Measured { digest, measurement } = &job.ended {
        sqlx::query(
            "INSERT INTO results (job, attempt, fence, digest, accepted, measurement, received_ms)
             VALUES (?, 1, 0, ?, 1, ?, ?)",
        )
        .bind(job.id.to_string())
        .bind(digest.to_string())
        .bind(to_json(measurement))
        .bind(signed(now_ms))
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// The way of this sweep: what the bundle says of it, and the bundle itself.
async fn note_import(
    connection: &mut SqliteConnection,
    bundle: &Bundle,
    digest: Digest,
    sweep: SweepId,
    now_ms: u64,
) -> Result<(), StoreError> {
    let export = &bundle.export;
    let last = Import {
        digest,
        version: export.version.clone(),
        exported_ms: export.exported_ms,
        imported_ms: now_ms,
        sweeps: vec![sweep],
    };
    for import in bundle.imports.iter().filter(|import| import.sweeps.contains(&sweep)).chain([&last]) {
        sqlx::query(
            "INSERT OR IGNORE INTO imports (bundle, sweep, version, exported_ms, imported_ms) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(import.digest.to_string())
        .bind(sweep.to_string())
        .bind(&import.version)
        .bind(signed(import.exported_ms))
        .bind(signed(import.imported_ms))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
