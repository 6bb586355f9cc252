//! The commands that only read: machines, results, status.

use std::path::Path;

use cotejo_model::comparison::GroupBy;

use crate::args::{Format, Global, ListFormat, ResultsArgs};
use crate::client::Client;
use crate::error::{Error, Exit};
use crate::output;
use crate::source::{self, Source};
use cotejo_render::{Style, csv, json, lists, markdown, samples_csv, table};

/// `cotejo machines list`
pub(super) async fn machines(global: &Global, format: ListFormat, local: bool) -> Result<Exit, Error> {
    let source = Source::open(global, local).await?;
    let machines = source.client.machines().await;
    source.close().await?;
    let machines = machines?;
    output::print(&match format {
        ListFormat::Table => lists::machines(&machines, &output::style()),
        ListFormat::Json => json::machines(&machines),
    })?;
    Ok(Exit::Ok)
}

/// `cotejo results`
pub(super) async fn results(global: &Global, args: ResultsArgs) -> Result<Exit, Error> {
    let ResultsArgs { sweeps, all, by, format, output, force, source, .. } = args;
    if let Some(path) = &output {
        output::check_file(path, force)?;
    }
    let format = format.unwrap_or_else(|| output.as_deref().map_or(Format::Table, format_of));
    let source = Source::open(global, source.local).await?;
    let style = if output.is_some() { output::file_style() } else { output::style() };
    let text = text(&source.client, sweeps, all, by, format, &style).await;
    source.close().await?;
    let text = text?;
    match output {
        Some(path) => {
            output::write_file(&path, &text, force)?;
            output::say(&format!("wrote {}", path.display()));
        }
        None => output::print(&text)?,
    }
    Ok(Exit::Ok)
}

async fn text(
    client: &Client,
    sweeps: Vec<String>,
    all: bool,
    by: GroupBy,
    format: Format,
    style: &Style,
) -> Result<String, Error> {
    // Asked for only where it is awaited.
    let comparison = client.compare(sweeps.clone(), all, by);
    Ok(match format {
        Format::Table => table::render(&comparison.await?, style),
        Format::Csv => csv::render(&comparison.await?),
        Format::Samples => samples_csv::render(&client.export_results(sweeps, all).await?),
        Format::Json => json::comparison(&comparison.await?),
        Format::Md => markdown::render(&comparison.await?),
    })
}

/// What the ending of a file asks for.
fn format_of(path: &Path) -> Format {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("csv") => Format::Csv,
        Some("json") => Format::Json,
        Some("md" | "markdown") => Format::Md,
        _ => Format::Table,
    }
}

/// `cotejo status`
pub(super) async fn status(global: &Global) -> Result<Exit, Error> {
    let client = source::coordinator(global).await?;
    let status = client.status().await?;
    output::print(&lists::status(&status, client.address(), &output::style()))?;
    Ok(Exit::Ok)
}
