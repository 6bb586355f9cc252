//! The coordinator's program: flags, logs and signals.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cotejo_coordinator::app::{self, StartError};
use cotejo_coordinator::config::{self, Config, ConfigError, Layer, LogFormat, SettingsError};
use tokio_util::sync::CancellationToken;

/// What a wrong flag or setting ends with.
const USAGE: u8 = 2;
/// What an interrupted program ends with, by custom.
const INTERRUPTED: i32 = 130;

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
    start_logs(&config);
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

/// The layers in their order: file, environment, flags.
fn configure(run: Run) -> Result<Config, ConfigError> {
    let mut layers = Vec::new();
    if let Some(file) = run.config.or_else(|| config::default_file().filter(|file| file.exists())) {
        layers.push(Layer::file(&file)?);
    }
    // A variable whose name or value is not text cannot be one of ours.
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    layers.extend(Layer::environment(config::PREFIX, variables));
    if let Some(listen) = run.listen {
        layers.push(Layer::flag("--listen", &["listen"], listen));
    }
    if run.insecure {
        layers.push(Layer::flag("--insecure", &["insecure"], true));
    }
    if let Some(format) = run.log_format {
        let name = match format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        layers.push(Layer::flag("--log-format", &["log", "format"], name));
    }
    if let Some(folder) = run.data_dir {
        let problem = || format!("{} is not valid Unicode", folder.display());
        let text = folder.to_str().ok_or_else(|| SettingsError::Value { key: "data_dir", problem: problem() })?;
        layers.push(Layer::flag("--data-dir", &["data_dir"], text));
    }
    Config::from_layers(layers)
}

fn start_logs(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log.level);
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let app = app::build(config).await?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        interrupted().await;
        stop.cancel();
        interrupted().await;
        std::process::exit(INTERRUPTED);
    });
    // Whoever started this need not read it.
    let _ = writeln!(std::io::stdout(), "listening on {}, data in {}", app.addr, app.data_dir.display());
    Ok(app.run(shutdown).await?)
}

/// The next request to end: Ctrl-C, or what the system sends.
#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return wait_for_ctrl_c().await;
    };
    tokio::select! {
        () = wait_for_ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// The next request to end: Ctrl-C, Ctrl-Break, a closed console, a shutdown.
#[cfg(windows)]
async fn interrupted() {
    use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_shutdown};
    let (Ok(mut broken), Ok(mut closed), Ok(mut ended)) = (ctrl_break(), ctrl_close(), ctrl_shutdown()) else {
        return wait_for_ctrl_c().await;
    };
    tokio::select! {
        () = wait_for_ctrl_c() => {}
        _ = broken.recv() => {}
        _ = closed.recv() => {}
        _ = ended.recv() => {}
    }
}

async fn wait_for_ctrl_c() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "Ctrl-C cannot be noticed");
        std::future::pending::<()>().await;
    }
}
