//! The configuration: embedded defaults, then a file, then the environment, then flags, merged field by field.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cotejo_channel::{Address, AddressError};
use cotejo_daemon::{Daemon, Shared, variables};
pub use cotejo_daemon::{Layer, Log, LogFormat, SettingsError};
use cotejo_language::Message;
use serde::{Deserialize, Serialize};

use crate::probe::host_name;
use crate::worker::WorkerCommand;
use crate::workers::Workers;

/// What holds where nothing else is said.
const DEFAULTS: &str = include_str!("defaults.toml");
/// Where the agent's settings are looked for.
pub const DAEMON: Daemon = Daemon {
    name: "agent",
    prefix: "COTEJO__AGENT",
    shared: &[Shared {
        variable: variables::COORDINATOR,
        keys: &["coordinator"],
        setting: |address| Some(address.to_owned()),
        below_file: false,
    }],
};
/// Characters of a name, of a label's key, or of its value at most.
const MAX_TEXT: usize = 100;
/// Labels at most.
const MAX_LABELS: usize = 32;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The coordinator, as `http://host:port`.
    pub coordinator: String,
    /// What people call this machine.
    #[serde(default = "host_name")]
    pub name: String,
    /// Room, seat, row: whatever sweeps are to select machines by.
    pub labels: BTreeMap<String, String>,
    /// Identity, results that wait, images and weights.
    #[serde(default = "default_data_dir")]
    pub data_dir: PathBuf,
    /// How to start a worker; in files, its program.
    #[serde(default = "WorkerCommand::beside_this_program")]
    pub worker: WorkerCommand,
    /// How to start the worker for NVIDIA GPUs, if its program is there; in files, its program.
    #[serde(default = "WorkerCommand::cuda_beside_this_program")]
    pub cuda_worker: WorkerCommand,
    /// Allow an address other than loopback, without encryption or identity.
    pub insecure: bool,
    /// Logs, to standard error. The program sets them up; `run` leaves logging alone.
    pub log: Log,
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A source or a value, as it may be with any daemon.
    Settings(#[from] SettingsError),
    /// An address on another machine, without identity or encryption.
    Exposed(Address),
}

impl ConfigError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Settings(error) => error.message(),
            Self::Exposed(address) => Message::new("agent-exposed").with("address", address),
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

    /// Whether every value makes sense, before anything is opened or dialled.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let coordinator = self.coordinator_address()?;
        if !coordinator.is_loopback() && !self.insecure {
            return Err(ConfigError::Exposed(coordinator));
        }
        let bad = |key, problem: Message| Err(ConfigError::from(SettingsError::Value { key, problem }));
        let text_rule = |name| Message::new(name).count("most", MAX_TEXT as u64);
        let is_text = |text: &str| {
            !text.trim().is_empty() && text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control)
        };
        if !is_text(&self.name) {
            return bad("name", text_rule("settings-text"));
        }
        if self.labels.len() > MAX_LABELS {
            let many = Message::new("settings-labels").count("count", self.labels.len() as u64);
            return bad("labels", many.count("most", MAX_LABELS as u64));
        }
        if let Some((key, value)) = self.labels.iter().find(|(key, value)| !is_text(key) || !is_text(value)) {
            let label = format!("{key:?} = {value:?}");
            return bad("labels", text_rule("settings-label").with("label", label));
        }
        if self.data_dir.as_os_str().is_empty() {
            return Err(SettingsError::no_data_folder().into());
        }
        Ok(self.log.validate()?)
    }

    /// The two workers.
    pub fn workers(&self) -> Workers {
        Workers::new(self.worker.clone(), self.cuda_worker.clone())
    }

    /// The coordinator's address, completed.
    pub(crate) fn coordinator_address(&self) -> Result<Address, ConfigError> {
        let bad = |error: AddressError| SettingsError::Value {
            key: "coordinator",
            problem: Message::joined([error.message(), AddressError::remedy()], "; "),
        };
        Ok(self.coordinator.parse().map_err(bad)?)
    }
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
        let path = dir.path().join("agent.toml");
        std::fs::write(&path, text).unwrap();
        Layer::file(&path).unwrap()
    }

    #[test]
    fn defaults_are_valid() {
        let config = Config::from_layers([]).unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.coordinator_address().unwrap(), Address::default());
        assert!(config.data_dir.ends_with("agent"));
        assert!(config.worker.program.to_string_lossy().contains("cotejo-worker"));
        assert!(config.cuda_worker.program.to_string_lossy().contains("cotejo-worker-cuda"));
    }

    #[test]
    fn layers_merge_field_by_field_and_later_ones_win() {
        let dir = tempfile::tempdir().unwrap();
        let mut layers = vec![file(
            &dir,
            "name = \"a\"\nworker = \"w\"\ncuda_worker = \"g\"\n[labels]\nroom = \"B12\"\nseat = \"1\"\n[log]\nformat = \"json\"",
        )];
        layers.extend(environment(&[
            ("COTEJO__AGENT__LABELS__SEAT", "2"),
            ("COTEJO__AGENT__LOG__LEVEL", "debug"),
            ("COTEJO__AGENT__INSECURE", "true"),
            ("COTEJO__AGENT__COORDINATOR", "server"),
            ("COTEJO__AGENT__CUDA_WORKER", "from the environment"),
            ("COTEJO__COORDINATOR__LISTEN", "not ours"),
        ]));
        layers.push(Layer::flag("--label", &["labels", "row"], "3"));
        layers.push(Layer::flag("--name", &["name"], "b"));
        let config = Config::from_layers(layers).unwrap();
        assert_eq!((config.name.as_str(), config.worker), ("b", PathBuf::from("w").into()));
        assert_eq!(config.cuda_worker, PathBuf::from("from the environment").into());
        let labels = [("room", "B12"), ("row", "3"), ("seat", "2")];
        assert_eq!(config.labels, labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
        assert_eq!(config.log, Log { level: "debug".to_owned(), format: LogFormat::Json });
        assert!(config.insecure);
    }

    #[test]
    fn variables_of_all_programs_hold_for_the_agent_too() {
        let set = [("COTEJO_COORDINATOR", "localhost:17420"), ("COTEJO_DATA_DIR", "data"), ("COTEJO_LOG", "debug")];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.toml");
        std::fs::write(&path, "coordinator = 'teacher'\n[log]\nlevel = 'warn'").unwrap();
        let read = |more: &[(&str, &str)]| {
            let set = set.iter().chain(more).map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            Config::from_layers(DAEMON.layers(Some(path.clone()), set).unwrap()).unwrap()
        };
        let config = read(&[("COTEJO__AGENT__NAME", "")]);
        assert_eq!((config.coordinator.as_str(), config.log.level.as_str()), ("localhost:17420", "debug"));
        assert_eq!(config.data_dir, PathBuf::from("data").join("class").join("agent"));
        assert_eq!(config.name, host_name(), "an empty variable is not set");
        let own = read(&[("COTEJO__AGENT__COORDINATOR", "localhost:1"), ("COTEJO__AGENT__DATA_DIR", "mine")]);
        assert_eq!((own.coordinator.as_str(), own.data_dir), ("localhost:1", PathBuf::from("mine")));
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_and_source() {
        let dir = tempfile::tempdir().unwrap();
        for (layers, key, origin) in [
            (vec![file(&dir, "cordinator = \"x\"")], "`cordinator`", "agent.toml"),
            (vec![file(&dir, "[log]\ncolour = 3")], "`colour`", "agent.toml"),
            (environment(&[("COTEJO__AGENT__NAMES", "x")]), "`names`", "COTEJO__AGENT__NAMES"),
            (environment(&[("COTEJO__AGENT__INSECURE", "maybe")]), "boolean", "COTEJO__AGENT__INSECURE"),
            (environment(&[("COTEJO__AGENT__LABELS", "room")]), "map", "COTEJO__AGENT__LABELS"),
        ] {
            let error = Config::from_layers(layers).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(origin), "{error}");
        }
    }

    #[test]
    fn only_this_machine_is_dialled_unless_that_is_accepted() {
        let of =
            |coordinator: &str, insecure| Config { coordinator: coordinator.to_owned(), insecure, ..Config::default() };
        for local in ["127.0.0.1", "127.9.9.9:1", "localhost", "[::1]:7420"] {
            of(local, false).validate().unwrap();
        }
        for other in ["10.0.0.1", "server", "localhost.example.org", "[2001:db8::1]"] {
            assert!(of(other, false).validate().unwrap_err().to_string().contains("--insecure"), "{other}");
            of(other, true).validate().unwrap();
        }
    }

    #[test]
    fn bad_values_are_refused() {
        let set = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.validate().unwrap_err().to_string()
        };
        assert!(set(|config| config.name = " ".to_owned()).starts_with("name"));
        assert!(set(|config| config.labels = [("room".to_owned(), "a\nb".to_owned())].into()).starts_with("labels"));
        assert!(
            set(|config| config.labels = (0..33).map(|i| (i.to_string(), "x".to_owned())).collect()).contains("33")
        );
        assert!(set(|config| config.data_dir = PathBuf::new()).contains("--data-dir"));
        assert!(set(|config| config.log.level = "very=loud=x".to_owned()).starts_with("log.level"));
    }

    #[test]
    fn a_missing_or_broken_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = Layer::file(&dir.path().join("none.toml")).unwrap_err();
        assert!(missing.to_string().contains("none.toml"));
        std::fs::write(dir.path().join("bad.toml"), "name = ").unwrap();
        let broken = Layer::file(&dir.path().join("bad.toml")).unwrap_err();
        assert!(broken.to_string().contains("bad.toml"), "{broken}");
    }
}
