//! The worker as a process: a request in, frames out.

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};

use cotejo_model::frames::{Description, Frame, Phase, Request};
use cotejo_model::job::Weights;
use cotejo_model::measurement::CompiledFor;
use cotejo_model::{Digest, Engine, FailureCode, Measurement, Model, Precision, Reason, Task, Threads, variables};
use cotejo_worker::weights;

use support::{classify, request};

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_cotejo-worker"))
        .args(arguments)
        .env_remove("RAYON_NUM_THREADS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the worker on these bytes to its end.
fn feed(input: &[u8]) -> Output {
    let mut child = start(&[]);
    // A worker that refuses the input early may not read all of it.
    drop(child.stdin.take().unwrap().write_all(input));
    child.wait_with_output().unwrap()
}

fn frames(output: &Output) -> Vec<Frame> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn line(request: &Request) -> Vec<u8> {
    [&serde_json::to_vec(request).unwrap()[..], b"\n"].concat()
}

fn measure(request: &Request) -> Measurement {
    let output = feed(&line(request));
    let mut frames = frames(&output);
    let Some(Frame::Done(measurement)) = frames.pop() else { panic!("{}", String::from_utf8_lossy(&output.stdout)) };
    assert!(output.status.success());
    assert!(frames.iter().all(|frame| matches!(frame, Frame::Progress(_))));
    assert!(measurement.answers_job(&request.job));
    *measurement
}

fn fail(input: &[u8]) -> Reason {
    let output = feed(input);
    let Some(Frame::Failed(failure)) = frames(&output).pop() else { panic!("{output:?}") };
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stderr.is_empty(), "the log says it too");
    failure
}

#[test]
fn a_request_becomes_frames_and_a_measurement() {
    let request = request(classify(Model::ResNet18, 64, 2));
    let output = feed(&line(&request));
    assert!(output.status.success());
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let frames = frames(&output);
    let progress: Vec<_> = frames
        .iter()
        .filter_map(|frame| if let Frame::Progress(progress) = frame { Some(progress) } else { None })
        .collect();
    assert_eq!(progress.len(), frames.len() - 1);
    assert!(progress.is_sorted_by(|a, b| a.done <= b.done && a.phase <= b.phase));
    assert!(Phase::ALL.iter().all(|phase| progress.iter().any(|progress| progress.phase == *phase)));
    let Some(Frame::Done(measurement)) = frames.last() else { panic!("{frames:?}") };
    assert!(measurement.answers_job(&request.job));
    assert_eq!((measurement.samples_ns.len(), measurement.threads), (3, 2));
    assert_eq!(measurement.build, cotejo_worker::BUILD);
    assert!(measurement.first_ns > 0 && measurement.stages.load_ns > 0 && measurement.started_ms > 1_700_000_000_000);
    assert!(measurement.stages.decode_ns.is_some() && measurement.stages.preprocess_ns.is_some());
    assert_eq!((measurement.stages.upload_ns, measurement.logit_error), (None, None));
    let input = measurement.input.unwrap();
    assert_eq!((input.image, input.width, input.height), (None, 640, 480));
    assert_eq!(measurement.answers.len(), 5);
    assert!(measurement.answers.iter().all(|answer| answer.label.is_none()), "random weights know no classes");
    if cfg!(target_os = "linux") {
        assert!(measurement.peak_memory_bytes.unwrap() > 45_000_000, "its weights at least");
    }
}

#[test]
fn a_product_has_neither_image_nor_weights() {
    let mut request = request(Task::Matmul { size: 96 });
    request.job.workload.threads = Threads::All;
    let measurement = measure(&request);
    assert_eq!((measurement.weights, measurement.input, measurement.stages.decode_ns), (None, None, None));
    assert!(measurement.answers.is_empty() && measurement.threads >= 1);
}

#[test]
fn weights_and_image_from_files_give_labels() {
    let folder = tempfile::tempdir().unwrap();
    let mut job = request(classify(Model::MobileNetV2, 40, 1));
    let path = folder.path().join("weights.safetensors");
    let tensors = weights::random(Model::MobileNetV2, support::SEED).unwrap();
    candle_core::safetensors::save(&tensors, &path).unwrap();
    let image = support::golden_path("images/rgb.png");
    job.job.image = Some(Digest::of(&std::fs::read(&image).unwrap()));
    job.image = Some(image);
    let random = measure(&job);
    job.job.weights = Weights::File { digest: Digest::of(&std::fs::read(&path).unwrap()) };
    job.weights = Some(path);
    job.job.workload.threads = Threads::Exactly(1);
    let file = measure(&job);
    assert_eq!((file.threads, file.input.unwrap().width, file.input.unwrap().image), (1, 64, job.job.image));
    let classes = |measurement: &Measurement| measurement.answers.iter().map(|a| a.class).collect::<Vec<_>>();
    assert_eq!(classes(&file), classes(&random), "the same weights, on one thread");
    for answer in &file.answers {
        assert_eq!(answer.label.as_deref(), cotejo_worker::labels::label(answer.class as usize));
    }
}

/// The same job on the optimized engine.
fn optimized(model: Model, size: u32, batch: u32) -> Request {
    let mut request = request(classify(model, size, batch));
    request.job.workload.engine = Engine::Optimized;
    request
}

#[test]
fn the_optimized_engine_answers_as_the_reference_does_and_records_its_plan() {
    for model in Model::ALL {
        // MobileNetV3's seeded weights magnify rounding at most sizes (`src/agreement.rs`), at this one hardly.
        let size = if *model == Model::MobileNetV3Large { 144 } else { 72 };
        let reference = measure(&request(classify(*model, size, 2)));
        let request = optimized(*model, size, 2);
        let measurement = measure(&request);
        let classes = |measurement: &Measurement| measurement.answers.iter().map(|a| a.class).collect::<Vec<_>>();
        assert_eq!(classes(&measurement), classes(&reference));
        let error = measurement.logit_error.unwrap();
        assert!(error < 1e-4, "{model}: {error}");
        let plan = measurement.plan.unwrap();
        let CompiledFor::Instructions(name) = &plan.instruction_set else { panic!("{plan:?}") };
        assert!(["avx512", "avx2", "neon", "portable"].contains(&name.as_str()));
        assert!(plan.layers.len() > 15 && plan.layers.iter().all(|layer| !layer.algorithm.is_empty()));
        assert_eq!(reference.plan, None);
    }
}

#[test]
fn rounding_that_the_network_magnifies_is_no_wrong_answer() {
    let error = measure(&optimized(Model::MobileNetV3Large, 128, 1)).logit_error.unwrap();
    assert!(error < 0.1, "{error}");
}

#[test]
fn exact_keeps_to_direct_convolution_and_streams_run_side_by_side() {
    let mut request = optimized(Model::ResNet18, 96, 1);
    let winograd = |measurement: Measurement| {
        let layers = measurement.plan.unwrap().layers;
        layers.iter().filter(|layer| layer.algorithm.contains("Winograd")).count()
    };
    assert!(winograd(measure(&request)) > 0);
    request.job.workload.exact = true;
    assert_eq!(winograd(measure(&request)), 0);
    request.job.workload.streams = 2;
    let both = measure(&request);
    assert_eq!((both.threads, both.workload.streams), (2, 2));
}

/// A worker whose environment names an instruction set.
fn forced(set: &str, request: &Request) -> Vec<Frame> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cotejo-worker"))
        .env(variables::INSTRUCTION_SET, set)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&line(request)).unwrap();
    frames(&child.wait_with_output().unwrap())
}

#[test]
fn an_instruction_set_can_be_forced() {
    let request = optimized(Model::MobileNetV2, 40, 1);
    for set in cotejo_cpu::InstructionSet::available() {
        let Some(Frame::Done(measurement)) = forced(set.name(), &request).pop() else { panic!("{set}") };
        assert_eq!(measurement.plan.unwrap().instruction_set, CompiledFor::Instructions(set.name().to_owned()));
    }
    for unusable in ["mmx", if cfg!(target_arch = "x86_64") { "neon" } else { "avx2" }] {
        let Some(Frame::Failed(failure)) = forced(unusable, &request).pop() else { panic!("{unusable}") };
        assert_eq!(failure.code(), FailureCode::EngineUnavailable);
        assert!(failure.to_string().contains(unusable), "{failure}");
    }
}

#[test]
fn it_explains_how_it_computes() {
    let explain = |request: &Request| {
        let mut child = start(&["--explain"]);
        child.stdin.take().unwrap().write_all(&line(request)).unwrap();
        frames(&child.wait_with_output().unwrap()).pop().unwrap()
    };
    let Frame::Explained(said) = explain(&optimized(Model::ResNet18, 64, 1)) else { panic!("no explanation") };
    assert!(said.peak_flops > 1e9 && said.copy_bytes_per_s > 1e8 && said.forward_ns > 0 && said.threads == Some(2));
    // ResNet18 at 64 pixels, from its layers' dimensions: 146.6 million multiply-adds and the classifier's 0.5.
    assert_eq!(said.flop() / 1_000_000, 297);
    assert!(said.layers.iter().all(|layer| layer.ns > 0 && layer.output.iter().all(|side| *side > 0)));
    for refused in [request(classify(Model::ResNet18, 64, 1)), request(Task::Matmul { size: 64 })] {
        assert!(matches!(explain(&refused), Frame::Failed(failure) if failure.code() == FailureCode::InvalidJob));
    }
}

#[test]
fn what_cannot_be_done_is_refused_by_name() {
    let code = |change: &dyn Fn(&mut Request)| {
        let mut request = request(classify(Model::ResNet18, 32, 1));
        change(&mut request);
        fail(&line(&request)).code()
    };
    let resnet = |size, batch| classify(Model::ResNet18, size, batch);
    assert_eq!(code(&|r| r.job.workload.task = resnet(0, 1)), FailureCode::InvalidJob);
    assert_eq!(code(&|r| r.job.workload.task = resnet(224, 0)), FailureCode::InvalidJob);
    assert_eq!(code(&|r| r.job.workload.threads = Threads::Exactly(0)), FailureCode::InvalidJob);
    assert_eq!(code(&|r| r.job.measuring.runs = Some(0)), FailureCode::InvalidJob);
    assert_eq!(code(&|r| r.job.workload.task = resnet(100_000, 1)), FailureCode::OutOfMemory);
    assert_eq!(code(&|r| r.job.workload.task = Task::Matmul { size: 1_000_000 }), FailureCode::OutOfMemory);
    assert_eq!(code(&|r| r.job.workload.exact = true), FailureCode::InvalidJob, "the reference engine has no choice");
    let streams = |r: &mut Request| (r.job.workload.engine, r.job.workload.streams) = (Engine::Optimized, 3);
    assert_eq!(code(&streams), FailureCode::InvalidJob, "three streams on two threads");
    assert_eq!(code(&|r| r.job.workload.precision = Precision::F16), FailureCode::PrecisionUnavailable);
    let digest = Digest::of(b"x");
    assert_eq!(code(&|r| r.job.image = Some(digest)), FailureCode::InvalidJob);
    assert_eq!(code(&|r| r.job.weights = Weights::File { digest }), FailureCode::InvalidJob);
    let missing = |r: &mut Request| (r.job.image, r.image) = (Some(digest), Some("/no/such/image.png".into()));
    assert_eq!(code(&missing), FailureCode::ImageMissing);
}

#[test]
fn what_is_no_request_is_refused() {
    for input in [&b""[..], b"\n", b"{\n", b"[]\n", b"\xff\xfe\n", b"{\"job\":1}\n"] {
        assert_eq!(fail(input).code(), FailureCode::InvalidJob);
    }
    let unknown = String::from_utf8(line(&request(Task::Matmul { size: 8 }))).unwrap().replace("matmul", "dream");
    let failure = fail(unknown.as_bytes());
    assert!(failure.to_string().contains("dream"), "{failure}");
}

#[test]
fn it_describes_itself() {
    let output = start(&["--describe"]).wait_with_output().unwrap();
    let description: Description = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(description, cotejo_worker::describe());
    assert!(start(&["--help"]).wait_with_output().unwrap().status.success());
    let unknown = start(&["--fly"]).wait_with_output().unwrap();
    assert_eq!((unknown.status.code(), unknown.stdout.len()), (Some(2), 0));
}

/// A job that takes far longer than any test.
fn endless() -> Request {
    let mut request = request(Task::Matmul { size: 256 });
    request.job.measuring.runs = Some(u32::MAX);
    request
}

/// Starts the endless job and waits for its first sign of life.
fn start_endless(arguments: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = start(arguments);
    child.stdin.as_mut().unwrap().write_all(&line(&endless())).unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    (child, output)
}

#[test]
fn it_ends_with_its_parent_when_told_to() {
    let (mut child, mut output) = start_endless(&["--die-with-parent"]);
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("done\":{"), "no result was made up");
}

#[test]
fn it_ends_when_nobody_reads() {
    let (mut child, output) = start_endless(&[]);
    drop(output);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
