//! The worker as a program of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    cotejo_worker::main_stdio(std::env::args_os().skip(1))
}
