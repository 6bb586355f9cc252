//! Runs the real binary with a data folder of its own.

#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod class;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A PC: a place for its data and for files.
pub(crate) struct Pc {
    dir: TempDir,
}

/// What a command gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Pc {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The command, ready to be started; nothing of the tester's own environment speaks into it.
    pub(crate) fn command<A: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        self.command_of(Path::new(env!("CARGO_BIN_EXE_cotejo")), args)
    }

    /// The command of an installation of its own.
    pub(crate) fn command_of<A: AsRef<std::ffi::OsStr>>(
        &self,
        program: &Path,
        args: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .env("COTEJO_DATA_DIR", self.data())
            .env_remove("COTEJO_COORDINATOR")
            .env_remove("COTEJO_LOG")
            .env("COTEJO_LANG", "en")
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command line to its end for a Spanish reader.
    pub(crate) fn run_in_spanish(&self, line: &str) -> Ran {
        ended(self.command(line.split_whitespace()).env("COTEJO_LANG", "es").output().unwrap())
    }

    /// Runs a command line to its end. Words are separated by spaces.
    pub(crate) fn run(&self, line: &str) -> Ran {
        ended(self.command(line.split_whitespace()).output().unwrap())
    }
}

pub(crate) fn ended(output: std::process::Output) -> Ran {
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Asserts that standard error holds all of these.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "`{text}` is not in\n{}", self.err);
        }
        self
    }

    /// Asserts that standard output holds all of these.
    #[track_caller]
    pub(crate) fn shows(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.out.contains(text), "`{text}` is not in\n{}", self.out);
        }
        self
    }
}

/// A URL at which nobody listens.
pub(crate) fn dead_url() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Whether nothing was put there.
pub(crate) fn is_absent(path: &Path) -> bool {
    !path.exists()
}
