//! Results: measurements side by side.

use cotejo_analysis::tables::{self, Cell};
use cotejo_model::bundle::Import;
use cotejo_model::comparison::{Comparison, GroupBy, NamedSweep};
use cotejo_proto::v1;
use cotejo_proto::v1::result_service_server::ResultService;
use tonic::{Request, Response, Status};

use super::{Api, convert, dispatch, no_sweep, store};
use crate::store::SweepRecord;

impl Api {
    /// These sweeps, newest first; without any, the newest with results.
    pub(super) async fn chosen_sweeps(&self, names: &[String], all: bool) -> Result<Vec<SweepRecord>, Status> {
        if all {
            let sweeps = self.result_sweeps().await?;
            return if sweeps.is_empty() { Err(no_sweep()) } else { Ok(sweeps) };
        }
        if names.is_empty() {
            return Ok(vec![self.newest_with_results().await?]);
        }
        let mut sweeps: Vec<SweepRecord> = Vec::new();
        for text in names {
            let sweep = self.find_sweep(text).await?;
            if !sweeps.iter().any(|known| known.id == sweep.id) {
                sweeps.push(sweep);
            }
        }
        sweeps.sort_by_key(|sweep| std::cmp::Reverse(sweep.id));
        Ok(sweeps)
    }

    /// How those of these sweeps that were measured elsewhere came here.
    pub(super) async fn imports_of(&self, sweeps: &[SweepRecord]) -> Result<Vec<Import>, Status> {
        let mut imports = self.store.imports().await.map_err(store)?;
        for import in &mut imports {
            import.sweeps.retain(|id| sweeps.iter().any(|sweep| sweep.id == *id));
        }
        imports.retain(|import| !import.sweeps.is_empty());
        Ok(imports)
    }
}

/// These sweeps as people tell them from all that there are.
fn named(sweeps: &[SweepRecord], all: &[SweepRecord]) -> Vec<NamedSweep> {
    let count = |sweeps: usize| u32::try_from(sweeps).unwrap_or(u32::MAX);
    let named = |SweepRecord { id, spec, created_ms }: &SweepRecord| {
        let namesakes = || all.iter().filter(|other| other.spec.name == spec.name);
        NamedSweep {
            id: *id,
            name: spec.name.clone(),
            created_ms: *created_ms,
            namesakes: count(namesakes().count()),
            newer: count(namesakes().filter(|other| other.id > *id).count()),
        }
    };
    sweeps.iter().map(named).collect()
}

#[tonic::async_trait]
impl ResultService for Api {
    async fn compare(&self, request: Request<v1::CompareRequest>) -> Result<Response<v1::CompareResponse>, Status> {
        let request = request.into_inner();
        let by = match request.by() {
            v1::GroupBy::Unspecified => GroupBy::Size,
            by => by.try_into().map_err(convert)?,
        };
        let others: Vec<GroupBy> =
            request.others().map(TryInto::try_into).collect::<Result<_, _>>().map_err(convert)?;
        let sweeps = self.chosen_sweeps(&request.sweeps, request.all).await?;
        let machines = self.dispatcher.machines().await.map_err(dispatch)?;
        let mut cells = Vec::new();
        for sweep in &sweeps {
            let outcomes = self.store.outcomes(sweep.id).await.map_err(store)?;
            cells.extend(outcomes.into_iter().map(|(job, measurement)| Cell {
                sweep: job.sweep,
                job: job.assignment.job,
                machine: job.machine,
                spec: job.spec,
                state: job.state,
                failure: job.failure,
                measurement,
            }));
        }
        let imports = self.imports_of(&sweeps).await?;
        let named = named(&sweeps, &self.result_sweeps().await?);
        let comparison = Comparison { imports, ..tables::compare(by, &others, named, cells, &machines) };
        Ok(Response::new(v1::CompareResponse { comparison: Some(comparison.into()) }))
    }
}
