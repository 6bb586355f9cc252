//! Something to say, as data until it is written in the reader's language.

use std::fmt::Display;

use cotejo_model::Reason;
use fluent_bundle::FluentValue;

use crate::{Language, Texts, quantity};

/// Something to say to a person: a text with what fills it, a reason, or words that are said as they come.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The text of this name.
    Text {
        /// Its name.
        name: &'static str,
        /// What fills it.
        arguments: Vec<(&'static str, Part)>,
    },
    /// The sentence of a reason.
    Reason(Box<Reason>),
    /// What to do about a reason that has a remedy.
    Remedy(Box<Reason>),
    /// Several, one after another.
    Joined {
        /// Each of them.
        messages: Vec<Message>,
        /// What stands between them.
        separator: &'static str,
    },
    /// The words of a system, a library or another program, or a name.
    Words(String),
}

/// What fills a place of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A number, which may choose a plural.
    Count(u64),
    /// A size of memory or of a file.
    Bytes(u64),
    /// A written number, with a decimal point.
    Figure(String),
    /// Words.
    Words(String),
    /// Something with a text of its own.
    Message(Message),
}

impl Message {
    /// The text of this name.
    pub fn new(name: &'static str) -> Self {
        Self::Text { name, arguments: Vec::new() }
    }

    /// The words of a system, a library or another program, or a name: they are not translated.
    pub fn words(words: impl Display) -> Self {
        Self::Words(words.to_string())
    }

    /// What to do about a reason, where there is something.
    pub fn remedy(reason: &Reason) -> Option<Self> {
        // What has a remedy in one language has one in every language: a test compares them.
        let there_is = crate::reason(reason, Language::English).remedy.is_some();
        there_is.then(|| Self::Remedy(Box::new(reason.clone())))
    }

    /// Several, with this between them.
    pub fn joined(messages: impl IntoIterator<Item = Self>, separator: &'static str) -> Self {
        Self::Joined { messages: messages.into_iter().collect(), separator }
    }

    /// With words, such as a file's name, in this place.
    #[must_use]
    pub fn with(self, place: &'static str, words: impl Display) -> Self {
        self.filled(place, Part::Words(words.to_string()))
    }

    /// With a number in this place.
    #[must_use]
    pub fn count(self, place: &'static str, count: u64) -> Self {
        self.filled(place, Part::Count(count))
    }

    /// With a size of memory or of a file in this place.
    #[must_use]
    pub fn bytes(self, place: &'static str, bytes: u64) -> Self {
        self.filled(place, Part::Bytes(bytes))
    }

    /// With a figure in this place, which was written with a decimal point.
    #[must_use]
    pub fn figure(self, place: &'static str, written: impl Display) -> Self {
        self.filled(place, Part::Figure(written.to_string()))
    }

    /// With another message in this place.
    #[must_use]
    pub fn of(self, place: &'static str, message: impl Into<Self>) -> Self {
        self.filled(place, Part::Message(message.into()))
    }

    fn filled(mut self, place: &'static str, part: Part) -> Self {
        if let Self::Text { arguments, .. } = &mut self {
            arguments.push((place, part));
        }
        self
    }

    /// The same in this language.
    pub fn said(&self, texts: &Texts) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Reason(reason) => texts.reason(reason).long,
            Self::Remedy(reason) => texts.reason(reason).remedy.unwrap_or_default(),
            Self::Joined { messages, separator } => {
                messages.iter().map(|message| message.said(texts)).collect::<Vec<_>>().join(separator)
            }
            Self::Text { name, arguments } => {
                let part = |(place, part): &(&'static str, Part)| (*place, part.said(texts));
                texts.fill(name, &arguments.iter().map(part).collect::<Vec<_>>())
            }
        }
    }

    /// The same in English, for logs and for programs.
    pub fn in_english(&self) -> String {
        self.said(Texts::of(Language::English))
    }
}

impl Part {
    fn said(&self, texts: &Texts) -> FluentValue<'static> {
        match self {
            Self::Count(count) => i64::try_from(*count).unwrap_or(i64::MAX).into(),
            Self::Bytes(bytes) => quantity::bytes(*bytes, texts.language()).into(),
            Self::Figure(written) => quantity::number(written, texts.language()).into(),
            Self::Words(words) => words.clone().into(),
            Self::Message(message) => message.said(texts).into(),
        }
    }
}

impl From<Reason> for Message {
    fn from(reason: Reason) -> Self {
        Self::Reason(Box::new(reason))
    }
}

impl From<&Reason> for Message {
    fn from(reason: &Reason) -> Self {
        reason.clone().into()
    }
}

/// `Display` in English, for logs, of errors that are a `Message` to people: the errors have the method `message`.
#[macro_export]
macro_rules! displayed_in_english {
    ($($error:ty),+ $(,)?) => {$(
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.message().in_english())
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use cotejo_model::reason::DriverReason;

    use super::*;

    fn both(message: &Message) -> [String; 2] {
        [Language::English, Language::Spanish].map(|language| message.said(Texts::of(language)))
    }

    #[test]
    fn what_is_said_is_in_the_readers_language() {
        let message = Message::new("problem-read").with("file", "a.png").of("what", Message::new("file-image"));
        let said = both(&message.with("error", "gone"));
        assert_eq!(said, ["cannot read the image a.png: gone", "no se puede leer a.png (imagen): gone"]);
        assert_eq!(both(&Message::words("as it comes")), ["as it comes", "as it comes"]);
    }

    #[test]
    fn reasons_quantities_and_lists_are_too() {
        let none = Message::from(Reason::from(DriverReason::NoGpu { driver: None }));
        assert_eq!(both(&none), ["no NVIDIA GPU found", "no se encontró ninguna GPU NVIDIA"]);
        let memory = Message::new("doctor-memory").bytes("free", 3 << 29).bytes("total", 8 << 30);
        assert_eq!(both(&memory), ["1.5 GiB of 8.0 GiB free", "1,5 GiB libres de 8,0 GiB"]);
        let joined = Message::joined([Message::words("a"), Message::new("doctor-battery-none")], "; ");
        assert_eq!(both(&joined), ["a; no battery found", "a; no se encontró ninguna batería"]);
    }
}
