use cotejo_language::Language;

use super::super::sample;
use super::*;

fn pages(document: &Document) -> (Vec<Vec<Mark>>, Vec<Entry>) {
    let pictures: Vec<Picture> = document.charts().map(|chart| Picture::of_png(sample::png(chart)).unwrap()).collect();
    let metrics = Metrics::new();
    let flow = layout::pages(document, &pictures, &metrics);
    (flow.pages, flow.entries)
}

fn texts(page: &[Mark]) -> Vec<&str> {
    page.iter().filter_map(|mark| if let Mark::Text { text, .. } = mark { Some(text.as_str()) } else { None }).collect()
}

/// The words that stand on the pages, in their order.
pub(crate) fn drawn(document: &Document) -> String {
    let (pages, _) = pages(document);
    pages.iter().flat_map(|page| texts(page)).collect::<Vec<_>>().join("\n")
}

#[test]
fn everything_that_a_document_has() {
    let (pages, entries) = pages(&sample::small(Language::Spanish));
    assert_eq!(pages.len(), 2);
    let text: Vec<&str> = pages.iter().flat_map(|page| texts(page)).collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    Sesión 3: CPU frente a GPU
    SIMULADO: ninguna cifra se ha medido
    Resultados
    Opción B: los tiempos de GPU se han obtenido de otro grupo.
    Cada tiempo es una mediana con su intervalo de confianza del 95 %.
    Todo en segundos.
    ResNet18, lote 1, precisión f32
    Tamaño de la imagen
    Tiempo CPU
    (s)
    Tiempo GPU (s)
    (obtenido de otro grupo)
    224 × 224
    0,0301 ± 0,0002
    0,002031 ± 0,000016 SIM
    512 × 512
    0,1512 ± 0,0012 *
    0,00612 ± 0,00005 SIM
    1024 × 1024
    0,620 ± 0,005
    necesita 13,2 GiB y hay 8,0 GiB
    * con ruido: léase con cuidado
    Lo que muestra
    •
    la CPU tarda más con todos los tamaños
    •
    la diferencia crece con el tamaño
    10 %: resumen
    20 %: tabla de resultados
    Tu análisis (1 página)
    Fin.
    ");
    let entries: Vec<(u8, &str)> = entries.iter().map(|entry| (entry.level, entry.text.as_str())).collect();
    assert_eq!(entries, [(1, "Resultados"), (2, "Lo que muestra")]);
}

/// Nothing stands beyond the margins, whatever the document has.
#[test]
fn awkward_content_stays_on_its_pages() {
    let metrics = Metrics::new();
    for document in [sample::awkward(), sample::report(Language::Spanish, true)] {
        for mark in pages(&document).0.iter().flatten() {
            let (at, size) = match mark {
                Mark::Text { at, text, letters, .. } => {
                    ((at.0, at.1 - letters.size), (metrics.width(text, *letters), letters.size))
                }
                Mark::Area { at, size, .. } | Mark::Frame { at, size, .. } | Mark::Picture { at, size, .. } => {
                    (*at, *size)
                }
            };
            let inside = at.0 >= LEFT - 1.0 && at.0 + size.0 <= PAGE.0 - LEFT + 1.0 && at.1 >= 50.0;
            assert!(inside && at.1 + size.1 <= PAGE.1 - 55.0, "{mark:?}");
        }
    }
}

#[test]
fn the_heads_of_a_table_stand_on_each_of_its_pages() {
    let (pages, _) = pages(&sample::report(Language::English, false));
    let mut rows = 0;
    for page in &pages {
        let texts = texts(page);
        let here = texts.iter().filter(|text| text.starts_with("pc-")).count();
        assert_eq!(here > 0, texts.contains(&"Processor"), "{texts:?}");
        rows += here;
    }
    assert_eq!(rows, 60);
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for document in [sample::awkward(), sample::report(Language::Spanish, true)] {
        let file = pdf(&document, &sample::png).unwrap();
        assert!(file.starts_with(b"%PDF-"));
        assert_eq!(file, pdf(&document, &sample::png).unwrap());
    }
}

#[test]
fn a_picture_that_is_none_is_refused() {
    assert!(pdf(&sample::small(Language::English), &|_| Vec::new()).is_err());
}
