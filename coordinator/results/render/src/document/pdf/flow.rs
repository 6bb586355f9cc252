//! Pages that fill from top to bottom with text, boxes and pictures.

use super::super::{Picture, Tone};
use super::letters::{Letters, Metrics};

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
pub(super) const LEFT: f32 = 56.7;
/// From one margin to the other.
pub(super) const ROOM: f32 = PAGE.0 - 2.0 * LEFT;
const TOP: f32 = 62.0;
const BOTTOM: f32 = PAGE.1 - 62.0;

pub(super) const TEXT: Letters = Letters { size: 10.0, bold: false };
/// Where writing by hand has its lines.
pub(super) const WRITING: f32 = 20.0;
/// Within a box.
pub(super) const INSET: f32 = 8.0;

/// A colour of print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    Quiet,
    Accent,
    Loud,
    Rule,
    Shade,
    LoudShade,
    CareShade,
}

/// The colour of a cell's text by what it means.
pub(super) fn ink(tone: Tone) -> Ink {
    match tone {
        Tone::Plain | Tone::Care => Ink::Black,
        Tone::Absent => Ink::Quiet,
        Tone::Simulated => Ink::Loud,
    }
}

/// Something on a page; places are from its upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line of text, from its left end at the foot of its letters.
    Text { at: (f32, f32), text: String, letters: Letters, ink: Ink },
    /// A filled area.
    Area { at: (f32, f32), size: (f32, f32), ink: Ink },
    /// A frame; dashed where somebody is to write.
    Frame { at: (f32, f32), size: (f32, f32), ink: Ink, dashed: bool },
    /// The picture of this number.
    Picture { at: (f32, f32), size: (f32, f32), number: usize },
}

/// A heading and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) page: usize,
    pub(super) top: f32,
}

/// Pages that fill from top to bottom.
pub(super) struct Flow<'a> {
    pub(super) metrics: &'a Metrics,
    pub(super) pages: Vec<Vec<Mark>>,
    pub(super) entries: Vec<Entry>,
    pub(super) y: f32,
}

impl<'a> Flow<'a> {
    /// An empty page.
    pub(super) fn new(metrics: &'a Metrics) -> Self {
        Self { metrics, pages: vec![Vec::new()], entries: Vec::new(), y: TOP }
    }

    /// Whether this height remains on the page.
    pub(super) fn has(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    /// What remains of the page.
    pub(super) fn rest(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Goes on to the next page unless this height remains, or nothing stands on this one.
    pub(super) fn reserve(&mut self, height: f32) {
        if !self.has(height) && self.y > TOP {
            self.turn();
        }
    }

    pub(super) fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    /// Room between parts, of which the top of a page needs none.
    pub(super) fn gap(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// A line at the flow's height, which does not move.
    pub(super) fn line(&mut self, text: String, letters: Letters, ink: Ink, x: f32) {
        let at = (x, self.y + letters.foot());
        if !text.trim().is_empty() {
            self.mark(Mark::Text { at, text, letters, ink });
        }
    }

    /// Lines over as many pages as they need, never one alone at either end of a page.
    pub(super) fn text(&mut self, text: &str, letters: Letters, ink: Ink, x: f32, room: f32) {
        let lines = self.metrics.broken(text, letters, room);
        let count = lines.len();
        for (at, line) in lines.into_iter().enumerate() {
            let together = if at == 0 || at + 2 == count { 2.min(count - at) } else { 1 };
            self.reserve(letters.line() * f32::from(u8::try_from(together).unwrap_or(1)));
            self.line(line, letters, ink, x);
            self.y += letters.line();
        }
    }

    pub(super) fn heading(&mut self, level: u8, text: &str, below: f32) {
        let level = level.max(1);
        let (size, before, after) = match level {
            1 => (15.0, 18.0, 6.0),
            2 => (12.0, 13.0, 4.0),
            _ => (10.5, 10.0, 3.0),
        };
        let letters = Letters::bold(size);
        let height = letters.line() * self.metrics.broken(text, letters, ROOM).len() as f32;
        self.gap(before);
        self.reserve(height + after + below);
        self.entries.push(Entry { level, text: text.to_owned(), page: self.pages.len() - 1, top: self.y });
        self.text(text, letters, Ink::Accent, LEFT, ROOM);
        self.gap(after);
    }

    /// A box around its lines, one a page where it needs several.
    pub(super) fn notice(&mut self, text: &str) {
        let letters = Letters::bold(TEXT.size);
        let mut lines = self.metrics.broken(text, letters, ROOM - 2.0 * INSET - 4.0);
        if lines.iter().all(String::is_empty) {
            return;
        }
        self.gap(4.0);
        self.reserve((letters.line() * lines.len() as f32 + 2.0 * INSET).min(BOTTOM - TOP));
        while !lines.is_empty() {
            self.reserve(letters.line() + 2.0 * INSET);
            let fitting =
                ((1..=lines.len()).rev()).find(|count| self.has(letters.line() * *count as f32 + 2.0 * INSET));
            let rest = lines.split_off(fitting.unwrap_or(1));
            let (at, size) = ((LEFT, self.y), (ROOM, letters.line() * lines.len() as f32 + 2.0 * INSET));
            self.mark(Mark::Area { at, size, ink: Ink::LoudShade });
            self.mark(Mark::Frame { at, size, ink: Ink::Loud, dashed: false });
            self.mark(Mark::Area { at, size: (4.0, size.1), ink: Ink::Loud });
            self.y += INSET;
            for line in std::mem::replace(&mut lines, rest) {
                self.line(line, letters, Ink::Black, LEFT + INSET + 4.0);
                self.y += letters.line();
            }
            self.y += INSET;
        }
        self.gap(8.0);
    }

    pub(super) fn points(&mut self, items: &[String], boxes: bool) {
        let indent = if boxes { 18.0 } else { 13.0 };
        for item in items {
            self.reserve(TEXT.line());
            // The page is turned before its mark is set, so that a point begins where its mark stands.
            if self.metrics.broken(item, TEXT, ROOM - indent).len() > 1 {
                self.reserve(2.0 * TEXT.line());
            }
            if boxes {
                let at = (LEFT + 1.0, self.y + 2.2);
                self.mark(Mark::Frame { at, size: (8.5, 8.5), ink: Ink::Black, dashed: false });
            } else {
                self.line("•".to_owned(), TEXT, Ink::Black, LEFT + 2.0);
            }
            self.text(item, TEXT, Ink::Black, LEFT + indent, ROOM - indent);
            self.gap(if boxes { 4.0 } else { 2.0 });
        }
        self.gap(4.0);
    }

    pub(super) fn picture(&mut self, picture: &Picture, number: usize) {
        let size = picture.within(ROOM, HIGHEST);
        self.gap(6.0);
        self.reserve(size.1);
        let at = (LEFT + (ROOM - size.0) / 2.0, self.y);
        self.mark(Mark::Picture { at, size, number });
        self.y += size.1;
        self.gap(10.0);
    }

    /// Room to write: on one page, where a page has so much.
    pub(super) fn blank(&mut self, prompt: &str, lines: u8) {
        let mut height = WRITING * f32::from(lines.max(1));
        let prompt_height = TEXT.line() * self.metrics.broken(prompt, TEXT, ROOM).len() as f32;
        self.gap(4.0);
        self.reserve((prompt_height + height + 3.0).min(HIGHEST));
        if !prompt.trim().is_empty() {
            self.text(prompt, TEXT, Ink::Quiet, LEFT, ROOM);
            self.gap(3.0);
        }
        while height > 0.0 {
            self.reserve(height.min(WRITING));
            let piece = height.min(self.rest());
            self.mark(Mark::Frame { at: (LEFT, self.y), size: (ROOM, piece), ink: Ink::Quiet, dashed: true });
            self.y += piece;
            height -= piece;
        }
        self.gap(10.0);
    }
}

/// Of a picture at most, so that its heading stands on its page.
pub(super) const HIGHEST: f32 = BOTTOM - TOP - 50.0;
