//! A PC and what it can do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::device::{DeviceId, plain_name};
use crate::gpu::ComputeCapability;
use crate::ids::{JobId, MachineId};
use crate::named::named_enum;
use crate::reason::Reason;
use crate::workload::{Engine, Precision};

named_enum!(
    /// What feeds the machine.
    "power source" PowerSource {
        /// The mains.
        Ac = "ac",
        /// A battery: clocks are usually lower.
        Battery = "battery",
        /// The system does not say, as on most desktops.
        Unknown = "unknown",
    }
);

/// The processors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cpu {
    /// The product's name.
    #[serde(deserialize_with = "plain_name")]
    pub name: String,
    /// Cores.
    pub physical_cores: u32,
    /// Hardware threads.
    pub logical_cores: u32,
    /// Vector extensions that matter here, such as `avx2`, `fma`, `avx512f`, `neon`.
    pub simd: Vec<String>,
    /// The highest clock that the system reports, in MHz.
    pub max_mhz: Option<u64>,
}

impl Cpu {
    /// An upper bound of what the cores can do in f32, in FLOP/s, where the clock is known: two fused multiply-add
    /// units a core, as wide as the widest extension, at one and a half times the reported clock (turbo).
    pub fn peak_flops(&self) -> Option<f64> {
        let has = |name: &str| self.simd.iter().any(|simd| simd == name);
        let lanes = match () {
            () if has("avx512f") => 16.0,
            () if has("avx2") || has("avx") => 8.0,
            () => 4.0,
        };
        let hertz = self.max_mhz.filter(|mhz| *mhz > 0)? as f64 * 1e6;
        Some(f64::from(self.physical_cores.max(1)) * hertz * 1.5 * lanes * 2.0 * 2.0)
    }
}

/// A device as the agent found it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Its address on the machine.
    pub id: DeviceId,
    /// The product's name, as the driver or the CPU gives it.
    #[serde(deserialize_with = "plain_name")]
    pub name: String,
    /// Memory that a computation on it can use, in bytes: RAM for the CPU, VRAM for a GPU.
    pub memory_bytes: Option<u64>,
    /// The driver's version (GPUs).
    pub driver: Option<String>,
    /// Its generation (GPUs).
    #[serde(default)]
    pub compute_capability: Option<ComputeCapability>,
    /// It only plays a device: its times are made up.
    #[serde(default)]
    pub simulated: bool,
    /// Engines that the worker has for it.
    pub engines: Vec<Engine>,
    /// Precisions that the worker has for it.
    pub precisions: Vec<Precision>,
    /// Why it cannot be used, if it cannot.
    pub unusable: Option<Reason>,
}

/// What an agent found on its machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capability {
    /// The host's name.
    pub hostname: String,
    /// The operating system's name and version.
    pub os: String,
    /// The architecture, such as `x86_64`.
    pub arch: String,
    /// The agent's version.
    pub agent_version: String,
    /// The processors.
    pub cpu: Cpu,
    /// RAM in bytes.
    pub memory_bytes: u64,
    /// What feeds the machine.
    pub power: PowerSource,
    /// Share of all processors that others used when the agent looked, 0 to 1.
    pub background_load: Option<f64>,
    /// Every device found, usable or not; the CPU first.
    pub devices: Vec<Device>,
    /// Why there is no GPU among the devices, if there is none.
    pub no_gpu: Option<Reason>,
}

impl Capability {
    /// Whether this device only plays one.
    pub fn simulates(&self, device: DeviceId) -> bool {
        self.devices.iter().any(|found| found.id == device && found.simulated)
    }
}

/// A machine as the coordinator knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Who it is.
    pub id: MachineId,
    /// What people call it: its host name, or the name that the agent was given.
    pub name: String,
    /// Room, seat, row: whatever the admin wrote.
    pub labels: BTreeMap<String, String>,
    /// What its agent last reported.
    pub capability: Capability,
    /// Whether its agent is connected.
    pub online: bool,
    /// Milliseconds since 1970 of its last sign of life.
    pub last_seen_ms: u64,
    /// The job that it holds.
    pub job: Option<JobId>,
    /// It is known by a bundle alone: no agent of it ever connected here.
    #[serde(default)]
    pub imported: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_older_records_lose_their_mark() {
        let old = r#"{"id":"cuda:0","name":"RTX (simulated)","memory_bytes":null,"driver":null,"simulated":true,
            "engines":[],"precisions":[],"unusable":null}"#;
        let device: Device = serde_json::from_str(old).unwrap();
        assert_eq!((device.name.as_str(), device.simulated), ("RTX", true));
    }
}
