//! Writes the sample documents in every format, to be looked at: `cargo run -p cotejo-render --example sample_document --
//! FOLDER`.

#[path = "../src/document/sample.rs"]
mod sample;

use std::path::Path;
use std::{env, fs, io};

use cotejo_language::Language;
use cotejo_render::Style;
use cotejo_render::document::{self, ChartFiles, Document};
use jiff::tz::TimeZone;

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "sample-documents".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    write(folder, "informe", &sample::report(Language::Spanish, true))?;
    write(folder, "report", &sample::report(Language::English, false))?;
    write(folder, "small", &sample::small(Language::Spanish))?;
    write(folder, "awkward", &sample::awkward())
}

fn write(folder: &Path, name: &str, document: &Document) -> io::Result<()> {
    let charts = format!("{name}-charts");
    fs::create_dir_all(folder.join(&charts))?;
    let files = ChartFiles { folder: &charts, extension: "png" };
    for (at, chart) in document.charts().enumerate() {
        fs::write(folder.join(&charts).join(files.name(at)), sample::png(chart))?;
    }
    let save = |extension, bytes: &[u8]| fs::write(folder.join(format!("{name}.{extension}")), bytes);
    let style = Style { width: Some(100), colour: false, zone: TimeZone::UTC };
    save("md", document::markdown(document, files).as_bytes())?;
    save("html", document::html(document, &sample::svg).as_bytes())?;
    save("docx", &document::docx(document, &sample::png).map_err(io::Error::other)?)?;
    save("pdf", &document::pdf(document, &sample::png).map_err(io::Error::other)?)?;
    save("xlsx", &document::xlsx(document).map_err(io::Error::other)?)?;
    save("tex", document::latex(document, files).as_bytes())?;
    save("txt", document::terminal(document, &style, &|chart| format!("[{}]", chart.title)).as_bytes())
}
