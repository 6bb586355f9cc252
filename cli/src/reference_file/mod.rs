//! Files of reference times, CSV or TOML: fields by name, each with its line. Every problem of a file is found at once.

mod csv;
mod toml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cotejo_daemon::usage::unknown_name;
use cotejo_model::named::UnknownName;
use cotejo_model::reference::MAX_REFERENCES;
use cotejo_model::stats::Interval;
use cotejo_model::{Model, Precision, Reference, Task};

use crate::message::Message;

/// What may be said of each time: the columns of CSV, the keys of TOML.
const FIELDS: &[&str] = &[
    "gpu",
    "kind",
    "model",
    "size",
    "batch",
    "precision",
    "time",
    "unit",
    "source",
    "software",
    "ci_low",
    "ci_high",
    "runs",
    "measured_on",
];
/// Units of time, each ten to the minus so many seconds.
const UNITS: &[(&str, i32)] = &[("s", 0), ("ms", 3), ("us", 6), ("µs", 6), ("μs", 6)];

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FileProblem {
    /// From 1; none where the whole file is meant.
    line: Option<usize>,
    what: Message,
}

impl FileProblem {
    fn at(line: usize, what: Message) -> Self {
        Self { line: Some(line), what }
    }

    fn of_file(what: Message) -> Self {
        Self { line: None, what }
    }

    /// What a person is told.
    pub(crate) fn message(&self) -> Message {
        match self.line {
            Some(line) => Message::new("file-line").with("line", line).of("what", self.what.clone()),
            None => self.what.clone(),
        }
    }
}

/// A value as it was written.
#[derive(Debug, Clone)]
struct Cell {
    text: String,
    line: usize,
}

type Cells = BTreeMap<&'static str, Cell>;

/// What a file says, before anybody asks what it means.
#[derive(Debug, Default)]
struct Sheet {
    /// What the set is called.
    set: Option<String>,
    /// What is said once for all times.
    shared: Cells,
    /// One a time.
    rows: Vec<Row>,
    /// Whether `0,5` is a half.
    decimal_comma: bool,
    /// What cannot be read.
    problems: Vec<FileProblem>,
    /// Fields of which that is said already.
    unread: BTreeSet<&'static str>,
}

#[derive(Debug)]
struct Row {
    line: usize,
    cells: Cells,
}

/// The field that this name means.
fn field(name: &str) -> Option<&'static str> {
    FIELDS.iter().copied().find(|field| *field == name)
}

/// The reference times of a file; its set is called as the caller says, as the file says, or as the file itself.
pub(crate) fn parse(path: &Path, content: &[u8], set: Option<&str>) -> Result<Vec<Reference>, Vec<FileProblem>> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let read: fn(&str) -> Sheet = match ending.as_deref() {
        Some("csv") => csv::read,
        Some("toml") => toml::read,
        _ => {
            return Err(vec![FileProblem::of_file(Message::new("times-ending"))]);
        }
    };
    let mut sheet = read(text_of(content)?);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let set = set.map(str::to_owned).or(sheet.set.take()).or(stem).unwrap_or_default();
    sheet.references(&set)
}

fn text_of(content: &[u8]) -> Result<&str, Vec<FileProblem>> {
    let text = std::str::from_utf8(content).map_err(|error| {
        let line = content[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        vec![FileProblem::at(line, Message::new("times-not-utf8"))]
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl Sheet {
    fn references(self, set: &str) -> Result<Vec<Reference>, Vec<FileProblem>> {
        let mut problems = self.problems;
        let mut references: Vec<(usize, Reference)> = Vec::new();
        for row in &self.rows {
            let mut reader = Reader {
                row,
                shared: &self.shared,
                decimal_comma: self.decimal_comma,
                unread: &self.unread,
                problems: Vec::new(),
            };
            let reference = reader.reference(set);
            if reader.problems.is_empty() {
                match references.iter().find(|(_, known)| known.key() == reference.key()) {
                    Some((line, _)) => {
                        problems.push(FileProblem::at(row.line, Message::new("times-same").with("line", line)));
                    }
                    None => references.push((row.line, reference)),
                }
            }
            problems.extend(reader.problems.into_iter().map(|(_, problem)| problem));
        }
        if self.rows.is_empty() && problems.is_empty() {
            problems.push(FileProblem::of_file(Message::new("times-none")));
        }
        if self.rows.len() > MAX_REFERENCES {
            let many = Message::new("times-many").count("count", self.rows.len() as u64);
            problems.push(FileProblem::of_file(many.count("most", MAX_REFERENCES as u64)));
        }
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.line);
            // What is said once for all times is wrong once.
            let mut once: Vec<FileProblem> = Vec::new();
            for problem in problems {
                if !once.iter().rev().take_while(|other| other.line == problem.line).any(|other| *other == problem) {
                    once.push(problem);
                }
            }
            return Err(once);
        }
        Ok(references.into_iter().map(|(_, reference)| reference).collect())
    }
}

/// Reads the fields of one row, and collects what is wrong with them.
struct Reader<'a> {
    row: &'a Row,
    shared: &'a Cells,
    decimal_comma: bool,
    unread: &'a BTreeSet<&'static str>,
    problems: Vec<(&'static str, FileProblem)>,
}

impl<'a> Reader<'a> {
    /// The reference of the row; where there are problems, with something harmless for what could not be read.
    fn reference(&mut self, set: &str) -> Reference {
        let gpu = self.required("gpu").unwrap_or("unread").to_owned();
        let source = self.required("source").unwrap_or("unread").to_owned();
        let task = self.task();
        let precision = self.required("precision");
        let precision = precision.and_then(|text| self.parsed("precision", &text.to_lowercase()));
        let places = self.unit().unwrap_or(0);
        let time = self.required("time").and_then(|text| self.seconds("time", text, places));
        let low = self.get("ci_low").and_then(|text| self.seconds("ci_low", text, places));
        let high = self.get("ci_high").and_then(|text| self.seconds("ci_high", text, places));
        for (field, other) in [("ci_low", "ci_high"), ("ci_high", "ci_low")] {
            if self.get(field).is_some() && self.get(other).is_none() {
                self.report(other, Message::new("times-one-end").with("other", field));
            }
        }
        let runs = self.get("runs").and_then(|text| self.count("runs", text));
        let reference = Reference {
            set: set.to_owned(),
            source,
            device_name: gpu,
            software: self.get("software").map(str::to_owned),
            task,
            precision: precision.unwrap_or(Precision::F32),
            seconds: time.unwrap_or(1.0),
            ci: low.zip(high).filter(|_| time.is_some()).map(|(low, high)| Interval { low, high }),
            runs,
            measured_on: self.get("measured_on").map(str::to_owned),
            imported_ms: 0,
        };
        for problem in reference.problems() {
            if !self.problems.iter().any(|(field, _)| *field == problem.field) {
                self.report(field(&problem.field).unwrap_or("set"), problem.why.into());
            }
        }
        reference
    }

    fn task(&mut self) -> Task {
        let size = self.required("size").and_then(|text| self.count("size", text)).unwrap_or(1);
        match self.get("kind") {
            Some("matmul") => {
                for field in ["model", "batch"] {
                    if self.row.cells.get(field).is_some_and(|cell| !cell.text.trim().is_empty()) {
                        self.report(field, Message::new("times-not-of-product"));
                    }
                }
                Task::Matmul { size }
            }
            kind => {
                if let Some(kind) = kind.filter(|kind| *kind != "classify") {
                    self.report("kind", Message::new("times-kind").with("text", kind));
                }
                let model = self.required("model").and_then(|text| self.parsed("model", &text.to_lowercase()));
                let batch = self.required("batch").and_then(|text| self.count("batch", text));
                Task::Classify { model: model.unwrap_or(Model::ResNet18), size, batch: batch.unwrap_or(1) }
            }
        }
    }

    /// Ten to the minus how many seconds its unit is.
    fn unit(&mut self) -> Option<i32> {
        let text = self.required("unit")?;
        let known = UNITS.iter().find(|(unit, _)| *unit == text);
        if known.is_none() {
            self.report("unit", Message::new("times-unit").with("text", text));
        }
        known.map(|(_, places)| *places)
    }

    fn cell(&self, field: &str) -> Option<&'a Cell> {
        let own = self.row.cells.get(field).filter(|cell| !cell.text.trim().is_empty());
        own.or_else(|| self.shared.get(field).filter(|cell| !cell.text.trim().is_empty()))
    }

    fn get(&self, field: &str) -> Option<&'a str> {
        self.cell(field).map(|cell| cell.text.trim())
    }

    fn required(&mut self, field: &'static str) -> Option<&'a str> {
        let text = self.get(field);
        if text.is_none() && !self.unread.contains(field) {
            self.report(field, Message::new("times-missing"));
        }
        text
    }

    fn report(&mut self, field: &'static str, what: Message) {
        let line = self.cell(field).map_or(self.row.line, |cell| cell.line);
        let what = Message::new("file-field").with("field", field).of("what", what);
        self.problems.push((field, FileProblem::at(line, what)));
    }

    fn parsed<T: std::str::FromStr<Err = UnknownName>>(&mut self, field: &'static str, text: &str) -> Option<T> {
        text.parse().map_err(|error| self.report(field, unknown_name(&error))).ok()
    }

    fn count(&mut self, field: &'static str, text: &str) -> Option<u32> {
        let not_whole = |_| self.report(field, Message::new("times-not-whole").with("text", text));
        text.parse().map_err(not_whole).ok()
    }

    /// The point is moved in what was written: a division would round once more than reading does.
    fn seconds(&mut self, field: &'static str, text: &str, places: i32) -> Option<f64> {
        let written =
            if self.decimal_comma && !text.contains('.') { text.replacen(',', ".", 1) } else { text.to_owned() };
        let (digits, exponent) = written.split_once(['e', 'E']).unwrap_or((&written, "0"));
        let exponent = exponent.parse::<i32>().ok().and_then(|exponent| exponent.checked_sub(places));
        let number = exponent.and_then(|exponent| format!("{digits}e{exponent}").parse().ok());
        let number = number.filter(|number: &f64| number.is_finite());
        if number.is_none() {
            let point = text.contains(',') && !self.decimal_comma;
            let name = if point { "times-decimal-comma" } else { "times-not-number" };
            self.report(field, Message::new(name).with("text", text));
        }
        number
    }
}

#[cfg(test)]
mod tests;
