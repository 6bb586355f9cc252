use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use cotejo_language::Language;

use super::super::sample;
use super::*;

fn read(document: &Document) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(xlsx(document).unwrap())).unwrap()
}

fn rows(workbook: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    workbook.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn text(value: &str) -> Data {
    Data::String(value.to_owned())
}

#[test]
fn figures_are_numbers_and_margins_have_columns_of_their_own() {
    let mut workbook = read(&sample::small(Language::Spanish));
    let names = workbook.sheet_names();
    assert_eq!(names, ["ResNet18, lote 1, precisión f32", "Tiempo según el tamaño de la", "Notas"]);
    let rows = rows(&mut workbook, &names[0]);
    assert_eq!(rows[0][0], text("SIMULADO: ninguna cifra se ha medido"));
    assert_eq!(rows[1][0], text("ResNet18, lote 1, precisión f32"));
    let heads = [
        "Tamaño de la imagen",
        "Tiempo CPU (s)",
        "Tiempo CPU (s): ± (95 %)",
        "Tiempo GPU (s) (obtenido de otro grupo)",
        "Tiempo GPU (s) (obtenido de otro grupo): ± (95 %)",
    ];
    assert_eq!(rows[2], heads.map(text));
    let figures = [0.0301, 0.0002, 0.002_031, 0.000_016].map(Data::Float);
    assert_eq!(rows[3], [vec![text("224 × 224")], figures.to_vec()].concat());
    assert_eq!(rows[5][3], text("necesita 13,2 GiB y hay 8,0 GiB"));
    assert_eq!(rows[5][4], Data::Empty);
}

#[test]
fn a_chart_has_its_figures_beside_it() {
    let document = sample::small(Language::English);
    let mut workbook = read(&document);
    let rows = rows(&mut workbook, "Time over image size");
    assert_eq!(rows[1][0], text("Time over image size (SIM)"));
    let heads = ["Image size (px)", "CPU", "CPU: − (95 %)", "CPU: + (95 %)", "GPU", "GPU: − (95 %)", "GPU: + (95 %)"];
    assert_eq!(rows[3], heads.map(text));
    assert_eq!(rows[6][..2], [Data::Float(1024.0), Data::Float(0.62)]);
    // Too few samples for an interval: none, not one of no width.
    assert_eq!(rows[6][4..], [Data::Float(0.021_93), Data::Empty, Data::Empty]);

    let drawn = part(&xlsx(&document).unwrap(), "xl/charts/chart1.xml");
    assert!(drawn.contains("<c:logBase val=\"10\"/>") && drawn.contains("Time (s)"), "{drawn}");
    assert_eq!(drawn.matches("<c:errBarType").count(), 2);
}

fn part(file: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
    text
}

#[test]
fn simulated_figures_say_so_and_stay_numbers() {
    let styles = part(&xlsx(&sample::small(Language::English)).unwrap(), "xl/styles.xml");
    assert!(styles.contains("formatCode=\"0.000000&quot; SIM&quot;\""), "{styles}");
    assert!(styles.contains("formatCode=\"0.0000&quot; *&quot;\""), "{styles}");
}

#[test]
fn awkward_content_stays_text() {
    let mut workbook = read(&sample::awkward());
    let names = workbook.sheet_names();
    assert_eq!(names.len(), 5, "{names:?}");
    assert_eq!(names[0], "Table 1");
    assert!(names.iter().all(|name| name.encode_utf16().count() <= LONGEST_NAME), "{names:?}");
    let odd = rows(&mut workbook, &names[1]);
    assert!(odd.iter().flatten().any(|value| *value == text("=1+1")), "{odd:?}");
    assert!(workbook.worksheet_formula(&names[1]).unwrap().is_empty());
    let class = rows(&mut workbook, "Every machine of the class");
    assert_eq!(class.iter().filter(|row| row[0].to_string().starts_with("pc-")).count(), 60);
}

#[test]
fn names_of_sheets_are_short_and_differ() {
    let mut names = Names::default();
    assert_eq!(names.take("a/b: [c]", "x"), "ab c");
    assert_eq!(names.take("AB C", "x"), "AB C (2)");
    assert_eq!(names.take("''", "Table 1"), "Table 1");
    let long = "ñ".repeat(40);
    assert_eq!(names.take(&long, "x").chars().count(), 31);
    assert!(names.take(&long, "x").ends_with("ñ (2)"));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for document in [sample::awkward(), sample::report(Language::Spanish, true)] {
        assert_eq!(xlsx(&document).unwrap(), xlsx(&document).unwrap());
    }
}
