//! What a daemon needs beside its own work, and the command line with it: settings in layers, folders, logs, signals,
//! files that are whole or not there, and the language of its texts. A daemon's `main.rs` only wires these.

mod daemon;
pub mod files;
pub mod folders;
pub mod language;
pub mod logs;
pub mod settings;
pub mod signals;
pub mod variables;

pub use daemon::{Daemon, Shared};
pub use logs::{Log, LogFormat};
pub use settings::{Layer, SettingsError, from_layers};
