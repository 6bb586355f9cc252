//! Bundles from one real server to another, and reference times.

use cotejo_model::bundle::{Ended, ImportSummary, Record};
use cotejo_model::comparison::Comparison;
use cotejo_model::reference::{MAX_REFERENCES, ReferenceSummary};
use cotejo_model::session::Receipt;
use cotejo_model::sweep::SweepStatus;
use cotejo_model::{Bundle, Model, Precision, Reference, SweepId, Task};
use cotejo_proto::v1;
use cotejo_proto::v1::import_results_request::Message;
use cotejo_proto::v1::machine_service_client::MachineServiceClient;
use cotejo_proto::v1::reference_service_client::ReferenceServiceClient;
use cotejo_proto::v1::result_service_client::ResultServiceClient;
use cotejo_proto::v1::transfer_service_client::TransferServiceClient;
use tonic::{Code, Status};

use crate::support::{Agent, Server, practice};
use cotejo_samples::hello;

async fn export(server: &Server, sweeps: &[&str]) -> Result<Bundle, Status> {
    let sweeps = sweeps.iter().map(ToString::to_string).collect();
    let mut client = TransferServiceClient::new(server.channel().await);
    let mut stream = client.export_results(v1::ExportResultsRequest { sweeps, all: false }).await?.into_inner();
    let mut records = Vec::new();
    while let Some(message) = stream.message().await? {
        records.push(Record::try_from(message.record.unwrap()).unwrap());
    }
    Ok(Bundle::from_records(records).unwrap())
}

async fn send(server: &Server, messages: Vec<Message>) -> Result<ImportSummary, Status> {
    let mut client = TransferServiceClient::new(server.channel().await);
    let messages = messages.into_iter().map(|message| v1::ImportResultsRequest { message: Some(message) });
    let response = client.import_results(tokio_stream::iter(messages.collect::<Vec<_>>())).await?;
    Ok(response.into_inner().try_into().unwrap())
}

fn messages(bundle: Bundle) -> Vec<Message> {
    let (digest, _) = cotejo_model::bundle::encode(bundle.clone()).unwrap();
    let records = bundle.into_records().map(|record| Message::Record(record.into()));
    std::iter::once(Message::Digest(digest.to_string())).chain(records).collect()
}

async fn compare(server: &Server, sweep: SweepId) -> Result<Comparison, Status> {
    let request = v1::CompareRequest { sweeps: vec![sweep.to_string()], ..Default::default() };
    let response = ResultServiceClient::new(server.channel().await).compare(request).await?;
    Ok(response.into_inner().comparison.unwrap().try_into().unwrap())
}

/// A sweep of which one cell is measured and two are not yet.
async fn one_of_three(server: &Server) -> (Agent, SweepId) {
    let mut agent = Agent::connect(server, &hello("pc-1")).await;
    let sweep = server.begin(practice()).await;
    let offer = agent.offer().await;
    assert_eq!(agent.finish(&offer).await, Receipt::Accepted);
    (agent, sweep.parse().unwrap())
}

#[tokio::test]
async fn results_go_from_one_server_to_another_once() {
    let (home, class) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (home, class) = (Server::start(home.path()).await, Server::start(class.path()).await);
    let nothing = export(&home, &[]).await.unwrap_err();
    assert_eq!(nothing.code(), Code::NotFound);
    let (mut agent, sweep) = one_of_three(&home).await;
    let bundle = export(&home, &["practice"]).await.unwrap();
    assert_eq!((bundle.machines.len(), bundle.sweeps.len(), bundle.jobs.len()), (1, 1, 1), "open jobs stay");
    let Ended::Measured { measurement, .. } = &bundle.jobs[0].ended else { panic!("{bundle:?}") };
    assert_eq!(measurement.samples_ns.len(), 11);

    let new = |new| ImportSummary { new, ..ImportSummary::default() };
    assert_eq!(send(&class, messages(bundle.clone())).await.unwrap(), new(1));
    let again = send(&class, messages(bundle.clone())).await.unwrap();
    assert_eq!(again, ImportSummary { duplicates: 1, ..new(0) });
    // To where it came from: what has not ended there is not in it.
    assert_eq!(send(&home, messages(bundle.clone())).await.unwrap(), ImportSummary { duplicates: 1, ..new(0) });

    // The rest follows in a bundle of its own.
    for _ in 0..2 {
        let offer = agent.offer().await;
        agent.finish(&offer).await;
    }
    home.until(&sweep.to_string(), SweepStatus::is_finished).await;
    let whole = export(&home, &[]).await.unwrap();
    assert_eq!(send(&class, messages(whole)).await.unwrap(), ImportSummary { duplicates: 1, ..new(2) });

    let (there, here) = (compare(&home, sweep).await.unwrap(), compare(&class, sweep).await.unwrap());
    assert_eq!((&here.tables, &here.entries, &here.environments), (&there.tables, &there.entries, &there.environments));
    assert_eq!(there.imports, []);
    let versions: Vec<_> =
        here.imports.iter().map(|import| (import.version.as_str(), import.sweeps.as_slice())).collect();
    assert_eq!(versions, [(env!("CARGO_PKG_VERSION"), &[sweep][..]); 2]);
    assert!(here.imports.iter().all(|import| import.exported_ms > 0 && import.imported_ms >= import.exported_ms));

    // From there on, with the whole way.
    let onwards = export(&class, &[]).await.unwrap();
    assert_eq!(onwards.imports, here.imports);
    home.stop().await;
    class.stop().await;
}

#[tokio::test]
async fn a_machine_that_only_a_bundle_knows_is_not_waited_for() {
    let (home, class) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (home, class) = (Server::start(home.path()).await, Server::start(class.path()).await);
    let (_agent, _) = one_of_three(&home).await;
    send(&class, messages(export(&home, &[]).await.unwrap())).await.unwrap();
    let machines = MachineServiceClient::new(class.channel().await).list_machines(v1::ListMachinesRequest {}).await;
    let machines = machines.unwrap().into_inner().machines;
    assert_eq!((machines[0].name.as_str(), machines[0].imported, machines[0].online), ("pc-1", true, false));
    let request = || v1::StartSweepRequest { spec: Some(practice().into()) };
    assert_eq!(class.sweeps().await.start_sweep(request()).await.unwrap_err().code(), Code::FailedPrecondition);
    let _other = Agent::connect(&class, &hello("pc-2")).await;
    let started = class.sweeps().await.start_sweep(request()).await.unwrap().into_inner();
    assert_eq!((started.status.unwrap().machines, started.offline), (1, Vec::<String>::new()));
    // Once its agent connects it is one of the class.
    let _agent = Agent::connect(&class, &hello("pc-1")).await;
    let started = class.sweeps().await.start_sweep(request()).await.unwrap().into_inner();
    assert_eq!(started.status.unwrap().machines, 2);
    home.stop().await;
    class.stop().await;
}

#[tokio::test]
async fn a_senseless_import_changes_nothing() {
    let (home, class) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (home, class) = (Server::start(home.path()).await, Server::start(class.path()).await);
    let (_agent, sweep) = one_of_three(&home).await;
    let bundle = export(&home, &[]).await.unwrap();
    let whole = messages(bundle.clone());
    let mut unnamed = whole.clone();
    unnamed.remove(0);
    let mut misnamed = whole.clone();
    misnamed[0] = Message::Digest("abc".to_owned());
    let mut headless = whole.clone();
    headless.remove(1);
    let mut broken = whole.clone();
    broken.push(Message::Record(v1::BundleRecord { record: None }));
    let machineless = messages(Bundle { machines: Vec::new(), ..bundle });
    for (messages, code, reason) in [
        (Vec::new(), Code::FailedPrecondition, "must name its bundle"),
        (unnamed, Code::FailedPrecondition, "must name its bundle"),
        (misnamed, Code::InvalidArgument, "a SHA-256 digest"),
        (headless, Code::InvalidArgument, "does not say who made it"),
        (broken, Code::InvalidArgument, "record is missing"),
        (machineless, Code::InvalidArgument, "the machine of job"),
    ] {
        let refused = send(&class, messages).await.unwrap_err();
        assert!(refused.code() == code && refused.message().contains(reason), "{refused}");
    }
    assert_eq!(compare(&class, sweep).await.unwrap_err().code(), Code::NotFound);
    home.stop().await;
    class.stop().await;
}

fn reference(size: u32, seconds: f64) -> Reference {
    Reference {
        set: "course".to_owned(),
        source: "the teacher's PC".to_owned(),
        device_name: "NVIDIA GeForce RTX 3060".to_owned(),
        software: Some("PyTorch 2.4".to_owned()),
        task: Task::Classify { model: Model::ResNet18, size, batch: 1 },
        precision: Precision::F32,
        seconds,
        ci: None,
        runs: Some(100),
        measured_on: None,
        imported_ms: 1,
    }
}

#[tokio::test]
async fn reference_times_are_kept_replaced_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut client = ReferenceServiceClient::new(server.channel().await);
    let mut import = async |references: Vec<Reference>| {
        let references = references.into_iter().map(Into::into).collect();
        let response = client.import_references(v1::ImportReferencesRequest { references }).await?;
        Ok::<_, Status>(ReferenceSummary::try_from(response.into_inner()).unwrap())
    };
    let saved = import(vec![reference(224, 0.002), reference(512, 0.006)]).await.unwrap();
    assert_eq!((saved.new, saved.duplicates, saved.replaced.len()), (2, 0, 0));
    let saved = import(vec![reference(224, 0.002), reference(512, 0.007)]).await.unwrap();
    assert_eq!((saved.new, saved.duplicates, saved.replaced[0].seconds), (0, 1, 0.006));
    let bad = import(vec![reference(128, 0.001), reference(224, -1.0)]).await.unwrap_err();
    let said = "ResNet18 224x224 on NVIDIA GeForce RTX 3060: time: must be more than 0";
    assert!(bad.code() == Code::InvalidArgument && bad.message().contains(said), "{bad}");
    let long = |size| Reference { source: "x".repeat(500), software: Some("x".repeat(500)), ..reference(size, 1.0) };
    let many = |count: usize| (1..).take(count).map(long).collect();
    assert_eq!(import(many(MAX_REFERENCES + 1)).await.unwrap_err().code(), Code::InvalidArgument);
    let saved = import(many(MAX_REFERENCES)).await.unwrap();
    assert_eq!((saved.new, saved.replaced.len()), (MAX_REFERENCES as u64 - 1, 1), "one has the key of another");
    server.stop().await;

    let server = Server::start(folder.path()).await;
    let mut client = ReferenceServiceClient::new(server.channel().await);
    let list = client.list_references(v1::ListReferencesRequest {}).await.unwrap().into_inner().references;
    assert_eq!(list.len(), MAX_REFERENCES + 1);
    assert!(list.iter().all(|reference| reference.imported_ms > 1), "the server's own clock");
    let remove = |set: &str| v1::RemoveReferencesRequest { set: set.to_owned() };
    let unknown = client.remove_references(remove("corse")).await.unwrap_err();
    assert!(unknown.code() == Code::NotFound && unknown.message().contains("there are: course"), "{unknown}");
    let removed = client.remove_references(remove("course")).await.unwrap().into_inner().removed;
    assert_eq!(removed, MAX_REFERENCES as u64 + 1);
    let unknown = client.remove_references(remove("course")).await.unwrap_err();
    assert!(unknown.message().contains("there is none"), "{unknown}");
    server.stop().await;
}
