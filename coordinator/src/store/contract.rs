//! What every backend must do. A backend runs all of it with one line: `contract!(open)`, where `open` gives an empty
//! store and whatever must outlive it.

mod transfer;

use std::time::Duration;

use cotejo_model::reason::{Exit, WorkerReason};
use cotejo_model::sweep::Preset;
use cotejo_model::{BootId, DeviceId, Machine, Reason};

use super::*;
use crate::planner::family;
use cotejo_samples::{cpu_machine, measurement};

macro_rules! contract {
    ($open:path; $($name:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $name() {
            let (store, _guard) = $open().await;
            $crate::store::contract::$name(&store).await;
        })+
    };
    ($open:path) => {
        contract!($open;
            machines_are_replaced_whole, a_sweep_comes_back_as_it_was, sweeps_are_newest_first,
            the_queue_keeps_its_order, a_step_counts_once, steps_are_all_or_nothing, a_forbidden_step_is_refused,
            a_result_counts_once, a_late_result_is_stale, a_failure_is_a_result, tallies_and_totals, blobs_are_indexed,
            unknown_things_are_not_there, what_has_ended_is_exported, a_bundle_is_imported_once,
            what_is_here_is_never_overwritten, the_newer_record_of_a_machine_counts, the_whole_way_of_results_is_kept,
            references_replace_those_with_their_key,
        );
    };
}
pub(crate) use contract;
pub(crate) use transfer::*;

const NOW: u64 = 1_000;

fn record(machine: &Machine) -> MachineRecord {
    MachineRecord {
        id: machine.id,
        boot: BootId::random(),
        name: machine.name.clone(),
        labels: machine.labels.clone(),
        capability: machine.capability.clone(),
        last_seen_ms: NOW,
    }
}

/// A sweep of three jobs on one machine.
async fn seeded(store: &dyn Store) -> (SweepRecord, Vec<JobRecord>) {
    let machine = cpu_machine("pc-1");
    store.save_machine(&record(&machine)).await.unwrap();
    let spec = Preset::Practice.spec();
    let sweep = SweepRecord { id: SweepId::now(), spec: spec.clone(), created_ms: NOW };
    let jobs: Vec<NewJob> = spec
        .workloads()
        .into_iter()
        .map(|workload| NewJob {
            id: JobId::random(),
            machine: machine.id,
            spec: JobSpec {
                workload,
                device: DeviceId::Cpu,
                weights: spec.weights_of(workload.task),
                image: None,
                measuring: spec.measuring,
            },
            expected: Duration::from_secs(5),
            refused: None,
        })
        .collect();
    store.insert_sweep(&sweep, &jobs).await.unwrap();
    let mut stored = Vec::new();
    for job in &jobs {
        stored.push(store.job(job.id).await.unwrap().unwrap());
    }
    (sweep, stored)
}

/// Takes the job to `Running`.
async fn started(store: &dyn Store, job: &JobRecord) -> JobRecord {
    let offer = Step::new(job, JobState::Offered).fenced();
    let offered = offer.result(job);
    let run = Step::new(&offered, JobState::Running);
    assert_eq!(store.apply(&[offer, run.clone()], NOW).await.unwrap(), Applied::Done);
    run.result(&offered)
}

fn measured(job: &JobRecord, median_ns: u64) -> JobResult {
    let outcome = measurement(&job.spec, median_ns);
    JobResult {
        assignment: job.assignment,
        digest: Digest::of(&median_ns.to_be_bytes()),
        outcome: Ok(Box::new(outcome)),
    }
}

pub(crate) async fn machines_are_replaced_whole(store: &dyn Store) {
    let mut machine = record(&cpu_machine("pc-1"));
    store.save_machine(&machine).await.unwrap();
    store.save_machine(&record(&cpu_machine("pc-0"))).await.unwrap();
    machine.boot = BootId::random();
    machine.labels.clear();
    store.save_machine(&machine).await.unwrap();
    store.touch_machine(machine.id, 77).await.unwrap();
    machine.last_seen_ms = 77;
    let found = store.machines().await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1], machine);
    assert_eq!(store.boot(machine.id).await.unwrap(), Some(machine.boot));
}

pub(crate) async fn a_sweep_comes_back_as_it_was(store: &dyn Store) {
    let (sweep, jobs) = seeded(store).await;
    assert_eq!(store.sweep(sweep.id).await.unwrap(), Some(sweep.clone()));
    assert_eq!(store.jobs_in(sweep.id, &[JobState::Queued]).await.unwrap(), jobs);
    for job in jobs {
        assert_eq!((job.assignment.attempt, job.assignment.fence, job.state), (1, 0, JobState::Queued));
        assert_eq!(job.expected, Duration::from_secs(5));
    }
}

pub(crate) async fn sweeps_are_newest_first(store: &dyn Store) {
    let (older, _) = seeded(store).await;
    let (newer, _) = seeded(store).await;
    assert_eq!(store.sweeps(10).await.unwrap(), [newer.clone(), older]);
    assert_eq!(store.sweeps(1).await.unwrap(), [newer]);
}

pub(crate) async fn the_queue_keeps_its_order(store: &dyn Store) {
    let (_, jobs) = seeded(store).await;
    for job in &jobs {
        assert_eq!(store.next_queued(job.machine).await.unwrap().as_ref(), Some(job));
        started(store, job).await;
    }
    assert_eq!(store.next_queued(jobs[0].machine).await.unwrap(), None);
    assert_eq!(store.assigned_jobs().await.unwrap().len(), 3);
}

pub(crate) async fn a_step_counts_once(store: &dyn Store) {
    let (_, jobs) = seeded(store).await;
    let running = started(store, &jobs[0]).await;
    let lost = Step::new(&running, JobState::Lost);
    let requeued = Step::new(&lost.result(&running), JobState::Queued).retried();
    let steps = [lost, requeued];
    assert_eq!(store.apply(&steps, NOW).await.unwrap(), Applied::Done);
    assert_eq!(store.apply(&steps, NOW).await.unwrap(), Applied::Stale(running.assignment));
    let job = store.job(running.assignment.job).await.unwrap().unwrap();
    assert_eq!((job.state, job.assignment.attempt, job.assignment.fence), (JobState::Queued, 2, 2));
    // The old fence moves nothing any more.
    let late = Step::new(&running, JobState::Succeeded);
    assert_eq!(store.apply(&[late], NOW).await.unwrap(), Applied::Stale(running.assignment));
}

pub(crate) async fn steps_are_all_or_nothing(store: &dyn Store) {
    let (sweep, jobs) = seeded(store).await;
    let running = started(store, &jobs[1]).await;
    let steps = [Step::new(&jobs[0], JobState::Cancelled), Step::new(&jobs[1], JobState::Cancelled)];
    assert_eq!(store.apply(&steps, NOW).await.unwrap(), Applied::Stale(jobs[1].assignment));
    assert_eq!(store.job(jobs[0].assignment.job).await.unwrap().as_ref(), Some(&jobs[0]));
    assert_eq!(store.jobs_in(sweep.id, &[JobState::Running]).await.unwrap(), [running]);
}

pub(crate) async fn a_forbidden_step_is_refused(store: &dyn Store) {
    let (_, jobs) = seeded(store).await;
    let step = Step::new(&jobs[0], JobState::Succeeded);
    let refused = Applied::Forbidden { from: JobState::Queued, to: JobState::Succeeded };
    assert_eq!(store.apply(&[step], NOW).await.unwrap(), refused);
}

pub(crate) async fn a_result_counts_once(store: &dyn Store) {
    let (sweep, jobs) = seeded(store).await;
    let running = started(store, &jobs[0]).await;
    let result = measured(&running, 1_000_000);
    let step = Step::new(&running, JobState::Succeeded);
    let rate = Rate {
        machine: running.machine,
        device: DeviceId::Cpu,
        family: family(running.spec.workload),
        flops: 3.6e9,
        flops_per_second: 5e9,
        spread: Some(0.02),
        load_seconds: 0.4,
    };
    let completion = Completion { result: &result, step: Some(&step), rate: Some(&rate) };
    assert!(!store.has_result(running.assignment).await.unwrap());
    for _ in 0..2 {
        assert_eq!(store.complete(completion, NOW).await.unwrap(), Receipt::Accepted);
    }
    assert!(store.has_result(running.assignment).await.unwrap());
    // Another result under the same attempt: the job has one already.
    let other = measured(&running, 2_000_000);
    let completion = Completion { result: &other, step: Some(&step), rate: None };
    assert_eq!(store.complete(completion, NOW).await.unwrap(), Receipt::Stale);
    let outcomes = store.outcomes(sweep.id).await.unwrap();
    assert_eq!(outcomes.len(), 3);
    assert_eq!(outcomes[0].1.as_ref(), result.outcome.as_deref().ok());
    assert_eq!(outcomes[0].0.state, JobState::Succeeded);
    assert_eq!(store.rates().await.unwrap(), [rate]);
}

pub(crate) async fn a_late_result_is_stale(store: &dyn Store) {
    let (sweep, jobs) = seeded(store).await;
    let running = started(store, &jobs[0]).await;
    let lost = Step::new(&running, JobState::Lost);
    let requeued = Step::new(&lost.result(&running), JobState::Queued).retried();
    store.apply(&[lost, requeued], NOW).await.unwrap();
    let late = measured(&running, 1_000_000);
    let step = Step::new(&running, JobState::Succeeded);
    for step in [Some(&step), None, None] {
        let completion = Completion { result: &late, step, rate: None };
        assert_eq!(store.complete(completion, NOW).await.unwrap(), Receipt::Stale);
    }
    assert_eq!(store.outcomes(sweep.id).await.unwrap()[0].1, None);
    // The second attempt counts.
    let again = store.job(running.assignment.job).await.unwrap().unwrap();
    let again = started(store, &again).await;
    let result = measured(&again, 1_000_000);
    let step = Step::new(&again, JobState::Succeeded);
    let completion = Completion { result: &result, step: Some(&step), rate: None };
    assert_eq!(store.complete(completion, NOW).await.unwrap(), Receipt::Accepted);
}

pub(crate) async fn a_failure_is_a_result(store: &dyn Store) {
    let (sweep, jobs) = seeded(store).await;
    let running = started(store, &jobs[0]).await;
    let failure = Reason::from(WorkerReason::Crashed { exit: Some(Exit::Signal(9)), log: vec!["killed".to_owned()] });
    let result =
        JobResult { assignment: running.assignment, digest: Digest::of(b"failure"), outcome: Err(failure.clone()) };
    let step = Step::new(&running, JobState::Failed).because(failure.clone());
    let completion = Completion { result: &result, step: Some(&step), rate: None };
    for _ in 0..2 {
        assert_eq!(store.complete(completion, NOW).await.unwrap(), Receipt::Accepted);
    }
    let (job, measurement) = store.outcomes(sweep.id).await.unwrap().remove(0);
    assert_eq!((job.state, job.failure, measurement), (JobState::Failed, Some(failure), None));
}

pub(crate) async fn tallies_and_totals(store: &dyn Store) {
    assert_eq!(store.totals().await.unwrap(), Totals::default());
    let (sweep, jobs) = seeded(store).await;
    started(store, &jobs[0]).await;
    let mut tally = store.tally(sweep.id).await.unwrap();
    tally.sort_by_key(|tally| tally.state);
    let of = |state, jobs, seconds| Tally {
        machine: cpu_machine("pc-1").id,
        state,
        jobs,
        expected: Duration::from_secs(seconds),
    };
    assert_eq!(tally, [of(JobState::Queued, 2, 10), of(JobState::Running, 1, 5)]);
    assert_eq!(store.totals().await.unwrap(), Totals { sweeps_unfinished: 1, waiting: 2, assigned: 1 });
    assert_eq!(store.queued_before(NOW).await.unwrap(), []);
    assert_eq!(store.queued_before(NOW + 1).await.unwrap().len(), 2);
}

pub(crate) async fn blobs_are_indexed(store: &dyn Store) {
    let digest = Digest::of(b"image");
    assert_eq!(store.blob(digest).await.unwrap(), None);
    for _ in 0..2 {
        store.insert_blob(digest, 5, NOW).await.unwrap();
    }
    assert_eq!(store.blob(digest).await.unwrap(), Some(5));
}

pub(crate) async fn unknown_things_are_not_there(store: &dyn Store) {
    assert_eq!(store.job(JobId::random()).await.unwrap(), None);
    assert_eq!(store.sweep(SweepId::now()).await.unwrap(), None);
    assert_eq!(store.tally(SweepId::now()).await.unwrap(), []);
    assert_eq!(store.machines().await.unwrap(), []);
}
