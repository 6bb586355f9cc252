//! Settings in layers: embedded defaults, then a file, then the environment, then flags, merged field by field. What
//! can be set, and which values make sense, is each daemon's own.

use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{Config, ConfigBuilder, Environment, File, FileFormat, Map, Source, Value};
use cotejo_language::Message;
use serde::de::DeserializeOwned;

/// What separates the levels of a key in the name of a variable.
const SEPARATOR: &str = "__";

/// What is wrong with the configuration of any daemon.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A source is not TOML.
    Syntax {
        /// Which source.
        origin: Message,
        /// What and where.
        problem: String,
    },
    /// A key is unknown, or its value is of the wrong kind.
    Key {
        /// Which source.
        origin: Message,
        /// Which key, and what is wrong with it.
        problem: Message,
    },
    /// A value that makes no sense.
    Value {
        /// Which key.
        key: &'static str,
        /// What is wrong, and what would be right.
        problem: Message,
    },
}

impl SettingsError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Unreadable { path, source } => {
                Message::new("settings-unreadable").with("file", path.display()).with("error", source)
            }
            Self::Syntax { origin, problem } => {
                Message::new("settings-syntax").of("origin", origin.clone()).with("problem", problem)
            }
            Self::Key { origin, problem } => {
                Message::new("settings-key").of("origin", origin.clone()).of("problem", problem.clone())
            }
            Self::Value { key, problem } => {
                Message::new("settings-value").with("key", key).of("problem", problem.clone())
            }
        }
    }

    /// A number that is outside its limits.
    pub fn out_of_range(key: &'static str, value: u64, least: u64, most: u64) -> Self {
        let problem = Message::new("settings-range").with("value", value).with("least", least).with("most", most);
        Self::Value { key, problem }
    }

    /// A data folder that nobody names.
    pub fn no_data_folder() -> Self {
        Self::Value { key: "data_dir", problem: Message::new("settings-no-data-folder") }
    }
}

cotejo_language::displayed_in_english!(SettingsError);

/// One source of settings: where they come from, for messages, and what they say.
#[derive(Debug, Clone)]
pub struct Layer {
    origin: Message,
    source: Config,
}

impl Layer {
    /// A file.
    pub fn file(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
        Self::toml(origin_file(path), &text)
    }

    /// The variables that begin with this prefix: one layer each, so that a bad one is named.
    pub fn environment(prefix: &str, variables: impl IntoIterator<Item = (String, String)>) -> Vec<Self> {
        let layer = |(name, text): (String, String)| {
            // Scripts set variables to nothing where they mean to set none.
            if text.is_empty() {
                return None;
            }
            // The text stays a text until its field says what it is: a seat `01` is no number.
            let origin = origin_variable(&name);
            let only = Environment::with_prefix(prefix).separator(SEPARATOR).source(Some(Map::from([(name, text)])));
            let ours = only.collect().is_ok_and(|settings| !settings.is_empty());
            let source = ours.then(|| Config::builder().add_source(only).build())?.ok()?;
            Some(Self { origin, source })
        };
        let mut variables: Vec<(String, String)> = variables.into_iter().collect();
        variables.sort();
        variables.into_iter().filter_map(layer).collect()
    }

    /// A command-line flag that sets the value below these keys. The first one is a field, the others may be any text.
    pub fn flag(flag: &str, keys: &[&str], value: impl Into<Value>) -> Self {
        let (field, path) = keys.split_first().expect("a flag sets a field");
        let value = path.iter().rfold(value.into(), |value, key| Value::from(Map::from([((*key).to_owned(), value)])));
        let source = Config::builder().set_override(field, value).and_then(ConfigBuilder::<DefaultState>::build);
        let origin = Message::new("settings-flag").with("flag", flag);
        Self { origin, source: source.expect("a field's name is a valid key") }
    }

    /// A command-line flag, if it was given.
    pub fn given(flag: &str, keys: &[&str], value: Option<impl Into<Value>>) -> Option<Self> {
        value.map(|value| Self::flag(flag, keys, value))
    }

    /// A command-line flag that names a file or a folder, if it was given. Settings are text, so the name must be.
    pub fn given_path(flag: &str, key: &'static str, path: Option<PathBuf>) -> Result<Option<Self>, SettingsError> {
        path.map(|path| match path.to_str() {
            Some(text) => Ok(Self::flag(flag, &[key], text)),
            None => Err(SettingsError::Value {
                key,
                problem: Message::new("settings-not-unicode").with("path", path.display()),
            }),
        })
        .transpose()
    }

    /// A variable of all programs that sets the value below these keys.
    pub(crate) fn variable(name: &str, keys: &[&str], value: String) -> Self {
        Self { origin: origin_variable(name), ..Self::flag(name, keys, value) }
    }

    fn toml(origin: Message, text: &str) -> Result<Self, SettingsError> {
        match Config::builder().add_source(File::from_str(text, FileFormat::Toml)).build() {
            Ok(source) => Ok(Self { origin, source }),
            Err(error) => Err(SettingsError::Syntax { origin, problem: error.to_string() }),
        }
    }
}

/// Where a setting comes from that stands in this file.
pub(crate) fn origin_file(path: &Path) -> Message {
    Message::new("settings-file").with("file", path.display())
}

fn origin_variable(name: &str) -> Message {
    Message::new("settings-variable").with("variable", name)
}

/// The defaults with each of these layers on top. All are read after each layer, so that an error names its source.
pub fn from_layers<T: DeserializeOwned>(
    defaults: &str,
    layers: impl IntoIterator<Item = Layer>,
) -> Result<T, SettingsError> {
    let mut builder = Config::builder();
    let mut with = |Layer { origin, source }| {
        builder = std::mem::take(&mut builder).add_source(source);
        let merged = builder.build_cloned().and_then(Config::try_deserialize);
        merged.map_err(|error| SettingsError::Key { origin, problem: Message::words(error) })
    };
    let first = with(Layer::toml(Message::new("settings-defaults"), defaults)?)?;
    layers.into_iter().try_fold(first, |_, layer| with(layer))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::logs::{Log, LogFormat};

    const DEFAULTS: &str = "seconds = 5\nloud = false\n[labels]\n[log]\nlevel = \"info\"\nformat = \"text\"";

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        seconds: u64,
        loud: bool,
        labels: BTreeMap<String, String>,
        log: Log,
    }

    fn variable(name: &str, text: &str) -> Vec<Layer> {
        Layer::environment("TEST__PART", [(name.to_owned(), text.to_owned())])
    }

    fn file(text: &str) -> Result<Layer, SettingsError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("part.toml");
        std::fs::write(&path, text).unwrap();
        Layer::file(&path)
    }

    #[test]
    fn later_layers_win_field_by_field() {
        let mut layers = vec![
            file("seconds = 6\n[labels]\nroom = \"B12\"\nseat = \"1\"\n\"a.b\" = \"dot\"\n[log]\nformat = \"json\"")
                .unwrap(),
        ];
        layers.extend(variable("TEST__PART__SECONDS", "7"));
        layers.extend(variable("TEST__PART__LOUD", "true"));
        layers.extend(variable("TEST__PART__LABELS__SEAT", "01"));
        layers.extend(variable("TEST__OTHER__SECONDS", "not ours"));
        layers.extend(variable("TEST__PART__SECONDS", ""));
        layers.push(Layer::flag("--label", &["labels", "fila 1.ª"], "x"));
        layers.push(Layer::flag("--label", &["labels", "row"], "1e3"));
        layers.push(Layer::flag("--level", &["log", "level"], "debug"));
        let settings: Settings = from_layers(DEFAULTS, layers).unwrap();
        assert_eq!((settings.seconds, settings.loud), (7, true));
        let labels = [("a.b", "dot"), ("fila 1.ª", "x"), ("room", "B12"), ("row", "1e3"), ("seat", "01")];
        assert_eq!(settings.labels, labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
        assert_eq!(settings.log, Log { level: "debug".to_owned(), format: LogFormat::Json });
    }

    #[test]
    fn an_error_names_the_key_and_the_first_source_that_has_it() {
        let later = || Layer::flag("--level", &["log", "level"], "debug");
        for (mut layers, key, origin) in [
            (vec![file("second = 1").unwrap()], "`second`", "part.toml"),
            (vec![file("seconds = -1").unwrap()], "`seconds`", "part.toml"),
            (vec![file("[log]\ncolour = 3").unwrap()], "`colour`", "part.toml"),
            (variable("TEST__PART__", "x"), "unknown", "TEST__PART__"),
            (variable("TEST__PART__LOG", "x"), "`log`", "TEST__PART__LOG"),
            (variable("TEST__PART__SECONDS", "soon"), "`seconds`", "TEST__PART__SECONDS"),
            (vec![Layer::flag("--format", &["log", "format"], "xml")], "`text` nor `json`", "--format"),
        ] {
            layers.push(later());
            let error = from_layers::<Settings>(DEFAULTS, layers).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(origin) && !error.contains("--level"), "{error}");
        }
    }

    #[test]
    fn a_missing_or_broken_file_is_named() {
        let missing = Layer::file(Path::new("none.toml")).unwrap_err();
        assert!(matches!(missing, SettingsError::Unreadable { .. }) && missing.to_string().contains("none.toml"));
        let broken = file("seconds = ").unwrap_err();
        assert!(matches!(broken, SettingsError::Syntax { .. }) && broken.to_string().contains("part.toml"));
    }
}
