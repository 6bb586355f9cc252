//! What is said beside the output: data, until it is written in the reader's language.

use std::fmt::Display;

use cotejo_language::{FluentValue, Texts};

/// Something to say: a text with what fills it, or words that are said as they come.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// The text of this name.
    Text {
        /// Its name.
        name: &'static str,
        /// What fills it.
        arguments: Vec<(&'static str, Part)>,
    },
    /// The words of a system, a library or another program.
    Words(String),
}

/// What fills a place of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// A number, which may choose a plural.
    Count(u64),
    /// Words.
    Words(String),
    /// A text of its own.
    Message(Message),
}

impl Message {
    /// The text of this name.
    pub(crate) fn new(name: &'static str) -> Self {
        Self::Text { name, arguments: Vec::new() }
    }

    /// With words, such as a file's name, in this place.
    pub(crate) fn with(self, place: &'static str, words: impl Display) -> Self {
        self.filled(place, Part::Words(words.to_string()))
    }

    /// With a number in this place.
    pub(crate) fn count(self, place: &'static str, count: u64) -> Self {
        self.filled(place, Part::Count(count))
    }

    /// With another message in this place.
    pub(crate) fn of(self, place: &'static str, message: Self) -> Self {
        self.filled(place, Part::Message(message))
    }

    fn filled(mut self, place: &'static str, part: Part) -> Self {
        if let Self::Text { arguments, .. } = &mut self {
            arguments.push((place, part));
        }
        self
    }

    /// The same in the reader's language.
    pub(crate) fn said(&self, texts: &Texts) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Text { name, arguments } => {
                let part = |(place, part): &(&'static str, Part)| (*place, part.said(texts));
                texts.fill(name, &arguments.iter().map(part).collect::<Vec<_>>())
            }
        }
    }
}

impl Part {
    fn said(&self, texts: &Texts) -> FluentValue<'static> {
        match self {
            Self::Count(count) => i64::try_from(*count).unwrap_or(i64::MAX).into(),
            Self::Words(words) => words.clone().into(),
            Self::Message(message) => message.said(texts).into(),
        }
    }
}

impl<T: Display> From<T> for Message {
    fn from(words: T) -> Self {
        Self::Words(words.to_string())
    }
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;

    use super::*;

    #[test]
    fn what_is_said_is_in_the_readers_language() {
        let message = Message::new("problem-read").with("file", "a.png").of("what", Message::new("file-image"));
        let message = message.with("error", "gone");
        assert_eq!(message.said(Texts::of(Language::English)), "cannot read the image a.png: gone");
        assert_eq!(message.said(Texts::of(Language::Spanish)), "no se puede leer a.png (imagen): gone");
        assert_eq!(Message::from("as it comes").said(Texts::of(Language::Spanish)), "as it comes");
    }
}
