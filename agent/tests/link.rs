//! The agent against a coordinator that does what each test says.

mod common;

use common::coordinator::{Agent, Coordinator};
use common::{Lives, job, worker};
use cotejo_agent::{Config, Error};
use cotejo_model::machine::{Cpu, PowerSource};
use cotejo_model::session::{AgentCommand, AgentEvent, Held, PROTOCOL, Verdict};
use cotejo_model::{Capability, Device, DeviceId, Engine, FailureCode, JobState, Precision, Reason};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_job_goes_from_offer_to_acknowledgement() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    let (hello, mut stream) = coordinator.welcomed(vec![]).await;
    assert_eq!((hello.protocol, hello.name.as_str(), hello.held), (PROTOCOL, "pc-1", vec![]));
    assert_eq!(hello.labels["room"], "B12");
    assert_eq!((hello.capability.devices[0].id, &hello.capability.devices[0].unusable), (DeviceId::Cpu, &None));

    let assignment = stream.started().await;
    assert_eq!(stream.update().await, (assignment, JobState::Uploading));
    let result = stream.result().await;
    assert_eq!(result.assignment, assignment);
    let measurement = result.outcome.as_ref().unwrap();
    assert!(measurement.answers_job(&job()));
    assert!(measurement.conditions.power.is_some());
    stream.acknowledge(&result).await;

    // The next offer shows that the agent is free again, and the next hello that it holds nothing.
    let second = stream.started().await;
    let result = stream.result().await;
    assert_eq!(result.assignment, second);
    stream.acknowledge(&result).await;
    stream.started().await;
    let result = stream.result().await;
    drop(stream);
    let (hello, _stream) = coordinator.stream().await;
    assert_eq!(hello.held, [Held { assignment: result.assignment, spooled: true }]);
    agent.stop().await;
}

#[tokio::test]
async fn whatever_a_played_machine_gives_is_simulated() {
    let played = Capability {
        hostname: "played".to_owned(),
        os: "Some OS".to_owned(),
        arch: "some".to_owned(),
        agent_version: "0".to_owned(),
        cpu: Cpu {
            name: "Some CPU".to_owned(),
            physical_cores: 6,
            logical_cores: 12,
            simd: vec!["avx2".to_owned()],
            max_mhz: Some(4000),
        },
        memory_bytes: 1 << 33,
        power: PowerSource::Battery,
        background_load: Some(0.25),
        devices: vec![Device {
            id: DeviceId::Cpu,
            name: "Some CPU".to_owned(),
            memory_bytes: Some(1 << 33),
            driver: None,
            compute_capability: None,
            // Who asks for a played machine may forget it.
            simulated: false,
            engines: vec![Engine::Reference],
            precisions: vec![Precision::F32],
            unusable: None,
        }],
        no_gpu: Some(Reason::quoted(FailureCode::NoGpu, "no GPU found")),
    };
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::play(&coordinator, data.path(), worker(&["good"]), played.clone());
    let (hello, mut stream) = coordinator.welcomed(vec![]).await;
    let mut marked = played.clone();
    marked.devices[0].simulated = true;
    assert_eq!(hello.capability, marked, "nothing of the machine that it runs on");

    stream.started().await;
    let measurement = stream.result().await.outcome.unwrap();
    assert!(measurement.simulated, "though the worker does not say so");
    let conditions = measurement.conditions;
    assert_eq!((conditions.power, conditions.background_load), (Some(PowerSource::Battery), Some(0.25)));
    assert_eq!(conditions.peak_flops, played.cpu.peak_flops());

    // Without a GPU, a real machine would be looked at again now.
    drop(stream);
    let (hello, _stream) = coordinator.stream().await;
    assert_eq!(hello.capability, marked);
    agent.stop().await;
}

#[tokio::test]
async fn the_same_attempt_is_delivered_after_a_disconnect() {
    let (lives, address) = Lives::listen().await;
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["wait", &address]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    let assignment = stream.started().await;
    let mut life = lives.next().await;
    drop(stream);

    let (hello, mut stream) = coordinator.stream().await;
    assert_eq!(hello.held, [Held { assignment, spooled: false }]);
    stream.welcome(PROTOCOL, vec![(assignment, Verdict::Continue)]).await;
    assert_eq!(stream.update().await, (assignment, JobState::Running));
    life.release().await;
    assert_eq!(stream.result().await.assignment, assignment);
    agent.stop().await;
}

#[tokio::test]
async fn a_result_of_a_disconnected_agent_is_uploaded_later() {
    let (lives, address) = Lives::listen().await;
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["wait", &address]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    let assignment = stream.started().await;
    let mut life = lives.next().await;
    drop(stream);
    life.release().await;
    life.end().await;

    // It is on disk a moment after its worker has ended; until then the hello says that it runs.
    let spooled = loop {
        let (hello, stream) = coordinator.stream().await;
        assert_eq!(hello.held.len(), 1);
        if hello.held[0].spooled {
            stream.welcome(PROTOCOL, vec![(assignment, Verdict::Upload)]).await;
            break stream;
        }
    };
    let mut stream = spooled;
    assert_eq!(stream.result().await.assignment, assignment);
    agent.stop().await;
}

#[tokio::test]
async fn a_lost_acknowledgement_brings_the_same_result_again() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    let assignment = stream.started().await;
    let first = stream.result().await;
    drop(stream);
    let (_, mut stream) = coordinator.welcomed(vec![(assignment, Verdict::Upload)]).await;
    assert_eq!(stream.result().await, first);
    agent.stop().await;
}

#[tokio::test]
async fn a_result_outlives_the_agents_process() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    let (before, mut stream) = coordinator.welcomed(vec![]).await;
    let assignment = stream.started().await;
    let first = stream.result().await;
    agent.stop().await;

    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    let (after, mut stream) = coordinator.welcomed(vec![(assignment, Verdict::Upload)]).await;
    assert_eq!(after.machine, before.machine);
    assert_ne!(after.boot, before.boot);
    assert_eq!(after.held, [Held { assignment, spooled: true }]);
    assert_eq!(stream.result().await, first);
    agent.stop().await;
}

#[tokio::test]
async fn a_cancel_kills_the_worker() {
    let (lives, address) = Lives::listen().await;
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["hang", &address]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    let assignment = stream.started().await;
    let life = lives.next().await;
    stream.send(AgentCommand::Cancel(assignment)).await;
    assert_eq!(stream.update().await, (assignment, JobState::Cancelled));
    life.end().await;

    // The same answer for an attempt that is not there.
    stream.send(AgentCommand::Cancel(assignment)).await;
    assert_eq!(stream.update().await, (assignment, JobState::Cancelled));
    agent.stop().await;
}

#[tokio::test]
async fn a_killed_attempt_leaves_no_result() {
    let (lives, address) = Lives::listen().await;
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["wait", &address]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    let killed = stream.started().await;
    let life = lives.next().await;
    drop(stream);
    let (_, mut stream) = coordinator.welcomed(vec![(killed, Verdict::Kill)]).await;
    life.end().await;
    let next = stream.started().await;
    lives.next().await.release().await;
    assert_eq!(stream.result().await.assignment, next);
    agent.stop().await;
}

#[tokio::test]
async fn an_unwanted_result_is_forgotten() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    let unwanted = stream.started().await;
    stream.result().await;
    drop(stream);
    let (_, mut stream) = coordinator.welcomed(vec![(unwanted, Verdict::Forget)]).await;
    let next = stream.started().await;
    assert_eq!(stream.result().await.assignment, next);
    agent.stop().await;
}

#[tokio::test]
async fn a_second_offer_is_given_back() {
    let (lives, address) = Lives::listen().await;
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["hang", &address]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    stream.started().await;
    let second = stream.offer().await;
    assert_eq!(stream.update().await, (second, JobState::Queued));
    let life = lives.next().await;
    agent.stop().await;
    // Stopping the agent has ended the worker of the first.
    life.end().await;
}

#[tokio::test]
async fn an_agent_that_cannot_keep_results_takes_no_job() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    // A folder that is gone fails as a full disk does.
    let outbox = data.path().join("outbox");
    std::fs::remove_dir(&outbox).unwrap();
    let refused = stream.offer().await;
    assert_eq!(stream.update().await, (refused, JobState::Queued));
    std::fs::create_dir(&outbox).unwrap();
    stream.started().await;
    agent.stop().await;
}

#[tokio::test]
async fn a_failure_is_a_result() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["crash"]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    stream.started().await;
    assert_eq!(stream.result().await.outcome.unwrap_err().code(), FailureCode::WorkerCrashed);
    agent.stop().await;
}

#[tokio::test]
async fn heartbeats_go_on_beside_a_job() {
    let (lives, address) = Lives::listen().await;
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["hang", &address]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    stream.started().await;
    let _life = lives.next().await;
    for _ in 0..5 {
        stream.find(|event| matches!(event, AgentEvent::Heartbeat).then_some(())).await;
    }
    agent.stop().await;
}

#[tokio::test]
async fn a_coordinator_of_another_version_is_left_and_tried_again() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    let (_, mut stream) = coordinator.stream().await;
    stream.welcome(PROTOCOL + 1, vec![]).await;
    assert_eq!(stream.event().await, None);
    coordinator.welcomed(vec![]).await;
    agent.stop().await;
}

#[tokio::test]
async fn an_agent_stops_while_its_coordinator_is_away() {
    let data = tempfile::tempdir().unwrap();
    let coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["good"]));
    drop(coordinator);
    agent.stop().await;
}

#[tokio::test]
async fn what_cannot_work_is_refused_at_once() {
    let data = tempfile::tempdir().unwrap();
    let run = |config| cotejo_agent::run(config, CancellationToken::new());
    let config = Config { data_dir: data.path().to_owned(), ..Config::default() };
    let exposed = Config { coordinator: "http://192.0.2.1:7420".to_owned(), ..config.clone() };
    assert!(matches!(run(exposed).await, Err(Error::Config(_))));

    let held = cotejo_agent::identity::DataDir::open(data.path()).unwrap();
    let error = run(config).await.unwrap_err();
    assert!(matches!(error, Error::DataDir(_)) && error.to_string().contains("another agent"), "{error}");
    drop(held);
}
