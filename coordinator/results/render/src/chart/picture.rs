//! A chart as a picture: title, remarks and legend above, so that nothing lies over the data.

use cotejo_language::Texts;
use plotters::prelude::DrawingBackend;

use super::look::{Colour, Look};
use super::pen::{Drawn, Ink, Pen, Side, fitted, width_of, wrapped};
use super::span::Frame;
use super::{Chart, Point, Series};

const BLACK: Colour = (20, 20, 20);
const GREY: Colour = (80, 80, 80);
const GRID: Colour = (222, 222, 222);
const WATERMARK: Colour = (213, 94, 0);

const MARGIN: f64 = 36.0;
const TITLE: Ink = Ink { size: 42.0, bold: true, colour: BLACK, opacity: 1.0 };
const REMARK: Ink = Ink { size: 23.0, bold: false, colour: GREY, opacity: 1.0 };
const LEGEND: Ink = Ink { size: 28.0, bold: false, colour: BLACK, opacity: 1.0 };
const TICK: Ink = Ink { size: 27.0, bold: false, colour: BLACK, opacity: 1.0 };
const LABEL: Ink = Ink { size: 29.0, bold: true, colour: BLACK, opacity: 1.0 };
/// From one baseline to the next, in sizes of the letters.
const LEADING: f64 = 1.35;
/// From a baseline to the middle of small letters, in sizes of the letters.
const MIDDLE: f64 = 0.36;
/// A line with its mark in the legend, and the room around it.
const SAMPLE: f64 = 92.0;
const MARK: f64 = 11.0;
/// The part of the width that names of rows may take.
const NAMES: f64 = 0.3;
/// Units that a row takes at least, where there is room for it: what pictures of a large class are made for.
pub(super) const ROW: f64 = 27.0;
/// Units that are not rows.
pub(super) const AROUND_ROWS: f64 = 420.0;

/// Where data lies, in units.
#[derive(Debug, Clone, Copy)]
struct Field {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Field {
    fn at(&self, (across, up): (f64, f64)) -> (f64, f64) {
        (self.left + (self.right - self.left) * across, self.bottom - (self.bottom - self.top) * up)
    }

    fn width(&self) -> f64 {
        self.right - self.left
    }

    fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// Draws a chart over the whole area, which is white.
pub(super) fn draw<B: DrawingBackend>(chart: &Chart, pen: &Pen<B>) -> Drawn<B> {
    let frame = Frame::of(chart);
    let looks = Look::of_all(&chart.series);
    let top = heading(chart, pen)?;
    let top = legend(chart, &looks, top, pen)?;
    let (width, height) = pen.size();
    // Names of rows are as large as the rows allow.
    let rows = (height - top - 190.0) / frame.up.ticks.len().max(1) as f64;
    let up_tick = if frame.lying { Ink { size: (rows * 0.85).clamp(13.0, TICK.size), ..TICK } } else { TICK };
    let names: Vec<String> =
        frame.up.ticks.iter().map(|(_, name)| fitted(name, up_tick, (width - 2.0 * MARGIN) * NAMES)).collect();
    let widest = names.iter().map(|name| width_of(name, up_tick)).fold(0.0, f64::max);
    let field = Field {
        left: MARGIN + widest + 16.0,
        // The vertical axis has its label above it, where it is read without turning the head.
        top: top + LABEL.size + 26.0,
        right: width - MARGIN - 20.0,
        bottom: height - MARGIN - LABEL.size - TICK.size * LEADING - 24.0,
    };
    axes(&frame, field, (&names, up_tick), pen)?;
    for (series, look) in chart.series.iter().zip(&looks) {
        one(&frame, field, series, *look, pen)?;
    }
    if chart.simulated {
        watermark(chart, field, pen)?;
    }
    pen.finish()
}

/// Title and remarks; gives where they end.
fn heading<B: DrawingBackend>(chart: &Chart, pen: &Pen<B>) -> Result<f64, Failure<B>> {
    let room = pen.size().0 - 2.0 * MARGIN;
    let mut baseline = MARGIN - 8.0;
    for line in wrapped(&chart.title, TITLE, room) {
        baseline += TITLE.size * 1.1;
        pen.text(&line, (MARGIN, baseline), Side::Left, TITLE)?;
    }
    baseline += 6.0;
    for line in chart.subtitle.lines().flat_map(|remark| wrapped(remark, REMARK, room)) {
        baseline += REMARK.size * LEADING;
        pen.text(&line, (MARGIN, baseline), Side::Left, REMARK)?;
    }
    Ok(baseline + 24.0)
}

/// What drawing gives where it gives more than nothing.
type Failure<B> = plotters::prelude::DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>;

/// Side by side as far as there is room; gives where it ends.
fn legend<B: DrawingBackend>(chart: &Chart, looks: &[Look], top: f64, pen: &Pen<B>) -> Result<f64, Failure<B>> {
    let room = pen.size().0 - 2.0 * MARGIN;
    let (mut left, mut baseline) = (0.0, top + LEGEND.size);
    for (series, look) in chart.series.iter().zip(looks) {
        let name = fitted(&series.name, LEGEND, room - SAMPLE);
        let width = SAMPLE + width_of(&name, LEGEND);
        if left > 0.0 && left + width > room {
            left = 0.0;
            baseline += LEGEND.size * LEADING;
        }
        let (x, y) = (MARGIN + left, baseline - LEGEND.size * MIDDLE);
        pen.dashed(&[(x, y), (x + SAMPLE - 16.0, y)], *look)?;
        pen.mark((x + (SAMPLE - 16.0) / 2.0, y), *look, MARK)?;
        pen.text(&name, (x + SAMPLE, baseline), Side::Left, LEGEND)?;
        left += width + 44.0;
    }
    Ok(baseline + 20.0)
}

/// Grid, ticks and labels of both axes.
fn axes<B: DrawingBackend>(frame: &Frame, field: Field, (names, up_tick): (&[String], Ink), pen: &Pen<B>) -> Drawn<B> {
    let mut free = f64::NEG_INFINITY;
    for (value, label) in &frame.across.ticks {
        let x = field.at((frame.across.share(*value), 0.0)).0;
        pen.line(&[(x, field.top), (x, field.bottom)], GRID, 2)?;
        let half = width_of(label, TICK) / 2.0;
        // A label that would touch the one before it is left out; its line stays.
        if x - half >= free {
            pen.text(label, (x, field.bottom + 12.0 + TICK.size), Side::Middle, TICK)?;
            free = x + half + 16.0;
        }
    }
    let mut free = f64::INFINITY;
    let mut ticks: Vec<(f64, &String)> =
        frame.up.ticks.iter().zip(names).map(|((value, _), name)| (frame.up.share(*value), name)).collect();
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (share, name) in ticks {
        let y = field.at((0.0, share)).1;
        pen.line(&[(field.left, y), (field.right, y)], GRID, 2)?;
        if y + up_tick.size / 2.0 <= free {
            pen.text(name, (field.left - 14.0, y + up_tick.size * MIDDLE), Side::Right, up_tick)?;
            free = y - up_tick.size / 2.0;
        }
    }
    let corner = (field.left, field.bottom);
    pen.line(&[(field.left, field.top), corner, (field.right, field.bottom)], GREY, 3)?;
    let middle = f64::midpoint(field.left, field.right);
    let baseline = pen.size().1 - MARGIN + 2.0;
    pen.text(&fitted(&frame.across_label, LABEL, field.width()), (middle, baseline), Side::Middle, LABEL)?;
    let label = fitted(&frame.up_label, LABEL, pen.size().0 - 2.0 * MARGIN);
    pen.text(&label, (MARGIN, field.top - 24.0), Side::Left, LABEL)
}

/// A line with its bars and marks.
fn one<B: DrawingBackend>(frame: &Frame, field: Field, series: &Series, look: Look, pen: &Pen<B>) -> Drawn<B> {
    let path: Vec<(f64, f64)> = frame.path(series.role, &series.points).into_iter().map(|at| field.at(at)).collect();
    if frame.joins(series.role) && path.len() > 1 {
        pen.dashed(&path, look)?;
    }
    let size = if frame.lying { MARK.min(field.height() / frame.up.ticks.len().max(1) as f64 * 0.42) } else { MARK };
    for point in &series.points {
        bar(frame, field, point, look, size, pen)?;
    }
    for point in &series.points {
        pen.mark(field.at(frame.place(point.x, point.y)), look, size)?;
    }
    Ok(())
}

fn bar<B: DrawingBackend>(frame: &Frame, field: Field, point: &Point, look: Look, cap: f64, pen: &Pen<B>) -> Drawn<B> {
    let Some(ci) = point.ci else { return Ok(()) };
    let ends = [ci.low, ci.high].map(|y| field.at(frame.place(point.x, y)));
    let (x, y) = field.at(frame.place(point.x, point.y));
    // What the mark covers, or all but covers, would only blur it.
    if ends.iter().all(|end| (end.0 - x).hypot(end.1 - y) < cap * 1.6) {
        return Ok(());
    }
    pen.line(&ends, look.colour, 3)?;
    let (right, down) = if frame.lying { (0.0, cap) } else { (cap, 0.0) };
    for (x, y) in ends {
        pen.line(&[(x - right, y - down), (x + right, y + down)], look.colour, 3)?;
    }
    Ok(())
}

/// The word across the picture, over the data: nobody takes it for a measurement.
fn watermark<B: DrawingBackend>(chart: &Chart, field: Field, pen: &Pen<B>) -> Drawn<B> {
    let word = Texts::of(chart.language).say("chart-simulated");
    let ink = Ink { size: 100.0, bold: true, colour: WATERMARK, opacity: 0.2 };
    let size = (100.0 * field.width() * 0.85 / width_of(&word, ink)).min(field.height() * 0.8);
    let ink = Ink { size, ..ink };
    let middle = f64::midpoint(field.left, field.right);
    pen.text(&word, (middle, f64::midpoint(field.top, field.bottom) + size * MIDDLE), Side::Middle, ink)
}
