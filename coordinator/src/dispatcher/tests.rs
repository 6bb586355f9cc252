//! Faults and what must come of them.

mod world;

use std::time::Duration;

use cotejo_model::session::{AgentCommand, AgentEvent, Held, Hello, JobResult, Receipt, Verdict};
use cotejo_model::{BootId, DeviceId, FailureCode, JobState, Reason};
use tokio::sync::mpsc;

use self::world::{LOST_AFTER, World, holding, result};
use crate::store::MachineRecord;
use cotejo_samples::{hello, machine_id};

#[tokio::test]
async fn jobs_are_given_one_at_a_time_until_none_is_left() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    let welcome = agent.welcome();
    assert_eq!((welcome.epoch, welcome.lease), (agent.stream.epoch, Duration::from_secs(45)));
    let sweep = world.sweep(hello.machine, 3).await;
    for _ in 0..3 {
        let offer = agent.offer();
        assert!(agent.is_idle(), "one job at a time");
        assert_eq!(offer.assignment.attempt, 1);
        for state in [JobState::Running, JobState::Uploading] {
            world.update(&agent, offer.assignment, state).await;
            assert_eq!(world.state(offer.assignment).await, state);
        }
        assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    }
    assert!(agent.is_idle());
    assert_eq!(world.counts(sweep).await, [(JobState::Succeeded, 3)].into());
    assert_eq!(world.measured(sweep).await, 3);
}

#[tokio::test]
async fn a_rehearsal_says_nothing_of_a_device() {
    let mut world = World::new().await;
    let (_, mut agent, sweep, offer) = world.running().await;
    let mut made_up = result(&offer);
    made_up.outcome.as_mut().unwrap().simulated = true;
    world.event(&agent, AgentEvent::Result(made_up)).await;
    assert_eq!(agent.receipt(), Receipt::Accepted);
    assert_eq!((world.measured(sweep).await, world.store.rates().await.unwrap()), (1, Vec::new()));
    world.sweep(agent.stream.machine, 1).await;
    let offer = agent.offer();
    world.finish(&mut agent, &offer).await;
    assert_eq!(world.store.rates().await.unwrap().len(), 1, "a measurement does");
}

#[tokio::test]
async fn a_short_partition_resumes_the_same_attempt() {
    let mut world = World::new().await;
    let (hello, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Unknown);
    world.pass(Duration::from_secs(60)).await;
    let mut agent = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(agent.verdicts(), [Verdict::Continue]);
    assert_eq!(world.state(offer.assignment).await, JobState::Running);
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    assert_eq!(world.measured(sweep).await, 1);
}

#[tokio::test]
async fn a_result_made_while_away_is_uploaded() {
    let mut world = World::new().await;
    let (hello, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Upload]);
    assert_eq!(world.state(offer.assignment).await, JobState::Uploading);
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    assert_eq!(world.measured(sweep).await, 1);
}

#[tokio::test]
async fn a_long_partition_is_lost_and_retried_and_the_old_result_is_stale() {
    let mut world = World::new().await;
    let (hello, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    world.pass(Duration::from_secs(299)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Unknown);
    world.pass(Duration::from_secs(600)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Queued);
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Upload]);
    let again = agent.offer();
    assert_eq!((again.assignment.job, again.assignment.attempt), (offer.assignment.job, 2));
    assert!(again.assignment.fence > offer.assignment.fence);
    for _ in 0..2 {
        assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Stale);
    }
    assert_eq!(world.measured(sweep).await, 0);
    assert_eq!(world.finish(&mut agent, &again).await, Receipt::Accepted);
    assert_eq!(world.measured(sweep).await, 1);
    world.drop_stream(&agent).await;
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Forget], "it is kept already");
}

#[tokio::test]
async fn a_worker_under_an_old_fence_is_killed() {
    let mut world = World::new().await;
    let (hello, agent, _, offer) = world.running().await;
    world.drop_stream(&agent).await;
    world.pass(LOST_AFTER).await;
    let mut agent = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(agent.verdicts(), [Verdict::Kill]);
    assert_eq!(agent.offer().assignment.attempt, 2);
    world.update(&agent, offer.assignment, JobState::Running).await;
    assert_eq!(agent.next(), AgentCommand::Cancel(offer.assignment));
}

#[tokio::test]
async fn a_new_boot_loses_the_old_attempt_at_once_and_only_so_often() {
    let mut world = World::new().await;
    let (hello, agent, _, offer) = world.running().await;
    world.drop_stream(&agent).await;
    let mut agent = world.say(&Hello { boot: BootId::random(), ..hello.clone() }).await;
    agent.welcome();
    let again = agent.offer();
    assert_eq!(again.assignment.attempt, 2);
    world.update(&agent, again.assignment, JobState::Running).await;
    world.drop_stream(&agent).await;
    let mut agent = world.say(&Hello { boot: BootId::random(), ..hello }).await;
    agent.welcome();
    assert!(agent.is_idle(), "no attempt is left");
    let job = world.store.job(offer.assignment.job).await.unwrap().unwrap();
    assert_eq!((job.state, job.failure.unwrap().code()), (JobState::Lost, FailureCode::AgentLost));
}

#[tokio::test]
async fn an_offer_that_never_arrived_is_not_an_attempt() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    world.sweep(hello.machine, 1).await;
    let mut last = agent.offer().assignment;
    for _ in 0..3 {
        world.drop_stream(&agent).await;
        agent = world.say(&hello).await;
        agent.welcome();
        let offer = agent.offer().assignment;
        assert_eq!(offer.attempt, 1);
        assert!(offer.fence > last.fence);
        last = offer;
    }
    // A new process may have begun it.
    world.drop_stream(&agent).await;
    let mut agent = world.say(&Hello { boot: BootId::random(), ..hello }).await;
    agent.welcome();
    assert_eq!(agent.offer().assignment.attempt, 2);
}

#[tokio::test]
async fn a_lost_ack_is_given_again() {
    let mut world = World::new().await;
    let (hello, mut agent, sweep, offer) = world.running().await;
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    world.drop_stream(&agent).await;
    // The agent sends at once what it was not told to forget, and asks as well.
    let mut agent = world.say(&holding(&hello, &offer, true)).await;
    assert_eq!(agent.verdicts(), [Verdict::Forget]);
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    assert_eq!((world.measured(sweep).await, world.counts(sweep).await), (1, [(JobState::Succeeded, 1)].into()));
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_nothing_and_doubles_nothing() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    let sweep = world.sweep(hello.machine, 3).await;
    let first = agent.offer();
    assert_eq!(world.finish(&mut agent, &first).await, Receipt::Accepted);
    let second = agent.offer();
    world.update(&agent, second.assignment, JobState::Running).await;
    world.restart().await;
    assert_eq!(world.state(second.assignment).await, JobState::Unknown);
    let held = vec![
        Held { assignment: first.assignment, spooled: true },
        Held { assignment: second.assignment, spooled: false },
    ];
    let mut agent = world.say(&Hello { held, ..hello }).await;
    assert_eq!(agent.verdicts(), [Verdict::Forget, Verdict::Continue]);
    assert_eq!(world.finish(&mut agent, &second).await, Receipt::Accepted);
    let third = agent.offer();
    assert_eq!(world.finish(&mut agent, &third).await, Receipt::Accepted);
    assert_eq!(world.counts(sweep).await, [(JobState::Succeeded, 3)].into());
}

#[tokio::test]
async fn a_restart_cancels_what_was_being_cancelled() {
    let mut world = World::new().await;
    let (hello, _agent, sweep, offer) = world.running().await;
    world.core.cancel(sweep, world.now).await.unwrap();
    world.restart().await;
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelled);
    let mut agent = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(agent.verdicts(), [Verdict::Kill]);
}

#[tokio::test]
async fn a_newer_stream_replaces_a_half_open_one() {
    let mut world = World::new().await;
    let (hello, mut old, _, offer) = world.running().await;
    let mut new = world.say(&holding(&hello, &offer, false)).await;
    assert_eq!(new.verdicts(), [Verdict::Continue]);
    assert!(old.is_closed());
    // What still comes over the old one does not count, nor does its end.
    world.update(&old, offer.assignment, JobState::Uploading).await;
    world.drop_stream(&old).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Running);
    assert_eq!(world.finish(&mut new, &offer).await, Receipt::Accepted);
}

#[tokio::test]
async fn cancel_reaches_the_agent_and_ends_the_rest_at_once() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    let sweep = world.sweep(hello.machine, 3).await;
    let offer = agent.offer();
    world.core.cancel(sweep, world.now).await.unwrap();
    world.core.cancel(sweep, world.now).await.unwrap();
    assert_eq!(agent.next(), AgentCommand::Cancel(offer.assignment));
    assert!(agent.is_idle(), "told once");
    assert_eq!(world.counts(sweep).await, [(JobState::Cancelling, 1), (JobState::Cancelled, 2)].into());
    world.update(&agent, offer.assignment, JobState::Cancelled).await;
    assert_eq!(world.counts(sweep).await, [(JobState::Cancelled, 3)].into());
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Stale, "one end only");
}

#[tokio::test]
async fn cancel_races_finish_and_one_of_them_wins() {
    let mut world = World::new().await;
    let (_, mut agent, sweep, offer) = world.running().await;
    world.core.cancel(sweep, world.now).await.unwrap();
    agent.next();
    assert_eq!(world.finish(&mut agent, &offer).await, Receipt::Accepted);
    world.update(&agent, offer.assignment, JobState::Cancelled).await;
    assert_eq!(world.counts(sweep).await, [(JobState::Succeeded, 1)].into());
}

#[tokio::test]
async fn an_unconfirmed_cancel_evicts_the_agent() {
    let mut world = World::new().await;
    let (hello, mut agent, sweep, offer) = world.running().await;
    world.core.cancel(sweep, world.now).await.unwrap();
    agent.next();
    world.pass(Duration::from_secs(59)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelling);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelled);
    assert!(agent.is_closed());
    assert_eq!(world.say(&holding(&hello, &offer, false)).await.verdicts(), [Verdict::Kill]);
}

#[tokio::test]
async fn cancel_while_the_agent_is_away_ends_at_once() {
    let mut world = World::new().await;
    let (_, agent, sweep, offer) = world.running().await;
    world.drop_stream(&agent).await;
    world.core.cancel(sweep, world.now).await.unwrap();
    assert_eq!(world.state(offer.assignment).await, JobState::Cancelled);
}

#[tokio::test]
async fn a_failure_ends_the_job_with_its_name() {
    let mut world = World::new().await;
    for (code, state) in [
        (FailureCode::WorkerCrashed, JobState::Failed),
        (FailureCode::TimedOut, JobState::TimedOut),
        (FailureCode::Cancelled, JobState::Failed),
    ] {
        let (_, mut agent, sweep, offer) = world.running().await;
        let failure = Reason::quoted(code, "it failed");
        let failed = JobResult { outcome: Err(failure.clone()), ..result(&offer) };
        world.event(&agent, AgentEvent::Result(failed)).await;
        assert_eq!(agent.receipt(), Receipt::Accepted);
        let (job, measurement) = world.store.outcomes(sweep).await.unwrap().remove(0);
        assert_eq!((job.state, job.failure, measurement), (state, Some(failure), None));
    }
}

#[tokio::test]
async fn a_result_of_something_else_is_rejected() {
    let mut world = World::new().await;
    let (_, mut agent, sweep, offer) = world.running().await;
    let mut wrong = result(&offer);
    if let Ok(measurement) = &mut wrong.outcome {
        measurement.device = DeviceId::Cuda(0);
    }
    world.event(&agent, AgentEvent::Result(wrong)).await;
    assert_eq!(agent.receipt(), Receipt::Rejected);
    assert_eq!(world.counts(sweep).await, [(JobState::Failed, 1)].into());
    let unknown = JobResult { assignment: cotejo_samples::assignment(), ..result(&offer) };
    world.event(&agent, AgentEvent::Result(unknown)).await;
    assert_eq!(agent.receipt(), Receipt::Rejected);
}

#[tokio::test]
async fn another_machine_has_no_say() {
    let mut world = World::new().await;
    let (_, _first, sweep, offer) = world.running().await;
    let mut other = world.say(&holding(&hello("pc-2"), &offer, false)).await;
    assert_eq!(other.verdicts(), [Verdict::Kill]);
    assert_eq!(world.finish(&mut other, &offer).await, Receipt::Rejected);
    world.update(&other, offer.assignment, JobState::Cancelled).await;
    assert_eq!(world.counts(sweep).await, [(JobState::Running, 1)].into());
}

#[tokio::test]
async fn a_job_given_back_is_offered_again_after_a_pause() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let mut agent = world.say(&hello).await;
    agent.welcome();
    world.sweep(hello.machine, 1).await;
    let offer = agent.offer();
    world.update(&agent, offer.assignment, JobState::Queued).await;
    world.core.offer_all(world.now).await;
    assert!(agent.is_idle(), "not at once");
    assert_eq!(world.state(offer.assignment).await, JobState::Queued);
    world.pass(Duration::from_secs(30)).await;
    let again = agent.offer();
    assert_eq!((again.assignment.job, again.assignment.attempt), (offer.assignment.job, 1));
}

#[tokio::test]
async fn a_queue_expires_only_where_the_machine_is_away() {
    let mut world = World::new().await;
    let here = hello("pc-1");
    let away = hello("pc-2");
    let mut agent = world.say(&here).await;
    agent.welcome();
    let record = MachineRecord {
        id: machine_id("pc-2"),
        boot: away.boot,
        name: away.name.clone(),
        labels: away.labels.clone(),
        capability: away.capability.clone(),
        last_seen_ms: 0,
    };
    world.store.save_machine(&record).await.unwrap();
    let waiting = world.sweep(here.machine, 2).await;
    let expiring = world.sweep(away.machine, 2).await;
    world.pass(Duration::from_secs(24 * 3600 + 1)).await;
    assert_eq!(world.counts(expiring).await, [(JobState::Expired, 2)].into());
    assert_eq!(world.counts(waiting).await, [(JobState::Queued, 1), (JobState::Offered, 1)].into());
}

#[tokio::test]
async fn an_agent_that_does_not_read_is_given_up() {
    let mut world = World::new().await;
    let hello = hello("pc-1");
    let (sender, mut commands) = mpsc::channel(1);
    world.core.connect(hello.clone(), sender, world.now).await.unwrap();
    let sweep = world.sweep(hello.machine, 1).await;
    assert!(matches!(commands.try_recv(), Ok(AgentCommand::Welcome(_))));
    assert_eq!(commands.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
    assert_eq!(world.counts(sweep).await, [(JobState::Unknown, 1)].into());
}
