//! What people ask of the coordinator: requests of the wire become calls, and errors become a `Status`, here only.

mod blobs;
mod machines;
mod references;
mod results;
mod status;
mod sweeps;
mod transfer;

use std::sync::Arc;

use cotejo_channel::{MAX_BLOB_MESSAGE_BYTES, MAX_CONTROL_BYTES, MAX_REFERENCES_BYTES};
use cotejo_model::reason::{PlanReason, RequestReason};
use cotejo_model::sweep::SweepStatus;
use cotejo_model::{JobState, Reason, SweepId};
use cotejo_proto::v1::blob_service_server::BlobServiceServer;
use cotejo_proto::v1::machine_service_server::MachineServiceServer;
use cotejo_proto::v1::reference_service_server::ReferenceServiceServer;
use cotejo_proto::v1::result_service_server::ResultServiceServer;
use cotejo_proto::v1::status_service_server::StatusServiceServer;
use cotejo_proto::v1::sweep_service_server::SweepServiceServer;
use cotejo_proto::v1::transfer_service_server::TransferServiceServer;
use cotejo_proto::{ConvertError, DESCRIPTORS};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Code, Status};

use crate::blobs::{BlobError, Blobs};
use crate::dispatcher::{DispatchError, Dispatcher};
use crate::progress;
use crate::session;
use crate::store::{Store, StoreError, SweepRecord};

/// Everything that the services need. Cloning it is cheap.
#[derive(Clone)]
pub struct Api {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) blobs: Blobs,
    pub(crate) started_ms: u64,
    pub(crate) shutdown: CancellationToken,
}

impl Api {
    /// Every service that the coordinator offers, to people and to agents; health and reflection with them.
    pub async fn routes(self) -> Routes {
        let (health, health_service) = tonic_health::server::health_reporter();
        health.set_serving::<SweepServiceServer<Self>>().await;
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .build_v1()
            .expect("the generated descriptors are valid");
        Routes::new(health_service)
            .add_service(reflection)
            .add_service(session::service(self.dispatcher.clone()))
            .add_service(SweepServiceServer::new(self.clone()).max_decoding_message_size(MAX_CONTROL_BYTES))
            .add_service(MachineServiceServer::new(self.clone()).max_decoding_message_size(MAX_CONTROL_BYTES))
            .add_service(ResultServiceServer::new(self.clone()).max_decoding_message_size(MAX_CONTROL_BYTES))
            .add_service(StatusServiceServer::new(self.clone()).max_decoding_message_size(MAX_CONTROL_BYTES))
            .add_service(TransferServiceServer::new(self.clone()).max_decoding_message_size(MAX_CONTROL_BYTES))
            .add_service(ReferenceServiceServer::new(self.clone()).max_decoding_message_size(MAX_REFERENCES_BYTES))
            .add_service(BlobServiceServer::new(self).max_decoding_message_size(MAX_BLOB_MESSAGE_BYTES))
    }

    /// The status of these sweeps now.
    async fn statuses(&self, sweeps: Vec<SweepRecord>) -> Result<Vec<SweepStatus>, Status> {
        let machines = self.dispatcher.machines().await.map_err(dispatch)?;
        let mut statuses = Vec::with_capacity(sweeps.len());
        for sweep in sweeps {
            // Jobs only move forward: read after the counts, a job under way is one of those not yet counted as done.
            let tallies = self.store.tally(sweep.id).await.map_err(store)?;
            let held = self.dispatcher.snapshot().await.map_err(dispatch)?.held;
            statuses.push(progress::status(sweep, &tallies, &held, &machines));
        }
        Ok(statuses)
    }

    async fn status(&self, sweep: SweepRecord) -> Result<SweepStatus, Status> {
        let mut statuses = self.statuses(vec![sweep]).await?;
        statuses.pop().ok_or_else(|| Status::internal("a sweep has no status"))
    }

    /// The sweep that a person means: by name, identity or its last eight characters; by an empty text the newest one
    /// that is not a calibration.
    async fn find_sweep(&self, text: &str) -> Result<SweepRecord, Status> {
        let text = text.trim();
        if let Ok(id) = text.parse::<SweepId>() {
            let found = self.store.sweep(id).await.map_err(store)?;
            let unknown = || RequestReason::UnknownSweep { text: id.to_string(), newest: Vec::new() };
            return found.ok_or_else(|| refused(Code::NotFound, unknown()));
        }
        let sweeps = match text {
            "" => self.result_sweeps().await?,
            _ => self.store.sweeps(u32::MAX).await.map_err(store)?,
        };
        if sweeps.is_empty() {
            return Err(no_sweep());
        }
        let newest = sweeps.iter().take(5).map(|sweep| format!("{} ({})", sweep.spec.name, sweep.id.short())).collect();
        let means = |sweep: &SweepRecord| {
            text.is_empty() || sweep.id.short().eq_ignore_ascii_case(text) || sweep.spec.name == text
        };
        sweeps
            .into_iter()
            .find(means)
            .ok_or_else(|| refused(Code::NotFound, RequestReason::UnknownSweep { text: text.to_owned(), newest }))
    }

    /// Every sweep that is somebody's results, newest first.
    async fn result_sweeps(&self) -> Result<Vec<SweepRecord>, Status> {
        let mut sweeps = self.store.sweeps(u32::MAX).await.map_err(store)?;
        sweeps.retain(|sweep| !sweep.spec.calibration);
        Ok(sweeps)
    }

    /// The newest sweep with a measurement, or else the newest one.
    async fn newest_with_results(&self) -> Result<SweepRecord, Status> {
        let newest = self.find_sweep("").await?;
        for sweep in self.result_sweeps().await? {
            let tallies = self.store.tally(sweep.id).await.map_err(store)?;
            if tallies.iter().any(|tally| tally.state == JobState::Succeeded) {
                return Ok(sweep);
            }
        }
        Ok(newest)
    }
}

/// The status of a request that is refused for this reason.
fn refused(code: Code, reason: impl Into<Reason>) -> Status {
    cotejo_channel::refusal(code, &reason.into())
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn store(error: StoreError) -> Status {
    tracing::error!(%error, "a request failed");
    refused(Code::Internal, error.reason())
}

/// Nothing was asked for here yet.
fn no_sweep() -> Status {
    refused(Code::NotFound, RequestReason::NoSweepYet)
}

fn dispatch(error: DispatchError) -> Status {
    match error {
        DispatchError::Store(error) => store(error),
        DispatchError::ShuttingDown => refused(Code::Unavailable, error.reason()),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn convert(error: ConvertError) -> Status {
    Status::invalid_argument(error.to_string())
}

fn plan(reason: PlanReason) -> Status {
    let code = match reason {
        PlanReason::BadSweep { .. } | PlanReason::TooManyCells { .. } | PlanReason::OverBudget { .. } => {
            Code::InvalidArgument
        }
        PlanReason::UnknownMachines { .. } | PlanReason::NoLabels { .. } => Code::NotFound,
        PlanReason::NoMachines | PlanReason::NoDevices { .. } | PlanReason::NothingToCalibrate => {
            Code::FailedPrecondition
        }
    };
    refused(code, reason)
}

fn blob(error: BlobError) -> Status {
    let code = match error {
        BlobError::Missing(_) => Code::NotFound,
        BlobError::TooLarge { .. } => Code::ResourceExhausted,
        BlobError::BadOffset { .. } => Code::OutOfRange,
        BlobError::Overlong(_) => Code::InvalidArgument,
        BlobError::Damaged(_) => Code::DataLoss,
        BlobError::Busy(_) => Code::Aborted,
        BlobError::Io { .. } => {
            tracing::error!(%error, "a blob could not be stored or read");
            Code::Internal
        }
        BlobError::Store(error) => return store(error),
    };
    refused(code, error.reason())
}
