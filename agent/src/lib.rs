//! Cotejo's agent: it finds out what its machine can do, dials the coordinator, and runs jobs one at a time, each in a
//! worker process of its own. It holds no candle, so that it starts on any PC.

use std::pin::Pin;
use std::sync::Arc;

use cotejo_language::Message;
use cotejo_model::Capability;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

pub mod config;
mod loader;
mod retry;

pub mod blobs;
pub mod conditions;
pub mod doctor;
pub mod identity;
mod job;
mod link;
pub mod nvidia;
pub mod outbox;
mod power;
pub mod probe;
pub mod runner;
pub mod worker;
pub mod workers;

pub use config::{Config, ConfigError};
pub use worker::WorkerCommand;
pub use workers::Workers;

use blobs::Blobs;
use conditions::{Monitor, Surroundings};
use identity::{DataDir, DataDirError};
use link::{Introduction, Link};
use nvidia::Nvidia;
use outbox::{Outbox, OutboxError};

/// Why the agent cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its configuration makes no sense.
    Config(#[from] ConfigError),
    /// Its data folder cannot be used.
    DataDir(#[from] DataDirError),
    /// It cannot keep results.
    Outbox(#[from] OutboxError),
}

impl Error {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Config(error) => error.message(),
            Self::DataDir(error) => error.message(),
            Self::Outbox(error) => error.message(),
        }
    }
}

cotejo_language::displayed_in_english!(Error);

/// An agent at work. Boxed: else every program that awaits it would compile the agent anew.
pub type Running = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// Runs the agent until it is told to stop. An unreachable coordinator is no error: it is dialled again and again.
pub fn run(config: Config, shutdown: CancellationToken) -> Running {
    run_with(config, Nvidia::of_this_machine(), shutdown)
}

/// As `run`, with another NVIDIA driver than this machine's.
pub fn run_with(config: Config, nvidia: Nvidia, shutdown: CancellationToken) -> Running {
    Box::pin(serve(config, Subject::Real(nvidia), shutdown))
}

/// As `run`, for a rehearsal: the agent is that of a machine which only plays one, and looks at nothing of the machine that
/// it runs on. Nothing but a caller in the same process can ask for this, and every device is marked as simulated,
/// whatever the capability says. The configured worker is to play these devices.
pub fn play(config: Config, capability: Capability, shutdown: CancellationToken) -> Running {
    Box::pin(serve(config, Subject::Played(Box::new(capability)), shutdown))
}

/// Whose agent this is.
enum Subject {
    /// This machine's, with this driver.
    Real(Nvidia),
    /// That of a played machine.
    Played(Box<Capability>),
}

impl Subject {
    /// What the machine is, what surrounds it, and its driver if it has one that can be asked.
    async fn look(self, workers: &Workers) -> (Capability, Monitor, Option<Nvidia>) {
        match self {
            Self::Real(nvidia) => {
                let monitor = Monitor::new();
                (probe::probe(workers, &monitor, &nvidia).await.capability, monitor, Some(nvidia))
            }
            Self::Played(mut capability) => {
                capability.devices.iter_mut().for_each(|device| device.simulated = true);
                let Capability { background_load, power, .. } = *capability;
                (*capability, Monitor::played(Surroundings { background_load, power }), None)
            }
        }
    }
}

async fn serve(config: Config, subject: Subject, shutdown: CancellationToken) -> Result<(), Error> {
    config.validate()?;
    let coordinator = config.coordinator_address()?;
    if !coordinator.is_loopback() {
        tracing::warn!(
            %coordinator,
            "insecure: the connection is not encrypted, and whoever answers there can have this machine run jobs"
        );
    }
    let cuda_worker = &config.cuda_worker;
    if *cuda_worker != WorkerCommand::cuda_beside_this_program() && !cuda_worker.program.exists() {
        tracing::warn!(program = %cuda_worker.program.display(), "cuda_worker is not there; GPUs are left to the worker");
    }
    let data = DataDir::open(&config.data_dir)?;
    let outbox = Arc::new(Outbox::open(&data.outbox())?);
    let blobs = Blobs::open(&data.blobs(), link::lazy(&coordinator))
        .map_err(|source| DataDirError::Unusable { path: data.blobs(), source })?;
    let workers = config.workers();
    let (capability, monitor, nvidia) = tokio::select! {
        seen = subject.look(&workers) => seen,
        () = shutdown.cancelled() => return Ok(()),
    };
    let monitor = Arc::new(monitor);
    tracing::info!(
        machine = %data.machine(), name = config.name, cpu = capability.cpu.name, devices = capability.devices.len(),
        no_gpu = capability.no_gpu.as_ref().map(tracing::field::display), "agent started"
    );
    if nvidia.is_some() {
        log_unusable(&capability);
    }
    let _looking = AbortOnDropHandle::new(tokio::spawn(Arc::clone(&monitor).keep_looking()));
    let cpu = capability.cpu.clone();
    let introduction = Introduction { machine: data.machine(), name: config.name, labels: config.labels, capability };
    let link = Link::new(coordinator, introduction, job::Bench { workers, nvidia, cpu, monitor, outbox, blobs });
    link.run(&shutdown).await;
    tracing::info!("agent stopped");
    Ok(())
}

fn log_unusable(capability: &Capability) {
    for device in &capability.devices {
        if let Some(failure) = &device.unusable {
            tracing::warn!(device = %device.id, name = device.name, "cannot be used: {failure}");
        }
    }
}
