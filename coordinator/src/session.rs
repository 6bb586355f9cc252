//! One agent's stream: messages of the wire on one side, events and commands on the other. It knows nothing of jobs.

use std::time::Duration;

use cotejo_channel::MAX_CONTROL_BYTES;
use cotejo_model::session::{AgentCommand, AgentEvent, Hello, OLDEST_PROTOCOL, PROTOCOL};
use cotejo_proto::v1;
use cotejo_proto::v1::agent_service_server::{AgentService, AgentServiceServer};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use crate::dispatcher::{DispatchError, Dispatcher};

/// How long a new stream may take to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Commands that wait for an agent to read them.
const COMMANDS: usize = 64;

type Outgoing = mpsc::Sender<Result<v1::CoordinatorMessage, Status>>;

/// The service that agents dial.
pub struct Sessions {
    dispatcher: Dispatcher,
}

/// The service of agents whose events go to this dispatcher.
pub fn service(dispatcher: Dispatcher) -> AgentServiceServer<Sessions> {
    AgentServiceServer::new(Sessions { dispatcher }).max_decoding_message_size(MAX_CONTROL_BYTES)
}

#[tonic::async_trait]
impl AgentService for Sessions {
    type SessionStream = ReceiverStream<Result<v1::CoordinatorMessage, Status>>;

    async fn session(
        &self,
        request: Request<Streaming<v1::AgentMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let events = request.into_inner().map(|message| {
            AgentEvent::try_from(message?)
                .map_err(|error| Status::invalid_argument(format!("the agent's message: {error}")))
        });
        let (outgoing, stream) = mpsc::channel(COMMANDS);
        let dispatcher = self.dispatcher.clone();
        // A task of its own: the stream's end is recorded even where the transport drops the response. Answering at
        // once sends the headers, without which some proxies hold the stream back.
        tokio::spawn(async move {
            let lease = dispatcher.lease();
            if let Err(status) = serve(dispatcher, events, outgoing.clone()).await {
                // A client that is gone or does not read needs no reason.
                let _ = tokio::time::timeout(lease, outgoing.send(Err(status))).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

async fn serve<S>(dispatcher: Dispatcher, mut events: S, outgoing: Outgoing) -> Result<(), Status>
where
    S: Stream<Item = Result<AgentEvent, Status>> + Unpin,
{
    let hello = first(&mut events).await?;
    let machine = hello.machine;
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let stream = dispatcher.connect(hello, commands).await.map_err(refused)?;
    let forward = |event| {
        let dispatcher = dispatcher.clone();
        async move { dispatcher.event(stream, event).await.map_err(refused) }
    };
    let end = pump(events, inbox, outgoing.clone(), dispatcher.lease(), forward).await;
    if let Err(status) = &end {
        tracing::info!(%machine, epoch = stream.epoch, reason = status.message(), "agent's stream closed");
    }
    // An error means that the dispatcher has ended, and has nothing left to record.
    let _ = dispatcher.disconnect(stream).await;
    end
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn refused(error: DispatchError) -> Status {
    tracing::warn!(%error, "an agent's stream is refused");
    Status::unavailable(error.to_string())
}

/// The hello, which must come first, soon, and in a version that is understood.
async fn first<S>(events: &mut S) -> Result<Hello, Status>
where
    S: Stream<Item = Result<AgentEvent, Status>> + Unpin,
{
    let event = tokio::time::timeout(HELLO, events.next())
        .await
        .map_err(|_| Status::deadline_exceeded("no hello within 10 s"))?
        .ok_or_else(|| Status::cancelled("the stream ended before the hello"))??;
    let AgentEvent::Hello(hello) = event else {
        return Err(Status::failed_precondition("the first message must be the hello"));
    };
    if !(OLDEST_PROTOCOL..=PROTOCOL).contains(&hello.protocol) {
        return Err(Status::failed_precondition(format!(
            "the agent speaks version {} of the protocol, and this coordinator {OLDEST_PROTOCOL} to {PROTOCOL}; \
             install the same version of Cotejo on both",
            hello.protocol
        )));
    }
    Ok(*hello)
}

/// Carries events in and commands out until one side ends, or the agent is silent for the lease, or does not read for
/// as long.
async fn pump<S, F>(
    mut events: S,
    mut inbox: mpsc::Receiver<AgentCommand>,
    outgoing: Outgoing,
    lease: Duration,
    forward: impl Fn(AgentEvent) -> F,
) -> Result<(), Status>
where
    S: Stream<Item = Result<AgentEvent, Status>> + Unpin,
    F: Future<Output = Result<(), Status>>,
{
    let silence = tokio::time::sleep(lease);
    tokio::pin!(silence);
    loop {
        tokio::select! {
            command = inbox.recv() => {
                let Some(command) = command else {
                    return Err(Status::unavailable(
                        "the coordinator closed the stream: it is shutting down, or a newer stream replaces this one",
                    ));
                };
                match tokio::time::timeout(lease, outgoing.send(Ok(command.into()))).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return Ok(()),
                    Err(_) => return Err(Status::deadline_exceeded("the agent does not read its commands")),
                }
            }
            event = events.next() => match event {
                None => return Ok(()),
                Some(event) => {
                    forward(event?).await?;
                    silence.as_mut().reset(tokio::time::Instant::now() + lease);
                }
            },
            () = &mut silence => {
                return Err(Status::deadline_exceeded(format!("the agent was silent for {} s", lease.as_secs())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use cotejo_samples::{assignment, hello};

    const LEASE: Duration = Duration::from_secs(45);

    fn code(result: Result<(), Status>) -> tonic::Code {
        result.map_or_else(|status| status.code(), |()| tonic::Code::Ok)
    }

    async fn pumped(
        events: impl Stream<Item = Result<AgentEvent, Status>> + Unpin,
        inbox: mpsc::Receiver<AgentCommand>,
        outgoing: &Outgoing,
    ) -> tonic::Code {
        code(pump(events, inbox, outgoing.clone(), LEASE, async |_| Ok(())).await)
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_closed_after_the_lease() {
        let (_commands, inbox) = mpsc::channel(1);
        let (outgoing, _stream) = mpsc::channel(1);
        let began = Instant::now();
        let end = pumped(tokio_stream::pending(), inbox, &outgoing).await;
        assert_eq!((end, began.elapsed()), (tonic::Code::DeadlineExceeded, LEASE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_heartbeat_extends_the_lease() {
        let (_commands, inbox) = mpsc::channel(1);
        let (outgoing, _stream) = mpsc::channel(1);
        let began = Instant::now();
        let beats = tokio_stream::iter([(); 10]).throttle(Duration::from_secs(40)).map(|()| Ok(AgentEvent::Heartbeat));
        let end = pumped(Box::pin(beats.chain(tokio_stream::pending())), inbox, &outgoing).await;
        assert_eq!(end, tonic::Code::DeadlineExceeded);
        assert_eq!(began.elapsed(), 9 * Duration::from_secs(40) + LEASE);
    }

    #[tokio::test(start_paused = true)]
    async fn an_agent_that_does_not_read_is_given_up() {
        let (commands, inbox) = mpsc::channel(8);
        let (outgoing, _stream) = mpsc::channel(1);
        for _ in 0..3 {
            commands.try_send(AgentCommand::Cancel(assignment())).unwrap();
        }
        assert_eq!(pumped(tokio_stream::pending(), inbox, &outgoing).await, tonic::Code::DeadlineExceeded);
    }

    #[tokio::test]
    async fn a_replaced_stream_is_told() {
        let (commands, inbox) = mpsc::channel(1);
        let (outgoing, _stream) = mpsc::channel(1);
        drop(commands);
        assert_eq!(pumped(tokio_stream::pending(), inbox, &outgoing).await, tonic::Code::Unavailable);
    }

    #[tokio::test(start_paused = true)]
    async fn the_hello_comes_first_soon_and_in_a_known_version() {
        let of = async |events: Vec<AgentEvent>| {
            let mut events = tokio_stream::iter(events.into_iter().map(Ok)).chain(tokio_stream::pending());
            first(&mut events).await.map(|_| ()).map_err(|status| status.code())
        };
        let newer = Hello { protocol: PROTOCOL + 1, ..hello("pc-1") };
        assert_eq!(of(vec![AgentEvent::Hello(Box::new(hello("pc-1")))]).await, Ok(()));
        assert_eq!(of(vec![AgentEvent::Hello(Box::new(newer))]).await, Err(tonic::Code::FailedPrecondition));
        assert_eq!(of(vec![AgentEvent::Heartbeat]).await, Err(tonic::Code::FailedPrecondition));
        assert_eq!(of(vec![]).await, Err(tonic::Code::DeadlineExceeded));
    }
}
