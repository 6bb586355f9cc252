//! A machine for people.

use std::fmt::{self, Display, Formatter};

use cotejo_language::{Language, Sentences};
use cotejo_model::device::marked;
use cotejo_model::{Capability, Device};

/// What was found, one fact a line.
pub(crate) struct Shown<'a>(pub(crate) &'a Capability);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Capability { hostname, os, arch, cpu, memory_bytes, power, .. } = self.0;
        let mut line = |name: &str, value: &dyn Display| writeln!(f, "{name:<10} {value}");
        line("host", hostname)?;
        line("system", &format_args!("{os}, {arch}"))?;
        line("processor", &cpu.name)?;
        line("cores", &format_args!("{} physical, {} logical", cpu.physical_cores, cpu.logical_cores))?;
        line("vectors", &cpu.simd.join(" "))?;
        if let Some(mhz) = cpu.max_mhz {
            line("clock", &format_args!("up to {mhz} MHz"))?;
        }
        line("memory", &GiB(*memory_bytes))?;
        line("power", power)?;
        if let Some(load) = self.0.background_load {
            line("load", &format_args!("{:.0} % by others", load * 100.0))?;
        }
        for device in &self.0.devices {
            line(&device.id.to_string(), &ShownDevice(device))?;
        }
        let why = self.0.no_gpu.as_ref().map(|why| cotejo_language::reason(why, Language::English).long);
        why.iter().try_for_each(|why| line("gpu", why))
    }
}

struct ShownDevice<'a>(&'a Device);

impl Display for ShownDevice<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Device { name, memory_bytes, driver, compute_capability, simulated, engines, precisions, unusable, .. } =
            self.0;
        f.write_str(&marked(name, *simulated))?;
        memory_bytes.iter().try_for_each(|bytes| write!(f, ", {}", GiB(*bytes)))?;
        compute_capability.iter().try_for_each(|capability| write!(f, ", compute capability {capability}"))?;
        driver.iter().try_for_each(|version| write!(f, ", driver {version}"))?;
        if let Some(failure) = unusable {
            let Sentences { long, remedy, .. } = cotejo_language::reason(failure, Language::English);
            write!(f, "; cannot be used: {long}")?;
            return remedy.iter().try_for_each(|remedy| write!(f, "; {remedy}"));
        }
        engines.iter().try_for_each(|engine| write!(f, ", {engine}"))?;
        precisions.iter().try_for_each(|precision| write!(f, ", {precision}"))
    }
}

/// Bytes in binary gigabytes.
struct GiB(u64);

impl Display for GiB {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} GiB", self.0 as f64 / f64::from(1 << 30))
    }
}

#[cfg(test)]
mod tests {
    use cotejo_model::gpu::ComputeCapability;
    use cotejo_model::machine::{Cpu, PowerSource};
    use cotejo_model::reason::DriverReason;
    use cotejo_model::{DeviceId, Engine, Precision, Reason};

    use super::*;

    #[test]
    fn a_machine_is_one_fact_a_line() {
        let device = |id, name: &str, unusable| Device {
            id,
            name: name.to_owned(),
            memory_bytes: Some(8 << 30),
            driver: None,
            compute_capability: (id != DeviceId::Cpu).then_some(ComputeCapability { major: 8, minor: 6 }),
            simulated: id != DeviceId::Cpu,
            engines: vec![Engine::Reference],
            precisions: vec![Precision::F32],
            unusable,
        };
        let broken = Reason::from(DriverReason::Mismatched);
        let capability = Capability {
            hostname: "pc-1".to_owned(),
            os: "Linux 6".to_owned(),
            arch: "x86_64".to_owned(),
            agent_version: "0.1.0".to_owned(),
            cpu: Cpu {
                name: "Some CPU".to_owned(),
                physical_cores: 4,
                logical_cores: 8,
                simd: vec!["avx2".to_owned(), "fma".to_owned()],
                max_mhz: Some(3600),
            },
            memory_bytes: 8 << 30,
            power: PowerSource::Ac,
            background_load: Some(0.031),
            devices: vec![device(DeviceId::Cpu, "Some CPU", None), device(DeviceId::Cuda(0), "Some GPU", Some(broken))],
            no_gpu: None,
        };
        let expected = "\
host       pc-1
system     Linux 6, x86_64
processor  Some CPU
cores      4 physical, 8 logical
vectors    avx2 fma
clock      up to 3600 MHz
memory     8.0 GiB
power      ac
load       3 % by others
cpu        Some CPU, 8.0 GiB, reference, f32
cuda:0     Some GPU (simulated), 8.0 GiB, compute capability 8.6; cannot be used: the NVIDIA driver in memory and its libraries are of different versions; restart the PC: the driver was updated while it was in use
";
        assert_eq!(Shown(&capability).to_string(), expected);
    }
}
