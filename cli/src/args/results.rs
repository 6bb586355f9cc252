//! `cotejo results`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cotejo_language::Language;
use cotejo_model::comparison::GroupBy;
use cotejo_render::csv::CsvDialect;

use super::{DocumentFormat, ResultsVerb, SourceArgs};

const RESULTS_EXAMPLES: &str = "\
Examples:
  cotejo results                        the newest sweep with results
  cotejo results 1a2b3c4d --by machine  one sweep, one row a machine
  cotejo results --all --format csv --output all.csv
  cotejo results --output results.xlsx --lang es
  cotejo results --csv-dialect es --output results.csv
  cotejo results --format samples --output samples.csv
  cotejo results --format samples       every forward pass, as CSV
  cotejo results export --bundle FILE   one file, for `cotejo results import FILE` elsewhere

A sweep that is called \"export\" or \"import\" is named by its identity. Without --coordinator, a coordinator at http://127.0.0.1:7420 is read if one answers there, else this PC's own
results; one line on standard error says which.";

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One row a cell with every figure, for spreadsheets
    Csv,
    /// One row a forward pass, as CSV
    Samples,
    /// Everything, for programs
    Json,
    /// Markdown
    Md,
    /// One HTML file that needs nothing beside it
    Html,
    /// For spreadsheets, with figures as numbers and a chart
    Xlsx,
    /// LaTeX, with booktabs
    Latex,
    /// For word processors
    Docx,
    /// Pages
    Pdf,
}

impl Format {
    /// What the ending of a file asks for; a table where it says nothing.
    pub(crate) fn of_file(path: &Path) -> Self {
        let is = |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
        match DocumentFormat::of_file(path) {
            Some(DocumentFormat::Md) => Self::Md,
            Some(DocumentFormat::Html) => Self::Html,
            Some(DocumentFormat::Xlsx) => Self::Xlsx,
            Some(DocumentFormat::Latex) => Self::Latex,
            Some(DocumentFormat::Docx) => Self::Docx,
            Some(DocumentFormat::Pdf) => Self::Pdf,
            _ if is("csv") => Self::Csv,
            _ if is("json") => Self::Json,
            _ => Self::Table,
        }
    }

    /// The format of a document; none of what only programs read.
    pub(crate) fn document(self) -> Option<DocumentFormat> {
        match self {
            Self::Table => Some(DocumentFormat::Table),
            Self::Md => Some(DocumentFormat::Md),
            Self::Html => Some(DocumentFormat::Html),
            Self::Xlsx => Some(DocumentFormat::Xlsx),
            Self::Latex => Some(DocumentFormat::Latex),
            Self::Docx => Some(DocumentFormat::Docx),
            Self::Pdf => Some(DocumentFormat::Pdf),
            Self::Csv | Self::Samples | Self::Json => None,
        }
    }
}

/// For whom CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// Programs: commas between fields, decimal points
    Plain,
    /// A spreadsheet in English
    En,
    /// A spreadsheet in Spanish or another language with decimal commas: semicolons between fields
    Es,
}

impl From<Dialect> for CsvDialect {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Plain => Self::Plain,
            Dialect::En => Self::Spreadsheet(Language::English),
            Dialect::Es => Self::Spreadsheet(Language::Spanish),
        }
    }
}

/// `cotejo results`.
#[derive(Debug, Args)]
#[command(after_help = RESULTS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct ResultsArgs {
    /// Nothing to show them, else what to do with them.
    #[command(subcommand)]
    pub(crate) verb: Option<ResultsVerb>,
    /// Sweeps by name, identity or the identity's last eight characters; the newest with results by default
    #[arg(value_name = "SWEEP")]
    pub(crate) sweeps: Vec<String>,
    /// Every sweep
    #[arg(long, conflicts_with = "sweeps")]
    pub(crate) all: bool,
    /// What a row is: size (CPU and GPU side by side), machine or device
    #[arg(long, value_name = "ROW", default_value = "size")]
    pub(crate) by: GroupBy,
    /// How to write them; by default as the output file's ending says, else as a table
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Who reads the CSV: a spreadsheet with decimal commas does not read that of programs
    #[arg(long, value_enum, value_name = "DIALECT", default_value_t = Dialect::Plain)]
    pub(crate) csv_dialect: Dialect,
    /// Write them to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the output file if it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Where to look.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}
