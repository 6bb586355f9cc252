//! Facts about the machine: cores, memory, and how much of it this process uses.

use std::collections::HashSet;

use cotejo_model::reason::MemoryReason;
use cotejo_model::{DeviceKind, Reason, Task, Threads};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The processors' product name.
pub(crate) fn cpu_name() -> String {
    let system = System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
    let name = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// The number of threads: `all` is one per physical core that this process may use. On a processor with two kinds of
/// cores only the fast ones count, because a plan's threads wait for the slowest.
pub(crate) fn thread_count(threads: Threads) -> usize {
    match threads {
        Threads::Exactly(count) => count as usize,
        Threads::All => {
            let usable = std::thread::available_parallelism().map_or(1, usize::from);
            let physical = performance_cores().or_else(System::physical_core_count);
            physical.map_or(usable, |physical| physical.min(usable)).max(1)
        }
    }
}

/// The fast physical cores of a hybrid processor, as Linux reports them of Intel's; `None` where all are alike or the
/// system does not report them.
fn performance_cores() -> Option<usize> {
    let fast = cpu_list(&std::fs::read_to_string("/sys/devices/cpu_core/cpus").ok()?)?;
    // The two threads of a core list each other: equal lists are one core.
    let core = |cpu: &usize| {
        let path = format!("/sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list");
        std::fs::read_to_string(path).unwrap_or_else(|_| cpu.to_string())
    };
    let cores: HashSet<String> = fast.iter().map(core).collect();
    Some(cores.len()).filter(|count| *count > 0)
}

/// Parses a list of processors in Linux's format, such as `0-3,8`.
fn cpu_list(text: &str) -> Option<Vec<usize>> {
    let mut cpus = Vec::new();
    for range in text.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        cpus.extend(first.parse().ok()?..=last.parse::<usize>().ok()?);
    }
    Some(cpus)
}

/// RAM in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) total: u64,
    pub(crate) available: u64,
}

impl Memory {
    /// What the machine has, or the container that the worker runs in.
    pub(crate) fn now() -> Self {
        let memory = MemoryRefreshKind::nothing().with_ram();
        let system = System::new_with_specifics(RefreshKind::nothing().with_memory(memory));
        let machine = Self { total: system.total_memory(), available: system.available_memory() };
        system.cgroup_limits().map_or(machine, |limits| Self {
            total: limits.total_memory.min(machine.total),
            // "Free" leaves out cached files, which the system gives up at once.
            available: limits.total_memory.saturating_sub(limits.rss).min(machine.available),
        })
    }

    /// Refuses a task that needs more than there is. A system that does not report its memory is believed to have enough.
    pub(crate) fn check(self, what: Task, streams: u32, needed: u64) -> Result<(), Reason> {
        if self.total == 0 || needed <= self.available {
            return Ok(());
        }
        Err(MemoryReason::TooLittle {
            what: Some(what),
            kind: DeviceKind::Cpu,
            needs_bytes: needed,
            has_bytes: self.total,
            free_bytes: Some(self.available),
            streams,
        }
        .into())
    }
}

/// Peak resident memory of this process, in bytes. Only Linux reports it without unsafe code.
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_its_figures() {
        let memory = Memory { total: 25_125_558_681, available: 20 << 30 };
        let task = Task::Matmul { size: 100_000 };
        memory.check(task, 1, 20 << 30).unwrap();
        let failure = memory.check(task, 1, 1_760_000_000_000).unwrap_err();
        let expected = MemoryReason::TooLittle {
            what: Some(task),
            kind: DeviceKind::Cpu,
            needs_bytes: 1_760_000_000_000,
            has_bytes: 25_125_558_681,
            free_bytes: Some(20 << 30),
            streams: 1,
        };
        assert_eq!(failure, expected.into());
        Memory { total: 0, available: 0 }.check(task, 1, u64::MAX).unwrap();
    }

    #[test]
    fn lists_of_processors_are_read() {
        assert_eq!(cpu_list("0-3,8\n"), Some(vec![0, 1, 2, 3, 8]));
        assert_eq!(cpu_list("5"), Some(vec![5]));
        assert_eq!(cpu_list(""), None);
    }

    #[test]
    fn this_machine_has_something() {
        assert!(thread_count(Threads::All) >= 1);
        assert_eq!(thread_count(Threads::Exactly(7)), 7);
        assert!(!cpu_name().is_empty());
        assert!(Memory::now().available > 0);
    }
}
