//! Reference times in a terminal.

use std::fmt::Write as _;

use cotejo_language::Texts;
use cotejo_model::reference::ReferenceSummary;
use cotejo_model::{Reference, Task};

use super::grid::{Cell, Grid, Head, Kind};
use super::{Style, clean, lists, number, words, wrapped};

/// References, a row each.
pub fn table(references: &[Reference], texts: &Texts, style: &Style) -> String {
    if references.is_empty() {
        return texts.say("references-none") + "\n";
    }
    let rows = references.iter().map(|reference| {
        [
            clean(&reference.set),
            clean(&reference.device_name),
            task(reference.task, texts),
            reference.precision.to_string(),
            seconds(reference, texts),
            origin(reference, texts, style),
        ]
        .map(Cell::plain)
        .to_vec()
    });
    let heads = [
        ("references-set", Kind::Words),
        ("references-gpu", Kind::Words),
        ("references-task", Kind::Words),
        ("references-precision", Kind::Label),
        ("references-time", Kind::Figures),
        ("references-origin", Kind::Words),
    ];
    let heads = heads.map(|(name, kind)| Head::new(&texts.say(name), kind)).to_vec();
    let notice = wrapped(&texts.say("references-notice"), style.width, 0);
    format!("{notice}\n{}\n", Grid { heads, rows: rows.collect() }.render(style))
}

/// What came of an import, a line a thing.
pub fn imported(summary: &ReferenceSummary, now: &[Reference], texts: &Texts) -> String {
    let count = |name: &str, count: u64| texts.fill(name, &[("count", count.into())]);
    let replaced = summary.replaced.len() as u64;
    let mut counts = vec![count("references-new", summary.new)];
    for (name, number) in [("references-replaced", replaced), ("references-duplicates", summary.duplicates)] {
        counts.extend((number > 0).then(|| count(name, number)));
    }
    let mut out = counts.join(", ") + "\n";
    for old in &summary.replaced {
        let Some(new) = now.iter().find(|new| new.key() == old.key()) else { continue };
        let arguments = [
            ("gpu", clean(&old.device_name).into()),
            ("task", task(old.task, texts).into()),
            ("precision", old.precision.name().into()),
            ("old", seconds(old, texts).into()),
            ("new", seconds(new, texts).into()),
        ];
        let _ = writeln!(out, "  {}", texts.fill("references-change", &arguments));
    }
    out
}

/// That a set is gone.
pub fn removed(count: u64, set: &str, texts: &Texts) -> String {
    texts.fill("references-removed", &[("count", count.into()), ("set", clean(set).into())]) + "\n"
}

/// `ResNet18 224 x 224`, and the batch where it is not one image.
fn task(task: Task, texts: &Texts) -> String {
    let what = format!("{} {}", task.title(), words::side(task.size()));
    match task.batch() {
        Some(batch) if batch > 1 => texts.fill("references-batch", &[("task", what.into()), ("batch", batch.into())]),
        _ => what,
    }
}

fn seconds(reference: &Reference, texts: &Texts) -> String {
    texts.number(&number::estimate(&reference.estimate()).with_margin()).into_owned()
}

/// Where it comes from, as far as its source says.
fn origin(reference: &Reference, texts: &Texts, style: &Style) -> String {
    let runs = reference.runs.map(|runs| texts.fill("references-runs", &[("count", runs.into())]));
    let measured = reference.measured_on.as_deref().map(clean);
    let measured = measured.map(|date| texts.fill("references-measured", &[("date", date.into())]));
    let date = lists::day(reference.imported_ms, &style.zone);
    let imported = texts.fill("references-imported", &[("date", date.into())]);
    let parts =
        [Some(clean(&reference.source)), reference.software.as_deref().map(clean), runs, measured, Some(imported)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;

    use super::super::samples;
    use super::*;

    #[test]
    fn references_are_listed_with_their_origin() {
        let references = samples::references();
        let style = samples::plain();
        insta::assert_snapshot!(table(&references, Texts::of(Language::English), &style), @r"
        Reference times: measured elsewhere and imported, not measured by Cotejo.
        ┌─────────────┬─────────────────────────┬─────────────────────────────┬───────────┬───────────────────┬────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
        │ Set         ┆ GPU                     ┆ Computation                 ┆ Precision ┆          Time (s) ┆ Where it comes from                                                                                            │
        ╞═════════════╪═════════════════════════╪═════════════════════════════╪═══════════╪═══════════════════╪════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
        │ course-2026 ┆ NVIDIA GeForce RTX 3060 ┆ ResNet18 224 x 224          ┆ f32       ┆ 0.00203 ± 0.00002 ┆ measured by the teacher in room A1; PyTorch 2.4, CUDA 12.4; 100 runs; measured 2026-02-14; imported 2026-07-31 │
        │ course-2026 ┆ NVIDIA GeForce RTX 3060 ┆ ResNet18 512 x 512, batch 8 ┆ f32       ┆            0.0413 ┆ measured by the teacher in room A1; imported 2026-07-31                                                        │
        └─────────────┴─────────────────────────┴─────────────────────────────┴───────────┴───────────────────┴────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
        ");
        insta::assert_snapshot!(table(&references, Texts::of(Language::Spanish), &style), @r"
        Tiempos de referencia: medidos en otro lugar e importados; no los ha medido Cotejo.
        ┌─────────────┬─────────────────────────┬───────────────────────────────┬───────────┬───────────────────┬────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
        │ Conjunto    ┆ GPU                     ┆ Cálculo                       ┆ Precisión ┆        Tiempo (s) ┆ Procedencia                                                                                                            │
        ╞═════════════╪═════════════════════════╪═══════════════════════════════╪═══════════╪═══════════════════╪════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
        │ course-2026 ┆ NVIDIA GeForce RTX 3060 ┆ ResNet18 224 x 224            ┆ f32       ┆ 0,00203 ± 0,00002 ┆ measured by the teacher in room A1; PyTorch 2.4, CUDA 12.4; 100 ejecuciones; medido: 2026-02-14; importado: 2026-07-31 │
        │ course-2026 ┆ NVIDIA GeForce RTX 3060 ┆ ResNet18 512 x 512, lote de 8 ┆ f32       ┆            0,0413 ┆ measured by the teacher in room A1; importado: 2026-07-31                                                              │
        └─────────────┴─────────────────────────┴───────────────────────────────┴───────────┴───────────────────┴────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
        ");
        insta::assert_snapshot!(table(&[], Texts::of(Language::English), &style), @"No reference times yet.");
    }

    #[test]
    fn what_is_replaced_is_named() {
        let old = samples::references();
        let mut new = old.clone();
        (new[0].seconds, new[0].ci) = (0.00199, None);
        let summary = ReferenceSummary { new: 2, duplicates: 1, replaced: vec![old[0].clone()] };
        insta::assert_snapshot!(imported(&summary, &new, Texts::of(Language::English)), @r"
        2 new reference times, 1 replaced, 1 known already
          ResNet18 224 x 224 on NVIDIA GeForce RTX 3060, f32: 0.00203 ± 0.00002 s became 0.00199 s
        ");
        insta::assert_snapshot!(imported(&summary, &new, Texts::of(Language::Spanish)), @r"
        2 tiempos de referencia nuevos, 1 sustituido, 1 ya estaba
          ResNet18 224 x 224 en NVIDIA GeForce RTX 3060, f32: 0,00203 ± 0,00002 s pasa a 0,00199 s
        ");
    }
}
