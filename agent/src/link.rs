//! The connection to the coordinator: made again whenever it is lost, opened with a hello, kept alive by heartbeats. What is
//! said over it is `session`'s.

mod session;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cotejo_channel::{Address, ChannelError, MAX_CONTROL_BYTES};
use cotejo_model::session::{AgentCommand, AgentEvent, Held, Hello, OLDEST_PROTOCOL, PROTOCOL, Welcome};
use cotejo_model::{BootId, Capability, DeviceId, MachineId};
use cotejo_proto::v1;
use cotejo_proto::v1::agent_service_client::AgentServiceClient;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::job::{Attempt, Bench};
use crate::probe;
use crate::retry::{Backoff, Outage};
use session::Session;

/// Time limit for connecting, and for the coordinator's first answer.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A connection that lasted at least this long was a good one: the delay before the next one starts small again.
const STABLE: Duration = Duration::from_secs(30);
/// How many messages may wait for the network.
const OUTGOING: usize = 16;

/// A connection to the coordinator that is made with its first request.
pub(crate) fn lazy(coordinator: &Address) -> Channel {
    cotejo_channel::endpoint(coordinator, CONNECT_WITHIN).connect_lazy()
}

/// What the agent tells a coordinator about itself.
#[derive(Debug)]
pub(crate) struct Introduction {
    pub(crate) machine: MachineId,
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) capability: Capability,
}

/// The agent's side of all connections. The attempt under way survives them.
pub(crate) struct Link {
    coordinator: Address,
    introduction: Introduction,
    boot: BootId,
    bench: Arc<Bench>,
    attempt: Option<Attempt>,
    outage: Outage,
    /// Whether the machine was probed just before the first connection, which then need not do it again.
    just_probed: bool,
}

/// A connection that ended.
struct Closed {
    /// Why, for the log.
    why: String,
    /// The time from the welcome to the end.
    lasted: Duration,
}

impl Closed {
    fn at_once(why: &dyn Display) -> Self {
        Self { why: why.to_string(), lasted: Duration::ZERO }
    }
}

impl Link {
    pub(crate) fn new(coordinator: Address, introduction: Introduction, bench: Bench) -> Self {
        let bench = Arc::new(bench);
        let (attempt, outage) = (None, Outage::default());
        Self { coordinator, introduction, boot: BootId::random(), bench, attempt, outage, just_probed: true }
    }

    /// Connects again and again until `shutdown` is cancelled. No worker is left when this returns.
    pub(crate) async fn run(mut self, shutdown: &CancellationToken) {
        let mut backoff = Backoff::default();
        loop {
            let closed = tokio::select! {
                closed = self.connection() => closed,
                () = shutdown.cancelled() => break,
            };
            if closed.lasted >= STABLE {
                backoff.reset();
            }
            if self.outage.is_news(Instant::now()) {
                let coordinator = &self.coordinator;
                tracing::warn!(%coordinator, "not connected to the coordinator: {}; trying again", closed.why);
            }
            tokio::select! {
                () = tokio::time::sleep(backoff.next()) => {}
                () = shutdown.cancelled() => break,
            }
        }
        if let Some(attempt) = &mut self.attempt {
            attempt.stop().await;
        }
    }

    /// One connection, from hello to its end.
    async fn connection(&mut self) -> Closed {
        let channel = match cotejo_channel::connect(&self.coordinator, CONNECT_WITHIN).await {
            Ok(channel) => channel,
            Err(error) => return Closed::at_once(&error),
        };
        self.look_again().await;
        let (sender, outgoing) = mpsc::channel(OUTGOING);
        let hello = AgentEvent::Hello(Box::new(self.hello()));
        sender.try_send(hello).expect("there is room for the first message");
        let outgoing = ReceiverStream::new(outgoing).map(v1::AgentMessage::from);
        let mut client = AgentServiceClient::new(channel).max_decoding_message_size(MAX_CONTROL_BYTES);
        let welcomed = async {
            let mut incoming = client.session(outgoing).await.map_err(|status| said(&status))?.into_inner();
            let welcome = welcome(&mut incoming).await?;
            Ok::<_, String>((incoming, welcome))
        };
        let (incoming, welcome) = match timeout(CONNECT_WITHIN, welcomed).await {
            Ok(Ok(welcomed)) => welcomed,
            Ok(Err(why)) => return Closed::at_once(&why),
            Err(error) => return Closed::at_once(&error),
        };
        tracing::info!(
            coordinator = %self.coordinator, version = welcome.version, epoch = welcome.epoch, "connected"
        );
        self.outage.over();
        let began = Instant::now();
        let _heartbeats = AbortOnDropHandle::new(tokio::spawn(send_heartbeats(sender.clone(), welcome.heartbeat)));
        let Err(why) = Session::new(self, incoming, sender).run(welcome).await;
        Closed { why, lasted: began.elapsed() }
    }

    /// Probes the GPUs again where one could not be used, except beside a job, which probing would disturb. A simulated
    /// machine stays as it is.
    async fn look_again(&mut self) {
        let Some(nvidia) = &self.bench.nvidia else { return };
        let capability = &mut self.introduction.capability;
        let lacking = capability.no_gpu.is_some()
            || capability.devices.iter().any(|device| device.id != DeviceId::Cpu && device.unusable.is_some());
        if !std::mem::take(&mut self.just_probed) && lacking && self.attempt.is_none() {
            let before = capability.clone();
            probe::look_again(capability, &self.bench.workers, nvidia).await;
            self.bench.monitor.begin_anew();
            if *capability != before {
                tracing::info!(
                    devices = capability.devices.len(),
                    no_gpu = capability.no_gpu.as_ref().map(tracing::field::display),
                    "other GPUs than before"
                );
                crate::log_unusable(capability);
            }
        }
    }

    fn hello(&mut self) -> Hello {
        let Introduction { machine, name, labels, capability } = &mut self.introduction;
        let surroundings = self.bench.monitor.last();
        capability.power = surroundings.power;
        capability.background_load = surroundings.background_load;
        let spooled = self.bench.outbox.held();
        let running = self.attempt.as_ref().map(|attempt| attempt.assignment);
        let running = running.filter(|assignment| !spooled.contains(assignment));
        let held = |spooled| move |assignment| Held { assignment, spooled };
        Hello {
            protocol: PROTOCOL,
            machine: *machine,
            boot: self.boot,
            name: name.clone(),
            labels: labels.clone(),
            capability: capability.clone(),
            held: running.into_iter().map(held(false)).chain(spooled.into_iter().map(held(true))).collect(),
        }
    }
}

/// Sends heartbeats until the connection ends. They have a task of their own, so that they wait for nothing but the
/// network.
async fn send_heartbeats(sender: mpsc::Sender<AgentEvent>, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        if sender.send(AgentEvent::Heartbeat).await.is_err() {
            return;
        }
    }
}

/// The coordinator's first answer.
async fn welcome(incoming: &mut Incoming) -> Result<Welcome, String> {
    match receive(incoming).await? {
        AgentCommand::Welcome(welcome) if (OLDEST_PROTOCOL..=PROTOCOL).contains(&welcome.protocol) => Ok(welcome),
        AgentCommand::Welcome(welcome) => Err(format!(
            "the coordinator speaks version {} of the protocol, and this agent {OLDEST_PROTOCOL} to {PROTOCOL}; \
             install the same version of Cotejo on both",
            welcome.protocol
        )),
        _ => Err("the coordinator did not answer with a welcome".to_owned()),
    }
}

/// A status in words: what is wrong with the connection, or what the coordinator refuses.
fn said(status: &Status) -> String {
    ChannelError::of_status(status).map_or_else(|| status.to_string(), |error| error.to_string())
}

/// The coordinator's side of a connection.
type Incoming = Streaming<v1::CoordinatorMessage>;

/// The coordinator's next command.
async fn receive(incoming: &mut Incoming) -> Result<AgentCommand, String> {
    let message = incoming.message().await.map_err(|status| said(&status))?;
    message
        .ok_or("the coordinator closed the connection")?
        .try_into()
        .map_err(|error| format!("the coordinator's message: {error}"))
}
