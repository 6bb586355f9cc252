//! `cotejo report`.

use clap::Args;

use super::{DocumentArgs, SourceArgs, WhichArgs, WhoArgs, With};

const EXAMPLES: &str = "\
Examples:
  cotejo report --output report.docx            this PC's report, to be completed in a word processor
  cotejo report --lang es --output memoria.pdf
  cotejo report --with reference --output report.md
  cotejo report --class --output class.html     a teacher's report of all sweeps
  cotejo report --class Tuesday --output class.pdf
";

fn examples() -> String {
    let endings = cotejo_render::formats::endings();
    format!("{EXAMPLES}\nThe ending of the file chooses the format: {endings}; or --format says it.")
}

/// `cotejo report`.
#[derive(Debug, Args)]
#[command(after_help = examples())]
pub(crate) struct ReportArgs {
    /// Which results.
    #[command(flatten)]
    pub(crate) which: WhichArgs,
    /// The teacher's report: all machines, coverage, comparison and anomalies
    #[arg(long, conflicts_with_all = ["mine", "machine", "with"])]
    pub(crate) class: bool,
    /// Whose report.
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Whose GPU times: closest-cpu, best-gpu, median-gpu, reference, or a PC's name or pseudonym; by default its own if it
    /// has a GPU, else closest-cpu, else reference
    #[arg(long, value_name = "PEER")]
    pub(crate) with: Option<With>,
    /// Where to write.
    #[command(flatten)]
    pub(crate) target: DocumentArgs,
    /// Where to look.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}
