//! Which language results and their help are in.

use std::sync::OnceLock;

use cotejo_daemon::language;
use cotejo_language::{Language, Texts};

use crate::error::Error;

/// The texts of the language that was asked for.
pub(crate) fn texts(flag: Option<Language>) -> Result<&'static Texts, Error> {
    language::chosen(flag).map(Texts::of).map_err(|error| Error::usage(error.message()))
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
