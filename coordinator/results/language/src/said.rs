//! What coordinators, agents and workers say, they say in English and as a whole. Here it is said again in another
//! language: a sentence of theirs is found by comparing it with the English texts of the file `said.ftl`.

use fluent_bundle::FluentValue;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

use crate::{Language, Texts};

const ENGLISH: &str = include_str!("../texts/en/said.ftl");

/// A part of a sentence.
#[derive(Debug)]
enum Part {
    Fixed(String),
    Argument(String),
}

/// The sentences that are known, in the order of the file.
fn known() -> &'static [(String, Vec<Part>)] {
    static KNOWN: std::sync::OnceLock<Vec<(String, Vec<Part>)>> = std::sync::OnceLock::new();
    KNOWN.get_or_init(|| {
        let resource =
            fluent_syntax::parser::parse(ENGLISH).unwrap_or_else(|(_, errors)| panic!("said.ftl: {errors:?}"));
        let messages = resource.body.into_iter().filter_map(|entry| match entry {
            Entry::Message(message) => Some((message.id.name.to_owned(), message.value?.elements)),
            _ => None,
        });
        messages.map(|(name, elements)| (name, elements.into_iter().map(part).collect())).collect()
    })
}

fn part(element: PatternElement<&str>) -> Part {
    match element {
        PatternElement::TextElement { value } => Part::Fixed(value.to_owned()),
        PatternElement::Placeable { expression: Expression::Inline(InlineExpression::VariableReference { id }) } => {
            Part::Argument(id.name.to_owned())
        }
        PatternElement::Placeable { .. } => panic!("said.ftl: only words and arguments can be found again"),
    }
}

/// The arguments of this sentence if it is made of these parts. An argument reaches up to the next fixed part.
fn arguments<'a>(mut text: &'a str, parts: &'a [Part]) -> Option<Vec<(&'a str, &'a str)>> {
    let mut found = Vec::new();
    let mut parts = parts.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Fixed(fixed) => text = text.strip_prefix(fixed.as_str())?,
            Part::Argument(name) => {
                let end = match parts.peek() {
                    Some(Part::Fixed(next)) => text.find(next.as_str())?,
                    _ => text.len(),
                };
                found.push((name.as_str(), &text[..end]));
                text = &text[end..];
            }
        }
    }
    text.is_empty().then_some(found)
}

impl Texts {
    /// A sentence that a program said in English, in this language; one that is not known stays as it is.
    pub fn said(&self, english: &str) -> String {
        if self.language() == Language::English {
            return english.to_owned();
        }
        let found = known().iter().find_map(|(name, parts)| Some((name, arguments(english, parts)?)));
        let Some((name, arguments)) = found else { return english.to_owned() };
        // A quantity has a unit; without one it is a version or a name, whose points are not decimal.
        let written =
            |value| if str::contains(value, ' ') { self.number(value).into_owned() } else { value.to_owned() };
        let arguments: Vec<(&str, FluentValue<'_>)> =
            arguments.into_iter().map(|(name, value)| (name, written(value).into())).collect();
        self.fill(name, &arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sentences_are_said_again() {
        let spanish = Texts::of(Language::Spanish);
        assert_eq!(spanish.said("pending"), "pendiente");
        assert_eq!(
            spanish.said("needs about 9.1 GiB, the GPU has 6.0 GiB"),
            "necesita unos 9,1 GiB; la GPU tiene 6,0 GiB"
        );
        assert_eq!(
            spanish.said("no NVIDIA GPU found (driver 550.54)"),
            "no se encontró ninguna GPU NVIDIA (controlador 550.54)"
        );
        assert_eq!(spanish.said("something new (driver 1)"), "something new (driver 1)");
        assert_eq!(Texts::of(Language::English).said("pending"), "pending");
    }

    #[test]
    fn every_sentence_is_found_as_itself() {
        for (name, parts) in known() {
            let sentence: String = parts
                .iter()
                .map(|part| match part {
                    Part::Fixed(text) => text.as_str(),
                    Part::Argument(_) => "7",
                })
                .collect();
            let first = known().iter().find(|(_, parts)| arguments(&sentence, parts).is_some());
            assert_eq!(first.map(|(found, _)| found), Some(name), "{sentence} is taken for another sentence");
        }
    }
}
