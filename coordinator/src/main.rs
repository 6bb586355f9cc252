//! The coordinator's program: its flags, and what they start.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cotejo_coordinator::app::{self, StartError};
use cotejo_coordinator::config::{Config, ConfigError, DAEMON, Layer, LogFormat};
use cotejo_daemon::{signals, variables};

/// What a wrong flag or setting ends with.
const USAGE: u8 = 2;

/// Plans sweeps, gives their jobs to the agents of a class, keeps the measurements and compares them.
#[derive(Parser)]
#[command(name = "cotejo-coordinator", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until interrupted.
    Run(Run),
}

#[derive(clap::Args)]
struct Run {
    /// Where agents and people connect [default: 127.0.0.1:7420]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The folder of the database and the blobs [default: the platform's data folder]
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The configuration file [default: coordinator.toml in the platform's configuration folder, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Allow an address that others can reach, without encryption or identity
    #[arg(long)]
    insecure: bool,
    /// The form of the logs on standard error [default: text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

fn main() -> ExitCode {
    let Command::Run(run) = Cli::parse().command;
    let config = match configure(run) {
        Ok(config) => config,
        Err(error) => return fail(&error, USAGE),
    };
    config.log.start();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, 1),
    };
    match runtime.block_on(serve(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let usage = matches!(error.downcast_ref(), Some(StartError::Config(_)));
            fail(&error, if usage { USAGE } else { 1 })
        }
    }
}

fn fail(error: &dyn std::fmt::Display, code: u8) -> ExitCode {
    eprintln!("cotejo-coordinator: {error}");
    ExitCode::from(code)
}

fn configure(run: Run) -> Result<Config, ConfigError> {
    let flags = [
        Layer::given("--listen", &["listen"], run.listen),
        Layer::given("--insecure", &["insecure"], run.insecure.then_some(true)),
        LogFormat::given(run.log_format),
        Layer::given_path("--data-dir", "data_dir", run.data_dir)?,
    ];
    let layers = DAEMON.layers(run.config, variables::all())?;
    Config::from_layers(layers.into_iter().chain(flags.into_iter().flatten()))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let app = app::build(config).await?;
    let shutdown = signals::shutdown(|| signals::INTERRUPTED);
    // Whoever started this need not read it.
    let _ = writeln!(std::io::stdout(), "listening on {}, data in {}", app.addr, app.data_dir.display());
    Ok(app.run(shutdown).await?)
}
