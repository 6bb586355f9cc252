//! The arguments of `cotejo chart`.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use cotejo_analysis::figures::Choice;
use cotejo_analysis::key::Subject;
use cotejo_language::{Language, Texts};
use cotejo_model::{Engine, Model, Precision, Threads};
use cotejo_render::chart::build::Kind;
use cotejo_render::formats::{CHART_FORMATS, ChartFormat};

use super::{SourceArgs, WhichArgs};

const EXAMPLES: &str = "\
Examples:
  cotejo chart size                               the practice's chart, in the terminal
  cotejo chart size --output times.png            for a report or a projector
  cotejo chart class practice --size 512          how the PCs of a class differ
  cotejo chart threads --machine pc-01 --output threads.svg
  cotejo chart all --output charts                every kind that there is data for, into a folder

One chart is of measurements that may be compared: of equal model, precision, threads, engine, weights and build.
Where there are several such sets, the one with the most points is drawn; the flags choose another. The lines under
the title say which it is, and how many measurements are not in it.

Exit codes: 0 drawn, 1 there is no data for it, 2 bad input, 3 no coordinator answers.";

/// `cotejo chart`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ChartArgs {
    /// What it shows
    #[arg(value_enum, value_name = "KIND")]
    pub(crate) kind: ChartKind,
    /// Which results.
    #[command(flatten)]
    pub(crate) which: WhichArgs,
    /// Write it to this file, whose ending says how: .svg, .png or .txt; for `all`, to this folder
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How to draw it; by default as the output file's ending says, SVG into a folder, else in the terminal
    #[arg(long, value_name = "FORMAT", value_parser = named())]
    pub(crate) format: Option<&'static ChartFormat>,
    /// Replace output files that exist
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    #[arg(long, value_name = "MODEL", help = format!("Only this model: {}, or matmul for products", Model::names()))]
    pub(crate) model: Option<Subject>,
    /// Only in this precision
    #[arg(long, value_name = "PRECISION")]
    pub(crate) precision: Option<Precision>,
    /// Only with this engine
    #[arg(long, value_name = "ENGINE")]
    pub(crate) engine: Option<Engine>,
    /// Only with so many CPU threads: all, or a number
    #[arg(long, value_name = "THREADS")]
    pub(crate) threads: Option<Threads>,
    /// Only at this image size, in pixels a side
    #[arg(long, value_name = "PIXELS")]
    pub(crate) size: Option<u32>,
    /// Only with so many images in one forward pass
    #[arg(long, value_name = "IMAGES")]
    pub(crate) batch: Option<u32>,
    /// Only of this machine, by name or identity
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
    /// Where to look.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

impl ChartArgs {
    /// Which measurements the chart is to be of.
    pub(crate) fn choice(&self) -> Choice {
        Choice {
            subject: self.model,
            precision: self.precision,
            engine: self.engine,
            threads: self.threads,
            size: self.size,
            batch: self.batch,
            machine: self.machine.clone(),
        }
    }
}

/// What a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChartKind {
    /// Time over image size, CPU and GPU: the practice's own
    Size,
    /// How many times faster the GPU is than the CPU, over image size
    SpeedUp,
    /// Images a second over batch size
    Throughput,
    /// How many times faster a CPU is with more threads than with one
    Threads,
    /// The times of all machines at one image size
    Class,
    /// All of these
    All,
}

impl ChartKind {
    /// The charts that it stands for.
    pub(crate) fn kinds(self) -> Vec<Kind> {
        match self {
            Self::Size => vec![Kind::Size],
            Self::SpeedUp => vec![Kind::SpeedUp],
            Self::Throughput => vec![Kind::Throughput],
            Self::Threads => vec![Kind::Threads],
            Self::Class => vec![Kind::Class],
            Self::All => Kind::ALL.to_vec(),
        }
    }
}

/// Takes a format of charts by its name.
fn named() -> impl TypedValueParser<Value = &'static ChartFormat> {
    let texts = Texts::of(Language::English);
    let value = |format: &ChartFormat| {
        PossibleValue::new(format.name).help(texts.say(&format!("chart-format-{}", format.name)))
    };
    PossibleValuesParser::new(CHART_FORMATS.iter().map(value))
        .try_map(|name| ChartFormat::named(&name).ok_or_else(|| format!("there is no format {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_names_of_their_files() {
        for kind in ChartKind::value_variants() {
            let name = kind.to_possible_value().unwrap();
            match kind.kinds().as_slice() {
                [one] => assert_eq!(name.get_name(), one.name()),
                all => assert_eq!((name.get_name(), all.len()), ("all", Kind::ALL.len())),
            }
        }
    }
}
