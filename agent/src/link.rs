//! The connection to the coordinator: hello, heartbeats, offers, results until they are acknowledged, and again.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cotejo_channel::{Address, ChannelError, MAX_CONTROL_BYTES};
use cotejo_model::session::{
    AgentCommand, AgentEvent, Held, Hello, OLDEST_PROTOCOL, Offer, PROTOCOL, Receipt, ResultAck, Verdict, Welcome,
};
use cotejo_model::{Assignment, BootId, Capability, DeviceId, Digest, JobState, MachineId};
use cotejo_proto::v1;
use cotejo_proto::v1::CoordinatorMessage;
use cotejo_proto::v1::agent_service_client::AgentServiceClient;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::job::{Attempt, Bench, End, News, Step};
use crate::probe;
use crate::retry::{Backoff, Outage};

/// How long connecting, and the coordinator's first answer, may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A connection that lasted so long was a good one.
const STABLE: Duration = Duration::from_secs(30);
/// Messages that wait for the network.
const OUTGOING: usize = 16;
/// Time between two messages of progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// A result that was not acknowledged for so long is sent again: the coordinator may have had no space.
const RESEND_AFTER: Duration = Duration::from_secs(30);

/// A connection to the coordinator that is made when something is asked over it.
pub(crate) fn lazy(coordinator: &Address) -> Channel {
    cotejo_channel::endpoint(coordinator, CONNECT_WITHIN).connect_lazy()
}

/// What the agent says of itself.
#[derive(Debug)]
pub(crate) struct Introduction {
    pub(crate) machine: MachineId,
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) capability: Capability,
}

/// The agent's side of the connection, and the attempt that it outlives connections with.
pub(crate) struct Link {
    coordinator: Address,
    introduction: Introduction,
    boot: BootId,
    bench: Arc<Bench>,
    attempt: Option<Attempt>,
    outage: Outage,
    /// The machine was probed just now.
    fresh: bool,
}

/// A connection that ended.
struct Closed {
    /// Why.
    why: String,
    /// How long it was of use.
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
        Self { coordinator, introduction, boot: BootId::random(), bench, attempt, outage, fresh: true }
    }

    /// Connects, again and again, until it is told to stop. The worker is gone when this returns.
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
        let mut session = Session { link: self, incoming, sender, announced: None, quiet: None, sent: None };
        let Err(why) = session.run(welcome).await;
        Closed { why, lasted: began.elapsed() }
    }

    /// A GPU that could not be used may be well by now. Nothing is tried beside a job, which it would disturb; a machine
    /// that is played stays as it is.
    async fn look_again(&mut self) {
        let Some(nvidia) = &self.bench.nvidia else { return };
        let capability = &mut self.introduction.capability;
        let lacking = capability.no_gpu.is_some()
            || capability.devices.iter().any(|device| device.id != DeviceId::Cpu && device.unusable.is_some());
        if !std::mem::take(&mut self.fresh) && lacking && self.attempt.is_none() {
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

/// Heartbeats wait behind nothing but the network.
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
async fn welcome(incoming: &mut Streaming<CoordinatorMessage>) -> Result<Welcome, String> {
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

/// What a status says: of the connection, or of what the coordinator refuses.
fn said(status: &Status) -> String {
    ChannelError::of_status(status).map_or_else(|| status.to_string(), |error| error.to_string())
}

async fn receive(incoming: &mut Streaming<CoordinatorMessage>) -> Result<AgentCommand, String> {
    let message = incoming.message().await.map_err(|status| said(&status))?;
    message
        .ok_or("the coordinator closed the connection")?
        .try_into()
        .map_err(|error| format!("the coordinator's message: {error}"))
}

/// A connection that was welcomed.
struct Session<'a> {
    link: &'a mut Link,
    incoming: Streaming<CoordinatorMessage>,
    sender: mpsc::Sender<AgentEvent>,
    /// The attempt of which the coordinator was told that it runs.
    announced: Option<Assignment>,
    /// Until when no step is told.
    quiet: Option<Instant>,
    /// The result on its way, one at a time, and when to send it again.
    sent: Option<(Digest, Instant)>,
}

/// What a session waits for.
enum Event {
    Command(AgentCommand),
    News(News),
    Loud,
    NoAck,
}

impl Session<'_> {
    /// Serves until the connection is of no more use; returns the reason.
    async fn run(&mut self, welcome: Welcome) -> Result<Infallible, String> {
        for (assignment, verdict) in welcome.verdicts {
            self.obey(assignment, verdict).await?;
        }
        loop {
            self.send_result().await?;
            match self.next().await? {
                Event::Command(command) => self.command(command).await?,
                Event::News(News::Step(step)) => self.tell(step).await?,
                Event::News(News::End(end)) => {
                    if let Some(attempt) = self.link.attempt.take() {
                        self.ended(attempt.assignment, end).await?;
                    }
                }
                Event::Loud => self.quiet = None,
                Event::NoAck => self.sent = None,
            }
        }
    }

    async fn next(&mut self) -> Result<Event, String> {
        let steps = self.quiet.is_none();
        let news = async {
            match &mut self.link.attempt {
                Some(attempt) => attempt.news(steps).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            command = receive(&mut self.incoming) => command.map(Event::Command),
            news = news => Ok(Event::News(news)),
            () = at(self.quiet) => Ok(Event::Loud),
            () = at(self.sent.map(|(_, resend)| resend)) => Ok(Event::NoAck),
        }
    }

    async fn command(&mut self, command: AgentCommand) -> Result<(), String> {
        match command {
            AgentCommand::Offer(offer) => self.offered(*offer).await,
            AgentCommand::Cancel(assignment) => {
                if let Some(end) = self.stop(assignment).await {
                    self.ended(assignment, end).await
                } else if self.link.bench.outbox.held().contains(&assignment) {
                    // Its result is on the way, and says more.
                    Ok(())
                } else {
                    self.update(assignment, JobState::Cancelled).await
                }
            }
            AgentCommand::Ack(ack) => {
                self.acknowledged(&ack);
                Ok(())
            }
            AgentCommand::Welcome(_) => Err("the coordinator sent a second welcome".to_owned()),
        }
    }

    async fn offered(&mut self, offer: Offer) -> Result<(), String> {
        match &self.link.attempt {
            Some(attempt) if attempt.assignment == offer.assignment => Ok(()),
            Some(_) => self.update(offer.assignment, JobState::Queued).await,
            None => {
                // Its first step is told at once.
                self.quiet = None;
                self.link.attempt = Some(Attempt::start(&self.link.bench, offer));
                Ok(())
            }
        }
    }

    /// What the coordinator wants of an attempt that the hello named.
    async fn obey(&mut self, assignment: Assignment, verdict: Verdict) -> Result<(), String> {
        match verdict {
            Verdict::Continue => match &self.link.attempt {
                Some(attempt) if attempt.assignment == assignment => self.tell(attempt.step()).await,
                _ => Ok(()),
            },
            // As with every result in the outbox.
            Verdict::Upload => Ok(()),
            Verdict::Kill | Verdict::Forget => {
                self.stop(assignment).await;
                self.link.bench.outbox.forget(assignment);
                Ok(())
            }
        }
    }

    /// Stops the attempt, if it is under way.
    async fn stop(&mut self, assignment: Assignment) -> Option<End> {
        let attempt = self.link.attempt.as_mut().filter(|attempt| attempt.assignment == assignment)?;
        let end = attempt.stop().await;
        self.link.attempt = None;
        Some(end)
    }

    async fn ended(&mut self, assignment: Assignment, end: End) -> Result<(), String> {
        match end {
            End::Finished => Ok(()),
            End::Stopped => self.update(assignment, JobState::Cancelled).await,
            End::GivenBack => self.update(assignment, JobState::Queued).await,
        }
    }

    async fn tell(&mut self, step: Step) -> Result<(), String> {
        let (Some(attempt), Step::Running(progress)) = (&self.link.attempt, step) else { return Ok(()) };
        let assignment = attempt.assignment;
        if self.announced != Some(assignment) {
            self.announced = Some(assignment);
            self.update(assignment, JobState::Running).await?;
        }
        if let Some(progress) = progress {
            self.quiet = Some(Instant::now() + PROGRESS_EVERY);
            self.send(AgentEvent::Progress { assignment, progress }).await?;
        }
        Ok(())
    }

    /// Sends the result that has waited longest, unless one is on its way.
    async fn send_result(&mut self) -> Result<(), String> {
        if self.sent.is_some() {
            return Ok(());
        }
        let Some(result) = self.link.bench.outbox.first() else { return Ok(()) };
        let assignment = result.assignment;
        if self.link.attempt.as_ref().is_some_and(|attempt| attempt.assignment == assignment) {
            // The attempt is about to say that it has ended; another offer could not be taken before that.
            return Ok(());
        }
        self.sent = Some((result.digest, Instant::now() + RESEND_AFTER));
        self.update(assignment, JobState::Uploading).await?;
        self.send(AgentEvent::Result(result)).await
    }

    fn acknowledged(&mut self, ack: &ResultAck) {
        let ResultAck { assignment, digest, receipt } = ack;
        match receipt {
            Receipt::Accepted => tracing::debug!(job = %assignment.job, "result delivered"),
            Receipt::Stale => tracing::warn!(job = %assignment.job, "the result came too late and does not count"),
            Receipt::Rejected => tracing::error!(job = %assignment.job, "the coordinator refused the result"),
        }
        self.link.bench.outbox.remove(*digest);
        self.sent = self.sent.filter(|(sent, _)| sent != digest);
    }

    async fn update(&self, assignment: Assignment, state: JobState) -> Result<(), String> {
        self.send(AgentEvent::Update { assignment, state }).await
    }

    async fn send(&self, event: AgentEvent) -> Result<(), String> {
        self.sender.send(event).await.map_err(|_| "the connection was lost".to_owned())
    }
}

/// Waits for this instant; for ever if there is none.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when.into()).await,
        None => std::future::pending().await,
    }
}
