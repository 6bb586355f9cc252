//! A rehearsal by the real program: a coordinator, agents and their protocol in one process, a worker process for each cell.
//! Whatever comes of it must say that it is simulated.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Pc, Ran, ended};

/// A rehearsal that does not wait for the times that it makes up.
const FAST: &str = "--pace 1e9";

#[test]
fn a_class_is_rehearsed_and_leaves_nothing() {
    let pc = Pc::new();
    let temporary = pc.path("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let run = |line: &str| {
        let mut command = pc.command(line.split_whitespace());
        // Where each system looks for its folder of temporary files.
        for name in ["TMPDIR", "TMP", "TEMP"] {
            command.env(name, &temporary);
        }
        ended(command.output().unwrap())
    };
    let ran = run(&format!("demo --agents 5 --once {FAST}")).code(0);
    ran.says(&["5 simulated PCs", "Nothing is measured", "practice-simulated"]);
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "nothing is left");
    assert!(support::is_absent(&pc.data()), "this PC's own results have no part in it");
    let ran = run(&format!("demo --agents 5 --once {FAST} --lang es")).code(0);
    ran.says(&["No se mide nada"]);
}

#[test]
fn the_same_seed_shows_the_same_class() {
    let pc = Pc::new();
    let table = |seed: u32| {
        let ran = pc.run(&format!("demo --agents 5 --once --seed {seed} --sizes 224,512 {FAST}")).code(0);
        assert_eq!(ran.out.matches("SIMULATED: ").count(), 2, "above and below the table: {}", ran.out);
        for pc in ["pc-01", "pc-02", "pc-03", "pc-04", "pc-05"] {
            assert!(ran.out.contains(pc), "{}", ran.out);
        }
        assert!(ran.out.contains("driver too old"), "one GPU cannot be used: {}", ran.out);
        assert!(ran.out.contains("busy (") && ran.out.contains("battery"), "{}", ran.out);
        assert!(ran.out.contains("x SIM "), "a GPU beside its CPU: {}", ran.out);
        // Each sweep has an identity of its own.
        ran.out.lines().filter(|line| !line.starts_with("Sweep: ")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(table(3), table(3));
    assert_ne!(table(3), table(4));
}

/// A rehearsal that stays, and what it says.
struct Rehearsal {
    pc: Pc,
    child: Child,
    says: std::io::Lines<BufReader<ChildStderr>>,
    address: String,
}

impl Rehearsal {
    fn start(more: &str) -> Self {
        let pc = Pc::new();
        let line = format!("demo --agents 5 {FAST} {more}");
        let mut child = pc.command(line.split_whitespace()).env("TMPDIR", pc.path("")).spawn().unwrap();
        let mut says = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut address = None;
        let ready = says.by_ref().map(Result::unwrap).any(|line| {
            let url = line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"));
            address = address.take().or(url.map(|url| url.trim_end_matches('.').to_owned()));
            line.contains("stays until Ctrl-C")
        });
        assert!(ready, "it ended by itself: {:?}", child.wait());
        Self { pc, child, says, address: address.expect("it says where it is") }
    }

    fn run(&self, line: &str) -> Ran {
        let mut command = self.pc.command(line.split_whitespace());
        ended(command.env("COTEJO_COORDINATOR", &self.address).output().unwrap())
    }

    fn json(&self, line: &str) -> Value {
        let ran = self.run(&format!("{line} --format json")).code(0);
        serde_json::from_str(&ran.out).expect(&ran.out)
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn whatever_comes_out_says_that_it_is_simulated() {
    let class = Rehearsal::start("--sizes 224 --batches 1,8");
    let listed = class.run("machines list").code(0).out;
    let rows: String = listed.lines().filter(|line| line.starts_with('│')).collect();
    assert_eq!(rows.matches("(simulated)").count(), 5 + 2, "five CPUs and two GPUs: {listed}");
    let machines = class.json("machines list");
    for machine in machines["machines"].as_array().unwrap() {
        for device in machine["capability"]["devices"].as_array().unwrap() {
            assert_eq!(device["simulated"], true, "{device:#}");
            assert!(device["name"].as_str().unwrap().ends_with("(simulated)"), "{device:#}");
        }
        assert!(machine["capability"]["cpu"]["name"].as_str().unwrap().ends_with("(simulated)"), "{machine:#}");
        assert_eq!(machine["labels"]["room"], "A1");
    }

    let plan = class.run("sweep plan --sizes 64").code(0).out;
    let cells = plan.lines().filter(|line| line.contains("64 x 64") && line.starts_with('│'));
    assert!(cells.clone().count() >= 6 && cells.clone().all(|line| line.contains("(simulated)")), "{plan}");

    for by in ["size", "machine", "device"] {
        for format in ["table", "md"] {
            let shown = class.run(&format!("results --by {by} --format {format}")).code(0).out;
            assert_eq!(shown.matches("SIMULATED: ").count() % 2, 0, "{shown}");
            assert!(shown.starts_with("SIMULATED: ") || shown.contains("SIMULATED: "), "{shown}");
            let times = shown.lines().filter(|line| line.contains('±') && line.contains("pc-0"));
            assert!(times.clone().count() >= 5 && times.clone().all(|line| line.contains("SIM")), "{shown}");
        }
    }
    let csv = class.run("results --format csv").code(0).out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let measured: Vec<_> = rows.iter().filter(|row| !row["median_s"].is_empty()).collect();
    assert_eq!(measured.len(), 2 * (5 + 1), "{csv}");
    for row in measured {
        assert_eq!(row["simulated"], "true", "{row:?}");
        assert!(row["device_name"].ends_with("(simulated)"), "{row:?}");
    }
    let results = class.json("results");
    for entry in results["entries"].as_array().unwrap() {
        let outcome = &entry["outcome"];
        assert!(outcome["simulated"] == true || outcome["outcome"] == "failed", "{entry:#}");
    }
    // What is suggested works.
    class.run("compare --machine pc-01").code(0).shows(&["SIMULATED: ", " SIM"]);
    class.run("report --machine pc-01 --output report.docx").code(0).says(&["wrote report.docx"]);
    class.run("report --class --output class.html").code(0).says(&["wrote class.html"]);
    class.run("analyze").code(0).shows(&["SIM "]);
    // A sweep from another terminal, on the same class.
    let watched = class.run("sweep start --sizes 128 --name another --watch");
    assert_eq!(watched.code, Some(1), "one GPU cannot be used: {watched:#?}");
    watched.shows(&["SIMULATED: ", " SIM ", "driver too old", "128 x 128 on cuda:0 (simulated) of pc-"]);
}

#[test]
fn a_taken_address_and_a_full_folder_are_refused() {
    let pc = Pc::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    pc.run(&format!("demo --once --listen {address}")).code(1).says(&["is taken by another program", "--listen"]);
    pc.write("something", "");
    pc.run("demo --once --keep .").code(2).says(&["is not empty", "--keep"]);
    assert!(pc.path("something").exists());
    pc.run("demo --sizes 0").code(2).says(&["--sizes"]);
}

#[test]
fn what_is_kept_can_be_read_again() {
    let pc = Pc::new();
    pc.run(&format!("demo --agents 2 --once --keep class --sizes 64 {FAST}"))
        .code(0)
        .says(&["cotejo --data-dir class results --local"]);
    pc.run("--data-dir class results --local").code(0).shows(&["SIMULATED: ", "pc-02"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_removes_its_data() {
    let mut class = Rehearsal::start("--sizes 64");
    let data = || std::fs::read_dir(class.pc.path("")).unwrap().filter_map(Result::ok);
    let is_data = |name: std::ffi::OsString| name.to_string_lossy().starts_with("cotejo-demo-");
    assert_eq!(data().filter(|entry| is_data(entry.file_name())).count(), 1);
    let pid = class.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let asked = Instant::now();
    let rest: Vec<String> = class.says.by_ref().map(Result::unwrap).collect();
    let status = class.child.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("its data are removed")), "{rest:?}");
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    assert_eq!(data().filter(|entry| is_data(entry.file_name())).count(), 0);
}
