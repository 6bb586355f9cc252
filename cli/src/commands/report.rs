//! Reports: a student's, and a teacher's of the class.

use cotejo_language::Texts;
use cotejo_render::document::Document;
use cotejo_render::pages::{self, NoReport};

use super::compare::{no_cpu_times, wanted};
use super::deliver::deliver;
use super::machine::{Found, read};
use crate::args::{Global, ReportArgs, SourceArgs, WhoArgs, With};
use crate::client::Which;
use crate::error::{Error, Exit};
use crate::language;
use crate::message::Message;
use crate::source::Source;

/// `cotejo report`
pub(super) async fn run(global: &Global, args: ReportArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let ReportArgs { which, class, who, with, target, source } = args;
    let (format, target) = target.resolve()?;
    let which = which.which();
    let document = if class {
        of_class(global, &source, which, texts).await?
    } else {
        of_student(read(global, &source, which).await?, global, &who, with, texts).await?
    };
    deliver(&document, format, target)?;
    Ok(Exit::Ok)
}

async fn of_student(
    mut found: Found,
    global: &Global,
    who: &WhoArgs,
    with: Option<With>,
    texts: &Texts,
) -> Result<Document, Error> {
    let mine = found.machine(global, who).await?;
    let wanted = wanted(&found, mine, with)?;
    pages::student(found.material(), mine, wanted, texts).map_err(|why| match why {
        NoReport::NoCpuTimes => no_cpu_times(&found, mine),
        NoReport::UnknownMachine => {
            Error::failed(Message::new("problem-unknown-pc")).with_help(Message::new("remedy-measure-it"))
        }
    })
}

async fn of_class(global: &Global, source: &SourceArgs, which: Which, texts: &Texts) -> Result<Document, Error> {
    let source = Source::open(global, source.local).await?;
    let comparison = source.client.compare_by_all(which).await;
    source.close().await?;
    Ok(pages::class(&comparison?, texts))
}
