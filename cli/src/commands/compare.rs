//! One PC's CPU times with GPU times beside them.

use cotejo_analysis::peers::{self, NoCpuTimes, PeerComparison, Wanted};
use cotejo_model::MachineId;
use cotejo_render::{clean, peers as render};

use super::deliver::deliver;
use super::machine::{Material, read};
use crate::args::{CompareArgs, Global, With};
use crate::error::{Error, Exit};
use crate::language;

/// `cotejo compare`
pub(super) async fn run(global: &Global, args: CompareArgs) -> Result<Exit, Error> {
    let CompareArgs { sweeps, all, who, with, target, source } = args;
    let texts = language::texts(global.lang)?;
    let (format, target) = target.resolve()?;
    // A classmate may have measured in another sweep.
    let all = all || sweeps.is_empty();
    let mut material = read(global, &source, sweeps, all).await?;
    let mine = material.machine(global, &who).await?;
    let wanted = wanted(&material, mine, with)?;
    let comparison = peers_of(&material, mine, wanted)?;
    deliver(&render::document(texts, &comparison), format, target)?;
    Ok(Exit::Ok)
}

/// Whose GPU times are meant.
pub(super) fn wanted(material: &Material, mine: MachineId, with: Option<With>) -> Result<Wanted, Error> {
    let wanted = match with {
        None => Wanted::Usual,
        Some(With::ClosestCpu) => Wanted::ClosestCpu,
        Some(With::BestGpu) => Wanted::BestGpu,
        Some(With::MedianGpu) => Wanted::MedianGpu,
        Some(With::Reference) => Wanted::Reference,
        Some(With::Machine(name)) => Wanted::Machine(material.find(&name)?),
    };
    if wanted == Wanted::Machine(mine) {
        return Err(
            Error::usage("--with: a machine cannot be its own peer").with_help("leave --with out for its own GPU")
        );
    }
    Ok(wanted)
}

/// The machine's CPU times with those GPU times.
pub(super) fn peers_of(material: &Material, mine: MachineId, wanted: Wanted) -> Result<PeerComparison, Error> {
    peers::compare(&material.records, mine, wanted, &material.references).map_err(|NoCpuTimes| {
        let name = clean(material.records.name(mine).unwrap_or_default());
        Error::failed(format!("the CPU of {name} has no times to compare"))
            .with_help("measure it: `cotejo local --devices cpu`, or a sweep of the class")
    })
}
