//! A document as PDF: laid out here, with the fonts of this crate, so that it looks the same on each PC.

mod flow;
mod layout;
mod letters;
mod table;

use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};

use self::flow::{Entry, Flow, Ink, LEFT, Mark, PAGE, ROOM};
use self::letters::{Letters, Metrics};
use super::{CannotWrite, Document, Picture, line};
use crate::chart::Chart;
use crate::fonts;

/// The document. Its charts are drawn as PNG by `png`.
pub fn pdf(document: &Document, png: &dyn Fn(&Chart) -> Vec<u8>) -> Result<Vec<u8>, CannotWrite> {
    let pictures = document.charts().map(|chart| Picture::of_png(png(chart))).collect::<Result<Vec<_>, _>>()?;
    let metrics = Metrics::new();
    let Flow { pages, entries, .. } = layout::pages(document, &pictures, &metrics);
    let images = pictures.into_iter().map(|picture| Image::from_png(picture.png.into(), true));
    let images = images.collect::<Result<Vec<_>, _>>().map_err(CannotWrite)?;
    let pen = Pen { metrics: &metrics, regular: font(fonts::REGULAR)?, bold: font(fonts::BOLD)?, images };

    let mut file = krilla::Document::new();
    let watermark = document.watermark.as_deref().map(line).filter(|watermark| !watermark.is_empty());
    for (at, marks) in pages.iter().enumerate() {
        let mut page = file.start_page_with(PageSettings::new(size(PAGE)?));
        let mut surface = page.surface();
        for mark in marks {
            pen.draw(&mut surface, mark);
        }
        pen.centred(
            &mut surface,
            &format!("{} / {}", at + 1, pages.len()),
            Letters::plain(8.5),
            Ink::Quiet,
            PAGE.1 - 34.0,
        );
        if let Some(watermark) = &watermark {
            pen.watermark(&mut surface, watermark);
        }
        surface.finish();
        page.finish();
    }
    file.set_outline(outline(&entries));
    file.set_metadata(metadata(document));
    file.finish().map_err(|error| CannotWrite(format!("{error:?}")))
}

fn font(bytes: &'static [u8]) -> Result<Font, CannotWrite> {
    Font::new(bytes.into(), 0).ok_or_else(|| CannotWrite("a font cannot be read".to_owned()))
}

fn size((width, height): (f32, f32)) -> Result<Size, CannotWrite> {
    Size::from_wh(width, height).ok_or_else(|| CannotWrite(format!("no page has {width} by {height} points")))
}

fn metadata(document: &Document) -> Metadata {
    let metadata = Metadata::new()
        .title(line(&document.title))
        .creator("Cotejo".to_owned())
        .language(document.language.code().to_owned());
    if document.dated_ms.is_none() {
        return metadata;
    }
    let at = document.dated();
    let date = DateTime::new(at.year().unsigned_abs())
        .month(at.month().unsigned_abs())
        .day(at.day().unsigned_abs())
        .hour(at.hour().unsigned_abs())
        .minute(at.minute().unsigned_abs())
        .second(at.second().unsigned_abs())
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    metadata.creation_date(date)
}

/// The headings, those of a lower level below those of a higher one.
fn outline(entries: &[Entry]) -> Outline {
    let mut outline = Outline::new();
    for node in nodes(entries) {
        outline.push_child(node);
    }
    outline
}

fn nodes(mut entries: &[Entry]) -> Vec<OutlineNode> {
    let mut out = Vec::new();
    while let Some((first, rest)) = entries.split_first() {
        let below = rest.iter().take_while(|entry| entry.level > first.level).count();
        let destination = XyzDestination::new(first.page, Point::from_xy(LEFT, first.top));
        let mut node = OutlineNode::new(first.text.clone(), destination);
        for child in nodes(&rest[..below]) {
            node.push_child(child);
        }
        out.push(node);
        entries = &rest[below..];
    }
    out
}

/// What draws marks.
struct Pen<'a> {
    metrics: &'a Metrics,
    regular: Font,
    bold: Font,
    images: Vec<Image>,
}

impl Pen<'_> {
    fn draw(&self, surface: &mut Surface<'_>, mark: &Mark) {
        match mark {
            Mark::Text { at, text, letters, ink } => self.text(surface, *at, text, *letters, *ink),
            Mark::Area { at, size, ink } => {
                surface.set_stroke(None);
                surface.set_fill(Some(fill(*ink, NormalizedF32::ONE)));
                draw_path(surface, *at, *size);
            }
            Mark::Frame { at, size, ink, dashed } => {
                let dash = dashed.then(|| StrokeDash { array: vec![4.0, 3.0], offset: 0.0 });
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke { paint: colour(*ink).into(), width: 0.8, dash, ..Stroke::default() }));
                draw_path(surface, *at, *size);
                surface.set_stroke(None);
            }
            Mark::Picture { at, size, number } => {
                if let (Some(image), Ok(size)) = (self.images.get(*number), self::size(*size)) {
                    surface.push_transform(&Transform::from_translate(at.0, at.1));
                    surface.draw_image(image.clone(), size);
                    surface.pop();
                }
            }
        }
    }

    fn text(&self, surface: &mut Surface<'_>, at: (f32, f32), text: &str, letters: Letters, ink: Ink) {
        surface.set_fill(Some(fill(ink, NormalizedF32::ONE)));
        self.letters(surface, at, text, letters);
    }

    fn letters(&self, surface: &mut Surface<'_>, at: (f32, f32), text: &str, letters: Letters) {
        let glyph = |(start, c): (usize, char)| {
            let (letter, width) = self.metrics.letter(c, letters.bold);
            KrillaGlyph::new(GlyphId::new(letter.into()), width, 0.0, 0.0, 0.0, start..start + c.len_utf8(), None)
        };
        let glyphs: Vec<KrillaGlyph> = text.char_indices().map(glyph).collect();
        let font = if letters.bold { &self.bold } else { &self.regular };
        surface.draw_glyphs(Point::from_xy(at.0, at.1), &glyphs, font.clone(), text, letters.size, false);
    }

    fn centred(&self, surface: &mut Surface<'_>, text: &str, letters: Letters, ink: Ink, foot: f32) {
        let x = (PAGE.0 - self.metrics.width(text, letters)) / 2.0;
        self.text(surface, (x, foot), text, letters, ink);
    }

    /// Above everything else on the page, and through all of it.
    fn watermark(&self, surface: &mut Surface<'_>, watermark: &str) {
        let head = Letters::bold(8.5);
        if let Some(first) = self.metrics.broken(watermark, head, ROOM).first() {
            self.centred(surface, first, head, Ink::Loud, 38.0);
        }
        let across = Letters::bold((820.0 / self.metrics.width(watermark, Letters::bold(1.0))).clamp(10.0, 90.0));
        let middle = (PAGE.0 / 2.0, PAGE.1 / 2.0);
        let from = (middle.0 - self.metrics.width(watermark, across) / 2.0, middle.1 + across.size / 3.0);
        surface.set_fill(Some(fill(Ink::Loud, NormalizedF32::new(0.14).unwrap_or(NormalizedF32::ONE))));
        surface.push_transform(&Transform::from_rotate_at(-54.0, middle.0, middle.1));
        self.letters(surface, from, watermark, across);
        surface.pop();
    }
}

fn draw_path(surface: &mut Surface<'_>, at: (f32, f32), size: (f32, f32)) {
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(at.0, at.1, size.0, size.1) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn fill(ink: Ink, opacity: NormalizedF32) -> Fill {
    Fill { paint: colour(ink).into(), opacity, rule: FillRule::default() }
}

fn colour(ink: Ink) -> rgb::Color {
    let (red, green, blue) = match ink {
        Ink::Black => (0x1a, 0x1a, 0x1a),
        Ink::Quiet => (0x5a, 0x5a, 0x5a),
        Ink::Accent => (0x1f, 0x4e, 0x79),
        Ink::Loud => (0xa4, 0x16, 0x1a),
        Ink::Rule => (0xb8, 0xb8, 0xb8),
        Ink::Shade => (0xf0, 0xf2, 0xf4),
        Ink::LoudShade => (0xfd, 0xf0, 0xf0),
        Ink::CareShade => (0xff, 0xf6, 0xdd),
    };
    rgb::Color::new(red, green, blue)
}

#[cfg(test)]
pub(crate) mod tests;
