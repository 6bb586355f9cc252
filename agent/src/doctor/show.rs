//! A report for people.

use std::fmt::Write as _;

use cotejo_language::Texts;

use super::{Check, Report, Verdict};

/// Each check a line, with its remedy below.
pub(super) fn text(report: &Report, texts: &Texts) -> String {
    let names: Vec<String> = report.checks.iter().map(|check| name(check, texts)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (check, name) in report.checks.iter().zip(&names) {
        let verdict = word(check.verdict, texts);
        writeln!(text, "{verdict:<8} {name:<width$}  {}", one_line(&check.finding.said(texts))).expect("a text grows");
        if let Some(remedy) = &check.remedy {
            writeln!(text, "{:<8} {:<width$}  -> {}", "", "", one_line(&remedy.said(texts))).expect("a text grows");
        }
    }
    text.push_str(&summary(report, texts));
    text
}

fn word(verdict: Verdict, texts: &Texts) -> String {
    match verdict {
        Verdict::NotApplicable => "-".to_owned(),
        Verdict::Ok => texts.say("doctor-ok"),
        Verdict::Warning => texts.say("doctor-warning"),
        Verdict::Problem => texts.say("doctor-problem"),
    }
}

fn name(check: &Check, texts: &Texts) -> String {
    let title = texts.say(&format!("doctor-check-{}", check.check.replace('_', "-")));
    match &check.subject {
        Some(subject) => format!("{title} {subject}"),
        None => title,
    }
}

/// What other programs say may have several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn summary(report: &Report, texts: &Texts) -> String {
    let counted = |verdict, name| {
        let count = report.checks.iter().filter(|check| check.verdict == verdict).count() as u64;
        (count > 0).then(|| texts.fill(name, &[("count", count.into())]))
    };
    let trouble = [counted(Verdict::Problem, "doctor-problems"), counted(Verdict::Warning, "doctor-warnings")];
    let trouble: Vec<String> = trouble.into_iter().flatten().collect();
    if trouble.is_empty() { format!("\n{}\n", texts.say("doctor-well")) } else { format!("\n{}\n", trouble.join(", ")) }
}

#[cfg(test)]
mod tests {
    use cotejo_language::{Language, Message};

    use super::*;

    fn check(check: &'static str, subject: Option<&str>, verdict: Verdict, remedy: Option<&str>) -> Check {
        let (finding, remedy) = (Message::words("what was\nfound"), remedy.map(Message::words));
        Check { check, subject: subject.map(str::to_owned), verdict, finding, remedy }
    }

    #[test]
    fn a_report_is_one_check_a_line() {
        let report = Report::of(vec![
            check("processor", None, Verdict::Ok, None),
            check("gpu_check", Some("cuda:0"), Verdict::Problem, Some("do\nthis")),
            check("power", None, Verdict::Warning, Some("do that")),
            check("cuda_worker", None, Verdict::NotApplicable, None),
        ]);
        let expected = "\
ok       processor         what was found
PROBLEM  gpu check cuda:0  what was found
                           -> do this
warning  power             what was found
                           -> do that
-        cuda worker       what was found

1 problem, 1 warning
";
        assert_eq!(text(&report, Texts::of(Language::English)), expected);
        let well = Report::of(vec![check("processor", None, Verdict::Ok, None)]);
        for (language, end) in [(Language::English, "\n\nAll is well.\n"), (Language::Spanish, "\n\nTodo en orden.\n")]
        {
            assert!(text(&well, Texts::of(language)).ends_with(end));
        }
    }

    #[test]
    fn a_report_is_json_for_programs() {
        let report = Report::of(vec![check("gpu_check", Some("cuda:0"), Verdict::NotApplicable, None)]);
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(json["verdict"], "ok");
        assert_eq!(json["checks"][0]["check"], "gpu_check");
        assert_eq!(json["checks"][0]["subject"], "cuda:0");
        assert_eq!(json["checks"][0]["verdict"], "not_applicable");
        assert!(json["checks"][0]["remedy"].is_null());
    }
}
