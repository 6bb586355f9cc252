//! `cotejo compare` and `cotejo analyze`.

use std::convert::Infallible;
use std::str::FromStr;

use clap::Args;

use super::{DocumentArgs, SourceArgs, WhichArgs};

const COMPARE_EXAMPLES: &str = "\
Examples:
  cotejo compare --mine                 this PC's CPU times, and GPU times: its own, or those of the classmate whose
                                        CPU is closest
  cotejo compare --mine --with best-gpu those of the class's fastest GPU
  cotejo compare --with reference       the teacher's reference times
  cotejo compare --machine pc-07 --with pc-12
  cotejo compare --mine --lang es --output tabla.txt

Only what may be compared shares a row: the same task, precision, threads, engine, weights and build. What was left
out is counted below the table. PCs of others are named by pseudonyms, which --with takes too.";

const ANALYZE_EXAMPLES: &str = "\
Examples:
  cotejo analyze                        every PC
  cotejo analyze --mine                 this PC
  cotejo analyze --newest               every PC, from the newest sweep alone
  cotejo analyze 1a2b3c4d --machine pc-07

Each finding is a sentence with its figures; what the data cannot tell comes with what to measure.";

/// `cotejo compare`.
#[derive(Debug, Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub(crate) struct CompareArgs {
    /// Which results.
    #[command(flatten)]
    pub(crate) which: WhichArgs,
    /// Whose CPU times.
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

/// `cotejo analyze`.
#[derive(Debug, Args)]
#[command(after_help = ANALYZE_EXAMPLES)]
pub(crate) struct AnalyzeArgs {
    /// Which results.
    #[command(flatten)]
    pub(crate) which: WhichArgs,
    /// Which PC.
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Where to write.
    #[command(flatten)]
    pub(crate) target: DocumentArgs,
    /// Where to look.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// Which PC is meant.
#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// This PC
    #[arg(long, conflicts_with = "machine")]
    pub(crate) mine: bool,
    /// Another PC, by name, pseudonym, identity or the identity's last eight characters
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
}

/// Whose GPU times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum With {
    /// Of the peer whose CPU is closest.
    ClosestCpu,
    /// Of the fastest GPU.
    BestGpu,
    /// Of the GPU in the middle.
    MedianGpu,
    /// The teacher's.
    Reference,
    /// Of the PC that is called so.
    Machine(String),
}

impl FromStr for With {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "closest-cpu" => Self::ClosestCpu,
            "best-gpu" => Self::BestGpu,
            "median-gpu" => Self::MedianGpu,
            "reference" => Self::Reference,
            machine => Self::Machine(machine.to_owned()),
        })
    }
}
