//! What the doctor says of PCs that are well and PCs that are not.

mod common;

use std::path::Path;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

use common::{gpu_worker, no_worker, worker};
use cotejo_agent::Workers;
use cotejo_agent::doctor::{Report, Subject, Verdict, examine};
use cotejo_agent::nvidia::Nvidia;
use cotejo_agent::nvidia::fake::{absent, driver, gpu};
use cotejo_language::{Language, Texts};
use cotejo_model::session::PROTOCOL;
use cotejo_proto::v1;
use cotejo_proto::v1::status_service_server::{StatusService, StatusServiceServer};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::task::AbortOnDropHandle;
use tonic::{Request, Response, Status};

/// A coordinator whose clock is this far behind, in milliseconds.
struct Coordinator {
    behind_ms: u64,
}

#[tonic::async_trait]
impl StatusService for Coordinator {
    async fn get_status(&self, _: Request<v1::GetStatusRequest>) -> Result<Response<v1::GetStatusResponse>, Status> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Ok(Response::new(v1::GetStatusResponse {
            version: "7.7.7".to_owned(),
            protocol: PROTOCOL,
            now_ms: u64::try_from(now.as_millis()).unwrap() - self.behind_ms,
            ..v1::GetStatusResponse::default()
        }))
    }
}

impl Coordinator {
    async fn listen(self) -> (String, AbortOnDropHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tonic::transport::Server::builder().add_service(StatusServiceServer::new(self));
        let serving = server.serve_with_incoming(TcpListenerStream::new(listener));
        (address, AbortOnDropHandle::new(tokio::spawn(async move { serving.await.unwrap() })))
    }
}

fn of<'a>(workers: &'a Workers, nvidia: &'a Nvidia, data_dir: &'a Path) -> Subject<'a> {
    Subject { workers, nvidia, data_dir, coordinator: None }
}

#[track_caller]
fn verdict(report: &Report, name: &str, subject: Option<&str>) -> (Verdict, String) {
    let mut checks = report.checks.iter();
    let check = checks.find(|check| check.check == name && check.subject.as_deref() == subject);
    let check = check.unwrap_or_else(|| panic!("no {name} in {report:#?}"));
    (check.verdict, check.finding.in_english())
}

#[tokio::test]
async fn a_pc_without_gpu_is_well() {
    let data = tempfile::tempdir().unwrap();
    let (workers, nvidia) = (Workers::new(worker(&[]), no_worker()), absent());
    let report = examine(of(&workers, &nvidia, data.path()), |_| {}).await;
    for name in ["nvidia_driver", "cuda_worker", "cuda_library", "compute_capability", "gpu_check", "coordinator"] {
        assert_eq!(verdict(&report, name, None).0, Verdict::NotApplicable, "{name}");
    }
    assert_eq!(verdict(&report, "worker", None).0, Verdict::Ok);
    for (language, words) in [
        (Language::English, "no NVIDIA GPU or driver found"),
        (Language::Spanish, "no se encontró ninguna GPU ni controlador NVIDIA"),
    ] {
        let text = report.text(Texts::of(language));
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn each_gpu_is_tried_through_its_worker() {
    let data = tempfile::tempdir().unwrap();
    let workers = Workers::new(worker(&[]), gpu_worker(&["cuda:0=good", "cuda:1=capability"]));
    let nvidia = driver(vec![gpu("good"), gpu("old")], None);
    let report = examine(of(&workers, &nvidia, data.path()), |_| {}).await;
    assert_eq!((report.verdict, report.exit_code()), (Verdict::Problem, 1));
    assert_eq!(verdict(&report, "gpu_check", Some("cuda:0")).0, Verdict::Ok);
    let (broken, text) = verdict(&report, "compute_capability", Some("cuda:1"));
    assert_eq!(broken, Verdict::Problem);
    assert!(text.contains("5.0") && text.contains("7.5"), "{text}");
    assert_eq!(verdict(&report, "cuda_library", Some("NVRTC")).0, Verdict::Ok);
    assert_eq!(verdict(&report, "cuda_library", Some("cuDNN")).0, Verdict::Problem);
}

#[tokio::test]
async fn a_library_that_is_missing_is_in_the_report() {
    let data = tempfile::tempdir().unwrap();
    let workers = Workers::new(worker(&[]), gpu_worker(&["unlinked=libcudnn.so.9"]));
    let nvidia = driver(vec![gpu("good")], None);
    let report = examine(of(&workers, &nvidia, data.path()), |_| {}).await;
    let (broken, text) = verdict(&report, "cuda_worker", None);
    assert_eq!(broken, Verdict::Problem);
    assert!(text.contains("libcudnn.so.9"), "{text}");
}

#[tokio::test]
async fn the_coordinators_clock_is_compared() {
    let data = tempfile::tempdir().unwrap();
    let (workers, nvidia) = (Workers::new(worker(&[]), no_worker()), absent());
    for (behind_ms, expected) in [(0, Verdict::Ok), (60_000, Verdict::Warning)] {
        let (address, _serving) = Coordinator { behind_ms }.listen().await;
        let subject = Subject { coordinator: Some(&address), ..of(&workers, &nvidia, data.path()) };
        let report = examine(subject, |_| {}).await;
        let (reachable, text) = verdict(&report, "coordinator", None);
        assert_eq!(reachable, Verdict::Ok);
        assert!(text.contains("7.7.7"), "{text}");
        assert_eq!(verdict(&report, "clock", None).0, expected, "{report:#?}");
    }
}

fn doctor(format: &str, language: &str, data: &Path) -> Output {
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cotejo-agent"));
    command.args(["doctor", "--format", format, "--coordinator", &dead.to_string(), "--data-dir"]).arg(data);
    command.arg("--worker").arg(worker(&[]).program).arg("--cuda-worker").arg("none");
    command.env("COTEJO_LANG", language).env_remove("COTEJO__AGENT__COORDINATOR").output().unwrap()
}

#[test]
fn the_program_ends_with_the_worst_verdict() {
    let data = tempfile::tempdir().unwrap();
    let output = doctor("json", "es", data.path());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["verdict"], "problem");
    assert!(json["checks"].as_array().unwrap().len() > 10);
    let mut findings = json["checks"].as_array().unwrap().iter().map(|check| check["finding"].as_str().unwrap());
    assert!(findings.any(|finding| finding.contains("does not answer")), "programs read English: {json}");
    let spanish = doctor("text", "es", data.path());
    let text = String::from_utf8(spanish.stdout).unwrap();
    assert!(text.contains("PROBLEMA coordinador") && text.contains("-> arránquelo allí"), "{text}");
    let output = doctor("text", "en", data.path());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("PROBLEM  coordinator") && text.contains("-> start it there"), "{text}");
    assert!(output.stderr.is_empty(), "nothing is said of what is being done unless a terminal shows it");
    let help = Command::new(env!("CARGO_BIN_EXE_cotejo-agent")).args(["doctor", "--help"]).output().unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("there are warnings only"));
}
