//! The coordinator as a whole: everything is opened and bound first, then served until it is told to stop.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cotejo_language::Message;
use futures_util::future::{BoxFuture, LocalBoxFuture};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::Api;
use crate::blobs::{BlobError, Blobs};
use crate::clock::now_ms;
use crate::config::{Config, ConfigError};
use crate::dispatcher::{Dispatcher, Settings};
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};

/// Why the coordinator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting makes no sense.
    Config(#[from] ConfigError),
    /// The data folder cannot be made or written.
    DataFolder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another coordinator uses it.
    Locked(PathBuf),
    /// The address is taken.
    PortTaken(SocketAddr),
    /// The address cannot be used for another reason.
    Bind {
        /// Which.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The database.
    Store(#[from] StoreError),
    /// The folder of blobs.
    Blobs(#[from] BlobError),
}

impl StartError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Config(error) => error.message(),
            Self::DataFolder { folder, source } => {
                Message::new("coordinator-folder").with("folder", folder.display()).with("error", source)
            }
            Self::Locked(folder) => Message::new("coordinator-locked").with("folder", folder.display()),
            Self::PortTaken(address) => Message::new("coordinator-port-taken").with("address", address),
            Self::Bind { listen, source } => {
                Message::new("coordinator-bind").with("address", listen).with("error", source)
            }
            Self::Store(error) => error.reason().into(),
            Self::Blobs(error) => error.reason().into(),
        }
    }
}

/// Why the coordinator ended other than by being told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The transport failed.
    Server(#[from] tonic::transport::Error),
    /// A defect of the program's own.
    Dispatcher,
}

impl RunError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Server(error) => Message::new("coordinator-server").with("error", error),
            Self::Dispatcher => Message::new("coordinator-dispatcher"),
        }
    }
}

cotejo_language::displayed_in_english!(StartError, RunError);

/// A coordinator that is bound and ready to serve.
pub struct App {
    /// Where it listens: with port 0 in the configuration, the port that it got.
    pub addr: SocketAddr,
    /// Where its data lies.
    pub data_dir: PathBuf,
    listener: TcpListener,
    drain: Duration,
    api: Api,
    dispatching: JoinHandle<()>,
    /// Released when the process or this value ends.
    _lock: File,
}

/// Opens the data folder and binds the address, so that whatever is wrong is known before anything is served.
///
/// The future is boxed, as that of `App::run`: else every program that awaits it would compile the coordinator anew.
pub fn build(config: Config) -> LocalBoxFuture<'static, Result<App, StartError>> {
    Box::pin(open(config))
}

async fn open(config: Config) -> Result<App, StartError> {
    config.validate()?;
    if !config.listen.ip().is_loopback() {
        tracing::warn!(
            listen = %config.listen,
            "anyone who reaches this address can start sweeps and send results: there is no encryption and no identity"
        );
    }
    let lock = lock(&config.data_dir)?;
    let listener = bind(config.listen).await?;
    let addr = listener.local_addr().map_err(|source| StartError::Bind { listen: config.listen, source })?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.data_dir.join("cotejo.db")).await?);
    let blobs = Blobs::open(config.data_dir.join("blobs"), config.max_blob_mib << 20, Arc::clone(&store)).await?;
    let settings = Settings {
        lease: config.lease(),
        lost_after: Duration::from_secs(config.lost_after_seconds),
        max_attempts: config.max_attempts,
        queue_expiry: Duration::from_secs(config.queue_expiry_hours * 3600),
    };
    let (dispatcher, dispatching) = Dispatcher::start(Arc::clone(&store), settings).await?;
    let api = Api { store, dispatcher, blobs, started_ms: now_ms(), shutdown: CancellationToken::new() };
    let drain = Duration::from_secs(config.drain_seconds);
    Ok(App { addr, data_dir: config.data_dir, listener, drain, api, dispatching, _lock: lock })
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(listen).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortTaken(listen),
        _ => StartError::Bind { listen, source },
    })
}

/// Makes the folder and takes its lock, which the system releases however the process ends.
fn lock(folder: &Path) -> Result<File, StartError> {
    let failed = |source| StartError::DataFolder { folder: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = File::options().write(true).create(true).truncate(false).open(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::Locked(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

impl App {
    /// Serves until it is told to stop; then closes the agents' streams, lets requests end, and after the drain time
    /// cuts off what is left.
    pub fn run(self, shutdown: CancellationToken) -> BoxFuture<'static, Result<(), RunError>> {
        Box::pin(self.serve(shutdown))
    }

    async fn serve(self, shutdown: CancellationToken) -> Result<(), RunError> {
        let Self { listener, drain, api, mut dispatching, .. } = self;
        let stopping = api.shutdown.clone();
        let routes = api.clone().routes().await;
        let serving = cotejo_channel::server()
            .add_routes(routes)
            .serve_with_incoming_shutdown(cotejo_channel::incoming(listener), stopping.clone().cancelled_owned());
        tokio::pin!(serving);
        tokio::select! {
            ended = &mut serving => return Ok(ended?),
            _ = &mut dispatching => return Err(RunError::Dispatcher),
            () = shutdown.cancelled() => {}
        }
        tracing::info!("shutting down");
        stopping.cancel();
        api.dispatcher.shut_down().await;
        if let Ok(ended) = tokio::time::timeout(drain, &mut serving).await {
            ended?;
        } else {
            tracing::warn!(seconds = drain.as_secs(), "some connections did not end in time; closing them");
        }
        dispatching.await.map_err(|_| RunError::Dispatcher)
    }
}
