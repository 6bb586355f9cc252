//! The command line as it is typed. `request` checks it and makes it whole.

mod chart;
mod compare;
mod demo;
mod document;
mod explain;
mod report;
mod results;
mod sweep;
mod sweep_verb;
mod transfer;
mod which;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use cotejo_daemon::variables;
use cotejo_language::Language;

pub(crate) use self::chart::{ChartArgs, ChartKind};
pub(crate) use self::compare::{AnalyzeArgs, CompareArgs, WhoArgs, With};
pub(crate) use self::demo::DemoArgs;
pub(crate) use self::document::{DocumentArgs, Target, of_file, terminal};
pub(crate) use self::explain::{ExplainArgs, ExplainFormat};
pub(crate) use self::report::ReportArgs;
pub(crate) use self::results::ResultsArgs;
pub(crate) use self::sweep::{ClassArgs, SweepArgs};
pub(crate) use self::sweep_verb::SweepVerb;
pub(crate) use self::transfer::{ExportArgs, ReferenceVerb, ResultsVerb};
pub(crate) use self::which::WhichArgs;

const ABOUT: &str = "Compare the inference time of CPUs and GPUs on every PC of a classroom";

const EXAMPLES: &str = "\
Examples:
  cotejo local                                 measure this PC: ResNet18 at 224, 512 and 1024 pixels
  cotejo local --sizes 128,256 --batches 1,8   other sizes and batches
  cotejo results --format csv                  what was measured, for a spreadsheet
  cotejo chart size --output times.png         a chart of it, for a report
  cotejo doctor                                what keeps this PC from measuring well
  cotejo explain                               where a network's time goes, layer by layer
  cotejo sweep start --preset practice --watch measure a whole class
  cotejo machines list                         the PCs of the class
  cotejo compare --mine                        this PC beside a classmate's GPU
  cotejo analyze --mine                        what its figures say, in plain sentences
  cotejo demo                                  a class of simulated PCs on this one, to try all of this

Exit codes:
  0    done: everything was measured, printed or started
  1    something failed, or a cell of `cotejo local` could not be measured
  2    the command, a sweep file, an image or a weight file is wrong; nothing was started
  3    no coordinator answers
  130  ended by Ctrl-C: `local` keeps what it has measured, a watched sweep goes on";

const LOCAL_EXAMPLES: &str = "\
Examples:
  cotejo local                                  the practice: ResNet18 at 224, 512 and 1024 pixels
  cotejo local --preset quick                   a few seconds
  cotejo local --models resnet18,mobilenet_v2 --sizes 224
  cotejo local --matmul 1024,4096               matrix products only
  cotejo local --precision f32,f16 --devices cpu,gpu
  cotejo local --image cat.jpg --weights resnet18.safetensors
  cotejo local class.toml --plan                what the file asks for, and how long it takes

Each precision has a table of its own. This program measures GPUs itself; plain candle on a GPU (--engine reference)
needs cotejo-worker-cuda beside it.
Ctrl-C keeps what is measured (`cotejo results` shows it); a second one ends at once.
Exit codes: 0 all measured, 1 a cell could not be measured, 2 bad input, 130 Ctrl-C.";

const DOCTOR_EXAMPLES: &str = "\
Examples:
  cotejo doctor
  cotejo doctor --coordinator http://teacher:7420   also its connection to the class
  cotejo doctor --format json

Exit codes: 0 all is well, 1 a problem, 2 bad input, 3 warnings only, 130 Ctrl-C.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  cotejo completions bash > ~/.local/share/bash-completion/completions/cotejo
  cotejo completions zsh > ~/.zfunc/_cotejo
  cotejo completions fish > ~/.config/fish/completions/cotejo.fish
  cotejo completions powershell >> $PROFILE

docs/shell.md says what else each shell needs.";

const MAN_EXAMPLES: &str = "\
Examples:
  cotejo man | man -l -
  cotejo man --output ~/.local/share/man/man1

docs/shell.md says where they are looked for.";

/// The hidden subcommand that is the worker.
pub(crate) const WORKER_SUBCOMMAND: &str = "__worker";
/// The hidden subcommand that is the worker of a simulated PC.
pub(crate) const SIMULATED_SUBCOMMAND: &str = "__simulated";

/// Everything that can be typed.
#[derive(Debug, Parser)]
#[command(name = "cotejo", version, about = ABOUT, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    /// The flags of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The command line with this environment, in which an empty variable is as one that is not set.
pub(crate) fn command() -> clap::Command {
    let mut command = Cli::command();
    for (argument, variable) in
        [("coordinator", variables::COORDINATOR), ("data_dir", variables::DATA_DIR), ("lang", variables::LANG)]
    {
        if variables::value_os(variable).is_none() {
            command = command.mut_arg(argument, |argument| argument.env(None::<&str>));
        }
    }
    command
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The coordinator to talk to, as URL or host:port
    #[arg(long, global = true, value_name = "URL", env = variables::COORDINATOR, help_heading = "Global options")]
    pub(crate) coordinator: Option<String>,
    /// Where this PC keeps its own results; the platform's data folder by default
    #[arg(long, global = true, value_name = "FOLDER", env = variables::DATA_DIR, help_heading = "Global options")]
    pub(crate) data_dir: Option<PathBuf>,
    #[arg(long, global = true, value_name = "LANGUAGE", env = variables::LANG, help_heading = "Global options")]
    #[arg(help = format!("The language of what is said: {}; by default the system's", cotejo_language::languages()))]
    pub(crate) lang: Option<Language>,
    /// Say more on standard error; -vv says everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Measure this PC: CPU and GPU side by side, with no other PC and no network
    Local(LocalArgs),
    /// Say what keeps this PC from measuring well, and what to do about it
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor {
        /// How to write it
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DoctorFormat::Text)]
        format: DoctorFormat,
    },
    /// Show how the optimized engine computes a network on this PC, layer by layer
    Explain(ExplainArgs),
    /// Start, plan, follow and cancel sweeps of a class
    #[command(subcommand, arg_required_else_help = true)]
    Sweep(SweepVerb),
    /// The machines of a class
    #[command(subcommand, arg_required_else_help = true)]
    Machines(MachinesVerb),
    /// Show what was measured, in many formats; take it elsewhere, and bring it here
    Results(ResultsArgs),
    /// Show one PC's CPU times with GPU times beside them: its own, a classmate's, or the teacher's
    Compare(CompareArgs),
    /// Say in plain sentences what the figures show, and what they cannot
    Analyze(AnalyzeArgs),
    /// Write the practice's report: a student's, to be completed, or a teacher's of the class
    Report(ReportArgs),
    /// Times that were measured elsewhere, for those who have no GPU
    #[command(subcommand, arg_required_else_help = true)]
    Reference(ReferenceVerb),
    /// Draw what was measured: time over image size, speed-up, throughput, threads, the class
    Chart(ChartArgs),
    /// Show how the coordinator is
    Status,
    /// Rehearse a class on this PC: simulated PCs, made-up times, everything else as it will be
    Demo(DemoArgs),
    /// Print the script that lets a shell complete commands and flags
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        #[arg(value_enum, value_name = "SHELL")]
        shell: Shell,
    },
    /// Print this program's manual page, or write those of all commands
    #[command(after_help = MAN_EXAMPLES)]
    Man {
        /// Write a page for each command to this folder; pages that are there are replaced
        #[arg(short, long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// What `cotejo demo` runs once for each cell.
    #[command(name = SIMULATED_SUBCOMMAND, hide = true, disable_help_flag = true)]
    Simulated {
        /// Which simulated PC, and the worker's own arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// What `cotejo local` runs once for each cell.
    #[command(name = WORKER_SUBCOMMAND, hide = true, disable_help_flag = true)]
    Worker {
        /// The worker's own arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

/// `cotejo local`.
#[derive(Debug, Args)]
#[command(after_help = LOCAL_EXAMPLES)]
pub(crate) struct LocalArgs {
    /// What to measure.
    #[command(flatten)]
    pub(crate) sweep: SweepArgs,
    /// Print the cells and the expected duration, and measure nothing but what a budget needs to know
    #[arg(long)]
    pub(crate) plan: bool,
}

/// How a doctor's report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// `cotejo machines …`.
#[derive(Debug, Subcommand)]
pub(crate) enum MachinesVerb {
    /// List the machines with their devices
    List {
        /// How to write them
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Table)]
        format: ListFormat,
        /// Where to look.
        #[command(flatten)]
        source: SourceArgs,
    },
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

/// Where the reading commands look.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Read this PC's own results, and ask no coordinator
    #[arg(long)]
    pub(crate) local: bool,
}

/// The command line without its hidden subcommands, for completions.
pub(crate) fn visible() -> clap::Command {
    let whole = Cli::command();
    let subcommands = whole.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()).cloned();
    clap::Command::new(whole.get_name().to_owned())
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .args(whole.get_arguments().cloned())
        .subcommands(subcommands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
