//! Results in one file: out of one store, and into another.

use std::path::Path;

use cotejo_model::reason::BundleReason;
use cotejo_model::{Reason, bundle};
use cotejo_render::bundles;

use crate::args::{ExportArgs, Global, ResultsVerb};
use crate::error::{Error, Exit};
use crate::language;
use crate::message::Message;
use crate::output;
use crate::reading;
use crate::source::Source;

/// Bytes of a file at most: its records, and what changed line ends may add.
const MAX_FILE: u64 = bundle::MAX_BYTES + bundle::MAX_BYTES / 64;

/// `cotejo results export` and `import`
pub(super) async fn run(global: &Global, verb: ResultsVerb) -> Result<Exit, Error> {
    match verb {
        ResultsVerb::Export(args) => export(global, args).await,
        ResultsVerb::Import { file, target } => import(global, &file, target.local).await,
    }
}

async fn export(global: &Global, args: ExportArgs) -> Result<Exit, Error> {
    let ExportArgs { bundle: path, which, force, source } = args;
    let texts = language::texts(global.lang)?;
    output::check_file(&path, force)?;
    let source = Source::open(global, source.local).await?;
    let bundle = source.client.export_results(which.which()).await;
    source.close().await?;
    let bundle = bundle?;
    let results = bundle.jobs.len() as u64;
    let (digest, content) = bundle::encode(bundle).map_err(|reason| Error::failed(Reason::from(reason)))?;
    output::write_file(&path, content, force)?;
    output::say(Message::words(bundles::exported(results, &path.display().to_string(), digest, texts)));
    Ok(Exit::Ok)
}

async fn import(global: &Global, path: &Path, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let content = reading::read_bounded("file-bundle", path, MAX_FILE)?;
    let unsound = |reason: BundleReason| {
        let reason = Reason::from(reason);
        let message = Message::new("file-named").with("file", path.display()).of("what", &reason);
        Error { message, ..Error::because(Exit::Usage, &reason) }
    };
    let (digest, bundle) = bundle::decode(&content).map_err(unsound)?;
    drop(content);
    let source = Source::to_change(global, local).await?;
    let summary = source.client.import_results(bundle.clone(), digest).await;
    source.close().await?;
    let summary = summary?;
    output::print(bundles::imported(&summary, &bundle, texts))?;
    if summary.new > 0 {
        output::say(Message::words(bundles::shown(&bundle, texts)));
    }
    Ok(if summary.refused.is_empty() { Exit::Ok } else { Exit::Failed })
}
