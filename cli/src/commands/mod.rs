//! What each command does.

mod analyze;
mod calibrate;
mod chart;
mod compare;
mod completions;
mod deliver;
mod demo;
mod doctor;
mod explain;
mod local;
mod machine;
mod read;
mod reference;
mod report;
mod sweep;
mod transfer;
mod watch;

use crate::args::{Cli, MachinesVerb, ResultsArgs, Verb};
use crate::error::{Error, Exit};

/// Runs a command.
pub(crate) async fn run(cli: Cli) -> Result<Exit, Error> {
    let Cli { global, verb } = cli;
    match verb {
        Verb::Local(args) => local::run(&global, &args).await,
        Verb::Doctor { format } => doctor::run(&global, format).await,
        Verb::Explain(args) => explain::run(args).await,
        Verb::Sweep(verb) => sweep::run(&global, verb).await,
        Verb::Machines(MachinesVerb::List { format, source }) => read::machines(&global, format, source.local).await,
        Verb::Results(ResultsArgs { verb: Some(verb), .. }) => transfer::run(&global, verb).await,
        Verb::Results(args) => read::results(&global, args).await,
        Verb::Compare(args) => compare::run(&global, args).await,
        Verb::Analyze(args) => analyze::run(&global, args).await,
        Verb::Report(args) => report::run(&global, args).await,
        Verb::Reference(verb) => reference::run(&global, verb).await,
        Verb::Chart(args) => chart::run(&global, args).await,
        Verb::Status => read::status(&global).await,
        Verb::Demo(args) => demo::run(&global, &args).await,
        Verb::Completions { shell } => completions::completions(shell),
        Verb::Man { output } => completions::man(output.as_deref()),
        Verb::Worker { .. } | Verb::Simulated { .. } => unreachable!("a worker runs before anything else is set up"),
    }
}
