//! How values in a sweep file are read, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use cotejo_model::{Model, Threads};
use toml::Spanned;
use toml::de::DeValue;

use super::files::WeightFile;
use super::long::parse_budget;
use crate::sweep_file::{FileProblem, Place};

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

    /// Notes a problem at this place.
    pub(crate) fn report(&mut self, span: Range<usize>, message: String) {
        self.problems.push(FileProblem { place: Some(Place::of(self.text, span.start)), message });
    }

    /// The lines with a problem.
    pub(crate) fn lines(&self) -> impl Iterator<Item = usize> {
        self.problems.iter().filter_map(|problem| problem.place).map(|place| place.line)
    }

    /// Sorts the problems. On a line of broken syntax, all but the first are echoes of it.
    pub(crate) fn settle(&mut self, broken: &[usize]) {
        self.problems.sort();
        let line = |problem: &FileProblem| problem.place.map(|place| place.line);
        self.problems.dedup_by(|later, earlier| {
            line(later) == line(earlier) && line(later).is_some_and(|line| broken.contains(&line))
        });
    }

    /// One value.
    pub(super) fn one<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, read: Read<T>) -> Option<T> {
        match read(value.get_ref()) {
            Ok(found) => Some(found),
            Err(message) => {
                self.report(value.span(), format!("{key}: {message}"));
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
            let found = value.get_ref().type_str();
            self.report(value.span(), format!("{key}: expected a table such as {{ room = \"A1\" }}, found {found}"));
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
                    self.report(model.span(), format!("{key}: {error}"));
                }
                let path = self.one(key, path, text)?;
                Some(WeightFile { model: Some(named.ok()?), path: self.beside(path) })
            })
            .collect();
        files.into_iter().collect()
    }
}

/// Reads one value, or says what is wrong with it.
pub(super) type Read<T> = fn(&DeValue<'_>) -> Result<T, String>;

fn expected<T>(what: &str, value: &DeValue<'_>) -> Result<T, String> {
    Err(format!("expected {what}, found {}", value.type_str()))
}

/// A text.
pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    value.as_str().map_or_else(|| expected("a text in quotes", value), |text| Ok(text.to_owned()))
}

/// A whole number that fits.
pub(super) fn number<T: TryFrom<u64>>(value: &DeValue<'_>) -> Result<T, String> {
    let Some(integer) = value.as_integer() else {
        return expected("a whole number", value);
    };
    let parsed = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
    parsed.and_then(|number| T::try_from(number).ok()).ok_or_else(|| format!("{integer} is out of range"))
}

/// Something that has a name.
pub(super) fn named<T: FromStr<Err: fmt::Display>>(value: &DeValue<'_>) -> Result<T, String> {
    text(value)?.parse().map_err(|error: T::Err| error.to_string())
}

/// Yes or no.
pub(super) fn truth(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().map_or_else(|| expected("true or false", value), Ok)
}

/// A number of threads, or what stands for one.
pub(super) fn threads(value: &DeValue<'_>) -> Result<Threads, String> {
    if value.is_integer() { number(value).map(Threads::Exactly) } else { named(value) }
}

/// A duration in milliseconds.
pub(super) fn budget(value: &DeValue<'_>) -> Result<u64, String> {
    match value {
        DeValue::String(text) => parse_budget(text),
        DeValue::Integer(seconds) => parse_budget(&seconds.to_string()),
        DeValue::Float(seconds) => parse_budget(seconds.as_str()),
        _ => expected("a duration such as \"25s\", or a number of seconds", value),
    }
}
