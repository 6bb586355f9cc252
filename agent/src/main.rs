//! The agent as a program of its own: arguments, logs, signals.

mod show;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cotejo_agent::conditions::Monitor;
use cotejo_agent::config::{Layer, LogFormat, PREFIX, default_file};
use cotejo_agent::doctor::{self, Subject};
use cotejo_agent::nvidia::Nvidia;
use cotejo_agent::{Config, ConfigError, Error, probe};
use show::Shown;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Measures this machine for a Cotejo coordinator.
#[derive(Debug, Parser)]
#[command(name = "cotejo-agent", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
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

const DOCTOR_EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  there is a problem: something cannot be measured, or not be delivered
  2  the settings are wrong; nothing was looked at
  3  there are warnings only";

/// What is done with the settings.
enum Errand {
    Run,
    Probe(Format),
    Doctor(Format),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Each one also is a key of the configuration file and an environment variable `COTEJO__AGENT__…`
#[derive(Debug, Args)]
struct Settings {
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

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a label is written KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

impl Settings {
    fn resolve(self) -> Result<Config, ConfigError> {
        let mut layers = Vec::new();
        if let Some(file) = self.config.or_else(|| default_file().filter(|file| file.exists())) {
            layers.push(Layer::file(&file)?);
        }
        layers.extend(Layer::environment(
            PREFIX,
            std::env::vars_os().filter_map(|(name, value)| {
                // What is not Unicode is not ours.
                Some((name.into_string().ok()?, value.into_string().ok()?))
            }),
        ));
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        let flags = [
            ("--coordinator", "coordinator", self.coordinator),
            ("--name", "name", self.name),
            ("--data-dir", "data_dir", self.data_dir.map(path)),
            ("--worker", "worker", self.worker.map(path)),
            ("--cuda-worker", "cuda_worker", self.cuda_worker.map(path)),
        ];
        let given = flags.into_iter().filter_map(|(flag, key, value)| Some(Layer::flag(flag, &[key], value?)));
        layers.extend(given);
        layers.extend(self.labels.into_iter().map(|(key, value)| Layer::flag("--label", &["labels", &key], value)));
        layers.extend(self.insecure.then(|| Layer::flag("--insecure", &["insecure"], true)));
        let format = self.log_format.and_then(|format| format.to_possible_value());
        layers.extend(format.map(|format| Layer::flag("--log-format", &["log", "format"], format.get_name())));
        Config::from_layers(layers)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let (settings, errand) = match Cli::parse().command {
        Command::Run(settings) => (settings, Errand::Run),
        Command::Probe { settings, format } => (settings, Errand::Probe(format)),
        Command::Doctor { settings, format } => (settings, Errand::Doctor(format)),
    };
    let config = match settings.resolve() {
        Ok(config) => config,
        Err(error) => return failed(&error.into()),
    };
    log(&config);
    match errand {
        Errand::Run => run(config).await,
        Errand::Probe(format) => probe(&config, format).await,
        Errand::Doctor(format) => doctor(&config, format).await,
    }
}

async fn run(config: Config) -> ExitCode {
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    match cotejo_agent::run(config, shutdown).await {
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

fn log(config: &Config) {
    let filter = EnvFilter::new(&config.log.level);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match config.log.format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().init(),
    }
}

/// The first signal asks for an end, the second one does not wait for it.
async fn stop_on_signal(shutdown: CancellationToken) {
    signal().await;
    tracing::info!("stopping; once more to stop at once");
    shutdown.cancel();
    signal().await;
    std::process::exit(1);
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("the process may listen to signals");
    let mut interrupt = signal(SignalKind::interrupt()).expect("the process may listen to signals");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(windows)]
async fn signal() {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let mut c = ctrl_c().expect("the process may listen to its console");
    let mut pause = ctrl_break().expect("the process may listen to its console");
    let mut close = ctrl_close().expect("the process may listen to its console");
    let mut shutdown = ctrl_shutdown().expect("the process may listen to its console");
    tokio::select! {
        _ = c.recv() => {}
        _ = pause.recv() => {}
        _ = close.recv() => {}
        _ = shutdown.recv() => {}
    }
}
