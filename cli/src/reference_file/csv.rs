//! Reference times as CSV: a header that names the columns, a row a time. Spreadsheets of countries with a decimal comma
//! separate columns by semicolons.

use super::{Cell, Cells, FIELDS, FileProblem, Row, Sheet, field};
use crate::file_problem::unknown;
use crate::message::Message;

/// Columns that every file has; `model` and `batch` are empty for matrix products.
const NEEDED: &[&str] = &["gpu", "model", "size", "batch", "precision", "time", "unit", "source"];

pub(super) fn read(text: &str) -> Sheet {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: char| first.matches(delimiter).count();
    let semicolons = count(';') > count(',');
    let mut sheet = Sheet { decimal_comma: semicolons, ..Sheet::default() };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut columns: Option<Vec<Option<&'static str>>> = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                sheet.problems.push(FileProblem::of_file(Message::words(error)));
                break;
            }
        };
        let line = record.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        // Spreadsheets leave rows of separators where something was deleted.
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match &columns {
            None => columns = Some(header(&record, line, &mut sheet)),
            Some(columns) => sheet.rows.extend(row(&record, columns, line, &mut sheet.problems)),
        }
    }
    if columns.is_none() {
        sheet.problems.push(FileProblem::of_file(Message::new("times-empty")));
    }
    sheet
}

fn header(record: &csv::StringRecord, line: usize, sheet: &mut Sheet) -> Vec<Option<&'static str>> {
    let problems = &mut sheet.problems;
    let mut columns = Vec::new();
    for name in record {
        let name = name.trim().to_lowercase();
        let column = field(&name);
        if column.is_some() && columns.contains(&column) {
            problems.push(FileProblem::at(line, Message::new("times-column-twice").with("name", &name)));
        }
        if column.is_none() && !name.is_empty() {
            problems.push(FileProblem::at(line, unknown("column", &name, FIELDS)));
        }
        columns.push(column);
    }
    let missing: Vec<&str> = NEEDED.iter().copied().filter(|needed| !columns.contains(&Some(*needed))).collect();
    if !missing.is_empty() {
        let columns = Message::new("times-columns-missing").with("columns", missing.join(", "));
        problems.push(FileProblem::at(line, columns));
    }
    // Of no row it need be said again.
    sheet.unread.extend(missing);
    columns
}

fn row(
    record: &csv::StringRecord,
    columns: &[Option<&'static str>],
    line: usize,
    problems: &mut Vec<FileProblem>,
) -> Option<Row> {
    if record.len() > columns.len() {
        let fields = Message::new("times-fields").count("count", record.len() as u64);
        problems.push(FileProblem::at(line, fields.count("columns", columns.len() as u64)));
        return None;
    }
    let named = columns.iter().copied().zip(record).filter_map(|(column, text)| Some((column?, text)));
    let cells: Cells = named.map(|(column, text)| (column, Cell { text: text.to_owned(), line })).collect();
    Some(Row { line, cells })
}
