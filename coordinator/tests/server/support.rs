//! A coordinator in this process, and an agent that speaks the generated client.

use std::net::SocketAddr;
use std::path::Path;

use cotejo_coordinator::{Config, RunError, build};
use cotejo_model::session::{AgentCommand, AgentEvent, Hello, JobResult, Offer, Receipt, Welcome};
use cotejo_model::sweep::{Preset, SweepStatus};
use cotejo_model::{Assignment, Digest, JobState, SweepSpec};
use cotejo_proto::v1;
use cotejo_proto::v1::agent_service_client::AgentServiceClient;
use cotejo_proto::v1::sweep_service_client::SweepServiceClient;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), RunError>>,
}

pub(crate) fn config(folder: &Path) -> Config {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Config { listen, data_dir: folder.to_owned(), drain_seconds: 1, ..Config::default() }
}

impl Server {
    pub(crate) async fn start(folder: &Path) -> Self {
        let app = build(config(folder)).await.unwrap();
        let (addr, shutdown) = (app.addr, CancellationToken::new());
        let task = tokio::spawn(app.run(shutdown.clone()));
        Self { addr, shutdown, task }
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }

    /// As by a kill: nothing is drained, nothing is said.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.addr)).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn sweeps(&self) -> SweepServiceClient<Channel> {
        SweepServiceClient::new(self.channel().await)
    }

    /// Starts this sweep and returns its identity.
    pub(crate) async fn begin(&self, spec: SweepSpec) -> String {
        let request = v1::StartSweepRequest { spec: Some(spec.into()) };
        let response = self.sweeps().await.start_sweep(request).await.unwrap().into_inner();
        response.status.unwrap().id
    }

    /// Follows the sweep until this holds.
    pub(crate) async fn until(&self, sweep: &str, holds: impl Fn(&SweepStatus) -> bool) -> SweepStatus {
        let request = v1::WatchSweepRequest { sweep: sweep.to_owned() };
        let mut statuses = self.sweeps().await.watch_sweep(request).await.unwrap().into_inner();
        loop {
            let message = statuses.message().await.unwrap().expect("the sweep ended otherwise");
            let status = SweepStatus::try_from(message.status.unwrap()).unwrap();
            if holds(&status) {
                return status;
            }
        }
    }
}

pub(crate) struct Agent {
    pub(crate) welcome: Welcome,
    events: mpsc::Sender<v1::AgentMessage>,
    commands: Streaming<v1::CoordinatorMessage>,
}

impl Agent {
    pub(crate) async fn connect(server: &Server, hello: &Hello) -> Self {
        let (events, outgoing) = mpsc::channel(16);
        events.send(AgentEvent::Hello(Box::new(hello.clone())).into()).await.unwrap();
        let mut client = AgentServiceClient::new(server.channel().await);
        let mut commands = client.session(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
        let first = commands.message().await.unwrap().unwrap();
        let AgentCommand::Welcome(welcome) = first.try_into().unwrap() else { panic!("no welcome") };
        Self { welcome, events, commands }
    }

    pub(crate) async fn say(&self, event: AgentEvent) {
        self.events.send(event.into()).await.unwrap();
    }

    pub(crate) async fn update(&self, assignment: Assignment, state: JobState) {
        self.say(AgentEvent::Update { assignment, state }).await;
    }

    pub(crate) async fn next(&mut self) -> AgentCommand {
        self.commands.message().await.unwrap().expect("a command").try_into().unwrap()
    }

    /// How the coordinator ends the stream.
    pub(crate) async fn end(&mut self) -> Option<Status> {
        loop {
            match self.commands.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(status) => return Some(status),
            }
        }
    }

    pub(crate) async fn offer(&mut self) -> Offer {
        match self.next().await {
            AgentCommand::Offer(offer) => *offer,
            other => panic!("{other:?} instead of an offer"),
        }
    }

    pub(crate) async fn finish(&mut self, offer: &Offer) -> Receipt {
        self.say(AgentEvent::Result(result(offer))).await;
        match self.next().await {
            AgentCommand::Ack(ack) => ack.receipt,
            other => panic!("{other:?} instead of a receipt"),
        }
    }
}

pub(crate) fn result(offer: &Offer) -> JobResult {
    let assignment = offer.assignment;
    JobResult {
        assignment,
        digest: Digest::of(format!("{assignment:?}").as_bytes()),
        outcome: Ok(Box::new(cotejo_samples::measurement(&offer.job, 1_000_000))),
    }
}

pub(crate) fn practice() -> SweepSpec {
    Preset::Practice.spec()
}
