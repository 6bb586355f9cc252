//! What people ask of a real server.

use std::collections::BTreeMap;

use crate::support::{Agent, Server, config, practice};
use cotejo_coordinator::{Config, StartError, build};
use cotejo_model::comparison::{Absence, Column, Comparison, Value};
use cotejo_model::reason::MemoryReason;
use cotejo_model::session::Receipt;
use cotejo_model::sweep::SweepStatus;
use cotejo_model::{DeviceKind, Digest, JobState, Model, Reason, SweepSpec};
use cotejo_proto::v1;
use cotejo_proto::v1::blob_service_client::BlobServiceClient;
use cotejo_proto::v1::machine_service_client::MachineServiceClient;
use cotejo_proto::v1::result_service_client::ResultServiceClient;
use cotejo_proto::v1::status_service_client::StatusServiceClient;
use cotejo_proto::v1::upload_blob_request::Message;
use cotejo_samples::{classifying, cpu_machine, hello};
use tonic::{Code, Status};

async fn refused(server: &Server, spec: SweepSpec) -> Status {
    let request = v1::StartSweepRequest { spec: Some(spec.into()) };
    server.sweeps().await.start_sweep(request).await.unwrap_err()
}

#[tokio::test]
async fn sweeps_that_cannot_be_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let nobody = refused(&server, practice()).await;
    assert!(nobody.code() == Code::FailedPrecondition && nobody.message().contains("cotejo-agent run"), "{nobody}");
    let _agent = Agent::connect(&server, &hello("pc-1")).await;
    let unknown = refused(&server, SweepSpec { machines: vec!["pc-7".to_owned()], ..practice() }).await;
    assert!(unknown.code() == Code::NotFound && unknown.message().contains("there are: pc-1"), "{unknown}");
    let labels = BTreeMap::from([("room".to_owned(), "nowhere".to_owned())]);
    let unlabelled = refused(&server, SweepSpec { labels, ..practice() }).await;
    assert!(unlabelled.code() == Code::NotFound && unlabelled.message().contains("room=lab-2"), "{unlabelled}");
    let bad =
        refused(&server, classifying(practice(), |classify| (classify.sizes, classify.batches) = (vec![0], vec![0])))
            .await;
    assert!(bad.code() == Code::InvalidArgument, "{bad}");
    assert!(bad.message().contains("sizes") && bad.message().contains("batches"), "{bad}");
    let weights = BTreeMap::from([(Model::ResNet18, Digest::of(b"not here"))]);
    let missing = refused(&server, classifying(practice(), |classify| classify.weights = weights)).await;
    assert!(missing.code() == Code::FailedPrecondition && missing.message().contains("upload"), "{missing}");
    let request = v1::GetSweepRequest { sweep: "nothing".to_owned() };
    let none = server.sweeps().await.get_sweep(request).await.unwrap_err();
    assert_eq!(none.code(), Code::NotFound);
    server.stop().await;
}

#[tokio::test]
async fn a_plan_says_what_would_be_done_and_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let agent = Agent::connect(&server, &hello("pc-1")).await;
    drop(agent);
    let spec = classifying(practice(), |classify| classify.sizes = vec![224, 100_000]);
    let mut sweeps = server.sweeps().await;
    let request = v1::PlanSweepRequest { spec: Some(spec.into()) };
    let plan = sweeps.plan_sweep(request).await.unwrap().into_inner();
    assert_eq!(plan.cells.len(), 2);
    let refused = plan.cells.iter().find_map(|cell| cell.refused.as_ref()).unwrap();
    let refused = Reason::try_from(refused.clone()).unwrap();
    let Reason::Memory(MemoryReason::TooLittle { needs_bytes, has_bytes, .. }) = refused else { panic!("{refused}") };
    assert_eq!((needs_bytes >> 40 > 0, has_bytes), (true, 16 << 30));
    assert!(plan.cells.iter().any(|cell| cell.machine == "pc-1" && cell.seconds > 0.0));
    assert!(sweeps.list_sweeps(v1::ListSweepsRequest { limit: 0 }).await.unwrap().into_inner().sweeps.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn results_become_the_practice_table() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut agent = Agent::connect(&server, &hello("pc-1")).await;
    let sweep = server.begin(practice()).await;
    for _ in 0..3 {
        let offer = agent.offer().await;
        assert_eq!(agent.finish(&offer).await, Receipt::Accepted);
    }
    let status = server.until(&sweep, SweepStatus::is_finished).await;
    assert!((status.done - 1.0).abs() < 1e-9);
    let mut results = ResultServiceClient::new(server.channel().await);
    for sweeps in [vec![], vec!["practice".to_owned()], vec![sweep.clone()], vec![status.id.short()]] {
        let request = v1::CompareRequest { sweeps, ..Default::default() };
        let response = results.compare(request).await.unwrap().into_inner();
        let comparison = Comparison::try_from(response.comparison.unwrap()).unwrap();
        assert_eq!((comparison.title(), comparison.entries.len()), ("practice", 3));
        let table = &comparison.tables[0];
        let gpu = table.columns.iter().position(|column| *column == Column::Time { device: DeviceKind::Cuda }).unwrap();
        let why = cpu_machine("pc-1").capability.no_gpu.unwrap();
        let reason = Value::Missing { reason: Absence::Because { why } };
        assert!(table.rows.iter().all(|row| row[gpu] == reason));
        assert!(table.rows.iter().all(|row| matches!(row[gpu - 1], Value::Seconds { .. })));
    }
    let machines = MachineServiceClient::new(server.channel().await).list_machines(v1::ListMachinesRequest {}).await;
    let machines = machines.unwrap().into_inner().machines;
    assert_eq!((machines.len(), machines[0].online), (1, true));
    let status = StatusServiceClient::new(server.channel().await).get_status(v1::GetStatusRequest {}).await;
    let status = status.unwrap().into_inner();
    assert_eq!((status.machines_online, status.sweeps_unfinished, status.jobs_waiting), (1, 0, 0));
    assert!(status.now_ms >= status.started_ms && status.started_ms > 0, "{status:?}");
    server.stop().await;
}

#[tokio::test]
async fn five_hundred_jobs_are_queued_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut agent = Agent::connect(&server, &hello("pc-1")).await;
    let sweep = server.begin(classifying(practice(), |classify| classify.sizes = (1..=500).collect())).await;
    agent.offer().await;
    let status = server.until(&sweep, |status| status.count(JobState::Offered) == 1).await;
    assert_eq!((status.total(), status.count(JobState::Queued)), (500, 499));
    server.stop().await;
}

fn upload(
    content: &[u8],
    size: usize,
    offset: usize,
) -> impl tokio_stream::Stream<Item = v1::UploadBlobRequest> + use<> {
    let digest = Digest::of(content).to_string();
    let start = v1::UploadStart { digest, size: size as u64, offset: offset as u64 };
    let data = content[offset..].chunks(400_000).map(|chunk| Message::Data(chunk.to_vec()));
    let messages: Vec<_> = std::iter::once(Message::Start(start)).chain(data).collect();
    tokio_stream::iter(messages.into_iter().map(|message| v1::UploadBlobRequest { message: Some(message) }))
}

#[tokio::test]
async fn blobs_go_up_and_come_down_from_any_byte() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut blobs = BlobServiceClient::new(server.channel().await);
    let content: Vec<u8> = (0..2_500_000_u32).map(|index| index.to_le_bytes()[1]).collect();
    let digest = Digest::of(&content).to_string();
    // The first upload is cut off; what arrived is kept.
    let partial = {
        use tokio_stream::StreamExt;
        upload(&content, content.len(), 0).take(3)
    };
    assert_eq!(blobs.upload_blob(partial).await.unwrap_err().code(), Code::Aborted);
    let stat = blobs.stat_blob(v1::StatBlobRequest { digest: digest.clone() }).await.unwrap().into_inner();
    assert_eq!((stat.complete, stat.bytes), (false, 800_000));
    blobs.upload_blob(upload(&content, content.len(), 800_000)).await.unwrap();
    let stat = blobs.stat_blob(v1::StatBlobRequest { digest: digest.clone() }).await.unwrap().into_inner();
    assert_eq!((stat.complete, stat.bytes), (true, content.len() as u64));
    for offset in [0, 1_700_000, content.len()] {
        let request = v1::DownloadBlobRequest { digest: digest.clone(), offset: offset as u64 };
        let mut chunks = blobs.download_blob(request).await.unwrap().into_inner();
        let mut found = Vec::new();
        while let Some(chunk) = chunks.message().await.unwrap() {
            assert_eq!(chunk.size, content.len() as u64);
            found.extend(chunk.data);
        }
        assert!(found == content[offset..], "from byte {offset}");
    }
    let huge = blobs.upload_blob(upload(b"x", 2 << 30, 0)).await.unwrap_err();
    assert!(huge.code() == Code::ResourceExhausted && huge.message().contains("max_blob_mib"), "{huge}");
    let request = v1::DownloadBlobRequest { digest: Digest::of(b"none").to_string(), offset: 0 };
    assert_eq!(blobs.download_blob(request).await.unwrap_err().code(), Code::NotFound);
    server.stop().await;
}

#[tokio::test]
async fn what_is_in_the_way_of_a_start_is_named() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(one.path()).await;
    let locked = build(config(one.path())).await.err().unwrap();
    assert!(matches!(locked, StartError::Locked(_)) && locked.to_string().contains("--data-dir"), "{locked}");
    let taken = build(Config { listen: server.addr, ..config(two.path()) }).await.err().unwrap();
    assert!(taken.to_string().contains(&server.addr.to_string()) && taken.to_string().contains("--listen"), "{taken}");
    std::fs::write(two.path().join("file"), "").unwrap();
    let unwritable = build(config(&two.path().join("file"))).await.err().unwrap();
    assert!(matches!(unwritable, StartError::DataFolder { .. }), "{unwritable}");
    let exposed = Config { listen: "0.0.0.0:0".parse().unwrap(), ..config(two.path()) };
    assert!(matches!(build(exposed).await.err().unwrap(), StartError::Config(_)));
    server.stop().await;
    let again = Server::start(one.path()).await;
    again.stop().await;
}
