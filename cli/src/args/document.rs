//! Where a document goes, and in which format.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::error::Error;
use crate::output;

/// Where a document goes.
#[derive(Debug, Args)]
pub(crate) struct DocumentArgs {
    /// How to write it; by default as the output file's ending says, else for this terminal
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<DocumentFormat>,
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the output file if it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

impl DocumentArgs {
    /// The format and where to write it; what cannot be written is refused before anything is read.
    pub(crate) fn resolve(&self) -> Result<(DocumentFormat, Target<'_>), Error> {
        let target = Target { file: self.output.as_deref(), force: self.force };
        let format = match (self.format, target.file) {
            (Some(format), _) => format,
            (None, None) => DocumentFormat::Table,
            (None, Some(file)) => DocumentFormat::of_file(file).ok_or_else(|| {
                Error::usage(format!("{} does not say in which format to write", file.display())).with_help(
                    "let its name end in .docx, .pdf, .html, .md, .tex, .xlsx or .txt, or say it with --format",
                )
            })?,
        };
        target.check(format)?;
        Ok((format, target))
    }
}

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
