//! What is wrong in a file that a person wrote, and where.

use crate::message::Message;

/// Line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Of this byte of a text.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

/// Something wrong in a sweep file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FileProblem {
    /// Where; none where the whole file is meant.
    pub(crate) place: Option<Place>,
    /// The key whose value is wrong; none where it is something else than a value.
    pub(crate) field: Option<String>,
    /// What is wrong.
    pub(crate) what: Message,
}

impl FileProblem {
    /// What a person is told.
    pub(crate) fn message(&self) -> Message {
        let what = match &self.field {
            Some(field) => Message::new("file-field").with("field", field).of("what", self.what.clone()),
            None => self.what.clone(),
        };
        match self.place {
            Some(Place { line, column }) => {
                Message::new("file-place").with("line", line).with("column", column).of("what", what)
            }
            None => what,
        }
    }
}

/// Names the key that was probably meant.
pub(crate) fn unknown(kind: &str, key: &str, known: &[&str]) -> Message {
    let close = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, &key.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= 2 || known.trim_end_matches('s') == key)
        .min();
    let of = |name| Message::new(name).with("kind", kind).with("name", key);
    match close {
        Some((_, close)) => of("file-unknown-close").with("close", close),
        None => of("file-unknown").with("known", known.join(", ")),
    }
}
