//! Machines: what there is and what it can do.

use cotejo_proto::v1;
use cotejo_proto::v1::machine_service_server::MachineService;
use tonic::{Request, Response, Status};

use super::{Api, dispatch};

#[tonic::async_trait]
impl MachineService for Api {
    async fn list_machines(
        &self,
        _request: Request<v1::ListMachinesRequest>,
    ) -> Result<Response<v1::ListMachinesResponse>, Status> {
        let machines = self.dispatcher.machines().await.map_err(dispatch)?;
        Ok(Response::new(v1::ListMachinesResponse { machines: machines.into_iter().map(Into::into).collect() }))
    }
}
