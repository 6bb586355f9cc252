//! A document as one HTML file, which needs nothing beside it: for a browser, a projector and a printer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Block, Cell, Document, Kind, Table, Tone, line, lines};
use crate::chart::Chart;

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The document. Its charts are drawn as SVG by `svg`.
pub fn html(document: &Document, svg: &dyn Fn(&Chart) -> String) -> String {
    let title = line(&document.title);
    let page = html! {
        (DOCTYPE)
        html lang=(document.language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                @if document.dated_ms.is_some() {
                    meta name="dcterms.date" content=(document.dated().date());
                }
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if let Some(watermark) = &document.watermark {
                    div.watermark aria-hidden="true" { (line(watermark)) }
                    p.banner role="note" { (line(watermark)) }
                }
                main {
                    h1 { (title) }
                    @for block in &document.blocks { (self::block(block, svg)) "\n" }
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn block(block: &Block, svg: &dyn Fn(&Chart) -> String) -> Markup {
    html! {
        @match block {
            Block::Heading { level, text } => (heading(*level, &line(text))),
            Block::Paragraph(text) => p { (broken(text)) },
            Block::Notice(text) => @if !text.trim().is_empty() { p.notice role="note" { (broken(text)) } },
            Block::List(items) => @if !items.is_empty() {
                ul { @for item in items { li { (broken(item)) } } }
            },
            Block::Checklist(items) => @if !items.is_empty() {
                ul.checklist { @for item in items { li { label { input type="checkbox"; " " span { (broken(item)) } } } } }
            },
            Block::Table(table) => (self::table(table)),
            Block::Chart(chart) => figure role="img" aria-label=(line(&chart.title)) { (PreEscaped(element(&svg(chart)))) },
            Block::Blank { prompt, lines } => (blank(&line(prompt), *lines)),
        }
    }
}

fn heading(level: u8, text: &str) -> Markup {
    html! {
        @match level {
            0 | 1 => h2 { (text) },
            2 => h3 { (text) },
            3 => h4 { (text) },
            4 => h5 { (text) },
            _ => h6 { (text) },
        }
    }
}

/// Lines that stay lines.
fn broken(text: &str) -> Markup {
    html! {
        @for (at, line) in lines(text).enumerate() {
            @if at > 0 { br; }
            (line)
        }
    }
}

/// Room to write: on the screen by clicking, on paper by hand.
fn blank(prompt: &str, lines: u8) -> Markup {
    html! {
        div.blank {
            @if !prompt.is_empty() { p.prompt { (prompt) } }
            div.room contenteditable="true" role="textbox" aria-multiline="true" aria-label=(prompt)
                style=(format!("min-height: {}em", 1.5 * f32::from(lines.max(1)))) {}
        }
    }
}

fn table(table: &Table) -> Markup {
    let figures = |kind| (kind == Kind::Figures).then_some("figures");
    html! {
        @if !table.heads.is_empty() {
            div.table {
                table {
                    @if !table.caption.is_empty() { caption { (line(&table.caption)) } }
                    thead {
                        tr { @for head in &table.heads {
                            th scope="col" class=[figures(head.kind)] { (broken(&head.lines.join("\n"))) }
                        } }
                    }
                    tbody { @for row in &table.rows { (self::row(table, row)) } }
                }
            }
        } @else if !table.caption.is_empty() {
            p.caption { (line(&table.caption)) }
        }
        @for remark in &table.remarks { p.remark { (broken(remark)) } }
    }
}

/// The first words of a row say what the row is of.
fn row(table: &Table, cells: &[Cell]) -> Markup {
    html! {
        tr { @for (at, (head, cell)) in table.heads.iter().zip(cells).enumerate() {
            @if at == 0 && head.kind != Kind::Figures {
                th scope="row" class=[class(head.kind, cell.tone)] { (broken(&cell.text)) }
            } @else {
                td class=[class(head.kind, cell.tone)] { (broken(&cell.text)) }
            }
        } }
        "\n"
    }
}

fn class(kind: Kind, tone: Tone) -> Option<String> {
    let tone = match tone {
        Tone::Plain => "",
        Tone::Care => "care",
        Tone::Absent => "absent",
        Tone::Simulated => "simulated",
    };
    let kind = if kind == Kind::Figures { "figures" } else { "" };
    Some(format!("{kind} {tone}").trim().to_owned()).filter(|class| !class.is_empty())
}

/// A picture's element without what only a file of its own may begin with.
fn element(svg: &str) -> &str {
    svg.find("<svg").map_or("", |at| svg[at..].trim_end())
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;

    use super::super::sample;
    use super::*;

    fn body(document: &Document) -> String {
        let text = html(document, &sample::svg);
        text[text.find("<body>").unwrap()..].to_owned()
    }

    #[test]
    fn everything_that_a_document_has() {
        insta::assert_snapshot!(body(&sample::small(Language::Spanish)), @r##"
        <body><div class="watermark" aria-hidden="true">SIMULADO: ninguna cifra se ha medido</div><p class="banner" role="note">SIMULADO: ninguna cifra se ha medido</p><main><h1>Sesión 3: CPU frente a GPU</h1><h2>Resultados</h2>
        <p class="notice" role="note">Opción B: los tiempos de GPU se han obtenido de otro grupo.</p>
        <p>Cada tiempo es una mediana con su intervalo de confianza del 95 %.<br>Todo en segundos.</p>
        <div class="table"><table><caption>ResNet18, lote 1, precisión f32</caption><thead><tr><th scope="col">Tamaño de la imagen</th><th scope="col" class="figures">Tiempo CPU<br>(s)</th><th scope="col" class="figures">Tiempo GPU (s)<br>(obtenido de otro grupo)</th></tr></thead><tbody><tr><th scope="row">224 × 224</th><td class="figures">0,0301 ± 0,0002</td><td class="figures simulated">0,002031 ± 0,000016 SIM</td></tr>
        <tr><th scope="row">512 × 512</th><td class="figures care">0,1512 ± 0,0012 *</td><td class="figures simulated">0,00612 ± 0,00005 SIM</td></tr>
        <tr><th scope="row">1024 × 1024</th><td class="figures">0,620 ± 0,005</td><td class="figures absent">necesita 13,2 GiB y hay 8,0 GiB</td></tr>
        </tbody></table></div><p class="remark">* con ruido: léase con cuidado</p>
        <h3>Lo que muestra</h3>
        <ul><li>la CPU tarda más con todos los tamaños</li><li>la diferencia crece con el tamaño</li></ul>
        <figure role="img" aria-label="Tiempo según el tamaño de la imagen"><svg xmlns="http://www.w3.org/2000/svg" width="960" height="600" viewBox="0 0 960 600"><rect width="960" height="600" fill="#eef2f7"/><text x="30" y="50" font-size="28">6 points</text></svg></figure>
        <ul class="checklist"><li><label><input type="checkbox"> <span>10 %: resumen</span></label></li><li><label><input type="checkbox"> <span>20 %: tabla de resultados</span></label></li></ul>
        <div class="blank"><p class="prompt">Tu análisis (1 página)</p><div class="room" contenteditable="true" role="textbox" aria-multiline="true" aria-label="Tu análisis (1 página)" style="min-height: 4.5em"></div></div>
        <p>Fin.</p>
        </main></body></html>
        "##);
        let text = html(&sample::small(Language::Spanish), &sample::svg);
        assert!(text.starts_with("<!DOCTYPE html><html lang=\"es\">"), "{text}");
        assert!(text.contains("<meta name=\"dcterms.date\" content=\"2026-07-31\">"), "{text}");
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        let text = html(&sample::report(Language::English, false), &sample::svg);
        for outside in ["https:", "url(", "@import", "<script", "<link", "src="] {
            assert!(!text.contains(outside), "{outside} in {text}");
        }
        assert!(!text.contains("class=\"watermark\"") && !text.contains("class=\"banner\""));
    }

    #[test]
    fn awkward_content_stays_text() {
        let text = html(&sample::awkward(), &sample::svg);
        assert_eq!(text.matches("<th scope=\"row\">pc-").count(), 60);
        assert!(!text.contains("<b>") && !text.contains('\u{0}'));
        assert_eq!(text.matches("<table>").count(), text.matches("</table>").count());
        assert!(text.contains("&lt;b&gt;&amp;amp; &quot;quotes&quot; 'single' \\end{document}"), "{text}");
        assert_eq!(text, html(&sample::awkward(), &sample::svg));
    }
}
