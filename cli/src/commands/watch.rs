//! Following a sweep until it is finished or a person has seen enough.

use std::time::Duration;

use cotejo_model::SweepId;
use cotejo_model::sweep::SweepStatus;

use crate::client::Client;
use crate::error::{Error, Exit};
use crate::interrupt::Interrupt;
use crate::message::Message;
use crate::output;
use crate::progress::Progress;

/// How long a cancelled sweep may take to end.
const CANCEL_WITHIN: Duration = Duration::from_secs(20);

/// How following ended.
pub(super) enum Followed {
    /// Nothing more will come.
    Finished(Box<SweepStatus>),
    /// A person asked to end.
    Interrupted,
}

/// Shows a sweep's progress to its end.
pub(super) async fn follow(client: &Client, sweep: SweepId, interrupt: &mut Interrupt) -> Result<Followed, Error> {
    let mut watch = client.watch(sweep.to_string()).await?;
    let mut progress = Progress::new();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            status = watch.next() => match status {
                Ok(Some(status)) => progress.update(status),
                Ok(None) => break,
                Err(error) if error.exit == Exit::Unreachable => return Err(lost(client, sweep)),
                Err(error) => return Err(error),
            },
            () = interrupt.requested() => {
                progress.finish();
                return Ok(Followed::Interrupted);
            }
            _ = second.tick() => progress.tick(),
        }
    }
    match progress.finish() {
        Some(status) if status.is_finished() => Ok(Followed::Finished(Box::new(status))),
        _ => Err(lost(client, sweep)),
    }
}

/// Ends a sweep, keeping what is measured.
pub(super) async fn cancelled(client: &Client, sweep: &SweepStatus) -> Result<SweepStatus, Error> {
    output::say(Message::new("news-ending"));
    let mut status = client.cancel(sweep.id.to_string()).await?;
    let end = async {
        let mut watch = client.watch(sweep.id.to_string()).await?;
        while let Some(next) = watch.next().await? {
            status = next;
        }
        Ok(())
    };
    match tokio::time::timeout(CANCEL_WITHIN, end).await {
        Ok(ended) => ended?,
        Err(_) => output::say(Message::new("news-worker-stopped")),
    }
    Ok(status)
}

/// The coordinator went away, and its sweep waits for it.
fn lost(client: &Client, sweep: SweepId) -> Error {
    let again = Message::new("remedy-lost").with("sweep", sweep.short());
    let message = Message::new("problem-lost").with("address", client.address());
    Error { exit: Exit::Unreachable, ..Error::failed(message).with_help(again) }
}
