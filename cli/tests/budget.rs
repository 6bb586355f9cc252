//! A sweep with a budget, by real processes: calibrated, planned, trimmed, measured. No test looks at a clock: the plan's own
//! figures are compared.

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::Pc;
use support::class::Class;

/// Small, of two families: products and a classifier, so that there is something to drop.
const SWEEP: &str = "--models resnet18 --sizes 32,40 --batches 1,2 --matmul 64 --cell-budget 500ms";

fn cells<'a>(document: &'a Value, key: &str) -> Vec<&'a Value> {
    document[key].as_array().unwrap().iter().collect()
}

fn seconds(cells: &[&Value]) -> f64 {
    cells.iter().map(|cell| cell["seconds"].as_f64().unwrap()).sum()
}

/// Machine and workload: what a cell is.
fn identities(cells: &[&Value]) -> BTreeSet<String> {
    cells.iter().map(|cell| format!("{} {} {}", cell["machine"], cell["device"], cell["workload"])).collect()
}

#[test]
fn a_class_calibrates_plans_and_measures_what_fits() {
    let class = Class::start(2);
    // Without a budget nothing is calibrated, and nothing dropped.
    let all = class.json(&format!("sweep plan {SWEEP}"));
    assert_eq!((cells(&all, "cells").len(), cells(&all, "dropped").len()), (10, 0), "{all:#}");
    assert!(cells(&all, "cells").iter().all(|cell| cell["calibrated"] == false), "{all:#}");
    class.run("sweep list").code(0).shows(&["No sweeps yet."]);

    let ran = class.run(&format!("sweep plan {SWEEP} --budget 10m")).code(0);
    let ran = ran.says(&["Calibrating first: 4 cells on 2 machines", "Calibrated in "]);
    ran.shows(&["Everything fits the budget", "these devices were measured before"]);
    class.run("sweep list").code(0).shows(&["calibration (no results)", "finished: 4 of 4 measured"]);
    for line in ["results", "sweep show", "results --all"] {
        let ran = class.run(line);
        assert!(!ran.out.contains("ResNet18"), "a calibration is nobody's results: {ran:#?}");
    }

    // What each machine needs by the measured rates, and a budget for about half of it.
    let whole = class.json(&format!("sweep plan {SWEEP} --budget 10m"));
    assert!(cells(&whole, "cells").iter().all(|cell| cell["calibrated"] == true), "{whole:#}");
    let slowest = whole["slowest"]["seconds"].as_f64().unwrap();
    let budget = format!("--budget {:.1}s", (slowest * 0.6).max(1.0));
    let plan = class.json(&format!("sweep plan {SWEEP} {budget}"));
    let (kept, dropped) = (cells(&plan, "cells"), cells(&plan, "dropped"));
    assert!(!kept.is_empty() && !dropped.is_empty() && kept.len() + dropped.len() == 10, "{plan:#}");
    for machine in ["pc-1", "pc-2"] {
        let own: Vec<&Value> = kept.iter().copied().filter(|cell| cell["machine"] == machine).collect();
        assert!(seconds(&own) <= plan["budget_ms"].as_f64().unwrap() / 1000.0, "{machine}: {plan:#}");
        for core in cells(&plan, "core") {
            assert!(own.iter().any(|cell| cell["workload"] == *core), "{machine} has the core: {plan:#}");
        }
    }
    let said = class.run(&format!("sweep plan {SWEEP} {budget} --lang es")).code(0);
    said.shows(&["Núcleo común", "descartado en"]);

    // What is started is what was planned.
    let ran = class.run(&format!("sweep start {SWEEP} {budget} --name lesson --watch")).code(0);
    ran.says(&["left out"]);
    let results = class.json("results");
    let measured: Vec<Value> = cells(&results, "entries")
        .into_iter()
        .map(|entry| {
            assert_eq!(entry["outcome"]["outcome"], "measured", "{entry:#}");
            serde_json::json!({
                "machine": entry["machine_name"], "device": entry["device"], "workload": entry["workload"]
            })
        })
        .collect();
    assert_eq!(identities(&measured.iter().collect::<Vec<_>>()), identities(&kept));
}

#[test]
fn a_budget_for_nothing_says_what_would_do() {
    let class = Class::start(1);
    let ran = class.run("sweep plan --sizes 32 --budget 1s --cell-budget 5s --no-calibrate").code(2);
    assert!(!ran.err.contains("Calibrating"), "{}", ran.err);
    ran.says(&["nothing fits a budget of 1 s: pc-1 needs ", "ResNet18 32x32", "would do"]);
}

#[test]
fn one_pc_has_a_budget_too() {
    let pc = Pc::new();
    let line = "local --sizes 32,40,48 --devices cpu --cell-budget 500ms --budget 2m";
    let ran = pc.run(&format!("{line} --plan")).code(0).says(&["Calibrating first: 1 cell on 1 machine"]);
    ran.shows(&["3 cells on 1 machine", "Everything fits the budget"]);
    let ran = pc.run(line).code(0);
    assert!(!ran.err.contains("Calibrating"), "it is known by now: {}", ran.err);
    ran.shows(&["48 x 48"]);
    let all = pc.run("results --local --all --format csv").code(0).out;
    assert_eq!(all.lines().count(), 1 + 3, "calibrations are left out: {all}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_calibration_is_cancelled() {
    use std::io::{BufRead, BufReader};

    let class = Class::start(1);
    let line = "sweep plan --sizes 512 --batches 32 --models resnet18,mobilenet_v2 --matmul 2048 --budget 10m";
    let mut command = class.pc.command(line.split_whitespace());
    let mut child = command.env("COTEJO_COORDINATOR", &class.address).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains(" of 3 cells") {
        assert_ne!(log.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    std::io::Read::read_to_string(&mut log, &mut said).unwrap();
    assert!(said.contains("Calibration cancelled; nothing was planned or started."), "{said}");
    class.run("sweep list").code(0).shows(&["calibration (no results)", "finished: ", "cancelled"]);
}
