//! The commands that only read: machines, results, status.

use cotejo_language::Texts;
use cotejo_model::bundle::Bundle;
use cotejo_model::comparison::{Comparison, GroupBy};
use cotejo_render::chart::build::{self, Choice, Kind};
use cotejo_render::document::{Block, Document};
use cotejo_render::{csv, json, lists, results, samples_csv};

use super::deliver::deliver;
use crate::args::{DocumentFormat, Format, Global, ListFormat, ResultsArgs, Target};
use crate::client::Client;
use crate::error::{Error, Exit};
use crate::source::{self, Source};
use crate::{language, output};

/// `cotejo machines list`
pub(super) async fn machines(global: &Global, format: ListFormat, local: bool) -> Result<Exit, Error> {
    let source = Source::open(global, local).await?;
    let machines = source.client.machines().await;
    source.close().await?;
    let machines = machines?;
    output::print(match format {
        ListFormat::Table => lists::machines(&machines, &output::style()),
        ListFormat::Json => json::machines(&machines),
    })?;
    Ok(Exit::Ok)
}

/// `cotejo results`
pub(super) async fn results(global: &Global, args: ResultsArgs) -> Result<Exit, Error> {
    let ResultsArgs { sweeps, all, by, format, csv_dialect, output, force, source, .. } = args;
    let texts = language::texts(global.lang)?;
    let format = format.unwrap_or_else(|| output.as_deref().map_or(Format::Table, Format::of_file));
    let target = Target { file: output.as_deref(), force };
    target.check(format.document().unwrap_or(DocumentFormat::Table))?;
    let source = Source::open(global, source.local).await?;
    let read = read(&source.client, sweeps, all, by, format).await;
    source.close().await?;
    match (read?, format.document()) {
        (Read::Comparison(comparison), Some(document)) => {
            deliver(&of_comparison(&comparison, document, texts), document, target)?;
        }
        (Read::Comparison(comparison), None) if format == Format::Json => {
            write(target, &json::comparison(&comparison))?;
        }
        (Read::Comparison(comparison), None) => {
            write(target, &csv::in_dialect(&csv::render(&comparison), csv_dialect.into()))?;
        }
        (Read::Samples(bundle), _) => {
            write(target, &csv::in_dialect(&samples_csv::render(&bundle), csv_dialect.into()))?;
        }
    }
    Ok(Exit::Ok)
}

/// What results are written from.
enum Read {
    Comparison(Box<Comparison>),
    Samples(Box<Bundle>),
}

async fn read(client: &Client, sweeps: Vec<String>, all: bool, by: GroupBy, format: Format) -> Result<Read, Error> {
    Ok(match format {
        Format::Samples => Read::Samples(Box::new(client.export_results(sweeps, all).await?)),
        _ => Read::Comparison(Box::new(client.compare(sweeps, all, by).await?)),
    })
}

/// A workbook has every cell's figures and the practice's chart as well.
fn of_comparison(comparison: &Comparison, format: DocumentFormat, texts: &Texts) -> Document {
    let mut document = results::document(comparison, texts);
    if format == DocumentFormat::Xlsx {
        document.blocks.push(Block::Table(results::cells(comparison, texts)));
        let charts = [Kind::Size, Kind::SpeedUp].map(|kind| build::chart(kind, comparison, &Choice::default(), texts));
        document.blocks.extend(charts.into_iter().flatten().map(|chart| Block::Chart(Box::new(chart))));
    }
    document
}

fn write(target: Target<'_>, text: &str) -> Result<(), Error> {
    let Some(file) = target.file else { return output::print(text) };
    output::write_file(file, text, target.force)?;
    output::say(&format!("wrote {}", file.display()));
    Ok(())
}

/// `cotejo status`
pub(super) async fn status(global: &Global) -> Result<Exit, Error> {
    let client = source::coordinator(global).await?;
    let status = client.status().await?;
    output::print(lists::status(&status, &client.address().to_string(), &output::style()))?;
    Ok(Exit::Ok)
}
