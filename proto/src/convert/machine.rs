//! What a machine is and can do.

use cotejo_model::device::split_mark;
use cotejo_model::machine::{Cpu, PowerSource};
use cotejo_model::{Capability, Device, Machine};

use super::{
    ConvertError, all, all_enumerated, each, enumerated, enums, no_gpu, numbers, optional, parsed, required, share,
};
use crate::v1 as wire;

enums! {
    PowerSource = wire::PowerSource { Ac = Ac, Battery = Battery, Unknown = Unknown }
}

impl From<Device> for wire::Device {
    fn from(device: Device) -> Self {
        Self {
            id: device.id.to_string(),
            name: device.name,
            memory_bytes: device.memory_bytes,
            driver: device.driver,
            engines: numbers::<wire::Engine, _>(device.engines),
            precisions: numbers::<wire::Precision, _>(device.precisions),
            unusable: device.unusable.map(Into::into),
            compute_capability: device.compute_capability.map(|capability| capability.to_string()),
            simulated: device.simulated,
        }
    }
}

impl TryFrom<wire::Device> for Device {
    type Error = ConvertError;

    fn try_from(device: wire::Device) -> Result<Self, ConvertError> {
        let capability = device.compute_capability.as_deref();
        Ok(Self {
            id: parsed("device.id", &device.id)?,
            name: split_mark(&device.name).0.to_owned(),
            memory_bytes: device.memory_bytes,
            driver: device.driver,
            engines: all_enumerated::<wire::Engine, _>("device.engines", device.engines)?,
            precisions: all_enumerated::<wire::Precision, _>("device.precisions", device.precisions)?,
            unusable: optional(device.unusable)?,
            compute_capability: capability.map(|text| parsed("device.compute_capability", text)).transpose()?,
            simulated: device.simulated,
        })
    }
}

impl From<Cpu> for wire::Cpu {
    fn from(cpu: Cpu) -> Self {
        Self {
            name: cpu.name,
            physical_cores: cpu.physical_cores,
            logical_cores: cpu.logical_cores,
            simd: cpu.simd,
            max_mhz: cpu.max_mhz,
        }
    }
}

impl From<wire::Cpu> for Cpu {
    fn from(cpu: wire::Cpu) -> Self {
        Self {
            name: split_mark(&cpu.name).0.to_owned(),
            physical_cores: cpu.physical_cores,
            logical_cores: cpu.logical_cores,
            simd: cpu.simd,
            max_mhz: cpu.max_mhz,
        }
    }
}

impl From<Capability> for wire::Capability {
    fn from(capability: Capability) -> Self {
        Self {
            hostname: capability.hostname,
            os: capability.os,
            arch: capability.arch,
            agent_version: capability.agent_version,
            cpu: Some(capability.cpu.into()),
            memory_bytes: capability.memory_bytes,
            power: wire::PowerSource::from(capability.power).into(),
            background_load: capability.background_load,
            devices: each(capability.devices),
            no_gpu: capability.no_gpu.as_ref().map(ToString::to_string),
            no_gpu_reason: capability.no_gpu.map(Into::into),
        }
    }
}

impl TryFrom<wire::Capability> for Capability {
    type Error = ConvertError;

    fn try_from(capability: wire::Capability) -> Result<Self, ConvertError> {
        let load = capability.background_load;
        Ok(Self {
            hostname: capability.hostname,
            os: capability.os,
            arch: capability.arch,
            agent_version: capability.agent_version,
            cpu: capability.cpu.ok_or(ConvertError::Missing { field: "capability.cpu" })?.into(),
            memory_bytes: capability.memory_bytes,
            power: enumerated::<wire::PowerSource, _>("capability.power", capability.power)?,
            background_load: load.map(|load| share("capability.background_load", load)).transpose()?,
            devices: all(capability.devices)?,
            no_gpu: no_gpu(capability.no_gpu_reason, capability.no_gpu)?,
        })
    }
}

impl From<Machine> for wire::Machine {
    fn from(machine: Machine) -> Self {
        Self {
            id: machine.id.to_string(),
            name: machine.name,
            labels: machine.labels.into_iter().collect(),
            capability: Some(machine.capability.into()),
            online: machine.online,
            last_seen_ms: machine.last_seen_ms,
            job_id: machine.job.map(|job| job.to_string()),
            imported: machine.imported,
        }
    }
}

impl TryFrom<wire::Machine> for Machine {
    type Error = ConvertError;

    fn try_from(machine: wire::Machine) -> Result<Self, ConvertError> {
        let job = machine.job_id.as_deref();
        Ok(Self {
            id: parsed("machine.id", &machine.id)?,
            name: machine.name,
            labels: machine.labels.into_iter().collect(),
            capability: required("machine.capability", machine.capability)?,
            online: machine.online,
            last_seen_ms: machine.last_seen_ms,
            job: job.map(|job| parsed("machine.job_id", job)).transpose()?,
            imported: machine.imported,
        })
    }
}
