use cotejo_model::reason::Relayed;
use cotejo_model::{FailureCode, Reason};

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

/// A database that version 0.1 wrote, as `version_0_1.sql` says.
async fn of_version_0_1() -> (SqliteStore, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cotejo.db");
    // A dump names tables before it makes them.
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(false);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(include_str!("version_0_1.sql")).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    (SqliteStore::open(&path).await.unwrap(), dir)
}

#[tokio::test]
async fn failures_of_version_0_1_read_as_quotations() {
    let (store, _dir) = of_version_0_1().await;
    let sweeps = store.sweeps(9).await.unwrap();
    assert!(sweeps.len() == 2 && sweeps.iter().all(|sweep| sweep.spec.problems().is_empty()), "{sweeps:?}");
    let mut failures = Vec::new();
    for sweep in &sweeps {
        let outcomes = store.outcomes(sweep.id).await.unwrap();
        assert_eq!(outcomes.iter().filter(|(_, measurement)| measurement.is_some()).count(), 1);
        failures.extend(outcomes.into_iter().filter_map(|(job, _)| job.failure));
    }
    let quoted = |code, text: &str, remedy: &str| -> Reason {
        Relayed::Quoted { code, text: text.to_owned(), remedy: remedy.to_owned() }.into()
    };
    let old = quoted(
        FailureCode::DriverTooOld,
        "the NVIDIA driver serves CUDA 11.1, the libraries are of CUDA 12.6",
        "install a driver for CUDA 12 or later from nvidia.com/drivers",
    );
    let none = quoted(
        FailureCode::NoGpu,
        "no NVIDIA GPU or driver found (NVML is not installed)",
        "`cotejo-agent doctor` (or `cotejo doctor`) on that machine says what it lacks",
    );
    assert_eq!(failures.len(), 2);
    assert!(failures.contains(&old) && failures.contains(&none), "{failures:?}");
    let machines = store.machines().await.unwrap();
    let unusable: Vec<_> = machines.iter().flat_map(|machine| &machine.capability.devices).collect();
    assert_eq!(unusable.iter().find_map(|device| device.unusable.clone()), Some(old));
    let no_gpu = machines.iter().find_map(|machine| machine.capability.no_gpu.clone());
    assert_eq!(no_gpu, Some(quoted(FailureCode::NoGpu, "no NVIDIA GPU or driver found (NVML is not installed)", "")));
}

#[tokio::test]
async fn what_version_0_1_played_is_simulated_without_a_mark_in_its_name() {
    let (store, _dir) = of_version_0_1().await;
    let machines = store.machines().await.unwrap();
    let played = machines.iter().find(|machine| machine.name == "pc-02").unwrap();
    assert_eq!(played.capability.cpu.name, "Intel Core i5-8400");
    let devices = played.capability.devices.iter().map(|device| (device.name.as_str(), device.simulated));
    assert_eq!(devices.collect::<Vec<_>>(), [("Intel Core i5-8400", true), ("NVIDIA GeForce GTX 1060 6GB", true)]);
    let mut names = Vec::new();
    for sweep in store.sweeps(9).await.unwrap() {
        let outcomes = store.outcomes(sweep.id).await.unwrap();
        names.extend(
            outcomes.into_iter().filter_map(|(_, measurement)| measurement).map(|it| (it.device_name, it.simulated)),
        );
    }
    names.sort();
    assert_eq!(names, [("Intel Core i5-8400".to_owned(), true), ("Intel(R) Xeon(R) Processor".to_owned(), false)]);
}
