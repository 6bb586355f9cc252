use cotejo_model::reason::{DriverReason, MemoryReason};
use cotejo_model::{DeviceKind, FailureCode};

use super::*;

/// Words of English that no Spanish sentence has, and that a reason in English can hardly do without.
const ENGLISH: &[&str] = &[
    "a",
    "an",
    "and",
    "are",
    "as",
    "be",
    "but",
    "by",
    "cannot",
    "choose",
    "does",
    "driver",
    "engine",
    "failed",
    "file",
    "for",
    "found",
    "from",
    "gave",
    "gives",
    "has",
    "image",
    "in",
    "install",
    "is",
    "it",
    "its",
    "lacks",
    "large",
    "less",
    "machine",
    "memory",
    "missing",
    "more",
    "name",
    "needs",
    "no",
    "none",
    "not",
    "of",
    "on",
    "one",
    "or",
    "other",
    "out",
    "processor",
    "read",
    "run",
    "smaller",
    "some",
    "than",
    "that",
    "the",
    "there",
    "this",
    "threads",
    "time",
    "to",
    "too",
    "version",
    "was",
    "weights",
    "were",
    "which",
    "with",
    "without",
    "worker",
    "wrong",
];

/// What both languages write alike: Spanish words of the list above, and names.
const SPANISH_TOO: &[&str] = &["a", "no", "has"];

fn words(text: &str) -> impl Iterator<Item = &str> {
    // Names of programs, files, flags and variables are no words.
    let is_name =
        |word: &&str| word.contains(['/', '_', '=', ':', '.', '*']) || word.contains("--") || word.contains("cotejo-");
    let words = text.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ';', '.', ':', '«', '»', '"']));
    let mut before = "";
    words.filter(move |word| {
        let is_command = before.starts_with("cotejo");
        before = word;
        !is_command && !is_name(word)
    })
}

#[test]
fn spanish_reasons_have_no_english_word() {
    for example in Reason::examples() {
        let Sentences { short, long, remedy } = reason(&example, Language::Spanish);
        for text in [Some(short), Some(long), remedy].into_iter().flatten() {
            let english: Vec<&str> = words(&text)
                .filter(|word| !SPANISH_TOO.contains(word) && ENGLISH.contains(&word.to_lowercase().as_str()))
                .collect();
            assert_eq!(english, Vec::<&str>::new(), "{text}\n{example:?}");
        }
    }
}

#[test]
fn every_reason_is_said_and_differently_in_every_language() {
    for example in Reason::examples() {
        let said = Language::ALL.map(|language| reason(&example, language));
        for Sentences { short, long, remedy } in &said {
            assert!(!short.is_empty() && !long.is_empty() && remedy.as_deref() != Some(""), "{example:?}");
            assert!(short.chars().count() <= 60 || short == long, "{short}");
            for text in [Some(short), Some(long), remedy.as_ref()].into_iter().flatten() {
                assert!(!text.contains('`') && !text.ends_with(['.', ' ']) && !text.contains("  "), "{text}");
            }
        }
        let is_quoted = example.name() == "quoted";
        assert_eq!(said[0].long == said[1].long, is_quoted, "{example:?}");
        assert_eq!(said[0].remedy.is_some(), said[1].remedy.is_some(), "{example:?}");
    }
}

#[test]
fn every_absence_is_said_in_every_language() {
    for example in Absence::examples() {
        let [english, spanish] = Language::ALL.map(|language| absence(&example, language));
        assert!(!english.is_empty() && !spanish.is_empty());
    }
}

#[test]
fn quantities_are_written_as_the_language_does() {
    let little = MemoryReason::TooLittle {
        what: None,
        kind: DeviceKind::Cuda,
        needs_bytes: 9_771_050_598,
        has_bytes: 6 << 30,
        free_bytes: None,
        streams: 1,
    };
    let little = Reason::from(little);
    assert_eq!(reason(&little, Language::English).long, "needs about 9.1 GiB, the GPU has 6.0 GiB");
    assert_eq!(reason(&little, Language::Spanish).long, "necesita unos 9,1 GiB; la GPU tiene 6,0 GiB");
    let old = Reason::from(DriverReason::TooOld { serves: "11.1".to_owned(), needs: "12.6".to_owned() });
    let said = reason(&old, Language::Spanish);
    assert_eq!(said.long, "el controlador NVIDIA admite CUDA 11.1; las bibliotecas son de CUDA 12.6");
    assert_eq!(said.short, "controlador antiguo");
    assert_eq!(
        said.remedy.as_deref(),
        Some("instale un controlador para CUDA 12 o posterior desde nvidia.com/drivers")
    );
}

#[test]
fn others_words_stay_as_they_are() {
    let quoted = Reason::quoted(FailureCode::NoGpu, "no NVIDIA GPU found (driver 550.54)");
    for language in Language::ALL {
        assert_eq!(reason(&quoted, language).long, "no NVIDIA GPU found (driver 550.54)");
    }
}
