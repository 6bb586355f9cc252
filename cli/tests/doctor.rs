//! `cotejo doctor` on this PC, whatever it is.

mod support;

use serde_json::Value;
use support::{Pc, dead_url, is_absent};

fn find<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut checks = report["checks"].as_array().unwrap().iter();
    checks.find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

#[test]
fn this_pc_is_examined() {
    let pc = Pc::new();
    let ran = pc.run("doctor --format json");
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    let code = match report["verdict"].as_str() {
        Some("ok") => 0,
        Some("warning") => 3,
        _ => 1,
    };
    let ran = ran.code(code);
    assert!(ran.err.is_empty(), "nothing is said of what is being done unless a terminal shows it: {}", ran.err);
    // The program itself is the worker.
    let worker = find(&report, "worker");
    assert_eq!(worker["verdict"], "ok", "{worker}");
    assert!(worker["finding"].as_str().unwrap().contains("candle"), "{worker}");
    assert_eq!(find(&report, "coordinator")["verdict"], "not_applicable", "none was named");
    let folder = find(&report, "data_folder");
    assert_ne!(folder["verdict"], "problem", "{folder}");
    assert!(folder["finding"].as_str().unwrap().contains("made when it is needed"), "{folder}");
    assert!(is_absent(&pc.data()), "looking makes nothing");
    for check in report["checks"].as_array().unwrap() {
        let bad = check["verdict"] == "warning" || check["verdict"] == "problem";
        assert_eq!(bad, check["remedy"].is_string(), "{check}");
    }
}

#[test]
fn a_coordinator_that_is_named_is_asked() {
    let pc = Pc::new();
    let ran = pc.run(&format!("doctor --coordinator {}", dead_url())).code(1);
    ran.shows(&["PROBLEM  coordinator", "does not answer", "processor", "data folder"]);
    pc.run("doctor --coordinator https://pc").code(2).says(&["this version does not encrypt"]);
    pc.run("doctor --help").code(0).shows(&["Exit codes: 0 all is well", "3 warnings only"]);
}
