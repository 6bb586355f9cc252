//! A class of real processes, for the length of a test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{Pc, Ran, ended};

/// A program of the workspace, beside the one under test.
pub(crate) fn program(name: &str) -> PathBuf {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = Path::new(env!("CARGO_BIN_EXE_cotejo")).with_file_name(file);
    assert!(path.exists(), "{} is not built: run `cargo test --workspace`", path.display());
    path
}

/// A process that ends with its test.
pub(crate) struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn coordinator(folder: &Path, listen: &str) -> (Daemon, String) {
    let mut child = Command::new(program("cotejo-coordinator"))
        .args(["run", "--listen", listen, "--data-dir"])
        .arg(folder)
        .env("COTEJO_LANG", "en")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("listening on ").and_then(|rest| rest.split_once(',')).expect(&line).0;
    (Daemon(child), address.to_owned())
}

/// An agent that sees no GPU of the tester's own PC.
pub(crate) fn agent(folder: &Path, coordinator: &str, name: &str, more: &[&Path]) -> Daemon {
    let child = Command::new(program("cotejo-agent"))
        .args(["run", "--coordinator", coordinator, "--name", name, "--label", "room=A1", "--data-dir"])
        .arg(folder.join(name))
        .args(more)
        .env("CUDA_VISIBLE_DEVICES", "-1")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    Daemon(child)
}

/// A coordinator, its agents, and the PC of the person who asks.
pub(crate) struct Class {
    pub(crate) pc: Pc,
    pub(crate) coordinator: Option<Daemon>,
    pub(crate) address: String,
    pub(crate) agents: Vec<Daemon>,
}

pub(crate) const NAMES: [&str; 4] = ["pc-1", "pc-2", "pc-3", "pc-4"];

impl Class {
    pub(crate) fn start(count: usize) -> Self {
        Self::of(&vec![&[][..]; count])
    }

    /// Of agents with these further arguments.
    pub(crate) fn of(agents: &[&[&Path]]) -> Self {
        let count = agents.len();
        let pc = Pc::new();
        let (daemon, address) = coordinator(&pc.path("coordinator"), "127.0.0.1:0");
        let folder = pc.path("agents");
        let agents = NAMES.iter().zip(agents).map(|(name, more)| agent(&folder, &address, name, more)).collect();
        let class = Self { pc, coordinator: Some(daemon), address, agents };
        class.wait_for("machines list", "online machines", |machines| {
            let online = |machine: &&Value| machine["online"] == true;
            machines["machines"].as_array().unwrap().iter().filter(online).count() == count
        });
        class
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        let mut command = self.pc.command(line.split_whitespace());
        ended(command.env("COTEJO_COORDINATOR", &self.address).output().unwrap())
    }

    pub(crate) fn json(&self, line: &str) -> Value {
        let ran = self.run(&format!("{line} --format json")).code(0);
        serde_json::from_str(&ran.out).expect(&ran.out)
    }

    /// Asks until the answer is as it should be; two minutes bound a test that would hang.
    pub(crate) fn wait_for(&self, line: &str, what: &str, found: impl Fn(&Value) -> bool) {
        let asked = (0..1200).any(|_| {
            let ran = self.run(&format!("{line} --format json"));
            let answer = serde_json::from_str(&ran.out).unwrap_or_default();
            ran.code == Some(0) && found(&answer) || {
                std::thread::sleep(Duration::from_millis(100));
                false
            }
        });
        assert!(asked, "no {what}");
    }
}
