//! The formats that documents and results are written in: a row each. Arguments, output, help and the documentation read
//! this table.

use cotejo_model::bundle::Bundle;
use cotejo_model::comparison::Comparison;

use crate::chart::{self, Chart, PngSize};
use crate::csv::{self, CsvDialect};
use crate::document::{self, CannotWrite, ChartFiles, Document};
use crate::{Style, json, samples_csv};

/// What pictures beside a document are: pdflatex reads no SVG, and not every Markdown viewer does.
const PICTURES: &str = "png";

/// A format.
#[derive(Debug)]
pub struct Format {
    /// Its name after `--format`. What it is for is the text `format-NAME`.
    pub name: &'static str,
    /// The endings of its files, the usual one first; a file's name cannot ask for a format without.
    pub endings: &'static [&'static str],
    /// Whether it is text, which a terminal can show.
    pub is_text: bool,
    /// Whether a document's charts lie in a folder beside it.
    pub charts_beside: bool,
    /// Whether results have every cell's figures and the practice's charts in it, beside the tables.
    pub is_workbook: bool,
    /// What writes it.
    pub write: Write,
}

/// What a format is written from.
#[derive(Debug, Clone, Copy)]
pub enum Write {
    /// Any document.
    Document(fn(&Document, &Place<'_>) -> Result<Vec<u8>, CannotWrite>),
    /// Results, as their comparison.
    Results(fn(&Comparison, CsvDialect) -> String),
    /// Every run of results, as their bundle.
    Samples(fn(&Bundle, CsvDialect) -> String),
}

/// What surrounds a document that is written.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What a terminal can show, if it goes to one.
    pub style: &'a Style,
    /// The folder of its charts' pictures, seen from the document.
    pub folder: &'a str,
}

impl Place<'_> {
    fn charts(&self) -> ChartFiles<'_> {
        ChartFiles { folder: self.folder, extension: PICTURES }
    }
}

const PLAIN: Format = Format {
    name: "",
    endings: &[],
    is_text: true,
    charts_beside: false,
    is_workbook: false,
    write: Write::Results(|comparison, _| json::comparison(comparison)),
};

/// Every format, in the order in which help lists them.
pub const FORMATS: [Format; 10] = [
    Format {
        name: "table",
        endings: &["txt"],
        write: Write::Document(|document, Place { style, .. }| {
            Ok(document::terminal(document, style, &|drawn| chart::terminal(drawn, style)).into_bytes())
        }),
        ..PLAIN
    },
    Format {
        name: "csv",
        endings: &["csv"],
        write: Write::Results(|comparison, dialect| csv::in_dialect(&csv::render(comparison), dialect)),
        ..PLAIN
    },
    Format {
        name: "samples",
        write: Write::Samples(|bundle, dialect| csv::in_dialect(&samples_csv::render(bundle), dialect)),
        ..PLAIN
    },
    Format { name: "json", endings: &["json"], ..PLAIN },
    Format {
        name: "md",
        endings: &["md", "markdown"],
        charts_beside: true,
        write: Write::Document(|document, place| Ok(document::markdown(document, place.charts()).into_bytes())),
        ..PLAIN
    },
    Format {
        name: "html",
        endings: &["html", "htm"],
        write: Write::Document(|document, _| Ok(document::html(document, &chart::svg).into_bytes())),
        ..PLAIN
    },
    Format {
        name: "docx",
        endings: &["docx"],
        is_text: false,
        write: Write::Document(|document, _| document::docx(document, &png)),
        ..PLAIN
    },
    Format {
        name: "pdf",
        endings: &["pdf"],
        is_text: false,
        write: Write::Document(|document, _| document::pdf(document, &png)),
        ..PLAIN
    },
    Format {
        name: "latex",
        endings: &["tex"],
        charts_beside: true,
        write: Write::Document(|document, place| Ok(document::latex(document, place.charts()).into_bytes())),
        ..PLAIN
    },
    Format {
        name: "xlsx",
        endings: &["xlsx"],
        is_text: false,
        is_workbook: true,
        write: Write::Document(|document, _| document::xlsx(document)),
        ..PLAIN
    },
];

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Format {
    /// The format of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that the ending of a file asks for.
    pub fn of_ending(ending: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
    }

    /// The formats that any document can be written in.
    pub fn of_documents() -> impl Iterator<Item = &'static Self> {
        FORMATS.iter().filter(|format| format.takes_documents())
    }

    /// Whether any document can be written in it, and not only results.
    pub fn takes_documents(&self) -> bool {
        matches!(self.write, Write::Document(_))
    }
}

/// The endings of files that a document can be written to, the usual one of each format: `.txt, .md, .html`.
pub fn endings() -> String {
    let usual = Format::of_documents().filter_map(|format| format.endings.first());
    usual.map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ")
}

/// The pictures that lie beside a document, with the names of their files.
pub fn pictures(document: &Document) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    let files = ChartFiles { folder: "", extension: PICTURES };
    document.charts().enumerate().map(move |(at, drawn)| (files.name(at), png(drawn)))
}

fn png(drawn: &Chart) -> Vec<u8> {
    chart::png(drawn, PngSize::of(drawn))
}

/// A format of charts.
#[derive(Debug)]
pub struct ChartFormat {
    /// Its name after `--format`. What it is for is the text `chart-format-NAME`.
    pub name: &'static str,
    /// The ending of its files.
    pub ending: &'static str,
    /// Whether it is text, which a terminal can show.
    pub is_text: bool,
    /// What draws it.
    pub draw: fn(&Chart, &Style) -> Vec<u8>,
}

/// Every format of charts: characters for a terminal first, then what a folder of charts is filled with.
pub const CHART_FORMATS: [ChartFormat; 3] = [
    ChartFormat {
        name: "term",
        ending: "txt",
        is_text: true,
        draw: |drawn, style| chart::terminal(drawn, style).into_bytes(),
    },
    ChartFormat { name: "svg", ending: "svg", is_text: true, draw: |drawn, _| chart::svg(drawn).into_bytes() },
    ChartFormat { name: "png", ending: "png", is_text: false, draw: |drawn, _| png(drawn) },
];

impl ChartFormat {
    /// The format of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CHART_FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that the ending of a file asks for.
    pub fn of_ending(ending: &str) -> Option<&'static Self> {
        CHART_FORMATS.iter().find(|format| format.ending.eq_ignore_ascii_case(ending))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cotejo_language::{Language, Texts};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::document::sample;

    #[test]
    fn names_and_endings_are_of_one_format_each() {
        let names: BTreeSet<&str> = FORMATS.iter().map(|format| format.name).collect();
        let endings: Vec<&str> = FORMATS.iter().flat_map(|format| format.endings).copied().collect();
        assert_eq!((names.len(), names.contains("")), (FORMATS.len(), false));
        assert_eq!(endings.iter().collect::<BTreeSet<_>>().len(), endings.len());
        assert_eq!(Format::of_ending("HTM").map(|format| format.name), Some("html"));
        assert_eq!(self::endings(), ".txt, .md, .html, .docx, .pdf, .tex, .xlsx");
    }

    #[test]
    fn every_format_says_what_it_is_for_in_every_language() {
        for texts in Language::ALL.map(Texts::of) {
            let names = FORMATS.iter().map(|format| format!("format-{}", format.name));
            let of_charts = CHART_FORMATS.iter().map(|format| format!("chart-format-{}", format.name));
            for name in names.chain(of_charts) {
                assert!(texts.try_say(&name).is_some(), "{name} in {}", texts.language());
            }
        }
    }

    #[test]
    fn every_format_writes_a_document_of_its_kind() {
        let style = Style { width: Some(80), colour: false, zone: TimeZone::UTC };
        let place = Place { style: &style, folder: "charts" };
        let document = sample::report(Language::Spanish, true);
        for format in &FORMATS {
            let Write::Document(write) = format.write else { continue };
            let written = write(&document, &place).unwrap();
            assert_eq!(std::str::from_utf8(&written).is_ok(), format.is_text, "{}", format.name);
            let names_pictures = String::from_utf8_lossy(&written).contains("charts/chart-1.png");
            assert_eq!(names_pictures, format.charts_beside, "{}", format.name);
        }
        assert!(pictures(&document).all(|(_, png)| png.starts_with(b"\x89PNG")));
    }

    #[test]
    fn the_documentation_names_every_format() {
        let readme = include_str!("../../../../README.md");
        for Format { name, .. } in &FORMATS {
            let named = [format!("`{name}`"), format!("`--format {name}`")].iter().any(|it| readme.contains(it));
            assert!(named, "README.md does not name {name}");
        }
    }
}
