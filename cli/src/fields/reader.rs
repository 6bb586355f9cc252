//! How values in a sweep file are read, and what is wrong with them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use cotejo_daemon::usage::{BadValue, unknown_name};
use cotejo_model::named::UnknownName;
use cotejo_model::{Model, Threads};
use toml::Spanned;
use toml::de::DeValue;

use super::files::WeightFile;
use super::long::parse_budget;
use crate::file_problem::{FileProblem, Place};
use crate::message::Message;

/// Reads values and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    /// What was wrong so far.
    pub(crate) problems: Vec<FileProblem>,
}

impl<'a> Reader<'a> {
    /// Of this text, in a file of this folder.
    pub(crate) fn new(text: &'a str, folder: &'a Path) -> Self {
        Self { text, folder, problems: Vec::new() }
    }

    /// A path that the file names: it is relative to the file.
    pub(super) fn beside(&self, path: String) -> PathBuf {
        self.folder.join(path)
    }

    /// Notes a problem at this place, of the value of this key if it is one of a value.
    pub(crate) fn report(&mut self, span: Range<usize>, key: Option<&str>, what: Message) {
        let place = Some(Place::of(self.text, span.start));
        self.problems.push(FileProblem { place, field: key.map(str::to_owned), what });
    }

    /// The lines with a problem.
    pub(crate) fn lines(&self) -> impl Iterator<Item = usize> {
        self.problems.iter().filter_map(|problem| problem.place).map(|place| place.line)
    }

    /// Sorts the problems. On a line of broken syntax, all but the first are echoes of it.
    pub(crate) fn settle(&mut self, broken: &[usize]) {
        self.problems.sort_by_key(|problem| problem.place);
        let line = |problem: &FileProblem| problem.place.map(|place| place.line);
        self.problems.dedup_by(|later, earlier| {
            line(later) == line(earlier) && line(later).is_some_and(|line| broken.contains(&line))
        });
    }

    pub(super) fn one<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, read: Read<T>) -> Option<T> {
        match read(value.get_ref()) {
            Ok(found) => Some(found),
            Err(what) => {
                self.report(value.span(), Some(key), what);
                None
            }
        }
    }

    /// An array of values, or a single one.
    pub(super) fn list<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, read: Read<T>) -> Option<Vec<T>> {
        let Some(array) = value.get_ref().as_array() else {
            return self.one(key, value, read).map(|one| vec![one]);
        };
        // Every bad item is reported, not only the first.
        let items: Vec<Option<T>> = array.iter().map(|item| self.one(key, item, read)).collect();
        items.into_iter().collect()
    }

    /// A table of values.
    pub(super) fn table<T>(
        &mut self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        read: Read<T>,
    ) -> Option<BTreeMap<String, T>> {
        let Some(table) = value.get_ref().as_table() else {
            self.report(value.span(), Some(key), expected("table", value.get_ref()));
            return None;
        };
        let items: Vec<Option<(String, T)>> = table
            .iter()
            .map(|(name, item)| self.one(key, item, read).map(|item| (name.get_ref().to_string(), item)))
            .collect();
        items.into_iter().collect()
    }

    /// One file, or a table of files by model.
    pub(super) fn weights(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<WeightFile>> {
        let Some(table) = value.get_ref().as_table() else {
            let path = self.one(key, value, text)?;
            return Some(vec![WeightFile { model: None, path: self.beside(path) }]);
        };
        let files: Vec<Option<WeightFile>> = table
            .iter()
            .map(|(model, path)| {
                let named = model.get_ref().parse::<Model>();
                if let Err(error) = &named {
                    self.report(model.span(), Some(key), unknown_name(error));
                }
                let path = self.one(key, path, text)?;
                Some(WeightFile { model: Some(named.ok()?), path: self.beside(path) })
            })
            .collect();
        files.into_iter().collect()
    }
}

/// Reads one value, or says what is wrong with it.
pub(super) type Read<T> = fn(&DeValue<'_>) -> Result<T, Message>;

/// What is said of a value that is of another kind than this one.
pub(crate) fn expected(kind: &str, value: &DeValue<'_>) -> Message {
    Message::new("file-expected").with("expected", kind).with("found", value.type_str())
}

pub(super) fn text(value: &DeValue<'_>) -> Result<String, Message> {
    value.as_str().map(str::to_owned).ok_or_else(|| expected("text", value))
}

/// A whole number that fits.
pub(super) fn number<T: TryFrom<u64>>(value: &DeValue<'_>) -> Result<T, Message> {
    let integer = value.as_integer().ok_or_else(|| expected("whole", value))?;
    let parsed = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
    parsed
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| Message::new("file-out-of-range").with("number", integer))
}

/// Something that has a name.
pub(super) fn named<T: FromStr<Err = UnknownName>>(value: &DeValue<'_>) -> Result<T, Message> {
    text(value)?.parse().map_err(|error| unknown_name(&error))
}

/// Yes or no.
pub(super) fn truth(value: &DeValue<'_>) -> Result<bool, Message> {
    value.as_bool().ok_or_else(|| expected("truth", value))
}

/// A number of threads, or what stands for one.
pub(super) fn threads(value: &DeValue<'_>) -> Result<Threads, Message> {
    if value.is_integer() { number(value).map(Threads::Exactly) } else { named(value) }
}

/// A duration in milliseconds.
pub(super) fn budget(value: &DeValue<'_>) -> Result<u64, Message> {
    let parsed = match value {
        DeValue::String(text) => parse_budget(text),
        DeValue::Integer(seconds) => parse_budget(&seconds.to_string()),
        DeValue::Float(seconds) => parse_budget(seconds.as_str()),
        _ => return Err(expected("duration", value)),
    };
    parsed.map_err(|BadValue(message)| message)
}
