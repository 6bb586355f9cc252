//! Results in one file: out of one store, and into another.

use std::path::Path;

use cotejo_model::bundle::{self, BundleError};
use cotejo_render::bundles;

use crate::args::{ExportArgs, Global, ResultsVerb};
use crate::error::{Error, Exit};
use crate::files;
use crate::language;
use crate::output;
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
    let (digest, content) = bundle::encode(bundle).map_err(Error::failed)?;
    output::write_file(&path, content, force)?;
    output::say(bundles::exported(results, &path.display().to_string(), digest, texts));
    Ok(Exit::Ok)
}

async fn import(global: &Global, path: &Path, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let content = files::read_bounded("file-bundle", path, MAX_FILE)?;
    let unsound = |error: BundleError| Error::usage(format!("{}: {error}", path.display()));
    let (digest, bundle) = bundle::decode(&content).map_err(unsound)?;
    drop(content);
    let source = Source::to_change(global, local).await?;
    let summary = source.client.import_results(bundle.clone(), digest).await;
    source.close().await?;
    let summary = summary?;
    output::print(bundles::imported(&summary, &bundle, texts))?;
    if summary.new > 0 {
        output::say(bundles::shown(&bundle, texts));
    }
    Ok(if summary.refused.is_empty() { Exit::Ok } else { Exit::Failed })
}
