use cotejo_model::reason::{DriverReason, MemoryReason};
use cotejo_model::{DeviceKind, FailureCode};
use cotejo_samples::english::assert_spanish;

use super::*;

#[test]
fn spanish_reasons_have_no_english_word() {
    let said = Reason::examples().into_iter().flat_map(|example| {
        let Sentences { short, long, remedy } = reason(&example, Language::Spanish);
        [Some(short), Some(long), remedy].into_iter().flatten()
    });
    // Options and keys are named as they are typed.
    assert_spanish(&said.collect::<Vec<_>>().join("\n"), &["exact y streams", "sizes: "]);
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
