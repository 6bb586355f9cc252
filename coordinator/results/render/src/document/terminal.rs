//! A document in a terminal.

use super::{Block, Cell, Document, Table, line, lines};
use crate::chart::Chart;
use crate::grid::{self, Grid};
use crate::{Style, wrapped};

/// Headings from this level on belong to the paragraph or list below them.
const SMALL: u8 = 3;
/// Marks a place for the reader's own words.
const TO_WRITE: &str = "___ ";
/// Stands where no line is left free; documents hold no control characters.
const TIGHT: char = '\u{0}';

/// The document. Its charts are drawn by `chart`.
pub fn terminal(document: &Document, style: &Style, chart: &dyn Fn(&Chart) -> String) -> String {
    let mut parts = vec![heading(&document.title, 0, style)];
    parts.extend(document.banner().map(|watermark| notice(watermark, style)));
    parts.extend(document.blocks.iter().map(|block| match block {
        // What a small heading is of follows at once.
        Block::Heading { level: SMALL.., text } => format!("{}{TIGHT}", heading(text, SMALL, style)),
        Block::Heading { level, text } => heading(text, *level, style),
        Block::Paragraph(text) => paragraph(text, "", style),
        Block::Notice(text) => notice(text, style),
        Block::List(items) => list("- ", items, style),
        Block::Checklist(items) => list("[ ] ", items, style),
        Block::Table(table) => self::table(table, style),
        Block::Chart(drawn) => chart(drawn).trim_end().to_owned(),
        Block::Blank { prompt, .. } => paragraph(prompt, TO_WRITE, style),
    }));
    // A notice frames itself: it stands as far from the text as a paragraph does.
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n").replace(&format!("{TIGHT}\n\n"), "\n").replace(TIGHT, "") + "\n"
}

/// What must be seen, in a colour where there are any.
fn loud(text: &str, style: &Style) -> String {
    if style.colour { console::style(text).red().bold().force_styling(true).to_string() } else { text.to_owned() }
}

/// Bold, and underlined by as much as it is worth.
fn heading(text: &str, level: u8, style: &Style) -> String {
    let text = wrapped(&line(text), style.width, 0);
    let widest = text.lines().map(console::measure_text_width).max().unwrap_or(0);
    let rule = match level {
        0 => "═",
        1 => "─",
        _ => "",
    };
    let text = if style.colour { console::style(text).bold().force_styling(true).to_string() } else { text };
    if rule.is_empty() || widest == 0 { text } else { format!("{text}\n{}", rule.repeat(widest)) }
}

/// Lines behind a mark; those that a wide line is broken into are indented to stand below it.
fn paragraph(text: &str, mark: &str, style: &Style) -> String {
    let indent = console::measure_text_width(mark);
    let mut out = Vec::new();
    for (at, line) in lines(text).enumerate() {
        let lead = if at == 0 { mark.to_owned() } else { " ".repeat(indent) };
        out.push(wrapped(&format!("{lead}{}", line.trim()), style.width, indent).trim_end().to_owned());
    }
    out.join("\n")
}

fn notice(text: &str, style: &Style) -> String {
    let room = Style { width: style.width.map(|width| width.saturating_sub(2)), ..style.clone() };
    let text = paragraph(text, "", &room);
    text.lines().map(|line| loud(&format!("┃ {line}"), style)).collect::<Vec<_>>().join("\n")
}

fn list(mark: &str, items: &[String], style: &Style) -> String {
    items.iter().map(|item| paragraph(item, mark, style)).collect::<Vec<_>>().join("\n")
}

/// Margins are the first to go where there is no room, the frame is the second.
fn table(table: &Table, style: &Style) -> String {
    let mut parts = Vec::new();
    if !table.caption.is_empty() {
        parts.push(wrapped(&line(&table.caption), style.width, 0));
    }
    if !table.heads.is_empty() {
        let full = grid(table, |cell| &cell.text);
        let short = || grid(table, |cell| cell.short.as_ref().unwrap_or(&cell.text));
        parts.push(full.framed(style).or_else(|| short().framed(style)).unwrap_or_else(|| full.list(style.width)));
    }
    parts.extend(table.remarks.iter().map(|remark| paragraph(remark, "", style)));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn grid(table: &Table, text: impl Fn(&Cell) -> &String) -> Grid {
    let cell = |cell: &Cell| grid::Cell { text: line(text(cell)), tone: cell.tone };
    Grid { heads: table.heads.clone(), rows: table.rows.iter().map(|row| row.iter().map(cell).collect()).collect() }
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;
    use jiff::tz::TimeZone;

    use super::super::sample;
    use super::*;

    fn text(document: &Document, width: usize, colour: bool) -> String {
        let style = Style { width: Some(width), colour, zone: TimeZone::UTC };
        terminal(document, &style, &|chart| format!("[{}]\n", chart.title))
    }

    #[test]
    fn everything_that_a_document_has() {
        insta::assert_snapshot!(text(&sample::small(Language::Spanish), 80, false), @"
        Sesión 3: CPU frente a GPU
        ══════════════════════════

        ┃ SIMULADO: ninguna cifra se ha medido

        Resultados
        ──────────

        ┃ Opción B: los tiempos de GPU se han obtenido de otro grupo.

        Cada tiempo es una mediana con su intervalo de confianza del 95 %.
        Todo en segundos.

        ResNet18, lote 1, precisión f32
        ┌─────────────────────┬───────────────────┬─────────────────────────────────┐
        │ Tamaño de la imagen ┆        Tiempo CPU ┆                  Tiempo GPU (s) │
        │                     ┆               (s) ┆        (obtenido de otro grupo) │
        ╞═════════════════════╪═══════════════════╪═════════════════════════════════╡
        │ 224 × 224           ┆   0,0301 ± 0,0002 ┆         0,002031 ± 0,000016 SIM │
        │ 512 × 512           ┆ 0,1512 ± 0,0012 * ┆           0,00612 ± 0,00005 SIM │
        │ 1024 × 1024         ┆     0,620 ± 0,005 ┆ necesita 13,2 GiB y hay 8,0 GiB │
        └─────────────────────┴───────────────────┴─────────────────────────────────┘
        * con ruido: léase con cuidado

        Lo que muestra

        - la CPU tarda más con todos los tamaños
        - la diferencia crece con el tamaño

        [Tiempo según el tamaño de la imagen]

        [ ] 10 %: resumen
        [ ] 20 %: tabla de resultados

        ___ Tu análisis (1 página)

        Fin.
        ");
    }

    #[test]
    fn margins_go_before_the_frame() {
        let document = sample::small(Language::English);
        let narrow = text(&document, 50, false);
        insta::assert_snapshot!(narrow, @"
        Session 3: CPU against GPU
        ══════════════════════════

        ┃ SIMULATED: no figure here was measured

        Results
        ───────

        ┃ Option B: the GPU times were obtained from
        ┃ another group.

        Each time is a median with its 95 % confidence
        interval.
        All in seconds.

        ResNet18, batch 1, precision f32
        224 × 224
          CPU time (s)                       0.0301 ± 0.0002
          GPU time (s) (from another group)  0.002031 ± 0.000016 SIM
        512 × 512
          CPU time (s)                       0.1512 ± 0.0012 *
          GPU time (s) (from another group)  0.00612 ± 0.00005 SIM
        1024 × 1024
          CPU time (s)                       0.620 ± 0.005
          GPU time (s) (from another group)  needs 13.2 GiB, there are 8.0 GiB
        * noisy: read with care

        What it shows

        - the CPU takes longer at every size
        - the difference grows with the size

        [Time over image size]

        [ ] 10 %: summary
        [ ] 20 %: table of results

        ___ Your analysis (1 page)

        The end.
        ");
        let narrowest = text(&document, 30, false);
        assert!(!narrowest.contains('│') && narrowest.contains("0.0301 ± 0.0002"), "{narrowest}");
    }

    #[test]
    fn what_must_be_seen_is_loud() {
        let text = text(&sample::small(Language::English), 80, true);
        assert!(text.contains("\u{1b}[31m\u{1b}[1m┃ SIMULATED"), "{text:?}");
    }

    #[test]
    fn awkward_content_stays_within_its_lines() {
        let text = text(&sample::awkward(), 80, false);
        assert_eq!(text.matches("pc-").count(), 60);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        let wide: Vec<&str> = text.lines().filter(|line| console::measure_text_width(line) > 80).collect();
        assert!(wide.iter().all(|line| line.contains(sample::LONG_WORD) || line.starts_with("[<b>")), "{wide:?}");
        assert_eq!(text.lines().filter(|line| line.trim().is_empty() && !line.is_empty()).count(), 0);
    }
}
