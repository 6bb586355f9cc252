//! A document as a workbook: a sheet a table, a sheet a chart with its figures, and one for all words.

mod chart;
mod sheet;

use cotejo_language::Texts;
use rust_xlsxwriter::{DocProperties, Format, Workbook, XlsxError};

use super::{Block, CannotWrite, Document, line};

/// The document. What it says in words stands on its last sheet, in its order.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, CannotWrite> {
    workbook(document).map_err(CannotWrite::because)
}

fn workbook(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let texts = Texts::of(document.language);
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_title(shortened(&line(&document.title), 255)).set_author("Cotejo");
    workbook.set_properties(&properties.set_creation_datetime(&document.dated()));
    let watermark = document.watermark.as_deref().map(line);
    let mut names = Names::default();
    let (mut tables, mut charts) = (0, 0);
    for block in &document.blocks {
        match block {
            Block::Table(table) if !table.heads.is_empty() => {
                tables += 1;
                let number = texts.fill("document-table-sheet", &[("number", tables.into())]);
                let name = names.take(&line(&table.caption), &number);
                sheet::table(workbook.add_worksheet().set_name(&name)?, table, watermark.as_deref(), texts)?;
            }
            Block::Chart(chart) => {
                charts += 1;
                let number = texts.fill("document-chart-sheet", &[("number", charts.into())]);
                let name = names.take(&line(&chart.title), &number);
                chart::chart(workbook.add_worksheet().set_name(&name)?, &name, chart, watermark.as_deref(), texts)?;
            }
            _ => {}
        }
    }
    let notes = texts.say("document-notes");
    sheet::notes(workbook.add_worksheet().set_name(names.take(&notes, &notes))?, document)?;
    workbook.save_to_buffer()
}

/// Names of sheets, which are short, of few characters, and each there once.
#[derive(Debug, Default)]
struct Names(Vec<String>);

/// Characters of a name at most.
const LONGEST_NAME: usize = 31;

impl Names {
    fn take(&mut self, wanted: &str, otherwise: &str) -> String {
        let allowed: String = wanted.chars().filter(|c| !"[]:*?/\\'".contains(*c)).collect();
        let wanted = Some(allowed.trim()).filter(|name| !name.is_empty()).unwrap_or(otherwise);
        let numbered = |at: usize| {
            let mark = if at == 1 { String::new() } else { format!(" ({at})") };
            whole_words(wanted, LONGEST_NAME - mark.len()) + &mark
        };
        let known = |name: &String| self.0.iter().any(|known| known.to_lowercase() == name.to_lowercase());
        let name = (1..=self.0.len() + 1).map(numbered).find(|name| !known(name)).unwrap_or_default();
        self.0.push(name.clone());
        name
    }
}

/// The same, without the rest of a word that is cut and what stands before it.
fn whole_words(text: &str, most: usize) -> String {
    let short = shortened(text, most);
    let cut = text[short.len()..].starts_with(char::is_alphanumeric) && short.ends_with(char::is_alphanumeric);
    let whole = short.rsplit_once(char::is_whitespace).filter(|_| cut).map_or(short.as_str(), |(whole, _)| whole);
    whole.trim_end_matches(|c: char| c.is_whitespace() || ",;(".contains(c)).to_owned()
}

/// At most so many of a spreadsheet's characters, which are UTF-16's.
fn shortened(text: &str, most: usize) -> String {
    let mut room = most;
    let fits = |c: &char| {
        room.checked_sub(c.len_utf16()).is_some_and(|rest| {
            room = rest;
            true
        })
    };
    text.chars().take_while(fits).collect()
}

/// What must be seen.
fn loud() -> Format {
    Format::new().set_bold().set_font_color(LOUD)
}

const LOUD: u32 = 0x00A4_161A;

#[cfg(test)]
mod tests;
