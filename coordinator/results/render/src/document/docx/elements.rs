//! The elements of `WordprocessingML` and `DrawingML` that documents are made of, by their own names.

use maud::{Markup, PreEscaped, html};

use super::super::lines;

/// The vocabularies of a part.
const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" \
    xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
    xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" mc:Ignorable=\"w14\"";
const PICTURE: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";

/// A part, by the name of its first element.
pub(super) fn part(name: &str, content: &Markup) -> Markup {
    PreEscaped(format!("<{name} {NAMESPACES}>{}</{name}>", content.0))
}

/// A paragraph of words in this style.
pub(super) fn paragraph(style: &str, words: &str) -> Markup {
    p(style, &html! {}, &run(&html! {}, &text(words)))
}

/// `w:p`: a paragraph in this style, with further properties.
pub(super) fn p(style: &str, properties: &Markup, content: &Markup) -> Markup {
    html! { w:p { w:pPr { w:pStyle w:val=(style) {} (properties) } (content) } }
}

/// `w:r`: a run of characters, with the properties of their letters.
pub(super) fn run(properties: &Markup, content: &Markup) -> Markup {
    html! { w:r { @if !properties.0.is_empty() { w:rPr { (properties) } } (content) } }
}

/// `w:t` for each line, so that lines stay lines.
pub(super) fn text(words: &str) -> Markup {
    html! {
        @for (at, line) in lines(words).enumerate() {
            @if at > 0 { w:br {} }
            w:t xml:space="preserve" { (line) }
        }
    }
}

/// `w:fldSimple`: a number that the word processor fills in.
pub(super) fn field(name: &str) -> Markup {
    html! { w:fldSimple w:instr=(name) { w:r { w:t { "1" } } } }
}

/// `w:sdt`: a box that is ticked by clicking.
pub(super) fn checkbox() -> Markup {
    let letters =
        html! { w:rFonts w:ascii="MS Gothic" w:hAnsi="MS Gothic" w:eastAsia="MS Gothic" w:hint="eastAsia" {} };
    html! {
        w:sdt {
            w:sdtPr {
                w14:checkbox {
                    w14:checked w14:val="0" {}
                    w14:checkedState w14:val="2612" w14:font="MS Gothic" {}
                    w14:uncheckedState w14:val="2610" w14:font="MS Gothic" {}
                }
            }
            w:sdtContent { (run(&letters, &html! { w:t { "☐" } })) }
        }
    }
}

/// A border of a table: its side, its width in eighths of a point, and its colour.
pub(super) type Border = (&'static str, u32, &'static str);

/// `w:tbl`: a table as wide as the text, with columns of these widths in twentieths of a point.
pub(super) fn tbl(borders: &[Border], further: &Markup, columns: &[String], rows: &Markup) -> Markup {
    html! {
        w:tbl {
            w:tblPr {
                w:tblW w:w="5000" w:type="pct" {}
                w:tblBorders { @for border in borders { (self::border(*border)) } }
                w:tblLayout w:type="fixed" {}
                (further)
            }
            w:tblGrid { @for width in columns { w:gridCol w:w=(width) {} } }
            (rows)
        }
    }
}

fn border((side, width, colour): Border) -> Markup {
    PreEscaped(format!("<w:{side} w:val=\"single\" w:sz=\"{width}\" w:color=\"{colour}\"></w:{side}>"))
}

/// `w:tr`: a row of cells.
pub(super) fn tr(properties: &Markup, cells: &Markup) -> Markup {
    html! { w:tr { w:trPr { (properties) } (cells) } }
}

/// `w:tc`: a cell of this width in twentieths of a point.
pub(super) fn tc(width: &str, properties: &Markup, content: &Markup) -> Markup {
    html! { w:tc { w:tcPr { w:tcW w:w=(width) w:type="dxa" {} (properties) } (content) } }
}

/// A picture that is embedded in the file.
pub(super) struct Embedded<'a> {
    /// Its number within the document, from 1.
    pub(super) id: usize,
    /// The relation that names its file.
    pub(super) relation: String,
    /// Width and height in English metric units, of which a millimetre has 36 000.
    pub(super) extent: (String, String),
    /// What it shows, for readers of screens.
    pub(super) description: &'a str,
}

/// `w:drawing`: a picture in the flow of the text.
pub(super) fn drawing(picture: &Embedded<'_>) -> Markup {
    let Embedded { id, extent: (width, height), description, .. } = picture;
    html! {
        w:drawing { wp:inline distT="0" distB="0" distL="0" distR="0" {
            wp:extent cx=(width) cy=(height) {}
            wp:docPr id=(id) name=(format!("chart-{id}")) descr=(description) {}
            wp:cNvGraphicFramePr { a:graphicFrameLocks noChangeAspect="1" {} }
            a:graphic { a:graphicData uri=(PICTURE) { (pic(picture)) } }
        } }
    }
}

/// `pic:pic`: what the picture is called, where its pixels are, and its shape.
fn pic(picture: &Embedded<'_>) -> Markup {
    let Embedded { id, relation, extent, description } = picture;
    html! {
        pic:pic {
            pic:nvPicPr { pic:cNvPr id=(id) name=(format!("chart-{id}.png")) descr=(description) {} pic:cNvPicPr {} }
            pic:blipFill { a:blip r:embed=(relation) {} a:stretch { a:fillRect {} } }
            (shape(extent))
        }
    }
}

/// `pic:spPr`: a rectangle of this size.
fn shape((width, height): &(String, String)) -> Markup {
    html! {
        pic:spPr {
            a:xfrm { a:off x="0" y="0" {} a:ext cx=(width) cy=(height) {} }
            a:prstGeom prst="rect" { a:avLst {} }
        }
    }
}

/// `w:pict`: words across a page, as word processors write their own watermarks.
pub(super) fn watermark(words: &str) -> Markup {
    let letters = u16::try_from(words.chars().count()).unwrap_or(u16::MAX).max(8);
    let height = (900.0 / f32::from(letters)).clamp(12.0, 90.0);
    let style = format!(
        "position:absolute;margin-left:0;margin-top:0;width:520pt;height:{height:.0}pt;rotation:315;z-index:-251658752;\
         mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;\
         mso-position-vertical-relative:margin"
    );
    html! {
        w:pict {
            v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e" {
                (PreEscaped(WARP))
                v:path textpathok="t" o:connecttype="none" {}
                v:textpath on="t" fitshape="t" {}
            }
            v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" style=(style) o:allowincell="f"
                fillcolor="#a4161a" stroked="f" {
                v:fill opacity="10000f" {}
                v:textpath style="font-family:&quot;Calibri&quot;;font-size:1pt;font-weight:bold" string=(words) {}
            }
        }
    }
}

/// How letters fill the shape of a watermark: the formulas of its type.
const WARP: &str = "<v:formulas><v:f eqn=\"sum #0 0 10800\"/><v:f eqn=\"prod #0 2 1\"/><v:f eqn=\"sum 21600 0 @1\"/>\
    <v:f eqn=\"sum 0 0 @2\"/><v:f eqn=\"sum 21600 0 @3\"/><v:f eqn=\"if @0 @3 0\"/><v:f eqn=\"if @0 21600 @1\"/>\
    <v:f eqn=\"if @0 0 @2\"/><v:f eqn=\"if @0 @4 21600\"/></v:formulas>";
