//! Charts of what was measured.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use cotejo_analysis::figures::Choice;
use cotejo_language::Texts;
use cotejo_model::comparison::{Comparison, GroupBy};
use cotejo_render::chart::Chart;
use cotejo_render::chart::build::Kind;
use cotejo_render::formats::{CHART_FORMATS, ChartFormat};
use cotejo_render::pages;

use super::deliver;
use crate::args::{ChartArgs, ChartKind, Global, Target};
use crate::error::{Error, Exit};
use crate::language;
use crate::message::Message;
use crate::output;
use crate::source::Source;

/// `cotejo chart`
pub(super) async fn run(global: &Global, args: ChartArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let choice = args.choice();
    let to = Destination::of(&args)?;
    let source = Source::open(global, args.source.local).await?;
    let comparison = source.client.compare(args.which.which(), GroupBy::Size).await;
    source.close().await?;
    let comparison = comparison?;
    match args.kind {
        ChartKind::All => all(&comparison, &choice, &to, texts),
        one => {
            let kind = one.kinds()[0];
            let chart =
                pages::chart(&comparison, kind, &choice, texts).map_err(|none| Error::failed(Message::words(none)))?;
            to.write(kind, &chart)?;
            Ok(Exit::Ok)
        }
    }
}

/// Every chart that there is data for; of the others is said why not.
fn all(comparison: &Comparison, choice: &Choice, to: &Destination, texts: &Texts) -> Result<Exit, Error> {
    let charts = pages::charts(comparison, choice, texts);
    let mut drawn = 0;
    for (kind, chart) in &charts {
        if let Ok(chart) = chart {
            if drawn > 0 && to.path.is_none() {
                output::print("\n")?;
            }
            to.write(*kind, chart)?;
            drawn += 1;
        }
    }
    for (kind, chart) in &charts {
        if let Err(none) = chart {
            output::say(Message::words(format_args!("{}: {none}", kind.name())));
        }
    }
    Ok(if drawn > 0 { Exit::Ok } else { Exit::Failed })
}

/// Where charts go, and as what.
struct Destination {
    format: &'static ChartFormat,
    /// A file, or a folder for all kinds.
    path: Option<PathBuf>,
    all: bool,
    force: bool,
}

impl Destination {
    /// What the flags say; what cannot be written is refused before anything is read.
    fn of(args: &ChartArgs) -> Result<Self, Error> {
        let all = args.kind == ChartKind::All;
        let format = match (&args.output, args.format) {
            (_, Some(format)) => format,
            (None, None) => &CHART_FORMATS[0],
            (Some(_), None) if all => &CHART_FORMATS[1],
            (Some(path), None) => format_of(path)?,
        };
        if !format.is_text && args.output.is_none() && (all || output::style().width.is_some()) {
            return Err(Error::usage(
                Message::new("problem-terminal-format").with("format", format.name.to_uppercase()),
            )
            .with_help(Message::new("remedy-name-file")));
        }
        let to = Self { format, path: args.output.clone(), all, force: args.force };
        match &to.path {
            Some(folder) if all && folder.exists() && !folder.is_dir() => {
                let message = Message::new("problem-charts-folder").with("folder", folder.display());
                return Err(Error::usage(message).with_help(Message::new("remedy-charts-folder")));
            }
            Some(_) => {
                for kind in args.kind.kinds() {
                    output::check_file(&to.file(kind), to.force)?;
                }
            }
            None => {}
        }
        Ok(to)
    }

    /// The file of a chart; empty where none was named.
    fn file(&self, kind: Kind) -> PathBuf {
        let path = self.path.clone().unwrap_or_default();
        if self.all { path.join(format!("{}.{}", kind.name(), self.format.ending)) } else { path }
    }

    fn write(&self, kind: Kind, chart: &Chart) -> Result<(), Error> {
        let style = if self.path.is_some() { output::file_style() } else { output::style() };
        let content = (self.format.draw)(chart, &style);
        let Some(path) = &self.path else { return output::print(&content) };
        if self.all {
            fs::create_dir_all(path).map_err(|error| output::cannot_make_folder(path, &error))?;
        }
        deliver::write(Target { file: Some(&self.file(kind)), force: self.force }, &content)
    }
}

/// What the ending of a file asks for.
fn format_of(path: &Path) -> Result<&'static ChartFormat, Error> {
    let format = path.extension().and_then(OsStr::to_str).and_then(ChartFormat::of_ending);
    format.ok_or_else(|| {
        let endings: Vec<String> = CHART_FORMATS.iter().map(|format| format!(".{}", format.ending)).collect();
        Error::usage(Message::new("problem-chart-ending").with("file", path.display()))
            .with_help(Message::new("remedy-ending").with("endings", endings.join(", ")))
    })
}
