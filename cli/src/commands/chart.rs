//! Charts of what was measured.

use std::fs;
use std::path::{Path, PathBuf};

use cotejo_language::Texts;
use cotejo_model::comparison::{Comparison, GroupBy};
use cotejo_render::chart::build::{self, Choice, Kind, NoChart};
use cotejo_render::chart::{self, Chart, PngSize};

use crate::args::{ChartArgs, ChartFormat, ChartKind, Global};
use crate::error::{Error, Exit};
use crate::language;
use crate::output;
use crate::source::Source;

/// `cotejo chart`
pub(super) async fn run(global: &Global, args: ChartArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    let choice = args.choice();
    let to = Destination::of(&args)?;
    let source = Source::open(global, args.source.local).await?;
    let comparison = source.client.compare(args.sweeps, args.all, GroupBy::Size).await;
    source.close().await?;
    let comparison = comparison?;
    match args.kind {
        ChartKind::All => all(&comparison, &choice, &to, texts),
        one => {
            let kind = one.kinds()[0];
            let chart = build::chart(kind, &comparison, &choice, texts).map_err(Error::failed)?;
            to.write(kind, &chart)?;
            Ok(Exit::Ok)
        }
    }
}

/// Every chart that there is data for; of the others is said why not.
fn all(comparison: &Comparison, choice: &Choice, to: &Destination, texts: &Texts) -> Result<Exit, Error> {
    let charts: Vec<(Kind, Result<Chart, NoChart>)> =
        Kind::ALL.into_iter().map(|kind| (kind, build::chart(kind, comparison, choice, texts))).collect();
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
            output::say(&format!("{}: {none}", kind.name()));
        }
    }
    Ok(if drawn > 0 { Exit::Ok } else { Exit::Failed })
}

/// Where charts go, and as what.
struct Destination {
    format: ChartFormat,
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
            (None, None) => ChartFormat::Term,
            (Some(_), None) if all => ChartFormat::Svg,
            (Some(path), None) => format_of(path)?,
        };
        if format == ChartFormat::Png && args.output.is_none() && (all || output::style().width.is_some()) {
            return Err(Error::usage("a terminal cannot show PNG").with_help("name a file with --output"));
        }
        let to = Self { format, path: args.output.clone(), all, force: args.force };
        match &to.path {
            Some(folder) if all && folder.exists() && !folder.is_dir() => {
                let message = format!("cannot write charts to {}: it is not a folder", folder.display());
                return Err(Error::usage(message).with_help("give --output a folder, which is made if there is none"));
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
        if self.all { path.join(format!("{}.{}", kind.name(), self.format.ending())) } else { path }
    }

    fn write(&self, kind: Kind, chart: &Chart) -> Result<(), Error> {
        let style = if self.path.is_some() { output::file_style() } else { output::style() };
        let content = match self.format {
            ChartFormat::Svg => chart::svg(chart).into_bytes(),
            ChartFormat::Png => chart::png(chart, PngSize::of(chart)),
            ChartFormat::Term => chart::terminal(chart, &style).into_bytes(),
        };
        let Some(path) = &self.path else { return output::print(&content) };
        if self.all {
            fs::create_dir_all(path)
                .map_err(|error| Error::failed(format!("cannot make the folder {}: {error}", path.display())))?;
        }
        let file = self.file(kind);
        output::write_file(&file, &content, self.force)?;
        output::say(&format!("wrote {}", file.display()));
        Ok(())
    }
}

/// What the ending of a file asks for.
fn format_of(path: &Path) -> Result<ChartFormat, Error> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("svg") => Ok(ChartFormat::Svg),
        Some("png") => Ok(ChartFormat::Png),
        Some("txt") => Ok(ChartFormat::Term),
        _ => Err(Error::usage(format!("{} does not say how to draw the chart", path.display()))
            .with_help("let its name end in .svg, .png or .txt, or say it with --format")),
    }
}
