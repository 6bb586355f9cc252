//! Bundles: results that go elsewhere and come from there, record by record.

use cotejo_model::Bundle;
use cotejo_model::bundle::{BundledMachine, BundledSweep, Export, Import, MAX_BYTES, Record};
use cotejo_model::reason::{BundleReason, RequestReason};
use cotejo_proto::v1;
use cotejo_proto::v1::import_results_request::Message;
use cotejo_proto::v1::transfer_service_server::TransferService;
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status, Streaming};

use super::{Api, convert, refused, store};
use crate::clock::now_ms;
use crate::store::{MachineRecord, SweepRecord};

/// Records that are read ahead of a client.
const READ_AHEAD: usize = 16;

/// The other end of an export.
struct Reader(mpsc::Sender<Result<v1::ExportResultsResponse, Status>>);

impl Reader {
    async fn give(&self, record: Record) -> Result<(), Status> {
        let message = v1::ExportResultsResponse { record: Some(record.into()) };
        self.0.send(Ok(message)).await.map_err(|_| Status::cancelled("nobody reads the export any more"))
    }
}

impl Api {
    /// Gives what came of these sweeps, a sweep at a time.
    async fn export(&self, sweeps: Vec<SweepRecord>, imports: Vec<Import>, reader: &Reader) -> Result<(), Status> {
        let export = Export { version: env!("CARGO_PKG_VERSION").to_owned(), exported_ms: now_ms() };
        reader.give(Record::Export(export)).await?;
        for import in imports {
            reader.give(Record::Import(import)).await?;
        }
        let mut machines = self.store.machines().await.map_err(store)?;
        let mut exported = 0;
        for sweep in sweeps {
            let jobs = self.store.ended_jobs(sweep.id).await.map_err(store)?;
            if jobs.is_empty() {
                continue;
            }
            exported += jobs.len();
            // Each machine once, with the first of its sweeps.
            let (needed, rest): (Vec<_>, Vec<_>) =
                machines.into_iter().partition(|machine| jobs.iter().any(|job| job.machine == machine.id));
            machines = rest;
            for machine in needed {
                reader.give(Record::Machine(Box::new(bundled(machine)))).await?;
            }
            let SweepRecord { id, spec, created_ms } = sweep;
            reader.give(Record::Sweep(Box::new(BundledSweep { id, spec, created_ms }))).await?;
            for job in jobs {
                reader.give(Record::Job(Box::new(job))).await?;
            }
        }
        if exported == 0 {
            return Err(refused(Code::FailedPrecondition, RequestReason::NothingToExport));
        }
        Ok(())
    }
}

fn bundled(machine: MachineRecord) -> BundledMachine {
    let MachineRecord { id, name, labels, capability, last_seen_ms, .. } = machine;
    BundledMachine { id, name, labels, capability, last_seen_ms }
}

#[tonic::async_trait]
impl TransferService for Api {
    type ExportResultsStream = ReceiverStream<Result<v1::ExportResultsResponse, Status>>;

    async fn export_results(
        &self,
        request: Request<v1::ExportResultsRequest>,
    ) -> Result<Response<Self::ExportResultsStream>, Status> {
        let request = request.into_inner();
        let sweeps = self.chosen_sweeps(&request.sweeps, request.all).await?;
        let imports = self.imports_of(&sweeps).await?;
        let (client, stream) = mpsc::channel(READ_AHEAD);
        let api = self.clone();
        tokio::spawn(async move {
            let reader = Reader(client);
            if let Err(status) = api.export(sweeps, imports, &reader).await {
                // A reader that is gone need not be told.
                let _ = reader.0.send(Err(status)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn import_results(
        &self,
        request: Request<Streaming<v1::ImportResultsRequest>>,
    ) -> Result<Response<v1::ImportResultsResponse>, Status> {
        let mut messages = request.into_inner();
        let Some(v1::ImportResultsRequest { message: Some(Message::Digest(digest)) }) = messages.message().await?
        else {
            return Err(Status::failed_precondition("the first message of an import must name its bundle"));
        };
        let digest = digest.parse().map_err(|error| Status::invalid_argument(format!("digest `{digest}`: {error}")))?;
        let (mut records, mut bytes) = (Vec::new(), 0);
        while let Some(message) = messages.message().await? {
            let Some(Message::Record(record)) = message.message else {
                return Err(Status::invalid_argument("records must follow the name of a bundle"));
            };
            bytes += record.encoded_len() as u64;
            if bytes > MAX_BYTES {
                let too_large = BundleReason::TooLarge { has_bytes: bytes, most_bytes: MAX_BYTES };
                return Err(refused(Code::ResourceExhausted, too_large));
            }
            records.push(Record::try_from(record).map_err(convert)?);
        }
        let bundle = Bundle::from_records(records).map_err(|reason| refused(Code::InvalidArgument, reason))?;
        let summary = self.store.import(&bundle, digest, now_ms()).await.map_err(store)?;
        let refused = summary.refused.len();
        tracing::info!(bundle = %digest, new = summary.new, duplicates = summary.duplicates, refused, "results imported");
        Ok(Response::new(summary.into()))
    }
}
