//! Tables, over as many pages as they need.

use super::super::columns::widths;
use super::super::{Cell, Kind, Table, Tone, line};
use super::flow::{Flow, Ink, LEFT, Mark, ROOM, ink};
use super::letters::Letters;

/// Sizes of letters, the first that breaks no figure; the last takes whatever there is.
const SIZES: [f32; 4] = [9.0, 8.0, 7.0, 6.0];
/// Beside and above the text of a cell.
const SIDE: f32 = 5.0;
const ABOVE: f32 = 3.0;
/// Lines of a row that stay together.
const LONGEST: usize = 40;

/// A row whose lines are broken.
struct Row<'a> {
    cells: Vec<Vec<String>>,
    tones: Vec<Tone>,
    head: bool,
    layout: &'a Layout,
}

/// What all rows have in common.
struct Layout {
    size: f32,
    columns: Vec<f32>,
    kinds: Vec<Kind>,
}

impl Layout {
    fn of(flow: &Flow<'_>, table: &Table) -> Self {
        let at_size = |size| {
            let measure = |text: &str, bold| flow.metrics.width(text, Letters { size, bold });
            (size, widths(table, ROOM, 2.0 * SIDE + 0.1, &measure))
        };
        let smallest = SIZES[SIZES.len() - 1];
        let (size, widths) =
            SIZES.into_iter().map(at_size).find(|(_, widths)| widths.fit).unwrap_or_else(|| at_size(smallest));
        Self { size, columns: widths.columns, kinds: table.heads.iter().map(|head| head.kind).collect() }
    }

    fn row<'a>(&'a self, flow: &Flow<'_>, cells: impl Iterator<Item = (&'a str, Tone)>, head: bool) -> Row<'a> {
        let (texts, tones): (Vec<&str>, Vec<Tone>) = cells.unzip();
        let broken = |(at, text): (usize, &&str)| {
            let letters = Letters { size: self.size, bold: head || tones[at] == Tone::Simulated };
            flow.metrics.broken(text, letters, self.columns[at] - 2.0 * SIDE)
        };
        let cells = texts.iter().enumerate().map(broken).collect();
        Row { cells, tones, head, layout: self }
    }
}

impl Row<'_> {
    fn lines(&self) -> usize {
        self.cells.iter().map(Vec::len).max().unwrap_or(0)
    }

    fn line(&self) -> f32 {
        Letters::plain(self.layout.size).line()
    }

    fn height(&self) -> f32 {
        self.line() * self.lines() as f32 + 2.0 * ABOVE
    }

    /// The rows that it becomes where it is too long for a page.
    fn parts(self) -> Vec<Self> {
        let count = self.lines().div_ceil(LONGEST).max(1);
        let part = |at: usize| {
            let lines = |cell: &Vec<String>| cell.iter().skip(at * LONGEST).take(LONGEST).cloned().collect();
            Self { cells: self.cells.iter().map(lines).collect(), tones: self.tones.clone(), ..self }
        };
        (0..count).map(part).collect()
    }

    fn draw(&self, flow: &mut Flow<'_>) {
        let height = self.height();
        if self.head {
            flow.mark(Mark::Area { at: (LEFT, flow.y), size: (ROOM, height), ink: Ink::Shade });
        }
        let top = flow.y;
        let mut x = LEFT;
        for (at, cell) in self.cells.iter().enumerate() {
            let width = self.layout.columns[at];
            let tone = self.tones[at];
            if tone == Tone::Care {
                flow.mark(Mark::Area { at: (x, top), size: (width, height), ink: Ink::CareShade });
            }
            let letters = Letters { size: self.layout.size, bold: self.head || tone == Tone::Simulated };
            // The heads of columns stand upon their rule.
            let above = if self.head { self.lines() - cell.len() } else { 0 };
            flow.y = top + ABOVE + self.line() * above as f32;
            for line in cell {
                let free = width - 2.0 * SIDE - flow.metrics.width(line, letters);
                let shift = if self.layout.kinds[at] == Kind::Figures { free.max(0.0) } else { 0.0 };
                flow.line(line.clone(), letters, ink(tone), x + SIDE + shift);
                flow.y += self.line();
            }
            x += width;
        }
        flow.y = top + height;
        rule(flow, if self.head { HEAVY } else { LIGHT });
    }
}

const HEAVY: (f32, Ink) = (1.2, Ink::Black);
const LIGHT: (f32, Ink) = (0.5, Ink::Rule);

fn rule(flow: &mut Flow<'_>, (width, ink): (f32, Ink)) {
    flow.mark(Mark::Area { at: (LEFT, flow.y - width / 2.0), size: (ROOM, width), ink });
}

/// A row is not split between pages unless it is longer than one; the heads of columns stand on each.
pub(super) fn table(flow: &mut Flow<'_>, table: &Table) {
    let caption = Letters::bold(9.5);
    let captioned = !table.caption.is_empty();
    flow.gap(8.0);
    if !table.heads.is_empty() {
        let layout = Layout::of(flow, table);
        let heads: Vec<String> = table.heads.iter().map(|head| head.lines.join("\n")).collect();
        let head = layout.row(flow, heads.iter().map(|head| (head.as_str(), Tone::Plain)), true);
        let rows: Vec<Row<'_>> =
            table.rows.iter().flat_map(|row| layout.row(flow, cells(row, table.heads.len()), false).parts()).collect();
        let above = if captioned {
            caption.line() * flow.metrics.broken(&line(&table.caption), caption, ROOM).len() as f32
        } else {
            0.0
        };
        flow.reserve(above + 4.0 + head.height() + rows.first().map_or(0.0, Row::height));
        self::caption(flow, table, caption);
        rule(flow, HEAVY);
        head.draw(flow);
        for row in rows {
            if !flow.has(row.height()) {
                flow.turn();
                rule(flow, HEAVY);
                head.draw(flow);
            }
            row.draw(flow);
        }
        rule(flow, HEAVY);
        flow.gap(4.0);
    } else if captioned {
        self::caption(flow, table, caption);
    }
    for remark in &table.remarks {
        flow.text(remark, Letters::plain(8.5), Ink::Quiet, LEFT, ROOM);
    }
    flow.gap(8.0);
}

fn caption(flow: &mut Flow<'_>, table: &Table, letters: Letters) {
    if !table.caption.is_empty() {
        flow.text(&line(&table.caption), letters, Ink::Black, LEFT, ROOM);
        flow.gap(4.0);
    }
}

/// One a column.
fn cells(row: &[Cell], columns: usize) -> impl Iterator<Item = (&str, Tone)> {
    (0..columns).map(|at| row.get(at).map_or(("", Tone::Plain), |cell| (cell.text.as_str(), cell.tone)))
}
