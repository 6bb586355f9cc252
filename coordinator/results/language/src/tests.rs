use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::*;

/// What a text is filled with, by the text's name.
type Arguments = BTreeMap<String, BTreeSet<String>>;

fn arguments(file: &str) -> Arguments {
    let resource = fluent_syntax::parser::parse(file).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut found = Arguments::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else { continue };
        let mut names = BTreeSet::new();
        of_pattern(&message.value.unwrap_or_else(|| panic!("{} has no text", message.id.name)), &mut names);
        let twice = found.insert(message.id.name.to_owned(), names);
        assert!(twice.is_none(), "{} stands twice", message.id.name);
    }
    found
}

fn of_pattern(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(inline) } => of_inline(inline, names),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                of_inline(selector, names);
                for variant in variants {
                    of_pattern(&variant.value, names);
                }
            }
        }
    }
}

fn of_inline(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = &**expression {
                of_inline(inline, names);
            }
        }
        _ => {}
    }
}

#[test]
fn every_language_has_every_text_with_every_argument() {
    let [english, others @ ..] = &LANGUAGES;
    for (other, at) in others.iter().flat_map(|other| (0..english.texts.len()).map(move |at| (other, at))) {
        let ((subject, ours), (same, theirs)) = (english.texts[at], other.texts[at]);
        assert_eq!(subject, same);
        let (ours, theirs) = (arguments(ours), arguments(theirs));
        let names = |texts: &Arguments| texts.keys().cloned().collect::<BTreeSet<_>>();
        let (known, found) = (names(&ours), names(&theirs));
        let none = Vec::<&String>::new();
        assert_eq!(known.difference(&found).collect::<Vec<_>>(), none, "{} lacks these of {subject}", other.name);
        assert_eq!(found.difference(&known).collect::<Vec<_>>(), none, "only {} has these of {subject}", other.name);
        for (name, arguments) in &ours {
            assert_eq!(arguments, &theirs[name], "{subject}: {name} is filled with other things in {}", other.name);
        }
    }
}

#[test]
fn every_language_has_its_row_and_its_files_load() {
    for (facts, at) in LANGUAGES.iter().zip(0..) {
        assert_eq!(facts.language as usize, at, "{}", facts.name);
        assert_eq!(Texts::of(facts.language).language(), facts.language);
    }
}

#[test]
fn locales_name_languages() {
    for (locale, language) in [
        ("es_ES.UTF-8", Some(Language::Spanish)),
        ("es", Some(Language::Spanish)),
        ("ES-mx", Some(Language::Spanish)),
        ("en_GB", Some(Language::English)),
        ("C.UTF-8", None),
        ("de_DE", None),
        ("", None),
    ] {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
}

#[test]
fn decimal_separators_follow_the_language() {
    let text = "1.5 ± 0.2; cudnn 9.5.1. Then";
    assert_eq!(Texts::of(Language::English).number(text), text);
    assert_eq!(Texts::of(Language::Spanish).number("0.0301 ± 0.0002"), "0,0301 ± 0,0002");
    assert_eq!(Texts::of(Language::Spanish).number("3.21e-5 ... x.y 4."), "3,21e-5 ... x.y 4.");
}
