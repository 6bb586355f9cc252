//! Cotejo's texts for people, in the languages that it speaks. The texts are Project Fluent's `.ftl` files in `texts/`,
//! one file a subject; a text has the same name in every language.

mod said;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;

/// A language that Cotejo speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// Its code of ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The language of a locale such as `es_ES.UTF-8` or `en-GB`; none if Cotejo does not speak it.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let code = locale.split(['_', '-', '.', '@']).next()?;
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// The text names no language that Cotejo speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLanguage;

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown language; known: en (English), es (Spanish)")
    }
}

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        Self::of_locale(text).ok_or(UnknownLanguage)
    }
}

/// The files of one language, by subject.
macro_rules! files {
    ($language:literal) => {
        &[
            ("analysis", include_str!(concat!("../texts/", $language, "/analysis.ftl"))),
            ("charts", include_str!(concat!("../texts/", $language, "/charts.ftl"))),
            ("documents", include_str!(concat!("../texts/", $language, "/documents.ftl"))),
            ("demo", include_str!(concat!("../texts/", $language, "/demo.ftl"))),
            ("peers", include_str!(concat!("../texts/", $language, "/peers.ftl"))),
            ("plan", include_str!(concat!("../texts/", $language, "/plan.ftl"))),
            ("report", include_str!(concat!("../texts/", $language, "/report.ftl"))),
            ("said", include_str!(concat!("../texts/", $language, "/said.ftl"))),
            ("results", include_str!(concat!("../texts/", $language, "/results.ftl"))),
            ("transfer", include_str!(concat!("../texts/", $language, "/transfer.ftl"))),
        ]
    };
}

const ENGLISH: &[(&str, &str)] = files!("en");
const SPANISH: &[(&str, &str)] = files!("es");
/// What the commands' help says in Spanish; in English it stands beside the arguments, in `cli/src/args.rs`.
const SPANISH_HELP: &str = include_str!("../texts/es/help.ftl");

/// The texts of one language.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Texts").field(&self.language).finish()
    }
}

impl Texts {
    /// The texts of this language.
    pub fn of(language: Language) -> &'static Self {
        static ENGLISH_TEXTS: OnceLock<Texts> = OnceLock::new();
        static SPANISH_TEXTS: OnceLock<Texts> = OnceLock::new();
        match language {
            Language::English => ENGLISH_TEXTS.get_or_init(|| Self::load(language, ENGLISH)),
            Language::Spanish => {
                let with_help = || SPANISH.iter().copied().chain([("help", SPANISH_HELP)]).collect::<Vec<_>>();
                SPANISH_TEXTS.get_or_init(|| Self::load(language, &with_help()))
            }
        }
    }

    fn load(language: Language, files: &[(&str, &str)]) -> Self {
        let identifier: LanguageIdentifier = language.code().parse().expect("a language's own code");
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // No marks of direction around arguments: both languages run left to right, and spreadsheets show the marks.
        bundle.set_use_isolating(false);
        for (name, text) in files {
            let resource = FluentResource::try_new((*text).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{language}/{name}.ftl: {errors:?}"));
            bundle.add_resource(resource).unwrap_or_else(|errors| panic!("{language}/{name}.ftl: {errors:?}"));
        }
        Self { language, bundle }
    }

    /// Which language this is.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of this name.
    pub fn say(&self, name: &str) -> String {
        self.fill(name, &[])
    }

    /// The text of this name with its arguments. A number selects a plural, and is written as whole numbers are; other
    /// numbers come as text, written by `number`.
    pub fn fill(&self, name: &str, arguments: &[(&str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = arguments.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = self.find(name, Some(&arguments), &mut errors);
        debug_assert!(errors.is_empty(), "{}: {name}: {errors:?}", self.language);
        debug_assert!(text.is_some(), "{}: there is no text {name}", self.language);
        text.unwrap_or_else(|| name.to_owned())
    }

    /// The text of this name if there is one; it has no arguments.
    pub fn try_say(&self, name: &str) -> Option<String> {
        self.find(name, None, &mut Vec::new())
    }

    fn find(&self, name: &str, arguments: Option<&FluentArgs<'_>>, errors: &mut Vec<FluentError>) -> Option<String> {
        let pattern = self.bundle.get_message(name)?.value()?;
        Some(self.bundle.format_pattern(pattern, arguments, errors).into_owned())
    }

    /// Written numbers as this language writes them: `0.0301 ± 0.0002` has decimal commas in Spanish.
    pub fn number<'a>(&self, written: &'a str) -> Cow<'a, str> {
        match self.language {
            Language::English => Cow::Borrowed(written),
            Language::Spanish => Cow::Owned(with_decimal_commas(written)),
        }
    }
}

/// A point between two digits becomes a comma.
fn with_decimal_commas(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let comma =
        |(at, c): (usize, char)| if c == '.' && digit(at.checked_sub(1)) && digit(Some(at + 1)) { ',' } else { c };
    text.char_indices().map(comma).collect()
}

#[cfg(test)]
mod tests;
