//! What the processors can do at most: two short loops, on as many threads as a plan has.

use std::thread;
use std::time::{Duration, Instant};

use crate::InstructionSet;
use crate::kernels::Kernels;

/// The rates of two short loops on all threads together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Floating-point operations a second of multiply-adds in registers.
    pub flops: f64,
    /// Bytes copied a second between buffers that no cache holds; each is read once and written once.
    pub copy_bytes_per_s: f64,
}

/// How long each loop runs.
const DURATION: Duration = Duration::from_millis(80);
/// Multiply-adds between two looks at the clock.
const ROUNDS: usize = 20_000;
/// Bytes that a thread copies.
const COPIED: usize = 48 << 20;

impl Peak {
    /// Measures, for a fifth of a second.
    pub fn measure(instruction_set: InstructionSet, threads: usize) -> Self {
        let kernels = Kernels::of(instruction_set);
        let flops = on_each(threads, || {
            // The clock may rise first.
            rate(DURATION / 4, || kernels.multiply_adds(ROUNDS));
            rate(DURATION, || kernels.multiply_adds(ROUNDS))
        });
        let copy_bytes_per_s = on_each(threads, || {
            let from = vec![1u8; COPIED];
            let mut to = vec![0u8; COPIED];
            rate(DURATION, || {
                to.copy_from_slice(&from);
                std::hint::black_box(&mut to).len()
            })
        });
        Self { flops, copy_bytes_per_s }
    }
}

/// The sum of what each thread gives.
fn on_each(threads: usize, work: impl Fn() -> f64 + Sync) -> f64 {
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&work)).collect();
        work() + others.into_iter().map(|thread| thread.join().expect("the loop does not panic")).sum::<f64>()
    })
}

/// What `work` counts, a second.
fn rate(duration: Duration, mut work: impl FnMut() -> usize) -> f64 {
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < duration {
        done += work();
    }
    done as f64 / start.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_gives_rates() {
        for set in InstructionSet::available() {
            let peak = Peak::measure(set, 2);
            assert!(peak.flops > 1e8 && peak.copy_bytes_per_s > 1e7, "{set}: {peak:?}");
        }
    }
}
