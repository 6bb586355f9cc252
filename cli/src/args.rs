//! The command line as it is typed. `request` checks it and makes it whole.

mod chart;
mod compare;
mod document;
mod report;
mod results;
mod sweep;
mod transfer;
mod which;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use cotejo_daemon::usage::BadValue;
use cotejo_daemon::variables;
use cotejo_language::Language;
use cotejo_model::{DeviceId, Model, Precision, Threads};

pub(crate) use self::chart::{ChartArgs, ChartKind};
pub(crate) use self::compare::{AnalyzeArgs, CompareArgs, WhoArgs, With};
pub(crate) use self::document::{DocumentArgs, Target, of_file, terminal};
pub(crate) use self::report::ReportArgs;
pub(crate) use self::results::ResultsArgs;
pub(crate) use self::sweep::{ClassArgs, SweepArgs};
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

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  cotejo explain                                  ResNet18 at 224 pixels, on all cores
  cotejo explain --model mobilenet_v2 --batch 8
  cotejo explain --exact                          without Winograd
  cotejo explain --device cuda:0 --precision f16  on a GPU
  cotejo explain --format csv > layers.csv

Exit codes: 0 explained, 1 it could not be, 2 bad input, 130 Ctrl-C.";

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

const DEMO_EXAMPLES: &str = "\
Examples:
  cotejo demo                         twenty PCs; other commands can be tried on them until Ctrl-C
  cotejo demo --agents 5 --once       five PCs, and no more than the table
  cotejo demo --seed 7                another class
  cotejo demo --sizes 64,128 --pace 5 another sweep, more slowly

Nothing is measured: every time is made up, and marked SIM or `simulated` wherever it stands.
Exit codes: 0 shown, 1 it could not be, 2 bad input, 130 Ctrl-C before the table.";

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

/// PCs of a demonstration at most: each takes some of the files that one process may open.
const MAX_AGENTS: i64 = 100;

/// `cotejo demo`.
#[derive(Debug, Args)]
#[command(after_help = DEMO_EXAMPLES)]
#[command(mut_arg("seed", |seed| seed.help("What draws the class and its times, and shuffles the cells")))]
pub(crate) struct DemoArgs {
    /// Simulated PCs, 1 to 100
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=MAX_AGENTS))]
    pub(crate) agents: u8,
    /// How many times faster than a real PC each of them measures
    #[arg(long, value_name = "TIMES", default_value_t = 50.0, value_parser = pace)]
    pub(crate) pace: f64,
    /// Where the class's coordinator listens, on this PC; any free port by default
    #[arg(long, value_name = "ADDRESS", value_parser = listen)]
    pub(crate) listen: Option<SocketAddr>,
    /// End after the table, instead of waiting for Ctrl-C
    #[arg(long)]
    pub(crate) once: bool,
    /// Keep the class's data in this folder, a new or an empty one; by default they are removed at the end
    #[arg(long, value_name = "FOLDER")]
    pub(crate) keep: Option<PathBuf>,
    /// What to measure; by default what the practice, the charts and the analysis want.
    #[command(flatten)]
    pub(crate) sweep: SweepArgs,
}

/// `cotejo explain`.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArgs {
    #[arg(long, value_name = "MODEL", default_value_t = Model::ResNet18, help = format!("Classifier: {}", Model::names()))]
    pub(crate) model: Model,
    /// Image size, in pixels a side
    #[arg(long, value_name = "PIXELS", default_value_t = 224)]
    pub(crate) size: u32,
    /// Images in one forward pass
    #[arg(long, value_name = "IMAGES", default_value_t = 1)]
    pub(crate) batch: u32,
    /// CPU threads: all (one a physical core), or a number
    #[arg(long, value_name = "THREADS", default_value_t = Threads::All)]
    pub(crate) threads: Threads,
    /// Device: cpu, or a GPU such as cuda:0
    #[arg(long, value_name = "DEVICE", default_value_t = DeviceId::Cpu)]
    pub(crate) device: DeviceId,
    /// Number format: f32; on GPUs also tf32, f16, bf16
    #[arg(long, value_name = "FORMAT", default_value_t = Precision::F32)]
    pub(crate) precision: Precision,
    /// Keep to direct convolution, without the rounding of faster algorithms
    #[arg(long)]
    pub(crate) exact: bool,
    /// Weights (.safetensors, .pth); random ones by default
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExplainFormat::Table)]
    pub(crate) format: ExplainFormat,
}

/// How a doctor's report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How an explanation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people
    Table,
    /// Everything, for programs
    Json,
    /// One row a layer, for spreadsheets
    Csv,
}

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

fn pace(text: &str) -> Result<f64, BadValue> {
    let pace = text.parse().ok().filter(|pace: &f64| pace.is_finite() && *pace >= 1.0);
    pace.ok_or_else(|| BadValue::new("value-pace"))
}

fn listen(text: &str) -> Result<SocketAddr, BadValue> {
    let address: SocketAddr = text.parse().map_err(|_| BadValue::new("value-listen"))?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(BadValue::new("value-listen-here"))
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
