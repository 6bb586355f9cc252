//! Sweep files: TOML whose keys are the names of the flags. Every problem of a file is found at once, each with its
//! line and column.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::draft::Draft;
use crate::fields::{FIELDS, Reader};
use crate::file_problem::{FileProblem, Place, unknown};
use crate::message::Message;

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

impl SweepFile {
    /// Reads a file's text; paths in it are relative to the file.
    pub(crate) fn parse(path: &Path, text: &str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reader = Reader::new(text, path.parent().unwrap_or(Path::new("")));
        for error in errors {
            let offset = error.span().map_or(text.len(), |span| span.start);
            reader.report(offset..offset, None, Message::words(error.message()));
        }
        let broken: Vec<usize> = reader.lines().collect();
        let mut draft = Draft::default();
        let mut places = BTreeMap::new();
        for (key, value) in table.get_ref() {
            match FIELDS.iter().find(|field| field.key() == key.get_ref().as_ref()) {
                Some(field) => {
                    places.insert(field.key(), Place::of(text, key.span().start));
                    if let Some(value) = field.read(&mut reader, value) {
                        draft.set(field.key(), value);
                    }
                }
                None if key.get_ref() == AMBIGUOUS => {
                    reader.report(key.span(), None, Message::new("file-budget-either"));
                }
                None => reader.report(key.span(), None, unknown("key", key.get_ref(), &keys())),
            }
        }
        reader.settle(&broken);
        Self { path: path.to_owned(), draft, places, problems: reader.problems }
    }

    /// A problem of one of the fields that the file gives; none if it does not give it.
    pub(crate) fn problem_of(&self, field: &str, what: Message) -> Option<FileProblem> {
        let place = *self.places.get(field)?;
        Some(FileProblem { place: Some(place), field: Some(field.to_owned()), what })
    }

    /// Whether what this field holds could not be read.
    pub(crate) fn is_unread(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field.as_deref() == Some(field))
    }
}

/// What was once the time of one cell, and as a flag is that of the whole sweep: neither may be taken for the other.
const AMBIGUOUS: &str = "budget";

/// The keys of a sweep file.
fn keys() -> Vec<&'static str> {
    FIELDS.iter().map(|field| field.key()).collect()
}

#[cfg(test)]
mod tests {
    use cotejo_model::Threads;

    use super::*;
    use crate::fields::{CELL_BUDGET, EXACT, IMAGE, MATMUL, SEED, SIZES, STREAMS, SWEEP_BUDGET, THREADS, WEIGHTS};

    fn parse(text: &str) -> SweepFile {
        SweepFile::parse(Path::new("classes/class.toml"), text)
    }

    fn problems(text: &str) -> String {
        parse(text).problems.iter().map(|problem| problem.message().in_english()).collect::<Vec<_>>().join("\n")
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
        assert_eq!(file.places.len(), FIELDS.len());
        let draft = file.draft;
        assert_eq!(draft.get(&SIZES), Some(&vec![224]));
        assert_eq!(draft.get(&MATMUL), Some(&vec![1000, 2048]));
        assert_eq!(draft.get(&THREADS), Some(&vec![Threads::All, Threads::Exactly(2)]));
        assert_eq!(draft.get(&IMAGE), Some(&Path::new("classes").join("cat.jpg")));
        assert_eq!((draft.get(&CELL_BUDGET), draft.get(&SWEEP_BUDGET)), (Some(&120_000), Some(&1_500_000)));
        assert_eq!((draft.get(&EXACT), draft.get(&STREAMS)), (Some(&true), Some(&vec![1, 2])));
        assert_eq!(draft.get(&SEED), Some(&u64::MAX));
        assert_eq!(draft.get(&WEIGHTS).map(Vec::len), Some(2));
        assert!(draft.resolve().is_ok());
    }

    #[test]
    fn every_problem_is_named_at_once_with_its_place() {
        insta::assert_snapshot!(problems(
            "modles = [\"resnet18\"]\nmodels = [\"resnet99\", 7]\nsizes = [\"224\", 512, -1]\n\
             cell-budget = \"soon\"\nruns = 1.5\nlabels = \"A1\"\nweights = { vgg = \"v.pth\" }\nzzzzzz = true\nexact = 1\n"
        ), @r#"
        line 1, column 1: unknown key `modles`; did you mean `models`?
        line 2, column 11: models: unknown model `resnet99`; known: resnet18, mobilenet_v2, resnet34, resnet50, mobilenet_v3_large
        line 2, column 23: models: expected a text in quotes, found integer
        line 3, column 10: sizes: expected a whole number, found string
        line 3, column 22: sizes: -1 is out of range
        line 4, column 15: cell-budget: `soon` is not a duration; write 25s, 2m or a number of seconds
        line 5, column 8: runs: expected a whole number, found float
        line 6, column 10: labels: expected a table such as { room = "A1" }, found string
        line 7, column 13: weights: unknown model `vgg`; known: resnet18, mobilenet_v2, resnet34, resnet50, mobilenet_v3_large
        line 8, column 1: unknown key `zzzzzz`; known: preset, models, sizes, batches, matmul, devices, threads, precision, engine, exact, streams, image, weights, cell-budget, runs, sweep-budget, seed, name, machines, labels
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
        let problem = file.problem_of("sizes", Message::words("0 is too small")).unwrap();
        assert_eq!(problem.message().in_english(), "line 2, column 1: sizes: 0 is too small");
        assert_eq!(file.problem_of("batches", Message::words("x")), None);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(Place::of("é = 1\nñandú = 2", 15), Place { line: 2, column: 7 });
    }
}
