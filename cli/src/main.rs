//! `cotejo`: arguments, then a resolved command, then the conversation with a coordinator, then text.

mod args;
mod client;
mod commands;
mod draft;
mod embedded;
mod error;
mod fields;
mod files;
mod help;
mod interrupt;
mod language;
mod output;
mod progress;
mod reference_file;
mod request;
mod source;
mod sweep_file;

use std::process::ExitCode;

use clap::FromArgMatches;
use cotejo_daemon::{LogFormat, logs, variables};
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, Verb};
use crate::error::Error;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let command = help::in_language(args::command(), language::of_help(&arguments));
    let cli = Cli::from_arg_matches(&command.get_matches_from(arguments)).unwrap_or_else(|error| error.exit());
    match cli.verb {
        Verb::Worker { args } => return cotejo_worker::main_stdio(args),
        Verb::Simulated { args } => return cotejo_simulated::main_stdio(cotejo_worker::BUILD, args),
        _ => {}
    }
    match start(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::say(&error.to_string());
            error.exit.into()
        }
    }
}

fn start(cli: Cli) -> Result<error::Exit, Error> {
    log_to_stderr(cli.global.verbose)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start: {error}")))?;
    runtime.block_on(commands::run(cli))
}

fn log_to_stderr(verbose: u8) -> Result<(), Error> {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = match variables::value(variables::LOG) {
        Some(filter) if verbose == 0 => EnvFilter::try_new(filter)
            .map_err(|error| Error::usage(format!("the environment variable {}: {error}", variables::LOG)))?,
        _ => EnvFilter::new(level),
    };
    logs::start(filter, LogFormat::Text);
    Ok(())
}
