//! Which results a command is about: one rule for all of them.

use clap::Args;

use crate::client::Which;

/// Which sweeps' results.
#[derive(Debug, Args)]
pub(crate) struct WhichArgs {
    /// Sweeps by name, identity or the identity's last eight characters; every sweep by default, of each cell the newest
    /// time
    #[arg(value_name = "SWEEP")]
    sweeps: Vec<String>,
    /// Only the newest sweep with results
    #[arg(long, conflicts_with = "sweeps")]
    newest: bool,
    /// Every sweep, which is the default
    #[arg(long, hide = true, conflicts_with_all = ["sweeps", "newest"])]
    all: bool,
}

impl WhichArgs {
    /// What they mean.
    pub(crate) fn which(self) -> Which {
        match self {
            Self { newest: true, .. } => Which::Newest,
            Self { sweeps, .. } if sweeps.is_empty() => Which::All,
            Self { sweeps, .. } => Which::These(sweeps),
        }
    }
}
