//! Comparisons for charts: sweeps whose times follow from a formula.

use cotejo_model::comparison::{Comparison, Entry, Measured, Outcome};
use cotejo_model::stats::{Interval, Summary};
use cotejo_model::{DeviceId, MachineId, Model, Task, Threads};
use uuid::Uuid;

use crate::samples;

/// The same with changes to each measurement.
pub(crate) fn edited(mut comparison: Comparison, change: impl Fn(&mut Entry, &mut Measured)) -> Comparison {
    for entry in &mut comparison.entries {
        let Outcome::Measured(measured) = entry.outcome.clone() else { continue };
        let mut measured = *measured;
        change(entry, &mut measured);
        entry.outcome = Outcome::Measured(Box::new(measured));
    }
    comparison
}

/// One machine with a GPU: 30 ms on the CPU and 2 ms on the GPU for one image of 224 pixels. The time grows with the
/// pixels on the CPU and with their square root on the GPU; with the batch to the power of 0.8 and 0.5; and a tenth of
/// the CPU's work is of one thread.
pub(crate) fn sweep(sizes: &[u32], batches: &[u32], threads: &[u32]) -> Comparison {
    let base = samples::with_gpu();
    let mut entries = Vec::new();
    for size in sizes {
        for batch in batches {
            for count in threads {
                entries.push(cell(&base.entries[0], *size, *batch, *count, 0.03 * cpu_factor(*size, *batch, *count)));
                let gpu = 0.002 * f64::from(*size) / 224.0 * f64::from(*batch).sqrt();
                entries.push(cell(&base.entries[1], *size, *batch, *count, gpu));
            }
        }
    }
    Comparison { entries, ..base }
}

fn cpu_factor(size: u32, batch: u32, threads: u32) -> f64 {
    (f64::from(size) / 224.0).powi(2) * f64::from(batch).powf(0.8) * (0.1 + 0.9 / f64::from(threads))
}

fn cell(like: &Entry, size: u32, batch: u32, threads: u32, seconds: f64) -> Entry {
    let mut entry = like.clone();
    entry.workload.task = Task::Classify { model: Model::ResNet18, size, batch };
    entry.workload.threads = Threads::Exactly(threads);
    let Outcome::Measured(measured) = &mut entry.outcome else { unreachable!("the sample is measured") };
    let ci = Some(Interval { low: seconds * 0.99, high: seconds * 1.02 });
    measured.summary = Summary { median: seconds, ci, ..measured.summary };
    measured.threads = threads;
    entry
}

/// So many machines, each a little slower than the one before; two in three have a GPU.
pub(crate) fn class_of(count: usize, sizes: &[u32], threads: &[u32], name: impl Fn(usize) -> String) -> Comparison {
    let one = sweep(sizes, &[1], threads);
    let mut class = Comparison { entries: Vec::new(), environments: Vec::new(), ..one.clone() };
    for machine in 0..count {
        let id = MachineId(Uuid::from_u128(machine as u128 + 1));
        let slower = 1.0 + 0.07 * machine as f64 + if machine % 5 == 3 { 1.5 } else { 0.0 };
        let like = edited(one.clone(), |entry, measured| {
            entry.machine = id;
            entry.machine_name = name(machine);
            measured.summary.median *= slower;
            measured.summary.ci =
                measured.summary.ci.map(|ci| Interval { low: ci.low * slower, high: ci.high * slower });
        });
        let has_gpu = machine % 3 != 0;
        class.entries.extend(like.entries.into_iter().filter(|entry| has_gpu || entry.device == DeviceId::Cpu));
        let environment = one.environments[0].clone();
        class.environments.push(cotejo_model::comparison::Environment {
            machine: id,
            name: name(machine),
            ..environment
        });
    }
    class
}
