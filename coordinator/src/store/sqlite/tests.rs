use super::*;
use crate::store::contract::contract;

async fn open() -> (SqliteStore, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("cotejo.db")).await.unwrap();
    (store, dir)
}

contract!(open);

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (store, dir) = open().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (999, 'from the future', 1, x'00', 0)",
    )
    .execute(&mut *store.writer().await)
    .await
    .unwrap();
    let error = SqliteStore::open(&dir.path().join("cotejo.db")).await.err().unwrap();
    assert!(matches!(error, StoreError::Newer { found: 999, .. }), "{error}");
}

#[tokio::test]
async fn an_accepted_commit_is_synced_and_references_hold() {
    let (store, _dir) = open().await;
    let mut writer = store.writer().await;
    for (pragma, expected) in [("synchronous", "2"), ("foreign_keys", "1")] {
        let value: i64 = sqlx::query_scalar(&format!("PRAGMA {pragma}")).fetch_one(&mut *writer).await.unwrap();
        assert_eq!(value.to_string(), expected, "{pragma}");
    }
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *writer).await.unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cotejo.db");
    std::fs::write(&path, "not a database, but long enough to be taken for a header of one").unwrap();
    let error = SqliteStore::open(&path).await.err().unwrap();
    assert!(error.to_string().contains("cotejo.db"), "{error}");
}

#[tokio::test]
async fn a_database_of_the_first_schema_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cotejo.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    let first = Migrator { migrations: MIGRATIONS.migrations[..1].to_vec().into(), ..Migrator::DEFAULT };
    first.run(&mut connection).await.unwrap();
    let (sweep, spec) = (SweepId::now(), cotejo_model::sweep::Preset::Practice.spec());
    sqlx::query("INSERT INTO sweeps (id, spec, created_ms) VALUES (?, ?, 5)")
        .bind(sweep.to_string())
        .bind(to_json(&spec))
        .execute(&mut connection)
        .await
        .unwrap();
    let machine = cotejo_samples::cpu_machine("pc-1");
    sqlx::query("INSERT INTO machines VALUES (?, ?, 'pc-1', '{}', ?, 5)")
        .bind(machine.id.to_string())
        .bind(crate::store::NO_BOOT.to_string())
        .bind(to_json(&machine.capability))
        .execute(&mut connection)
        .await
        .unwrap();
    let workload = *spec.workloads().first().unwrap();
    let job = cotejo_samples::job(workload, cotejo_model::DeviceId::Cpu);
    for state in ["queued", "running", "succeeded"] {
        sqlx::query("INSERT INTO jobs VALUES (NULL, ?, ?, ?, ?, 9, ?, 1, 1, NULL, 5, 5)")
            .bind(JobId::random().to_string())
            .bind(sweep.to_string())
            .bind(machine.id.to_string())
            .bind(to_json(&job))
            .bind(state)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.totals().await.unwrap(), Totals { sweeps_unfinished: 1, waiting: 1, assigned: 1 });
    assert_eq!(store.assigned_jobs().await.unwrap().len(), 1);
    assert_eq!(store.sweeps(9).await.unwrap(), [SweepRecord { id: sweep, spec, created_ms: 5 }]);
    assert_eq!((store.imports().await.unwrap(), store.references().await.unwrap()), (Vec::new(), Vec::new()));
}
