//! How wide letters are, and where lines break.

use ttf_parser::Face;

use super::super::lines;
use crate::fonts;

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Letters {
    /// In points.
    pub(super) size: f32,
    pub(super) bold: bool,
}

impl Letters {
    pub(super) fn plain(size: f32) -> Self {
        Self { size, bold: false }
    }

    pub(super) fn bold(size: f32) -> Self {
        Self { size, bold: true }
    }

    /// From one line to the next.
    pub(super) fn line(self) -> f32 {
        self.size * 1.35
    }

    /// From the top of a line to the foot of its letters.
    pub(super) fn foot(self) -> f32 {
        self.size * 1.02
    }
}

/// The fonts' measures.
pub(super) struct Metrics {
    regular: Face<'static>,
    bold: Face<'static>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let face = |bytes| Face::parse(bytes, 0).expect("the fonts are this crate's own");
        Self { regular: face(fonts::REGULAR), bold: face(fonts::BOLD) }
    }

    fn face(&self, bold: bool) -> &Face<'static> {
        if bold { &self.bold } else { &self.regular }
    }

    /// The number of a character's letter, and its width for letters of size 1. A character that the font lacks has the
    /// letter that says so.
    pub(super) fn letter(&self, c: char, bold: bool) -> (u16, f32) {
        let face = self.face(bold);
        let letter = face.glyph_index(c).unwrap_or_default();
        let width = face.glyph_hor_advance(letter).unwrap_or_default();
        (letter.0, f32::from(width) / f32::from(face.units_per_em()))
    }

    pub(super) fn width(&self, text: &str, letters: Letters) -> f32 {
        text.chars().map(|c| self.letter(c, letters.bold).1).sum::<f32>() * letters.size
    }

    /// The lines of a text, broken between words, and within a word that fits no line.
    pub(super) fn broken(&self, text: &str, letters: Letters, room: f32) -> Vec<String> {
        let mut out = Vec::new();
        for line in lines(text) {
            let mut current = String::new();
            for word in line.split(' ') {
                let longer = if current.is_empty() { word.to_owned() } else { format!("{current} {word}") };
                if self.width(&longer, letters) <= room {
                    current = longer;
                    continue;
                }
                if !current.is_empty() {
                    out.push(std::mem::take(&mut current));
                }
                let mut pieces = self.pieces(word, letters, room);
                current = pieces.pop().unwrap_or_default();
                out.append(&mut pieces);
            }
            out.push(current);
        }
        out
    }

    fn pieces(&self, word: &str, letters: Letters, room: f32) -> Vec<String> {
        let mut out = Vec::new();
        let (mut current, mut width) = (String::new(), 0.0);
        for c in word.chars() {
            let advance = self.letter(c, letters.bold).1 * letters.size;
            if !current.is_empty() && width + advance > room {
                out.push(std::mem::take(&mut current));
                width = 0.0;
            }
            current.push(c);
            width += advance;
        }
        out.push(current);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_within() {
        let metrics = Metrics::new();
        let letters = Letters::plain(10.0);
        let room = metrics.width("uno dos tres", letters) + 0.1;
        assert_eq!(metrics.broken("uno dos tres cuatro", letters, room), ["uno dos tres", "cuatro"]);
        assert_eq!(metrics.broken("", letters, room), [""]);
        assert_eq!(metrics.broken("a\nb", letters, room), ["a", "b"]);
        let long = "x".repeat(100);
        let pieces = metrics.broken(&long, letters, room);
        assert!(pieces.len() > 3 && pieces.concat() == long, "{pieces:?}");
        assert!(pieces.iter().all(|piece| metrics.width(piece, letters) <= room));
        assert_eq!(metrics.broken("xx", letters, 1.0), ["x", "x"]);
    }

    #[test]
    fn bold_letters_are_wider() {
        let metrics = Metrics::new();
        assert!(metrics.width("ñandú", Letters::bold(10.0)) > metrics.width("ñandú", Letters::plain(10.0)));
    }
}
