//! `cotejo`: arguments, then a resolved command, then the conversation with a coordinator, then text.

mod args;
mod client;
mod commands;
mod complete;
mod draft;
mod embedded;
mod error;
mod fields;
mod file_problem;
mod files;
mod guesses;
mod help;
mod interrupt;
mod language;
mod message;
mod output;
mod progress;
mod reading;
mod reference_file;
mod request;
mod source;
mod sweep_file;
mod usage;

use std::process::ExitCode;

use clap::FromArgMatches;
use cotejo_daemon::{LogFormat, logs, variables};
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, Verb};
use crate::error::Error;
use crate::message::Message;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.len() < 2 {
        // clap's own way to do this takes a variable of the environment for an argument.
        arguments.push("--help".into());
    }
    let language = cotejo_daemon::language::of_arguments(&arguments);
    language::speak(language);
    let command = help::help().in_language(args::command(), language);
    let matches = command.try_get_matches_from(arguments);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return usage::refuse(error, language).into(),
    };
    match cli.verb {
        Verb::Worker { args } => return cotejo_worker::main_stdio(args),
        Verb::Simulated { args } => return cotejo_simulated::main_stdio(cotejo_worker::BUILD, args),
        _ => {}
    }
    match start(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::say(Message::words(error.said(language::spoken())));
            error.exit.into()
        }
    }
}

fn start(cli: Cli) -> Result<error::Exit, Error> {
    log_to_stderr(cli.global.verbose)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(Message::new("problem-start").with("error", error)))?;
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
        Some(filter) if verbose == 0 => EnvFilter::try_new(filter).map_err(|error| {
            Error::usage(Message::new("problem-variable").with("variable", variables::LOG).with("error", error))
        })?,
        _ => EnvFilter::new(level),
    };
    logs::start(filter, LogFormat::Text);
    Ok(())
}
