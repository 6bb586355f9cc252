//! A report for people.

use std::fmt::Write as _;

use super::{Check, Report, Verdict};

/// Each check a line, with its remedy below.
pub(super) fn text(report: &Report) -> String {
    let names: Vec<String> = report.checks.iter().map(name).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (check, name) in report.checks.iter().zip(&names) {
        let verdict = word(check.verdict);
        writeln!(text, "{verdict:<8} {name:<width$}  {}", one_line(&check.finding)).expect("a text grows");
        if let Some(remedy) = &check.remedy {
            writeln!(text, "{:<8} {:<width$}  -> {}", "", "", one_line(remedy)).expect("a text grows");
        }
    }
    text.push_str(&summary(report));
    text
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "-",
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Problem => "PROBLEM",
    }
}

fn name(check: &Check) -> String {
    let title = check.check.replace('_', " ");
    match &check.subject {
        Some(subject) => format!("{title} {subject}"),
        None => title,
    }
}

/// What other programs say may have several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn summary(report: &Report) -> String {
    let count = |verdict| report.checks.iter().filter(|check| check.verdict == verdict).count();
    let counted = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let trouble = [counted(count(Verdict::Problem), "problem"), counted(count(Verdict::Warning), "warning")];
    let trouble: Vec<String> = trouble.into_iter().flatten().collect();
    if trouble.is_empty() { "\nAll is well.\n".to_owned() } else { format!("\n{}\n", trouble.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(check: &'static str, subject: Option<&str>, verdict: Verdict, remedy: Option<&str>) -> Check {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Check { check, subject: owned(subject), verdict, finding: "what was\nfound".to_owned(), remedy: owned(remedy) }
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
        assert_eq!(text(&report), expected);
        let well = Report::of(vec![check("processor", None, Verdict::Ok, None)]);
        assert!(text(&well).ends_with("\n\nAll is well.\n"));
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
