//! Cotejo's texts for people, in the languages that it speaks. The texts are Project Fluent's `.ftl` files in `texts/`,
//! one file a subject; a text has the same name in every language.

mod message;
mod plans;
pub mod quantity;
mod reasons;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;
pub use message::{Message, Part};
pub use plans::compiled_for;
pub use reasons::{Sentences, absence, reason};

/// The files of one language, by subject.
macro_rules! texts {
    ($language:literal) => {
        texts!($language: "analysis", "charts", "daemons", "demo", "doctor", "documents", "files", "lists", "messages", "peers",
            "plan", "report", "results", "transfer", "usage")
    };
    ($language:literal: $($subject:literal),+) => {
        &[$(($subject, include_str!(concat!("../texts/", $language, "/", $subject, ".ftl")))),+]
    };
}

/// A language that Cotejo speaks. To add one: a variant here, a row in `LANGUAGES`, a folder of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
}

/// What is particular to a language: how it is called, how it writes numbers, and what other programs call it.
#[derive(Debug)]
pub struct Facts {
    /// The language.
    pub language: Language,
    /// Its code of ISO 639-1, which is also the folder of its texts.
    pub code: &'static str,
    /// Its name in English.
    pub name: &'static str,
    /// Its own name for itself.
    pub own_name: &'static str,
    /// What stands between a number's whole part and its decimals.
    pub decimal_sign: char,
    /// How it writes a day in a sentence, for strftime.
    pub date: &'static str,
    /// What spreadsheets that run in it expect between the fields of CSV.
    pub list_separator: char,
    /// Its tag in office documents: a language with its region.
    pub office_tag: &'static str,
    /// Its hyphenation patterns in LaTeX, and babel's options for it.
    pub latex: (&'static str, &'static str),
    /// Its texts, by subject.
    texts: &'static [(&'static str, &'static str)],
    /// The help of the commands; none of English, where it stands beside the arguments, in `cli/src/args.rs`.
    help: Option<&'static str>,
}

/// Every language, a row each, in the order of the variants.
pub const LANGUAGES: [Facts; 2] = [
    Facts {
        language: Language::English,
        code: "en",
        name: "English",
        own_name: "English",
        decimal_sign: '.',
        date: "%Y-%m-%d",
        list_separator: ',',
        office_tag: "en-GB",
        latex: ("english", "british"),
        texts: texts!("en"),
        help: None,
    },
    Facts {
        language: Language::Spanish,
        code: "es",
        name: "Spanish",
        own_name: "español",
        decimal_sign: ',',
        date: "%d/%m/%Y",
        list_separator: ';',
        office_tag: "es-ES",
        latex: ("spanish", "spanish,es-noshorthands,es-nodecimaldot"),
        texts: texts!("es"),
        help: Some(include_str!("../texts/es/help.ftl")),
    },
];

impl Language {
    /// Every language.
    pub const ALL: [Self; LANGUAGES.len()] = {
        let mut all = [Self::English; LANGUAGES.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = LANGUAGES[at].language;
            at += 1;
        }
        all
    };

    /// What is particular to it.
    pub fn facts(self) -> &'static Facts {
        &LANGUAGES[self as usize]
    }

    /// Its code of ISO 639-1.
    pub fn code(self) -> &'static str {
        self.facts().code
    }

    /// Whether the commands' help is translated into it, and not written in it beside the arguments.
    pub fn translates_help(self) -> bool {
        self.facts().help.is_some()
    }

    /// The language of a locale such as `es_ES.UTF-8` or `en-GB`; none if Cotejo does not speak it.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let code = locale.split(['_', '-', '.', '@']).next()?;
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }
}

/// The languages for people: `en (English), es (español)`.
pub fn languages() -> String {
    LANGUAGES.iter().map(|facts| format!("{} ({})", facts.code, facts.own_name)).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// The text names no language that Cotejo speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLanguage;

impl UnknownLanguage {
    /// What a person is told.
    pub fn message(&self) -> Message {
        Message::new("unknown-language").with("languages", languages())
    }
}

displayed_in_english!(UnknownLanguage);

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        Self::of_locale(text).ok_or(UnknownLanguage)
    }
}

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
        static LOADED: [OnceLock<Texts>; LANGUAGES.len()] = [const { OnceLock::new() }; LANGUAGES.len()];
        LOADED[language as usize].get_or_init(|| Self::load(language.facts()))
    }

    fn load(facts: &Facts) -> Self {
        let Facts { language, code, texts, help, .. } = facts;
        let identifier: LanguageIdentifier = code.parse().expect("a language's own code");
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // No marks of direction around arguments: all languages run left to right, and spreadsheets show the marks.
        bundle.set_use_isolating(false);
        for (name, text) in texts.iter().copied().chain(help.map(|help| ("help", help))) {
            let resource = FluentResource::try_new(text.to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{code}/{name}.ftl: {errors:?}"));
            bundle.add_resource(resource).unwrap_or_else(|errors| panic!("{code}/{name}.ftl: {errors:?}"));
        }
        Self { language: *language, bundle }
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

    /// The text of this name with its arguments, if there is one.
    pub fn try_fill(&self, name: &str, arguments: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let arguments: FluentArgs<'_> = arguments.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.find(name, Some(&arguments), &mut Vec::new())
    }

    /// The text of this name if there is one; it has no arguments.
    pub fn try_say(&self, name: &str) -> Option<String> {
        self.find(name, None, &mut Vec::new())
    }

    fn find(&self, name: &str, arguments: Option<&FluentArgs<'_>>, errors: &mut Vec<FluentError>) -> Option<String> {
        let pattern = self.bundle.get_message(name)?.value()?;
        Some(self.bundle.format_pattern(pattern, arguments, errors).into_owned())
    }

    /// A product's name, with a mark where a program only plays it.
    pub fn product(&self, name: &str, simulated: bool) -> String {
        if simulated { self.fill("product-simulated", &[("name", name.into())]) } else { name.to_owned() }
    }

    /// Written numbers as this language writes them: `0.0301 ± 0.0002` has decimal commas in Spanish.
    pub fn number<'a>(&self, written: &'a str) -> Cow<'a, str> {
        match self.language.facts().decimal_sign {
            '.' => Cow::Borrowed(written),
            sign => Cow::Owned(with_decimal_sign(written, sign)),
        }
    }
}

/// A point between two digits becomes this sign.
fn with_decimal_sign(text: &str, sign: char) -> String {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let is_decimal = |at: usize| digit(at.checked_sub(1)) && digit(Some(at + 1));
    text.char_indices().map(|(at, c)| if c == '.' && is_decimal(at) { sign } else { c }).collect()
}

#[cfg(test)]
mod tests;
