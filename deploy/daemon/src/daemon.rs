//! A daemon's settings: which file, which variables, in which order.

use std::path::PathBuf;

use crate::folders;
use crate::settings::{Layer, SettingsError};
use crate::variables;

/// The folder in `COTEJO_DATA_DIR` that daemons keep theirs in: a PC's own measurements lie beside it.
const CLASS: &str = "class";

/// One of Cotejo's daemons.
#[derive(Debug, Clone, Copy)]
pub struct Daemon {
    /// What its file and its folder are called.
    pub name: &'static str,
    /// How its own variables begin; `__` separates the levels of a key.
    pub prefix: &'static str,
    /// The settings that it takes from variables of all programs, besides its data folder and its log.
    pub shared: &'static [Shared],
}

/// A setting that a daemon takes from a variable of all programs.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    /// The variable.
    pub variable: &'static str,
    /// The levels of the key.
    pub keys: &'static [&'static str],
    /// The setting that the variable's text stands for; none if it says nothing to this daemon.
    pub setting: fn(&str) -> Option<String>,
    /// Whether the configuration file goes before it.
    pub below_file: bool,
}

impl Daemon {
    /// Where its configuration file is looked for when none is named.
    pub fn default_file(&self) -> Option<PathBuf> {
        folders::config_file(&format!("{}.toml", self.name))
    }

    /// Its data folder when none is named. Empty where the system has no folder for data, which the daemon's own check
    /// of its settings reports.
    pub fn data_dir(&self) -> PathBuf {
        folders::data_dir(self.name).unwrap_or_default()
    }

    /// Everything that was set, each layer above the one before it: what all programs share, the file (this one, or the
    /// default one if it exists), the daemon's own variables. Flags come on top of these.
    pub fn layers(
        &self,
        file: Option<PathBuf>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<Layer>, SettingsError> {
        let environment: Vec<_> = environment.into_iter().collect();
        let mut layers = self.shared(&environment, true);
        if let Some(file) = file.or_else(|| self.default_file().filter(|file| file.exists())) {
            layers.push(Layer::file(&file)?);
        }
        layers.extend(self.shared(&environment, false));
        layers.extend(Layer::environment(self.prefix, environment));
        Ok(layers)
    }

    fn shared(&self, environment: &[(String, String)], below_file: bool) -> Vec<Layer> {
        let set = |name: &str| {
            let (_, text) = environment.iter().find(|(found, text)| found == name && !text.is_empty())?;
            Some(text)
        };
        let mut layers: Vec<_> = (self.shared.iter().filter(|shared| shared.below_file == below_file))
            .filter_map(|shared| {
                let setting = (shared.setting)(set(shared.variable)?)?;
                Some(Layer::variable(shared.variable, shared.keys, setting))
            })
            .collect();
        if below_file {
            return layers;
        }
        if let Some(level) = set(variables::LOG) {
            layers.push(Layer::variable(variables::LOG, &["log", "level"], level.clone()));
        }
        if let Some(folder) = set(variables::DATA_DIR) {
            // It is Unicode, as its parts are.
            let folder = PathBuf::from(folder).join(CLASS).join(self.name).to_string_lossy().into_owned();
            layers.push(Layer::variable(variables::DATA_DIR, &["data_dir"], folder));
        }
        layers
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde::Deserialize;

    use super::*;
    use crate::settings::from_layers;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Settings {
        peer: String,
        listen: String,
        data_dir: PathBuf,
    }

    const TEST: Daemon = Daemon {
        name: "test",
        prefix: "COTEJO__TEST",
        shared: &[
            Shared {
                variable: variables::COORDINATOR,
                keys: &["peer"],
                setting: |text| Some(text.to_owned()),
                below_file: false,
            },
            Shared {
                variable: variables::COORDINATOR,
                keys: &["listen"],
                setting: |text| text.strip_prefix("http://").map(str::to_owned),
                below_file: true,
            },
        ],
    };

    fn read(file: &str, environment: &[(&str, &str)]) -> Settings {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("test.toml");
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let layers = TEST.layers(Some(path), environment).unwrap();
        from_layers("peer = 'default'\nlisten = 'default'\ndata_dir = 'default'", layers).unwrap()
    }

    #[test]
    fn variables_of_all_programs_lie_below_the_daemons_own() {
        let shared = [("COTEJO_COORDINATOR", "http://pc"), ("COTEJO_DATA_DIR", "data")];
        let found = read("", &shared);
        assert_eq!((found.peer.as_str(), found.listen.as_str()), ("http://pc", "pc"));
        assert_eq!(found.data_dir, Path::new("data").join("class").join("test"));
        let found = read("peer = 'file'\nlisten = 'file'\ndata_dir = 'file'", &shared);
        assert_eq!((found.peer.as_str(), found.listen.as_str()), ("http://pc", "file"));
        assert_eq!(found.data_dir, Path::new("data").join("class").join("test"));
        let own = [("COTEJO__TEST__PEER", "own"), ("COTEJO__TEST__DATA_DIR", "own")];
        let found = read("", &[shared.as_slice(), own.as_slice()].concat());
        assert_eq!((found.peer.as_str(), found.data_dir.as_path()), ("own", Path::new("own")));
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let empty = ["COTEJO_COORDINATOR", "COTEJO_DATA_DIR", "COTEJO__TEST__PEER", "COTEJO__TEST__DATA_DIR"];
        let found = read("peer = 'file'", &empty.map(|name| (name, "")));
        assert_eq!((found.peer.as_str(), found.data_dir.as_path()), ("file", Path::new("default")));
    }

    #[test]
    fn a_variable_that_says_nothing_to_a_daemon_is_passed_over() {
        assert_eq!(read("", &[("COTEJO_COORDINATOR", "pc")]).listen, "default");
    }
}
