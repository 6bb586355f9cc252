//! A class with a GPU, rehearsed where there is none: a real coordinator, real agents and CPU workers, and a worker that
//! plays a GPU. Whatever is printed of it must say so. `cargo test --workspace` builds all of them.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use support::class::{Class, program};
use support::{Pc, ended};
use tempfile::TempDir;

/// What stands where a GPU is named, and where a value of it is shown.
const PLAYED: &str = "Simulated GPU (simulated)";

#[test]
fn a_rehearsed_gpu_is_labelled_wherever_it_appears() {
    let player = program("examples/simulated_gpu_worker");
    let class = Class::of(&[&[], &["--cuda-worker".as_ref(), &player]]);

    class.run("machines list").code(0).shows(&[PLAYED]);
    let machines = class.json("machines list");
    let devices = |machine: usize| machines["machines"][machine]["capability"]["devices"].as_array().unwrap();
    assert_eq!((devices(0).len(), devices(1).len()), (1, 2), "{machines:#}");
    assert_eq!((&devices(1)[1]["simulated"], &devices(1)[1]["compute_capability"]), (&true.into(), &"8.6".into()));

    let sweep = "--sizes 32,48 --runs 7 --precision f32,f16 --name rehearsal";
    class.run(&format!("sweep plan {sweep}")).code(0).shows(&["cuda:0 (simulated)", "8 cells on 2 machines"]);
    let watched = class.run(&format!("sweep start {sweep} --watch")).code(0);
    // A table for each precision, with a line above and below.
    assert_eq!(watched.out.matches("SIMULATED: ").count(), 4, "{}", watched.out);
    watched.shows(&[
        "no f16 on this CPU",
        " SIM ",
        "x SIM ",
        PLAYED,
        "cuda:0 (simulated) of pc-2: Simulated GPU (simulated); 8.0 GiB",
    ]);

    for by in ["size", "machine", "device"] {
        for format in ["table", "md"] {
            let ran = class.run(&format!("results rehearsal --by {by} --format {format}")).code(0);
            assert_eq!(ran.out.matches("SIMULATED: ").count(), 4, "{}", ran.out);
            assert!(!ran.out.contains("Not measured"), "CPUs without f16 are no news: {}", ran.out);
            ran.shows(&[" SIM ", PLAYED]);
        }
    }
    let csv = class.run("results rehearsal --format csv").code(0).out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let made_up = |row: &&BTreeMap<String, String>| row["simulated"] == "true";
    assert!(rows.iter().all(|row| (row["device"] == "cuda:0").to_string() == row["simulated"]), "{csv}");
    assert_eq!(rows.iter().filter(made_up).count(), 4, "{csv}");
    assert_marked(&class.json("results rehearsal"));

    class.run("sweep start --sizes 32 --devices cuda:1 --machines pc-2").code(1).shows(&["pc-2 has no device cuda:1"]);
}

/// An installation in a folder of its own: programs, each under the name that it is to have there.
fn installation(programs: &[(&Path, &str)]) -> TempDir {
    // On the disk of the programs, so that they need not be copied.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for (program, name) in programs {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        std::fs::hard_link(program, folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn a_worker_for_gpus_beside_the_program_serves_one_pc() {
    let pc = Pc::new();
    let (cotejo, player) = (Path::new(env!("CARGO_BIN_EXE_cotejo")), program("examples/simulated_gpu_worker"));
    let worker = program("cotejo-worker");
    let folder = installation(&[(cotejo, "cotejo"), (&player, "cotejo-worker-cuda"), (&worker, "cotejo-worker")]);
    let run = |line: &str| {
        let program = folder.path().join(format!("cotejo{}", std::env::consts::EXE_SUFFIX));
        let mut command = pc.command_of(&program, line.split_whitespace());
        ended(command.env("CUDA_VISIBLE_DEVICES", "-1").output().unwrap())
    };
    run("local --sizes 32 --runs 7 --precisions f32,f16 --plan").code(0).shows(&["cuda:0 (simulated)", "3 cells"]);
    let ran = run("local --sizes 32 --runs 7 --precisions f32,f16").code(0);
    ran.shows(&["SIMULATED: ", "x SIM ", PLAYED, "no f16 on this CPU"]);
    // Too large is a result too, and the rest is measured.
    let ran = run("local --sizes 1024 --batches 1,64 --engine reference --runs 7 --devices gpu").code(1);
    ran.shows(&[" SIM ", "the GPU has 8.0 GiB. What to do: choose a smaller size or batch"]);
}

/// What is made up says so, and nothing else does.
fn assert_marked(results: &Value) {
    for entry in results["entries"].as_array().unwrap() {
        assert_eq!(entry["outcome"]["simulated"], entry["device"] == "cuda:0", "{entry:#}");
    }
    // By size: machine, model, size, CPU, GPU, speed-up.
    let f32 = &results["tables"][0]["rows"];
    for (row, made_up) in [(0, false), (2, true)] {
        let marks = [3, 4, 5].map(|at| f32[row][at]["simulated"] == true);
        assert_eq!(marks, [false, made_up, made_up], "{f32:#}");
    }
    assert_eq!(f32[2][5]["value"], "ratio", "CPU and GPU stand in one row: {f32:#}");
}
