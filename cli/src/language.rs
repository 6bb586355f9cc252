//! Which language results and their help are in.

use std::sync::OnceLock;

use cotejo_daemon::language;
use cotejo_language::{Language, Texts};

use crate::error::Error;

/// The flag, which is looked for before the command line is parsed: its help is in that language too.
const FLAG: &str = "--lang";

/// The texts of the language that was asked for.
pub(crate) fn texts(flag: Option<Language>) -> Result<&'static Texts, Error> {
    language::chosen(flag).map(Texts::of).map_err(Error::usage)
}

/// The language of the help: as `texts`, but from arguments that were not parsed, and with nothing to complain of.
pub(crate) fn of_help(arguments: &[std::ffi::OsString]) -> Language {
    let arguments: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after = |pair: &[&str]| (pair[0] == FLAG).then(|| pair[1].to_owned());
    let joined = |argument: &&str| argument.strip_prefix(FLAG)?.strip_prefix('=').map(str::to_owned);
    let flag = arguments.windows(2).find_map(after).or_else(|| arguments.iter().find_map(joined));
    language::likely(flag.and_then(|text| text.parse().ok()))
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
