//! What is said over one connection: offers are taken, steps of the attempt are reported, results are sent until they are
//! acknowledged.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use cotejo_model::session::{AgentCommand, AgentEvent, Offer, Receipt, ResultAck, Verdict, Welcome};
use cotejo_model::{Assignment, Digest, JobState};
use tokio::sync::mpsc;

use super::{Incoming, Link, receive};
use crate::job::{Attempt, End, News, Step};

/// The shortest time between two reports of progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// A result that is not acknowledged within this time is sent again: the coordinator's disk may have been full.
const RESEND_AFTER: Duration = Duration::from_secs(30);

/// A connection that was welcomed.
pub(super) struct Session<'a> {
    link: &'a mut Link,
    incoming: Incoming,
    sender: mpsc::Sender<AgentEvent>,
    /// The attempt that was reported as running.
    announced: Option<Assignment>,
    /// When progress may be reported again; `None` if it may be now.
    progress_due: Option<Instant>,
    /// The result that waits for its acknowledgement; one at a time.
    sent: Option<Sent>,
}

/// A result on its way.
#[derive(Clone, Copy)]
struct Sent {
    digest: Digest,
    resend_at: Instant,
}

/// What a session waits for.
enum Event {
    Command(AgentCommand),
    News(News),
    ProgressDue,
    AckTimedOut,
}

impl<'a> Session<'a> {
    pub(super) fn new(link: &'a mut Link, incoming: Incoming, sender: mpsc::Sender<AgentEvent>) -> Self {
        Self { link, incoming, sender, announced: None, progress_due: None, sent: None }
    }

    /// Serves until the connection ends.
    ///
    /// # Errors
    /// Why it ended, for the log; there is no other way out.
    pub(super) async fn run(&mut self, welcome: Welcome) -> Result<Infallible, String> {
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
                Event::ProgressDue => self.progress_due = None,
                Event::AckTimedOut => self.sent = None,
            }
        }
    }

    async fn next(&mut self) -> Result<Event, String> {
        let steps = self.progress_due.is_none();
        let news = async {
            match &mut self.link.attempt {
                Some(attempt) => attempt.news(steps).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            command = receive(&mut self.incoming) => command.map(Event::Command),
            news = news => Ok(Event::News(news)),
            () = at(self.progress_due) => Ok(Event::ProgressDue),
            () = at(self.sent.map(|sent| sent.resend_at)) => Ok(Event::AckTimedOut),
        }
    }

    async fn command(&mut self, command: AgentCommand) -> Result<(), String> {
        match command {
            AgentCommand::Offer(offer) => self.offered(*offer).await,
            AgentCommand::Cancel(assignment) => {
                if let Some(end) = self.stop(assignment).await {
                    self.ended(assignment, end).await
                } else if self.link.bench.outbox.held().contains(&assignment) {
                    // Its result is on the way, and tells more.
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
                // Its first step is reported at once.
                self.progress_due = None;
                self.link.attempt = Some(Attempt::start(&self.link.bench, offer));
                Ok(())
            }
        }
    }

    /// Does what the coordinator wants with an attempt that the hello named.
    async fn obey(&mut self, assignment: Assignment, verdict: Verdict) -> Result<(), String> {
        match verdict {
            Verdict::Continue => match &self.link.attempt {
                Some(attempt) if attempt.assignment == assignment => self.tell(attempt.step()).await,
                _ => Ok(()),
            },
            // The same happens to every result in the outbox.
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
            self.progress_due = Some(Instant::now() + PROGRESS_EVERY);
            self.send(AgentEvent::Progress { assignment, progress }).await?;
        }
        Ok(())
    }

    /// Sends the oldest result in the outbox, unless one is on its way.
    async fn send_result(&mut self) -> Result<(), String> {
        if self.sent.is_some() {
            return Ok(());
        }
        let Some(result) = self.link.bench.outbox.first() else { return Ok(()) };
        let assignment = result.assignment;
        if self.link.attempt.as_ref().is_some_and(|attempt| attempt.assignment == assignment) {
            // The attempt has not ended yet, and no other offer could be taken before it has.
            return Ok(());
        }
        self.sent = Some(Sent { digest: result.digest, resend_at: Instant::now() + RESEND_AFTER });
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
        self.sent = self.sent.filter(|sent| sent.digest != *digest);
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
