//! From comparisons, sweeps and machines to text. Nothing here does I/O.

mod gpus;
mod grid;
mod notes;
mod sweeps;
mod words;
mod workbook;

pub mod bundles;
pub mod chart;
pub mod class;
pub mod csv;
pub mod document;
pub mod explain;
pub mod findings;
pub mod fonts;
pub mod formats;
pub mod json;
pub mod lists;
pub mod number;
pub mod pages;
pub mod peers;
pub mod plan;
pub mod references;
mod remarks;
pub mod report;
pub mod results;
pub mod samples_csv;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod spanish;

#[cfg(test)]
use cotejo_language::Texts;
use jiff::tz::TimeZone;

pub use words::{device, phase_name, state_name, task};

#[cfg(test)]
fn english() -> &'static Texts {
    Texts::of(cotejo_language::Language::English)
}

/// What the place that the text goes to can show.
#[derive(Debug, Clone)]
pub struct Style {
    /// Characters a line; none for no end.
    pub width: Option<usize>,
    /// Whether colours are wanted and understood.
    pub colour: bool,
    /// What clocks show there.
    pub zone: TimeZone,
}

/// Text from elsewhere, such as a machine's name, without characters that a terminal would obey.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Breaks a paragraph between words; lines after the first are indented. A word is never broken.
pub fn wrapped(text: &str, width: Option<usize>, indent: usize) -> String {
    let words = text.trim_start_matches(' ');
    let lead = text.len() - words.len();
    let mut out = " ".repeat(lead);
    let mut column = lead;
    let mut first = true;
    for word in words.split(' ') {
        let length = console::measure_text_width(word);
        if !first && width.is_some_and(|width| column + 1 + length > width) {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if !first {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
        first = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("pc\u{1b}[31m\n1é"), "pc\u{fffd}[31m\u{fffd}1é");
    }

    #[test]
    fn paragraphs_break_between_words() {
        assert_eq!(wrapped("one two three", Some(8), 2), "one two\n  three");
        assert_eq!(wrapped("  indented stays", Some(12), 4), "  indented\n    stays");
        assert_eq!(wrapped("one two", None, 2), "one two");
        assert_eq!(wrapped("unbreakable", Some(3), 0), "unbreakable");
    }
}
