//! Documents on their way out: in the format that was asked for, to a file or to standard output.

use std::ffi::OsStr;
use std::path::Path;

use cotejo_language::Texts;
use cotejo_model::comparison::Comparison;
use cotejo_render::document::Document;
use cotejo_render::formats::{self, Format, Place, Write};
use cotejo_render::results;

use crate::args::{self, Target};
use crate::error::Error;
use crate::message::Message;
use crate::output;

/// Shows a comparison in this terminal.
pub(crate) fn show(comparison: &Comparison, texts: &Texts) -> Result<(), Error> {
    let target = Target { file: None, force: false };
    deliver(&results::document(comparison, texts), args::terminal(), target)
}

/// Writes the document.
pub(crate) fn deliver(document: &Document, format: &Format, target: Target<'_>) -> Result<(), Error> {
    let Write::Document(write) = format.write else {
        return Err(Error::usage(Message::new("problem-results-only").with("format", format.name)));
    };
    let Some(file) = target.file else {
        let place = Place { style: &output::style(), folder: "" };
        return output::print(write(document, &place).map_err(|error| Error::failed(error.message()))?);
    };
    let folder = picture_folder(file);
    if format.charts_beside && document.charts().next().is_some() {
        write_pictures(document, &file.with_file_name(&folder))?;
    }
    let place = Place { style: &output::file_style(), folder: &folder };
    self::write(target, &write(document, &place).map_err(|error| Error::failed(error.message()))?)
}

/// Writes what is no document: to the file, which is then named, or to standard output.
pub(crate) fn write(target: Target<'_>, content: &[u8]) -> Result<(), Error> {
    let Some(file) = target.file else { return output::print(content) };
    output::write_file(file, content, target.force)?;
    output::say(Message::new("news-wrote").with("file", file.display()));
    Ok(())
}

/// `report.md` has its pictures in `report-charts`.
fn picture_folder(file: &Path) -> String {
    let stem = file.file_stem().map_or_else(|| "document".into(), OsStr::to_string_lossy);
    format!("{stem}-charts")
}

fn write_pictures(document: &Document, folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|error| output::cannot_make_folder(folder, &error))?;
    for (name, png) in formats::pictures(document) {
        // They belong to the document, which was asked about already.
        output::write_file(&folder.join(name), png, true)?;
    }
    Ok(())
}
