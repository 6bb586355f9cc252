//! Cotejo's agent: it finds out what its machine can do, dials the coordinator, and runs jobs one at a time, each in a
//! worker process of its own. It holds no candle, so that it starts on any PC.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

pub mod config;
mod files;
mod retry;

pub mod blobs;
pub mod conditions;
pub mod identity;
mod job;
mod link;
pub mod outbox;
pub mod probe;
pub mod runner;
pub mod worker;

pub use config::{Config, ConfigError};
pub use worker::WorkerCommand;

use blobs::Blobs;
use conditions::Monitor;
use identity::{DataDir, DataDirError};
use link::{Introduction, Link};
use outbox::{Outbox, OutboxError};

/// Why the agent cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its configuration makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its data folder cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// It cannot keep results.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

/// Runs the agent until it is told to stop. An unreachable coordinator is no error: it is dialled again and again.
pub async fn run(config: Config, shutdown: CancellationToken) -> Result<(), Error> {
    config.validate()?;
    let coordinator = config.coordinator_uri()?;
    if !config::is_loopback(&coordinator) {
        tracing::warn!(
            %coordinator,
            "insecure: the connection is not encrypted, and whoever answers there can have this machine run jobs"
        );
    }
    let data = DataDir::open(&config.data_dir)?;
    let outbox = Arc::new(Outbox::open(&data.outbox())?);
    let endpoint = link::endpoint(coordinator);
    let blobs = Blobs::open(&data.blobs(), endpoint.connect_lazy())
        .map_err(|source| DataDirError::Unusable { path: data.blobs(), source })?;
    let monitor = Arc::new(Monitor::new());
    let capability = tokio::select! {
        capability = probe::probe(&config.worker, &monitor) => capability,
        () = shutdown.cancelled() => return Ok(()),
    };
    tracing::info!(
        machine = %data.machine(), name = config.name, cpu = capability.cpu.name, devices = capability.devices.len(),
        no_gpu = capability.no_gpu, "agent started"
    );
    for device in &capability.devices {
        if let Some(failure) = &device.unusable {
            tracing::warn!(device = %device.id, name = device.name, "cannot be used: {failure}; {}", failure.remedy);
        }
    }
    let _looking = AbortOnDropHandle::new(tokio::spawn(Arc::clone(&monitor).keep_looking()));
    let cpu = capability.cpu.clone();
    let introduction = Introduction { machine: data.machine(), name: config.name, labels: config.labels, capability };
    let link = Link::new(endpoint, introduction, job::Bench { worker: config.worker, cpu, monitor, outbox, blobs });
    link.run(&shutdown).await;
    tracing::info!("agent stopped");
    Ok(())
}
