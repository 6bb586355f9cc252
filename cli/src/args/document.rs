//! Where a document goes, and in which format.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use cotejo_language::{Language, Texts};
use cotejo_render::formats::{self, Format};

use crate::error::Error;
use crate::message::Message;
use crate::output;

/// Where a document goes.
#[derive(Debug, Args)]
pub(crate) struct DocumentArgs {
    /// How to write it; by default as the output file's ending says, else for this terminal
    #[arg(long, value_name = "FORMAT", value_parser = named(Format::of_documents()))]
    pub(crate) format: Option<&'static Format>,
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the output file if it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

impl DocumentArgs {
    /// The format and where to write it; what cannot be written is refused before anything is read.
    pub(crate) fn resolve(&self) -> Result<(&'static Format, Target<'_>), Error> {
        let target = Target { file: self.output.as_deref(), force: self.force };
        let format = match (self.format, target.file) {
            (Some(format), _) => format,
            (None, None) => terminal(),
            (None, Some(file)) => of_file(file).filter(|format| format.takes_documents()).ok_or_else(|| {
                Error::usage(Message::new("problem-ending").with("file", file.display()))
                    .with_help(Message::new("remedy-ending").with("endings", formats::endings()))
            })?,
        };
        target.check(format)?;
        Ok((format, target))
    }
}

/// What is taken where nothing asks for a format.
pub(crate) fn terminal() -> &'static Format {
    &formats::FORMATS[0]
}

/// The format that the ending of a file asks for.
pub(crate) fn of_file(path: &Path) -> Option<&'static Format> {
    Format::of_ending(path.extension().and_then(OsStr::to_str)?)
}

/// Takes these formats by their names.
pub(super) fn named(formats: impl Iterator<Item = &'static Format>) -> impl TypedValueParser<Value = &'static Format> {
    let texts = Texts::of(Language::English);
    let value = |format: &Format| PossibleValue::new(format.name).help(texts.say(&format!("format-{}", format.name)));
    PossibleValuesParser::new(formats.map(value))
        .try_map(|name| Format::named(&name).ok_or_else(|| format!("there is no format {name}")))
}

/// Where to write, and whether what is there may be replaced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) file: Option<&'a Path>,
    pub(crate) force: bool,
}

impl Target<'_> {
    /// Refuses what cannot be written before any work is done for it.
    pub(crate) fn check(self, format: &Format) -> Result<(), Error> {
        match self.file {
            Some(file) => output::check_file(file, self.force),
            None if format.is_text => Ok(()),
            None => {
                let Format { name, .. } = format;
                let file = format!("results.{}", format.endings.first().unwrap_or(name));
                Err(Error::usage(Message::new("problem-no-text").with("format", name))
                    .with_help(Message::new("remedy-no-text").with("file", file)))
            }
        }
    }
}
