use std::io::Read;

use super::super::sample;
use super::*;

fn written(document: &Document) -> Vec<u8> {
    docx(document, &sample::png).unwrap()
}

fn part(file: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn everything_that_a_document_has() {
    let file = written(&sample::small(Language::Spanish));
    let body = part(&file, "word/document.xml").replace("<w:p>", "\n<w:p>").replace("<w:tr>", "\n<w:tr>");
    insta::assert_snapshot!(body);
    insta::assert_snapshot!(part(&file, "docProps/core.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
    <cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>Sesión 3: CPU frente a GPU</dc:title><dc:creator>Cotejo</dc:creator><dc:language>es-ES</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">2026-07-31T09:30:00Z</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">2026-07-31T09:30:00Z</dcterms:modified></cp:coreProperties>
    "#);
    assert!(part(&file, "word/styles.xml").contains("<w:lang w:val=\"es-ES\""));
    assert!(part(&file, "word/header1.xml").contains(">SIMULADO: ninguna cifra se ha medido</w:t>"));
    let english = written(&sample::report(Language::English, false));
    assert!(part(&english, "word/styles.xml").contains("<w:lang w:val=\"en-GB\""));
    assert!(!part(&english, "word/header1.xml").contains("<w:r>"));
}

#[test]
fn awkward_content_stays_text() {
    let file = written(&sample::awkward());
    let body = part(&file, "word/document.xml");
    assert_eq!(body.matches(">pc-").count(), 60);
    assert!(body.contains("&lt;b&gt;&amp;amp; &quot;quotes&quot;"), "{body}");
    assert!(!body.chars().any(|c| c.is_control() && c != '\n'));
    assert_eq!(body.matches("<w:tblHeader>").count(), 3);
    // Every table is followed by a paragraph.
    assert!(!body.contains("</w:tbl><w:tbl>") && !body.contains("</w:tbl><w:sectPr>"));
}

#[test]
fn every_relation_has_its_part() {
    let file = written(&sample::report(Language::English, true));
    let relations = part(&file, "word/_rels/document.xml.rels");
    let targets: Vec<&str> = relations.split("Target=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(targets.len(), 7);
    let archive = zip::ZipArchive::new(Cursor::new(&file)).unwrap();
    for target in targets {
        assert!(archive.index_for_name(&format!("word/{target}")).is_some(), "{target}");
    }
    let body = part(&file, "word/document.xml");
    for (name, id) in [("header", HEADER), ("footer", FOOTER)] {
        assert!(body.contains(&format!("<w:{name}Reference w:type=\"default\" r:id=\"{id}\">")));
        assert!(relations.contains(&format!("Id=\"{id}\" Type=\"{OFFICE}/{name}\"")));
    }
    assert!(body.contains(&format!("r:embed=\"rId{FIRST_PICTURE}\"")));
    assert!(relations.contains(&format!("Id=\"rId{FIRST_PICTURE}\" Type=\"{OFFICE}/image\"")));
}

#[test]
fn the_same_document_gives_the_same_bytes_of_its_own_date() {
    let document = sample::report(Language::Spanish, true);
    let file = written(&document);
    assert_eq!(file, written(&document));
    let mut archive = zip::ZipArchive::new(Cursor::new(&file)).unwrap();
    for at in 0..archive.len() {
        let date = archive.by_index(at).unwrap().last_modified().unwrap();
        assert_eq!((date.year(), date.month(), date.day(), date.hour()), (2026, 7, 31, 9));
    }
}

#[test]
fn a_picture_that_is_none_is_refused() {
    let error = docx(&sample::small(Language::English), &|_| b"<svg/>".to_vec()).unwrap_err();
    assert!(error.to_string().contains("something else than PNG"), "{error}");
}
