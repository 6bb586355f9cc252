//! Whole reports, as a terminal shows them, and as files.

use cotejo_analysis::figures::Choice;
use cotejo_analysis::peers::{Wanted, compare};
use cotejo_analysis::{Records, class, findings};
use cotejo_language::Language;
use cotejo_model::comparison::{Comparison, GroupBy, Grouping, Outcome, SeenGpu};
use cotejo_model::reason::DriverReason;
use cotejo_model::{DeviceKind, MachineId, Reference};
use uuid::Uuid;

use super::*;
use crate::chart::build::{Kind, chart};
use crate::chart::{self, PngSize};
use crate::document::{self, ChartFiles, Document};
use crate::{Style, samples};

/// pc-01 of the sample class, which has no GPU; the teacher has one.
const WITHOUT_GPU: u128 = 1;
const WITH_GPU: u128 = 3;

fn student_of(language: Language, comparison: &Comparison, machine: u128, references: &[Reference]) -> Document {
    let texts = Texts::of(language);
    let machine = MachineId(Uuid::from_u128(machine));
    let records = Records::of([comparison.clone()]);
    let peers = compare(&records, machine, Wanted::Usual, references).unwrap();
    let found = findings::of(&records, machine, Some(&peers));
    let own = records.clone().only(|id| id == machine);
    let threads = chart(Kind::Threads, &comparison.entries, &Choice::default(), texts);
    let charts = [time_over_size(&peers, texts), threads].into_iter().flatten().collect();
    let report = Student {
        environment: own.environment(machine).unwrap(),
        sweeps: own.sweeps(),
        entries: own.entries().iter().collect(),
        peers: &peers,
        findings: &found,
        charts,
    };
    student(report, texts)
}

fn class_of(language: Language) -> Document {
    let texts = Texts::of(language);
    let grouping = |by| Grouping { by, tables: samples::class(by).tables };
    let others = [GroupBy::Machine, GroupBy::Device].map(grouping).to_vec();
    let comparison = Comparison { others, ..samples::class(GroupBy::Size) };
    let records = Records::of([comparison.clone()]);
    let drawn = chart(Kind::Size, &comparison.entries, &Choice::default(), texts);
    let report = Class {
        comparison: &comparison,
        coverage: &class::coverage(&records),
        anomalies: &class::anomalies(&records),
        charts: drawn.into_iter().collect(),
    };
    class(report, texts)
}

fn shown(document: &Document) -> String {
    let style = Style { width: Some(110), colour: false, zone: jiff::tz::TimeZone::UTC };
    document::terminal(document, &style, &|drawn| format!("[{}]", drawn.title))
}

/// A class in which everybody's GPU is played.
fn rehearsed() -> Comparison {
    let mut class = samples::class(GroupBy::Size);
    for entry in &mut class.entries {
        if let Outcome::Measured(measured) = &mut entry.outcome {
            measured.simulated = entry.device.kind() == DeviceKind::Cuda;
        }
    }
    class
}

fn alone() -> Comparison {
    let mut class = samples::class(GroupBy::Size);
    class.entries.retain(|entry| entry.machine.0.as_u128() == WITHOUT_GPU);
    class
}

#[test]
fn a_student_without_a_gpu_in_spanish() {
    let document = student_of(Language::Spanish, &samples::class(GroupBy::Size), WITHOUT_GPU, &[]);
    insta::assert_snapshot!(shown(&document));
}

#[test]
fn a_student_with_a_gpu_in_english() {
    let document = student_of(Language::English, &samples::class(GroupBy::Size), WITH_GPU, &[]);
    insta::assert_snapshot!(shown(&document));
}

#[test]
fn a_class_in_english() {
    insta::assert_snapshot!(shown(&class_of(Language::English)));
}

/// What stands above everything else.
fn notices(document: &Document) -> Vec<String> {
    let blocks = document.blocks.iter().map_while(|block| match block {
        Block::Notice(text) => Some(text.clone()),
        _ => None,
    });
    blocks.collect()
}

#[test]
fn without_a_gpu_of_ones_own_the_notice_comes_first() {
    let class = samples::class(GroupBy::Size);
    for (language, option_b) in [(Language::English, "OPTION B: "), (Language::Spanish, "OPCIÓN B: ")] {
        assert!(notices(&student_of(language, &class, WITHOUT_GPU, &[]))[0].starts_with(option_b));
        assert_eq!(notices(&student_of(language, &class, WITH_GPU, &[])), [""; 0]);
        // Of simulated times, that is said too, on every page.
        let rehearsal = student_of(language, &rehearsed(), WITHOUT_GPU, &[]);
        let said = notices(&rehearsal);
        assert!(said[0].starts_with(option_b) && said[1].starts_with("SIMUL"), "{said:?}");
        assert!(rehearsal.watermark.is_some());
    }
    let from_the_teacher = notices(&student_of(Language::English, &alone(), WITHOUT_GPU, &samples::references()));
    assert!(
        from_the_teacher[0].contains("NVIDIA GeForce RTX 3060 (measured by the teacher in room A1)"),
        "{from_the_teacher:?}"
    );
    let from_nobody = notices(&student_of(Language::English, &alone(), WITHOUT_GPU, &[]));
    assert!(from_nobody[0].contains("only the CPU was measured"), "{from_nobody:?}");
}

#[test]
fn a_gpu_that_cannot_be_used_is_no_cuda() {
    let mut class = samples::class(GroupBy::Size);
    let old = DriverReason::TooOld { serves: "11.1".to_owned(), needs: "12.6".to_owned() }.into();
    class.environments[0].gpus = vec![SeenGpu { unusable: Some(old), ..samples::seen("NVIDIA GeForce GTX 1060") }];
    class.environments[0].no_gpu = None;
    let report = shown(&student_of(Language::Spanish, &class, WITHOUT_GPU, &[]));
    let expected =
        "¿CUDA disponible? No: NVIDIA GeForce GTX 1060 (el controlador NVIDIA admite CUDA 11.1; las bibliotecas";
    assert!(report.contains(expected), "{report}");
}

#[test]
fn a_students_own_words_are_left_to_the_student() {
    let document = student_of(Language::English, &samples::class(GroupBy::Size), WITHOUT_GPU, &[]);
    let places = document.blocks.iter().filter(|block| matches!(block, Block::Blank { .. })).count();
    // Name, summary, hardware, parallelism, reflection, why, size, proposals.
    assert_eq!(places, 8);
    let checklists: Vec<usize> = document
        .blocks
        .iter()
        .filter_map(|block| if let Block::Checklist(items) = block { Some(items.len()) } else { None })
        .collect();
    assert_eq!(checklists, [5], "the rubric's rows");
}

#[test]
fn a_report_is_the_same_file_twice_in_every_format() {
    let write = |document: &Document| {
        let files = ChartFiles { folder: "charts", extension: "png" };
        let png = |drawn: &Chart| chart::png(drawn, PngSize::of(drawn));
        let style = Style { width: Some(80), colour: false, zone: jiff::tz::TimeZone::UTC };
        [
            document::markdown(document, files).into_bytes(),
            document::html(document, &chart::svg).into_bytes(),
            document::latex(document, files).into_bytes(),
            document::terminal(document, &style, &|drawn| chart::terminal(drawn, &style)).into_bytes(),
            document::docx(document, &png).unwrap(),
            document::pdf(document, &png).unwrap(),
            document::xlsx(document).unwrap(),
        ]
    };
    for document in [student_of(Language::Spanish, &rehearsed(), WITHOUT_GPU, &[]), class_of(Language::English)] {
        assert!(document.charts().next().is_some());
        assert!(write(&document) == write(&document), "{}", document.title);
    }
}

#[test]
fn a_report_has_no_marks_of_a_terminal_and_no_more_findings_than_can_be_used() {
    for language in Language::ALL {
        for machine in [WITHOUT_GPU, WITH_GPU] {
            let report = student_of(language, &samples::class(GroupBy::Size), machine, &[]);
            let text = shown(&report);
            assert!(!text.contains('`'), "{text}");
            let title = Texts::of(language).say("report-analysis-data");
            let data = report
                .blocks
                .iter()
                .skip_while(|block| !matches!(block, Block::Heading { text, .. } if *text == title));
            let found = data.clone().find_map(|block| match block {
                Block::List(items) => Some(items.len()),
                _ => None,
            });
            assert!(found.is_some_and(|count| (1..=5).contains(&count)), "{found:?}");
        }
        assert!(!shown(&class_of(language)).contains('`'));
    }
}

#[test]
fn nobody_is_blamed_who_was_not_asked() {
    let texts = Texts::of(Language::English);
    let cpus = samples::class(GroupBy::Size);
    let records = Records::of([cpus.clone()]).only(|machine| machine == MachineId(Uuid::from_u128(WITHOUT_GPU)));
    let notice = |asked| {
        let material = crate::pages::Material { records: &records, references: &[], asked };
        let report =
            crate::pages::student(material, MachineId(Uuid::from_u128(WITHOUT_GPU)), Wanted::Usual, texts).unwrap();
        shown(&report)
    };
    assert!(notice(true).contains("No other group of the class has GPU times"));
    assert!(notice(false).contains("The class was not asked") && !notice(false).contains("No other group"));
}
