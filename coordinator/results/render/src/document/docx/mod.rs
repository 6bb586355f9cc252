//! A document as a word processor's file. The markup is written here, not by a library: those there are know neither heads
//! of tables that are repeated, nor languages, nor words for readers of screens, and number their parts by the process.

mod body;
mod elements;

use std::io::{Cursor, Write};

use cotejo_language::Language;
use maud::{Markup, html};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{CannotWrite, Document, Picture, line};
use crate::chart::Chart;

const STYLES: &str = include_str!("styles.xml");
const NUMBERING: &str = include_str!("numbering.xml");
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WORDS: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// The document. Its charts are drawn as PNG by `png`.
pub fn docx(document: &Document, png: &dyn Fn(&Chart) -> Vec<u8>) -> Result<Vec<u8>, CannotWrite> {
    let pictures = document.charts().map(|chart| Picture::of_png(png(chart))).collect::<Result<Vec<_>, _>>()?;
    let mut package = Package::new(document);
    package.xml("[Content_Types].xml", types())?;
    package.xml(
        "_rels/.rels",
        relations(&[("officeDocument", "word/document.xml"), ("extended-properties", "docProps/app.xml")], true),
    )?;
    package.xml("docProps/core.xml", properties(document))?;
    package.xml(
        "docProps/app.xml",
        html! {
            Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties" {
                Application { "Cotejo" }
            }
        },
    )?;
    package.xml("word/document.xml", body::body(document, &pictures))?;
    package.xml("word/header1.xml", body::header(document))?;
    package.xml("word/footer1.xml", body::footer())?;
    package.xml("word/settings.xml", settings(document.language))?;
    package.part("word/styles.xml", STYLES.replace("LANGUAGE", locale(document.language)).as_bytes())?;
    package.part("word/numbering.xml", NUMBERING.as_bytes())?;
    let names: Vec<String> = (1..=pictures.len()).map(|at| format!("media/chart-{at}.png")).collect();
    let mut targets = vec![("styles", "styles.xml"), ("numbering", "numbering.xml"), ("settings", "settings.xml")];
    targets.extend([("header", "header1.xml"), ("footer", "footer1.xml")]);
    targets.extend(names.iter().map(|name| ("image", name.as_str())));
    package.xml("word/_rels/document.xml.rels", relations(&targets, false))?;
    for (name, picture) in names.iter().zip(&pictures) {
        package.part(&format!("word/{name}"), &picture.png)?;
    }
    package.finish()
}

/// Which relation of the document's is the header's, and the footer's, and the first picture's: by their places above.
const HEADER: &str = "rId4";
const FOOTER: &str = "rId5";
const FIRST_PICTURE: usize = 6;

/// The parts of the file.
struct Package {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
}

impl Package {
    /// With every part of the document's own date.
    fn new(document: &Document) -> Self {
        let at = document.dated();
        let small = |number: i8| number.unsigned_abs();
        let date = zip::DateTime::from_date_and_time(
            at.year().unsigned_abs(),
            small(at.month()),
            small(at.day()),
            small(at.hour()),
            small(at.minute()),
            small(at.second()),
        );
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(date.unwrap_or_default())
            .unix_permissions(0o644);
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())), options }
    }

    fn xml(&mut self, name: &str, content: Markup) -> Result<(), CannotWrite> {
        self.part(name, (HEAD.to_owned() + &content.into_string()).as_bytes())
    }

    fn part(&mut self, name: &str, content: &[u8]) -> Result<(), CannotWrite> {
        self.zip.start_file(name, self.options).map_err(CannotWrite::because)?;
        self.zip.write_all(content).map_err(CannotWrite::because)
    }

    fn finish(self) -> Result<Vec<u8>, CannotWrite> {
        self.zip.finish().map(Cursor::into_inner).map_err(CannotWrite::because)
    }
}

/// The language that spelling is checked in.
fn locale(language: Language) -> &'static str {
    language.facts().office_tag
}

fn types() -> Markup {
    let part = |name: &str, kind: &str| {
        html! { Override PartName=(format!("/word/{name}.xml")) ContentType=(format!("{TYPES}.{kind}+xml")) {} }
    };
    html! {
        Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types" {
            Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" {}
            Default Extension="xml" ContentType="application/xml" {}
            Default Extension="png" ContentType="image/png" {}
            (part("document", "document.main"))
            (part("styles", "styles"))
            (part("numbering", "numbering"))
            (part("settings", "settings"))
            (part("header1", "header"))
            (part("footer1", "footer"))
            Override PartName="/docProps/core.xml"
                ContentType="application/vnd.openxmlformats-package.core-properties+xml" {}
            Override PartName="/docProps/app.xml"
                ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml" {}
        }
    }
}

/// Numbered from 1; the properties are another standard's.
fn relations(targets: &[(&str, &str)], properties: bool) -> Markup {
    html! {
        Relationships xmlns=(RELATIONS) {
            @for (at, (kind, target)) in targets.iter().enumerate() {
                Relationship Id=(format!("rId{}", at + 1)) Type=(format!("{OFFICE}/{kind}")) Target=(target) {}
            }
            @if properties {
                Relationship Id="properties" Type=(format!("{RELATIONS}/metadata/core-properties"))
                    Target="docProps/core.xml" {}
            }
        }
    }
}

fn properties(document: &Document) -> Markup {
    let date = document.dated_ms.map(|_| format!("{}Z", document.dated().strftime("%Y-%m-%dT%H:%M:%S")));
    html! {
        cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
            xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {
            dc:title { (line(&document.title)) }
            dc:creator { "Cotejo" }
            dc:language { (locale(document.language)) }
            @if let Some(date) = date {
                dcterms:created xsi:type="dcterms:W3CDTF" { (date) }
                dcterms:modified xsi:type="dcterms:W3CDTF" { (date) }
            }
        }
    }
}

/// Of a present-day word processor, so that nothing is shown as an old one would.
fn settings(language: Language) -> Markup {
    html! {
        w:settings xmlns:w=(WORDS) {
            w:zoom w:percent="100" {}
            w:defaultTabStop w:val="708" {}
            w:characterSpacingControl w:val="doNotCompress" {}
            w:compat {
                w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15" {}
            }
            w:themeFontLang w:val=(locale(language)) {}
        }
    }
}

#[cfg(test)]
mod tests;
