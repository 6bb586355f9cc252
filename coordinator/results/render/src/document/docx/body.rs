//! What stands on the pages.

use maud::{Markup, PreEscaped, html};

use super::super::columns::{is_bold, widths};
use super::super::{Block, Cell, Document, Kind, Picture, Table, Tone, line, lines};
use super::{FIRST_PICTURE, FOOTER, HEADER};

/// A4 with 20 mm around, in twentieths of a point.
const PAGE: (u32, u32) = (11906, 16838);
const MARGIN: u32 = 1134;
const ROOM: f32 = 9638.0;
/// Of a picture at most, in the file's units of which a millimetre has 36 000.
const PICTURE_WIDTH: f32 = 170.0 * 36_000.0;
const PICTURE_HEIGHT: f32 = 220.0 * 36_000.0;
/// The height of a line to write on, and of the highest box on a page, in twentieths of a point.
const LINE: u32 = 320;
const HIGHEST: u32 = 13_000;

/// Of what a part is made of.
const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" \
    xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
    xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" mc:Ignorable=\"w14\"";

/// A part by the name of its first element.
fn part(name: &str, content: &Markup) -> Markup {
    PreEscaped(format!("<{name} {NAMESPACES}>{}</{name}>", content.0))
}

pub(super) fn body(document: &Document, pictures: &[Picture]) -> Markup {
    let mut pictures = pictures.iter().enumerate();
    let content = html! {
        w:body {
            (paragraph("Title", &document.title))
            @if let Some(watermark) = document.banner() { (paragraph("Notice", watermark)) }
            @for block in &document.blocks { (self::block(block, &mut pictures)) }
            w:sectPr {
                w:headerReference w:type="default" r:id=(HEADER) {}
                w:footerReference w:type="default" r:id=(FOOTER) {}
                w:pgSz w:w=(PAGE.0) w:h=(PAGE.1) {}
                w:pgMar w:top=(MARGIN) w:right=(MARGIN) w:bottom=(MARGIN) w:left=(MARGIN) w:header="567" w:footer="567"
                    w:gutter="0" {}
            }
        }
    };
    part("w:document", &content)
}

/// What nobody may miss, above and across every page.
pub(super) fn header(document: &Document) -> Markup {
    let watermark = document.watermark.as_deref().map(line);
    let content = html! {
        w:p {
            w:pPr { w:pStyle w:val="Header" {} }
            @if let Some(watermark) = &watermark {
                (text(watermark))
                w:r { w:pict { (across(watermark)) } }
            }
        }
    };
    part("w:hdr", &content)
}

/// As word processors write their own watermarks.
fn across(watermark: &str) -> Markup {
    let letters = u16::try_from(watermark.chars().count()).unwrap_or(u16::MAX).max(8);
    let height = (900.0 / f32::from(letters)).clamp(12.0, 90.0);
    let style = format!(
        "position:absolute;margin-left:0;margin-top:0;width:520pt;height:{height:.0}pt;rotation:315;z-index:-251658752;\
         mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;\
         mso-position-vertical-relative:margin"
    );
    html! {
        v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e" {
            (PreEscaped(WARP))
            v:path textpathok="t" o:connecttype="none" {}
            v:textpath on="t" fitshape="t" {}
        }
        v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" style=(style) o:allowincell="f"
            fillcolor="#a4161a" stroked="f" {
            v:fill opacity="10000f" {}
            v:textpath style="font-family:&quot;Calibri&quot;;font-size:1pt;font-weight:bold" string=(watermark) {}
        }
    }
}

/// How letters fill the shape: the formulas of its type.
const WARP: &str = "<v:formulas><v:f eqn=\"sum #0 0 10800\"/><v:f eqn=\"prod #0 2 1\"/><v:f eqn=\"sum 21600 0 @1\"/>\
    <v:f eqn=\"sum 0 0 @2\"/><v:f eqn=\"sum 21600 0 @3\"/><v:f eqn=\"if @0 @3 0\"/><v:f eqn=\"if @0 21600 @1\"/>\
    <v:f eqn=\"if @0 0 @2\"/><v:f eqn=\"if @0 @4 21600\"/></v:formulas>";

pub(super) fn footer() -> Markup {
    let field = |name| html! { w:fldSimple w:instr=(name) { w:r { w:t { "1" } } } };
    let content = html! {
        w:p {
            w:pPr { w:pStyle w:val="Footer" {} }
            (field("PAGE")) (text(" / ")) (field("NUMPAGES"))
        }
    };
    part("w:ftr", &content)
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

fn paragraph(style: &str, words: &str) -> Markup {
    html! { w:p { w:pPr { w:pStyle w:val=(style) {} } (text(words)) } }
}

/// Lines that stay lines.
fn text(words: &str) -> Markup {
    html! { w:r { (run(words)) } }
}

fn run(words: &str) -> Markup {
    html! {
        @for (at, line) in lines(words).enumerate() {
            @if at > 0 { w:br {} }
            w:t xml:space="preserve" { (line) }
        }
    }
}

/// A box that is ticked by clicking.
fn check(item: &str) -> Markup {
    let letters =
        html! { w:rFonts w:ascii="MS Gothic" w:hAnsi="MS Gothic" w:eastAsia="MS Gothic" w:hint="eastAsia" {} };
    html! {
        w:p {
            w:pPr { w:pStyle w:val="CheckPoint" {} w:tabs { w:tab w:val="left" w:pos="425" {} } }
            w:sdt {
                w:sdtPr {
                    w14:checkbox {
                        w14:checked w14:val="0" {}
                        w14:checkedState w14:val="2612" w14:font="MS Gothic" {}
                        w14:uncheckedState w14:val="2610" w14:font="MS Gothic" {}
                    }
                }
                w:sdtContent { w:r { w:rPr { (letters) } w:t { "☐" } } }
            }
            w:r { w:tab {} (run(item)) }
        }
    }
}

/// A picture in the flow of the text, with its words for readers of screens.
fn picture(at: usize, picture: &Picture, words: &str) -> Markup {
    let (width, height) = picture.within(PICTURE_WIDTH, PICTURE_HEIGHT);
    let (width, height) = (format!("{width:.0}"), format!("{height:.0}"));
    let id = at + 1;
    html! {
        w:p {
            w:pPr { w:pStyle w:val="Figure" {} }
            w:r { w:drawing { wp:inline distT="0" distB="0" distL="0" distR="0" {
                wp:extent cx=(width) cy=(height) {}
                wp:docPr id=(id) name=(format!("chart-{id}")) descr=(words) {}
                wp:cNvGraphicFramePr { a:graphicFrameLocks noChangeAspect="1" {} }
                a:graphic { a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture" { pic:pic {
                    pic:nvPicPr { pic:cNvPr id=(id) name=(format!("chart-{id}.png")) descr=(words) {} pic:cNvPicPr {} }
                    pic:blipFill { a:blip r:embed=(format!("rId{}", at + FIRST_PICTURE)) {} a:stretch { a:fillRect {} } }
                    pic:spPr {
                        a:xfrm { a:off x="0" y="0" {} a:ext cx=(width) cy=(height) {} }
                        a:prstGeom prst="rect" { a:avLst {} }
                    }
                } } }
            } } }
        }
    }
}

/// A box that grows with what is written into it.
fn blank(prompt: &str, lines: u8) -> Markup {
    let height = (u32::from(lines.max(1)) * LINE).min(HIGHEST);
    let side = |width| {
        html! { w:top w:val="single" w:sz=(width) w:color="808080" {} w:left w:val="single" w:sz=(width) w:color="808080" {}
        w:bottom w:val="single" w:sz=(width) w:color="808080" {} w:right w:val="single" w:sz=(width) w:color="808080" {} }
    };
    html! {
        w:tbl {
            w:tblPr { w:tblW w:w="5000" w:type="pct" {} w:tblBorders { (side(6)) } w:tblLayout w:type="fixed" {} }
            w:tblGrid { w:gridCol w:w=(ROOM) {} }
            w:tr {
                w:trPr { w:trHeight w:val=(height) w:hRule="atLeast" {} }
                w:tc { w:tcPr { w:tcW w:w=(ROOM) w:type="dxa" {} } (paragraph("Prompt", prompt)) w:p {} }
            }
        }
        (paragraph("Remark", ""))
    }
}

fn table(table: &Table) -> Markup {
    // Rather wider than Calibri's letters of 9 points: a PC may have another font in its place.
    let measure = |text: &str, bold| {
        f32::from(u16::try_from(text.chars().count()).unwrap_or(u16::MAX)) * if bold { 124.0 } else { 112.0 }
    };
    let columns: Vec<String> =
        widths(table, ROOM, 236.0, &measure).columns.iter().map(|width| format!("{width:.0}")).collect();
    html! {
        @if !table.caption.is_empty() { (paragraph("Caption", &line(&table.caption))) }
        @if !table.heads.is_empty() {
            w:tbl {
                w:tblPr {
                    w:tblW w:w="5000" w:type="pct" {}
                    w:tblBorders {
                        w:top w:val="single" w:sz="12" w:color="1A1A1A" {}
                        w:bottom w:val="single" w:sz="12" w:color="1A1A1A" {}
                        w:insideH w:val="single" w:sz="4" w:color="B8B8B8" {}
                    }
                    w:tblLayout w:type="fixed" {}
                    w:tblLook w:val="0020" w:firstRow="1" {}
                    w:tblCaption w:val=(line(&table.caption)) {}
                }
                w:tblGrid { @for width in &columns { w:gridCol w:w=(width) {} } }
                w:tr {
                    w:trPr { w:cantSplit {} w:tblHeader {} }
                    @for (head, width) in table.heads.iter().zip(&columns) {
                        (cell(width, Some("F3F4F6"), true, &aligned(head.kind), &html! { w:b {} w:bCs {} }, &head.lines.join("\n")))
                    }
                }
                @for row in &table.rows {
                    w:tr {
                        w:trPr { w:cantSplit {} }
                        @for ((head, width), at) in table.heads.iter().zip(&columns).zip(0..) { (place(head.kind, width, row.get(at))) }
                    }
                }
            }
        }
        // What follows is never joined with the table.
        @if table.remarks.is_empty() { (paragraph("Remark", "")) }
        @for remark in &table.remarks { (paragraph("Remark", remark)) }
    }
}

fn aligned(kind: Kind) -> Markup {
    html! { @if kind == Kind::Figures { w:jc w:val="right" {} } }
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
    let shade = (tone == Tone::Care).then_some("FFF6DD");
    cell(width, shade, false, &aligned(kind), &letters, content.map_or("", |cell| &cell.text))
}

fn cell(width: &str, shade: Option<&str>, head: bool, aligned: &Markup, letters: &Markup, words: &str) -> Markup {
    html! {
        w:tc {
            w:tcPr {
                w:tcW w:w=(width) w:type="dxa" {}
                @if let Some(shade) = shade { w:shd w:val="clear" w:color="auto" w:fill=(shade) {} }
                @if head { w:vAlign w:val="bottom" {} }
            }
            w:p {
                w:pPr { w:pStyle w:val="TableText" {} @if head { w:keepNext {} } (aligned) }
                w:r { w:rPr { (letters) } (run(words)) }
            }
        }
    }
}
