//! A chart that the spreadsheet draws, beside its figures.

use cotejo_language::Texts;
use rust_xlsxwriter::{
    Chart as Drawing, ChartAxisLabelPosition, ChartErrorBars, ChartErrorBarsType, ChartFormat, ChartLegendPosition,
    ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType, ChartRange, ChartSolidFill, ChartType, Format,
    Worksheet, XlsxError,
};

use super::super::line;
use super::sheet::{banner, head, high_enough, printed, words};
use super::{loud, shortened};
use crate::chart::{Axis, Chart, ChartKind, Role, Scale, Series};

/// Characters of a title or an axis' label at most.
const LONGEST: usize = 255;
/// Columns a series: value, below, above; and how wide each is.
const COLUMNS: u16 = 3;
const WIDTH: u16 = 12;

/// A place of the horizontal axis, and the row of its figures.
type Place = (f64, u32);

/// The chart. Its figures stand left of it: one row a place, three columns a series.
pub(super) fn chart(
    sheet: &mut Worksheet,
    name: &str,
    chart: &Chart,
    watermark: Option<&str>,
    texts: &Texts,
) -> Result<(), XlsxError> {
    let mut row = banner(sheet, watermark)?;
    let title = if chart.simulated { format!("{} (SIM)", line(&chart.title)) } else { line(&chart.title) };
    let format = if chart.simulated { loud() } else { Format::new().set_bold() };
    words(sheet, row, 0, &title, &format.set_font_size(12))?;
    words(sheet, row + 1, 0, &line(&chart.subtitle), &Format::new())?;
    row += 2;
    let places: Vec<Place> = places(chart).into_iter().zip(row + 1..).collect();
    figures(sheet, row, chart, &places, texts)?;
    sheet.set_freeze_panes(row + 1, 0)?;
    printed(sheet, true);
    let Some(last) = places.last().map(|(_, row)| *row) else { return Ok(()) };
    let mut drawing = Drawing::new(kind(chart));
    for (series, at) in chart.series.iter().zip(0..) {
        draw(&mut drawing, name, (row + 1, last), series, at, chart.kind);
    }
    // By its cell: a name that begins like a formula would be taken for one.
    drawing.title().set_name((name, row - 2, 0));
    axis(drawing.x_axis().set_label_position(ChartAxisLabelPosition::Low), &chart.x);
    axis(drawing.y_axis().set_label_position(ChartAxisLabelPosition::Low), &chart.y);
    drawing.legend().set_position(ChartLegendPosition::Bottom);
    drawing.set_alt_text(shortened(&title, LONGEST)).set_width(860).set_height(540);
    sheet.insert_chart(row, first_column(chart.series.len()) + 1, &drawing).map(|_| ())
}

/// The column of this series' values.
fn first_column(series: usize) -> u16 {
    u16::try_from(series).unwrap_or(u16::MAX / COLUMNS - 1).min(u16::MAX / COLUMNS - 1) * COLUMNS + 1
}

/// Named places need a chart of categories, figures one of points.
fn kind(chart: &Chart) -> ChartType {
    match chart.kind {
        ChartKind::Lines => ChartType::ScatterStraightWithMarkers,
        ChartKind::Points if named(chart) => ChartType::Line,
        ChartKind::Points => ChartType::Scatter,
    }
}

fn named(chart: &Chart) -> bool {
    chart.kind == ChartKind::Points && places(chart).iter().all(|place| tick(&chart.x, *place).is_some())
}

fn tick(axis: &Axis, place: f64) -> Option<&str> {
    axis.ticks.iter().find(|(at, _)| at.total_cmp(&place).is_eq()).map(|(_, name)| name.as_str())
}

/// Every place that a series has a point at, from left to right.
fn places(chart: &Chart) -> Vec<f64> {
    let mut places: Vec<f64> = chart.series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|one, other| one.total_cmp(other).is_eq());
    places
}

fn figures(sheet: &mut Worksheet, row: u32, chart: &Chart, places: &[Place], texts: &Texts) -> Result<(), XlsxError> {
    head(sheet, row, 0, &line(&chart.x.label), !named(chart))?;
    sheet.set_column_width(0, 18)?;
    let named = named(chart);
    for (place, at) in places {
        match tick(&chart.x, *place).filter(|_| named) {
            Some(name) => words(sheet, *at, 0, &line(name), &Format::new())?,
            None => sheet.write_number(*at, 0, *place).map(|_| ())?,
        }
    }
    let mut heads = vec![(line(&chart.x.label), 18)];
    for (at, series) in chart.series.iter().enumerate() {
        let column = first_column(at);
        let name = line(&series.name);
        head(sheet, row, column, &name, true)?;
        let of_name = |text| texts.fill(text, &[("name", name.as_str().into())]);
        head(sheet, row, column + 1, &of_name("document-below"), true)?;
        head(sheet, row, column + 2, &of_name("document-above"), true)?;
        (0..COLUMNS).try_for_each(|of| sheet.set_column_width(column + of, WIDTH).map(|_| ()))?;
        heads.push((of_name("document-below"), usize::from(WIDTH)));
        for point in series.points.iter().filter(|point| point.y.is_finite()) {
            let Some((_, at)) = places.iter().find(|(place, _)| place.total_cmp(&point.x).is_eq()) else { continue };
            sheet.write_number(*at, column, point.y)?;
            if let Some(ci) = point.ci {
                sheet.write_number(*at, column + 1, point.y - ci.low)?;
                sheet.write_number(*at, column + 2, ci.high - point.y)?;
            }
        }
    }
    high_enough(sheet, row, heads.into_iter())
}

fn draw(drawing: &mut Drawing, sheet: &str, rows: (u32, u32), series: &Series, at: usize, kind: ChartKind) {
    let (first, last) = rows;
    let column = first_column(at);
    let (colour, mark) = look(series.role);
    let mut stroke = ChartLine::new();
    stroke.set_color(colour).set_width(if series.role == Role::Guide { 1.25 } else { 2.25 });
    if series.role == Role::Guide {
        stroke.set_dash_type(ChartLineDashType::Dash);
    }
    if kind == ChartKind::Points {
        stroke.set_hidden(true);
    }
    let mut marker = ChartMarker::new();
    match mark {
        Some(mark) => {
            let fill = ChartSolidFill::new().set_color(colour).clone();
            marker.set_type(mark).set_size(8).set_format(ChartFormat::new().set_solid_fill(&fill))
        }
        None => marker.set_none(),
    };
    let drawn = drawing
        .add_series()
        .set_name((sheet, first - 1, column))
        .set_categories((sheet, first, 0, last, 0))
        .set_values((sheet, first, column, last, column))
        .set_format(ChartFormat::new().set_line(&stroke))
        .set_marker(&marker);
    if series.points.iter().any(|point| point.ci.is_some()) {
        let range = |column| ChartRange::new_from_range(sheet, first, column, last, column);
        let mut bars = ChartErrorBars::new();
        bars.set_type(ChartErrorBarsType::Custom(range(column + 2), range(column + 1)));
        drawn.set_y_error_bars(&bars);
    }
}

fn axis(drawn: &mut rust_xlsxwriter::ChartAxis, axis: &Axis) {
    drawn.set_name(shortened(line(&axis.label).trim_start_matches('='), LONGEST).as_str()).set_num_format("General");
    match axis.scale {
        Scale::Log => drawn.set_log_base(10),
        Scale::Linear => drawn.set_min(0),
    };
}

/// Okabe and Ito's colours for all kinds of colour vision, as the other charts have them, and marks that differ in print.
fn look(role: Role) -> (u32, Option<ChartMarkerType>) {
    const OTHERS: [(u32, ChartMarkerType); 5] = [
        (0x0000_9E73, ChartMarkerType::Square),
        (0x00E6_9F00, ChartMarkerType::Diamond),
        (0x00CC_79A7, ChartMarkerType::X),
        (0x0056_B4E9, ChartMarkerType::Circle),
        (0x0000_0000, ChartMarkerType::Square),
    ];
    match role {
        Role::Cpu => (0x0000_72B2, Some(ChartMarkerType::Circle)),
        Role::Gpu => (0x00D5_5E00, Some(ChartMarkerType::Triangle)),
        Role::Guide => (0x0070_7070, None),
        Role::Other(at) => {
            let (colour, mark) = OTHERS[usize::from(at) % OTHERS.len()];
            (colour, Some(mark))
        }
    }
}
