//! `cotejo results`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use cotejo_language::{Facts, LANGUAGES};
use cotejo_model::comparison::GroupBy;
use cotejo_render::csv::CsvDialect;
use cotejo_render::formats::{FORMATS, Format};

use super::{ResultsVerb, SourceArgs, WhichArgs, document};

const RESULTS_EXAMPLES: &str = "\
Examples:
  cotejo results                        every cell's newest time, of all sweeps
  cotejo results --newest               the newest sweep with results
  cotejo results 1a2b3c4d --by machine  one sweep, one row a machine
  cotejo results --format csv --output all.csv
  cotejo results --output results.xlsx --lang es
  cotejo results --csv-dialect es --output results.csv
  cotejo results --format samples --output samples.csv
  cotejo results --format samples       every forward pass, as CSV
  cotejo results export --bundle FILE   one file, for `cotejo results import FILE` elsewhere

A sweep that is called \"export\" or \"import\" is named by its identity. Without --coordinator, a coordinator at
http://127.0.0.1:7420 is read if one answers there, else this PC's own results; one line on standard error says which.";

/// Takes a reader of CSV by name: `plain` for programs, or the language that a spreadsheet runs in.
fn dialect() -> impl TypedValueParser<Value = CsvDialect> {
    let plain = PossibleValue::new(PLAIN).help("Programs: commas between fields, decimal points");
    let spreadsheet = |facts: &Facts| {
        let Facts { name, decimal_sign, list_separator, .. } = facts;
        let help =
            format!("A spreadsheet in {name}: {list_separator} between fields, numbers such as 1{decimal_sign}5");
        PossibleValue::new(facts.code).help(help)
    };
    let values = std::iter::once(plain).chain(LANGUAGES.iter().map(spreadsheet));
    PossibleValuesParser::new(values).try_map(|name| match name.as_str() {
        PLAIN => Ok(CsvDialect::Plain),
        language => language.parse().map(CsvDialect::Spreadsheet),
    })
}

/// The dialect of programs.
const PLAIN: &str = "plain";

/// `cotejo results`.
#[derive(Debug, Args)]
#[command(after_help = RESULTS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct ResultsArgs {
    /// Nothing to show them, else what to do with them.
    #[command(subcommand)]
    pub(crate) verb: Option<ResultsVerb>,
    /// Which results.
    #[command(flatten)]
    pub(crate) which: WhichArgs,
    /// What a row is: size (CPU and GPU side by side), machine or device
    #[arg(long, value_name = "ROW", default_value = "size")]
    pub(crate) by: GroupBy,
    /// How to write them; by default as the output file's ending says, else as a table
    #[arg(long, value_name = "FORMAT", value_parser = document::named(FORMATS.iter()))]
    pub(crate) format: Option<&'static Format>,
    /// Who reads the CSV: a spreadsheet with decimal commas does not read that of programs
    #[arg(long, value_name = "DIALECT", default_value = PLAIN, value_parser = dialect())]
    pub(crate) csv_dialect: CsvDialect,
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
