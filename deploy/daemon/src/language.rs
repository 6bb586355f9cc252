//! Which language a program speaks: what its flag names, else the environment, the configuration file, or the system.

use std::ffi::OsString;

use cotejo_language::{Language, Message, UnknownLanguage};
use serde::Deserialize;

use crate::folders;
use crate::settings::{Layer, SettingsError, from_layers, origin_file};
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

/// The flag, which is looked for before a command line is parsed: its help is in that language too.
const FLAG: &str = "--lang";

/// The language of a command line's help and of what is wrong with it: as `likely`, from arguments that were not parsed.
pub fn of_arguments(arguments: &[OsString]) -> Language {
    let arguments: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after = |pair: &[&str]| (pair[0] == FLAG).then(|| pair[1].to_owned());
    let joined = |argument: &&str| argument.strip_prefix(FLAG)?.strip_prefix('=').map(str::to_owned);
    let flag = arguments.windows(2).find_map(after).or_else(|| arguments.iter().find_map(joined));
    likely(flag.and_then(|text| text.parse().ok()))
}

fn of_variable() -> Result<Option<Language>, SettingsError> {
    let parsed = |text: String| text.parse::<Language>();
    let language = variables::value(variables::LANG).map(parsed).transpose();
    language.map_err(|error| SettingsError::Value { key: variables::LANG, problem: error.message() })
}

fn of_file() -> Result<Option<Language>, SettingsError> {
    let Some(path) = folders::config_file(FILE).filter(|path| path.exists()) else { return Ok(None) };
    let settings: Settings = from_layers("", [Layer::file(&path)?])?;
    let language = settings.lang.map(|text| text.parse::<Language>()).transpose();
    let problem =
        |error: UnknownLanguage| Message::new("settings-value").with("key", "lang").of("problem", error.message());
    language.map_err(|error| SettingsError::Key { origin: origin_file(&path), problem: problem(error) })
}

fn of_system() -> Option<Language> {
    Language::of_locale(&sys_locale::get_locale()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_finds_its_language_in_unparsed_arguments() {
        let of = |line: &str| of_arguments(&line.split(' ').map(Into::into).collect::<Vec<_>>());
        assert_eq!(of("cotejo results --lang es --help"), Language::Spanish);
        assert_eq!(of("cotejo --lang=es help"), Language::Spanish);
        assert_eq!(of("cotejo --lang en --help"), Language::English);
    }
}
