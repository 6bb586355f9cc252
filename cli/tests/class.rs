//! Commands of a class against a coordinator without agents.

mod support;

use std::path::Path;

use support::{Pc, Ran, ended};
use tokio_util::sync::CancellationToken;

/// A coordinator for the length of a test.
struct Coordinator {
    address: String,
    shutdown: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Coordinator {
    fn start(folder: &Path) -> Self {
        let config = cotejo_coordinator::Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            data_dir: folder.to_owned(),
            drain_seconds: 1,
            ..cotejo_coordinator::Config::default()
        };
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let (ready, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let app = cotejo_coordinator::build(config).await.unwrap();
                ready.send(app.addr).unwrap();
                app.run(stop).await.unwrap();
            });
        });
        Self { address: address.recv().unwrap().to_string(), shutdown, thread: Some(thread) }
    }

    fn run(&self, pc: &Pc, line: &str) -> Ran {
        ended(pc.command(line.split_whitespace()).env("COTEJO_COORDINATOR", &self.address).output().unwrap())
    }
}

impl Drop for Coordinator {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[test]
fn an_empty_class() {
    let pc = Pc::new();
    let class = Coordinator::start(&pc.path("coordinator"));
    class.run(&pc, "status").code(0).shows(&[&class.address, "0 of 0 connected"]);
    class.run(&pc, "machines list").code(0).shows(&["No machine has connected yet."]);
    class.run(&pc, "machines list --format json").code(0).shows(&["\"schema\": 1", "\"machines\": []"]);
    class.run(&pc, "sweep list").code(0).shows(&["No sweeps yet."]);
    class.run(&pc, "sweep start").code(2).says(&["no machine has connected yet"]);
    class.run(&pc, "sweep plan --machines pc-01").code(2).says(&["no machine has connected yet"]);
    for line in ["results", "sweep show", "sweep watch", "sweep cancel nothing"] {
        class.run(&pc, line).code(2).says(&["there is no sweep"]);
    }
    class.run(&pc, "sweep cancel").code(2).says(&["there is nothing to cancel"]);
}

#[test]
fn files_are_uploaded_in_chunks_once() {
    let pc = Pc::new();
    let class = Coordinator::start(&pc.path("coordinator"));
    // More than one chunk, and not a multiple of one.
    let weights: Vec<u8> = (0..2_500_000_u32).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
    let file = pc.write("w.pth", &weights);
    let blob = |digest: &cotejo_model::Digest| {
        let found = walk(&pc.path("coordinator")).into_iter().find(|path| path.ends_with(digest.to_string()));
        found.map(|path| std::fs::read(path).unwrap())
    };
    let digest = cotejo_model::Digest::of(&weights);
    assert_eq!(blob(&digest), None);
    for _ in 0..2 {
        class
            .run(&pc, &format!("sweep start --weights {}", file.display()))
            .code(2)
            .says(&["no machine has connected"]);
        assert!(blob(&digest).is_some_and(|stored| stored == weights), "the coordinator holds the file");
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}
