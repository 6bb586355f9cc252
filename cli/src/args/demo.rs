//! The arguments of `cotejo demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use cotejo_daemon::usage::BadValue;

use super::SweepArgs;

const EXAMPLES: &str = "\
Examples:
  cotejo demo                         twenty PCs; other commands can be tried on them until Ctrl-C
  cotejo demo --agents 5 --once       five PCs, and no more than the table
  cotejo demo --seed 7                another class
  cotejo demo --sizes 64,128 --pace 5 another sweep, more slowly

Nothing is measured: every time is made up, and marked SIM or `simulated` wherever it stands.
Exit codes: 0 shown, 1 it could not be, 2 bad input, 130 Ctrl-C before the table.";

/// PCs of a demonstration at most: each takes some of the files that one process may open.
const MAX_AGENTS: i64 = 100;

/// `cotejo demo`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(mut_arg("seed", |seed| seed.help("What draws the class and its times, and shuffles the cells")))]
pub(crate) struct DemoArgs {
    /// Simulated PCs, 1 to 100
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=MAX_AGENTS))]
    pub(crate) agents: u8,
    /// How many times faster than a real PC each of them measures
    #[arg(long, value_name = "TIMES", default_value_t = 50.0, value_parser = pace)]
    pub(crate) pace: f64,
    /// Where the class's coordinator listens, on this PC; any free port by default
    #[arg(long, value_name = "ADDRESS", value_parser = listen)]
    pub(crate) listen: Option<SocketAddr>,
    /// End after the table, instead of waiting for Ctrl-C
    #[arg(long)]
    pub(crate) once: bool,
    /// Keep the class's data in this folder, a new or an empty one; by default they are removed at the end
    #[arg(long, value_name = "FOLDER")]
    pub(crate) keep: Option<PathBuf>,
    /// What to measure; by default what the practice, the charts and the analysis want.
    #[command(flatten)]
    pub(crate) sweep: SweepArgs,
}

fn pace(text: &str) -> Result<f64, BadValue> {
    let pace = text.parse().ok().filter(|pace: &f64| pace.is_finite() && *pace >= 1.0);
    pace.ok_or_else(|| BadValue::new("value-pace"))
}

fn listen(text: &str) -> Result<SocketAddr, BadValue> {
    let address: SocketAddr = text.parse().map_err(|_| BadValue::new("value-listen"))?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(BadValue::new("value-listen-here"))
}
