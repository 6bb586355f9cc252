//! Time over image size from any times: of a peer's GPU beside one's own CPU, or of times that were imported.

use cotejo_analysis::key::Subject;
use cotejo_language::Texts;
use cotejo_model::stats::Estimate;
use cotejo_model::{DeviceKind, Reference, Task};

use super::kinds::{size_axis, titled};
use super::lines::{DECADE, places};
use super::{NoChart, marked};
use crate::chart::{Axis, Chart, ChartKind, Point, Role, Scale, Series};
use crate::words::{self, product};

/// A time at a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimePoint {
    /// Pixels a side.
    pub size: u32,
    /// Seconds.
    pub time: Estimate,
}

/// The times of one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// What the legend says after `CPU` or `GPU`: the product, and whose it is where it is another's.
    pub label: String,
    /// At each size once, in any order.
    pub points: Vec<TimePoint>,
    /// At least one of them is made up.
    pub simulated: bool,
}

impl Times {
    /// Times that were imported, of one GPU of one set; the legend says that they were.
    pub fn imported(references: &[&Reference], texts: &Texts) -> Self {
        let point = |reference: &&Reference| TimePoint { size: reference.task.size(), time: reference.estimate() };
        let device = references.first().map(|reference| product(&reference.device_name)).unwrap_or_default();
        Self {
            label: texts.fill("chart-imported", &[("device", device.into())]),
            points: references.iter().map(point).collect(),
            simulated: false,
        }
    }
}

/// The practice's own chart of these times of this task, whose size does not matter here. The remarks say what must be
/// known, a line each.
pub fn time_over_size(task: Task, cpu: &Times, gpu: &Times, remarks: &str, texts: &Texts) -> Result<Chart, NoChart> {
    let sides = [(DeviceKind::Cpu, Role::Cpu, cpu), (DeviceKind::Cuda, Role::Gpu, gpu)];
    let drawn = || sides.iter().filter(|(_, _, times)| !times.points.is_empty());
    let series: Vec<Series> = drawn().map(|(kind, role, times)| one(*kind, *role, times, texts)).collect();
    if series.is_empty() {
        return Err(NoChart(texts.say("chart-nothing-chosen")));
    }
    let subject = Some(Subject::of(task));
    let points = || series.iter().flat_map(|series| &series.points);
    let y = Scale::of(points().map(|point| point.y), DECADE);
    let chart = Chart {
        title: titled("chart-size-title", subject, None, texts),
        subtitle: remarks.to_owned(),
        language: texts.language(),
        x: places(size_axis(subject, texts), points().map(|point| point.x)),
        y: Axis { label: texts.say("chart-time-axis"), scale: y, ticks: Vec::new() },
        kind: ChartKind::Lines,
        simulated: drawn().any(|(_, _, times)| times.simulated),
        series,
    };
    Ok(marked(chart, texts))
}

fn one(kind: DeviceKind, role: Role, times: &Times, texts: &Texts) -> Series {
    let mut points: Vec<Point> =
        times.points.iter().map(|at| Point { x: f64::from(at.size), y: at.time.value, ci: at.time.ci }).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    let arguments = [("kind", words::kind(kind).into()), ("device", times.label.as_str().into())];
    let name = texts.fill("chart-device", &arguments);
    let name = if times.simulated { texts.fill("chart-simulated-name", &[("name", name.into())]) } else { name };
    Series { name, role, points }
}
