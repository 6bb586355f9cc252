//! The agent's arguments, and how they become its settings.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cotejo_agent::config::{DAEMON, Layer, LogFormat};
use cotejo_agent::{Config, ConfigError};
use cotejo_daemon::usage::BadValue;
use cotejo_daemon::{Help, variables};
use cotejo_language::Language;

/// Measures this machine for a Cotejo coordinator.
#[derive(Debug, Parser)]
#[command(name = "cotejo-agent", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    /// What to do.
    pub(crate) command: Command,
    #[arg(long, global = true, value_name = "LANGUAGE")]
    #[arg(help = format!("The language of what is said: {}; by default the system's", cotejo_language::languages()))]
    pub(crate) lang: Option<Language>,
}

/// The help in other languages.
pub(crate) fn help() -> Help {
    Help { root: "agent-help", tables: vec![("languages", cotejo_language::languages())] }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Dial the coordinator and run its jobs, until stopped
    Run(Settings),
    /// Say what this machine is and what it can measure
    Probe {
        #[command(flatten)]
        settings: Settings,
        /// For people or for programs
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Say what keeps this machine from measuring well, and what to do about it
    #[command(after_help = DOCTOR_EXIT_CODES)]
    Doctor {
        #[command(flatten)]
        settings: Settings,
        /// For people or for programs
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

impl Command {
    /// The settings that it was given.
    pub(crate) fn settings(&self) -> &Settings {
        match self {
            Self::Run(settings) | Self::Probe { settings, .. } | Self::Doctor { settings, .. } => settings,
        }
    }
}

const DOCTOR_EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  there is a problem: something cannot be measured, or not be delivered
  2  the settings are wrong; nothing was looked at
  3  there are warnings only";

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people.
    Text,
    /// JSON.
    Json,
}

/// Each one also is a key of the configuration file and an environment variable `COTEJO__AGENT__…`
#[derive(Debug, Clone, Args)]
pub(crate) struct Settings {
    /// Where the coordinator listens [default: 127.0.0.1:7420]
    #[arg(long, value_name = "URL")]
    coordinator: Option<String>,
    /// What people call this machine [default: its host name]
    #[arg(long)]
    name: Option<String>,
    /// What sweeps can select this machine by, such as room=B12; may be repeated
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
    /// Identity, results that wait, images and weights
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The worker's program [default: cotejo-worker beside this one]
    #[arg(long, value_name = "FILE")]
    worker: Option<PathBuf>,
    /// The program of the worker for NVIDIA GPUs [default: cotejo-worker-cuda beside this one, if it is there]
    #[arg(long, value_name = "FILE")]
    cuda_worker: Option<PathBuf>,
    /// Dial any address, without encryption and without asking who answers
    #[arg(long)]
    insecure: bool,
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The form of log lines, which go to standard error
    #[arg(long, value_enum)]
    log_format: Option<LogFormat>,
}

fn label(text: &str) -> Result<(String, String), BadValue> {
    let (key, value) = text.split_once('=').ok_or_else(|| BadValue::new("value-label"))?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

impl Settings {
    /// Defaults, the file, the environment and these flags, merged and checked.
    pub(crate) fn resolve(self) -> Result<Config, ConfigError> {
        let mut flags = vec![
            Layer::given("--coordinator", &["coordinator"], self.coordinator),
            Layer::given("--name", &["name"], self.name),
            Layer::given_path("--data-dir", "data_dir", self.data_dir)?,
            Layer::given_path("--worker", "worker", self.worker)?,
            Layer::given_path("--cuda-worker", "cuda_worker", self.cuda_worker)?,
            Layer::given("--insecure", &["insecure"], self.insecure.then_some(true)),
            LogFormat::given(self.log_format),
        ];
        let label = |(key, value): (String, String)| Some(Layer::flag("--label", &["labels", &key], value));
        flags.extend(self.labels.into_iter().map(label));
        let layers = DAEMON.layers(self.config, variables::all())?;
        Config::from_layers(layers.into_iter().chain(flags.into_iter().flatten()))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_and_argument_has_its_spanish_help() {
        let spanish = Language::Spanish;
        assert_eq!(help().untranslated(&Cli::command(), spanish), Vec::<String>::new());
        help().in_language(Cli::command(), spanish).debug_assert();
    }
}
