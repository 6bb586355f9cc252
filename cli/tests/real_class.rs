//! A class of real processes: a coordinator, four agents with their workers, and the command line. `cargo test
//! --workspace` builds all of them.

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::{Pc, Ran, ended};

/// A program of the workspace, beside the one under test.
fn program(name: &str) -> PathBuf {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = Path::new(env!("CARGO_BIN_EXE_cotejo")).with_file_name(file);
    assert!(path.exists(), "{} is not built: run `cargo test --workspace`", path.display());
    path
}

/// A process that ends with its test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn coordinator(folder: &Path, listen: &str) -> (Daemon, String) {
    let mut child = Command::new(program("cotejo-coordinator"))
        .args(["run", "--listen", listen, "--data-dir"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("listening on ").and_then(|rest| rest.split_once(',')).expect(&line).0;
    (Daemon(child), address.to_owned())
}

fn agent(folder: &Path, coordinator: &str, name: &str) -> Daemon {
    let child = Command::new(program("cotejo-agent"))
        .args(["run", "--coordinator", coordinator, "--name", name, "--label", "room=A1", "--data-dir"])
        .arg(folder.join(name))
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    Daemon(child)
}

/// A coordinator, its agents, and the PC of the person who asks.
struct Class {
    pc: Pc,
    coordinator: Option<Daemon>,
    address: String,
    agents: Vec<Daemon>,
}

const NAMES: [&str; 4] = ["pc-1", "pc-2", "pc-3", "pc-4"];

impl Class {
    fn start(count: usize) -> Self {
        let pc = Pc::new();
        let (daemon, address) = coordinator(&pc.path("coordinator"), "127.0.0.1:0");
        let agents = NAMES[..count].iter().map(|name| agent(&pc.path("agents"), &address, name)).collect();
        let class = Self { pc, coordinator: Some(daemon), address, agents };
        class.wait_for("machines list", "online machines", |machines| {
            let online = |machine: &&Value| machine["online"] == true;
            machines["machines"].as_array().unwrap().iter().filter(online).count() == count
        });
        class
    }

    fn run(&self, line: &str) -> Ran {
        let mut command = self.pc.command(line.split_whitespace());
        ended(command.env("COTEJO_COORDINATOR", &self.address).output().unwrap())
    }

    fn json(&self, line: &str) -> Value {
        let ran = self.run(&format!("{line} --format json")).code(0);
        serde_json::from_str(&ran.out).expect(&ran.out)
    }

    /// Asks until the answer is as it should be; two minutes bound a test that would hang.
    fn wait_for(&self, line: &str, what: &str, found: impl Fn(&Value) -> bool) {
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

fn outcomes(results: &Value) -> Vec<&str> {
    results["entries"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| entry["outcome"]["outcome"].as_str().unwrap())
        .collect()
}

fn measured(results: &Value) -> usize {
    outcomes(results).iter().filter(|outcome| **outcome == "measured").count()
}

/// Every cell has one time, and no cell stands twice.
#[track_caller]
fn assert_complete(results: &Value, cells: usize) {
    assert_eq!(outcomes(results), vec!["measured"; cells], "{results:#}");
    let mut jobs: Vec<&str> =
        results["entries"].as_array().unwrap().iter().map(|entry| entry["job"].as_str().unwrap()).collect();
    jobs.sort_unstable();
    jobs.dedup();
    assert_eq!(jobs.len(), cells);
}

#[test]
fn four_machines_one_sweep() {
    let class = Class::start(4);
    class
        .run("sweep start --sizes 32,48 --runs 3 --labels room=A1 --name tiny --watch")
        .code(0)
        .shows(&["pc-1", "pc-4", "32 x 32"]);
    assert_complete(&class.json("results tiny"), 8);
    class.run("results --by machine").code(0).shows(&["pc-1", "pc-2", "pc-3", "pc-4"]);
    class.run("results --by device --format md").code(0).shows(&["| "]);
    class.run("sweep list").code(0).shows(&["tiny"]);
    class.run("status").code(0).shows(&["4 of 4 connected"]);
    class.run("sweep start --sizes 100000").code(1).shows(&["needs about 1.1 TiB"]);
    class.run("sweep start --machines pc-9").code(2).says(&["pc-9", "pc-1"]);
}

#[test]
fn a_sweep_can_be_cancelled() {
    let class = Class::start(1);
    class.run("sweep start --sizes 512 --budget 10m --name long --runs 10000").code(0);
    class.wait_for("machines list", "busy machine", |machines| !machines["machines"][0]["job"].is_null());
    class.run("sweep cancel long").code(0);
    class.run("sweep watch long");
    let results = class.json("results long");
    assert_eq!(outcomes(&results), ["failed"], "{results:#}");
    class.run("sweep start --sizes 32 --runs 1 --name next --watch").code(0);
}

#[test]
fn an_agent_that_is_killed_comes_back_and_the_sweep_ends() {
    let mut class = Class::start(2);
    class.run("sweep start --sizes 32,40,48,56 --runs 60 --name faults").code(0);
    class.wait_for("results faults", "first result", |results| measured(results) >= 1);
    drop(class.agents.remove(0));
    class.agents.push(agent(&class.pc.path("agents"), &class.address, NAMES[0]));
    class.run("sweep watch faults").code(0);
    assert_complete(&class.json("results faults"), 8);
}

#[test]
fn a_coordinator_that_is_killed_loses_nothing_and_counts_nothing_twice() {
    let mut class = Class::start(2);
    class.run("sweep start --sizes 32,40,48,56 --runs 60 --name faults").code(0);
    class.wait_for("results faults", "first result", |results| measured(results) >= 1);
    drop(class.coordinator.take());
    let (daemon, address) = coordinator(&class.pc.path("coordinator"), &class.address);
    assert_eq!(address, class.address);
    class.coordinator = Some(daemon);
    class.run("sweep watch faults").code(0);
    assert_complete(&class.json("results faults"), 8);
}
