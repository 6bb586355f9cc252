//! Plays workers on PCs with GPUs that work or do not. Arguments before the worker's own say how: `cuda:0=good` is a GPU,
//! `unlinked=libcudnn.so.9` a program that the system does not load, `start=crash` one that crashes, `build=NAME` its
//! name.

use std::io::BufRead;
use std::time::Duration;

use cotejo_model::frames::{Description, DeviceCheck, Frame, Library, Offer, Phase, Progress, Request};
use cotejo_model::gpu::GpuRecord;
use cotejo_model::reason::LibraryReason;
use cotejo_model::{DeviceId, DeviceKind, Engine, FailureCode, Precision, Reason};

/// What every run takes, more or less.
const MEDIAN_NS: u64 = 1_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        arguments.iter().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    };
    if let Some(library) = value("unlinked") {
        eprintln!("worker: error while loading shared libraries: {library}: cannot open shared object file");
        std::process::exit(127);
    }
    if value("start").is_some() {
        std::process::abort();
    }
    let build = value("build").unwrap_or_else(|| "gpu".to_owned());
    let asked = |name: &str| arguments.iter().position(|argument| argument == name);
    if asked("--describe").is_some() {
        print(&description(build));
    } else if asked("--libraries").is_some() {
        print(&libraries());
    } else if let Some(at) = asked("--check") {
        let device = arguments.get(at + 1).expect("a device");
        check(device, &value(device).unwrap_or_else(|| "none".to_owned()));
    } else {
        measure(&build);
    }
}

fn print(what: &impl serde::Serialize) {
    println!("{}", serde_json::to_string(what).expect("its keys are texts"));
}

fn description(build: String) -> Description {
    let offer = |kind, engines| Offer { kind, engines, precisions: vec![Precision::F32, Precision::F16] };
    let offers =
        vec![offer(DeviceKind::Cpu, vec![Engine::Reference]), offer(DeviceKind::Cuda, vec![Engine::Optimized])];
    Description { build, devices: offers }
}

fn libraries() -> Vec<Library> {
    let library = |name: &str, version: Option<&str>| Library {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        path: version.map(|_| format!("/usr/lib/{name}")),
        missing: version.is_none().then(|| LibraryReason::Broken { detail: "not found".to_owned() }.into()),
    };
    vec![library("NVRTC", Some("13.0")), library("cuDNN", None)]
}

fn check(device: &str, behaviour: &str) {
    let failed = |code, message: &str| {
        print(&Frame::Failed(Reason::quoted(code, message)));
        std::process::exit(1);
    };
    // Full until this file is there.
    let behaviour = match behaviour.strip_prefix("once:") {
        Some(file) if std::path::Path::new(file).exists() => "good",
        Some(_) => "memory",
        None => behaviour,
    };
    match behaviour {
        "good" | "simulated" => print(&Frame::Checked(Box::new(DeviceCheck {
            device: device.parse::<DeviceId>().expect("a device"),
            name: "GPU by CUDA".to_owned(),
            compute_capability: "8.9".parse().ok(),
            memory_bytes: Some(6 << 30),
            free_memory_bytes: Some(5 << 30),
            cuda: Some("12.4".to_owned()),
            cudnn: Some("9.1".to_owned()),
            precisions: vec![Precision::F32],
            simulated: behaviour == "simulated",
            took_ms: 7,
        }))),
        "none" => failed(FailureCode::NoGpu, "no such GPU"),
        "capability" => {
            failed(FailureCode::WrongCapability, "GPU is of compute capability 5.0, the worker was built for 7.5");
        }
        "memory" => failed(FailureCode::OutOfMemory, "7.9 of 8.0 GiB are in use"),
        "busy" => failed(FailureCode::DeviceBusy, "all CUDA-capable devices are busy"),
        "crash" => std::process::abort(),
        "garbage" => println!("CUDA ready\t{}", "x".repeat(1000)),
        "endless" => while std::io::Write::write_all(&mut std::io::stdout(), &[b'x'; 4096]).is_ok() {},
        "other" => check_of_another_device(),
        "silent" => {}
        "hang" => loop {
            std::thread::park();
        },
        other => panic!("unknown behaviour {other}"),
    }
}

fn check_of_another_device() {
    check("cuda:9", "good");
}

/// Samples for long enough that the agent can look at the GPU.
fn measure(build: &str) {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("a request");
    let request: Request = serde_json::from_str(&line).expect("a request");
    for step in 0..8 {
        let done = f64::from(step) / 8.0;
        print(&Frame::Progress(Progress { phase: Phase::Sample, done }));
        std::thread::sleep(Duration::from_millis(200));
    }
    let mut measurement = cotejo_samples::measurement(&request.job, MEDIAN_NS);
    build.clone_into(&mut measurement.build);
    measurement.gpu = Some(GpuRecord { cuda: Some("12.4".to_owned()), ..GpuRecord::default() });
    print(&Frame::Done(Box::new(measurement)));
}
