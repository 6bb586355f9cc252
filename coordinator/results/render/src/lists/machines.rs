//! Machines: those that are alike in a line, then each in a row of its own.

use std::collections::BTreeMap;

use cotejo_language::Texts;
use cotejo_model::stats::quantile;
use cotejo_model::{Device, DeviceId, DeviceKind, Machine};

use super::moment;
use crate::grid::{Cell, Grid, Head, Kind, Tone};
use crate::remarks::Remarks;
use crate::{Style, clean, words, wrapped};

/// Machines, a row each. Where several have the same CPU or GPU, a line for each such product comes first.
pub fn machines(machines: &[Machine], texts: &Texts, style: &Style) -> String {
    if machines.is_empty() {
        return texts.say("machines-none") + "\n";
    }
    let alike = alike(machines, texts);
    let mut remarks = Remarks::default();
    let grid = grid(machines, &mut remarks, texts, style).render(style);
    let gap = if alike.is_empty() { Vec::new() } else { vec![String::new()] };
    let lines = alike.into_iter().chain(gap).map(|line| wrapped(&line, style.width, 2)).chain([grid]);
    let remarks = remarks.into_lines().into_iter().chain(namesakes(machines, texts));
    let remarks = remarks.map(|line| wrapped(&line, style.width, 4));
    lines.chain(remarks).collect::<Vec<_>>().join("\n") + "\n"
}

/// A line for each name that several machines have, which nobody can tell apart in a table.
fn namesakes(machines: &[Machine], texts: &Texts) -> Vec<String> {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for machine in machines {
        *names.entry(&machine.name).or_default() += 1;
    }
    let line = |(name, count): (&str, usize)| {
        texts.fill("machines-namesakes", &[("name", clean(name).into()), ("count", count.into())])
    };
    names.into_iter().filter(|(_, count)| *count > 1).map(line).collect()
}

/// What is counted of machines with the same product.
#[derive(Default)]
struct Alike {
    machines: usize,
    online: usize,
    /// Bytes of RAM, or of the GPU's memory.
    memory: Vec<f64>,
}

impl Alike {
    fn add(&mut self, machine: &Machine, memory: Option<u64>) {
        self.machines += 1;
        self.online += usize::from(machine.online);
        self.memory.extend(memory.map(|bytes| bytes as f64));
    }
}

/// A line for each product that several machines have, CPUs first.
fn alike(machines: &[Machine], texts: &Texts) -> Vec<String> {
    let mut products: BTreeMap<(DeviceKind, String), Alike> = BTreeMap::new();
    for machine in machines {
        let capability = &machine.capability;
        products.entry((DeviceKind::Cpu, cpu(machine, texts))).or_default().add(machine, Some(capability.memory_bytes));
        let mut gpus: Vec<&Device> = capability.devices.iter().filter(|device| is_gpu(device)).collect();
        // Two GPUs of one product are one machine with it.
        gpus.dedup_by_key(|device| &device.name);
        for gpu in gpus {
            let name = texts.product(&clean(&gpu.name), gpu.simulated);
            products.entry((DeviceKind::Cuda, name)).or_default().add(machine, gpu.memory_bytes);
        }
    }
    let several = products.into_iter().filter(|(_, alike)| alike.machines > 1);
    several.map(|((_, product), alike)| line(product, alike, texts)).collect()
}

fn line(product: String, mut alike: Alike, texts: &Texts) -> String {
    alike.memory.sort_by(f64::total_cmp);
    let arguments = [
        ("count", alike.machines.into()),
        ("online", alike.online.into()),
        ("product", product.into()),
        ("memory", memory(&alike.memory, texts).into()),
    ];
    texts.fill("machines-alike", &arguments)
}

/// The median of sorted sizes, with their range where they differ.
fn memory(sorted: &[f64], texts: &Texts) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes of memory")]
    let written = |bytes: f64| words::bytes(bytes as u64, texts);
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else { return "?".to_owned() };
    let (median, least, most) = (written(quantile(sorted, 0.5)), written(*least), written(*most));
    if least == most {
        return median;
    }
    texts.fill("machines-range", &[("median", median.into()), ("least", least.into()), ("most", most.into())])
}

fn is_gpu(device: &Device) -> bool {
    device.id.kind() == DeviceKind::Cuda
}

/// `Intel Core i5-10400 (6 cores)`
fn cpu(machine: &Machine, texts: &Texts) -> String {
    let capability = &machine.capability;
    // The clock that a product's name may end with tells nobody which one it is.
    let product = words::product(&capability.cpu.name);
    let product = product.split(" CPU @").next().unwrap_or_default();
    let name = texts.product(product, capability.simulates(DeviceId::Cpu));
    let cores = texts.fill("cores", &[("count", capability.cpu.physical_cores.into())]);
    texts.fill("machine-cpu", &[("cpu", name.into()), ("cores", cores.into())])
}

fn grid(machines: &[Machine], remarks: &mut Remarks, texts: &Texts, style: &Style) -> Grid {
    let head = |name: &str, kind| Head::new(&texts.say(name), kind);
    let mut heads = vec![
        head("machine-head-machine", Kind::Words),
        head("machine-head-state", Kind::Words),
        head("machine-head-cpu", Kind::Words),
        head("machine-head-memory", Kind::Figures),
        head("machine-head-gpu", Kind::Words),
    ];
    let labelled = machines.iter().any(|machine| !machine.labels.is_empty());
    heads.extend(labelled.then(|| head("machine-head-labels", Kind::Words)));
    let mut row = |machine: &Machine| {
        let cells = vec![
            Cell::plain(format!("{}\n{}", clean(&machine.name), machine.id.short())),
            state(machine, texts, style),
            Cell::plain(cpu(machine, texts)),
            Cell::plain(words::bytes(machine.capability.memory_bytes, texts)),
            gpus(machine, remarks, texts),
        ];
        cells.into_iter().chain(labelled.then(|| Cell::plain(labels(machine)))).collect()
    };
    let rows = machines.iter().map(&mut row).collect();
    Grid { heads, rows }
}

fn state(machine: &Machine, texts: &Texts, style: &Style) -> Cell {
    let absent = |text: String| Cell { text, tone: Tone::Absent };
    match (machine.online, machine.job) {
        (true, None) => Cell::plain(texts.say("machine-idle")),
        (true, Some(_)) => Cell::plain(texts.say("machine-measuring")),
        (false, _) if machine.imported => absent(texts.say("machine-imported")),
        (false, _) => {
            let since = moment(machine.last_seen_ms, &style.zone);
            absent(texts.fill("machine-away", &[("time", since.into())]))
        }
    }
}

fn labels(machine: &Machine) -> String {
    machine.labels.iter().map(|(key, value)| clean(&format!("{key}={value}"))).collect::<Vec<_>>().join(" ")
}

/// The GPUs; why one cannot be used, or why there is none, stands below the table.
fn gpus(machine: &Machine, remarks: &mut Remarks, texts: &Texts) -> Cell {
    let gpu = |device: &Device, remarks: &mut Remarks| {
        let name = texts.product(&clean(&device.name), device.simulated);
        let Some(failure) = &device.unusable else { return name };
        let reason = words::failure(failure, texts);
        let mark = remarks.mark(texts.fill("machine-cannot-be-used", &[("reason", reason.into())]));
        texts.fill("machine-unusable", &[("gpu", name.into()), ("mark", mark.into())])
    };
    let found: Vec<String> =
        machine.capability.devices.iter().filter(|device| is_gpu(device)).map(|device| gpu(device, remarks)).collect();
    if !found.is_empty() {
        return Cell::plain(found.join(", "));
    }
    let text = match &machine.capability.no_gpu {
        Some(why) => format!("- {}", remarks.mark(clean(&texts.reason(why).long))),
        None => texts.say("machine-no-gpu"),
    };
    Cell { text, tone: Tone::Absent }
}
