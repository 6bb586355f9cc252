//! From the blocks of a document to marks on pages.

use super::super::{Block, Document, Picture, line};
use super::flow::{Flow, HIGHEST, INSET, Ink, LEFT, ROOM, TEXT, WRITING};
use super::letters::{Letters, Metrics};
use super::table::table;

/// The pages of a document.
pub(super) fn pages<'a>(document: &Document, pictures: &[Picture], metrics: &'a Metrics) -> Flow<'a> {
    let mut flow = Flow::new(metrics);
    flow.text(&line(&document.title), Letters::bold(20.0), Ink::Accent, LEFT, ROOM);
    flow.gap(8.0);
    if let Some(watermark) = document.banner() {
        flow.notice(watermark);
    }
    let mut drawn = 0;
    for (at, block) in document.blocks.iter().enumerate() {
        let next = document.blocks.get(at + 1);
        let below = next.map_or(0.0, |next| least(&flow, next, pictures.get(drawn)));
        self::block(&mut flow, block, below, pictures.get(drawn).map(|picture| (drawn, picture)));
        drawn += usize::from(matches!(block, Block::Chart(_)));
    }
    flow
}

/// One block; `below` is the height of what must stand with a heading, `picture` the next one with its number.
fn block(flow: &mut Flow<'_>, block: &Block, below: f32, picture: Option<(usize, &Picture)>) {
    match block {
        Block::Heading { level, text } => flow.heading(*level, &line(text), below),
        Block::Paragraph(text) => {
            flow.text(text, TEXT, Ink::Black, LEFT, ROOM);
            flow.gap(6.0);
        }
        Block::Notice(text) => flow.notice(text),
        Block::List(items) => flow.points(items, false),
        Block::Checklist(items) => flow.points(items, true),
        Block::Table(found) => table(flow, found),
        Block::Chart(_) => {
            if let Some((number, picture)) = picture {
                flow.picture(picture, number);
            }
        }
        Block::Blank { prompt, lines } => flow.blank(prompt, *lines),
    }
}

/// The height of what must stand with the heading above it.
fn least(flow: &Flow<'_>, block: &Block, picture: Option<&Picture>) -> f32 {
    match block {
        Block::Chart(_) => picture.map_or(0.0, |picture| picture.within(ROOM, HIGHEST).1 + 10.0),
        Block::Table(_) => 80.0,
        Block::Blank { lines, .. } => (20.0 + WRITING * f32::from(*lines)).min(HIGHEST),
        Block::Notice(text) => TEXT.line() * flow.metrics.broken(text, TEXT, ROOM).len().min(6) as f32 + 2.0 * INSET,
        Block::Heading { .. } => 70.0,
        Block::Paragraph(_) | Block::List(_) | Block::Checklist(_) => 2.0 * TEXT.line(),
    }
}
