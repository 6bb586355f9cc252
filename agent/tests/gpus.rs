//! PCs with GPUs that work or do not, by fake workers and a fake driver.

mod common;

use std::time::{Duration, Instant};

use common::coordinator::{Agent, Coordinator};
use common::{gpu_worker, no_worker, worker};
use cotejo_agent::nvidia::fake::{FakeGpu, absent, driver, gpu};
use cotejo_agent::nvidia::{Access, Load, Nvidia, NvmlError};
use cotejo_agent::probe::{Gpus, find_gpus};
use cotejo_agent::{WorkerCommand, Workers};
use cotejo_language::Language;
use cotejo_model::reason::{CheckReason, DriverReason, GpuReason, LibraryReason, Relayed};
use cotejo_model::session::PROTOCOL;
use cotejo_model::{Device, DeviceId, DeviceKind, Engine, FailureCode, Precision, Reason};

async fn find(nvidia: &Nvidia, plain: WorkerCommand, cuda: WorkerCommand) -> Gpus {
    let workers = Workers::new(plain, cuda);
    let offers = workers.describe().await;
    find_gpus(nvidia, &workers, &offers).await
}

/// The failure of the one GPU, which the driver lists, with this worker for GPUs.
async fn failure_of(listed: FakeGpu, cuda: &[&str]) -> Reason {
    let gpus = find(&driver(vec![listed], None), worker(&[]), gpu_worker(cuda)).await;
    assert_eq!((gpus.found.len(), &gpus.none), (1, &None));
    let failure = gpus.found[0].check.clone().unwrap_err();
    let said = cotejo_language::reason(&failure, Language::English);
    // The words of a worker that gives no facts come without a remedy.
    let is_quoted = matches!(failure, Reason::Relayed(Relayed::Quoted { .. }));
    assert!(said.remedy.is_some() != is_quoted && said.long.len() < 260, "{said:?}");
    failure
}

#[tokio::test]
async fn a_gpu_that_works_is_named_by_its_driver() {
    let gpus = find(&driver(vec![gpu("RTX")], None), worker(&[]), gpu_worker(&["cuda:0=good"])).await;
    let found = &gpus.found[0];
    assert_eq!((found.name.as_str(), found.memory_bytes), ("RTX", Some(8 << 30)));
    assert_eq!(found.compute_capability, "8.6".parse().ok());
    assert_eq!(gpus.driver.as_deref(), Some("550.54"));
    assert_eq!(found.check.as_ref().unwrap().cudnn.as_deref(), Some("9.1"));
}

#[tokio::test]
async fn a_library_that_is_missing_is_named() {
    let failure = failure_of(gpu("RTX"), &["unlinked=libcudnn.so.9"]).await;
    assert_eq!(failure.code(), FailureCode::LibraryMissing);
    let Reason::Library(LibraryReason::WorkerLacks { libraries, product, .. }) = failure else { panic!("{failure}") };
    assert_eq!((libraries, product.as_deref()), (vec!["libcudnn.so.9".to_owned()], Some("cuDNN")));
    let failure = failure_of(gpu("RTX"), &["unlinked=libcuda.so.1"]).await;
    assert_eq!(failure.code(), FailureCode::DriverMissing);
}

#[tokio::test]
async fn a_worker_that_crashes_at_its_start_is_named() {
    let failure = failure_of(gpu("RTX"), &["start=crash"]).await;
    assert_eq!(failure.code(), FailureCode::WorkerMissing);
    assert!(failure.to_string().contains("gpu_worker"), "{failure}");
}

#[tokio::test]
async fn what_the_worker_refuses_has_its_name() {
    for (behaviour, code) in [
        ("capability", FailureCode::WrongCapability),
        ("memory", FailureCode::OutOfMemory),
        ("busy", FailureCode::DeviceBusy),
        ("none", FailureCode::DeviceHidden),
    ] {
        // This driver is as new as the libraries, so it is not to blame.
        let failure = failure_of(new_driver_gpu(), &[&format!("cuda:0={behaviour}")]).await;
        assert_eq!(failure.code(), code, "{behaviour}: {failure}");
    }
}

/// A GPU of a driver that serves the CUDA of the worker's libraries.
fn new_driver_gpu() -> FakeGpu {
    FakeGpu { cuda: 13_000, ..gpu("RTX") }
}

#[tokio::test]
async fn a_worker_that_breaks_down_is_no_silence() {
    for behaviour in ["crash", "garbage", "endless", "other", "silent"] {
        let failure = failure_of(new_driver_gpu(), &[&format!("cuda:0={behaviour}")]).await;
        assert_eq!(failure.code(), FailureCode::WorkerCrashed, "{behaviour}: {failure}");
        assert!(failure.to_string().contains("cuda:0"), "{behaviour}: {failure}");
    }
}

#[tokio::test]
async fn a_check_that_hangs_is_given_up() {
    let hanging = gpu_worker(&["cuda:0=hang"]);
    let began = Instant::now();
    let failure = hanging.check_within(DeviceId::Cuda(0), Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(failure, CheckReason::TimedOut { device: DeviceId::Cuda(0), seconds: 0.3 }.into());
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn an_old_driver_is_to_blame() {
    let failure = failure_of(gpu("RTX"), &["cuda:0=crash"]).await;
    assert_eq!(failure, DriverReason::TooOld { serves: "12.4".to_owned(), needs: "13.0".to_owned() }.into());
}

#[tokio::test]
async fn compute_modes_are_told() {
    let mut prohibited = gpu("RTX");
    prohibited.described.access = Some(Access::Prohibited);
    let failure = failure_of(prohibited, &["cuda:0=good"]).await;
    assert_eq!(failure.code(), FailureCode::DeviceBusy);
    let mut exclusive = gpu("RTX");
    exclusive.described.access = Some(Access::Exclusive);
    let failure = failure_of(exclusive, &["cuda:0=busy"]).await;
    assert_eq!(failure, GpuReason::Exclusive { index: 0 }.into());
}

#[tokio::test]
async fn one_of_two_gpus_is_broken() {
    let lost = FakeGpu { lost: true, ..gpu("lost") };
    let cuda = gpu_worker(&["cuda:0=memory", "cuda:1=good", "cuda:2=good"]);
    let gpus = find(&driver(vec![gpu("full"), gpu("good"), lost], None), worker(&[]), cuda).await;
    let codes = gpus.found.iter().map(|gpu| gpu.check.as_ref().err().map(cotejo_model::Reason::code));
    assert_eq!(codes.collect::<Vec<_>>(), [Some(FailureCode::OutOfMemory), None, Some(FailureCode::DeviceUnavailable)]);
}

#[tokio::test]
async fn the_plain_worker_serves_where_the_other_does_not() {
    let nvidia = driver(vec![gpu("RTX")], None);
    let plain = || gpu_worker(&["build=plain", "cuda:0=good"]);
    for other in [no_worker(), gpu_worker(&["unlinked=libcudnn.so.9"]), gpu_worker(&["start=crash"])] {
        let workers = Workers::new(plain(), other);
        let offers = workers.describe().await;
        assert_eq!(workers.serving(DeviceKind::Cuda), &plain());
        let gpus = find_gpus(&nvidia, &workers, &offers).await;
        assert!(gpus.found[0].check.is_ok());
    }
    let workers = Workers::new(plain(), gpu_worker(&["cuda:0=good"]));
    workers.describe().await;
    assert_eq!(workers.serving(DeviceKind::Cuda), &gpu_worker(&["cuda:0=good"]));
    assert_eq!(workers.serving(DeviceKind::Cpu), &plain());
}

#[tokio::test]
async fn a_gpu_that_only_cuda_sees_is_a_gpu() {
    let cuda = gpu_worker(&["cuda:0=simulated", "cuda:1=memory", "cuda:3=good"]);
    let gpus = find(&absent(), worker(&[]), cuda).await;
    assert_eq!((gpus.found.len(), &gpus.none), (2, &None));
    let [simulated, full] = &gpus.found[..] else { unreachable!() };
    assert_eq!((simulated.name.as_str(), simulated.memory_bytes), ("GPU by CUDA", Some(6 << 30)));
    assert!(simulated.check.as_ref().unwrap().simulated);
    assert_eq!(full.check.as_ref().unwrap_err().code(), FailureCode::OutOfMemory);
}

#[tokio::test]
async fn a_machine_without_any_gpu_says_so() {
    for (plain, cuda) in [(worker(&[]), no_worker()), (worker(&[]), gpu_worker(&[])), (gpu_worker(&[]), no_worker())] {
        let gpus = find(&absent(), plain, cuda).await;
        assert!(gpus.found.is_empty());
        assert!(gpus.none.is_some());
    }
    let crashed = find(&absent(), worker(&[]), gpu_worker(&["cuda:0=crash"])).await.none.unwrap();
    assert!(matches!(crashed, Reason::Relayed(Relayed::Besides { .. })), "{crashed}");
    let broken = Nvidia::new(|| Err(NvmlError::LibRmVersionMismatch), None);
    let failure = find(&broken, worker(&[]), no_worker()).await.none.unwrap();
    assert_eq!(failure, DriverReason::Mismatched.into());
}

fn gpu_of(devices: &[Device]) -> &Device {
    devices.iter().find(|device| device.id == DeviceId::Cuda(0)).expect("a GPU")
}

#[tokio::test]
async fn a_job_on_a_gpu_records_what_the_gpu_did() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let load = |mhz, reason: &str| Load { clock_mhz: Some(mhz), throttle_reasons: vec![reason.to_owned()] };
    let mut hot = gpu("RTX");
    hot.loads = vec![load(2000, "sw_power_cap"), load(1000, "hw_thermal_slowdown"), load(1500, "sw_power_cap")];
    let workers = (worker(&["good"]), gpu_worker(&["cuda:0=good"]));
    let agent = Agent::on(&coordinator, data.path(), workers, driver(vec![hot], None));
    let (hello, mut stream) = coordinator.welcomed(vec![]).await;
    let device = gpu_of(&hello.capability.devices);
    assert_eq!((&device.unusable, device.driver.as_deref()), (&None, Some("550.54")));
    assert_eq!((&device.engines[..], &device.precisions[..]), (&[Engine::Optimized][..], &[Precision::F32][..]));

    stream.offer_on(DeviceId::Cuda(0)).await;
    let measurement = stream.result().await.outcome.unwrap();
    assert_eq!(measurement.build, "gpu");
    let record = measurement.gpu.unwrap();
    assert_eq!((record.driver.as_deref(), record.cuda.as_deref()), (Some("550.54"), Some("12.4")));
    assert_eq!(record.before.unwrap().temperature_c, Some(40));
    assert_eq!(record.after.unwrap().throttle_reasons, ["sw_power_cap", "hw_thermal_slowdown"]);
    assert_eq!(measurement.conditions.clock_ratio, Some(0.5));
    assert_eq!(measurement.conditions.peak_flops, Some(2e12));
    agent.stop().await;
}

#[tokio::test]
async fn a_job_without_a_driver_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let workers = (worker(&["good"]), gpu_worker(&["cuda:0=good"]));
    let agent = Agent::on(&coordinator, data.path(), workers, absent());
    let (hello, mut stream) = coordinator.welcomed(vec![]).await;
    assert_eq!(gpu_of(&hello.capability.devices).driver, None);
    stream.offer_on(DeviceId::Cuda(0)).await;
    let measurement = stream.result().await.outcome.unwrap();
    let record = measurement.gpu.unwrap();
    assert_eq!((record.before, record.after, record.driver), (None, None, None));
    assert_eq!(measurement.conditions.clock_ratio, None);
    agent.stop().await;
}

#[tokio::test]
async fn a_library_that_went_missing_fails_the_job_by_name() {
    let data = tempfile::tempdir().unwrap();
    let mut coordinator = Coordinator::listen().await;
    let agent = Agent::start(&coordinator, data.path(), worker(&["unlinked"]));
    let (_, mut stream) = coordinator.welcomed(vec![]).await;
    stream.offer_on(DeviceId::Cuda(0)).await;
    let failure = stream.result().await.outcome.unwrap_err();
    assert_eq!(failure.code(), FailureCode::LibraryMissing);
    assert!(failure.to_string().contains("libcublas.so.12"), "{failure}");
    agent.stop().await;
}

#[tokio::test]
async fn an_unusable_gpu_is_looked_at_again_with_the_next_connection() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("agent");
    let now = data.path().join("now-it-works");
    let mut coordinator = Coordinator::listen().await;
    let cuda = gpu_worker(&[&format!("cuda:0=once:{}", now.display())]);
    let agent = Agent::on(&coordinator, &folder, (worker(&["good"]), cuda), driver(vec![gpu("RTX")], None));
    let (hello, stream) = coordinator.stream().await;
    let failure = gpu_of(&hello.capability.devices).unusable.as_ref().unwrap();
    assert_eq!(failure.code(), FailureCode::OutOfMemory);
    std::fs::write(now, "").unwrap();
    stream.welcome(PROTOCOL, vec![]).await;
    drop(stream);
    let (hello, _stream) = coordinator.stream().await;
    assert_eq!(gpu_of(&hello.capability.devices).unusable, None);
    agent.stop().await;
}
