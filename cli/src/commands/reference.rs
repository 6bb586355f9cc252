//! Reference times: in from a file, listed, removed.

use std::path::Path;

use cotejo_render::{json, references};

use crate::args::{Global, ListFormat, ReferenceVerb};
use crate::error::{Error, Exit};
use crate::language;
use crate::message::Message;
use crate::output;
use crate::reference_file::{self, FileProblem};
use crate::source::Source;

/// Bytes of a file at most: as many times as are taken, with the longest texts.
const MAX_FILE: u64 = 4 << 20;

/// `cotejo reference …`
pub(super) async fn run(global: &Global, verb: ReferenceVerb) -> Result<Exit, Error> {
    match verb {
        ReferenceVerb::Import { file, set, target } => import(global, &file, set.as_deref(), target.local).await,
        ReferenceVerb::List { format, source } => list(global, format, source.local).await,
        ReferenceVerb::Remove { set, target } => remove(global, set, target.local).await,
    }
}

async fn import(global: &Global, path: &Path, set: Option<&str>, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let content = crate::reading::read_bounded("file-references", path, MAX_FILE)?;
    let references = reference_file::parse(path, &content, set).map_err(|problems| {
        let named = |problem: &FileProblem| {
            Message::new("file-named").with("file", path.display()).of("what", problem.message())
        };
        let count = problems.len() as u64;
        // Several stand below what is said of them.
        let first = (count > 1).then(|| Message::words(""));
        let listed = Message::joined(first.into_iter().chain(problems.iter().map(named)), "\n  ");
        Error::usage(Message::new("problem-references").count("count", count).of("lines", listed))
            .with_help(Message::new("remedy-references"))
    })?;
    let source = Source::to_change(global, local).await?;
    let summary = source.client.import_references(references.clone()).await;
    source.close().await?;
    output::print(references::imported(&summary?, &references, texts))?;
    Ok(Exit::Ok)
}

async fn list(global: &Global, format: ListFormat, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    // A PC without a store has no reference times either.
    let references = match Source::find(global, local).await? {
        None => Vec::new(),
        Some(source) => {
            let references = source.client.references().await;
            source.close().await?;
            references?
        }
    };
    output::print(match format {
        ListFormat::Table => references::table(&references, texts, &output::style()),
        ListFormat::Json => json::references(&references),
    })?;
    Ok(Exit::Ok)
}

async fn remove(global: &Global, set: String, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let source = Source::to_change(global, local).await?;
    let removed = source.client.remove_references(set.clone()).await;
    source.close().await?;
    output::print(references::removed(removed?, &set, texts))?;
    Ok(Exit::Ok)
}
