//! The engine through its public interface: whole networks against their definition in f64, the same answer from the
//! same plan however it runs, and what it refuses.

mod answers;
mod definition;
mod instruction_set;
mod refusals;

use cotejo_cpu::{InstructionSet, Network, Options, Plan};
use cotejo_worker_samples::random::Random;

/// A plan's answer. Nothing was written outside its buffers.
fn run(plan: &mut Plan, input: &[f32]) -> Vec<f32> {
    let mut logits = vec![f32::NAN; plan.options().images * plan.classes()];
    plan.forward(input, &mut logits);
    assert!(plan.is_intact(), "{plan:?} wrote outside its buffers");
    logits
}

/// One image, one thread, any algorithm.
fn options(height: usize, width: usize, instruction_set: InstructionSet) -> Options {
    Options { images: 1, height, width, threads: 1, instruction_set, exact: false }
}

fn compile(network: &Network, options: Options) -> Plan {
    Plan::compile(network, options).unwrap_or_else(|error| panic!("{options:?}: {error}"))
}

/// A random input for these options.
fn input(random: &mut Random, options: &Options) -> Vec<f32> {
    random.values(options.images * 3 * options.height * options.width, 1.0)
}
