//! Agents against a real server.

use crate::support::{Agent, Server, practice, result};
use cotejo_model::session::{AgentCommand, AgentEvent, Held, Hello, PROTOCOL, Receipt, Verdict};
use cotejo_model::sweep::SweepStatus;
use cotejo_model::{JobState, frames};
use cotejo_proto::v1;
use cotejo_proto::v1::agent_service_client::AgentServiceClient;
use cotejo_samples::hello;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

#[tokio::test]
async fn a_sweep_runs_from_start_to_table() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut agent = Agent::connect(&server, &hello("pc-1")).await;
    assert!(agent.welcome.heartbeat < agent.welcome.lease);
    let sweep = server.begin(practice()).await;
    for _ in 0..3 {
        let offer = agent.offer().await;
        agent.update(offer.assignment, JobState::Running).await;
        let progress = frames::Progress { phase: frames::Phase::Sample, done: 0.5 };
        agent.say(AgentEvent::Progress { assignment: offer.assignment, progress }).await;
        let status =
            server.until(&sweep, |status| status.running.iter().any(|line| line.progress == Some(progress))).await;
        assert_eq!((status.running[0].machine.as_str(), status.running[0].state), ("pc-1", JobState::Running));
        agent.update(offer.assignment, JobState::Uploading).await;
        assert_eq!(agent.finish(&offer).await, Receipt::Accepted);
    }
    let status = server.until(&sweep, SweepStatus::is_finished).await;
    assert_eq!((status.count(JobState::Succeeded), status.total()), (3, 3));
    server.stop().await;
}

#[tokio::test]
async fn a_broken_stream_resumes_and_a_result_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let hello = hello("pc-1");
    let mut agent = Agent::connect(&server, &hello).await;
    let sweep = server.begin(practice()).await;
    let offer = agent.offer().await;
    agent.update(offer.assignment, JobState::Running).await;
    server.until(&sweep, |status| status.count(JobState::Running) == 1).await;
    drop(agent);
    server.until(&sweep, |status| status.count(JobState::Unknown) == 1).await;
    let held = vec![Held { assignment: offer.assignment, spooled: true }];
    let mut agent = Agent::connect(&server, &Hello { held, ..hello }).await;
    assert_eq!(agent.welcome.verdicts, [(offer.assignment, Verdict::Upload)]);
    assert_eq!(agent.finish(&offer).await, Receipt::Accepted);
    let next = agent.offer().await;
    agent.say(AgentEvent::Result(result(&offer))).await;
    let AgentCommand::Ack(ack) = agent.next().await else { panic!("no receipt") };
    assert_eq!(ack.receipt, Receipt::Accepted, "the same result gets the same receipt");
    assert_ne!(next.assignment.job, offer.assignment.job);
    let status = server.until(&sweep, |_| true).await;
    assert_eq!(status.count(JobState::Succeeded), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_coordinator_killed_in_the_middle_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let hello = hello("pc-1");
    let mut agent = Agent::connect(&server, &hello).await;
    let sweep = server.begin(practice()).await;
    let first = agent.offer().await;
    assert_eq!(agent.finish(&first).await, Receipt::Accepted);
    let second = agent.offer().await;
    agent.update(second.assignment, JobState::Running).await;
    server.until(&sweep, |status| status.count(JobState::Running) == 1).await;
    server.kill().await;
    drop(agent);

    let server = Server::start(folder.path()).await;
    let status = server.until(&sweep, |_| true).await;
    assert_eq!((status.count(JobState::Succeeded), status.count(JobState::Unknown)), (1, 1));
    let held = vec![Held { assignment: second.assignment, spooled: false }];
    let mut agent = Agent::connect(&server, &Hello { held, ..hello }).await;
    assert_eq!(agent.welcome.verdicts, [(second.assignment, Verdict::Continue)]);
    assert_eq!(agent.finish(&second).await, Receipt::Accepted);
    let third = agent.offer().await;
    assert_eq!(agent.finish(&third).await, Receipt::Accepted);
    let status = server.until(&sweep, SweepStatus::is_finished).await;
    assert_eq!((status.count(JobState::Succeeded), status.total()), (3, 3));
    server.stop().await;
}

#[tokio::test]
async fn a_newer_stream_ends_the_older_one_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let hello = hello("pc-1");
    let mut old = Agent::connect(&server, &hello).await;
    let new = Agent::connect(&server, &hello).await;
    assert!(new.welcome.epoch > old.welcome.epoch);
    assert_eq!(old.end().await.map(|status| status.code()), Some(Code::Unavailable));
    server.stop().await;
}

#[tokio::test]
async fn cancel_is_told_and_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut agent = Agent::connect(&server, &hello("pc-1")).await;
    let sweep = server.begin(practice()).await;
    let offer = agent.offer().await;
    agent.update(offer.assignment, JobState::Running).await;
    server.until(&sweep, |status| status.count(JobState::Running) == 1).await;
    let request = v1::CancelSweepRequest { sweep: sweep.clone() };
    server.sweeps().await.cancel_sweep(request).await.unwrap();
    assert_eq!(agent.next().await, AgentCommand::Cancel(offer.assignment));
    agent.update(offer.assignment, JobState::Cancelled).await;
    let status = server.until(&sweep, SweepStatus::is_finished).await;
    assert_eq!(status.count(JobState::Cancelled), 3);
    server.stop().await;
}

#[tokio::test]
async fn shutting_down_ends_open_streams() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut agent = Agent::connect(&server, &hello("pc-1")).await;
    server.begin(practice()).await;
    let request = v1::WatchSweepRequest { sweep: String::new() };
    let mut watch = server.sweeps().await.watch_sweep(request).await.unwrap().into_inner();
    watch.message().await.unwrap().unwrap();
    server.stop().await;
    assert_eq!(agent.end().await.map(|status| status.code()), Some(Code::Unavailable));
    let end = loop {
        match watch.message().await {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(status) => break Some(status.code()),
        }
    };
    assert_eq!(end, Some(Code::Unavailable));
}

#[tokio::test]
async fn what_is_not_a_hello_in_a_known_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let newer = Hello { protocol: PROTOCOL + 1, ..hello("pc-1") };
    for (event, reason) in
        [(AgentEvent::Heartbeat, "hello"), (AgentEvent::Hello(Box::new(newer)), "install the same version")]
    {
        let (events, outgoing) = tokio::sync::mpsc::channel(1);
        events.send(event.into()).await.unwrap();
        let mut client = AgentServiceClient::new(server.channel().await);
        let mut commands = client.session(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
        let refused = commands.message().await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains(reason), "{refused}");
    }
    server.stop().await;
}
