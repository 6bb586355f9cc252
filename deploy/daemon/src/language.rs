//! Which language a program speaks: what its flag names, else the environment, the configuration file, or the system.

use cotejo_language::Language;
use serde::Deserialize;

use crate::folders;
use crate::settings::{Layer, SettingsError, from_layers};
use crate::variables;

/// The file of the settings that all programs share.
const FILE: &str = "cotejo.toml";

/// The settings that all programs share.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// `en` or `es`; without it the system's.
    #[serde(default)]
    lang: Option<String>,
}

/// The language of the flag, if one was given; else of the variable, of the configuration file, or of the system; English
/// where none of them names a language that Cotejo speaks.
pub fn chosen(flag: Option<Language>) -> Result<Language, SettingsError> {
    let named = match flag {
        Some(language) => Some(language),
        None => match of_variable()? {
            Some(language) => Some(language),
            None => of_file()?,
        },
    };
    Ok(named.or_else(of_system).unwrap_or(Language::English))
}

/// The same, where nothing can be complained of: what makes no sense is passed over.
pub fn likely(flag: Option<Language>) -> Language {
    let named = flag.or_else(|| of_variable().ok().flatten()).or_else(|| of_file().ok().flatten());
    named.or_else(of_system).unwrap_or(Language::English)
}

fn of_variable() -> Result<Option<Language>, SettingsError> {
    let parsed = |text: String| text.parse::<Language>();
    let language = variables::value(variables::LANG).map(parsed).transpose();
    language.map_err(|error| SettingsError::Value { key: variables::LANG, problem: error.to_string() })
}

fn of_file() -> Result<Option<Language>, SettingsError> {
    let Some(path) = folders::config_file(FILE).filter(|path| path.exists()) else { return Ok(None) };
    let settings: Settings = from_layers("", [Layer::file(&path)?])?;
    let language = settings.lang.map(|text| text.parse::<Language>()).transpose();
    let origin = || format!("the configuration file {}", path.display());
    language.map_err(|error| SettingsError::Key { origin: origin(), problem: format!("lang: {error}") })
}

fn of_system() -> Option<Language> {
    Language::of_locale(&sys_locale::get_locale()?)
}
