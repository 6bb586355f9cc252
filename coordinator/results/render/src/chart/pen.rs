//! Drawing on whatever `plotters` draws on, in units of a picture 1600 wide and 1000 high.

use std::sync::OnceLock;

use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle, register_font};

use super::look::{Colour, Look, Mark};
use crate::{clean, fonts};

/// What SVG names, with what a viewer takes that lacks the first: the fonts are measured under the same name.
const FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";

/// What is drawn into memory fails only if the font is missing, which is part of the program.
pub(super) type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// How a backend of `plotters` understands the size and the place of letters: their conventions differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    /// The size that it is told for letters of size 1.
    size: f64,
    /// How far below its upper end it puts their baseline.
    baseline: f64,
}

impl Letters {
    pub(super) const SVG: Self = Self { size: 1.24, baseline: 0.76 };
    /// The font's height from its lowest to its highest letter, half of which is above the baseline as pixels are drawn.
    pub(super) const PIXELS: Self = Self { size: 2384.0 / 2048.0, baseline: 1192.0 / 2048.0 };
}

/// Where a text begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Middle,
    Right,
}

/// A text's looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) colour: Colour,
    pub(super) opacity: f64,
}

type At = (f64, f64);

/// Draws in units.
pub(super) struct Pen<B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
    letters: Letters,
    /// Pixels a unit.
    unit: f64,
}

impl<B: DrawingBackend> Pen<B> {
    pub(super) fn new(area: DrawingArea<B, Shift>, letters: Letters) -> Self {
        register_fonts();
        let (width, height) = area.dim_in_pixel();
        let unit = (f64::from(width) / 1600.0).min(f64::from(height) / 1000.0);
        Self { area, letters, unit }
    }

    /// Width and height in units.
    pub(super) fn size(&self) -> At {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width) / self.unit, f64::from(height) / self.unit)
    }

    pub(super) fn paper(&self) -> Drawn<B> {
        self.area.fill(&RGBColor(255, 255, 255))
    }

    pub(super) fn finish(&self) -> Drawn<B> {
        self.area.present()
    }

    pub(super) fn line(&self, path: &[At], colour: Colour, width: u32) -> Drawn<B> {
        self.area.draw(&PathElement::new(self.pixels(path), self.stroke(colour, width)))
    }

    pub(super) fn dashed(&self, path: &[At], look: Look) -> Drawn<B> {
        let Some((dash, gap)) = look.dash else { return self.line(path, look.colour, look.width) };
        let style = self.stroke(look.colour, look.width);
        let (dash, gap) = (self.length(f64::from(dash)).max(1), self.length(f64::from(gap)).max(1));
        self.area.draw(&DashedPathElement::new(self.pixels(path), dash, gap, style))
    }

    /// A mark with a light edge, so that marks that overlap stay apart.
    pub(super) fn mark(&self, at: At, look: Look, size: f64) -> Drawn<B> {
        let white = (255, 255, 255);
        match look.mark {
            Mark::None => Ok(()),
            Mark::Ring | Mark::Frame => {
                self.solid(at, look.mark, size, look.colour)?;
                self.solid(at, look.mark, size * 0.6, white)
            }
            mark => {
                self.solid(at, mark, size * 1.25, white)?;
                self.solid(at, mark, size, look.colour)
            }
        }
    }

    fn solid(&self, (x, y): At, mark: Mark, size: f64, colour: Colour) -> Drawn<B> {
        let fill = rgb(colour).filled();
        let polygon = |corners: &[At]| {
            let corners: Vec<At> = corners.iter().map(|(right, down)| (x + right * size, y + down * size)).collect();
            self.area.draw(&Polygon::new(self.pixels(&corners), fill))
        };
        match mark {
            Mark::None => Ok(()),
            Mark::Circle | Mark::Ring => {
                let radius = u32::try_from(self.length(size)).unwrap_or(1);
                self.area.draw(&Circle::new(self.pixel((x, y)), radius, fill))
            }
            Mark::Triangle => polygon(&[(0.0, -1.2), (1.15, 0.8), (-1.15, 0.8)]),
            Mark::TriangleDown => polygon(&[(0.0, 1.2), (1.15, -0.8), (-1.15, -0.8)]),
            Mark::Square | Mark::Frame => {
                let reach = size * 0.9;
                let corners = [self.pixel((x - reach, y - reach)), self.pixel((x + reach, y + reach))];
                self.area.draw(&Rectangle::new(corners, fill))
            }
            Mark::Diamond => polygon(&[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)]),
        }
    }

    /// A text whose baseline is at this height.
    pub(super) fn text(&self, text: &str, (x, baseline): At, side: Side, ink: Ink) -> Drawn<B> {
        let top = baseline - self.letters.baseline * ink.size;
        self.area.draw_text(&clean(text), &self.style(ink, side), self.pixel((x, top)))
    }

    fn style(&self, ink: Ink, side: Side) -> TextStyle<'static> {
        let told = ink.size * self.letters.size * self.unit;
        let font = FontDesc::new(FontFamily::Name(FAMILY), told, face(ink.bold));
        let anchor = match side {
            Side::Left => HPos::Left,
            Side::Middle => HPos::Center,
            Side::Right => HPos::Right,
        };
        let colour = rgb(ink.colour).mix(ink.opacity).to_backend_color();
        TextStyle { font, color: colour, pos: Pos::new(anchor, VPos::Top) }
    }

    fn stroke(&self, colour: Colour, width: u32) -> ShapeStyle {
        let width = u32::try_from(self.length(f64::from(width))).unwrap_or(1).max(1);
        rgb(colour).stroke_width(width)
    }

    fn pixels(&self, path: &[At]) -> Vec<(i32, i32)> {
        path.iter().map(|at| self.pixel(*at)).collect()
    }

    fn pixel(&self, (x, y): At) -> (i32, i32) {
        (self.length(x), self.length(y))
    }

    #[allow(clippy::cast_possible_truncation, reason = "a picture has fewer pixels")]
    fn length(&self, units: f64) -> i32 {
        (units * self.unit).round() as i32
    }
}

/// How wide a text is; measured large, since what is measured is whole pixels.
pub(super) fn width_of(text: &str, ink: Ink) -> f64 {
    const MEASURED: f64 = 1000.0;
    register_fonts();
    let font = FontDesc::new(FontFamily::Name(FAMILY), MEASURED * Letters::PIXELS.size, face(ink.bold));
    let ((left, _), (right, _)) = font.layout_box(text).unwrap_or_default();
    f64::from(right - left) / MEASURED * ink.size
}

/// A text cut to a width.
pub(super) fn fitted(text: &str, ink: Ink, width: f64) -> String {
    if width_of(text, ink) <= width {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while kept.pop().is_some() {
        let cut = format!("{}…", kept.trim_end());
        if width_of(&cut, ink) <= width {
            return cut;
        }
    }
    String::new()
}

/// A text broken between words; a word that is too long is cut.
pub(super) fn wrapped(text: &str, ink: Ink, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width_of(&format!("{line} {word}"), ink) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fitted(word, ink, width)),
        }
    }
    lines
}

fn rgb((red, green, blue): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn face(bold: bool) -> FontStyle {
    if bold { FontStyle::Bold } else { FontStyle::Normal }
}

fn register_fonts() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        for (style, bytes) in [(FontStyle::Normal, fonts::REGULAR), (FontStyle::Bold, fonts::BOLD)] {
            assert!(register_font(FAMILY, style, bytes).is_ok(), "the program's own fonts are sound");
        }
    });
}
