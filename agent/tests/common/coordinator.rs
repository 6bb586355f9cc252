//! A coordinator that does what a test says.

use std::net::SocketAddr;

use cotejo_agent::nvidia::Nvidia;
use cotejo_agent::{Config, Error, WorkerCommand};
use cotejo_model::session::{
    AgentCommand, AgentEvent, Hello, JobResult, Offer, PROTOCOL, Receipt, ResultAck, Verdict, Welcome,
};
use cotejo_model::{Assignment, Capability, DeviceId, JobId, JobSpec, JobState};
use cotejo_proto::v1;
use cotejo_proto::v1::agent_service_server::{AgentService, AgentServiceServer};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::{Request, Response, Status, Streaming};

/// Listens for agents until it is dropped.
pub(crate) struct Coordinator {
    pub(crate) address: SocketAddr,
    streams: mpsc::Receiver<Stream>,
    _server: AbortOnDropHandle<()>,
}

impl Coordinator {
    pub(crate) async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, streams) = mpsc::channel(8);
        let service = AgentServiceServer::new(Service(sender));
        let server = tonic::transport::Server::builder().add_service(service);
        let serving = server.serve_with_incoming(TcpListenerStream::new(listener));
        let server = tokio::spawn(async move { serving.await.unwrap() });
        Self { address, streams, _server: AbortOnDropHandle::new(server) }
    }

    /// The next agent's stream, and what it said first.
    pub(crate) async fn stream(&mut self) -> (Hello, Stream) {
        let mut stream = self.streams.recv().await.unwrap();
        match stream.event().await {
            Some(AgentEvent::Hello(hello)) => (*hello, stream),
            other => panic!("{other:?} instead of a hello"),
        }
    }

    /// The next agent's stream, welcomed with these verdicts.
    pub(crate) async fn welcomed(&mut self, verdicts: Vec<(Assignment, Verdict)>) -> (Hello, Stream) {
        let (hello, stream) = self.stream().await;
        stream.welcome(PROTOCOL, verdicts).await;
        (hello, stream)
    }
}

struct Service(mpsc::Sender<Stream>);

/// One agent's stream. It is closed when this is dropped.
pub(crate) struct Stream {
    events: Streaming<v1::AgentMessage>,
    commands: mpsc::Sender<Result<v1::CoordinatorMessage, Status>>,
}

#[tonic::async_trait]
impl AgentService for Service {
    type SessionStream = ReceiverStream<Result<v1::CoordinatorMessage, Status>>;

    async fn session(
        &self,
        request: Request<Streaming<v1::AgentMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let (commands, stream) = mpsc::channel(8);
        self.0.send(Stream { events: request.into_inner(), commands }).await.unwrap();
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

impl Stream {
    pub(crate) async fn event(&mut self) -> Option<AgentEvent> {
        Some(self.events.message().await.ok()??.try_into().unwrap())
    }

    pub(crate) async fn send(&self, command: AgentCommand) {
        self.commands.send(Ok(command.into())).await.unwrap();
    }

    pub(crate) async fn welcome(&self, protocol: u32, verdicts: Vec<(Assignment, Verdict)>) {
        let version = "test".to_owned();
        let (heartbeat, lease) = (Duration::from_millis(20), crate::common::LONG);
        self.send(AgentCommand::Welcome(Welcome { protocol, version, epoch: 1, heartbeat, lease, verdicts })).await;
    }

    /// Offers a job, and waits until it runs.
    pub(crate) async fn started(&mut self) -> Assignment {
        let assignment = self.offer().await;
        assert_eq!(self.update().await, (assignment, JobState::Running));
        assignment
    }

    pub(crate) async fn offer(&self) -> Assignment {
        self.offer_on(DeviceId::Cpu).await
    }

    pub(crate) async fn offer_on(&self, device: DeviceId) -> Assignment {
        let assignment = Assignment { job: JobId::random(), attempt: 1, fence: 1 };
        let job = JobSpec { device, ..crate::common::job() };
        let offer = Offer { assignment, job, deadline: crate::common::LONG };
        self.send(AgentCommand::Offer(Box::new(offer))).await;
        assignment
    }

    /// The next event that this finds something in.
    pub(crate) async fn find<T>(&mut self, mut wanted: impl FnMut(AgentEvent) -> Option<T>) -> T {
        loop {
            let event = self.event().await.expect("the stream goes on");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    }

    pub(crate) async fn update(&mut self) -> (Assignment, JobState) {
        self.find(|event| match event {
            AgentEvent::Update { assignment, state } => Some((assignment, state)),
            AgentEvent::Result(result) => panic!("{result:?} instead of an update"),
            _ => None,
        })
        .await
    }

    pub(crate) async fn result(&mut self) -> JobResult {
        self.find(|event| match event {
            AgentEvent::Result(result) => Some(result),
            _ => None,
        })
        .await
    }

    pub(crate) async fn acknowledge(&self, result: &JobResult) {
        let JobResult { assignment, digest, .. } = *result;
        self.send(AgentCommand::Ack(ResultAck { assignment, digest, receipt: Receipt::Accepted })).await;
    }
}

fn config(
    coordinator: &Coordinator,
    data: &std::path::Path,
    worker: WorkerCommand,
    cuda_worker: WorkerCommand,
) -> Config {
    Config {
        coordinator: coordinator.address.to_string(),
        name: "pc-1".to_owned(),
        labels: [("room".to_owned(), "B12".to_owned())].into(),
        data_dir: data.to_owned(),
        worker,
        cuda_worker,
        ..Config::default()
    }
}

/// An agent in this process.
pub(crate) struct Agent {
    shutdown: CancellationToken,
    running: JoinHandle<Result<(), Error>>,
}

impl Agent {
    pub(crate) fn start(coordinator: &Coordinator, data: &std::path::Path, worker: WorkerCommand) -> Self {
        Self::on(coordinator, data, (worker, crate::common::no_worker()), cotejo_agent::nvidia::fake::absent())
    }

    /// With these workers, plain and for GPUs, and this driver.
    pub(crate) fn on(
        coordinator: &Coordinator,
        data: &std::path::Path,
        (worker, cuda_worker): (WorkerCommand, WorkerCommand),
        nvidia: Nvidia,
    ) -> Self {
        let config = config(coordinator, data, worker, cuda_worker);
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(cotejo_agent::run_with(config, nvidia, shutdown.clone()));
        Self { shutdown, running }
    }

    /// Of a machine that is played.
    pub(crate) fn play(
        coordinator: &Coordinator,
        data: &std::path::Path,
        worker: WorkerCommand,
        capability: Capability,
    ) -> Self {
        let config = config(coordinator, data, worker, crate::common::no_worker());
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(cotejo_agent::play(config, capability, shutdown.clone()));
        Self { shutdown, running }
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.running.await.unwrap().unwrap();
    }
}
