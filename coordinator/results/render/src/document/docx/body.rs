//! What stands on the pages.

use maud::{Markup, html};

use super::super::columns::{is_bold, widths};
use super::super::{Block, Cell, Document, Kind, Picture, Table, Tone, line};
use super::elements::{self, Border, Embedded, drawing, p, paragraph, part, run, tbl, tc, text, tr};
use super::{FIRST_PICTURE, FOOTER, HEADER};

/// A4 with 20 mm around, in twentieths of a point.
const PAGE: (u32, u32) = (11906, 16838);
const MARGIN: u32 = 1134;
const ROOM: f32 = 9638.0;
/// The largest picture, in English metric units, of which a millimetre has 36 000.
const PICTURE_WIDTH: f32 = 170.0 * 36_000.0;
const PICTURE_HEIGHT: f32 = 220.0 * 36_000.0;
/// The height of a line to write on, and of the highest box on a page, in twentieths of a point.
const LINE: u32 = 320;
const HIGHEST: u32 = 13_000;
/// The lines above, below and between the rows of a table.
const RULES: [Border; 3] = [("top", 12, "1A1A1A"), ("bottom", 12, "1A1A1A"), ("insideH", 4, "B8B8B8")];
/// The frame of a box to write in.
const FRAME: [Border; 4] =
    [("top", 6, "808080"), ("left", 6, "808080"), ("bottom", 6, "808080"), ("right", 6, "808080")];

pub(super) fn body(document: &Document, pictures: &[Picture]) -> Markup {
    let mut pictures = pictures.iter().enumerate();
    let content = html! {
        w:body {
            (paragraph("Title", &document.title))
            @if let Some(watermark) = document.banner() { (paragraph("Notice", watermark)) }
            @for block in &document.blocks { (self::block(block, &mut pictures)) }
            (section())
        }
    };
    part("w:document", &content)
}

/// The paper, its margins, and what stands above and below each page.
fn section() -> Markup {
    html! {
        w:sectPr {
            w:headerReference w:type="default" r:id=(HEADER) {}
            w:footerReference w:type="default" r:id=(FOOTER) {}
            w:pgSz w:w=(PAGE.0) w:h=(PAGE.1) {}
            w:pgMar w:top=(MARGIN) w:right=(MARGIN) w:bottom=(MARGIN) w:left=(MARGIN) w:header="567" w:footer="567"
                w:gutter="0" {}
        }
    }
}

/// What nobody may miss, above and across every page.
pub(super) fn header(document: &Document) -> Markup {
    let watermark = document.watermark.as_deref().map(line);
    let none = html! {};
    let content = html! {
        @if let Some(watermark) = &watermark {
            (run(&none, &text(watermark)))
            (run(&none, &elements::watermark(watermark)))
        }
    };
    part("w:hdr", &p("Header", &none, &content))
}

pub(super) fn footer() -> Markup {
    let none = html! {};
    let content = html! { (elements::field("PAGE")) (run(&none, &text(" / "))) (elements::field("NUMPAGES")) };
    part("w:ftr", &p("Footer", &none, &content))
}

fn block<'a>(block: &Block, pictures: &mut impl Iterator<Item = (usize, &'a Picture)>) -> Markup {
    html! {
        @match block {
            Block::Heading { level, text } => (paragraph(&format!("Heading{}", level.clamp(&1, &5)), &line(text))),
            Block::Paragraph(text) => (paragraph("Normal", text)),
            // An empty one would be a coloured line.
            Block::Notice(text) => @if !text.trim().is_empty() { (paragraph("Notice", text)) },
            Block::List(items) => @for item in items { (paragraph("ListPoint", item)) },
            Block::Checklist(items) => @for item in items { (check(item)) },
            Block::Table(table) => (self::table(table)),
            Block::Chart(chart) => @if let Some((at, picture)) = pictures.next() {
                (self::picture(at, picture, &line(&chart.title)))
            },
            Block::Blank { prompt, lines } => (blank(prompt, *lines)),
        }
    }
}

/// A point to be ticked off.
fn check(item: &str) -> Markup {
    let tabs = html! { w:tabs { w:tab w:val="left" w:pos="425" {} } };
    let content = html! { (elements::checkbox()) (run(&html! {}, &html! { w:tab {} (text(item)) })) };
    p("CheckPoint", &tabs, &content)
}

/// A picture as large as it fits, with its words for readers of screens.
fn picture(at: usize, picture: &Picture, words: &str) -> Markup {
    let (width, height) = picture.within(PICTURE_WIDTH, PICTURE_HEIGHT);
    let embedded = Embedded {
        id: at + 1,
        relation: format!("rId{}", at + FIRST_PICTURE),
        extent: (format!("{width:.0}"), format!("{height:.0}")),
        description: words,
    };
    let none = html! {};
    p("Figure", &none, &run(&none, &drawing(&embedded)))
}

/// A box that grows with what is written into it.
fn blank(prompt: &str, lines: u8) -> Markup {
    let height = (u32::from(lines.max(1)) * LINE).min(HIGHEST);
    let width = ROOM.to_string();
    let cell = tc(&width, &html! {}, &html! { (paragraph("Prompt", prompt)) w:p {} });
    let row = tr(&html! { w:cantSplit {} w:trHeight w:val=(height) w:hRule="atLeast" {} }, &cell);
    html! { (tbl(&FRAME, &html! {}, &[width], &row)) (paragraph("Remark", "")) }
}

fn table(table: &Table) -> Markup {
    // Rather wider than Calibri's letters of 9 points: a PC may have another font in its place.
    let measure = |text: &str, bold| {
        f32::from(u16::try_from(text.chars().count()).unwrap_or(u16::MAX)) * if bold { 124.0 } else { 112.0 }
    };
    let columns: Vec<String> =
        widths(table, ROOM, 236.0, &measure).columns.iter().map(|width| format!("{width:.0}")).collect();
    let look = html! { w:tblLook w:val="0020" w:firstRow="1" {} w:tblCaption w:val=(line(&table.caption)) {} };
    html! {
        @if !table.caption.is_empty() { (paragraph("Caption", &line(&table.caption))) }
        @if !table.heads.is_empty() { (tbl(&RULES, &look, &columns, &rows(table, &columns))) }
        // What follows is never joined with the table.
        @if table.remarks.is_empty() { (paragraph("Remark", "")) }
        @for remark in &table.remarks { (paragraph("Remark", remark)) }
    }
}

/// The heads, repeated on each page, and the rows, none of which is split.
fn rows(table: &Table, columns: &[String]) -> Markup {
    let heads = html! {
        @for (head, width) in table.heads.iter().zip(columns) { (self::head(head.kind, width, &head.lines.join("\n"))) }
    };
    let row = |row: &[Cell]| {
        html! {
            @for ((head, width), at) in table.heads.iter().zip(columns).zip(0..) { (place(head.kind, width, row.get(at))) }
        }
    };
    html! {
        (tr(&html! { w:cantSplit {} w:tblHeader {} }, &heads))
        @for cells in &table.rows { (tr(&html! { w:cantSplit {} }, &row(cells))) }
    }
}

fn aligned(kind: Kind) -> Markup {
    html! { @if kind == Kind::Figures { w:jc w:val="right" {} } }
}

/// The head of a column, which stands upon its rule and keeps to the rows below.
fn head(kind: Kind, width: &str, words: &str) -> Markup {
    let properties = html! { (shade("F3F4F6")) w:vAlign w:val="bottom" {} };
    let paragraph = html! { w:keepNext {} (aligned(kind)) };
    let letters = html! { w:b {} w:bCs {} };
    tc(width, &properties, &p("TableText", &paragraph, &run(&letters, &text(words))))
}

/// A cell by what it means; none is an empty one.
fn place(kind: Kind, width: &str, content: Option<&Cell>) -> Markup {
    let tone = content.map_or(Tone::Plain, |cell| cell.tone);
    let letters = html! {
        @if content.is_some_and(is_bold) { w:b {} w:bCs {} }
        @if tone == Tone::Absent { w:i {} w:iCs {} }
        @match tone {
            Tone::Simulated => w:color w:val="A4161A" {},
            Tone::Absent => w:color w:val="5A5A5A" {},
            Tone::Plain | Tone::Care => {},
        }
    };
    let shaded = html! { @if tone == Tone::Care { (shade("FFF6DD")) } };
    let words = content.map_or("", |cell| &cell.text);
    // Plain cells keep an empty `w:rPr`, which word processors write too.
    let run = html! { w:r { w:rPr { (letters) } (text(words)) } };
    tc(width, &shaded, &p("TableText", &aligned(kind), &run))
}

fn shade(colour: &str) -> Markup {
    html! { w:shd w:val="clear" w:color="auto" w:fill=(colour) {} }
}
