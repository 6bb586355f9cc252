//! The commands that only read: machines, results, status.

use cotejo_model::bundle::Bundle;
use cotejo_model::comparison::{Comparison, GroupBy};
use cotejo_render::csv::CsvDialect;
use cotejo_render::formats::{Format, Write};
use cotejo_render::{json, lists, pages};

use super::deliver::{self, deliver};
use crate::args::{Global, ListFormat, ResultsArgs, Target, of_file, terminal};
use crate::client::{Client, Which};
use crate::error::{Error, Exit};
use crate::source::{self, Source};
use crate::{language, output};

/// `cotejo machines list`
pub(super) async fn machines(global: &Global, format: ListFormat, local: bool) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let source = Source::open(global, local).await?;
    let machines = source.client.machines().await;
    source.close().await?;
    let machines = machines?;
    output::print(match format {
        ListFormat::Table => lists::machines(&machines, texts, &output::style()),
        ListFormat::Json => json::machines(&machines),
    })?;
    Ok(Exit::Ok)
}

/// `cotejo results`
pub(super) async fn results(global: &Global, args: ResultsArgs) -> Result<Exit, Error> {
    let ResultsArgs { which, by, format, csv_dialect, output, force, source, .. } = args;
    let texts = language::texts(global.lang)?;
    let format = format.or_else(|| output.as_deref().and_then(of_file)).unwrap_or_else(terminal);
    let target = Target { file: output.as_deref(), force };
    target.check(format)?;
    let source = Source::open(global, source.local).await?;
    let read = read(&source.client, which.which(), by, format).await;
    source.close().await?;
    match read? {
        Read::Document(comparison) => deliver(&pages::results(&comparison, format, texts), format, target)?,
        Read::Results(comparison, write) => deliver::write(target, write(&comparison, csv_dialect).as_bytes())?,
        Read::Samples(bundle, write) => deliver::write(target, write(&bundle, csv_dialect).as_bytes())?,
    }
    Ok(Exit::Ok)
}

/// What results are written from, and how.
enum Read {
    Document(Box<Comparison>),
    Results(Box<Comparison>, fn(&Comparison, CsvDialect) -> String),
    Samples(Box<Bundle>, fn(&Bundle, CsvDialect) -> String),
}

async fn read(client: &Client, which: Which, by: GroupBy, format: &Format) -> Result<Read, Error> {
    Ok(match format.write {
        Write::Samples(write) => Read::Samples(Box::new(client.export_results(which).await?), write),
        Write::Results(write) => Read::Results(Box::new(client.compare(which, by).await?), write),
        Write::Document(_) => Read::Document(Box::new(client.compare(which, by).await?)),
    })
}

/// `cotejo status`
pub(super) async fn status(global: &Global) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let client = source::coordinator(global).await?;
    let status = client.status().await?;
    output::print(lists::status(&status, &client.address().to_string(), texts, &output::style()))?;
    Ok(Exit::Ok)
}
