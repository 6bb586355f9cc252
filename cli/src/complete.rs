//! From what was typed to a sweep that is complete but for its files: the second stage of the command line. `files` is
//! the third: it looks at the files, and gives the coordinator what it lacks.

use std::fs;
use std::path::Path;

use cotejo_model::Model;
use cotejo_model::reason::Problem;

use crate::draft::Draft;
use crate::error::Error;
use crate::fields::{FIELDS, NAME};
use crate::file_problem::FileProblem;
use crate::message::Message;
use crate::reading::unreadable;
use crate::request::Request;
use crate::sweep_file::SweepFile;

/// The sweep of these flags over this file, or an error that names everything that is wrong with either.
pub(crate) fn complete(flags: Draft, file: Option<&Path>) -> Result<Request, Error> {
    let file = file.map(read).transpose()?;
    merge(flags, file)
}

fn read(path: &Path) -> Result<SweepFile, Error> {
    if let Some(flag) = meant(path) {
        let message = Message::new("problem-no-sweep-file").with("file", path.display());
        return Err(Error::usage(message).with_help(Message::new("remedy-no-sweep-file").with("flag", flag)));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(&Message::new("file-sweep"), path, &error))?;
    Ok(SweepFile::parse(path, &text))
}

/// The flag that was meant by what stands where a sweep file may: an image, weights or the name of a model.
fn meant(path: &Path) -> Option<String> {
    let shown = path.display();
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("jpg" | "jpeg" | "png" | "bmp" | "webp") => Some(format!("--image {shown}")),
        Some("safetensors" | "pth" | "pt") => Some(format!("--weights {shown}")),
        None if !path.exists() => shown.to_string().parse::<Model>().ok().map(|model| format!("--models {model}")),
        _ => None,
    }
}

fn merge(flags: Draft, file: Option<SweepFile>) -> Result<Request, Error> {
    let Some(file) = file else {
        return flags.resolve().map_err(|problems| listed("problem-sweep", problems.iter().map(of_flag).collect()));
    };
    let mut base = file.draft.clone();
    if base.get(&NAME).is_none()
        && let Some(name) = stem(&file.path)
    {
        base = base.with(&NAME, name);
    }
    let resolved = flags.over(&base).resolve();
    let mut in_file = file.problems.clone();
    let mut in_flags = Vec::new();
    for problem in resolved.as_ref().err().into_iter().flatten() {
        // What hangs on a field that could not be read may be sound.
        if file.is_unread(&problem.field) || (problem.field == "weights" && file.is_unread("models")) {
            continue;
        }
        match file.problem_of(&problem.field, (&problem.why).into()) {
            Some(found) => in_file.push(found),
            None => in_flags.push(of_flag(problem)),
        }
    }
    in_file.sort_by_key(|problem| problem.place);
    let named = |problem: &FileProblem| {
        Message::new("file-named").with("file", file.path.display()).of("what", problem.message())
    };
    let lines: Vec<Message> = in_file.iter().map(named).chain(in_flags).collect();
    match resolved {
        Ok(request) if lines.is_empty() => Ok(request),
        _ => Err(listed("problem-sweep-file", lines)),
    }
}

/// What is wrong with what a flag gave.
fn of_flag(problem: &Problem) -> Message {
    Message::new("file-flag").with("flag", flag(&problem.field)).of("what", &problem.why)
}

/// The flag that gives a field.
fn flag(key: &str) -> &str {
    FIELDS.iter().find(|field| field.key() == key).map_or(key, |field| field.flag())
}

fn stem(path: &Path) -> Option<String> {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned())
}

fn listed(what: &'static str, mut lines: Vec<Message>) -> Error {
    if lines.len() == 1 {
        return Error::usage(lines.remove(0));
    }
    let count = lines.len() as u64;
    let below = std::iter::once(Message::words("")).chain(lines);
    Error::usage(Message::new(what).count("count", count).of("lines", Message::joined(below, "\n  ")))
}

#[cfg(test)]
mod tests {
    use cotejo_model::SweepSpec;
    use cotejo_model::sweep::Preset;

    use super::*;
    use crate::fields::{RUNS, SIZES};

    fn file(text: &str) -> SweepFile {
        SweepFile::parse(Path::new("class.toml"), text)
    }

    #[test]
    fn problems_of_text_and_of_sense_come_together() {
        let text = "sizes = [0]\nbatches = [0]\nthreads = 0\nmodles = 1\nmodels = \"vgg\"\nweights.resnet18 = \"w\"\n";
        let error = merge(Draft::default().with(&RUNS, 0), Some(file(text))).unwrap_err();
        insta::assert_snapshot!(error, @r"
        error: the sweep file has 6 problems:
          class.toml: line 1, column 1: sizes: size 0 is outside 1 to 1000000
          class.toml: line 2, column 1: batches: batch 0 is outside 1 to 4096
          class.toml: line 3, column 1: threads: threads 0 is outside 1 to 1024
          class.toml: line 4, column 1: unknown key `modles`; did you mean `models`?
          class.toml: line 5, column 10: models: unknown model `vgg`; known: resnet18, mobilenet_v2, resnet34, resnet50, mobilenet_v3_large
          --runs: must be at least 1
        ");
    }

    #[test]
    fn what_is_no_sweep_file_has_a_flag_of_its_own() {
        for (typed, flag) in [
            ("cat.JPG", "--image cat.JPG"),
            ("resnet18.pth", "--weights resnet18.pth"),
            ("resnet18", "--models resnet18"),
        ] {
            let error = complete(Draft::default(), Some(Path::new(typed))).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("error: {typed} is no sweep file\n")) && error.contains(flag),
                "{error}"
            );
        }
        let error = complete(Draft::default(), Some(Path::new("class.toml"))).unwrap_err().to_string();
        assert!(error.contains("cannot read the sweep file class.toml"), "{error}");
    }

    #[test]
    fn flags_mend_a_file() {
        let flags = Draft::default().with(&SIZES, vec![32]);
        let request = merge(flags, Some(file("sizes = [0]\n"))).unwrap();
        assert_eq!((&request.spec.classify().unwrap().sizes, request.spec.name.as_str()), (&vec![32], "class"));
    }

    #[test]
    fn an_empty_file_is_the_practice_under_its_own_name() {
        let request = merge(Draft::default(), Some(file(""))).unwrap();
        assert_eq!(request.spec, SweepSpec { name: "class".to_owned(), ..Preset::Practice.spec() });
    }

    #[test]
    fn a_problem_of_a_flag_names_the_flag() {
        let error = merge(Draft::default().with(&SIZES, vec![0]), None).unwrap_err();
        assert_eq!(error.to_string(), "error: --sizes: size 0 is outside 1 to 1000000");
    }
}
