//! What comes from elsewhere and goes there: bundles of results, and reference times.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ListFormat, SourceArgs, WhichArgs};

const EXPORT_EXAMPLES: &str = "\
Examples:
  cotejo results export --bundle home.cotejo             every sweep
  cotejo results export --bundle one.cotejo 1a2b3c4d     one of them

The file holds the raw samples, the machines and the sweeps; `cotejo results import` takes it in elsewhere.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  cotejo results import home.cotejo
  cotejo results import home.cotejo --coordinator http://teacher:7420

What is there already is recognised and never overwritten; a damaged file is refused as a whole.
Exit codes: 0 imported or known already, 1 some results were refused, 2 the file is no sound bundle.";

const REFERENCE_EXAMPLES: &str = "\
Examples:
  cotejo reference import course.csv
  cotejo reference import course.toml --set 2026
  cotejo reference list
  cotejo reference remove 2026

A CSV file has the columns gpu, model, size, batch, precision, time, unit (s, ms or us) and source, and may have kind
(classify or matmul), software, ci_low, ci_high, runs and measured_on. docs/references.md shows both forms.";

/// Which store a command changes.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Change this PC's own store, and ask no coordinator
    #[arg(long)]
    pub(crate) local: bool,
}

/// `cotejo results …`
#[derive(Debug, Subcommand)]
pub(crate) enum ResultsVerb {
    /// Write results to one file, to be imported elsewhere
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportArgs),
    /// Take in the results of a file that `cotejo results export` wrote
    #[command(after_help = IMPORT_EXAMPLES)]
    Import {
        /// The bundle
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where to.
        #[command(flatten)]
        target: TargetArgs,
    },
}

/// `cotejo results export`
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: PathBuf,
    /// Which results.
    #[command(flatten)]
    pub(crate) which: WhichArgs,
    /// Replace the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// Where to look.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// `cotejo reference …`
#[derive(Debug, Subcommand)]
#[command(after_help = REFERENCE_EXAMPLES)]
pub(crate) enum ReferenceVerb {
    /// Take in the reference times of a CSV or TOML file
    Import {
        /// The file; its ending says how it is written
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What to call the set; by default as the file says, or as it is called
        #[arg(long, value_name = "NAME")]
        set: Option<String>,
        /// Where to.
        #[command(flatten)]
        target: TargetArgs,
    },
    /// List the reference times
    List {
        /// How to write them
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Table)]
        format: ListFormat,
        /// Where to look.
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Remove a set of reference times
    Remove {
        /// What it is called
        #[arg(value_name = "SET")]
        set: String,
        /// Where from.
        #[command(flatten)]
        target: TargetArgs,
    },
}
