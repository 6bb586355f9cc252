//! The agent as a program of its own: its arguments, and what they start.

mod args;
mod show;

use std::io::{self, Write};
use std::process::ExitCode;

use cotejo_agent::conditions::Monitor;
use cotejo_agent::doctor::{self, Subject};
use cotejo_agent::nvidia::Nvidia;
use cotejo_agent::{Config, Error, probe};
use cotejo_daemon::{signals, usage};
use cotejo_language::{Language, Texts};

use crate::args::{Cli, Command, Format};

#[tokio::main]
async fn main() -> ExitCode {
    let (Cli { command, .. }, language) = match usage::parse(&args::help(), |cli: &Cli| cli.lang) {
        Ok(parsed) => parsed,
        Err(end) => return end,
    };
    let config = match command.settings().clone().resolve() {
        Ok(config) => config,
        Err(error) => return failed(&error.into(), language),
    };
    config.log.start();
    match command {
        Command::Run(_) => run(config, language).await,
        Command::Probe { format, .. } => probe(&config, format, language).await,
        Command::Doctor { format, .. } => doctor(&config, format, language).await,
    }
}

async fn run(config: Config, language: Language) -> ExitCode {
    match cotejo_agent::run(config, signals::shutdown(|| 1)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error, language),
    }
}

async fn probe(config: &Config, format: Format, language: Language) -> ExitCode {
    let probed = probe::probe(&config.workers(), &Monitor::new(), &Nvidia::of_this_machine()).await;
    print(&match format {
        Format::Json => serde_json::to_string_pretty(&probed.capability).expect("its keys are texts") + "\n",
        Format::Text => show::machine(&probed.capability, Texts::of(language)),
    });
    ExitCode::SUCCESS
}

async fn doctor(config: &Config, format: Format, language: Language) -> ExitCode {
    let (workers, nvidia, texts) = (config.workers(), Nvidia::of_this_machine(), Texts::of(language));
    let subject = Subject {
        workers: &workers,
        nvidia: &nvidia,
        data_dir: &config.data_dir,
        coordinator: Some(&config.coordinator),
    };
    let report = doctor::examine_aloud(subject, texts).await;
    print(&match format {
        Format::Json => report.json(),
        Format::Text => report.text(texts),
    });
    ExitCode::from(report.exit_code())
}

/// A reader that has seen enough is no failure.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

fn failed(error: &Error, language: Language) -> ExitCode {
    let code = if matches!(error, Error::Config(_)) { usage::USAGE } else { 1 };
    usage::fail(&error.message(), language, code)
}
