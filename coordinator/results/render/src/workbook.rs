//! What results have as a workbook beyond other documents: sheets that are named and dated, a column for the students'
//! names, every cell's figures, and the practice's charts.

use cotejo_analysis::figures::Choice;
use cotejo_language::Texts;
use cotejo_model::comparison::{self, Column, Comparison};

use crate::chart::build::{self, Kind as ChartKind};
use crate::document::{Block, Cell, Document, Head, Kind, Table};
use crate::peers::date;
use crate::{notes, results, sweeps};

/// The document of this comparison with what a workbook adds to it.
pub(crate) fn extended(mut document: Document, comparison: &Comparison, texts: &Texts) -> Document {
    let tables = document.blocks.iter_mut().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    for (table, of) in tables.zip(&comparison.tables) {
        table.caption = caption(comparison, of, document.dated_ms, texts);
        with_students(table, of, texts);
        // The other sheets may be out of sight.
        table.remarks.extend(sweeps::origin(&comparison.sweeps, texts));
    }
    document.blocks.push(Block::Table(results::cells(comparison, texts)));
    let charts = [ChartKind::Size, ChartKind::SpeedUp]
        .map(|kind| build::chart(kind, &comparison.entries, &Choice::default(), texts));
    document.blocks.extend(charts.into_iter().flatten().map(|chart| Block::Chart(Box::new(chart))));
    document
}

/// `Times 2026-11-27, precision f32`: the name of its sheet as well.
fn caption(comparison: &Comparison, table: &comparison::Table, dated_ms: Option<u64>, texts: &Texts) -> String {
    let day = dated_ms.map(date).unwrap_or_default();
    let times = texts.fill("workbook-times", &[("date", day.into())]).trim_end().to_owned();
    let which = notes::heading(&comparison.tables, table, texts);
    which.map_or_else(|| times.clone(), |which| format!("{times}, {which}"))
}

/// An empty column beside the machines: who sat where is the teacher's to know.
fn with_students(table: &mut Table, of: &comparison::Table, texts: &Texts) {
    let Some(machine) = of.columns.iter().position(|column| *column == Column::Machine) else { return };
    table.heads.insert(machine + 1, Head::new(&texts.say("workbook-student"), Kind::Words));
    for row in &mut table.rows {
        row.insert(machine + 1, Cell::words(""));
    }
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;
    use cotejo_model::comparison::GroupBy;

    use super::*;
    use crate::samples;

    #[test]
    fn a_grade_sheet_is_named_dated_and_has_room_for_the_students() {
        let (comparison, texts) = (samples::class(GroupBy::Machine), Texts::of(Language::Spanish));
        let document = extended(results::document(&comparison, texts), &comparison, texts);
        let mut tables = document.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        let table = tables.next().unwrap();
        assert!(table.caption.starts_with("Tiempos 20"), "{}", table.caption);
        assert_eq!(table.heads[1].lines, ["Alumnado"]);
        assert!(table.rows.iter().all(|row| row.len() == table.heads.len() && row[1].text.is_empty()));
        assert!(table.remarks.iter().any(|remark| remark.contains("practice (")), "{:?}", table.remarks);
        assert_eq!(tables.next().unwrap().caption, texts.say("cells-caption"));
    }
}
