//! Documents on their way out: in the format that was asked for, to a file or to standard output.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use cotejo_language::Texts;
use cotejo_model::comparison::Comparison;
use cotejo_render::chart::{self, Chart, PngSize};
use cotejo_render::document::{self, ChartFiles, Document};
use cotejo_render::results;

use crate::args::{DocumentFormat, Target};
use crate::error::Error;
use crate::output;

/// What pictures beside a document are: pdflatex reads no SVG, and not every Markdown viewer does.
const PICTURES: &str = "png";

/// Shows a comparison in this terminal.
pub(crate) fn show(comparison: &Comparison, texts: &Texts) -> Result<(), Error> {
    let target = Target { file: None, force: false };
    deliver(&results::document(comparison, texts), DocumentFormat::Table, target)
}

/// Writes the document.
pub(crate) fn deliver(document: &Document, format: DocumentFormat, target: Target<'_>) -> Result<(), Error> {
    let Some(file) = target.file else {
        return output::print(bytes(document, format, "", &output::style())?);
    };
    let folder = picture_folder(file);
    if matches!(format, DocumentFormat::Md | DocumentFormat::Latex) && document.charts().next().is_some() {
        let beside = file.with_file_name(&folder);
        write_pictures(document, &beside)?;
    }
    output::write_file(file, &bytes(document, format, &folder, &output::file_style())?, target.force)?;
    output::say(&format!("wrote {}", file.display()));
    Ok(())
}

/// `report.md` has its pictures in `report-charts`.
fn picture_folder(file: &Path) -> String {
    let stem = file.file_stem().map_or_else(|| "document".into(), OsStr::to_string_lossy);
    format!("{stem}-charts")
}

fn write_pictures(document: &Document, folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::failed(format!("cannot make the folder {}: {error}", folder.display())))?;
    let files = ChartFiles { folder: "", extension: PICTURES };
    for (at, drawn) in document.charts().enumerate() {
        // They belong to the document, which was asked about already.
        let path: PathBuf = folder.join(files.name(at));
        output::write_file(&path, png(drawn), true)?;
    }
    Ok(())
}

fn bytes(
    document: &Document,
    format: DocumentFormat,
    folder: &str,
    style: &cotejo_render::Style,
) -> Result<Vec<u8>, Error> {
    let files = ChartFiles { folder, extension: PICTURES };
    Ok(match format {
        DocumentFormat::Table => {
            document::terminal(document, style, &|drawn| chart::terminal(drawn, style)).into_bytes()
        }
        DocumentFormat::Md => document::markdown(document, files).into_bytes(),
        DocumentFormat::Html => document::html(document, &chart::svg).into_bytes(),
        DocumentFormat::Latex => document::latex(document, files).into_bytes(),
        DocumentFormat::Docx => document::docx(document, &png).map_err(Error::failed)?,
        DocumentFormat::Pdf => document::pdf(document, &png).map_err(Error::failed)?,
        DocumentFormat::Xlsx => document::xlsx(document).map_err(Error::failed)?,
    })
}

fn png(drawn: &Chart) -> Vec<u8> {
    chart::png(drawn, PngSize::of(drawn))
}
