//! Reference times.

use cotejo_model::Reference;
use cotejo_model::reference::ReferenceSummary;
use cotejo_model::stats::Interval;
use sqlx::sqlite::SqlitePool;
use sqlx::{FromRow, SqliteConnection};

use super::rows::{self, json, signed, text, to_json, unsigned};
use crate::store::StoreError;

/// Every column, in each query that reads a reference.
const COLUMNS: &str = "name, device_name, task, precision, source, software, seconds, ci_low, ci_high, runs, \
                       measured_on, imported_ms";

#[derive(FromRow)]
struct ReferenceRow {
    name: String,
    device_name: String,
    task: String,
    precision: String,
    source: String,
    software: Option<String>,
    seconds: f64,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    runs: Option<i64>,
    measured_on: Option<String>,
    imported_ms: i64,
}

impl TryFrom<ReferenceRow> for Reference {
    type Error = StoreError;

    fn try_from(row: ReferenceRow) -> Result<Self, StoreError> {
        Ok(Self {
            set: row.name,
            source: row.source,
            device_name: row.device_name,
            software: row.software,
            task: json("task", &row.task)?,
            precision: text("precision", &row.precision)?,
            seconds: row.seconds,
            ci: row.ci_low.zip(row.ci_high).map(|(low, high)| Interval { low, high }),
            runs: row.runs.map(|runs| unsigned("count", runs)).transpose()?,
            measured_on: row.measured_on,
            imported_ms: unsigned("time", row.imported_ms)?,
        })
    }
}

pub(super) async fn all(readers: &SqlitePool) -> Result<Vec<Reference>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM reference_times");
    let rows: Vec<ReferenceRow> = sqlx::query_as(&query).fetch_all(readers).await?;
    let mut references: Vec<Reference> = rows::all(rows)?;
    references.sort_by(|a, b| a.key().cmp(&b.key()));
    Ok(references)
}

pub(super) async fn save(
    connection: &mut SqliteConnection,
    references: &[Reference],
) -> Result<ReferenceSummary, StoreError> {
    let mut summary = ReferenceSummary::default();
    for reference in references {
        match find(connection, reference).await? {
            // When it was imported does not make it another one.
            Some(known) if Reference { imported_ms: reference.imported_ms, ..known.clone() } == *reference => {
                summary.duplicates += 1;
                continue;
            }
            Some(known) => summary.replaced.push(known),
            None => summary.new += 1,
        }
        insert(connection, reference).await?;
    }
    Ok(summary)
}

async fn find(connection: &mut SqliteConnection, like: &Reference) -> Result<Option<Reference>, StoreError> {
    let query = format!(
        "SELECT {COLUMNS} FROM reference_times WHERE name = ? AND device_name = ? AND task = ? AND precision = ?"
    );
    let row: Option<ReferenceRow> = sqlx::query_as(&query)
        .bind(&like.set)
        .bind(&like.device_name)
        .bind(to_json(&like.task))
        .bind(like.precision.name())
        .fetch_optional(connection)
        .await?;
    row.map(Reference::try_from).transpose()
}

async fn insert(connection: &mut SqliteConnection, reference: &Reference) -> Result<(), StoreError> {
    let query =
        format!("INSERT OR REPLACE INTO reference_times ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sqlx::query(&query)
        .bind(&reference.set)
        .bind(&reference.device_name)
        .bind(to_json(&reference.task))
        .bind(reference.precision.name())
        .bind(&reference.source)
        .bind(&reference.software)
        .bind(reference.seconds)
        .bind(reference.ci.map(|ci| ci.low))
        .bind(reference.ci.map(|ci| ci.high))
        .bind(reference.runs.map(i64::from))
        .bind(&reference.measured_on)
        .bind(signed(reference.imported_ms))
        .execute(connection)
        .await?;
    Ok(())
}
