//! Ctrl-C: the first one asks a command to end, the second one ends the process.

use cotejo_daemon::signals;
use tokio_util::sync::CancellationToken;

use crate::error::Exit;
use crate::message::Message;
use crate::output;

/// Whether a person has asked to end. Listening begins when it is made.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(CancellationToken);

impl Interrupt {
    /// Begins to listen.
    pub(crate) fn listen() -> Self {
        Self(signals::shutdown(|| {
            output::say(Message::new("news-ended-at-once"));
            // Workers end with this process: their standard input closes.
            Exit::Interrupted.code().into()
        }))
    }

    /// Returns when asked to end.
    pub(crate) async fn requested(&mut self) {
        self.0.cancelled().await;
    }
}
