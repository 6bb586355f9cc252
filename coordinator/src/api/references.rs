//! Reference times: what a teacher gives for those who have no GPU.

use cotejo_model::Reference;
use cotejo_model::reason::RequestReason;
use cotejo_model::reference::MAX_REFERENCES;
use cotejo_proto::v1;
use cotejo_proto::v1::reference_service_server::ReferenceService;
use tonic::{Code, Request, Response, Status};

use super::{Api, convert, refused, store};
use crate::clock::now_ms;

#[tonic::async_trait]
impl ReferenceService for Api {
    async fn list_references(
        &self,
        _request: Request<v1::ListReferencesRequest>,
    ) -> Result<Response<v1::ListReferencesResponse>, Status> {
        let references = self.store.references().await.map_err(store)?;
        Ok(Response::new(v1::ListReferencesResponse { references: references.into_iter().map(Into::into).collect() }))
    }

    async fn import_references(
        &self,
        request: Request<v1::ImportReferencesRequest>,
    ) -> Result<Response<v1::ImportReferencesResponse>, Status> {
        let wanted = request.into_inner().references;
        if wanted.len() > MAX_REFERENCES {
            let (count, most) = (wanted.len() as u64, MAX_REFERENCES as u64);
            return Err(refused(Code::InvalidArgument, RequestReason::TooManyReferences { count, most }));
        }
        let mut references = Vec::with_capacity(wanted.len());
        for reference in wanted {
            let reference = Reference { imported_ms: now_ms(), ..reference.try_into().map_err(convert)? };
            if let Some(problem) = reference.problems().into_iter().next() {
                let (task, device, problem) = (reference.task, reference.device_name, Box::new(problem));
                return Err(refused(Code::InvalidArgument, RequestReason::BadReference { task, device, problem }));
            }
            references.push(reference);
        }
        let summary = self.store.save_references(&references).await.map_err(store)?;
        tracing::info!(new = summary.new, replaced = summary.replaced.len(), "reference times imported");
        Ok(Response::new(summary.into()))
    }

    async fn remove_references(
        &self,
        request: Request<v1::RemoveReferencesRequest>,
    ) -> Result<Response<v1::RemoveReferencesResponse>, Status> {
        let set = request.into_inner().set;
        let removed = self.store.remove_references(&set).await.map_err(store)?;
        if removed > 0 {
            tracing::info!(set, removed, "reference times removed");
            return Ok(Response::new(v1::RemoveReferencesResponse { removed }));
        }
        let mut known: Vec<String> =
            self.store.references().await.map_err(store)?.into_iter().map(|reference| reference.set).collect();
        known.dedup();
        Err(refused(Code::NotFound, RequestReason::UnknownSet { set, known }))
    }
}
