//! Sheets of figures and of words.

use cotejo_language::Texts;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::super::{Block, Cell, Document, Figure, Kind, Table, Tone, line, lines};
use super::{LOUD, loud, shortened};

/// Characters that a cell holds at most.
const LONGEST: usize = 32_767;
/// How narrow and how wide columns become, in characters.
const NARROW: usize = 9;
const WIDE: usize = 48;
const A4: u8 = 9;
/// Of a line, in points, and of the highest row.
const LINE: f64 = 15.0;
const HIGHEST: f64 = 405.0;
/// The width of the sheet of words, in characters.
const PAGE: u16 = 80;

/// A column of the sheet: a column of the table, or the margins of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Values(usize),
    Margins(usize),
}

/// The table with its figures as numbers, its margins in columns of their own.
pub(super) fn table(
    sheet: &mut Worksheet,
    table: &Table,
    watermark: Option<&str>,
    texts: &Texts,
) -> Result<(), XlsxError> {
    let mut row = banner(sheet, watermark)?;
    if !table.caption.is_empty() {
        words(sheet, row, 0, &line(&table.caption), &Format::new().set_bold().set_font_size(12))?;
        row += 1;
    }
    let columns = columns(table);
    for (column, at) in columns.iter().zip(0..) {
        let figures = match *column {
            Column::Values(of) => table.heads[of].kind == Kind::Figures,
            Column::Margins(_) => true,
        };
        head(sheet, row, at, &title(table, *column, texts), figures)?;
        sheet.set_column_width(at, width(table, *column, texts) as f64)?;
    }
    let title = |column: &Column| (title(table, *column, texts), width(table, *column, texts));
    high_enough(sheet, row, columns.iter().map(title))?;
    let first = row + 1;
    sheet.set_freeze_panes(first, 0)?;
    sheet.set_repeat_rows(row, row)?;
    row = first;
    for cells in &table.rows {
        for (column, at) in columns.iter().zip(0..) {
            match *column {
                Column::Values(of) => value(sheet, row, at, table.heads[of].kind, cells.get(of))?,
                Column::Margins(of) => margin(sheet, row, at, cells.get(of))?,
            }
        }
        let text = |column: &Column| match *column {
            Column::Values(of) => cells.get(of).map(|cell| (several(&cell.text), width(table, *column, texts))),
            Column::Margins(_) => None,
        };
        high_enough(sheet, row, columns.iter().filter_map(text))?;
        row += 1;
    }
    for remark in table.remarks.iter().filter(|remark| !remark.is_empty()) {
        row += 1;
        words(sheet, row, 0, &line(remark), &Format::new().set_font_color(0x005A_5A5A))?;
    }
    printed(sheet, columns.len() > 6);
    Ok(())
}

/// Everything that is said in words, a line each.
pub(super) fn notes(sheet: &mut Worksheet, document: &Document) -> Result<(), XlsxError> {
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_column_width(0, PAGE)?;
    let mut row = banner(sheet, document.watermark.as_deref().map(line).as_deref())?;
    let bold = wrapped.clone().set_bold();
    let mut write = |text: &str, format: &Format| -> Result<(), XlsxError> {
        words(sheet, row, 0, text, format)?;
        high_enough(sheet, row, [(text.to_owned(), usize::from(PAGE))].into_iter())?;
        row += 1;
        Ok(())
    };
    write(&line(&document.title), &bold.clone().set_font_size(14))?;
    for block in &document.blocks {
        match block {
            Block::Heading { text, .. } => write(&line(text), &bold.clone().set_font_size(12))?,
            Block::Paragraph(text) => write(&several(text), &wrapped)?,
            Block::Notice(text) => write(&several(text), &bold.clone().set_font_color(LOUD))?,
            Block::List(items) => items.iter().try_for_each(|item| write(&format!("• {}", several(item)), &wrapped))?,
            Block::Checklist(items) => {
                items.iter().try_for_each(|item| write(&format!("☐ {}", several(item)), &wrapped))?;
            }
            // Their remarks stand with them; a workbook is no place for long texts of the reader's own.
            Block::Table(_) | Block::Chart(_) | Block::Blank { .. } => {}
        }
    }
    printed(sheet, false);
    Ok(())
}

/// What nobody may miss, above everything; the row below it.
pub(super) fn banner(sheet: &mut Worksheet, watermark: Option<&str>) -> Result<u32, XlsxError> {
    let Some(watermark) = watermark else { return Ok(0) };
    words(sheet, 0, 0, watermark, &loud().set_font_size(14))?;
    sheet.set_tab_color(LOUD);
    Ok(1)
}

/// The heading of a column.
pub(super) fn head(sheet: &mut Worksheet, row: u32, column: u16, text: &str, figures: bool) -> Result<(), XlsxError> {
    let format = Format::new()
        .set_align(if figures { FormatAlign::Right } else { FormatAlign::Left })
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_background_color(0x00F0_F2F4)
        .set_border_bottom(FormatBorder::Medium);
    words(sheet, row, column, text, &format)
}

/// A text, which is never a formula.
pub(super) fn words(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, column, shortened(text, LONGEST), format).map(|_| ())
}

/// Makes room for lines that are broken: not every program that opens the file does. The texts come with the widths of
/// their columns.
pub(super) fn high_enough(
    sheet: &mut Worksheet,
    row: u32,
    texts: impl Iterator<Item = (String, usize)>,
) -> Result<(), XlsxError> {
    let broken = |line: &str, width: usize| line.chars().count().div_ceil(width.saturating_sub(1).max(1)).max(1);
    let count = |(text, width): (String, usize)| text.split('\n').map(|line| broken(line, width)).sum::<usize>();
    match texts.map(count).max() {
        Some(count @ 2..) => sheet.set_row_height(row, (LINE * count as f64).min(HIGHEST)).map(|_| ()),
        _ => Ok(()),
    }
}

pub(super) fn printed(sheet: &mut Worksheet, wide: bool) {
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0);
    if wide {
        sheet.set_landscape();
    }
}

fn several(text: &str) -> String {
    lines(text).collect::<Vec<_>>().join("\n")
}

fn columns(table: &Table) -> Vec<Column> {
    let has_margins = |at: usize| table.rows.iter().filter_map(|row| row.get(at)).any(|cell| margin_of(cell).is_some());
    let column = |at: usize| [Some(Column::Values(at)), has_margins(at).then_some(Column::Margins(at))];
    (0..table.heads.len()).flat_map(column).flatten().collect()
}

fn title(table: &Table, column: Column, texts: &Texts) -> String {
    let head = |at: usize| several(&table.heads[at].lines.join(" "));
    match column {
        Column::Values(at) => head(at),
        Column::Margins(at) => texts.fill("document-margin", &[("name", head(at).into())]),
    }
}

/// The heading may take two lines, the text of a cell one.
fn width(table: &Table, column: Column, texts: &Texts) -> usize {
    let characters = |text: &str| lines(text).map(|line| line.chars().count()).max().unwrap_or(0);
    let title = title(table, column, texts);
    let word = title.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    let head = characters(&title).div_ceil(2).max(word) + 2;
    let widest = match column {
        Column::Margins(_) => 0,
        Column::Values(at) => {
            table.rows.iter().filter_map(|row| row.get(at)).map(|cell| characters(&cell.text)).max().unwrap_or(0) + 2
        }
    };
    head.max(widest).clamp(NARROW, WIDE)
}

fn value(sheet: &mut Worksheet, row: u32, column: u16, kind: Kind, cell: Option<&Cell>) -> Result<(), XlsxError> {
    let Some(cell) = cell.filter(|cell| !cell.text.is_empty() || cell.figure.is_some()) else { return Ok(()) };
    let format = format(kind, cell.tone);
    match cell.figure.filter(|figure| figure.value.is_finite()) {
        Some(figure) => {
            let format = format.set_num_format(number_format(figure) + mark(cell.tone));
            sheet.write_number_with_format(row, column, figure.value, &format).map(|_| ())
        }
        None => words(sheet, row, column, &several(&cell.text), &format.set_text_wrap()),
    }
}

fn margin(sheet: &mut Worksheet, row: u32, column: u16, cell: Option<&Cell>) -> Result<(), XlsxError> {
    let Some((figure, margin)) = cell.and_then(margin_of) else { return Ok(()) };
    let tone = cell.map_or(Tone::Plain, |cell| cell.tone);
    let format = format(Kind::Figures, tone).set_num_format(number_format(figure) + mark(tone));
    sheet.write_number_with_format(row, column, margin, &format).map(|_| ())
}

/// A cell's figure with its margin.
fn margin_of(cell: &Cell) -> Option<(Figure, f64)> {
    cell.figure.and_then(|figure| Some((figure, figure.margin?)))
}

/// As many digits as the text has.
fn number_format(figure: Figure) -> String {
    let point = if figure.decimals == 0 { "" } else { "." };
    let exponent = if figure.scientific { "E+00" } else { "" };
    format!("0{point}{}{exponent}", "0".repeat(figure.decimals))
}

/// What is read behind a number, which stays a number.
fn mark(tone: Tone) -> &'static str {
    match tone {
        Tone::Simulated => "\" SIM\"",
        Tone::Care => "\" *\"",
        Tone::Plain | Tone::Absent => "",
    }
}

fn format(kind: Kind, tone: Tone) -> Format {
    let format = if kind == Kind::Figures { Format::new().set_align(FormatAlign::Right) } else { Format::new() };
    let format = format.set_align(FormatAlign::Top);
    match tone {
        Tone::Plain => format,
        Tone::Care => format.set_background_color(0x00FF_F6DD),
        Tone::Absent => format.set_italic().set_font_color(0x005A_5A5A),
        Tone::Simulated => format.set_bold().set_font_color(LOUD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_the_digits_of_the_figure() {
        let figure = |decimals, scientific| Figure { decimals, scientific, ..Figure::count(1.0) };
        assert_eq!(number_format(figure(4, false)), "0.0000");
        assert_eq!(number_format(figure(0, false)), "0");
        assert_eq!(number_format(figure(2, true)), "0.00E+00");
        let cell = Cell { figure: Some(Figure { margin: Some(0.02), ..figure(2, false) }), ..Cell::words("1,00") };
        assert_eq!(margin_of(&cell).map(|(_, margin)| margin), Some(0.02));
        assert_eq!(margin_of(&Cell::words("1 ± 2")), None);
    }
}
