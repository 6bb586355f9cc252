//! Requests to end a process: Ctrl-C, what a Unix system sends at shutdown, and what a Windows console tells.

use std::io;

use tokio_util::sync::CancellationToken;

/// What a process that was interrupted exits with, by custom.
pub const INTERRUPTED: i32 = 130;

/// A token that is cancelled at the first request to end. The second request ends the process: `at_once` does what must
/// be done before, and gives the exit code. Listening begins before this returns, so it must be called in a runtime.
pub fn shutdown(at_once: impl FnOnce() -> i32 + Send + 'static) -> CancellationToken {
    let token = CancellationToken::new();
    match Requests::listen() {
        Ok(mut requests) => {
            let first = token.clone();
            tokio::spawn(async move {
                requests.next().await;
                tracing::info!("stopping; once more to stop at once");
                first.cancel();
                requests.next().await;
                std::process::exit(at_once());
            });
        }
        // It can be killed all the same.
        Err(error) => tracing::error!(%error, "requests to end cannot be noticed"),
    }
    token
}

/// The requests to end that this process gets from here on.
#[cfg(unix)]
struct Requests {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Requests {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The requests to end that this process gets from here on: Ctrl-C, Ctrl-Break, a closed console, a shutdown.
#[cfg(windows)]
struct Requests {
    c: tokio::signal::windows::CtrlC,
    pause: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Requests {
    fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self { c: ctrl_c()?, pause: ctrl_break()?, close: ctrl_close()?, shutdown: ctrl_shutdown()? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.c.recv() => {}
            _ = self.pause.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}
