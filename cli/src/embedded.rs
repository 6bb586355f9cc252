//! The coordinator and the agent inside this process, for a PC by itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use cotejo_agent::WorkerCommand;
use cotejo_channel::Address;
use cotejo_coordinator::{Config, RunError, StartError};
use cotejo_simulated::Seat;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::args::{SIMULATED_SUBCOMMAND, WORKER_SUBCOMMAND};
use crate::client::Client;
use crate::error::Error;
use crate::message::Message;

/// How long open streams may take to close.
const DRAIN_SECONDS: u64 = 2;

/// This PC's own results, behind a coordinator that only this process can find.
pub(crate) struct Store {
    client: Client,
    shutdown: CancellationToken,
    serving: JoinHandle<Result<(), RunError>>,
}

impl Store {
    /// Whether this folder holds one.
    pub(crate) fn exists(folder: &Path) -> bool {
        folder.join("coordinator").is_dir()
    }

    /// Opens it, or makes an empty one. One process at a time can have it.
    pub(crate) async fn open(folder: &Path) -> Result<Self, Error> {
        Self::open_at(folder, None).await
    }

    /// Likewise, at this address; without one, at a port that is free.
    pub(crate) async fn open_at(folder: &Path, listen: Option<SocketAddr>) -> Result<Self, Error> {
        let config = Config {
            listen: listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            data_dir: folder.join("coordinator"),
            drain_seconds: DRAIN_SECONDS,
            ..Config::default()
        };
        let app = cotejo_coordinator::build(config).await.map_err(|error| match error {
            StartError::Locked(_) => Error::failed(Message::new("problem-locked").with("folder", folder.display()))
                .with_help(Message::new("remedy-locked")),
            error => Error::failed(error.message()),
        })?;
        let address = app.addr.into();
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(app.run(shutdown.clone()));
        let client = Client::connect(&address).await?;
        Ok(Self { client, shutdown, serving })
    }

    /// The conversation with it.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Closes it; what was measured stays.
    pub(crate) async fn close(self) -> Result<(), Error> {
        drop(self.client);
        self.shutdown.cancel();
        match self.serving.await {
            Ok(ended) => ended.map_err(|error| Error::failed(error.message())),
            Err(panic) => Err(Error::failed(Message::new("problem-own-coordinator-broke").with("error", panic))),
        }
    }
}

/// How to start a worker: this same program.
pub(crate) fn worker() -> Result<WorkerCommand, Error> {
    Ok(WorkerCommand { program: this_program()?, args: vec![WORKER_SUBCOMMAND.into()] })
}

/// How to start the worker of a simulated PC: this same program.
pub(crate) fn simulated_worker(seat: Seat) -> Result<WorkerCommand, Error> {
    let args = std::iter::once(SIMULATED_SUBCOMMAND.into()).chain(seat.arguments()).collect();
    Ok(WorkerCommand { program: this_program()?, args })
}

fn this_program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(|error| Error::failed(Message::new("problem-own-program").with("error", error)))
}

/// The settings of this PC's agent; its workers are this same program, and the one for GPUs beside it.
pub(crate) fn agent_config(folder: &Path) -> Result<cotejo_agent::Config, Error> {
    Ok(cotejo_agent::Config { data_dir: folder.join("agent"), worker: worker()?, ..cotejo_agent::Config::default() })
}

/// This PC's agent.
pub(crate) struct Agent {
    stop: CancellationToken,
    running: JoinHandle<Result<(), cotejo_agent::Error>>,
}

impl Agent {
    pub(crate) fn start(folder: &Path, coordinator: &Address) -> Result<Self, Error> {
        let config = cotejo_agent::Config { coordinator: coordinator.to_string(), ..agent_config(folder)? };
        let stop = CancellationToken::new();
        Ok(Self { running: tokio::spawn(cotejo_agent::run(config, stop.clone())), stop })
    }

    /// Returns if it ends without having been told to.
    pub(crate) async fn broken(&mut self) -> Error {
        let error = ended((&mut self.running).await).err();
        error.unwrap_or_else(|| Error::failed(Message::new("problem-own-agent-ended")))
    }

    /// Ends it, and the worker with it.
    pub(crate) async fn stop(self) -> Result<(), Error> {
        self.stop.cancel();
        // One that has ended before was asked already.
        if self.running.is_finished() { Ok(()) } else { ended(self.running.await) }
    }
}

fn ended(end: Result<Result<(), cotejo_agent::Error>, JoinError>) -> Result<(), Error> {
    match end {
        Ok(ended) => ended.map_err(|error| Error::failed(error.message())),
        Err(panic) => Err(Error::failed(Message::new("problem-own-agent-broke").with("error", panic))),
    }
}
