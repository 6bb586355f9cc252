//! `cotejo local` from the command to the table, with real workers.

mod support;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command};

use support::{Pc, Ran, ended};

/// Small and quick, on the CPU alone.
const TINY: &str = "local --sizes 32 --runs 3 --devices cpu";
/// Eight cells of about a second each: after the first there are more to come.
const LONG: &str = "local --matmul 64,65,66,67,68,69,70,71 --runs 16384 --devices cpu";

#[test]
fn from_the_command_to_the_table_and_every_format() {
    let pc = Pc::new();
    let ran = pc.run(TINY).code(0);
    assert!(!ran.out.contains('\u{1b}'), "no colours where nobody asked for them: {}", ran.out);
    ran.shows(&["32 x 32", "CPU (s)", "GPU (s)", "Speed-up", "What it ran on", "3 warmed-up forward passes"])
        .says(&["0 of 1 cells", "cotejo results"]);

    let again = pc.run("results --local").code(0).says(&["reading this PC's own results"]);
    again.shows(&["32 x 32", "CPU (s)", "What it ran on"]);
    for by in ["machine", "device"] {
        pc.run(&format!("results --local --by {by}")).code(0).shows(&["ResNet18"]);
    }

    let csv = pc.run("results --local --format csv").code(0).out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 2, "{csv}");
    assert!(lines[0].starts_with("sweep,job,") && lines[0].contains("median_s"), "{csv}");
    assert!(lines[1].contains("resnet18,32,1,f32,all,optimized,false,1,succeeded,3,"), "{csv}");

    let json = pc.run("results --local --format json").code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["entries"][0]["outcome"]["summary"]["n"], 3);

    pc.run("results --local --output out.md").code(0).says(&["wrote out.md"]);
    let markdown = std::fs::read_to_string(pc.path("out.md")).unwrap();
    assert!(markdown.contains("| 32 x 32 |"), "{markdown}");
    pc.run("results --local --output out.md").code(2).says(&["out.md exists already"]);
    pc.run("results --local --output none/out.md").code(1).says(&["cannot write none"]);

    pc.run("machines list --local").code(0).shows(&["CPU", "RAM"]);
    pc.run("sweep list --local").code(0).shows(&["custom", "finished: 1 of 1 measured"]);
    pc.run("sweep show --local").code(0).shows(&["Sizes", "32", "3 runs"]);
    pc.run("sweep show nothing --local").code(2).says(&["there is no sweep nothing"]);
    pc.run("results nothing --local").code(2).says(&["there is no sweep nothing"]);
}

#[test]
fn an_image_weights_file_and_sweep_file_of_ones_own() {
    let pc = Pc::new();
    image::RgbImage::new(40, 30).save(pc.path("cat.png")).unwrap();
    let file = "image = \"cat.png\"\nsizes = 32\nruns = 3\ndevices = \"cpu\"\nmachines = \"pc-99\"\n";
    pc.write("home.toml", file);
    pc.run("local home.toml")
        .code(0)
        .shows(&["32 x 32", "Sweep: home (20", "the image has no answer: the weights are random"])
        .says(&["machines and labels choose among the PCs"]);
    let csv = pc.run("results --local --format csv").code(0).out;
    assert!(csv.contains(",40,30,"), "the size of the image: {csv}");
    pc.run("sweep list --local").code(0).shows(&["home"]);

    pc.write("w.pth", "these are no weights");
    let ran = pc.run(&format!("{TINY} --weights w.pth")).code(1);
    ran.shows(&["Not measured", "ResNet18 32 x 32 on cpu"]);
}

#[test]
fn every_command_that_reads_results_takes_the_same_ones() {
    let pc = Pc::new();
    pc.run(&format!("{TINY} --name mine")).code(0);
    pc.run("local --matmul 64 --runs 3 --devices cpu --name mine").code(0).shows(&["the newest of 2 of this name"]);
    let both = ["2 sweeps, of each cell the newest time: mine (20", "ResNet18", "64 x 64"];
    pc.run("results --local").code(0).shows(&both);
    let newest = pc.run("results --local --newest").code(0);
    assert!(newest.shows(&["64 x 64", "the newest of 2 of this name"]).out.find("ResNet18").is_none());
    for line in ["analyze --local --mine", "compare --local --mine", "report --local", "report --local --class"] {
        pc.run(line).code(0).shows(&["2 sweeps, of each cell the newest time: mine (20"]);
    }
    pc.run("chart size --local").code(0).shows(&["2 sweeps,"]);
    pc.run("results export --local --bundle all.cotejo").code(0).says(&["wrote 2 results"]);
    pc.run("results export --local --bundle one.cotejo --newest").code(0).says(&["wrote 1 result"]);
    let csv = pc.run("results --local --format csv").code(0).out;
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

#[test]
fn options_of_the_optimized_engine_stand_apart() {
    let pc = Pc::new();
    let line = format!("{TINY} --engine reference,optimized --threads 1 --streams 1 --exact");
    pc.run(&line).code(0).shows(&["engine reference;", "engine optimized; convolutions exact;"]);
    let csv = pc.run("results --local --format csv").code(0).out;
    for cell in [",f32,1,reference,false,1,succeeded,", ",f32,1,optimized,true,1,succeeded,"] {
        assert!(csv.contains(cell), "{cell}: {csv}");
    }
    pc.run(&format!("{TINY} --streams 1024")).code(1).shows(&["Not measured", "1024 streams need as many threads"]);
}

#[test]
fn an_explanation_names_every_layer_and_the_peak() {
    let pc = Pc::new();
    let ran = pc.run("explain --size 32 --threads 1").code(0);
    ran.shows(&["ResNet18 32 x 32 on ", "layer4.1.conv2", "Instruction set", "Measured peak"]);
    let json = pc.run("explain --model mobilenet_v2 --size 32 --exact --format json").code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["schema"], &json["workload"]["exact"]), (&1.into(), &true.into()));
    assert!(json["layers"].as_array().unwrap().len() > 10, "{json:#}");
    assert!(support::is_absent(&pc.data()), "nothing is kept");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_explanation_leaves_no_worker() {
    let pc = Pc::new();
    let mut running = Running::start_line(&pc, "explain --size 1024 --batch 32 --threads 1");
    running.wait_for(|line| line.contains("layer by layer"));
    let workers = workers(running.child.id());
    assert_eq!(workers.len(), 1);
    running.interrupt();
    running.end().code(130).says(&["interrupted"]);
    assert!(workers.iter().all(|worker| !is_alive(*worker)), "{workers:?}");
}

#[test]
fn a_plan_measures_nothing() {
    let pc = Pc::new();
    pc.run(&format!("{TINY} --plan")).code(0).shows(&["ResNet18 32 x 32", "1 cell on 1 machine; about"]);
    pc.run("sweep list --local").code(0).shows(&["No sweeps yet."]);
}

#[test]
fn a_size_that_does_not_fit_is_refused_and_the_rest_is_measured() {
    let pc = Pc::new();
    let ran = pc.run("local --sizes 32,100000 --runs 3 --devices cpu").code(1);
    ran.shows(&["100000 x 100000", "Not measured", "TiB", "32 x 32"]);
}

#[test]
fn a_missing_gpu_is_named_and_never_a_cpu_run() {
    let pc = Pc::new();
    let ran = pc.run("local --sizes 32 --runs 3 --devices cuda:7").code(1);
    ran.shows(&["Not measured", "on cuda:7"]);
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let pc = Pc::new();
    let file = pc.write("file", "");
    let line = format!("{TINY} --data-dir {}", file.display());
    pc.run(&line).code(1).says(&["cannot write the data folder", "--data-dir"]);
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error() {
    let pc = Pc::new();
    pc.run(TINY).code(0);
    for line in ["results --local", "results --local --format csv", "machines list --local", "--help"] {
        let mut child = pc.command(line.split_whitespace()).spawn().unwrap();
        // Closed before a byte was read.
        drop(child.stdout.take());
        let ran = ended(child.wait_with_output().unwrap()).code(0);
        assert!(!ran.err.contains("panicked") && !ran.err.contains("error"), "{ran:#?}");
    }
}

/// A `cotejo local` under way.
struct Running {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
}

impl Running {
    /// Starts one and waits until a cell is measured, with more to come.
    fn with_one_cell_measured(pc: &Pc) -> Self {
        let mut running = Self::start(pc);
        running.wait_for(|line| line.contains(" of 8 cells") && !line.starts_with("0 of"));
        running
    }

    fn start(pc: &Pc) -> Self {
        Self::start_line(pc, LONG)
    }

    fn start_line(pc: &Pc, line: &str) -> Self {
        let mut child = pc.command(line.split_whitespace()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log }
    }

    fn wait_for(&mut self, wanted: impl Fn(&str) -> bool) {
        let mut seen = String::new();
        loop {
            let start = seen.len();
            assert_ne!(self.log.read_line(&mut seen).unwrap(), 0, "it ended too soon: {seen}");
            if wanted(&seen[start..]) {
                return;
            }
        }
    }

    #[cfg(unix)]
    fn interrupt(&self) {
        signal("INT", self.child.id());
    }

    fn end(mut self) -> Ran {
        let output = {
            let mut out = String::new();
            self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
            out
        };
        let mut err = String::new();
        self.log.read_to_string(&mut err).unwrap();
        Ran { code: self.child.wait().unwrap().code(), out: output, err }
    }
}

#[cfg(unix)]
fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap().success());
}

/// Workers of this data folder's agent: children of that `cotejo`.
#[cfg(target_os = "linux")]
fn workers(parent: u32) -> Vec<u32> {
    let children = std::fs::read_dir(format!("/proc/{parent}/task")).unwrap().flat_map(|task| {
        let children = std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
        children.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<u32>>()
    });
    children.collect()
}

#[cfg(target_os = "linux")]
fn is_alive(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_keeps_what_is_measured_and_leaves_no_worker() {
    let pc = Pc::new();
    let running = Running::with_one_cell_measured(&pc);
    let workers = workers(running.child.id());
    running.interrupt();
    let ran = running.end().code(130);
    ran.says(&["interrupted: ", " of 8 cells measured", "cotejo results"]).shows(&["matmul", "cancelled"]);
    assert!(workers.iter().all(|worker| !is_alive(*worker)), "{workers:?}");
    pc.run("results --local").code(0).shows(&["matmul"]);
    pc.run("sweep list --local").code(0).shows(&["finished: ", " of 8 measured, ", " cancelled"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_run_left_is_not_taken_up_again() {
    let pc = Pc::new();
    let mut running = Running::with_one_cell_measured(&pc);
    let workers = workers(running.child.id());
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    // A worker sees that its input ends; nobody else can be asked whether it is gone.
    while workers.iter().any(|worker| is_alive(*worker)) {
        std::thread::yield_now();
    }
    pc.run(TINY).code(0).shows(&["32 x 32"]);
    let list = pc.run("sweep list --local").code(0);
    list.shows(&["finished: 1 of 1 measured", " of 8 measured, ", " cancelled"]);
}

#[cfg(unix)]
#[test]
fn a_second_one_on_the_same_data_folder_is_refused() {
    let pc = Pc::new();
    let mut running = Running::start(&pc);
    running.wait_for(|line| line.starts_with("0 of 8 cells"));
    for line in [TINY, "results --local"] {
        pc.run(line).code(1).says(&["another `cotejo` is measuring or reading", "--data-dir"]);
    }
    running.interrupt();
    running.end().code(130);
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_worker_is_a_named_failure() {
    let pc = Pc::new();
    let mut running = Running::with_one_cell_measured(&pc);
    // Each of the cells left gets a worker, and each worker is killed.
    while running.child.try_wait().unwrap().is_none() {
        for worker in workers(running.child.id()) {
            let _ = Command::new("kill").args(["-KILL", &worker.to_string()]).output();
        }
        std::thread::yield_now();
    }
    let ran = running.end().code(1);
    ran.shows(&["matmul", "Not measured", "worker"]);
}

#[test]
fn the_store_stays_where_it_is_told() {
    let pc = Pc::new();
    pc.run(TINY).code(0);
    assert!(Path::new(&pc.data()).join("coordinator").is_dir());
}
