//! Results on disk until the coordinator has them. A file is named by the SHA-256 of its content, so that a torn or
//! altered one is told from a whole one, and a result that is sent twice is known to be the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cotejo_model::session::JobResult;
use cotejo_model::{Assignment, Digest, Measurement, Reason};
use serde::{Deserialize, Serialize};

use cotejo_daemon::files;
use cotejo_language::Message;

/// How the names of results end.
const RESULT: &str = "json";
/// The folder inside the outbox for files that are not results.
const ASIDE: &str = "unreadable";
/// Bytes that must fit before a job is taken on: the largest result is smaller.
const ROOM: usize = 256 * 1024;

/// The outbox cannot be used.
#[derive(Debug, thiserror::Error)]
pub struct OutboxError {
    /// The file or the folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl OutboxError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        Message::new("agent-outbox").with("path", self.path.display()).with("error", &self.source)
    }
}

cotejo_language::displayed_in_english!(OutboxError);

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct Record {
    assignment: Assignment,
    outcome: Result<Box<Measurement>, Reason>,
}

#[derive(Debug)]
struct Entry {
    assignment: Assignment,
    digest: Digest,
    /// The content, where it could not be written yet.
    unwritten: Option<Vec<u8>>,
}

/// Results that wait for the coordinator.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    entries: Mutex<Vec<Entry>>,
}

impl Outbox {
    /// Opens the folder and takes stock of it. What is not a whole result is moved aside with a warning.
    pub fn open(folder: &Path) -> Result<Self, OutboxError> {
        let failed = |source| OutboxError { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let outbox = Self { folder: folder.to_owned(), entries: Mutex::default() };
        for file in fs::read_dir(folder).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(files::UNFINISHED) => {
                    tracing::warn!(path = %path.display(), "removed a result that was not written to its end");
                    let _ = fs::remove_file(&path);
                }
                Some(RESULT) => match read(&path) {
                    Ok((digest, record)) => {
                        outbox.lock().push(Entry { assignment: record.assignment, digest, unwritten: None });
                    }
                    Err(problem) => outbox.move_aside(&path, &problem),
                },
                _ => {}
            }
        }
        Ok(outbox)
    }

    /// Whether another result could be kept. Results that could not be written before are written first.
    pub fn check(&self) -> Result<(), OutboxError> {
        for entry in self.lock().iter_mut() {
            if let Some(content) = &entry.unwritten {
                self.write(entry.digest, content)?;
                entry.unwritten = None;
            }
        }
        let probe = files::unfinished(&self.folder.join("room"));
        let result = fs::write(&probe, vec![0; ROOM]);
        let _ = fs::remove_file(&probe);
        result.map_err(|source| OutboxError { path: probe, source })
    }

    /// Keeps a result. If it cannot be written it is kept in memory, and uploaded all the same.
    pub fn put(&self, assignment: Assignment, outcome: Result<Box<Measurement>, Reason>) -> Result<(), OutboxError> {
        let content = serde_json::to_vec(&Record { assignment, outcome }).expect("a record has only string keys");
        let digest = Digest::of(&content);
        let written = self.write(digest, &content);
        let unwritten = written.is_err().then_some(content);
        self.lock().push(Entry { assignment, digest, unwritten });
        written
    }

    /// The attempts whose results wait.
    pub fn held(&self) -> Vec<Assignment> {
        self.lock().iter().map(|entry| entry.assignment).collect()
    }

    /// The result that has waited longest. One whose file is damaged is moved aside with a warning.
    pub fn first(&self) -> Option<JobResult> {
        loop {
            let (digest, unwritten) = {
                let entries = self.lock();
                let entry = entries.first()?;
                (entry.digest, entry.unwritten.clone())
            };
            let path = self.path(digest);
            let record = match unwritten {
                Some(content) => parse(&content),
                None => read(&path).map(|(_, record)| record),
            };
            match record {
                Ok(Record { assignment, outcome }) => return Some(JobResult { assignment, digest, outcome }),
                Err(problem) => {
                    self.move_aside(&path, &problem);
                    self.lock().retain(|entry| entry.digest != digest);
                }
            }
        }
    }

    /// The coordinator has this result: it is deleted.
    pub fn remove(&self, digest: Digest) {
        self.delete(|entry| entry.digest == digest);
    }

    /// The coordinator wants no result of this attempt: it is deleted.
    pub fn forget(&self, assignment: Assignment) {
        self.delete(|entry| entry.assignment == assignment);
    }

    fn delete(&self, unwanted: impl Fn(&Entry) -> bool) {
        self.lock().retain(|entry| {
            let keep = !unwanted(entry);
            if !keep && entry.unwritten.is_none() {
                let path = self.path(entry.digest);
                if let Err(error) = fs::remove_file(&path) {
                    // It is sent again after the next start, and acknowledged again.
                    tracing::warn!(path = %path.display(), %error, "cannot delete a result that was delivered");
                }
            }
            keep
        });
    }

    fn write(&self, digest: Digest, content: &[u8]) -> Result<(), OutboxError> {
        let path = self.path(digest);
        files::replace(&path, content).map_err(|source| OutboxError { path, source })
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(format!("{digest}.{RESULT}"))
    }

    fn move_aside(&self, path: &Path, problem: &str) {
        let folder = self.folder.join(ASIDE);
        let moved = fs::create_dir_all(&folder)
            .and_then(|()| fs::rename(path, folder.join(path.file_name().unwrap_or_default())));
        match moved {
            Ok(()) => tracing::warn!(
                path = %path.display(), folder = %folder.display(), problem, "moved an unreadable result aside"
            ),
            Err(error) => tracing::warn!(path = %path.display(), problem, %error, "ignored an unreadable result"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse(content: &[u8]) -> Result<Record, String> {
    serde_json::from_slice(content).map_err(|error| error.to_string())
}

/// A whole result, and the digest that names it.
fn read(path: &Path) -> Result<(Digest, Record), String> {
    let content = fs::read(path).map_err(|error| error.to_string())?;
    let digest = Digest::of(&content);
    if path.file_stem().and_then(|stem| stem.to_str()) != Some(&digest.to_string()) {
        return Err("its content does not match the digest in its name".to_owned());
    }
    Ok((digest, parse(&content)?))
}

#[cfg(test)]
mod tests {
    use cotejo_model::{FailureCode, JobId};

    use super::*;

    fn assignment(attempt: u32) -> Assignment {
        Assignment { job: JobId::random(), attempt, fence: 7 }
    }

    fn failure(text: &str) -> Result<Box<Measurement>, Reason> {
        Err(Reason::quoted(FailureCode::TimedOut, text))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_result_outlives_the_agent_until_it_is_acknowledged() {
        let dir = tempfile::tempdir().unwrap();
        let one = assignment(1);
        Outbox::open(dir.path()).unwrap().put(one, failure("late")).unwrap();

        let outbox = Outbox::open(dir.path()).unwrap();
        assert_eq!(outbox.held(), [one]);
        let result = outbox.first().unwrap();
        assert_eq!((result.assignment, result.outcome.clone()), (one, failure("late")));
        assert_eq!(outbox.first(), Some(result.clone()), "the same digest every time");
        outbox.remove(result.digest);
        assert_eq!((outbox.held(), outbox.first()), (vec![], None));
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn results_are_sent_in_order_and_forgotten_by_attempt() {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(dir.path()).unwrap();
        let (one, two) = (assignment(1), assignment(2));
        outbox.put(one, failure("one")).unwrap();
        outbox.put(two, failure("two")).unwrap();
        assert_eq!(outbox.first().unwrap().assignment, one);
        outbox.forget(one);
        assert_eq!(outbox.first().unwrap().assignment, two);
    }

    #[test]
    fn torn_and_altered_files_are_moved_aside() {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(dir.path()).unwrap();
        let whole = assignment(1);
        outbox.put(whole, failure("whole")).unwrap();
        let name = names(dir.path()).pop().unwrap();
        let content = fs::read(dir.path().join(&name)).unwrap();
        let torn = format!("{}.json", Digest::of(b"what it was to hold"));
        fs::write(dir.path().join(&torn), &content[..content.len() / 2]).unwrap();
        let foreign = format!("{}.json", Digest::of(b"{}"));
        fs::write(dir.path().join(&foreign), b"{}").unwrap();
        fs::write(dir.path().join("some.json.tmp"), b"{").unwrap();

        let outbox = Outbox::open(dir.path()).unwrap();
        assert_eq!(outbox.held(), [whole]);
        assert_eq!(names(dir.path()), {
            let mut left = [name, ASIDE.to_owned()];
            left.sort();
            left
        });
        let mut aside = [torn, foreign];
        aside.sort();
        assert_eq!(names(&dir.path().join(ASIDE)), aside);
    }

    #[test]
    fn a_file_that_is_damaged_while_it_waits_does_not_stop_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(dir.path()).unwrap();
        outbox.put(assignment(1), failure("one")).unwrap();
        let name = names(dir.path()).pop().unwrap();
        fs::write(dir.path().join(name), b"").unwrap();
        let two = assignment(2);
        outbox.put(two, failure("two")).unwrap();
        assert_eq!(outbox.first().unwrap().assignment, two);
        assert_eq!(outbox.held(), [two]);
    }

    #[test]
    fn a_result_that_cannot_be_written_is_kept_in_memory_until_it_can() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("outbox");
        let outbox = Outbox::open(&folder).unwrap();
        // A folder that is gone fails as a full disk does.
        fs::remove_dir(&folder).unwrap();
        let error = outbox.put(assignment(1), failure("one")).unwrap_err();
        assert!(error.to_string().contains("cannot write results"), "{error}");
        assert!(outbox.check().is_err());
        assert_eq!(outbox.first().unwrap().outcome, failure("one"));

        fs::create_dir(&folder).unwrap();
        outbox.check().unwrap();
        assert_eq!(Outbox::open(&folder).unwrap().held(), outbox.held());
        assert_eq!(names(&folder).len(), 1, "the probe is removed");
    }
}
