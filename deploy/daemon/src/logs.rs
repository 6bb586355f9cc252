//! Log lines on standard error, for people or for programs that collect them.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use cotejo_language::Message;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use crate::settings::{Layer, SettingsError};

/// How to log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level, or levels by part.
    pub level: String,
    /// For people or for machines.
    pub format: LogFormat,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl TryFrom<String> for LogFormat {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::from_str(&text, false).map_err(|_| format!("`{text}` is neither `text` nor `json`"))
    }
}

impl Log {
    /// Whether the level can be understood.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let checked = EnvFilter::try_new(&self.level).map(drop);
        checked.map_err(|error| SettingsError::Value { key: "log.level", problem: Message::words(error) })
    }

    /// Begins to log as these settings say, to standard error. Once per process; the settings were validated before.
    pub fn start(&self) {
        start(EnvFilter::new(&self.level), self.format);
    }
}

impl LogFormat {
    /// The layer of the flag `--log-format`, if it was given.
    pub fn given(format: Option<Self>) -> Option<Layer> {
        let name = match format? {
            Self::Text => "text",
            Self::Json => "json",
        };
        Some(Layer::flag("--log-format", &["log", "format"], name))
    }
}

/// Begins to log what passes the filter, to standard error. Colours are for terminals.
pub fn start(filter: EnvFilter, format: LogFormat) {
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().init(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_checked_before_logging_begins() {
        let log = |level: &str| Log { level: level.to_owned(), format: LogFormat::Text };
        log("info,cotejo_worker=debug").validate().unwrap();
        assert!(log("very=loud=x").validate().unwrap_err().to_string().starts_with("log.level: "));
    }
}
