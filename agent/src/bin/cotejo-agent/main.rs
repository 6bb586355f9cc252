//! The agent as a program of its own: its arguments, and what they start.

mod args;
mod show;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use cotejo_agent::conditions::Monitor;
use cotejo_agent::doctor::{self, Subject};
use cotejo_agent::nvidia::Nvidia;
use cotejo_agent::{Config, Error, probe};
use cotejo_daemon::signals;

use crate::args::{Cli, Command, Format};
use crate::show::Shown;

#[tokio::main]
async fn main() -> ExitCode {
    let command = Cli::parse().command;
    let config = match command.settings().clone().resolve() {
        Ok(config) => config,
        Err(error) => return failed(&error.into()),
    };
    config.log.start();
    match command {
        Command::Run(_) => run(config).await,
        Command::Probe { format, .. } => probe(&config, format).await,
        Command::Doctor { format, .. } => doctor(&config, format).await,
    }
}

async fn run(config: Config) -> ExitCode {
    match cotejo_agent::run(config, signals::shutdown(|| 1)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

async fn probe(config: &Config, format: Format) -> ExitCode {
    let probed = probe::probe(&config.workers(), &Monitor::new(), &Nvidia::of_this_machine()).await;
    print(&match format {
        Format::Json => serde_json::to_string_pretty(&probed.capability).expect("its keys are texts") + "\n",
        Format::Text => Shown(&probed.capability).to_string(),
    });
    ExitCode::SUCCESS
}

async fn doctor(config: &Config, format: Format) -> ExitCode {
    let report = doctor::examine_aloud(Subject {
        workers: &config.workers(),
        nvidia: &Nvidia::of_this_machine(),
        data_dir: &config.data_dir,
        coordinator: Some(&config.coordinator),
    })
    .await;
    print(&match format {
        Format::Json => report.json(),
        Format::Text => report.text(),
    });
    ExitCode::from(report.exit_code())
}

/// A reader that has seen enough is no failure.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

fn failed(error: &Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(if matches!(error, Error::Config(_)) { 2 } else { 1 })
}
