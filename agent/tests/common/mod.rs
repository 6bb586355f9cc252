//! What several tests need.
#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod coordinator;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cotejo_agent::WorkerCommand;
use cotejo_model::job::Weights;
use cotejo_model::{DeviceId, Engine, JobSpec, MeasuringPlan, Precision, Task, Threads, Workload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Long beyond anything that these tests wait for.
pub(crate) const LONG: Duration = Duration::from_secs(3600);

/// The worker that behaves as its arguments say.
pub(crate) fn worker(behaviour: &[&str]) -> WorkerCommand {
    example("misbehaving_worker", behaviour)
}

/// The worker of a PC with these GPUs.
pub(crate) fn gpu_worker(behaviour: &[&str]) -> WorkerCommand {
    example("gpu_worker", behaviour)
}

/// No worker at all.
pub(crate) fn no_worker() -> WorkerCommand {
    PathBuf::from("no-worker-here").into()
}

fn example(name: &str, behaviour: &[&str]) -> WorkerCommand {
    let folder = Path::new(env!("CARGO_BIN_EXE_cotejo-agent")).parent().unwrap().join("examples");
    let program: PathBuf = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "build it first: cargo build -p cotejo-agent --examples");
    WorkerCommand { program, args: behaviour.iter().map(Into::into).collect() }
}

pub(crate) fn job() -> JobSpec {
    JobSpec {
        workload: Workload {
            task: Task::Matmul { size: 64 },
            precision: Precision::F32,
            threads: Threads::Exactly(3),
            engine: Engine::Reference,
            exact: false,
            streams: 1,
        },
        device: DeviceId::Cpu,
        weights: Weights::Random { seed: 1 },
        image: None,
        measuring: MeasuringPlan { runs: Some(2), budget_ms: 1000 },
    }
}

/// Hears of processes: each connects when it lives, and its connection ends when it dies.
pub(crate) struct Lives(TcpListener);

impl Lives {
    pub(crate) async fn listen() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        (Self(listener), address)
    }

    /// The next process that lives.
    pub(crate) async fn next(&self) -> Life {
        Life(self.0.accept().await.unwrap().0)
    }
}

pub(crate) struct Life(TcpStream);

impl Life {
    /// Tells a waiting worker to go on.
    pub(crate) async fn release(&mut self) {
        self.0.write_all(b"!").await.unwrap();
    }

    /// Waits until the process is dead.
    pub(crate) async fn end(mut self) {
        // A killed process may reset its connection.
        assert!(matches!(self.0.read(&mut [0]).await, Ok(0) | Err(_)));
    }
}
