//! Sweeps: plan, start, watch, cancel.

use std::time::Duration;

use cotejo_model::reason::{PlanReason, RequestReason};
use cotejo_model::sweep::{PlannedCell, PlannedSweep, SweepStatus};
use cotejo_model::{JobId, Machine, SweepId, SweepSpec};
use cotejo_proto::v1;
use cotejo_proto::v1::sweep_service_server::SweepService;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status};

use super::{Api, convert, dispatch, plan, refused, store};
use crate::clock::now_ms;
use crate::planner::{self, Cell, Plan, Rates};
use crate::store::{NewJob, SweepRecord};

/// A watcher gets a status at most so often.
const WATCH_INTERVAL: Duration = Duration::from_millis(250);

impl Api {
    async fn plan(&self, spec: Option<v1::SweepSpec>) -> Result<(SweepSpec, Vec<Machine>, Plan), Status> {
        let spec = spec.ok_or_else(|| Status::invalid_argument("spec is missing"))?;
        let spec = SweepSpec::try_from(spec).map_err(convert)?;
        let machines = self.dispatcher.machines().await.map_err(dispatch)?;
        let rates: Rates = self.store.rates().await.map_err(store)?.into_iter().collect();
        let plan = planner::plan(&spec, &machines, &rates).map_err(plan)?;
        Ok((spec, machines, plan))
    }

    /// Refuses a sweep whose files are not here: every one of its jobs would fail.
    async fn require_blobs(&self, spec: &SweepSpec) -> Result<(), Status> {
        for (model, digest) in spec.files() {
            if self.blobs.size(digest).await.map_err(super::blob)?.is_none() {
                return Err(refused(Code::FailedPrecondition, RequestReason::FileNotUploaded { model, digest }));
            }
        }
        Ok(())
    }

    /// Sends the status at every change until the sweep is finished, the watcher is gone or the coordinator ends.
    async fn watch(&self, sweep: SweepRecord, watcher: &mpsc::Sender<Result<v1::WatchSweepResponse, Status>>) {
        let mut changes = self.dispatcher.changes();
        let mut last: Option<SweepStatus> = None;
        loop {
            changes.mark_unchanged();
            let message = match self.status(sweep.clone()).await {
                Ok(status) if last.as_ref() == Some(&status) => None,
                Ok(status) => {
                    last = Some(status.clone());
                    Some(Ok(v1::WatchSweepResponse { status: Some(status.into()) }))
                }
                Err(status) => Some(Err(status)),
            };
            let failed = matches!(message, Some(Err(_)));
            if let Some(message) = message
                && watcher.send(message).await.is_err()
            {
                return;
            }
            if failed || last.as_ref().is_some_and(SweepStatus::is_finished) {
                return;
            }
            tokio::time::sleep(WATCH_INTERVAL).await;
            tokio::select! {
                news = changes.changed() => if news.is_err() {
                    break;
                },
                () = watcher.closed() => return,
                () = self.shutdown.cancelled() => break,
            }
        }
        let ending = refused(Code::Unavailable, RequestReason::ShuttingDown);
        // A watcher that is gone need not be told.
        let _ = watcher.send(Err(ending)).await;
    }
}

/// The plan, with the machines' names.
fn planned(spec: &SweepSpec, plan: Plan, machines: &[Machine]) -> PlannedSweep {
    let named = |cell: &Cell| {
        let machine = machines.iter().find(|machine| machine.id == cell.machine);
        PlannedCell {
            machine: machine.map(|machine| machine.name.clone()).unwrap_or_default(),
            workload: cell.job.workload,
            device: cell.job.device,
            simulated: machine.is_some_and(|machine| machine.capability.simulates(cell.job.device)),
            seconds: cell.expected.as_secs_f64(),
            calibrated: cell.calibrated,
            refused: cell.refused.clone(),
        }
    };
    PlannedSweep {
        budget_ms: spec.budget_ms,
        cells: plan.cells.iter().map(named).collect(),
        dropped: plan.dropped.iter().map(named).collect(),
        core: plan.core,
        offline: plan.offline,
    }
}

#[tonic::async_trait]
impl SweepService for Api {
    type WatchSweepStream = ReceiverStream<Result<v1::WatchSweepResponse, Status>>;

    async fn start_sweep(
        &self,
        request: Request<v1::StartSweepRequest>,
    ) -> Result<Response<v1::StartSweepResponse>, Status> {
        let (spec, _, plan) = self.plan(request.into_inner().spec).await?;
        if plan.cells.is_empty() {
            return Err(super::plan(PlanReason::NothingToCalibrate));
        }
        self.require_blobs(&spec).await?;
        let dropped = plan.dropped.len() as u64;
        let sweep = SweepRecord { id: SweepId::now(), spec, created_ms: now_ms() };
        let jobs: Vec<NewJob> = plan
            .cells
            .into_iter()
            .map(|cell| NewJob {
                id: JobId::random(),
                machine: cell.machine,
                spec: cell.job,
                expected: cell.expected,
                refused: cell.refused,
            })
            .collect();
        self.store.insert_sweep(&sweep, &jobs).await.map_err(store)?;
        tracing::info!(sweep = %sweep.id, name = %sweep.spec.name, jobs = jobs.len(), dropped, "sweep started");
        self.dispatcher.offer_all().await.map_err(dispatch)?;
        let status = self.status(sweep).await?;
        Ok(Response::new(v1::StartSweepResponse { status: Some(status.into()), offline: plan.offline, dropped }))
    }

    async fn plan_sweep(
        &self,
        request: Request<v1::PlanSweepRequest>,
    ) -> Result<Response<v1::PlanSweepResponse>, Status> {
        let (spec, machines, plan) = self.plan(request.into_inner().spec).await?;
        Ok(Response::new(planned(&spec, plan, &machines).into()))
    }

    async fn list_sweeps(
        &self,
        request: Request<v1::ListSweepsRequest>,
    ) -> Result<Response<v1::ListSweepsResponse>, Status> {
        let limit = match request.into_inner().limit {
            0 => u32::MAX,
            limit => limit,
        };
        let sweeps = self.store.sweeps(limit).await.map_err(store)?;
        let sweeps = self.statuses(sweeps).await?.into_iter().map(Into::into).collect();
        Ok(Response::new(v1::ListSweepsResponse { sweeps }))
    }

    async fn get_sweep(&self, request: Request<v1::GetSweepRequest>) -> Result<Response<v1::GetSweepResponse>, Status> {
        let sweep = self.find_sweep(&request.into_inner().sweep).await?;
        let status = self.status(sweep).await?;
        Ok(Response::new(v1::GetSweepResponse { status: Some(status.into()) }))
    }

    async fn watch_sweep(
        &self,
        request: Request<v1::WatchSweepRequest>,
    ) -> Result<Response<Self::WatchSweepStream>, Status> {
        let sweep = self.find_sweep(&request.into_inner().sweep).await?;
        let (watcher, stream) = mpsc::channel(1);
        let api = self.clone();
        tokio::spawn(async move { api.watch(sweep, &watcher).await });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn cancel_sweep(
        &self,
        request: Request<v1::CancelSweepRequest>,
    ) -> Result<Response<v1::CancelSweepResponse>, Status> {
        let sweep = self.find_sweep(&request.into_inner().sweep).await?;
        self.dispatcher.cancel(sweep.id).await.map_err(dispatch)?;
        tracing::info!(sweep = %sweep.id, name = %sweep.spec.name, "sweep cancelled");
        let status = self.status(sweep).await?;
        Ok(Response::new(v1::CancelSweepResponse { status: Some(status.into()) }))
    }
}
