//! Reports: what a student hands in, in the practice's own order, and what a teacher reads of a class. The analysis,
//! the summary and the proposals of a student's report stay the student's own: there are places for them.

mod class;
mod student;

pub use class::{Class, class};
pub use student::{Student, student, time_over_size};

use cotejo_language::Texts;

use crate::chart::Chart;
use crate::document::Block;

fn heading(level: u8, name: &str, texts: &Texts) -> Block {
    Block::Heading { level, text: texts.say(name) }
}

fn paragraph(name: &str, texts: &Texts) -> Block {
    Block::Paragraph(texts.say(name))
}

fn list(names: &[&str], texts: &Texts) -> Block {
    Block::List(names.iter().map(|name| texts.say(name)).collect())
}

fn blank(name: &str, lines: u8, texts: &Texts) -> Block {
    Block::Blank { prompt: texts.say(name), lines }
}

/// The charts under their heading; nothing where there are none.
fn charts(charts: Vec<Chart>, texts: &Texts) -> Vec<Block> {
    if charts.is_empty() {
        return Vec::new();
    }
    let drawn = charts.into_iter().map(|chart| Block::Chart(Box::new(chart)));
    std::iter::once(heading(1, "report-charts", texts)).chain(drawn).collect()
}

#[cfg(test)]
mod tests;
