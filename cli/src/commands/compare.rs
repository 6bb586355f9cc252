//! One PC's CPU times with GPU times beside them.

use cotejo_analysis::peers::{self, NoCpuTimes, Wanted};
use cotejo_render::{clean, peers as render};

use super::machine::{read, show};
use crate::args::{CompareArgs, Global, With};
use crate::error::{Error, Exit};
use crate::{language, output};

/// `cotejo compare`
pub(super) async fn run(global: &Global, args: CompareArgs) -> Result<Exit, Error> {
    let CompareArgs { sweeps, all, who, with, target, source } = args;
    let texts = language::texts(global.lang)?;
    if let Some(path) = &target.output {
        output::check_file(path, target.force)?;
    }
    // A classmate may have measured in another sweep.
    let all = all || sweeps.is_empty();
    let mut material = read(global, &source, sweeps, all).await?;
    let mine = material.machine(global, &who).await?;
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
    let comparison = peers::compare(&material.records, mine, wanted, &material.references).map_err(|NoCpuTimes| {
        let name = clean(material.records.name(mine).unwrap_or_default());
        Error::failed(format!("the CPU of {name} has no times to compare"))
            .with_help("measure it: `cotejo local --devices cpu`, or a sweep of the class")
    })?;
    show(&render::document(texts, &comparison), &target)?;
    Ok(Exit::Ok)
}
