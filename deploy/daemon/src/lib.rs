//! What a daemon needs beside its own work, and the command line with it: settings in layers, folders, logs, signals,
//! files that are whole or not there, and its command line in the reader's language. A daemon's `main.rs` only wires these.

mod daemon;
pub mod files;
pub mod folders;
pub mod help;
pub mod language;
pub mod logs;
pub mod settings;
pub mod signals;
pub mod usage;
pub mod variables;

pub use daemon::{Daemon, Shared};
pub use help::Help;
pub use logs::{Log, LogFormat};
pub use settings::{Layer, SettingsError, from_layers};
