//! The commands that only read: machines, results, status.

use std::path::Path;

use crate::args::{Format, Global, ListFormat, ResultsArgs};
use crate::error::{Error, Exit};
use crate::output;
use crate::source::{self, Source};
use cotejo_render::{csv, json, lists, markdown, table};

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
    let ResultsArgs { sweeps, all, by, format, output, force, source } = args;
    if let Some(path) = &output {
        output::check_file(path, force)?;
    }
    let format = format.unwrap_or_else(|| output.as_deref().map_or(Format::Table, format_of));
    let source = Source::open(global, source.local).await?;
    let comparison = source.client.compare(sweeps, all, by).await;
    source.close().await?;
    let comparison = comparison?;
    let style = if output.is_some() { output::file_style() } else { output::style() };
    let text = match format {
        Format::Table => table::render(&comparison, &style),
        Format::Csv => csv::render(&comparison),
        Format::Json => json::comparison(&comparison),
        Format::Md => markdown::render(&comparison),
    };
    match output {
        Some(path) => {
            output::write_file(&path, &text, force)?;
            output::say(&format!("wrote {}", path.display()));
        }
        None => output::print(&text)?,
    }
    Ok(Exit::Ok)
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
