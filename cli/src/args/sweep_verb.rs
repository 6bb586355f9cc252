//! The commands of `cotejo sweep`.

use clap::Subcommand;

use super::{ClassArgs, ListFormat, SourceArgs};

const START_EXAMPLES: &str = "\
Examples:
  cotejo sweep start --preset practice --watch
  cotejo sweep start class.toml --name \"Group B\" --machines pc-01,pc-02
  cotejo sweep start --sizes 224,512 --labels room=A1 --cell-budget 10s
  cotejo sweep start --preset full --budget 25m     what every PC can do within a lesson

Flags come before the file, the file before the preset. While watching, Ctrl-C detaches (exit code 130): the
sweep goes on, and `cotejo sweep cancel` ends it.";

const PLAN_EXAMPLES: &str = "\
Examples:
  cotejo sweep plan --preset full
  cotejo sweep plan --preset full --budget 25m
  cotejo sweep plan class.toml --budget 25m --format json

With a budget, cells are dropped until every machine ends in time. The practice's own (ResNet18 at 224, 512 and 1024
pixels, batch 1, f32, all threads) are the last to go; the heaviest and those furthest from the practice are the first.
Every machine goes by the same order, so that all have the most important cells in common. Devices that were not
measured yet are measured for a few seconds first; Ctrl-C cancels that.";

/// `cotejo sweep …`.
#[derive(Debug, Subcommand)]
pub(crate) enum SweepVerb {
    /// Start a sweep on the machines of the class
    #[command(after_help = START_EXAMPLES)]
    Start {
        /// What to measure, and where.
        #[command(flatten)]
        sweep: ClassArgs,
        /// Follow it until it is finished; Ctrl-C detaches and the sweep goes on
        #[arg(long)]
        watch: bool,
    },
    /// Print the cells of a sweep and its expected duration, without running it
    #[command(after_help = PLAN_EXAMPLES)]
    Plan {
        /// What to measure, and where.
        #[command(flatten)]
        sweep: ClassArgs,
        /// How to write it
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// List the sweeps, newest first
    List {
        /// How many at most; 0 lists all
        #[arg(long, value_name = "COUNT", default_value_t = 20)]
        limit: u32,
        /// Where to look.
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Show one sweep: what it measures and how far it is
    Show {
        /// Its name, identity or the identity's last eight characters; the newest by default
        #[arg(value_name = "SWEEP")]
        sweep: Option<String>,
        /// Where to look.
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Follow a sweep until it is finished; Ctrl-C detaches
    Watch {
        /// Its name, identity or the identity's last eight characters; the newest by default
        #[arg(value_name = "SWEEP")]
        sweep: Option<String>,
    },
    /// Cancel what a sweep has not yet measured
    Cancel {
        /// Its name, identity or the identity's last eight characters; by default the one that is not finished
        #[arg(value_name = "SWEEP")]
        sweep: Option<String>,
    },
}
