//! One PC's CPU times with GPU times beside them.

use cotejo_analysis::peers::{NoCpuTimes, Wanted};
use cotejo_model::MachineId;
use cotejo_render::{clean, pages};

use super::deliver::deliver;
use super::machine::{Found, read};
use crate::args::{CompareArgs, Global, With};
use crate::error::{Error, Exit};
use crate::language;
use crate::message::Message;

/// `cotejo compare`
pub(super) async fn run(global: &Global, args: CompareArgs) -> Result<Exit, Error> {
    let CompareArgs { which, who, with, target, source } = args;
    let texts = language::texts(global.lang)?;
    let (format, target) = target.resolve()?;
    let mut found = read(global, &source, which.which()).await?;
    let mine = found.machine(global, &who).await?;
    let wanted = wanted(&found, mine, with)?;
    let document =
        pages::compare(found.material(), mine, wanted, texts).map_err(|NoCpuTimes| no_cpu_times(&found, mine))?;
    deliver(&document, format, target)?;
    Ok(Exit::Ok)
}

/// Whose GPU times are meant.
pub(super) fn wanted(found: &Found, mine: MachineId, with: Option<With>) -> Result<Wanted, Error> {
    let wanted = match with {
        None => Wanted::Usual,
        Some(With::ClosestCpu) => Wanted::ClosestCpu,
        Some(With::BestGpu) => Wanted::BestGpu,
        Some(With::MedianGpu) => Wanted::MedianGpu,
        Some(With::Reference) => Wanted::Reference,
        Some(With::Machine(name)) => Wanted::Machine(found.find(&name)?),
    };
    if wanted == Wanted::Machine(mine) {
        return Err(Error::usage(Message::new("problem-own-peer")).with_help(Message::new("remedy-own-peer")));
    }
    Ok(wanted)
}

/// What is said where a machine's CPU has nothing to compare.
pub(super) fn no_cpu_times(found: &Found, mine: MachineId) -> Error {
    let name = clean(found.records.name(mine).unwrap_or_default());
    Error::failed(Message::new("problem-no-cpu-times").with("machine", name))
        .with_help(Message::new("remedy-no-cpu-times"))
}
