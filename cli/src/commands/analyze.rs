//! What the figures say, in plain sentences.

use cotejo_analysis::peers::{self, Wanted};
use cotejo_analysis::{class, findings};
use cotejo_model::MachineId;
use cotejo_render::document::Block;
use cotejo_render::findings::OfMachine;
use cotejo_render::{class as render_class, findings as render};

use super::deliver::deliver;
use super::machine::{Material, read};
use crate::args::{AnalyzeArgs, Global};
use crate::error::{Error, Exit};
use crate::language;

/// `cotejo analyze`
pub(super) async fn run(global: &Global, args: AnalyzeArgs) -> Result<Exit, Error> {
    let AnalyzeArgs { sweeps, all, who, target, source } = args;
    let texts = language::texts(global.lang)?;
    let (format, target) = target.resolve()?;
    let mut material = read(global, &source, sweeps, all).await?;
    let machines: Vec<MachineId> = if who.mine || who.machine.is_some() {
        vec![material.machine(global, &who).await?]
    } else {
        material.records.machines().into_iter().map(|(machine, _)| machine).collect()
    };
    let mut of_class: Vec<Block> = Vec::new();
    if machines.len() > 1 {
        of_class.push(Block::Table(render_class::coverage(texts, &class::coverage(&material.records))));
        of_class.extend(render_class::anomalies(texts, &class::anomalies(&material.records), 1));
    }
    let machines: Vec<OfMachine> = machines.into_iter().map(|machine| of_machine(&material, machine)).collect();
    deliver(&render::document(texts, &machines, of_class, material.newest_ms()), format, target)?;
    Ok(Exit::Ok)
}

fn of_machine(material: &Material, machine: MachineId) -> OfMachine {
    let peers = peers::compare(&material.records, machine, Wanted::Usual, &material.references).ok();
    let findings = findings::of(&material.records, machine, peers.as_ref());
    OfMachine { name: material.records.name(machine).unwrap_or_default().to_owned(), peers, findings }
}
