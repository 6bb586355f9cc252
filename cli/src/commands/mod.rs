//! What each command does.

mod calibrate;
mod doctor;
mod explain;
mod local;
mod read;
mod sweep;
mod watch;

use crate::args::{Cli, MachinesVerb, Verb};
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
        Verb::Results(args) => read::results(&global, args).await,
        Verb::Status => read::status(&global).await,
        Verb::Worker { .. } => unreachable!("a worker runs before anything else is set up"),
    }
}
