//! The conversation with a coordinator: the only part of the command line that knows the wire.

use std::path::Path;
use std::time::Duration;

use cotejo_channel::{Address, AddressError, BLOB_CHUNK_BYTES, ChannelError, MAX_RESULTS_BYTES};
use cotejo_model::bundle::ImportSummary;
use cotejo_model::comparison::{Comparison, GroupBy, Grouping};
use cotejo_model::coordinator::CoordinatorStatus;
use cotejo_model::reference::ReferenceSummary;
use cotejo_model::sweep::{PlannedSweep, SweepStatus};
use cotejo_model::{Bundle, Digest, Machine, Reason, Reference, SweepId, SweepSpec};
use cotejo_proto::ConvertError;
use cotejo_proto::v1::blob_service_client::BlobServiceClient;
use cotejo_proto::v1::machine_service_client::MachineServiceClient;
use cotejo_proto::v1::reference_service_client::ReferenceServiceClient;
use cotejo_proto::v1::result_service_client::ResultServiceClient;
use cotejo_proto::v1::status_service_client::StatusServiceClient;
use cotejo_proto::v1::sweep_service_client::SweepServiceClient;
use cotejo_proto::v1::transfer_service_client::TransferServiceClient;
use cotejo_proto::v1::{self as wire, import_results_request, upload_blob_request};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Request, Status, Streaming};

use crate::error::{Error, Exit};
use crate::message::Message;
use crate::reading::unreadable;

/// How long a coordinator may take to accept a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long it may take to answer; a plan of a hundred thousand cells takes a while.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Chunks that wait to be sent.
const CHUNKS_AHEAD: usize = 4;

/// A coordinator's address from `host`, `host:port` or a URL.
pub(crate) fn parse_address(text: &str) -> Result<Address, Error> {
    text.parse().map_err(|error: AddressError| Error::usage(error.message()).with_help(AddressError::remedy()))
}

/// A sweep that was just queued.
#[derive(Debug)]
pub(crate) struct Started {
    /// Where it stands.
    pub(crate) status: SweepStatus,
    /// Machines that take part and are not connected now.
    pub(crate) offline: Vec<String>,
    /// Cells that were left out because they do not fit the budget.
    pub(crate) dropped: u64,
}

/// A connection to a coordinator.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    channel: Channel,
    address: Address,
}

impl Client {
    /// Connects, or says that nobody answers.
    pub(crate) async fn connect(address: &Address) -> Result<Self, Error> {
        let connected = cotejo_channel::connect(address, CONNECT_WITHIN).await;
        let channel = connected.map_err(|error| not_connected(address, error))?;
        Ok(Self { channel, address: address.clone() })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// How the coordinator is.
    pub(crate) async fn status(&self) -> Result<CoordinatorStatus, Error> {
        let mut service = StatusServiceClient::new(self.channel.clone());
        let answer = service.get_status(request(wire::GetStatusRequest {})).await;
        let status = answer.map_err(|status| self.refusal(&status))?.into_inner();
        Ok(CoordinatorStatus {
            version: status.version,
            protocol: status.protocol,
            started_ms: status.started_ms,
            machines: status.machines,
            machines_online: status.machines_online,
            sweeps_unfinished: status.sweeps_unfinished,
            jobs_waiting: status.jobs_waiting,
            jobs_assigned: status.jobs_assigned,
        })
    }

    /// Plans and queues a sweep.
    pub(crate) async fn start(&self, spec: SweepSpec) -> Result<Started, Error> {
        let message = wire::StartSweepRequest { spec: Some(spec.into()) };
        let answer = self.sweeps().start_sweep(request(message)).await;
        let answer = answer.map_err(|status| self.refusal(&status))?.into_inner();
        let status = self.sweep_status(answer.status)?;
        Ok(Started { status, offline: answer.offline, dropped: answer.dropped })
    }

    /// What a sweep would do.
    pub(crate) async fn plan(&self, spec: SweepSpec) -> Result<PlannedSweep, Error> {
        let message = wire::PlanSweepRequest { spec: Some(spec.into()) };
        let answer = self.sweeps().plan_sweep(request(message)).await;
        self.converted(answer.map_err(|status| self.refusal(&status))?.into_inner().try_into())
    }

    /// Sweeps, newest first; 0 lists all.
    pub(crate) async fn list(&self, limit: u32) -> Result<Vec<SweepStatus>, Error> {
        let answer = self.sweeps().list_sweeps(request(wire::ListSweepsRequest { limit })).await;
        self.each(answer.map_err(|status| self.refusal(&status))?.into_inner().sweeps)
    }

    /// One sweep; an empty name means the newest.
    pub(crate) async fn get(&self, sweep: String) -> Result<SweepStatus, Error> {
        let answer = self.sweeps().get_sweep(request(wire::GetSweepRequest { sweep })).await;
        self.sweep_status(answer.map_err(|status| self.refusal(&status))?.into_inner().status)
    }

    /// A sweep's status now and at every change; an empty name means the newest.
    pub(crate) async fn watch(&self, sweep: String) -> Result<Watch, Error> {
        // Without a time limit: a sweep takes as long as it takes.
        let answer = self.sweeps().watch_sweep(wire::WatchSweepRequest { sweep }).await;
        let stream = answer.map_err(|status| self.refusal(&status))?.into_inner();
        Ok(Watch { client: self.clone(), stream })
    }

    /// Cancels what a sweep has not yet measured.
    pub(crate) async fn cancel(&self, sweep: String) -> Result<SweepStatus, Error> {
        let answer = self.sweeps().cancel_sweep(request(wire::CancelSweepRequest { sweep })).await;
        self.sweep_status(answer.map_err(|status| self.refusal(&status))?.into_inner().status)
    }

    /// Every machine that ever connected.
    pub(crate) async fn machines(&self) -> Result<Vec<Machine>, Error> {
        let mut service = MachineServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_RESULTS_BYTES);
        let answer = service.list_machines(request(wire::ListMachinesRequest {})).await;
        self.each(answer.map_err(|status| self.refusal(&status))?.into_inner().machines)
    }

    /// Measurements side by side.
    pub(crate) async fn compare(&self, which: Which, by: GroupBy) -> Result<Comparison, Error> {
        self.compare_in(which, by, &[]).await
    }

    /// The same cells in several groupings. A coordinator that knows no others is asked for each.
    pub(crate) async fn compare_by_all(&self, which: Which) -> Result<Comparison, Error> {
        let others = [GroupBy::Machine, GroupBy::Device];
        let mut comparison = self.compare_in(which, GroupBy::Size, &others).await?;
        for by in others {
            if comparison.grouped(by).is_none() {
                // The newest sweep may be another one by now.
                let same = comparison.sweeps.iter().map(|sweep| sweep.id.to_string()).collect();
                let tables = self.compare(Which::These(same), by).await?.tables;
                comparison.others.push(Grouping { by, tables });
            }
        }
        Ok(comparison)
    }

    async fn compare_in(&self, which: Which, by: GroupBy, others: &[GroupBy]) -> Result<Comparison, Error> {
        let (sweeps, all) = which.asked();
        let mut service = ResultServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_RESULTS_BYTES);
        let others = others.iter().map(|by| wire::GroupBy::from(*by).into()).collect();
        let message = wire::CompareRequest { sweeps, all, by: wire::GroupBy::from(by).into(), others };
        let answer = service.compare(request(message)).await;
        let comparison = answer.map_err(|status| self.refusal(&status))?.into_inner().comparison;
        self.converted(comparison.unwrap_or_default().try_into())
    }

    /// Everything that came of these sweeps.
    pub(crate) async fn export_results(&self, which: Which) -> Result<Bundle, Error> {
        let (sweeps, all) = which.asked();
        let mut service = TransferServiceClient::new(self.channel.clone());
        // Without a time limit: a class may have measured for a year.
        let answer = service.export_results(wire::ExportResultsRequest { sweeps, all }).await;
        let mut stream = answer.map_err(|status| self.refusal(&status))?.into_inner();
        let mut records = Vec::new();
        while let Some(answer) = stream.message().await.map_err(|status| self.refusal(&status))? {
            records.push(self.converted(answer.record.unwrap_or_default().try_into())?);
        }
        Bundle::from_records(records).map_err(|reason| self.senseless(Reason::from(reason)))
    }

    /// Takes in a bundle that is known by this digest.
    pub(crate) async fn import_results(&self, bundle: Bundle, digest: Digest) -> Result<ImportSummary, Error> {
        let first = import_results_request::Message::Digest(digest.to_string());
        let records = bundle.into_records().map(|record| import_results_request::Message::Record(record.into()));
        let messages =
            std::iter::once(first).chain(records).map(|message| wire::ImportResultsRequest { message: Some(message) });
        let messages: Vec<wire::ImportResultsRequest> = messages.collect();
        let mut service = TransferServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_RESULTS_BYTES);
        let answer = service.import_results(tokio_stream::iter(messages)).await;
        self.converted(answer.map_err(|status| self.refusal(&status))?.into_inner().try_into())
    }

    /// Reference times, by set.
    pub(crate) async fn references(&self) -> Result<Vec<Reference>, Error> {
        let answer = self.reference_service().list_references(request(wire::ListReferencesRequest {})).await;
        self.each(answer.map_err(|status| self.refusal(&status))?.into_inner().references)
    }

    /// Takes in reference times, each in the place of the one with its key.
    pub(crate) async fn import_references(&self, references: Vec<Reference>) -> Result<ReferenceSummary, Error> {
        let references = references.into_iter().map(Into::into).collect();
        let message = wire::ImportReferencesRequest { references };
        let answer = self.reference_service().import_references(request(message)).await;
        self.converted(answer.map_err(|status| self.refusal(&status))?.into_inner().try_into())
    }

    /// Removes a set of reference times, and says how many there were.
    pub(crate) async fn remove_references(&self, set: String) -> Result<u64, Error> {
        let answer = self.reference_service().remove_references(request(wire::RemoveReferencesRequest { set })).await;
        Ok(answer.map_err(|status| self.refusal(&status))?.into_inner().removed)
    }

    fn reference_service(&self) -> ReferenceServiceClient<Channel> {
        ReferenceServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_RESULTS_BYTES)
    }

    /// Bytes of this blob that the coordinator has; none if it has all of them.
    pub(crate) async fn missing_from(&self, digest: Digest) -> Result<Option<u64>, Error> {
        let mut service = BlobServiceClient::new(self.channel.clone());
        let message = wire::StatBlobRequest { digest: digest.to_string() };
        let answer = service.stat_blob(request(message)).await.map_err(|status| self.refusal(&status))?.into_inner();
        Ok((!answer.complete).then_some(answer.bytes))
    }

    /// Sends a file's bytes from this offset on; `sent` hears of every chunk.
    pub(crate) async fn upload(
        &self,
        path: &Path,
        digest: Digest,
        size: u64,
        offset: u64,
        sent: impl Fn(u64) + Send + 'static,
    ) -> Result<(), Error> {
        let unread = |error: std::io::Error| unreadable(&Message::new("file-any"), path, &error);
        let mut file = tokio::fs::File::open(path).await.map_err(unread)?;
        file.seek(std::io::SeekFrom::Start(offset)).await.map_err(unread)?;
        let (chunks, receiver) = mpsc::channel(CHUNKS_AHEAD);
        let reader = tokio::spawn(async move {
            let start = wire::UploadStart { digest: digest.to_string(), size, offset };
            let mut message = upload_blob_request::Message::Start(start);
            // Sending fails when the coordinator has refused; its answer says why.
            while chunks.send(wire::UploadBlobRequest { message: Some(message) }).await.is_ok() {
                let mut data = Vec::with_capacity(BLOB_CHUNK_BYTES);
                let length = (&mut file).take(BLOB_CHUNK_BYTES as u64).read_to_end(&mut data).await?;
                if length == 0 {
                    break;
                }
                sent(length as u64);
                message = upload_blob_request::Message::Data(data);
            }
            Ok(())
        });
        let mut service = BlobServiceClient::new(self.channel.clone());
        let answer = service.upload_blob(ReceiverStream::new(receiver)).await;
        reader.await.map_err(|panic| Error::failed(Message::words(panic)))?.map_err(unread)?;
        answer.map(drop).map_err(|status| self.refusal(&status))
    }

    fn sweeps(&self) -> SweepServiceClient<Channel> {
        SweepServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_RESULTS_BYTES)
    }

    fn sweep_status(&self, status: Option<wire::SweepStatus>) -> Result<SweepStatus, Error> {
        self.converted(status.unwrap_or_default().try_into())
    }

    fn each<W, M: TryFrom<W, Error = ConvertError>>(&self, values: Vec<W>) -> Result<Vec<M>, Error> {
        values.into_iter().map(|value| self.converted(value.try_into())).collect()
    }

    fn converted<M>(&self, result: Result<M, ConvertError>) -> Result<M, Error> {
        result.map_err(|error| self.senseless(Message::words(error)))
    }

    fn senseless(&self, error: impl Into<Message>) -> Error {
        Error::failed(Message::new("problem-senseless").with("address", &self.address).of("error", error))
            .with_help(Message::new("remedy-another-version"))
    }

    /// What a refusal means to a person.
    fn refusal(&self, status: &Status) -> Error {
        let address = &self.address;
        if let Some(error) = ChannelError::of_status(status) {
            return not_connected(address, error);
        }
        let reason = cotejo_channel::reason_of(status);
        // An older coordinator says it in a sentence of its own.
        let said = reason.as_ref().map_or_else(|| Message::words(status.message()), Message::from);
        match status.code() {
            Code::InvalidArgument
            | Code::NotFound
            | Code::FailedPrecondition
            | Code::OutOfRange
            | Code::ResourceExhausted => match &reason {
                Some(reason) => Error::because(Exit::Usage, reason),
                None => Error::usage(said),
            },
            Code::DeadlineExceeded => Error::failed(Message::new("problem-no-answer").with("address", address))
                .with_help(Message::new("remedy-no-answer")),
            Code::Unimplemented => Error::failed(Message::new("problem-unknown-request").with("address", address))
                .with_help(Message::new("remedy-another-version")),
            _ => {
                let message = Message::new("problem-coordinator-failed").with("address", address);
                Error::failed(message.of("error", said))
            }
        }
    }
}

/// Which sweeps' results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those of every sweep.
    All,
    /// Those of the newest sweep that has any.
    Newest,
    /// Those of these sweeps, by name, identity or the identity's last eight characters.
    These(Vec<String>),
}

impl Which {
    pub(crate) fn sweep(id: SweepId) -> Self {
        Self::These(vec![id.to_string()])
    }

    /// The sweeps, and whether it is all of them, as requests have it.
    fn asked(self) -> (Vec<String>, bool) {
        match self {
            Self::All => (Vec::new(), true),
            Self::Newest => (Vec::new(), false),
            Self::These(sweeps) => (sweeps, false),
        }
    }
}

/// A sweep's status at every change.
#[derive(Debug)]
pub(crate) struct Watch {
    client: Client,
    stream: Streaming<wire::WatchSweepResponse>,
}

impl Watch {
    /// The next status; none when the sweep is finished.
    pub(crate) async fn next(&mut self) -> Result<Option<SweepStatus>, Error> {
        match self.stream.message().await {
            Ok(Some(answer)) => self.client.sweep_status(answer.status).map(Some),
            Ok(None) => Ok(None),
            Err(status) => Err(self.client.refusal(&status)),
        }
    }
}

fn request<M>(message: M) -> Request<M> {
    let mut request = Request::new(message);
    request.set_timeout(ANSWER_WITHIN);
    request
}

/// What it means to a person that there is no conversation.
fn not_connected(address: &Address, error: ChannelError) -> Error {
    let (message, remedy) = match error {
        ChannelError::Unreachable { detail } => {
            let message = Message::new("problem-no-coordinator").with("address", address);
            (message.with("detail", detail), "remedy-no-coordinator")
        }
        ChannelError::NotCoordinator => {
            (Message::new("problem-not-coordinator").with("address", address), "remedy-not-coordinator")
        }
    };
    Error { exit: Exit::Unreachable, ..Error::failed(message).with_help(Message::new(remedy)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_urls_or_hosts() {
        for (text, url) in [
            ("localhost:7420", "http://localhost:7420"),
            ("10.0.0.5", "http://10.0.0.5:7420"),
            ("http://pc-01:80/", "http://pc-01:80"),
            ("[::1]:7420", "http://[::1]:7420"),
        ] {
            assert_eq!(parse_address(text).unwrap().to_string(), url);
        }
        for bad in ["", "https://pc", "http://", "pc:port", "pc:", "http://pc/path", "a b", "ftp://pc:1"] {
            assert_eq!(parse_address(bad).map_err(|error| error.exit), Err(Exit::Usage), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_dead_coordinator_is_named() {
        // Bound and dropped: nobody listens there.
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = Client::connect(&address.into()).await.unwrap_err();
        assert_eq!(error.exit, Exit::Unreachable);
        assert!(error.to_string().contains(&format!("no coordinator answers at http://{address} (")), "{error}");
    }
}
