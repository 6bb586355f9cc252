//! Workers that behave and workers that do not, as real processes.

mod common;

use std::sync::Mutex;
use std::time::Duration;

use common::{LONG, Lives, job, worker};
use cotejo_agent::WorkerCommand;
use cotejo_agent::runner::{Ended, Run};
use cotejo_model::explain::Explanation;
use cotejo_model::frames::{Phase, Progress, Request};
use cotejo_model::measurement::CompiledFor;
use cotejo_model::reason::{Exit, MemoryReason, WorkerReason};
use cotejo_model::{FailureCode, Reason};
use tokio_util::sync::CancellationToken;

async fn run_until(worker: &WorkerCommand, deadline: Duration, cancel: &CancellationToken) -> Ended {
    let request = Request { job: job(), image: None, weights: None };
    Run { worker, request: &request, threads: 3, deadline }.run(cancel, |_| {}).await
}

async fn failure_of(behaviour: &[&str]) -> Reason {
    run_until(&worker(behaviour), LONG, &CancellationToken::new()).await.outcome.unwrap_err()
}

#[tokio::test]
async fn a_good_worker_gives_its_measurement_and_progress() {
    let seen = Mutex::new(Vec::new());
    let request = Request { job: job(), image: None, weights: None };
    let worker = worker(&["good"]);
    let run = Run { worker: &worker, request: &request, threads: 3, deadline: LONG };
    let ended = run.run(&CancellationToken::new(), |progress| seen.lock().unwrap().push(progress)).await;
    let measured = ended.outcome.unwrap();
    assert!(measured.answers_job(&job()) && measured.samples_ns.len() == 11, "{measured:?}");
    assert_eq!(seen.into_inner().unwrap(), [Progress { phase: Phase::Sample, done: 0.5 }]);
}

async fn explanation_by(behaviour: &str, cancel: &CancellationToken) -> Result<Explanation, Reason> {
    let request = Request { job: job(), image: None, weights: None };
    let worker = worker(&[behaviour]);
    Run { worker: &worker, request: &request, threads: 3, deadline: LONG }.explain(cancel, |_| {}).await
}

#[tokio::test]
async fn a_worker_explains_itself() {
    let go_on = CancellationToken::new();
    let avx2 = CompiledFor::Instructions("avx2".to_owned());
    assert_eq!(explanation_by("explain", &go_on).await.unwrap().instruction_set, avx2);
    let failure = explanation_by("fail", &go_on).await.unwrap_err();
    assert_eq!(failure.code(), FailureCode::OutOfMemory);
    let failure = explanation_by("good", &go_on).await.unwrap_err();
    assert_eq!(failure, WorkerReason::OtherJob.into());
    let stopped = CancellationToken::new();
    stopped.cancel();
    assert_eq!(explanation_by("explain", &stopped).await.unwrap_err().code(), FailureCode::Cancelled);
}

#[tokio::test]
async fn the_worker_is_told_its_threads() {
    assert_eq!(failure_of(&["threads"]).await, Reason::quoted(FailureCode::InvalidJob, "3"));
}

#[tokio::test]
async fn a_workers_own_failure_is_passed_on() {
    let failure = failure_of(&["fail"]).await;
    assert_eq!(failure, MemoryReason::Refused { needs_bytes: 7 << 40 }.into());
}

#[tokio::test]
async fn a_missing_worker_is_named() {
    let failure =
        run_until(&WorkerCommand::from(std::path::PathBuf::from("/no/worker")), LONG, &CancellationToken::new())
            .await
            .outcome
            .unwrap_err();
    assert_eq!(failure.code(), FailureCode::WorkerMissing);
    assert!(failure.to_string().contains("/no/worker"), "{failure}");
}

#[tokio::test]
async fn a_crash_shows_the_exit_code_and_the_last_lines() {
    let failure = failure_of(&["crash"]).await;
    assert_eq!(failure.code(), FailureCode::WorkerCrashed);
    let Reason::Worker(WorkerReason::Crashed { exit: Some(Exit::Code(101)), log }) = failure else {
        panic!("{failure}")
    };
    assert_eq!(log, (40..50).map(|line| format!("line {line}")).collect::<Vec<_>>());
}

#[tokio::test]
#[cfg(unix)]
async fn a_signal_is_named() {
    let failure = failure_of(&["abort"]).await;
    assert_eq!(failure.code(), FailureCode::WorkerCrashed);
    assert!(matches!(failure, Reason::Worker(WorkerReason::Crashed { exit: Some(Exit::Signal(6)), .. })), "{failure}");
}

#[tokio::test]
async fn an_end_without_result_is_a_crash() {
    assert_eq!(failure_of(&["silent"]).await.code(), FailureCode::WorkerCrashed);
}

#[tokio::test]
async fn garbage_is_shortened() {
    let failure = failure_of(&["garbage"]).await;
    assert_eq!(failure.code(), FailureCode::WorkerCrashed);
    let Reason::Worker(WorkerReason::NoFrame { line, .. }) = failure else { panic!("{failure}") };
    assert!(line.contains("thread panicked at xxx") && line.len() < 300, "{line}");
}

#[tokio::test]
async fn a_line_without_end_is_given_up() {
    let failure = failure_of(&["endless"]).await;
    assert_eq!(failure.code(), FailureCode::WorkerCrashed);
    assert!(matches!(failure, Reason::Worker(WorkerReason::LineTooLong { most_bytes: 4_194_304, .. })), "{failure}");
}

#[tokio::test]
async fn a_flood_of_log_lines_does_not_stop_the_worker() {
    let ended = run_until(&worker(&["flood"]), LONG, &CancellationToken::new()).await;
    ended.outcome.unwrap();
}

#[tokio::test]
async fn a_measurement_of_something_else_is_refused() {
    assert_eq!(failure_of(&["other"]).await.code(), FailureCode::Internal);
}

#[tokio::test]
async fn the_deadline_kills_the_worker() {
    let (lives, address) = Lives::listen().await;
    let worker = worker(&["hang", &address]);
    // The deadline starts with the worker, and may well end before it lives.
    let ended = run_until(&worker, Duration::from_millis(1), &CancellationToken::new()).await;
    assert_eq!(ended.outcome.unwrap_err().code(), FailureCode::TimedOut);
    drop(lives);
}

#[tokio::test]
async fn a_cancel_kills_the_worker_and_its_children() {
    let (lives, address) = Lives::listen().await;
    let worker = worker(&["family", &address]);
    let cancel = CancellationToken::new();
    let cancelled = async {
        let both = (lives.next().await, lives.next().await);
        cancel.cancel();
        both
    };
    let (ended, (parent, child)) = tokio::join!(run_until(&worker, LONG, &cancel), cancelled);
    assert_eq!(ended.outcome.unwrap_err().code(), FailureCode::Cancelled);
    parent.end().await;
    child.end().await;
}

#[tokio::test]
async fn children_that_a_worker_leaves_behind_are_killed() {
    let (lives, address) = Lives::listen().await;
    let worker = worker(&["leave", &address]);
    let cancel = CancellationToken::new();
    let both_live = async {
        let mut both = (lives.next().await, lives.next().await);
        // Whichever is which: the child stays even so.
        both.0.release().await;
        both.1.release().await;
        both
    };
    let (ended, (one, other)) = tokio::join!(run_until(&worker, LONG, &cancel), both_live);
    assert_eq!(ended.outcome.unwrap_err().code(), FailureCode::WorkerCrashed);
    one.end().await;
    other.end().await;
}

#[tokio::test]
async fn a_worker_that_does_not_end_is_killed_and_its_result_counts() {
    let (lives, address) = Lives::listen().await;
    let worker = worker(&["linger", &address]);
    let cancel = CancellationToken::new();
    let (ended, life) = tokio::join!(run_until(&worker, LONG, &cancel), lives.next());
    ended.outcome.unwrap();
    life.end().await;
}

#[tokio::test]
async fn the_worker_describes_itself() {
    let description = worker(&[]).describe().await.unwrap();
    assert_eq!(description.build, "test");
}
