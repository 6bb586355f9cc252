//! Plays workers that misbehave. The first argument says how; addresses are of listeners in the test, which sees by
//! the connection's end that a process is gone.

use std::io::{BufRead, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use cotejo_model::explain::Explanation;
use cotejo_model::frames::{Frame, Phase, Progress, Request};
use cotejo_model::measurement::CompiledFor;
use cotejo_model::reason::MemoryReason;
use cotejo_model::{FailureCode, Reason, Task};

/// What every run takes, more or less.
const MEDIAN_NS: u64 = 1_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--describe") {
        println!(
            r#"{{"build":"test","devices":[{{"kind":"cpu","engines":["reference","optimized"],"precisions":["f32"]}}]}}"#
        );
        return;
    }
    let behaviour = arguments.first().map(String::as_str).unwrap_or_default();
    let address = arguments.get(1).map(String::as_str).unwrap_or_default();
    if behaviour == "hold" {
        hold(address);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("a request");
    let request: Request = serde_json::from_str(&line).expect("a request");
    frame(&Frame::Progress(Progress { phase: Phase::Sample, done: 0.5 }));
    match behaviour {
        "good" => done(&request),
        "threads" => {
            let threads = std::env::var("RAYON_NUM_THREADS").expect("a number of threads");
            frame(&Frame::Failed(Reason::quoted(FailureCode::InvalidJob, threads)));
        }
        "other" => {
            let mut other = request;
            other.job.workload.task = Task::Matmul { size: 7 };
            done(&other);
        }
        "explain" => {
            assert!(arguments.iter().any(|argument| argument == "--explain"), "{arguments:?}");
            explained(&request);
        }
        "fail" => frame(&Frame::Failed(MemoryReason::Refused { needs_bytes: 7 << 40 }.into())),
        "linger" => {
            done(&request);
            hold(address);
        }
        "crash" => {
            (0..50).for_each(|i| eprintln!("line {i}"));
            std::process::exit(101);
        }
        "unlinked" => {
            eprintln!("worker: error while loading shared libraries: libcublas.so.12: cannot open shared object file");
            std::process::exit(127);
        }
        "abort" => std::process::abort(),
        "silent" => {}
        "garbage" => println!("thread panicked\tat {}", "x".repeat(10_000)),
        "endless" => while std::io::stdout().write_all(&[b'x'; 4096]).is_ok() {},
        "flood" => {
            (0..200_000).for_each(|i| eprintln!("a line of a log that nobody asked for, number {i}"));
            done(&request);
        }
        "hang" => hold(address),
        "family" => {
            child(address);
            hold(address);
        }
        // What it leaves behind keeps its output open.
        "leave" => {
            child(address);
            wait(address);
        }
        "wait" => {
            wait(address);
            done(&request);
        }
        other => panic!("unknown behaviour {other}"),
    }
}

fn frame(frame: &Frame) {
    let line = serde_json::to_string(frame).expect("a frame");
    println!("{line}");
}

/// Lives until the test says that it may go on.
fn wait(address: &str) {
    let mut stream = TcpStream::connect(address).expect("the test listens");
    stream.read_exact(&mut [0]).expect("the test says when to go on");
}

/// Lives until it is killed, whatever happens to its parent.
fn hold(address: &str) -> ! {
    let mut stream = TcpStream::connect(address).expect("the test listens");
    let _ = stream.read(&mut [0]);
    loop {
        std::thread::park();
    }
}

#[allow(clippy::zombie_processes, reason = "the test is about processes that nobody waits for")]
fn child(address: &str) {
    let program = std::env::current_exe().expect("this program");
    Command::new(program).args(["hold", address]).stdin(Stdio::null()).spawn().expect("a child");
}

fn explained(request: &Request) {
    frame(&Frame::Explained(Box::new(Explanation {
        workload: request.job.workload,
        device_name: "Test CPU".to_owned(),
        build: "test".to_owned(),
        instruction_set: CompiledFor::Instructions("avx2".to_owned()),
        threads: Some(1),
        peak_flops: 1e9,
        copy_bytes_per_s: 1e9,
        forward_ns: 2,
        layers: Vec::new(),
        background_load: None,
    })));
}

fn done(request: &Request) {
    frame(&Frame::Done(Box::new(cotejo_samples::measurement(&request.job, MEDIAN_NS))));
}
