//! What the figures say, in plain sentences.

use cotejo_model::MachineId;
use cotejo_render::pages;

use super::deliver::deliver;
use super::machine::read;
use crate::args::{AnalyzeArgs, Global};
use crate::error::{Error, Exit};
use crate::language;

/// `cotejo analyze`
pub(super) async fn run(global: &Global, args: AnalyzeArgs) -> Result<Exit, Error> {
    let AnalyzeArgs { which, who, target, source } = args;
    let texts = language::texts(global.lang)?;
    let (format, target) = target.resolve()?;
    let mut found = read(global, &source, which.which()).await?;
    let machines: Vec<MachineId> = if who.mine || who.machine.is_some() {
        vec![found.machine(global, &who).await?]
    } else {
        found.records.machines().into_iter().map(|(machine, _)| machine).collect()
    };
    deliver(&pages::analysis(found.material(), &machines, texts), format, target)?;
    Ok(Exit::Ok)
}
