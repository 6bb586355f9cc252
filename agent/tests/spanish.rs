//! What the agent's own program says to a Spanish reader who starts it in a terminal.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use cotejo_samples::english::assert_spanish;

/// What systems and libraries say, and what is typed.
const NAMES: &[&str] = &[
    "Permission denied",
    "No such file or directory",
    "Not a directory",
    "File exists",
    "key with no value, expected",
    "TOML parse error at line",
    "column",
    "string values must be quoted, expected literal string",
    "unknown field",
    "expected one of",
    "text, json",
    "invalid filter directive",
    "coordinator = ",
    "coordinator: ",
    "Processor",
    "cpupower frequency-set",
    "powerprofilesctl set",
];

fn agent(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cotejo-agent"))
        .args(args)
        .env("COTEJO_LANG", "es")
        .env_remove("COTEJO_COORDINATOR")
        .env_remove("COTEJO_DATA_DIR")
        .env_remove("COTEJO_LOG")
        .current_dir(folder)
        .output()
        .unwrap()
}

#[track_caller]
fn assert_refused(args: &[&str], folder: &Path, code: i32) {
    let output = agent(args, folder);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    // Log lines are English.
    let said: String = said
        .lines()
        .filter(|line| !line.contains(" INFO ") && !line.contains(" WARN "))
        .fold(String::new(), |all, line| all + line + "\n");
    assert!(said.starts_with("error: "), "{said}");
    assert_spanish(&said, NAMES);
}

#[test]
fn refusals() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.toml"), "name = ").unwrap();
    std::fs::write(dir.path().join("key.toml"), "nombre = \"x\"").unwrap();
    std::fs::write(dir.path().join("archivo"), "").unwrap();
    let long = "x".repeat(200);
    for args in [
        &["run", "--nombre", "x"][..],
        &["rnu"],
        &["run", "--label", "room"],
        &["run", "--log-format", "xml"],
        &["run", "--coordinator", "https://pc"],
        &["run", "--coordinator", "10.0.0.5"],
        &["run", "--name", " "],
        &["run", "--name", &long],
        &["run", "--label", "room= "],
        &["run", "--config", "none.toml"],
        &["run", "--config", "bad.toml"],
        &["run", "--config", "key.toml"],
        &["run", "--lang", "xx"],
    ] {
        assert_refused(args, dir.path(), 2);
    }
    assert_refused(&["run", "--data-dir", "archivo"], dir.path(), 1);
    std::fs::create_dir(dir.path().join("data")).unwrap();
    std::fs::write(dir.path().join("data").join("machine-id"), "nadie").unwrap();
    assert_refused(&["run", "--data-dir", "data"], dir.path(), 1);
}

#[test]
fn a_folder_that_another_agent_uses() {
    let dir = tempfile::tempdir().unwrap();
    let _used = cotejo_agent::identity::DataDir::open(dir.path()).unwrap();
    assert_refused(&["run", "--data-dir", dir.path().to_str().unwrap()], dir.path(), 1);
}

#[test]
fn help_and_what_the_machine_is() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["--help"][..], &["run", "--help"], &["probe", "--help"], &["doctor", "--help"]] {
        let output = agent(args, dir.path());
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && shown.contains("Uso:"), "{shown}");
        // Commands and values of flags are typed.
        assert_spanish(&shown, &["run ", "text, json", "text:"]);
    }
    let probe = agent(&["probe", "--data-dir", "data", "--worker", "nadie"], dir.path());
    let shown = String::from_utf8(probe.stdout).unwrap();
    assert!(shown.contains("núcleos") && shown.contains("no se puede usar"), "{shown}");
    let of_the_system = |line: &&str| !line.starts_with("procesador ") && !line.starts_with("sistema ");
    let said: Vec<&str> = shown.lines().filter(of_the_system).collect();
    let processor = shown.lines().find_map(|line| line.strip_prefix("procesador ")).unwrap().trim();
    assert_spanish(&said.join("\n"), &[NAMES, &[processor]].concat());
}

#[test]
fn an_unreachable_coordinator() {
    let dir = tempfile::tempdir().unwrap();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let output = agent(&["doctor", "--coordinator", &dead, "--data-dir", "data", "--worker", "nadie"], dir.path());
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("PROBLEMA coordinador"), "{shown}");
    let said: Vec<&str> = shown.lines().filter(|line| !line.contains(" procesador ")).collect();
    assert_spanish(&said.join("\n"), &[NAMES, &["Connection refused"]].concat());
}
