//! The processors, the memory and the operating system.

use cotejo_model::machine::Cpu;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// A machine without its devices.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) hostname: String,
    pub(super) os: String,
    pub(super) cpu: Cpu,
    pub(super) memory_bytes: u64,
}

impl Host {
    pub(super) fn find() -> Self {
        let what = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing().with_frequency())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(what);
        Self {
            hostname: host_name(),
            os: System::long_os_version().unwrap_or_else(|| std::env::consts::OS.to_owned()),
            cpu: cpu(&system),
            memory_bytes: system.total_memory(),
        }
    }
}

/// The machine's name in its network.
pub(crate) fn host_name() -> String {
    System::host_name().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "unnamed".to_owned())
}

fn cpu(system: &System) -> Cpu {
    let found = system.cpus();
    let name = found.iter().map(|cpu| cpu.brand().trim()).find(|brand| !brand.is_empty());
    // What this process may use: containers and affinity masks leave less than there is.
    let usable = std::thread::available_parallelism().map_or(usize::MAX, usize::from);
    let logical = found.len().max(1).min(usable);
    let physical = System::physical_core_count().unwrap_or(logical).clamp(1, logical);
    let reported = found.iter().map(sysinfo::Cpu::frequency).max().filter(|mhz| *mhz > 0);
    Cpu {
        name: name.map_or_else(|| format!("unnamed {} processor", std::env::consts::ARCH), one_spaced),
        physical_cores: u32::try_from(physical).unwrap_or(u32::MAX),
        logical_cores: u32::try_from(logical).unwrap_or(u32::MAX),
        simd: simd().iter().filter(|(_, has)| *has).map(|(name, _)| (*name).to_owned()).collect(),
        max_mhz: highest_mhz(found.len()).max(reported),
    }
}

/// Some products' names are padded with spaces in the middle.
fn one_spaced(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The highest clock that Linux's governor knows; the current one may be far below.
#[cfg(target_os = "linux")]
fn highest_mhz(cpus: usize) -> Option<u64> {
    let khz = |cpu: usize| {
        let path = format!("/sys/devices/system/cpu/cpu{cpu}/cpufreq/cpuinfo_max_freq");
        std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok()
    };
    (0..cpus).filter_map(khz).max().map(|khz| khz / 1000).filter(|mhz| *mhz > 0)
}

#[cfg(not(target_os = "linux"))]
fn highest_mhz(_: usize) -> Option<u64> {
    None
}

/// Vector extensions that inference makes use of, and whether this processor and system have them.
#[cfg(target_arch = "x86_64")]
fn simd() -> Vec<(&'static str, bool)> {
    macro_rules! detect {
        ($($name:tt),+) => { vec![$(($name, std::arch::is_x86_feature_detected!($name))),+] };
    }
    detect!(
        "sse4.2",
        "avx",
        "f16c",
        "fma",
        "avx2",
        "avxvnni",
        "avx512f",
        "avx512bw",
        "avx512dq",
        "avx512vl",
        "avx512vnni",
        "avx512bf16",
        "avx512fp16"
    )
}

/// Vector extensions that inference makes use of, and whether this processor and system have them.
#[cfg(target_arch = "aarch64")]
fn simd() -> Vec<(&'static str, bool)> {
    macro_rules! detect {
        ($($name:tt),+) => { vec![$(($name, std::arch::is_aarch64_feature_detected!($name))),+] };
    }
    detect!("neon", "fp16", "dotprod", "bf16", "i8mm", "sve", "sve2")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn simd() -> Vec<(&'static str, bool)> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tidy() {
        assert_eq!(one_spaced(" Intel(R)  Core(TM)   i5 "), "Intel(R) Core(TM) i5");
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn every_x86_64_processor_of_this_decade_has_sse() {
        assert!(simd().contains(&("sse4.2", true)));
    }
}
