//! A chart as a file.

use std::fmt::Write as _;

use image::codecs::png::PngEncoder;
use image::{DynamicImage, RgbImage};
use plotters::prelude::{BitMapBackend, IntoDrawingArea, SVGBackend};

use super::pen::{Letters, Pen};
use super::picture::{self, AROUND_ROWS, ROW};
use super::{Chart, ChartKind};

/// Pixels of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PngSize {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Default for PngSize {
    fn default() -> Self {
        Self { width: 1600, height: 1000 }
    }
}

impl PngSize {
    /// The usual size, but higher where a chart has more rows than fit.
    pub fn of(chart: &Chart) -> Self {
        let usual = Self::default();
        let rows = if chart.kind == ChartKind::Points { chart.x.ticks.len() } else { 0 };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive; saturates")]
        let needed = (rows as f64 * ROW + AROUND_ROWS).ceil() as u32;
        Self { height: usual.height.max(needed.min(LARGEST)), ..usual }
    }
}

/// Pixels a side at most: what a program that opens it can be asked to hold.
const LARGEST: u32 = 8000;
const SMALLEST: u32 = 64;
/// Pixels that are drawn a side for each of the file's: edges become smooth, which `plotters` alone does not make them.
const FINER: u32 = 2;
/// Bytes a pixel: red, green and blue.
const CHANNELS: usize = 3;

/// The chart as SVG, which needs nothing beside itself, with its title and its figures for readers of screens.
pub fn svg(chart: &Chart) -> String {
    let size = PngSize::of(chart);
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, (size.width, size.height)).into_drawing_area();
    let pen = Pen::new(area, Letters::SVG);
    pen.paper().and_then(|()| picture::draw(chart, &pen)).expect("what is drawn into a text cannot fail");
    drop(pen);
    with_words(&text, chart)
}

/// The chart as PNG.
pub fn png(chart: &Chart, size: PngSize) -> Vec<u8> {
    let sensible = |pixels: u32| pixels.clamp(SMALLEST, LARGEST);
    let (width, height) = (sensible(size.width), sensible(size.height));
    let fine = (width * FINER, height * FINER);
    let mut drawn = vec![u8::MAX; fine.0 as usize * fine.1 as usize * CHANNELS];
    let area = BitMapBackend::with_buffer(&mut drawn, fine).into_drawing_area();
    picture::draw(chart, &Pen::new(area, Letters::PIXELS)).expect("what is drawn into memory cannot fail");
    let drawn = RgbImage::from_raw(fine.0, fine.1, drawn).expect("as many pixels as were made");
    let smooth = DynamicImage::from(drawn).thumbnail_exact(width, height);
    let mut bytes = Vec::new();
    smooth.write_with_encoder(PngEncoder::new(&mut bytes)).expect("what is written into memory cannot fail");
    bytes
}

/// Adds what a reader of screens says.
fn with_words(svg: &str, chart: &Chart) -> String {
    let (head, body) = svg.split_once('\n').unwrap_or((svg, ""));
    let head = head.replacen("<svg ", "<svg role=\"img\" ", 1);
    let (title, words) = (escaped(&chart.title), escaped(&in_words(chart)));
    format!("{head}\n<title>{title}</title>\n<desc>{words}</desc>\n{body}")
}

/// The axes and every point, a line each series.
fn in_words(chart: &Chart) -> String {
    let mut words = format!("{}\n{}; {}", chart.subtitle, chart.x.label, chart.y.label);
    let texts = cotejo_language::Texts::of(chart.language);
    let written = |value: f64| texts.number(&crate::number::plain(value)).into_owned();
    for series in &chart.series {
        let place = |x: f64| {
            let tick = chart.x.ticks.iter().find(|(at, _)| at.total_cmp(&x).is_eq());
            tick.map_or_else(|| written(x), |(_, name)| name.clone())
        };
        let points: Vec<String> =
            series.points.iter().map(|point| format!("{}: {}", place(point.x), written(point.y))).collect();
        let _ = write!(words, "\n{}: {}", series.name, points.join("; "));
    }
    words
}

fn escaped(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(crate::clean).collect();
    lines.join("\n").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
