//! Documents on their way out: in the format that was asked for, to a file or to standard output.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use cotejo_render::chart::{self, Chart};
use cotejo_render::document::{self, ChartFiles, Document};

use crate::error::Error;
use crate::output;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// In this terminal
    Table,
    /// Markdown, with its charts in a folder beside it
    Md,
    /// One HTML file that needs nothing beside it
    Html,
    /// For word processors
    Docx,
    /// Pages
    Pdf,
    /// `LaTeX`, tables with booktabs
    Latex,
    /// For spreadsheets, with charts
    Xlsx,
}

impl DocumentFormat {
    /// What the ending of a file asks for.
    pub(crate) fn of_file(path: &Path) -> Option<Self> {
        let ending = path.extension().and_then(OsStr::to_str)?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "txt" => Self::Table,
            "md" | "markdown" => Self::Md,
            "html" | "htm" => Self::Html,
            "docx" => Self::Docx,
            "pdf" => Self::Pdf,
            "tex" => Self::Latex,
            "xlsx" => Self::Xlsx,
            _ => return None,
        })
    }

    /// Whether a terminal can show it.
    fn is_text(self) -> bool {
        !matches!(self, Self::Docx | Self::Pdf | Self::Xlsx)
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
                Err(Error::usage(format!("{name} cannot be shown in a terminal"))
                    .with_help(format!("name a file with --output, such as --output report.{name}")))
            }
        }
    }
}

/// Writes the document.
pub(crate) fn deliver(document: &Document, format: DocumentFormat, target: Target<'_>) -> Result<(), Error> {
    let Some(file) = target.file else {
        return output::print(&text(document, format, &ChartFolder::default())?);
    };
    let bytes = match format {
        DocumentFormat::Docx => document::docx(document, &png).map_err(Error::failed)?,
        DocumentFormat::Pdf => document::pdf(document, &png).map_err(Error::failed)?,
        DocumentFormat::Xlsx => document::xlsx(document).map_err(Error::failed)?,
        _ => {
            let folder = ChartFolder::beside(file);
            folder.write(document, format, target.force)?;
            text(document, format, &folder)?.into_bytes()
        }
    };
    output::write_file(file, &bytes, target.force)?;
    output::say(&format!("wrote {}", file.display()));
    Ok(())
}
