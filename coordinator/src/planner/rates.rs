//! What to expect of a device: what it was seen to do, or what such devices are assumed to.

use std::collections::HashMap;

use cotejo_model::estimate::{self, Pace};
use cotejo_model::{DeviceId, Engine, Machine, MachineId, Task, Threads, Workload};

/// What a device was seen to do with a workload of one family.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Of this machine.
    pub machine: MachineId,
    /// This device.
    pub device: DeviceId,
    /// See `family`.
    pub family: String,
    /// Operations of a run of the workload.
    pub flops: f64,
    /// Operations a second.
    pub flops_per_second: f64,
    /// Interquartile range of the runs over their median; none of too few.
    pub spread: Option<f64>,
    /// Seconds that loading took.
    pub load_seconds: f64,
}

/// Workloads that differ only in their dimensions: one's rate says what to expect of another's.
pub fn family(workload: Workload) -> String {
    let Workload { task, precision, threads, engine, exact, streams } = workload;
    let exact = if exact { "/exact" } else { "" };
    let streams = if streams == 1 { String::new() } else { format!("/{streams} streams") };
    format!("{}/{precision}/{threads}/{engine}{exact}{streams}", task.title())
}

/// What devices were seen to do, by device and family of workloads; each family's by operations of a run.
#[derive(Debug, Clone, Default)]
pub struct Rates(HashMap<(MachineId, DeviceId, String), Vec<Rate>>);

impl FromIterator<Rate> for Rates {
    fn from_iter<I: IntoIterator<Item = Rate>>(rates: I) -> Self {
        let mut families: HashMap<_, Vec<Rate>> = HashMap::new();
        for rate in rates.into_iter().filter(|rate| rate.flops > 0.0 && rate.flops_per_second > 0.0) {
            families.entry((rate.machine, rate.device, rate.family.clone())).or_default().push(rate);
        }
        for rates in families.values_mut() {
            rates.sort_by(|a, b| a.flops.total_cmp(&b.flops));
        }
        Self(families)
    }
}

impl Rates {
    /// The pace to expect, and whether it was measured.
    pub(super) fn expect(&self, machine: &Machine, device: DeviceId, workload: Workload) -> (Pace, bool) {
        let cores = cores(machine, workload.threads);
        let pace =
            Pace { check_flops_per_second: self.check(machine, workload), ..Pace::assumed(device.kind(), cores) };
        let Some(seen) = self.seen(machine, device, workload) else {
            return (pace, false);
        };
        let pace = Pace {
            flops_per_second: seen.flops_per_second,
            spread: seen.spread.unwrap_or(pace.spread),
            load_seconds: seen.load_seconds,
            ..pace
        };
        (pace, true)
    }

    /// What the device was seen to do with workloads of this family: with the nearest one, and at a rate that lies
    /// between those of the two around it.
    fn seen(&self, machine: &Machine, device: DeviceId, workload: Workload) -> Option<Rate> {
        let rates = self.0.get(&(machine.id, device, family(workload)))?;
        let wanted = estimate::flops(&workload).ln();
        let distance = |rate: &&Rate| (rate.flops.ln() - wanted).abs();
        let nearest = rates.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let next = rates.iter().position(|rate| rate.flops.ln() > wanted).unwrap_or(rates.len());
        let (Some(above), Some(below)) = (rates.get(next), next.checked_sub(1).and_then(|at| rates.get(at))) else {
            return Some(nearest.clone());
        };
        let share = (wanted - below.flops.ln()) / (above.flops.ln() - below.flops.ln());
        let rate = (1.0 - share) * below.flops_per_second.ln() + share * above.flops_per_second.ln();
        Some(Rate { flops_per_second: rate.exp(), ..nearest.clone() })
    }

    /// FLOP/s of the reference engine on this machine's CPU with the workload's model.
    fn check(&self, machine: &Machine, workload: Workload) -> f64 {
        let on_cpu = |engine| {
            let workload = Workload { engine, ..workload };
            self.seen(machine, DeviceId::Cpu, workload).map(|rate| rate.flops_per_second)
        };
        let from_optimized = || match workload.task {
            Task::Classify { model, .. } => {
                on_cpu(Engine::Optimized).map(|rate| estimate::reference_flops(model, rate))
            }
            Task::Matmul { .. } => None,
        };
        let assumed = || Pace::assumed(cotejo_model::DeviceKind::Cpu, cores(machine, workload.threads));
        on_cpu(Engine::Reference).or_else(from_optimized).unwrap_or_else(|| assumed().flops_per_second)
    }
}

/// Cores that compute.
fn cores(machine: &Machine, threads: Threads) -> u32 {
    let cores = machine.capability.cpu.physical_cores;
    match threads {
        Threads::All => cores,
        Threads::Exactly(count) => cores.min(count),
    }
}

#[cfg(test)]
mod tests {
    use cotejo_model::{DeviceKind, Model, Precision};

    use super::*;
    use cotejo_samples::gpu_machine;

    fn matmul(size: u32) -> Workload {
        Workload {
            task: Task::Matmul { size },
            precision: Precision::F32,
            threads: Threads::All,
            engine: Engine::Optimized,
            exact: false,
            streams: 1,
        }
    }

    fn rate(machine: &Machine, workload: Workload, flops_per_second: f64) -> Rate {
        Rate {
            machine: machine.id,
            device: DeviceId::Cpu,
            family: family(workload),
            flops: estimate::flops(&workload),
            flops_per_second,
            spread: Some(0.01),
            load_seconds: 0.7,
        }
    }

    #[test]
    fn between_two_sizes_the_rate_lies_between_theirs() {
        let machine = gpu_machine("pc");
        let rates = Rates::from_iter([rate(&machine, matmul(4000), 4e9), rate(&machine, matmul(1000), 1e9)]);
        let at = |size| rates.expect(&machine, DeviceId::Cpu, matmul(size)).0.flops_per_second;
        for (size, expected) in [(100, 1e9), (1000, 1e9), (2000, 2e9), (4000, 4e9), (9000, 4e9)] {
            assert!((at(size) / expected - 1.0).abs() < 1e-9, "{size}: {}", at(size));
        }
        let (pace, measured) = rates.expect(&machine, DeviceId::Cpu, matmul(3000));
        assert!(measured && (pace.spread, pace.load_seconds) == (0.01, 0.7));
    }

    #[test]
    fn what_was_never_seen_is_assumed() {
        let machine = gpu_machine("pc");
        let rates = Rates::from_iter([rate(&machine, matmul(1000), 1e9)]);
        let gpu = rates.expect(&machine, DeviceId::Cuda(0), matmul(1000));
        assert_eq!(gpu, (Pace::assumed(DeviceKind::Cuda, 4), false), "another device");
        let one_thread = Workload { threads: Threads::Exactly(1), ..matmul(1000) };
        let pace = rates.expect(&machine, DeviceId::Cpu, one_thread);
        assert_eq!(pace, (Pace::assumed(DeviceKind::Cpu, 1), false), "another family");
    }

    #[test]
    fn the_check_is_as_fast_as_the_cpu_was_seen_to_be() {
        let machine = gpu_machine("pc");
        let task = Task::Classify { model: Model::ResNet18, size: 224, batch: 1 };
        let (optimized, reference) =
            (Workload { task, ..matmul(1) }, Workload { task, engine: Engine::Reference, ..matmul(1) });
        let check = |rates: &Rates| rates.expect(&machine, DeviceId::Cuda(0), optimized).0.check_flops_per_second;
        let assumed = check(&Rates::default());
        assert!((assumed - Pace::assumed(DeviceKind::Cpu, 4).flops_per_second).abs() < 1.0);
        let derived = Rates::from_iter([rate(&machine, optimized, 6e11)]);
        assert!((check(&derived) - 1e11).abs() < 1.0);
        let measured = Rates::from_iter([rate(&machine, optimized, 6e11), rate(&machine, reference, 7e10)]);
        assert!((check(&measured) - 7e10).abs() < 1.0);
    }
}
