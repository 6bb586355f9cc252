//! Results that travel in a file, and reference times: real processes, two data folders, a running coordinator.

mod support;

use std::path::Path;

use support::class::coordinator;
use support::{Pc, Ran, ended, is_absent};

const MEASURE: &str = "local --sizes 32 --runs 5 --devices cpu --name home";

/// A command of this PC against a coordinator.
fn run_at(pc: &Pc, address: &str, line: &str) -> Ran {
    ended(pc.command(line.split_whitespace()).env("COTEJO_COORDINATOR", address).output().unwrap())
}

fn copy(from: &Pc, to: &Pc, name: &str) {
    std::fs::copy(from.path(name), to.path(name)).unwrap();
}

fn entries(results: &str) -> Vec<serde_json::Value> {
    let results: serde_json::Value = serde_json::from_str(results).expect(results);
    results["entries"].as_array().unwrap().clone()
}

#[test]
fn what_was_measured_at_home_arrives_in_class() {
    let (home, teacher) = (Pc::new(), Pc::new());
    home.run(MEASURE).code(0);
    home.run("results export --local --bundle home.cotejo").code(0).says(&["wrote 1 result to home.cotejo (bundle "]);
    home.run("results export --local --bundle home.cotejo").code(2).says(&["home.cotejo exists already", "--force"]);
    home.run("results export --local --bundle home.cotejo home --force").code(0);
    copy(&home, &teacher, "home.cotejo");

    let (_daemon, address) = coordinator(&teacher.path("coordinator"), "127.0.0.1:0");
    let import = || run_at(&teacher, &address, "results import home.cotejo");
    import().code(0).says(&["changing the coordinator at", "shows what it brought"]).shows(&["1 new result\n"]);
    import().code(0).shows(&["nothing new, 1 known already\n"]);
    let table = run_at(&teacher, &address, "results home").code(0);
    table.shows(&["32 x 32", "Imported", "exported 20", &format!("by Cotejo {}", env!("CARGO_PKG_VERSION"))]);
    let here = run_at(&teacher, &address, "results home --format json").code(0).out;
    let there = home.run("results home --local --format json").code(0).out;
    assert_eq!(entries(&here), entries(&there), "nothing of it has changed");
    run_at(&teacher, &address, "machines list").code(0).shows(&["imported"]);
    run_at(&teacher, &address, "sweep list").code(0).shows(&["home", "finished: 1 of 1 measured"]);
    run_at(&teacher, &address, "sweep start").code(2).says(&["no machine has connected yet"]);

    // And into a store of one's own, which is made for it; in Spanish.
    let import = |pc: &Pc| pc.run("results import home.cotejo --local --lang es");
    let other = Pc::new();
    copy(&home, &other, "home.cotejo");
    import(&other).code(0).says(&["se cambia lo guardado en este PC"]).shows(&["1 resultado nuevo\n"]);
    import(&other).code(0).shows(&["nada nuevo, 1 ya estaba\n"]);
    import(&home).code(0).shows(&["nada nuevo, 1 ya estaba\n"]);
    other.run("results --local").code(0).shows(&["32 x 32", "Imported"]);
}

#[test]
fn a_file_that_is_no_sound_bundle_is_refused_as_a_whole() {
    let pc = Pc::new();
    pc.run(MEASURE).code(0);
    pc.run("results export --local --bundle good.cotejo").code(0);
    let good = std::fs::read(pc.path("good.cotejo")).unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::create_dir(pc.path("folder")).unwrap();
    pc.write("empty", "");
    pc.write("damaged", damaged);
    pc.write("cut", &good[..good.len() - 100]);
    pc.write("longer", format!("{text}-- \nsent from my phone\n"));
    pc.write("newer", text.replacen("cotejo-bundle 2", "cotejo-bundle 9", 1));
    pc.write("other.csv", "gpu,model\n");
    let other = Pc::new();
    for (file, says) in [
        ("none", "cannot read the bundle"),
        ("folder", "is not a file"),
        ("empty", "the file is empty"),
        ("damaged", "its SHA-256 is"),
        ("cut", "is cut off"),
        ("longer", "23 bytes follow its end"),
        ("newer", "reads formats up to 2\n  help: install a newer one"),
        ("other.csv", "not a bundle of Cotejo"),
    ] {
        let line = format!("results import {} --local", pc.path(file).display());
        other.run(&line).code(2).says(&[says, file]);
    }
    assert!(is_absent(&other.data()), "nothing was made for it");
    // A mail program's line ends do no harm.
    let line = format!("results import {} --local", pc.write("crlf", text.replace('\n', "\r\n")).display());
    other.run(&line).code(0).shows(&["1 new result"]);
}

#[test]
fn every_forward_pass_is_a_row() {
    let pc = Pc::new();
    pc.run(MEASURE).code(0);
    let text = pc.run("results --local --format samples").code(0).out;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let at = |name: &str| names.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let phase = |phase: &str| rows.iter().filter(|row| &row[at("phase")] == phase).count();
    assert_eq!((phase("first"), phase("sample")), (1, 5), "{text}");
    assert!(
        rows.iter().all(|row| row[at("seconds")].parse::<f64>().unwrap() > 0.0 && &row[at("simulated")] == "false")
    );
    pc.run("results home --local --format samples --output samples.csv").code(0).says(&["wrote samples.csv"]);
    assert_eq!(std::fs::read_to_string(pc.path("samples.csv")).unwrap(), text);
}

const REFERENCES: &str = "\
gpu,model,size,batch,precision,time,unit,source,software
NVIDIA GeForce RTX 3060,resnet18,224,1,f32,2.03,ms,the teacher's PC,PyTorch 2.4
NVIDIA GeForce RTX 3060,resnet18,512,1,f32,6.12,ms,the teacher's PC,PyTorch 2.4
";

#[test]
fn reference_times_are_imported_listed_and_removed() {
    let pc = Pc::new();
    pc.run("reference list --local").code(0).shows(&["No reference times yet."]);
    assert!(is_absent(&pc.data()), "reading makes nothing");
    pc.write("course.csv", REFERENCES);
    let import = |line: &str| pc.run(&format!("reference import {line} --local"));
    import("course.csv").code(0).says(&["changing this PC's own store"]).shows(&["2 new reference times\n"]);
    import("course.csv").code(0).shows(&["nothing new, 2 known already\n"]);
    pc.write("course.csv", REFERENCES.replace("6.12", "6.5"));
    let changed = import("course.csv").code(0);
    changed.shows(&["nothing new, 1 replaced, 1 known already", "ResNet18 512 x 512", "0.00612 s became 0.0065"]);
    let list = pc.run("reference list --local").code(0);
    list.shows(&[
        "not measured by Cotejo",
        "course",
        "NVIDIA GeForce RTX 3060",
        "0.00203",
        "the teacher's PC",
        "imported 20",
    ]);
    pc.run("reference list --local --lang es").code(0).shows(&["no los ha medido Cotejo", "0,00203"]);
    let json = pc.run("reference list --local --format json").code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["schema"], &json["references"][1]["seconds"]), (&1.into(), &0.0065.into()));
    pc.run("reference remove corse --local")
        .code(2)
        .says(&["no set of reference times is called corse", "there are: course"]);
    pc.run("reference remove course --local").code(0).shows(&["removed 2 reference times of the set course"]);
    pc.run("reference list --local").code(0).shows(&["No reference times yet."]);
}

#[test]
fn reference_times_live_with_the_class() {
    let pc = Pc::new();
    let (_daemon, address) = coordinator(&pc.path("coordinator"), "127.0.0.1:0");
    pc.write("course.csv", REFERENCES);
    run_at(&pc, &address, "reference import course.csv --set 2026").code(0).says(&[&format!("at http://{address}")]);
    run_at(&pc, &address, "reference list").code(0).shows(&["2026"]);
    pc.run("reference list --local").code(0).shows(&["No reference times yet."]);
}

#[test]
fn a_wrong_file_of_reference_times_is_refused_as_a_whole() {
    let pc = Pc::new();
    std::fs::create_dir(pc.path("folder.csv")).unwrap();
    pc.write("empty.csv", "");
    pc.write("course.txt", REFERENCES);
    pc.write("latin.csv", b"gpu,model\nAULA \xc1\n");
    let bad = REFERENCES.replace("2.03,ms", "-2.03,ms").replace("6.12,ms", "6.12,min");
    pc.write("bad.csv", &bad);
    for (file, says) in [
        ("none.csv", &["cannot read the file of reference times"][..]),
        ("folder.csv", &["is not a file"]),
        ("empty.csv", &["it is empty"]),
        ("course.txt", &["must end in .csv or .toml"]),
        ("latin.csv", &["line 2: this is not UTF-8"]),
        (
            "bad.csv",
            &[
                "2 problems, and nothing is imported",
                "bad.csv: line 2: time: must be more than 0",
                "bad.csv: line 3: unit: unknown unit `min`; known: s, ms, us",
                "docs/references.md",
            ],
        ),
    ] {
        pc.run(&format!("reference import {file} --local")).code(2).says(says).says(&[file]);
    }
    assert!(is_absent(Path::new(&pc.data())), "nothing was made for them");
}
