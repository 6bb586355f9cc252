//! Bundles and reference times.

use cotejo_model::bundle::{BundledMachine, BundledSweep, Ended, Export, Refused, RefusedBecause};
use cotejo_model::reason::EndReason;
use cotejo_model::stats::Interval;
use cotejo_model::{FailureCode, Model, Precision, Task};

use super::*;

/// One measured, one failed, one that nobody has begun.
async fn half_done(store: &dyn Store) -> (SweepRecord, Vec<JobRecord>) {
    let (sweep, jobs) = seeded(store).await;
    let running = started(store, &jobs[0]).await;
    let step = Step::new(&running, JobState::Succeeded);
    let result = measured(&running, 1_000_000);
    let completion = Completion { result: &result, step: Some(&step), rate: None };
    assert_eq!(store.complete(completion, NOW).await.unwrap(), Receipt::Accepted);
    let failure = EndReason::Expired { hours: 24 }.into();
    let expired = Step::new(&jobs[1], JobState::Expired).because(failure);
    assert_eq!(store.apply(&[expired], NOW).await.unwrap(), Applied::Done);
    (sweep, jobs)
}

async fn bundle(store: &dyn Store, sweep: &SweepRecord) -> Bundle {
    let machines = store.machines().await.unwrap().into_iter().map(|machine| BundledMachine {
        id: machine.id,
        name: machine.name,
        labels: machine.labels,
        capability: machine.capability,
        last_seen_ms: machine.last_seen_ms,
    });
    Bundle {
        export: Export { version: "0.1.0".to_owned(), exported_ms: 500 },
        imports: Vec::new(),
        machines: machines.collect(),
        sweeps: vec![BundledSweep { id: sweep.id, spec: sweep.spec.clone(), created_ms: sweep.created_ms }],
        jobs: store.ended_jobs(sweep.id).await.unwrap(),
    }
}

/// The same sweep as another coordinator would have it: its identities are its own.
fn renamed(mut bundle: Bundle) -> Bundle {
    bundle.sweeps[0].id = SweepId::now();
    for job in &mut bundle.jobs {
        (job.id, job.sweep) = (JobId::random(), bundle.sweeps[0].id);
    }
    for machine in &mut bundle.machines {
        machine.id = MachineId::random();
        bundle.jobs.iter_mut().for_each(|job| job.machine = machine.id);
    }
    bundle
}

pub(crate) async fn what_has_ended_is_exported(store: &dyn Store) {
    let (sweep, jobs) = half_done(store).await;
    let ended = store.ended_jobs(sweep.id).await.unwrap();
    assert_eq!(ended.iter().map(|job| job.id).collect::<Vec<_>>(), [jobs[0].assignment.job, jobs[1].assignment.job]);
    let Ended::Measured { digest, measurement } = &ended[0].ended else { panic!("{ended:?}") };
    assert_eq!((*digest, &**measurement), (Digest::of(&1_000_000_u64.to_be_bytes()), &measurement_of(&jobs[0])));
    let Ended::Failed { state, failure } = &ended[1].ended else { panic!("{ended:?}") };
    assert_eq!((*state, failure.code()), (JobState::Expired, FailureCode::Expired));
    assert_eq!(store.ended_jobs(SweepId::now()).await.unwrap(), []);
}

fn measurement_of(job: &JobRecord) -> Measurement {
    measurement(&job.spec, 1_000_000)
}

pub(crate) async fn a_bundle_is_imported_once(store: &dyn Store) {
    let (sweep, _) = half_done(store).await;
    let bundle = renamed(bundle(store, &sweep).await);
    let digest = Digest::of(b"bundle");
    let summary = store.import(&bundle, digest, 7).await.unwrap();
    assert_eq!(summary, ImportSummary { new: 2, ..ImportSummary::default() });
    let there = bundle.sweeps[0].id;
    assert_eq!(store.ended_jobs(there).await.unwrap(), bundle.jobs, "nothing of it is changed");
    assert_eq!(store.sweep(there).await.unwrap().unwrap().spec, sweep.spec);
    let outcomes = store.outcomes(there).await.unwrap();
    assert_eq!((outcomes.len(), outcomes[0].1.is_some(), outcomes[1].0.state), (2, true, JobState::Expired));
    let machine = store.machines().await.unwrap().into_iter().find(|machine| machine.id == bundle.machines[0].id);
    assert!(machine.unwrap().is_imported());
    let imports = store.imports().await.unwrap();
    let expected =
        Import { digest, version: "0.1.0".to_owned(), exported_ms: 500, imported_ms: 7, sweeps: vec![there] };
    assert_eq!(imports, [expected]);
    let again = store.import(&bundle, digest, 8).await.unwrap();
    assert_eq!(again, ImportSummary { duplicates: 2, ..ImportSummary::default() });
    assert_eq!(store.imports().await.unwrap(), imports);
    assert_eq!(store.totals().await.unwrap(), Totals { sweeps_unfinished: 1, waiting: 1, assigned: 0 });
}

pub(crate) async fn what_is_here_is_never_overwritten(store: &dyn Store) {
    let (sweep, jobs) = half_done(store).await;
    let ours = bundle(store, &sweep).await;
    let before = store.outcomes(sweep.id).await.unwrap();
    let digest = Digest::of(b"bundle");
    let refused = |job: &JobRecord, reason| ImportSummary {
        refused: vec![Refused { job: job.assignment.job, reason }],
        ..ImportSummary::default()
    };
    // Its own results, and one of a job that has not ended here.
    let mut open = ours.clone();
    open.jobs.push(BundledJob { id: jobs[2].assignment.job, spec: jobs[2].spec.clone(), ..ours.jobs[1].clone() });
    let summary = store.import(&open, digest, 7).await.unwrap();
    assert_eq!(summary, ImportSummary { duplicates: 2, open: 1, ..ImportSummary::default() });
    // Another result of the same job.
    let mut other = ours.clone();
    other.jobs.truncate(1);
    let Ended::Measured { digest: result, .. } = &mut other.jobs[0].ended else { panic!("{other:?}") };
    *result = Digest::of(b"another result");
    let summary = store.import(&other, digest, 7).await.unwrap();
    assert_eq!(summary, refused(&jobs[0], RefusedBecause::OtherResult));
    other.jobs[0].ended = ours.jobs[1].ended.clone();
    let summary = store.import(&other, digest, 7).await.unwrap();
    assert_eq!(summary, refused(&jobs[0], RefusedBecause::OtherResult));
    // The same identity for something else.
    other.jobs[0].spec = jobs[1].spec.clone();
    let summary = store.import(&other, digest, 7).await.unwrap();
    assert_eq!(summary, refused(&jobs[0], RefusedBecause::OtherCell));
    other.jobs[0] = ours.jobs[0].clone();
    other.sweeps[0].spec.seed += 1;
    let summary = store.import(&other, digest, 7).await.unwrap();
    assert_eq!(summary, refused(&jobs[0], RefusedBecause::OtherCell));
    assert_eq!(store.outcomes(sweep.id).await.unwrap(), before);
    assert_eq!(store.imports().await.unwrap(), [], "none of it came from there");
}

pub(crate) async fn the_newer_record_of_a_machine_counts(store: &dyn Store) {
    let (sweep, _) = half_done(store).await;
    let mut bundle = bundle(store, &sweep).await;
    let known = store.machines().await.unwrap().remove(0);
    bundle.machines[0].name = "another name".to_owned();
    store.import(&bundle, Digest::of(b"a"), 7).await.unwrap();
    assert_eq!(store.machines().await.unwrap().first(), Some(&known), "it is not newer");
    bundle.machines[0].last_seen_ms += 1;
    store.import(&bundle, Digest::of(b"a"), 7).await.unwrap();
    let newer = MachineRecord { name: "another name".to_owned(), last_seen_ms: known.last_seen_ms + 1, ..known };
    assert_eq!(store.machines().await.unwrap(), [newer], "its agent's run stays");
}

pub(crate) async fn the_whole_way_of_results_is_kept(store: &dyn Store) {
    let (sweep, _) = half_done(store).await;
    let mut bundle = renamed(bundle(store, &sweep).await);
    let (first, second) = (Digest::of(b"first"), Digest::of(b"second"));
    let there = bundle.sweeps[0].id;
    let before =
        Import { digest: first, version: "0.0.9".to_owned(), exported_ms: 1, imported_ms: 2, sweeps: vec![there] };
    bundle.imports.push(before.clone());
    store.import(&bundle, second, 7).await.unwrap();
    let last =
        Import { digest: second, version: "0.1.0".to_owned(), exported_ms: 500, imported_ms: 7, sweeps: vec![there] };
    assert_eq!(store.imports().await.unwrap(), [before, last]);
}

fn reference(set: &str, size: u32, seconds: f64) -> Reference {
    Reference {
        set: set.to_owned(),
        source: "the teacher's PC".to_owned(),
        device_name: "NVIDIA GeForce RTX 3060".to_owned(),
        software: None,
        task: Task::Classify { model: Model::ResNet18, size, batch: 1 },
        precision: Precision::F32,
        seconds,
        ci: Some(Interval { low: seconds / 1.1, high: seconds * 1.1 }),
        runs: Some(100),
        measured_on: Some("2026-03-01".to_owned()),
        imported_ms: 5,
    }
}

pub(crate) async fn references_replace_those_with_their_key(store: &dyn Store) {
    assert_eq!(store.references().await.unwrap(), []);
    let [small, large] = [reference("b", 224, 0.1 + 0.2), reference("b", 1024, 0.021)];
    let product =
        Reference { task: Task::Matmul { size: 4096 }, software: Some("NumPy".to_owned()), ci: None, ..large.clone() };
    let all = [large.clone(), product.clone(), small.clone()];
    let saved = store.save_references(&all).await.unwrap();
    assert_eq!(saved, ReferenceSummary { new: 3, ..ReferenceSummary::default() });
    assert_eq!(store.references().await.unwrap(), [small.clone(), large.clone(), product.clone()]);
    let later = Reference { imported_ms: 6, ..large.clone() };
    let changed = Reference { seconds: 0.3, imported_ms: 6, ci: None, ..small.clone() };
    let saved = store.save_references(&[later, changed.clone()]).await.unwrap();
    assert_eq!(saved, ReferenceSummary { new: 0, duplicates: 1, replaced: vec![small] });
    assert_eq!(store.references().await.unwrap(), [changed, large.clone(), product]);
    let other = Reference { set: "a".to_owned(), ..large };
    store.save_references(std::slice::from_ref(&other)).await.unwrap();
    assert_eq!(store.remove_references("b").await.unwrap(), 3);
    assert_eq!(store.remove_references("b").await.unwrap(), 0);
    assert_eq!(store.references().await.unwrap(), [other]);
}
