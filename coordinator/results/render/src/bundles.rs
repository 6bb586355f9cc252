//! What people read of bundles: what came of an import, and by which bundle results came.

use std::collections::HashMap;
use std::fmt::Write as _;

use cotejo_language::Texts;
use cotejo_model::bundle::{BundledJob, Import, ImportSummary, Refused, RefusedBecause};
use cotejo_model::comparison::Comparison;
use cotejo_model::{Bundle, Digest, JobId};
use jiff::tz::TimeZone;

use super::{clean, lists, words};

/// That a bundle was written.
pub fn exported(results: u64, file: &str, digest: Digest, texts: &Texts) -> String {
    let arguments = [("count", results.into()), ("file", clean(file).into()), ("digest", digest.short().into())];
    texts.fill("export-written", &arguments)
}

/// How to look at what a bundle brought.
pub fn shown(bundle: &Bundle, texts: &Texts) -> String {
    let sweeps: Vec<String> = bundle.sweeps.iter().map(|sweep| sweep.id.short()).collect();
    texts.fill("import-shown", &[("sweeps", sweeps.join(" ").into())])
}

/// What came of the import of this bundle, a line a thing.
pub fn imported(summary: &ImportSummary, bundle: &Bundle, texts: &Texts) -> String {
    let count = |name: &str, count: u64| texts.fill(name, &[("count", count.into())]);
    let refused = summary.refused.len() as u64;
    let mut counts = vec![count("import-new", summary.new)];
    for (name, number) in
        [("import-duplicates", summary.duplicates), ("import-open", summary.open), ("import-refused", refused)]
    {
        counts.extend((number > 0).then(|| count(name, number)));
    }
    let jobs: HashMap<JobId, &BundledJob> = bundle.jobs.iter().map(|job| (job.id, job)).collect();
    let refused =
        summary.refused.iter().filter_map(|refused| Some(refusal(refused, jobs.get(&refused.job)?, bundle, texts)));
    let mut out = counts.join(", ") + "\n";
    for line in refused {
        let _ = writeln!(out, "  {line}");
    }
    out
}

fn refusal(refused: &Refused, job: &BundledJob, bundle: &Bundle, texts: &Texts) -> String {
    let machine = bundle.machines.iter().find(|machine| machine.id == job.machine);
    let arguments = [
        ("what", words::workload_in_full(&job.spec.workload, texts).into()),
        ("device", words::device(job.spec.device, false, texts).into()),
        ("machine", machine.map(|machine| clean(&machine.name)).unwrap_or_default().into()),
        ("job", job.id.short().into()),
    ];
    let name = match refused.reason {
        RefusedBecause::OtherResult => "import-other-result",
        RefusedBecause::OtherCell => "import-other-cell",
    };
    texts.fill(name, &arguments)
}

/// How those of the results came here that were measured elsewhere, a line a bundle.
pub(super) fn provenance(comparison: &Comparison, texts: &Texts) -> Vec<String> {
    comparison.imports.iter().map(|import| line(import, comparison, texts)).collect()
}

fn line(import: &Import, comparison: &Comparison, texts: &Texts) -> String {
    let mut machines: Vec<String> = Vec::new();
    for entry in comparison.entries.iter().filter(|entry| import.sweeps.contains(&entry.sweep)) {
        let name = clean(&entry.machine_name);
        if !machines.contains(&name) {
            machines.push(name);
        }
    }
    // By the world's clock: identical data gives identical text wherever it is read.
    let day = |ms| lists::day(ms, &TimeZone::UTC);
    let arguments = [
        ("machines", machines.join(", ").into()),
        ("exported", day(import.exported_ms).into()),
        ("version", clean(&import.version).into()),
        ("imported", day(import.imported_ms).into()),
        ("digest", import.digest.short().into()),
    ];
    texts.fill("import-note", &arguments)
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;

    use super::super::samples;
    use super::*;

    #[test]
    fn an_import_says_what_came_of_it() {
        let bundle = samples::bundle();
        let refused = [RefusedBecause::OtherResult, RefusedBecause::OtherCell]
            .into_iter()
            .zip(&bundle.jobs)
            .map(|(reason, job)| Refused { job: job.id, reason })
            .collect();
        let troubled = ImportSummary { new: 2, duplicates: 1, open: 1, refused };
        insta::assert_snapshot!(imported(&troubled, &bundle, Texts::of(Language::English)), @r"
        2 new results, 1 known already, 1 has not ended here and is left alone, 2 refused:
          matmul 64 x 64 on cpu of home (job 00000001): it has another result here, which stays
          ResNet18 224 x 224 on cpu of home (job 00000002): its identity stands for something else here
        ");
        insta::assert_snapshot!(imported(&troubled, &bundle, Texts::of(Language::Spanish)), @r"
        2 resultados nuevos, 1 ya estaba, 1 no ha terminado aquí y no se toca, 2 rechazados:
          matmul 64 x 64 en cpu de home (trabajo 00000001): aquí tiene otro resultado, que se conserva
          ResNet18 224 x 224 en cpu de home (trabajo 00000002): su identificador corresponde aquí a otra cosa
        ");
        let smooth = ImportSummary { new: 1, ..ImportSummary::default() };
        insta::assert_snapshot!(imported(&smooth, &bundle, Texts::of(Language::English)), @"1 new result");
    }

    #[test]
    fn what_was_measured_elsewhere_says_so() {
        let comparison = samples::imported();
        insta::assert_snapshot!(provenance(&comparison, Texts::of(Language::English)).join("\n"), @"pc-01: exported 2026-07-31 by Cotejo 0.1.0, imported 2026-08-01 (bundle 1e6ed65d77d6)");
        insta::assert_snapshot!(provenance(&comparison, Texts::of(Language::Spanish)).join("\n"), @"pc-01: exportado el 2026-07-31 con Cotejo 0.1.0, importado el 2026-08-01 (paquete 1e6ed65d77d6)");
        let document = crate::results::document(&comparison, Texts::of(Language::English));
        let shown = crate::document::terminal(&document, &samples::plain(), &|_| String::new());
        assert!(shown.contains("\nImported\n- pc-01: exported"), "{shown}");
        assert_eq!(provenance(&samples::with_gpu(), Texts::of(Language::English)), Vec::<String>::new());
    }
}
