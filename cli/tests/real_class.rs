//! A class of real processes: a coordinator, four agents with their workers, and the command line. `cargo test
//! --workspace` builds all of them.

mod support;

use serde_json::Value;
use support::class::{Class, NAMES, agent, coordinator};

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
    class.run("sweep start --sizes 512 --cell-budget 10m --name long --runs 10000").code(0);
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
    class.agents.push(agent(&class.pc.path("agents"), &class.address, NAMES[0], &[]));
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
