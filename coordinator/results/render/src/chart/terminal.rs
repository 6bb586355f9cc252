//! A chart as text, from braille dots with a mark at each point.

use std::fmt::Write as _;

use console::measure_text_width;
use cotejo_language::Texts;
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Style as CellStyle};
use ratatui_core::symbols::Marker;
use ratatui_core::widgets::Widget;
use ratatui_widgets::canvas::{Canvas, Context, Line, Points};

use super::look::{Look, Mark};
use super::span::Frame;
use super::{Chart, ChartKind, Role};
use crate::{Style, clean, wrapped};

/// Where nobody says how wide it may be.
const USUAL_WIDTH: usize = 80;
const NARROWEST: usize = 30;
/// Wider, lines become flat and the way from a point to its label long.
const WIDEST: usize = 120;
/// Lines of the field, without axis and labels.
const HEIGHT: usize = 18;
/// The part of the width that names of rows may take.
const NAMES: usize = 3;

/// The chart as text of at most the style's width, 80 where it has none.
pub fn terminal(chart: &Chart, style: &Style) -> String {
    let width = style.width.unwrap_or(USUAL_WIDTH).clamp(NARROWEST, WIDEST);
    let frame = Frame::of(chart);
    let looks = Look::of_all(&chart.series);
    let mut out = String::new();
    for paragraph in std::iter::once(chart.title.as_str()).chain(chart.subtitle.lines()) {
        let _ = writeln!(out, "{}", wrapped(&clean(paragraph), Some(width), 2));
    }
    out.push('\n');
    for (series, look) in chart.series.iter().zip(&looks) {
        let sample = if series.role == Role::Guide { "┄" } else { look.mark.letter() };
        let name = wrapped(&clean(&series.name), Some(width - 2), 2);
        let _ = writeln!(out, "{} {name}", painted(sample, colour(*look), style.colour));
    }
    let height = if chart.kind == ChartKind::Points { frame.up.ticks.len().max(1) } else { HEIGHT };
    let labels = labels_beside(&frame, height, width / NAMES);
    let beside = labels.iter().map(|label| measure_text_width(label)).max().unwrap_or(0);
    let room = width - beside - 2;
    let buffer = field(chart, &frame, &looks, (room, height));
    let _ = write!(out, "\n{}\n", wrapped(&clean(&frame.up_label), Some(width), 2));
    for (row, label) in labels.iter().enumerate() {
        let tick = if label.is_empty() { '│' } else { '┤' };
        let padding = " ".repeat(beside - measure_text_width(label));
        let line = format!("{padding}{label} {tick}{}", line_of(&buffer, row, style.colour));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let (axis, names) = below(&frame, room);
    let indent = " ".repeat(beside + 1);
    let _ = writeln!(out, "{indent}└{axis}");
    let _ = writeln!(out, "{}", format!("{indent} {names}").trim_end());
    let label = clean(&frame.across_label);
    let centred = beside + 2 + room.saturating_sub(measure_text_width(&label)) / 2;
    let start = centred.min(width.saturating_sub(measure_text_width(&label)));
    let _ = writeln!(out, "{}", wrapped(&format!("{}{label}", " ".repeat(start)), Some(width), 2));
    out
}

/// The labels of the vertical axis, one a line; those without are empty.
fn labels_beside(frame: &Frame, height: usize, widest: usize) -> Vec<String> {
    let mut labels = vec![String::new(); height];
    for (value, name) in &frame.up.ticks {
        labels[cell(1.0 - frame.up.share(*value), height)] = cut(&clean(name), widest);
    }
    labels
}

/// The horizontal axis with its ticks, and their labels as far as they do not touch.
fn below(frame: &Frame, room: usize) -> (String, String) {
    let mut axis = vec!['─'; room];
    let mut names = String::new();
    let mut used = 0;
    for (value, name) in &frame.across.ticks {
        let at = cell(frame.across.share(*value), room);
        axis[at] = '┬';
        let name = cut(&clean(name), room);
        let length = measure_text_width(&name);
        let start = at.saturating_sub(length / 2).min(room - length);
        if used == 0 || start > used {
            names.push_str(&" ".repeat(start - used));
            names.push_str(&name);
            used = start + length;
        }
    }
    (axis.into_iter().collect(), names)
}

/// The data, drawn.
fn field(chart: &Chart, frame: &Frame, looks: &[Look], (width, height): (usize, usize)) -> Buffer {
    let side = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
    let area = Rect::new(0, 0, side(width), side(height));
    let mut buffer = Buffer::empty(area);
    Canvas::default()
        .marker(Marker::Braille)
        .x_bounds([0.0, 1.0])
        .y_bounds([0.0, 1.0])
        .paint(|context| lines(chart, frame, looks, (width, height), context))
        .render(area, &mut buffer);
    for (series, look) in chart.series.iter().zip(looks).filter(|(_, look)| look.mark != Mark::None) {
        for point in &series.points {
            let (across, up) = frame.place(point.x, point.y);
            let at = (side(cell(across, width)), side(cell(1.0 - up, height)));
            buffer.set_string(at.0, at.1, look.mark.letter(), CellStyle::new().fg(colour(*look)));
        }
    }
    if chart.simulated {
        watermark(&mut buffer, &Texts::of(chart.language).say("chart-simulated"));
    }
    buffer
}

fn lines(chart: &Chart, frame: &Frame, looks: &[Look], (width, height): (usize, usize), context: &mut Context<'_>) {
    // From the middle of a cell to that of another: where the marks are.
    let middle = |share: f64, cells: usize| (cell(share, cells) as f64 + 0.5) / cells as f64;
    let snapped = |(across, up): (f64, f64)| (middle(across, width), 1.0 - middle(1.0 - up, height));
    for (series, look) in chart.series.iter().zip(looks) {
        let colour = colour(*look);
        let path: Vec<(f64, f64)> = frame.path(series.role, &series.points).into_iter().map(snapped).collect();
        if series.role == Role::Guide {
            let dots: Vec<(f64, f64)> = path.windows(2).flat_map(|ends| dotted(ends[0], ends[1])).collect();
            context.draw(&Points { coords: &dots, color: colour });
        } else if frame.joins(series.role) {
            for ends in path.windows(2) {
                context.draw(&Line::new(ends[0].0, ends[0].1, ends[1].0, ends[1].1, colour));
            }
        }
        for point in &series.points {
            let Some(ci) = point.ci else { continue };
            let (low, high) = (frame.place(point.x, ci.low), frame.place(point.x, ci.high));
            let at = snapped(frame.place(point.x, point.y));
            let (low, high) =
                if frame.lying { ((low.0, at.1), (high.0, at.1)) } else { ((at.0, low.1), (at.0, high.1)) };
            // What the mark covers, or all but covers, would only blur it.
            let reach =
                |end: (f64, f64)| ((end.0 - at.0).abs() * width as f64).max((end.1 - at.1).abs() * height as f64);
            if reach(low).max(reach(high)) > 1.0 {
                context.draw(&Line::new(low.0, low.1, high.0, high.1, colour));
            }
        }
        context.layer();
    }
}

/// Points from one end to the other, as far apart as a dotted line needs.
fn dotted(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    const DOTS: u32 = 32;
    (0..=DOTS).map(move |at| {
        let share = f64::from(at) / f64::from(DOTS);
        (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    })
}

/// The word on the free line nearest to the middle.
fn watermark(buffer: &mut Buffer, word: &str) {
    let spaced: Vec<String> = word.chars().map(String::from).collect();
    let spaced = spaced.join(" ");
    let length = u16::try_from(measure_text_width(&spaced)).unwrap_or(u16::MAX);
    let (width, height) = (buffer.area.width, buffer.area.height);
    let Some(start) = width.checked_sub(length).map(|left| left / 2) else { return };
    let free = |row: &u16| {
        (start..start + length).all(|column| buffer.cell((column, *row)).is_some_and(|cell| is_blank(cell.symbol())))
    };
    let nearest = (0..height).filter(free).min_by_key(|row| row.abs_diff(height / 2));
    if let Some(row) = nearest {
        buffer.set_string(start, row, spaced, CellStyle::new());
    }
}

fn is_blank(symbol: &str) -> bool {
    matches!(symbol, " " | "\u{2800}")
}

/// A line of the field, runs of one colour together.
fn line_of(buffer: &Buffer, row: usize, coloured: bool) -> String {
    let mut out = String::new();
    let mut run = (Color::Reset, String::new());
    let row = u16::try_from(row).unwrap_or(u16::MAX);
    for column in 0..buffer.area.width {
        let Some(cell) = buffer.cell((column, row)) else { continue };
        let blank = is_blank(cell.symbol());
        // A blank has no colour, and does not end a run.
        if !blank && cell.fg != run.0 {
            out.push_str(&painted(&run.1, run.0, coloured));
            run = (cell.fg, String::new());
        }
        run.1.push_str(if blank { " " } else { cell.symbol() });
    }
    out.push_str(&painted(run.1.trim_end(), run.0, coloured));
    out
}

fn painted(text: &str, colour: Color, coloured: bool) -> String {
    match colour {
        Color::Indexed(index) if coloured && !text.is_empty() => {
            console::style(text).color256(index).force_styling(true).to_string()
        }
        _ => text.to_owned(),
    }
}

/// The nearest of a terminal's 256 colours; black is whatever the terminal writes in.
fn colour(look: Look) -> Color {
    let step = |part: u8| u8::try_from((u16::from(part) * 5 + 127) / 255).unwrap_or(5);
    match look.colour {
        (0, 0, 0) => Color::Reset,
        (red, green, blue) => Color::Indexed(16 + 36 * step(red) + 6 * step(green) + step(blue)),
    }
}

/// Which of so many cells a share is in.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is from 0 to 1")]
fn cell(share: f64, cells: usize) -> usize {
    ((share * cells as f64).floor() as usize).min(cells - 1)
}

/// A text cut to so many characters.
fn cut(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}
