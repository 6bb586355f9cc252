//! A machine for people.

use std::fmt::Write;

use cotejo_language::{FluentValue, Sentences, Texts, quantity};
use cotejo_model::{Capability, Device};

/// What was found, one fact a line.
pub(crate) fn machine(capability: &Capability, texts: &Texts) -> String {
    let Capability { hostname, os, arch, cpu, memory_bytes, power, background_load, devices, no_gpu, .. } = capability;
    let fill = |name: &str, place: &str, value: FluentValue<'_>| texts.fill(name, &[(place, value)]);
    let cores = [("physical", cpu.physical_cores.into()), ("logical", cpu.logical_cores.into())];
    let mut facts = vec![
        (texts.say("probe-host"), hostname.clone()),
        (texts.say("probe-system"), format!("{os}, {arch}")),
        (texts.say("probe-processor"), cpu.name.clone()),
        (texts.say("probe-cores"), texts.fill("probe-cores-counted", &cores)),
        (texts.say("probe-vectors"), cpu.simd.join(" ")),
    ];
    facts.extend(cpu.max_mhz.map(|mhz| (texts.say("probe-clock"), fill("probe-clock-most", "mhz", mhz.into()))));
    facts.push((texts.say("probe-memory"), quantity::bytes(*memory_bytes, texts.language())));
    facts.push((texts.say("probe-power"), texts.say(&format!("probe-power-{power}"))));
    facts.extend(background_load.map(|load| {
        let percent = format!("{:.0}", load * 100.0);
        (texts.say("probe-load"), fill("probe-load-others", "percent", percent.into()))
    }));
    facts.extend(devices.iter().map(|found| (found.id.to_string(), device(found, texts))));
    facts.extend(no_gpu.as_ref().map(|why| (texts.say("probe-gpu"), texts.reason(why).long)));
    facts.iter().fold(String::new(), |mut shown, (name, value)| {
        writeln!(shown, "{name:<10} {value}").expect("a text grows");
        shown
    })
}

fn device(device: &Device, texts: &Texts) -> String {
    let Device { memory_bytes, driver, compute_capability, engines, precisions, unusable, .. } = device;
    let fill = |name: &str, place: &str, value: String| texts.fill(name, &[(place, value.into())]);
    let mut parts = vec![texts.product(&device.name, device.simulated)];
    parts.extend(memory_bytes.map(|bytes| quantity::bytes(bytes, texts.language())));
    parts.extend(compute_capability.map(|found| fill("probe-capability", "capability", found.to_string())));
    parts.extend(driver.as_ref().map(|version| fill("probe-driver", "version", version.clone())));
    if let Some(why) = unusable {
        let Sentences { long, remedy, .. } = texts.reason(why);
        let unusable = [("device", parts.join(", ").into()), ("why", long.into())];
        return std::iter::once(texts.fill("probe-unusable", &unusable)).chain(remedy).collect::<Vec<_>>().join("; ");
    }
    parts.extend(engines.iter().map(ToString::to_string));
    parts.extend(precisions.iter().map(ToString::to_string));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;
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
        assert_eq!(machine(&capability, Texts::of(Language::English)), expected);
        let spanish = machine(&capability, Texts::of(Language::Spanish));
        for line in [
            "núcleos    4 físicos, 8 lógicos\n",
            "memoria    8,0 GiB\n",
            "cuda:0     Some GPU (simulada), 8,0 GiB, capacidad de cómputo 8.6; no se puede usar: el controlador NVIDIA en memoria",
        ] {
            assert!(spanish.contains(line), "{spanish}");
        }
    }
}
