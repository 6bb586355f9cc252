//! What the coordinator's own program says to a Spanish reader who starts it in a terminal.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use cotejo_samples::english::assert_spanish;

/// What systems and libraries say, and what is typed.
const NAMES: &[&str] = &[
    "No such file or directory",
    "Not a directory",
    "File exists",
    "Cannot assign requested address",
    "key with no value, expected",
    "TOML parse error at line",
    "column",
    "string values must be quoted, expected literal string",
    "unknown field",
    "expected one of",
    "invalid socket address syntax for key",
    "text, json",
    "file is not a database",
    "error returned from database",
];

fn coordinator(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cotejo-coordinator"))
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
    let output = coordinator(args, folder);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    // Log lines are English.
    let is_log = |line: &&str| [" INFO ", " WARN ", " ERROR "].iter().any(|level| line.contains(level));
    let said = said.lines().filter(|line| !is_log(line)).fold(String::new(), |all, line| all + line + "\n");
    assert!(said.starts_with("error: "), "{said}");
    assert_spanish(&said, NAMES);
}

#[test]
fn refusals() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.toml"), "listen = ").unwrap();
    std::fs::write(dir.path().join("key.toml"), "escucha = \"x\"").unwrap();
    std::fs::write(dir.path().join("range.toml"), "lease_seconds = 0").unwrap();
    std::fs::write(dir.path().join("archivo"), "").unwrap();
    for args in [
        &["run", "--nombre", "x"][..],
        &["rnu"],
        &["run", "--log-format", "xml"],
        &["run", "--listen", "nowhere"],
        &["run", "--listen", "0.0.0.0:7420"],
        &["run", "--config", "none.toml"],
        &["run", "--config", "bad.toml"],
        &["run", "--config", "key.toml"],
        &["run", "--config", "range.toml"],
        &["run", "--lang", "xx"],
    ] {
        assert_refused(args, dir.path(), 2);
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_refused(&["run", "--listen", &address, "--data-dir", "data"], dir.path(), 1);
    assert_refused(&["run", "--listen", "127.0.0.1:0", "--data-dir", "archivo"], dir.path(), 1);
    assert_refused(&["run", "--listen", "192.0.2.1:7420", "--insecure", "--data-dir", "data"], dir.path(), 1);
    std::fs::create_dir(dir.path().join("rota")).unwrap();
    std::fs::write(dir.path().join("rota").join("cotejo.db"), "no es una base de datos, aunque lo parezca").unwrap();
    assert_refused(&["run", "--listen", "127.0.0.1:0", "--data-dir", "rota"], dir.path(), 1);
}

#[test]
fn help() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["--help"][..], &["run", "--help"]] {
        let output = coordinator(args, dir.path());
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && shown.contains("Uso:"), "{shown}");
        assert_spanish(&shown, &["run ", "text, json", "text:", "text]"]);
    }
}
