//! Standard output, standard error and files: the only places where text and pictures leave the program.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use console::Term;
use cotejo_daemon::{files, variables};
use jiff::tz::TimeZone;

use crate::error::Error;
use crate::language;
use crate::message::Message;
use cotejo_render::{Style, clean, wrapped};

/// What standard output can show.
pub(crate) fn style() -> Style {
    let plain = variables::value_os("NO_COLOR").is_some();
    let term = Term::stdout();
    Style {
        width: width(&term),
        // Asking is also what makes an older Windows console understand colours.
        colour: term.is_term() && !plain && term.features().colors_supported(),
        zone: TimeZone::system(),
    }
}

/// Characters a line of a terminal; none where the text goes elsewhere.
fn width(term: &Term) -> Option<usize> {
    term.is_term().then(|| term.size_checked()).flatten().map(|(_, columns)| usize::from(columns))
}

/// What a file shows.
pub(crate) fn file_style() -> Style {
    Style { width: None, colour: false, zone: TimeZone::system() }
}

/// Writes to standard output. A reader that has seen enough, such as `head`, is no error.
pub(crate) fn print(content: impl AsRef<[u8]>) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(content.as_ref()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed(Message::new("problem-stdout").with("error", error)))
        }
        _ => Ok(()),
    }
}

/// Writes a message to standard error; a closed one is ignored.
pub(crate) fn say(message: impl Into<Message>) {
    let text = message.into().said(language::spoken());
    let width = width(&Term::stderr());
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len() + 2;
        // What was typed, or came from elsewhere, may hold what a terminal obeys.
        let _ = writeln!(io::stderr(), "{}", wrapped(&clean(line), width, indent));
    }
}

/// Refuses an output file that exists already, before any work is done for it.
pub(crate) fn check_file(path: &Path, force: bool) -> Result<(), Error> {
    if path.is_dir() {
        return Err(Error::usage(Message::new("problem-folder").with("file", path.display())));
    }
    if !force && path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    Ok(())
}

/// Writes a file as a whole: a reader sees the old one or the new one, never a part.
pub(crate) fn write_file(path: &Path, content: impl AsRef<[u8]>, force: bool) -> Result<(), Error> {
    let cannot = |error: &io::Error| {
        Error::failed(Message::new("problem-write").with("file", path.display()).with("error", error))
            .with_help(Message::new("remedy-write"))
    };
    let written = if force { files::replace } else { files::create };
    match written(path, content.as_ref()) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(cannot(&error)),
        Ok(()) => Ok(()),
    }
}

/// A folder that is to be written into could not be made.
pub(crate) fn cannot_make_folder(folder: &Path, error: &io::Error) -> Error {
    Error::failed(Message::new("problem-make-folder").with("folder", folder.display()).with("error", error))
}

fn exists(path: &Path) -> Error {
    Error::usage(Message::new("problem-exists").with("file", path.display())).with_help(Message::new("remedy-exists"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_file_is_replaced_only_by_force() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.csv");
        write_file(&path, "one", false).unwrap();
        assert_eq!(check_file(&path, false).unwrap_err().exit, Exit::Usage);
        assert_eq!(write_file(&path, "two", false).unwrap_err().exit, Exit::Usage);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        check_file(&path, true).unwrap();
        write_file(&path, "two", true).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left over");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = write_file(&dir.path().join("none").join("out.csv"), "", true).unwrap_err();
        assert!(error.to_string().starts_with("error: cannot write "), "{error}");
        assert!(check_file(dir.path(), true).unwrap_err().to_string().ends_with("it is a folder"));
    }
}
