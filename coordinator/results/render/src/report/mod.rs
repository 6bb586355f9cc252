//! Reports: what a student hands in, in the practice's own order, and what a teacher reads of a class. The analysis,
//! the summary and the proposals of a student's report stay the student's own: there are places for them.

mod class;
mod student;

pub use class::{Class, class};
pub use student::{Student, student, time_over_size};

use cotejo_language::Texts;

use crate::chart::Chart;
use crate::chart::build::{Kind, NoChart};
use crate::document::Block;

/// A chart, or which one it would have been and why it cannot be drawn.
pub type Drawable = Result<Chart, (Kind, NoChart)>;

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

/// The charts that can be drawn, then why the others cannot.
fn charts(drawables: Vec<Drawable>, texts: &Texts) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut left_out = Vec::new();
    for drawable in drawables {
        match drawable {
            Ok(chart) => blocks.push(Block::Chart(Box::new(chart))),
            Err((kind, why)) => {
                let chart = texts.say(&format!("chart-kind-{}", kind.name()));
                let reason = why.to_string();
                left_out
                    .push(texts.fill("report-chart-left-out", &[("chart", chart.into()), ("reason", reason.into())]));
            }
        }
    }
    blocks.extend((!left_out.is_empty()).then_some(Block::List(left_out)));
    blocks
}

#[cfg(test)]
mod tests;
