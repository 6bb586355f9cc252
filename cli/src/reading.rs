//! Files that are read: what cannot be is named with what it was to be.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::Error;
use crate::message::Message;

/// What is wrong with a file of this kind.
pub(crate) fn about(problem: &'static str, what: &Message, path: &Path) -> Message {
    Message::new(problem).of("what", what.clone()).with("file", path.display())
}

/// A file of this kind cannot be read.
pub(crate) fn unreadable(what: &Message, path: &Path, error: &io::Error) -> Error {
    Error::usage(about("problem-read", what, path).with("error", error))
}

/// Opens a file, and nothing that only looks like one.
pub(crate) fn open(what: &Message, path: &Path) -> Result<File, Error> {
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(what, path, &error))?;
    if !metadata.is_file() {
        return Err(Error::usage(about("problem-not-file", what, path)));
    }
    File::open(path).map_err(|error| unreadable(what, path, &error))
}

/// The whole content of a file that is not larger than any of its kind.
pub(crate) fn read_bounded(what: &'static str, path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let what = &Message::new(what);
    let file = open(what, path)?;
    let mut content = Vec::new();
    // What grows while it is read is bounded too.
    file.take(most + 1).read_to_end(&mut content).map_err(|error| unreadable(what, path, &error))?;
    if content.len() as u64 > most {
        return Err(Error::usage(about("problem-too-large", what, path).with("bytes", most)));
    }
    Ok(content)
}
