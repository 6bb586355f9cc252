//! The coordinator's own state.

use cotejo_model::session::PROTOCOL;
use cotejo_proto::v1;
use cotejo_proto::v1::status_service_server::StatusService;
use tonic::{Request, Response, Status};

use super::{Api, dispatch, store};
use crate::clock::now_ms;

#[tonic::async_trait]
impl StatusService for Api {
    async fn get_status(
        &self,
        _request: Request<v1::GetStatusRequest>,
    ) -> Result<Response<v1::GetStatusResponse>, Status> {
        let machines = self.dispatcher.machines().await.map_err(dispatch)?;
        let totals = self.store.totals().await.map_err(store)?;
        Ok(Response::new(v1::GetStatusResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            started_ms: self.started_ms,
            machines: machines.iter().filter(|machine| !machine.imported).count() as u64,
            machines_online: machines.iter().filter(|machine| machine.online).count() as u64,
            sweeps_unfinished: totals.sweeps_unfinished,
            jobs_waiting: totals.waiting,
            jobs_assigned: totals.assigned,
            now_ms: now_ms(),
        }))
    }
}
