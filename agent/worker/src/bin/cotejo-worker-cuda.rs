//! The worker with plain candle on NVIDIA GPUs: the same program, under the name by which agents look for it.

use std::process::ExitCode;

fn main() -> ExitCode {
    cotejo_worker::main_stdio(std::env::args_os().skip(1))
}
