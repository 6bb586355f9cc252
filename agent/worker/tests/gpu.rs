//! The worker on GPUs of a driver and libraries that compute on the CPU: the real engine, real processes, no GPU.
#![cfg(all(unix, target_pointer_width = "64"))]

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use cotejo_model::frames::{DeviceCheck, Frame, Library, Request};
use cotejo_model::gpu::ComputeCapability;
use cotejo_model::measurement::CompiledFor;
use cotejo_model::reason::DeviceReason;
use cotejo_model::{DeviceId, Engine, FailureCode, Measurement, Model, Precision, Reason, Task};
use cotejo_worker_samples::simulator;

use support::{classify, request};

/// GPUs of the simulated driver; `cuda/tests/simulator/driver.c` says how they differ.
const GOOD: u32 = 0;
const OLD: u32 = 1;
const TAKEN: u32 = 2;
const SMALL: u32 = 3;

/// The folder of the simulated libraries.
fn libraries() -> &'static Path {
    static BUILT: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        simulator::build(folder.path());
        folder
    });
    folder.path()
}

/// Runs the worker to its end and gives its output.
fn worker(arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cotejo-worker"))
        .args(arguments)
        .env("LD_LIBRARY_PATH", libraries())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdin.take().unwrap().write_all(input));
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

fn last(output: &str) -> Frame {
    serde_json::from_str(output.lines().next_back().expect("a frame")).unwrap()
}

fn job(task: Task, index: u32, precision: Precision) -> Request {
    let mut request = request(task);
    request.job.device = DeviceId::Cuda(index);
    request.job.workload.precision = precision;
    request.job.workload.engine = Engine::Optimized;
    request
}

fn run(request: &Request) -> Frame {
    last(&worker(&[], format!("{}\n", serde_json::json!(request)).as_bytes()))
}

fn measured(request: &Request) -> Measurement {
    match run(request) {
        Frame::Done(measurement) if measurement.answers_job(&request.job) => *measurement,
        frame => panic!("{frame:?}"),
    }
}

fn refused(frame: Frame) -> Reason {
    let Frame::Failed(failure) = frame else { panic!("{frame:?}") };
    failure
}

fn check(device: &str) -> Frame {
    last(&worker(&["--check", device], b""))
}

/// Measures a classifier, whose answer must be this near to the CPU's, and looks at all that is recorded of it.
fn measures(model: Model, precision: Precision, limit: f32) {
    let measurement = measured(&job(classify(model, 32, 1), GOOD, precision));
    let error = measurement.logit_error.expect("the answer is compared with the CPU's");
    assert!(error < limit && (precision == Precision::F32 || error > 1e-6), "{model} in {precision}: {error}");
    assert_eq!(measurement.device_name, "Simulated GPU 0");
    let gpu = measurement.gpu.expect("a GPU has its record");
    assert_eq!(gpu.compute_capability.map(|it| it.to_string()).as_deref(), Some("8.6"));
    assert_eq!((gpu.memory_bytes, gpu.cuda.as_deref()), (Some(8 << 30), Some("13.0")));
    assert_eq!(gpu.cudnn.as_deref(), Some("9.13.0"));
    let stages = measurement.stages;
    assert!(stages.upload_ns.is_some() && stages.download_ns.is_some() && stages.decode_ns.is_some());
    assert!(stages.events.unwrap().forward_ns > 0);
    let plan = measurement.plan.expect("the algorithms are recorded");
    let CompiledFor::Gpu { compute_capability, graph: true, .. } = plan.instruction_set else { panic!("{plan:?}") };
    assert_eq!(compute_capability, ComputeCapability { major: 8, minor: 6 });
    assert!(plan.layers.len() > 20 && measurement.answers.len() == 5);
    assert!(!measurement.simulated, "the engine is real; that the GPU is not is in its name");
}

#[test]
fn every_classifier_is_measured_with_its_stages_answers_and_the_gpus_record() {
    for model in Model::ALL {
        measures(*model, Precision::F32, 1e-4);
    }
}

#[test]
fn a_classifier_is_measured_in_every_precision() {
    let limits = [
        (Model::MobileNetV2, Precision::Tf32, 5e-2),
        (Model::ResNet18, Precision::F16, 1e-2),
        (Model::ResNet18, Precision::Bf16, 8e-2),
    ];
    for (model, precision, limit) in limits {
        measures(model, precision, limit);
    }
}

#[test]
fn products_are_measured_and_checked_in_every_precision() {
    for precision in Precision::ALL {
        let measurement = measured(&job(Task::Matmul { size: 64 }, GOOD, *precision));
        assert_eq!(measurement.samples_ns.len(), 3);
        assert!(measurement.stages.events.is_some() && measurement.gpu.is_some());
    }
}

#[test]
fn a_gpu_is_checked_by_computing_on_it() {
    let Frame::Checked(found) = check("cuda:0") else { panic!("{:?}", check("cuda:0")) };
    let DeviceCheck { device, name, memory_bytes, precisions, simulated, .. } = *found;
    assert_eq!((device, name.as_str(), memory_bytes), (DeviceId::Cuda(0), "Simulated GPU 0", Some(8 << 30)));
    assert_eq!((precisions.as_slice(), simulated), (Precision::ALL, false));
    let Frame::Checked(found) = check("cuda:1") else { panic!("{:?}", check("cuda:1")) };
    assert_eq!(found.precisions, [Precision::F32, Precision::F16]);
}

#[test]
fn every_refusal_has_its_name() {
    let codes = [
        (check("cuda:2"), FailureCode::DeviceBusy),
        (check("cuda:9"), FailureCode::NoGpu),
        (run(&job(classify(Model::ResNet18, 32, 1), TAKEN, Precision::F32)), FailureCode::DeviceBusy),
        (run(&job(classify(Model::ResNet18, 512, 8), SMALL, Precision::F32)), FailureCode::OutOfMemory),
        (run(&job(Task::Matmul { size: 4096 }, SMALL, Precision::F32)), FailureCode::OutOfMemory),
        (run(&job(classify(Model::ResNet18, 32, 1), OLD, Precision::Tf32)), FailureCode::PrecisionUnavailable),
    ];
    for (frame, code) in codes {
        let failure = refused(frame);
        assert_eq!(failure.code(), code, "{failure:?}");
    }
}

#[test]
#[cfg(not(feature = "cuda"))]
fn plain_candle_on_a_gpu_needs_another_build() {
    let mut request = job(classify(Model::ResNet18, 32, 1), GOOD, Precision::F32);
    request.job.workload.engine = Engine::Reference;
    let failure = refused(run(&request));
    assert_eq!(failure, DeviceReason::EngineNotBuilt { engine: Engine::Reference }.into());
}

#[test]
fn libraries_are_listed_with_version_and_place() {
    let found: Vec<Library> = serde_json::from_str(&worker(&["--libraries"], b"")).unwrap();
    let names: Vec<&str> = found.iter().map(|library| library.name.as_str()).collect();
    assert_eq!(names, ["NVIDIA driver", "NVRTC", "cuBLAS", "cuDNN"]);
    for library in found {
        assert!(library.version.is_some() && library.missing.is_none(), "{library:?}");
        assert!(cfg!(not(target_os = "linux")) || library.path.is_some(), "{library:?}");
    }
}

#[test]
fn a_network_is_explained_layer_by_layer() {
    let request = job(Task::Classify { model: Model::MobileNetV2, size: 32, batch: 1 }, GOOD, Precision::F16);
    let frame = last(&worker(&["--explain"], format!("{}\n", serde_json::json!(request)).as_bytes()));
    let Frame::Explained(explanation) = frame else { panic!("{frame:?}") };
    assert_eq!((explanation.workload, explanation.threads), (request.job.workload, None));
    assert!(matches!(explanation.instruction_set, CompiledFor::Gpu { .. }) && explanation.peak_flops > 0.0);
    let names: Vec<&str> = explanation.layers.iter().map(|layer| layer.layer.as_str()).collect();
    assert_eq!((names[0], names[1], *names.last().unwrap()), ("input", "features.0.0", "classifier.1"));
    assert!(explanation.layers.iter().all(|layer| layer.ns > 0 && layer.output[0] > 0), "{explanation:?}");
    // 32 x 32 is a forty-ninth of 224 x 224, of which the literature says 300 million multiply-adds.
    let flop = explanation.flop() as f64;
    assert!((10e6..16e6).contains(&flop), "{flop}");
}
