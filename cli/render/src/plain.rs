//! A document as plain text in a terminal.

use super::document::{Block, Document, Table};
use super::grid::{Cell, Grid};
use super::{Style, wrapped};

/// The document, from top to bottom.
pub fn text(document: &Document, style: &Style) -> String {
    let mut parts = vec![document.title.clone()];
    parts.extend(document.watermark.as_deref().map(|text| wrapped(text, style.width, 0)));
    parts.extend(document.blocks.iter().map(|block| match block {
        Block::Heading { text, .. } | Block::Paragraph(text) | Block::Notice(text) => wrapped(text, style.width, 0),
        Block::List(items) | Block::Checklist(items) => {
            items.iter().map(|item| wrapped(&format!("- {item}"), style.width, 2)).collect::<Vec<_>>().join("\n")
        }
        Block::Table(table) => self::table(table, style),
        Block::Chart(_) | Block::Blank { .. } => String::new(),
    }));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

fn table(table: &Table, style: &Style) -> String {
    let cell = |cell: &super::document::Cell| Cell { text: cell.text.clone(), tone: cell.tone };
    let rows = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let grid = Grid { heads: table.heads.clone(), rows }.render(style);
    let remarks = table.remarks.iter().map(|remark| wrapped(remark, style.width, 0));
    let parts: Vec<String> = [table.caption.clone(), grid].into_iter().chain(remarks).collect();
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
