//! Ctrl-C: the first one asks a command to end, the second one ends the process.

use tokio::sync::watch;

use crate::error::Exit;
use crate::message::Message;
use crate::output;

/// Whether a person has asked to end. Listening begins when it is made.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Begins to listen.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signal().await;
            sender.send_replace(true);
            signal().await;
            output::say(Message::new("news-ended-at-once"));
            // Workers end with this process: their standard input closes.
            std::process::exit(Exit::Interrupted.code().into());
        });
        Self(receiver)
    }

    /// Returns when asked to end.
    pub(crate) async fn requested(&mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            // Nobody can ask any more.
            std::future::pending::<()>().await;
        }
    }
}

/// Ctrl-C, or on Unix the polite signal of a system that shuts down.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
