//! Plays the worker for NVIDIA GPUs on a PC that has none, so that a class with GPUs can be rehearsed: it computes nothing,
//! makes its times up, and says so in every measurement. `cotejo-agent run --cuda-worker` takes it. Its measurements bear
//! the build of the `cotejo-worker` of this version, so that they stand in one row with those of the CPU.

use std::process::ExitCode;

use cotejo_simulated::Player;

fn main() -> ExitCode {
    Player::of_a_gpu(cotejo_worker::BUILD).main_stdio(std::env::args_os().skip(1))
}
