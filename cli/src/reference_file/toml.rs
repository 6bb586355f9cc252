//! Reference times as TOML: a table `[[time]]` each; what all of them have in common stands once, above them.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Cell, Cells, FIELDS, FileProblem, Row, Sheet, field};
use crate::fields::expected;
use crate::file_problem::{Place, unknown};
use crate::message::Message;

/// What may stand above the times, beside the set's name.
fn is_shared(name: &str) -> bool {
    !matches!(name, "time" | "ci_low" | "ci_high")
}

pub(super) fn read(text: &str) -> Sheet {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, sheet: Sheet::default() };
    for error in errors {
        let offset = error.span().map_or(text.len(), |span| span.start);
        reader.report(offset, Message::words(error.message()));
    }
    // What was understood of a broken file would only echo it.
    if reader.sheet.problems.is_empty() {
        reader.file(table.get_ref());
    }
    reader.sheet
}

fn time_table() -> Message {
    Message::new("file-field").with("field", "time").of("what", Message::new("times-time-table"))
}

struct Reader<'a> {
    text: &'a str,
    sheet: Sheet,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        Place::of(self.text, offset).line
    }

    fn report(&mut self, offset: usize, what: Message) {
        let line = self.line(offset);
        self.sheet.problems.push(FileProblem::at(line, what));
    }

    fn file(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "time" => self.times(value),
                "set" => self.sheet.set = self.cell(value, "set").map(|cell| cell.text),
                name => self.shared(name, key.span().start, value),
            }
        }
    }

    fn shared(&mut self, name: &str, offset: usize, value: &Spanned<DeValue<'_>>) {
        if let Some(name) = field(name).filter(|name| is_shared(name)) {
            let cell = self.cell(value, name);
            self.sheet.shared.extend(cell.map(|cell| (name, cell)));
            return;
        }
        let shared = FIELDS.iter().copied().filter(|name| is_shared(name));
        let known: Vec<&str> = ["set", "time"].into_iter().chain(shared).collect();
        self.report(offset, unknown("key", name, &known));
    }

    fn times(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(times) = value.get_ref().as_array() else {
            return self.report(value.span().start, time_table());
        };
        for time in times {
            let line = self.line(time.span().start);
            let Some(table) = time.get_ref().as_table() else {
                self.report(time.span().start, time_table());
                continue;
            };
            let mut cells = Cells::new();
            for (key, value) in table {
                match field(key.get_ref()) {
                    Some(name) => cells.extend(self.cell(value, name).map(|cell| (name, cell))),
                    None => self.report(key.span().start, unknown("key", key.get_ref(), FIELDS)),
                }
            }
            self.sheet.rows.push(Row { line, cells });
        }
    }

    fn cell(&mut self, value: &Spanned<DeValue<'_>>, name: &'static str) -> Option<Cell> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.to_string(), |number| number.to_string()),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Datetime(date) => date.to_string(),
            other => {
                let what = Message::new("file-field").with("field", name).of("what", expected("cell", other));
                self.report(value.span().start, what);
                self.sheet.unread.insert(name);
                return None;
            }
        };
        Some(Cell { text, line: self.line(value.span().start) })
    }
}
