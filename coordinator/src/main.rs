//! The coordinator's program: its flags, and what they start.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cotejo_coordinator::app::{self, StartError};
use cotejo_coordinator::config::{Config, ConfigError, DAEMON, Layer, LogFormat};
use cotejo_daemon::{Help, signals, usage, variables};
use cotejo_language::{Language, Message, Texts};

/// Plans sweeps, gives their jobs to the agents of a class, keeps the measurements and compares them.
#[derive(Parser)]
#[command(name = "cotejo-coordinator", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[arg(long, global = true, value_name = "LANGUAGE")]
    #[arg(help = format!("The language of what is said: {}; by default the system's", cotejo_language::languages()))]
    lang: Option<Language>,
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

/// The help in other languages.
fn help() -> Help {
    Help { root: "coordinator-help", tables: vec![("languages", cotejo_language::languages())] }
}

fn main() -> ExitCode {
    let (Cli { command: Command::Run(run), .. }, language) = match usage::parse(&help(), |cli: &Cli| cli.lang) {
        Ok(parsed) => parsed,
        Err(end) => return end,
    };
    let config = match configure(run) {
        Ok(config) => config,
        Err(error) => return usage::fail(&error.message(), language, usage::USAGE),
    };
    config.log.start();
    let served = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(serve(config, Texts::of(language))),
        Err(error) => Err((Message::new("problem-start").with("error", error), 1)),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err((message, code)) => usage::fail(&message, language, code),
    }
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

/// Serves until it is told to end; else what is said of the trouble, and the exit code.
async fn serve(config: Config, texts: &Texts) -> Result<(), (Message, u8)> {
    let app = app::build(config).await.map_err(|error| {
        let code = if matches!(error, StartError::Config(_)) { usage::USAGE } else { 1 };
        (error.message(), code)
    })?;
    let shutdown = signals::shutdown(|| signals::INTERRUPTED);
    let listening = Message::new("coordinator-listening").with("address", app.addr);
    let listening = listening.with("folder", app.data_dir.display()).said(texts);
    // A closed standard output is ignored.
    let _ = writeln!(std::io::stdout(), "{listening}");
    app.run(shutdown).await.map_err(|error| (error.message(), 1))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_argument_has_its_spanish_help() {
        let spanish = Language::Spanish;
        assert_eq!(help().untranslated(&Cli::command(), spanish), Vec::<String>::new());
        help().in_language(Cli::command(), spanish).debug_assert();
    }
}
