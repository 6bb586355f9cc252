//! Documents on their way out: in the format that was asked for, to a file or to standard output.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use cotejo_language::Texts;
use cotejo_model::comparison::Comparison;
use cotejo_render::chart::{self, Chart, PngSize};
use cotejo_render::document::{self, ChartFiles, Document};
use cotejo_render::results;

use crate::error::Error;
use crate::output;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// In this terminal
    Table,
    /// Markdown; its charts lie in a folder beside it
    Md,
    /// One HTML file that needs nothing beside it
    Html,
    /// For word processors
    Docx,
    /// Pages
    Pdf,
    /// LaTeX, with booktabs; its charts lie in a folder beside it
    Latex,
    /// For spreadsheets
    Xlsx,
}

/// Endings of files by what they ask for.
const ENDINGS: [(&str, DocumentFormat); 9] = [
    ("txt", DocumentFormat::Table),
    ("md", DocumentFormat::Md),
    ("markdown", DocumentFormat::Md),
    ("html", DocumentFormat::Html),
    ("htm", DocumentFormat::Html),
    ("docx", DocumentFormat::Docx),
    ("pdf", DocumentFormat::Pdf),
    ("tex", DocumentFormat::Latex),
    ("xlsx", DocumentFormat::Xlsx),
];

impl DocumentFormat {
    /// What the ending of a file asks for.
    pub(crate) fn of_file(path: &Path) -> Option<Self> {
        let ending = path.extension().and_then(OsStr::to_str)?;
        ENDINGS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, format)| format)
    }

    /// Whether it is text, which a terminal can show.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::Docx | Self::Pdf | Self::Xlsx)
    }

    /// What pictures of charts beside the document are.
    fn pictures(self) -> &'static str {
        // pdflatex reads no SVG, and not every Markdown viewer does.
        "png"
    }
}

/// Where to write, and whether what is there may be replaced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) file: Option<&'a Path>,
    pub(crate) force: bool,
}

impl Target<'_> {
    /// Refuses what cannot be written before any work is done for it.
    pub(crate) fn check(self, format: DocumentFormat) -> Result<(), Error> {
        match self.file {
            Some(file) => output::check_file(file, self.force),
            None if format.is_text() => Ok(()),
            None => {
                let name = format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
                Err(Error::usage(format!("{name} is no text, and cannot be written to standard output"))
                    .with_help(format!("name a file, such as --output results.{name}")))
            }
        }
    }
}

/// Shows a comparison in this terminal.
pub(crate) fn show(comparison: &Comparison, texts: &Texts) -> Result<(), Error> {
    let target = Target { file: None, force: false };
    deliver(&results::document(comparison, texts), DocumentFormat::Table, target)
}

/// Writes the document.
pub(crate) fn deliver(document: &Document, format: DocumentFormat, target: Target<'_>) -> Result<(), Error> {
    let Some(file) = target.file else {
        return output::print(&String::from_utf8_lossy(&bytes(document, format, "", &output::style())?));
    };
    let folder = picture_folder(file);
    if matches!(format, DocumentFormat::Md | DocumentFormat::Latex) && document.charts().next().is_some() {
        let beside = file.with_file_name(&folder);
        write_pictures(document, format, &beside)?;
    }
    output::write_bytes(file, &bytes(document, format, &folder, &output::file_style())?, target.force)?;
    output::say(&format!("wrote {}", file.display()));
    Ok(())
}

/// `report.md` has its pictures in `report-charts`.
fn picture_folder(file: &Path) -> String {
    let stem = file.file_stem().map_or_else(|| "document".into(), OsStr::to_string_lossy);
    format!("{stem}-charts")
}

fn write_pictures(document: &Document, format: DocumentFormat, folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::failed(format!("cannot make the folder {}: {error}", folder.display())))?;
    let files = ChartFiles { folder: "", extension: format.pictures() };
    for (at, drawn) in document.charts().enumerate() {
        // They belong to the document, which was asked about already.
        let path: PathBuf = folder.join(files.name(at));
        output::write_bytes(&path, &png(drawn), true)?;
    }
    Ok(())
}

fn bytes(
    document: &Document,
    format: DocumentFormat,
    folder: &str,
    style: &cotejo_render::Style,
) -> Result<Vec<u8>, Error> {
    let files = ChartFiles { folder, extension: format.pictures() };
    Ok(match format {
        DocumentFormat::Table => {
            document::terminal(document, style, &|drawn| chart::terminal(drawn, style)).into_bytes()
        }
        DocumentFormat::Md => document::markdown(document, files).into_bytes(),
        DocumentFormat::Html => document::html(document, &chart::svg).into_bytes(),
        DocumentFormat::Latex => document::latex(document, files).into_bytes(),
        DocumentFormat::Docx => document::docx(document, &png),
        DocumentFormat::Pdf => document::pdf(document, &png),
        DocumentFormat::Xlsx => document::xlsx(document).map_err(Error::failed)?,
    })
}

fn png(drawn: &Chart) -> Vec<u8> {
    chart::png(drawn, PngSize::default())
}
