//! Which language results and their help are in.

use std::path::PathBuf;
use std::sync::OnceLock;

use cotejo_daemon::{Layer, SettingsError};
use cotejo_language::{Language, Texts};
use directories::ProjectDirs;
use serde::Deserialize;

use crate::error::Error;
use crate::message::Message;

/// The flag, which is looked for before the command line is parsed: its help is in that language too.
const FLAG: &str = "--lang";
/// The variable that stands for the flag.
pub(crate) const VARIABLE: &str = "COTEJO_LANG";

/// The command line's own settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// `en` or `es`; without it the system's.
    #[serde(default)]
    lang: Option<String>,
}

/// The texts of the language that was asked for: by the flag, else by the variable, by the configuration file, or by the
/// system's own setting; English where none of them names a language that Cotejo speaks.
pub(crate) fn texts(flag: Option<Language>) -> Result<&'static Texts, Error> {
    let language = match flag {
        Some(language) => Some(language),
        None => configured()?,
    };
    Ok(Texts::of(language.or_else(of_system).unwrap_or(Language::English)))
}

/// The language of the help: as `texts`, but from arguments that were not parsed, and with nothing to complain of.
pub(crate) fn of_help(arguments: &[std::ffi::OsString]) -> Language {
    let arguments: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after = |pair: &[&str]| (pair[0] == FLAG).then(|| pair[1].to_owned());
    let joined = |argument: &&str| argument.strip_prefix(FLAG)?.strip_prefix('=').map(str::to_owned);
    let flag = arguments.windows(2).find_map(after).or_else(|| arguments.iter().find_map(joined));
    let named = flag.or_else(|| std::env::var(VARIABLE).ok());
    let named = named.and_then(|text| text.parse().ok());
    named.or_else(|| configured().ok().flatten()).or_else(of_system).unwrap_or(Language::English)
}

/// The language of this run, once it is known.
static SPOKEN: OnceLock<Language> = OnceLock::new();

/// From now on, what is said beside the output is in this language.
pub(crate) fn speak(language: Language) {
    SPOKEN.get_or_init(|| language);
}

/// The texts of what is said beside the output.
pub(crate) fn spoken() -> &'static Texts {
    Texts::of(SPOKEN.get().copied().unwrap_or(Language::English))
}

/// Where the configuration file is looked for.
fn file() -> Option<PathBuf> {
    ProjectDirs::from("", "", "cotejo").map(|dirs| dirs.config_dir().join("cotejo.toml"))
}

fn configured() -> Result<Option<Language>, Error> {
    let Some(path) = file().filter(|path| path.exists()) else { return Ok(None) };
    let settings: Settings = Layer::file(&path)
        .and_then(|layer| cotejo_daemon::from_layers("", [layer]))
        .map_err(|error: SettingsError| Error::usage(error))?;
    let language = settings.lang.map(|text| text.parse::<Language>()).transpose();
    language.map_err(|error| {
        let message = Message::new("problem-configuration").with("file", path.display());
        Error::usage(message.with("error", format!("lang: {error}")))
    })
}

fn of_system() -> Option<Language> {
    Language::of_locale(&sys_locale::get_locale()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_finds_its_language_in_unparsed_arguments() {
        let of = |line: &str| of_help(&line.split(' ').map(Into::into).collect::<Vec<_>>());
        assert_eq!(of("cotejo results --lang es --help"), Language::Spanish);
        assert_eq!(of("cotejo --lang=es help"), Language::Spanish);
        assert_eq!(of("cotejo --lang en --help"), Language::English);
    }
}
