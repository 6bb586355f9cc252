//! A PC and what it can do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::device::{Device, DeviceId};
use crate::ids::{JobId, MachineId};
use crate::named::named_enum;
use crate::reason::Reason;

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
    #[serde(deserialize_with = "crate::device::plain_name")]
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
