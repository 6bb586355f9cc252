//! Gives jobs to agents and follows them to their end. It is the only caller of state transitions: one task owns them
//! all, and everyone else sends it requests.

mod core;
mod events;
mod reconcile;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cotejo_language::Message;
use cotejo_model::frames::Progress;
use cotejo_model::reason::RequestReason;
use cotejo_model::session::{AgentCommand, AgentEvent, Hello};
use cotejo_model::{Machine, MachineId, Reason, SweepId};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use self::core::Core;
use crate::clock::Now;
use crate::registry::Stream;
use crate::store::{JobRecord, Store, StoreError};

/// Requests that wait; a sender waits in turn once there are more.
const REQUESTS: usize = 1024;
/// How often time-outs are looked for.
const TICK: Duration = Duration::from_secs(1);

/// The times and counts that a job's fate depends on.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Silence after which a stream is closed.
    pub lease: Duration,
    /// Time from then on until its job is lost.
    pub lost_after: Duration,
    /// Tries at a job whose agent was lost.
    pub max_attempts: u32,
    /// Time after which a queued job of an absent machine expires.
    pub queue_expiry: Duration,
}

/// What is going on now.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Connected machines, with the time of their last sign of life.
    pub online: HashMap<MachineId, u64>,
    /// Every job that an agent holds or may hold.
    pub held: Vec<HeldJob>,
}

/// A job that an agent holds or may hold.
#[derive(Debug, Clone)]
pub struct HeldJob {
    /// The job.
    pub job: JobRecord,
    /// How far the worker is.
    pub progress: Option<Progress>,
}

/// Why the dispatcher does not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// The store failed.
    Store(#[from] StoreError),
    /// It has ended.
    ShuttingDown,
}

impl DispatchError {
    /// The same as a reason, for people.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Store(error) => error.reason(),
            Self::ShuttingDown => RequestReason::ShuttingDown.into(),
        }
    }

    fn message(&self) -> Message {
        self.reason().into()
    }
}

cotejo_language::displayed_in_english!(DispatchError);

type Reply<T> = oneshot::Sender<Result<T, DispatchError>>;

enum Request {
    Connect { hello: Box<Hello>, commands: mpsc::Sender<AgentCommand>, reply: Reply<Stream> },
    Event { stream: Stream, event: AgentEvent },
    Disconnect { stream: Stream },
    OfferAll,
    Cancel { sweep: SweepId, reply: Reply<()> },
    Snapshot { reply: Reply<Snapshot> },
    ShutDown,
}

/// A handle on the dispatcher.
#[derive(Clone)]
pub struct Dispatcher {
    requests: mpsc::Sender<Request>,
    changes: watch::Receiver<u64>,
    store: Arc<dyn Store>,
    lease: Duration,
}

impl Dispatcher {
    /// Reads everything back from the store and starts. The task ends after `shut_down`, or once every handle is gone.
    pub async fn start(store: Arc<dyn Store>, settings: Settings) -> Result<(Self, JoinHandle<()>), StoreError> {
        let (revision, changes) = watch::channel(0);
        let core = Core::load(Arc::clone(&store), settings, revision, Now::read()).await?;
        let (requests, receiver) = mpsc::channel(REQUESTS);
        let task = tokio::spawn(run(core, receiver));
        Ok((Self { requests, changes, store, lease: settings.lease }, task))
    }

    /// Silence after which a stream is to be closed.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// An agent says hello. Its commands, `Welcome` first, arrive on the channel; its closing means that the stream is
    /// to end. Returns the stream as which its events count.
    pub async fn connect(&self, hello: Hello, commands: mpsc::Sender<AgentCommand>) -> Result<Stream, DispatchError> {
        self.ask(|reply| Request::Connect { hello: Box::new(hello), commands, reply }).await
    }

    /// An agent says something.
    pub async fn event(&self, stream: Stream, event: AgentEvent) -> Result<(), DispatchError> {
        self.tell(Request::Event { stream, event }).await
    }

    /// An agent's stream ended.
    pub async fn disconnect(&self, stream: Stream) -> Result<(), DispatchError> {
        self.tell(Request::Disconnect { stream }).await
    }

    /// New jobs are queued: every idle machine gets its next one.
    pub async fn offer_all(&self) -> Result<(), DispatchError> {
        self.tell(Request::OfferAll).await
    }

    /// Cancels what is left of a sweep.
    pub async fn cancel(&self, sweep: SweepId) -> Result<(), DispatchError> {
        self.ask(|reply| Request::Cancel { sweep, reply }).await
    }

    /// What is going on now.
    pub async fn snapshot(&self) -> Result<Snapshot, DispatchError> {
        self.ask(|reply| Request::Snapshot { reply }).await
    }

    /// Every machine that ever connected, or that a bundle told of, by name.
    pub async fn machines(&self) -> Result<Vec<Machine>, DispatchError> {
        let snapshot = self.snapshot().await?;
        let records = self.store.machines().await?;
        let machine = records.into_iter().map(|record| {
            let seen = snapshot.online.get(&record.id);
            let held = snapshot.held.iter().find(|held| held.job.machine == record.id);
            Machine {
                imported: record.is_imported(),
                id: record.id,
                name: record.name,
                labels: record.labels,
                capability: record.capability,
                online: seen.is_some(),
                last_seen_ms: seen.copied().unwrap_or(record.last_seen_ms),
                job: held.map(|held| held.job.assignment.job),
            }
        });
        Ok(machine.collect())
    }

    /// Changes whenever a job or a machine does.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// Ends every agent's stream and stops.
    pub async fn shut_down(&self) {
        // An error means that it has stopped already.
        let _ = self.requests.send(Request::ShutDown).await;
    }

    async fn tell(&self, request: Request) -> Result<(), DispatchError> {
        self.requests.send(request).await.map_err(|_| DispatchError::ShuttingDown)
    }

    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, DispatchError> {
        let (reply, answer) = oneshot::channel();
        self.tell(request(reply)).await?;
        answer.await.map_err(|_| DispatchError::ShuttingDown)?
    }
}

async fn run(mut core: Core, mut requests: mpsc::Receiver<Request>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            request = requests.recv() => match request {
                None | Some(Request::ShutDown) => break,
                Some(request) => serve(&mut core, request).await,
            },
            _ = ticks.tick() => {
                if let Err(error) = core.tick(Now::read()).await {
                    tracing::error!(%error, "time-outs could not be recorded; trying again");
                }
            }
        }
    }
    core.close();
}

async fn serve(core: &mut Core, request: Request) {
    let now = Now::read();
    match request {
        Request::Connect { hello, commands, reply } => {
            let _ = reply.send(core.connect(*hello, commands, now).await.map_err(Into::into));
        }
        Request::Event { stream, event } => core.event(stream, event, now).await,
        Request::Disconnect { stream } => core.agent_lost(stream, now).await,
        Request::OfferAll => core.offer_all(now).await,
        Request::Cancel { sweep, reply } => {
            let _ = reply.send(core.cancel(sweep, now).await.map_err(Into::into));
        }
        Request::Snapshot { reply } => {
            let _ = reply.send(Ok(core.snapshot()));
        }
        Request::ShutDown => {}
    }
}
