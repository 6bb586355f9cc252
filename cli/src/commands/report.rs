//! Reports: a student's, and a teacher's of the class.

use cotejo_language::Texts;
use cotejo_model::SweepId;
use cotejo_model::comparison::Comparison;
use cotejo_render::document::Document;
use cotejo_render::pages::{self, NoReport};

use super::compare::{no_cpu_times, wanted};
use super::deliver::deliver;
use super::machine::read;
use crate::args::{Global, ReportArgs};
use crate::client::Client;
use crate::error::{Error, Exit};
use crate::language;
use crate::message::Message;
use crate::source::Source;

/// `cotejo report`
pub(super) async fn run(global: &Global, args: ReportArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let (format, target) = args.target.resolve()?;
    let document =
        if args.class { of_class(global, &args, texts).await? } else { of_student(global, &args, texts).await? };
    deliver(&document, format, target)?;
    Ok(Exit::Ok)
}

async fn of_student(global: &Global, args: &ReportArgs, texts: &Texts) -> Result<Document, Error> {
    // A classmate may have measured in another sweep.
    let all = args.all || args.sweeps.is_empty();
    let mut found = read(global, &args.source, args.sweeps.clone(), all).await?;
    let mine = found.machine(global, &args.who).await?;
    let wanted = wanted(&found, mine, args.with.clone())?;
    pages::student(found.material(), mine, wanted, texts).map_err(|why| match why {
        NoReport::NoCpuTimes => no_cpu_times(&found, mine),
        NoReport::UnknownMachine => {
            Error::failed(Message::new("problem-unknown-pc")).with_help(Message::new("remedy-measure-it"))
        }
    })
}

async fn of_class(global: &Global, args: &ReportArgs, texts: &Texts) -> Result<Document, Error> {
    let source = Source::open(global, args.source.local).await?;
    let read = class_comparison(&source.client, args).await;
    source.close().await?;
    let (comparison, sweeps) = read?;
    Ok(pages::class(&comparison, sweeps, texts))
}

/// The cells in every grouping, and the names of their sweeps.
async fn class_comparison(client: &Client, args: &ReportArgs) -> Result<(Comparison, Vec<String>), Error> {
    let comparison = client.compare_by_all(args.sweeps.clone(), args.all).await?;
    let known = client.list(0).await?;
    let name = |id: &SweepId| {
        known.iter().find(|sweep| sweep.id == *id).map_or_else(|| id.short(), |sweep| sweep.spec.name.clone())
    };
    let names = comparison.sweeps.iter().map(name).collect();
    Ok((comparison, names))
}
