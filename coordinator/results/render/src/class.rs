//! What a teacher looks for in a class: what was measured where, and identical PCs that differ.

use cotejo_analysis::class::{Anomalies, Anomaly, Coverage, Explanation, MachineCoverage, Twins};
use cotejo_language::Texts;

use super::document::{Block, Cell, Head, Kind, Table, Tone};
use super::peers::{flag, moment};
use super::{clean, number, words};

/// Who measured what.
pub fn coverage(texts: &Texts, coverage: &Coverage) -> Table {
    let head = |name: &str, kind| Head::new(&texts.say(name), kind);
    let heads = vec![
        head("class-head-machine", Kind::Words),
        head("class-head-measured", Kind::Figures),
        head("class-head-failed", Kind::Figures),
        head("class-head-pending", Kind::Figures),
        head("class-head-missing", Kind::Figures),
        head("class-head-remark", Kind::Words),
    ];
    let row = |machine: &MachineCoverage| {
        let remarks = [
            machine.away_since_ms.map(|since| texts.fill("class-away", &[("since", moment(since).into())])),
            machine.without_gpu.then(|| texts.say("class-no-gpu")),
            machine.simulated.then(|| texts.say("class-simulated")),
        ];
        let remark = remarks.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let tone = if machine.simulated { Tone::Simulated } else { Tone::Plain };
        vec![
            Cell::words(clean(&machine.name)),
            count(machine.measured, Tone::Plain),
            count(machine.failed, Tone::Care),
            count(machine.pending, Tone::Care),
            count(machine.missing, Tone::Care),
            Cell { tone, ..Cell::words(remark) },
        ]
    };
    let rows = coverage.machines.iter().map(row).collect();
    Table { caption: texts.say("class-coverage"), heads, rows, remarks: Vec::new() }
}

fn count(count: usize, tone: Tone) -> Cell {
    let tone = if count == 0 { Tone::Plain } else { tone };
    Cell { tone, ..Cell::count(count) }
}

/// Identical PCs that differ, what was compared, and what had nothing to be compared with, under a heading of this level.
pub fn anomalies(texts: &Texts, anomalies: &Anomalies, level: u8) -> Vec<Block> {
    let mut items: Vec<String> = anomalies.found.iter().map(|anomaly| self::anomaly(texts, anomaly)).collect();
    if items.is_empty() && !anomalies.groups.is_empty() {
        items.push(texts.say("class-no-anomalies"));
    }
    items.extend(anomalies.groups.iter().map(|(twins, machines)| {
        let arguments = [("machines", (*machines).into()), ("twins", self::twins(texts, twins).into())];
        texts.fill("class-compared", &arguments)
    }));
    if !anomalies.alone.is_empty() {
        let name = |(twins, _, machine): &(Twins, _, String)| {
            let device = match twins {
                Twins::Cpu { cpu: name, simulated, .. } | Twins::Gpu { name, simulated } => {
                    texts.product(&clean(name), *simulated)
                }
            };
            texts.fill("class-alone-item", &[("machine", clean(machine).into()), ("device", device.into())])
        };
        let names = anomalies.alone.iter().map(name).collect::<Vec<_>>().join("; ");
        let arguments = [("devices", anomalies.alone.len().into()), ("names", names.into())];
        items.push(texts.fill("class-alone", &arguments));
    }
    let heading = Block::Heading { level, text: texts.say("class-anomalies") };
    if items.is_empty() { Vec::new() } else { vec![heading, Block::List(items)] }
}

fn anomaly(texts: &Texts, anomaly: &Anomaly) -> String {
    let Some(worst) = anomaly.worst() else { return String::new() };
    let figure = |estimate| texts.number(&number::estimate(estimate).with_margin()).into_owned();
    let reasons: Vec<String> = anomaly.explanations.iter().map(|reason| explanation(texts, reason)).collect();
    let why = if reasons.is_empty() {
        texts.say("class-why-unknown")
    } else {
        texts.fill("class-why", &[("reasons", reasons.join(", ").into())])
    };
    let mut arguments = vec![
        ("machine", clean(&anomaly.name).into()),
        ("ratio", figure(&worst.ratio).into()),
        ("task", words::workload_in_full(&worst.workload, texts).into()),
        ("time", figure(&worst.time).into()),
        ("usual", figure(&worst.usual).into()),
        ("twins", twins(texts, &anomaly.twins).into()),
        ("cells", texts.fill("class-cells", &[("cells", anomaly.cells.len().into())]).into()),
        ("why", why.into()),
    ];
    let name = if anomaly.alike == 2 { "class-anomaly-pair" } else { "class-anomaly-slower" };
    if anomaly.alike != 2 {
        arguments.push(("alike", anomaly.alike.into()));
    }
    let sentence = texts.fill(name, &arguments);
    if anomaly.is_simulated() { texts.fill("finding-simulated", &[("sentence", sentence.into())]) } else { sentence }
}

fn explanation(texts: &Texts, explanation: &Explanation) -> String {
    match explanation {
        Explanation::Flagged(flag) => self::flag(texts, flag),
        Explanation::Hot(degrees) => texts.fill("class-hot", &[("degrees", (*degrees).into())]),
        Explanation::HeldDown(reason) => {
            texts.fill("class-held", &[("reason", clean(&reason.replace('_', " ")).into())])
        }
    }
}

fn twins(texts: &Texts, twins: &Twins) -> String {
    match twins {
        Twins::Cpu { cpu, cores, memory_gib, os, simulated } => texts.fill(
            "class-twins-cpu",
            &[
                ("cpu", texts.product(&clean(cpu), *simulated).into()),
                ("cores", (*cores).into()),
                ("memory", (*memory_gib).into()),
                ("os", clean(os).into()),
            ],
        ),
        Twins::Gpu { name, simulated } => texts.product(&clean(name), *simulated),
    }
}
