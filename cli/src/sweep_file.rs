//! Sweep files: TOML whose keys are the names of the flags. Every problem of a file is found at once, each with its
//! line and column.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use cotejo_model::sweep::Preset;
use cotejo_model::{DeviceSelector, Engine, Model, Precision, Threads};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::draft::{Draft, WeightFile, parse_budget};

/// The keys of a sweep file, which are the names of the flags too.
pub(crate) const KEYS: &[&str] = &[
    "name",
    "preset",
    "models",
    "sizes",
    "batches",
    "matmul",
    "devices",
    "threads",
    "precision",
    "engine",
    "exact",
    "streams",
    "image",
    "weights",
    "runs",
    "cell-budget",
    "sweep-budget",
    "machines",
    "labels",
    "seed",
];

/// A sweep file as far as it could be understood.
#[derive(Debug)]
pub(crate) struct SweepFile {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// What it gives.
    pub(crate) draft: Draft,
    /// Where each of its keys stands.
    places: BTreeMap<&'static str, Place>,
    /// What is wrong with its text.
    pub(crate) problems: Vec<FileProblem>,
}

/// Line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

/// Something wrong in a sweep file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileProblem {
    /// Where; none where the whole file is meant.
    place: Option<Place>,
    /// What.
    message: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(Place { line, column }) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl SweepFile {
    /// Reads a file's text; paths in it are relative to the file.
    pub(crate) fn parse(path: &Path, text: &str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reader = Reader { text, folder: path.parent().unwrap_or(Path::new("")), problems: Vec::new() };
        for error in errors {
            let offset = error.span().map_or(text.len(), |span| span.start);
            reader.report(offset..offset, error.message().to_owned());
        }
        let broken: Vec<usize> = reader.lines().collect();
        let mut draft = Draft::default();
        let mut places = BTreeMap::new();
        for (key, value) in table.get_ref() {
            match KEYS.iter().find(|known| **known == key.get_ref().as_ref()) {
                Some(known) => {
                    places.insert(*known, Place::of(text, key.span().start));
                    reader.field(&mut draft, known, value);
                }
                None => reader.report(key.span(), unknown_key(key.get_ref())),
            }
        }
        reader.settle(&broken);
        Self { path: path.to_owned(), draft, places, problems: reader.problems }
    }

    /// A problem of one of the fields that the file gives; none if it does not give it.
    pub(crate) fn problem_of(&self, field: &str, message: &str) -> Option<FileProblem> {
        let place = *self.places.get(field)?;
        Some(FileProblem { place: Some(place), message: format!("{field}: {message}") })
    }

    /// Whether what this field holds could not be read.
    pub(crate) fn is_unread(&self, field: &str) -> bool {
        let prefix = format!("{field}: ");
        self.problems.iter().any(|problem| problem.message.starts_with(&prefix))
    }
}

/// What was once the time of one cell, and as a flag is that of the whole sweep: neither may be taken for the other.
const AMBIGUOUS: &str = "budget";

/// Names the key that was probably meant.
fn unknown_key(key: &str) -> String {
    if key == AMBIGUOUS {
        return "`budget` may mean either: write `cell-budget` for the time of one cell, `sweep-budget` for that of the \
                whole sweep"
            .to_owned();
    }
    let close = KEYS
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, &key.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= 2 || known.trim_end_matches('s') == key)
        .min();
    match close {
        Some((_, known)) => format!("unknown key `{key}`; did you mean `{known}`?"),
        None => format!("unknown key `{key}`; known: {}", KEYS.join(", ")),
    }
}

/// Reads values and collects what is wrong with them.
struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    problems: Vec<FileProblem>,
}

impl Reader<'_> {
    fn report(&mut self, span: Range<usize>, message: String) {
        self.problems.push(FileProblem { place: Some(Place::of(self.text, span.start)), message });
    }

    /// The lines with a problem.
    fn lines(&self) -> impl Iterator<Item = usize> {
        self.problems.iter().filter_map(|problem| problem.place).map(|place| place.line)
    }

    /// Sorts the problems. On a line of broken syntax, all but the first are echoes of it.
    fn settle(&mut self, broken: &[usize]) {
        self.problems.sort();
        let line = |problem: &FileProblem| problem.place.map(|place| place.line);
        self.problems.dedup_by(|later, earlier| {
            line(later) == line(earlier) && line(later).is_some_and(|line| broken.contains(&line))
        });
    }

    fn field(&mut self, draft: &mut Draft, key: &'static str, value: &Spanned<DeValue<'_>>) {
        match key {
            "name" => draft.name = self.one(key, value, text),
            "preset" => draft.preset = self.one(key, value, named::<Preset>),
            "models" => draft.models = self.list(key, value, named::<Model>),
            "sizes" => draft.sizes = self.list(key, value, number),
            "batches" => draft.batches = self.list(key, value, number),
            "matmul" => draft.matmul = self.list(key, value, number),
            "devices" => draft.devices = self.list(key, value, named::<DeviceSelector>),
            "threads" => draft.threads = self.list(key, value, threads),
            "precision" => draft.precision = self.list(key, value, named::<Precision>),
            "engine" => draft.engine = self.list(key, value, named::<Engine>),
            "exact" => draft.exact = self.one(key, value, truth),
            "streams" => draft.streams = self.list(key, value, number),
            "image" => draft.image = self.one(key, value, text).map(|path| self.folder.join(path)),
            "weights" => draft.weights = self.weights(key, value),
            "runs" => draft.runs = self.one(key, value, number),
            "cell-budget" => draft.cell_budget_ms = self.one(key, value, budget),
            "sweep-budget" => draft.sweep_budget_ms = self.one(key, value, budget),
            "machines" => draft.machines = self.list(key, value, text),
            "labels" => draft.labels = self.table(key, value, text),
            "seed" => draft.seed = self.one(key, value, number),
            _ => unreachable!("`{key}` is among KEYS and not read"),
        }
    }

    /// One value.
    fn one<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, read: Read<T>) -> Option<T> {
        match read(value.get_ref()) {
            Ok(found) => Some(found),
            Err(message) => {
                self.report(value.span(), format!("{key}: {message}"));
                None
            }
        }
    }

    /// An array of values, or a single one.
    fn list<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, read: Read<T>) -> Option<Vec<T>> {
        let Some(array) = value.get_ref().as_array() else {
            return self.one(key, value, read).map(|one| vec![one]);
        };
        // Every bad item is reported, not only the first.
        let items: Vec<Option<T>> = array.iter().map(|item| self.one(key, item, read)).collect();
        items.into_iter().collect()
    }

    /// A table of values.
    fn table<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, read: Read<T>) -> Option<BTreeMap<String, T>> {
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
    fn weights(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<WeightFile>> {
        let Some(table) = value.get_ref().as_table() else {
            let path = self.one(key, value, text)?;
            return Some(vec![WeightFile { model: None, path: self.folder.join(path) }]);
        };
        let files: Vec<Option<WeightFile>> = table
            .iter()
            .map(|(model, path)| {
                let named = model.get_ref().parse::<Model>();
                if let Err(error) = &named {
                    self.report(model.span(), format!("{key}: {error}"));
                }
                let path = self.one(key, path, text)?;
                Some(WeightFile { model: Some(named.ok()?), path: self.folder.join(path) })
            })
            .collect();
        files.into_iter().collect()
    }
}

/// Reads one value, or says what is wrong with it.
type Read<T> = fn(&DeValue<'_>) -> Result<T, String>;

fn expected<T>(what: &str, value: &DeValue<'_>) -> Result<T, String> {
    Err(format!("expected {what}, found {}", value.type_str()))
}

fn text(value: &DeValue<'_>) -> Result<String, String> {
    value.as_str().map_or_else(|| expected("a text in quotes", value), |text| Ok(text.to_owned()))
}

fn number<T: TryFrom<u64>>(value: &DeValue<'_>) -> Result<T, String> {
    let Some(integer) = value.as_integer() else {
        return expected("a whole number", value);
    };
    let parsed = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
    parsed.and_then(|number| T::try_from(number).ok()).ok_or_else(|| format!("{integer} is out of range"))
}

fn named<T: FromStr<Err: fmt::Display>>(value: &DeValue<'_>) -> Result<T, String> {
    text(value)?.parse().map_err(|error: T::Err| error.to_string())
}

fn truth(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().map_or_else(|| expected("true or false", value), Ok)
}

fn threads(value: &DeValue<'_>) -> Result<Threads, String> {
    if value.is_integer() { number(value).map(Threads::Exactly) } else { named(value) }
}

fn budget(value: &DeValue<'_>) -> Result<u64, String> {
    match value {
        DeValue::String(text) => parse_budget(text),
        DeValue::Integer(seconds) => parse_budget(&seconds.to_string()),
        DeValue::Float(seconds) => parse_budget(seconds.as_str()),
        _ => expected("a duration such as \"25s\", or a number of seconds", value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> SweepFile {
        SweepFile::parse(Path::new("classes/class.toml"), text)
    }

    fn problems(text: &str) -> String {
        parse(text).problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_key_is_read() {
        let file = parse(
            r#"
            name = "Room A"
            preset = "quick"
            models = ["resnet18", "mobilenet_v2"]
            sizes = 224
            batches = [1, 8]
            matmul = [1_000, 0x800]
            devices = ["cpu", "cuda:1"]
            threads = ["all", 2]
            precision = "f32"
            engine = ["reference", "optimized"]
            exact = true
            streams = [1, 2]
            image = "cat.jpg"
            runs = 5
            cell-budget = "2m"
            sweep-budget = "25m"
            machines = ["pc-01"]
            labels = { room = "A1" }
            seed = 18446744073709551615
            [weights]
            resnet18 = "r.pth"
            mobilenet_v2 = "m.safetensors"
            "#,
        );
        assert_eq!(file.problems, []);
        assert_eq!(file.places.len(), KEYS.len());
        let draft = file.draft;
        assert_eq!(draft.sizes, Some(vec![224]));
        assert_eq!(draft.matmul, Some(vec![1000, 2048]));
        assert_eq!(draft.threads, Some(vec![Threads::All, Threads::Exactly(2)]));
        assert_eq!(draft.image, Some(Path::new("classes").join("cat.jpg")));
        assert_eq!((draft.cell_budget_ms, draft.sweep_budget_ms), (Some(120_000), Some(1_500_000)));
        assert_eq!((draft.exact, &draft.streams), (Some(true), &Some(vec![1, 2])));
        assert_eq!(draft.seed, Some(u64::MAX));
        assert_eq!(draft.weights.as_ref().map(Vec::len), Some(2));
        assert!(draft.resolve().is_ok());
    }

    #[test]
    fn every_problem_is_named_at_once_with_its_place() {
        insta::assert_snapshot!(problems(
            "modles = [\"resnet18\"]\nmodels = [\"resnet99\", 7]\nsizes = [\"224\", 512, -1]\n\
             cell-budget = \"soon\"\nruns = 1.5\nlabels = \"A1\"\nweights = { vgg = \"v.pth\" }\nzzzzzz = true\nexact = 1\n"
        ), @r#"
        line 1, column 1: unknown key `modles`; did you mean `models`?
        line 2, column 11: models: unknown model `resnet99`; known: resnet18, mobilenet_v2
        line 2, column 23: models: expected a text in quotes, found integer
        line 3, column 10: sizes: expected a whole number, found string
        line 3, column 22: sizes: -1 is out of range
        line 4, column 15: cell-budget: `soon` is not a duration; write 25s, 2m or a number of seconds
        line 5, column 8: runs: expected a whole number, found float
        line 6, column 10: labels: expected a table such as { room = "A1" }, found string
        line 7, column 13: weights: unknown model `vgg`; known: resnet18, mobilenet_v2
        line 8, column 1: unknown key `zzzzzz`; known: name, preset, models, sizes, batches, matmul, devices, threads, precision, engine, exact, streams, image, weights, runs, cell-budget, sweep-budget, machines, labels, seed
        line 9, column 9: exact: expected true or false, found integer
        "#);
    }

    #[test]
    fn an_old_budget_does_not_change_its_meaning_silently() {
        insta::assert_snapshot!(problems("budget = \"10s\"\n"), @"line 1, column 1: `budget` may mean either: write `cell-budget` for the time of one cell, `sweep-budget` for that of the whole sweep");
    }

    #[test]
    fn broken_syntax_does_not_hide_the_rest() {
        insta::assert_snapshot!(problems("sizes = [224\nmodle = \"resnet18\"\n"), @"line 2, column 1: missing comma between array elements, expected `,`");
    }

    #[test]
    fn a_problem_of_the_sweep_points_at_its_line() {
        let file = parse("name = \"x\"\nsizes = [0]\n");
        let problem = file.problem_of("sizes", "size 0 is outside 1 to 1000000").unwrap();
        assert_eq!(problem.to_string(), "line 2, column 1: sizes: size 0 is outside 1 to 1000000");
        assert_eq!(file.problem_of("batches", "x"), None);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(Place::of("é = 1\nñandú = 2", 15), Place { line: 2, column: 7 });
    }
}
