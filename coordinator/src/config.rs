//! The configuration: embedded defaults, then a file, then the environment, then flags, merged field by field.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use cotejo_channel::Address;
use cotejo_daemon::{Daemon, Shared, variables};
pub use cotejo_daemon::{Layer, Log, LogFormat, SettingsError};
use cotejo_language::Message;
use serde::{Deserialize, Serialize};

/// What holds where nothing else is said.
const DEFAULTS: &str = include_str!("defaults.toml");
/// Where the coordinator's settings are looked for.
pub const DAEMON: Daemon = Daemon {
    name: "coordinator",
    prefix: "COTEJO__COORDINATOR",
    shared: &[Shared { variable: variables::COORDINATOR, keys: &["listen"], setting: own_address, below_file: true }],
};
/// The longest drain: shutting down ends within 30 s.
const MAX_DRAIN_SECONDS: u64 = 25;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where agents and people connect; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database, the blobs and the lock.
    #[serde(default = "default_data_dir")]
    pub data_dir: PathBuf,
    /// Allow an address other than loopback, without encryption or identity.
    pub insecure: bool,
    /// Silence after which an agent is unreachable.
    pub lease_seconds: u64,
    /// Time from then on after which its job is given up.
    pub lost_after_seconds: u64,
    /// Tries at a job whose agent was lost, the first one included.
    pub max_attempts: u32,
    /// Time after which a queued job of an absent machine expires.
    pub queue_expiry_hours: u64,
    /// The largest blob.
    pub max_blob_mib: u64,
    /// Time that open streams have to close at shutdown.
    pub drain_seconds: u64,
    /// Logs, to standard error.
    pub log: Log,
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A source or a value, as it may be with any daemon.
    Settings(#[from] SettingsError),
    /// An address that others can reach, without identity or encryption.
    Exposed(SocketAddr),
}

impl ConfigError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Settings(error) => error.message(),
            Self::Exposed(address) => Message::new("coordinator-exposed").with("address", address),
        }
    }
}

cotejo_language::displayed_in_english!(ConfigError);

impl Default for Config {
    /// The embedded defaults.
    fn default() -> Self {
        cotejo_daemon::from_layers(DEFAULTS, []).expect("the embedded defaults are a valid configuration")
    }
}

impl Config {
    /// The defaults with each of these layers on top, checked.
    pub fn from_layers(layers: impl IntoIterator<Item = Layer>) -> Result<Self, ConfigError> {
        let config: Self = cotejo_daemon::from_layers(DEFAULTS, layers)?;
        config.validate()?;
        Ok(config)
    }

    /// Whether every value makes sense, before anything is bound or opened.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if !self.listen.ip().is_loopback() && !self.insecure {
            return Err(ConfigError::Exposed(self.listen));
        }
        if self.data_dir.as_os_str().is_empty() {
            return Err(SettingsError::no_data_folder().into());
        }
        for (key, value, least, most) in [
            ("lease_seconds", self.lease_seconds, 5, 3600),
            ("lost_after_seconds", self.lost_after_seconds, 1, 7 * 24 * 3600),
            ("max_attempts", u64::from(self.max_attempts), 1, 10),
            ("queue_expiry_hours", self.queue_expiry_hours, 1, 24 * 365),
            ("max_blob_mib", self.max_blob_mib, 1, 1 << 20),
            ("drain_seconds", self.drain_seconds, 0, MAX_DRAIN_SECONDS),
        ] {
            if !(least..=most).contains(&value) {
                return Err(SettingsError::out_of_range(key, value, least, most).into());
            }
        }
        Ok(self.log.validate()?)
    }

    /// Silence after which an agent is unreachable.
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }
}

/// Where a coordinator of this address listens, if that is this PC.
fn own_address(address: &str) -> Option<String> {
    Some(address.parse::<Address>().ok()?.loopback()?.to_string())
}

/// Empty where the system has no such folder, which `validate` reports.
fn default_data_dir() -> PathBuf {
    DAEMON.data_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Vec<Layer> {
        Layer::environment(DAEMON.prefix, pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    fn file(dir: &tempfile::TempDir, text: &str) -> Layer {
        let path = dir.path().join("coordinator.toml");
        std::fs::write(&path, text).unwrap();
        Layer::file(&path).unwrap()
    }

    #[test]
    fn defaults_are_valid() {
        let config = Config::from_layers([]).unwrap();
        assert_eq!(config, Config::default());
        assert_eq!((config.listen.port(), config.lease_seconds, config.max_attempts), (7420, 45, 2));
        assert!(config.data_dir.ends_with("coordinator"));
    }

    #[test]
    fn layers_merge_field_by_field_and_later_ones_win() {
        let dir = tempfile::tempdir().unwrap();
        let mut layers = vec![file(&dir, "lease_seconds = 30\nmax_attempts = 3\n[log]\nformat = \"json\"")];
        layers.extend(environment(&[
            ("COTEJO__COORDINATOR__LEASE_SECONDS", "20"),
            ("COTEJO__COORDINATOR__LOG__LEVEL", "debug"),
            ("COTEJO__COORDINATOR__INSECURE", "true"),
            ("COTEJO__AGENT__NAME", "not ours"),
        ]));
        layers.push(Layer::flag("--listen", &["listen"], "0.0.0.0:9000"));
        let config = Config::from_layers(layers).unwrap();
        assert_eq!((config.lease_seconds, config.max_attempts), (20, 3));
        let log = Log { level: "debug".to_owned(), format: LogFormat::Json };
        assert_eq!(config.log, log, "a variable leaves its sibling settings alone");
        assert_eq!((config.insecure, config.listen.port()), (true, 9000));
    }

    #[test]
    fn variables_of_all_programs_hold_for_the_coordinator_too() {
        let dir = tempfile::tempdir().unwrap();
        let read = |file: &str, address: &str| {
            let path = dir.path().join("coordinator.toml");
            std::fs::write(&path, file).unwrap();
            let set = [("COTEJO_COORDINATOR", address), ("COTEJO_DATA_DIR", "data"), ("COTEJO_LOG", "debug")];
            let set = set.map(|(name, text)| (name.to_owned(), text.to_owned()));
            Config::from_layers(DAEMON.layers(Some(path), set).unwrap()).unwrap()
        };
        let config = read("", "http://localhost:17420");
        assert_eq!(config.listen.to_string(), "127.0.0.1:17420");
        assert_eq!(config.data_dir, PathBuf::from("data").join("class").join("coordinator"));
        assert_eq!(config.log.level, "debug");
        let elsewhere = read("", "http://teacher:17420");
        assert_eq!(elsewhere.listen.to_string(), "127.0.0.1:7420", "another PC's address is nowhere to listen");
        let set = read("listen = '0.0.0.0:9000'\ninsecure = true", "http://localhost:17420");
        assert_eq!(set.listen.to_string(), "0.0.0.0:9000", "a class that is served goes on");
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_and_source() {
        let dir = tempfile::tempdir().unwrap();
        for (layers, key, origin) in [
            (vec![file(&dir, "lease = 3")], "`lease`", "coordinator.toml"),
            (vec![file(&dir, "[log]\ncolour = 3")], "`colour`", "coordinator.toml"),
            (environment(&[("COTEJO__COORDINATOR__LISTENS", "x")]), "`listens`", "COTEJO__COORDINATOR__LISTENS"),
            (environment(&[("COTEJO__COORDINATOR__INSECURE", "maybe")]), "boolean", "COTEJO__COORDINATOR__INSECURE"),
            (vec![Layer::flag("--listen", &["listen"], "nowhere")], "socket address", "--listen"),
        ] {
            let error = Config::from_layers(layers).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(origin), "{error}");
        }
    }

    #[test]
    fn bad_values_are_refused_before_anything_is_bound() {
        let set = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.validate().unwrap_err().to_string()
        };
        assert!(set(|config| config.listen = "0.0.0.0:7420".parse().unwrap()).contains("--insecure"));
        assert!(set(|config| config.lease_seconds = 0).starts_with("lease_seconds"));
        assert!(set(|config| config.max_attempts = 0).starts_with("max_attempts"));
        assert!(set(|config| config.drain_seconds = 60).starts_with("drain_seconds"));
        assert!(set(|config| config.log.level = "very=loud=x".to_owned()).starts_with("log.level"));
        assert!(set(|config| config.data_dir = PathBuf::new()).contains("--data-dir"));
        let exposed = Config { listen: "[::]:1".parse().unwrap(), insecure: true, ..Config::default() };
        assert!(exposed.validate().is_ok());
    }

    #[test]
    fn a_missing_or_broken_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = Layer::file(&dir.path().join("none.toml")).unwrap_err();
        assert!(missing.to_string().contains("none.toml"));
        std::fs::write(dir.path().join("bad.toml"), "listen = ").unwrap();
        let broken = Layer::file(&dir.path().join("bad.toml")).unwrap_err();
        assert!(broken.to_string().contains("bad.toml"), "{broken}");
    }
}
