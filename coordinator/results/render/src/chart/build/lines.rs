//! From the figures of machines to the lines of a chart: those of one machine as they are, those of several as their median
//! with the range.

use std::collections::{BTreeMap, BTreeSet};

use cotejo_analysis::figures::{Figure, Selected, median_and_range};
use cotejo_analysis::key::Key;
use cotejo_language::Texts;
use cotejo_model::job::Weights;
use cotejo_model::stats::Estimate;
use cotejo_model::{DeviceKind, Engine, MachineId};

use crate::chart::{Axis, Point, Role, Scale, Series};
use crate::words::product;
use crate::{clean, words};

/// A vertical axis is logarithmic when its largest value is at least this many times its smallest.
pub(super) const DECADE: f64 = 10.0;
/// The same for a horizontal axis: sizes, batches and threads mostly double.
pub(super) const DOUBLINGS: f64 = 4.0;

/// A figure of one machine, and what the legend and the remarks say of it.
#[derive(Debug, Clone)]
pub(super) struct Dot<'a> {
    pub(super) machine: MachineId,
    pub(super) machine_name: &'a str,
    /// What was measured, for the legend.
    pub(super) device: String,
    pub(super) x: u32,
    pub(super) estimate: Estimate,
    pub(super) simulated: bool,
    /// How many measurements are in it.
    pub(super) cells: usize,
    /// How many of them are to be read with care.
    pub(super) flagged: usize,
}

impl<'a> Dot<'a> {
    pub(super) fn of(figure: &Figure<'a>) -> Self {
        let cell = figure.cell;
        Self {
            machine: cell.machine(),
            machine_name: &cell.entry.machine_name,
            device: product(&cell.entry.device_name),
            x: figure.x,
            estimate: figure.estimate,
            simulated: figure.is_simulated(),
            cells: 1,
            flagged: usize::from(cell.is_flagged()),
        }
    }

    /// A GPU's time against a CPU's: two measurements.
    pub(super) fn of_pair(figure: &Figure<'a>, texts: &Texts) -> Self {
        let Some(cpu) = figure.against else { return Self::of(figure) };
        let gpu = figure.cell;
        let names = [("gpu", product(&gpu.entry.device_name).into()), ("cpu", product(&cpu.entry.device_name).into())];
        let flagged = [cpu, gpu].iter().filter(|cell| cell.is_flagged()).count();
        Self { device: texts.fill("chart-against", &names), flagged, cells: 2, ..Self::of(figure) }
    }
}

/// What a chart says beside its lines.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub(super) series: Vec<Series>,
    pub(super) simulated: bool,
    /// Measurements that are in it.
    pub(super) cells: usize,
    /// How many of them are to be read with care.
    flagged: usize,
}

impl Drawn {
    pub(super) fn add(&mut self, mut series: Series, dots: &[Dot<'_>], texts: &Texts) {
        if series.points.is_empty() {
            return;
        }
        if dots.iter().any(|dot| dot.simulated) {
            series.name = texts.fill("chart-simulated-name", &[("name", series.name.into())]);
            self.simulated = true;
        }
        self.cells += dots.iter().map(|dot| dot.cells).sum::<usize>();
        self.flagged += dots.iter().map(|dot| dot.flagged).sum::<usize>();
        self.series.push(series);
    }

    /// The remarks under the title: whose figures and what their bars span, the settings, how many are to be read with
    /// care, and how many others there are.
    pub(super) fn subtitle(&self, who: &str, chosen: &Selected<'_>, texts: &Texts) -> String {
        let others = chosen.of.saturating_sub(self.cells);
        let others = (others > 0).then(|| texts.fill("chart-others", &[("count", others.into())]));
        let care = (self.flagged > 0)
            .then(|| texts.fill("chart-care", &[("flagged", self.flagged.into()), ("count", self.cells.into())]));
        let lines = [Some(who.to_owned()), Some(in_words(&chosen.key, texts)), care, others];
        lines.into_iter().flatten().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The vertical axis of what is drawn.
    pub(super) fn y(&self, label: String) -> Axis {
        let points = || self.series.iter().flat_map(|series| &series.points);
        Axis { label, scale: Scale::of(points().map(|point| point.y), DECADE), ticks: Vec::new() }
    }

    /// The horizontal axis of what is drawn, with a tick at each of its places.
    pub(super) fn x(&self, label: String) -> Axis {
        places(label, self.series.iter().flat_map(|series| &series.points).map(|point| point.x))
    }
}

/// What the measurements of a chart have in common, without what its title says.
fn in_words(key: &Key, texts: &Texts) -> String {
    let engine = match key.engine {
        Engine::Optimized => "chart-engine-optimized",
        Engine::Reference => "chart-engine-reference",
    };
    let weights = match key.weights {
        Some(Weights::File { digest }) => Some(texts.fill("chart-weights", &[("digest", digest.short().into())])),
        _ => None,
    };
    let more = |name: &str, count: Option<u32>| {
        count.filter(|count| *count != 1).map(|count| texts.fill(name, &[("count", count.into())]))
    };
    [
        Some(key.precision.to_string()),
        key.threads.map(|threads| words::threads(threads, texts)),
        Some(texts.say(engine)),
        key.exact.then(|| texts.say("chart-exact")),
        more("chart-streams", key.streams),
        more("chart-batch", key.batch),
        weights,
        key.build.as_deref().map(clean),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("; ")
}

/// An axis with a tick at each of these whole numbers.
pub(super) fn places(label: String, values: impl Iterator<Item = f64>) -> Axis {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let scale = Scale::of(values.iter().copied(), DOUBLINGS);
    Axis { label, scale, ticks: values.into_iter().map(|value| (value, format!("{value}"))).collect() }
}

/// Whose figures these are, and what their bars span.
pub(super) fn who<'a>(dots: impl Iterator<Item = &'a Dot<'a>>, texts: &Texts) -> String {
    let mut machines: BTreeMap<MachineId, &str> = BTreeMap::new();
    let mut intervals = false;
    for dot in dots {
        machines.insert(dot.machine, dot.machine_name);
        intervals |= dot.estimate.ci.is_some();
    }
    match machines.values().collect::<Vec<_>>().as_slice() {
        [name] if intervals => texts.fill("chart-of-one", &[("machine", clean(name).into())]),
        [name] => clean(name),
        _ => texts.say("chart-of-several"),
    }
}

/// The line of these figures. `several`: the chart is of more than one machine, even if this line is not.
pub(super) fn line(
    role: Role,
    kind: Option<DeviceKind>,
    dots: &mut Vec<Dot<'_>>,
    several: bool,
    texts: &Texts,
) -> Series {
    if several && dots.iter().any(|dot| !dot.simulated) {
        // What is made up does not move the median of what was measured.
        dots.retain(|dot| !dot.simulated);
    }
    let machines: BTreeSet<MachineId> = dots.iter().map(|dot| dot.machine).collect();
    let kind = kind.map(words::kind).map_or_else(|| texts.say("chart-speed-up-name"), str::to_owned);
    let first = dots.first();
    let (machine, device) = first.map_or(("", ""), |dot| (dot.machine_name, dot.device.as_str()));
    let name = match (several, machines.len()) {
        (false, _) => texts.fill("chart-device", &[("kind", kind.into()), ("device", device.into())]),
        (true, 1) => texts.fill(
            "chart-device-of",
            &[("kind", kind.into()), ("device", device.into()), ("machine", clean(machine).into())],
        ),
        (true, count) => texts.fill("chart-median", &[("kind", kind.into()), ("count", count.into())]),
    };
    let mut by_place: BTreeMap<u32, Vec<Estimate>> = BTreeMap::new();
    for dot in dots.iter() {
        by_place.entry(dot.x).or_default().push(dot.estimate);
    }
    let point = |(x, estimates): (u32, Vec<Estimate>)| {
        let one = if several { median_and_range(&estimates) } else { estimates.first().copied() };
        one.map(|Estimate { value, ci }| Point { x: f64::from(x), y: value, ci })
    };
    Series { name, role, points: by_place.into_iter().filter_map(point).collect() }
}

/// Names of more characters than this are shortened.
const LONG: usize = 24;

/// Names too long to be read at a glance lose what all of them begin and end with; the last word that they share stays
/// before what tells them apart.
pub(super) fn short_names(names: Vec<String>) -> Vec<String> {
    let shortest = names.iter().map(|name| name.chars().count()).min().unwrap_or(0);
    if names.len() < 2 || shortest <= LONG {
        return names;
    }
    let of = |name: &str| name.chars().collect::<Vec<_>>();
    let backwards = |name: &str| name.chars().rev().collect::<Vec<_>>();
    let front = in_common(&names.iter().map(|name| of(name)).collect::<Vec<_>>(), 1);
    let back = in_common(&names.iter().map(|name| backwards(name)).collect::<Vec<_>>(), 0);
    if front + back >= shortest {
        return names;
    }
    let dots = |count: usize| if count > 1 { "…" } else { "" };
    let short = |name: String| {
        let middle: String = name.chars().skip(front).take(name.chars().count() - front - back).collect();
        format!("{}{middle}{}", dots(front), dots(back))
    };
    names.into_iter().map(short).collect()
}

/// The length of the prefix that these names share, cut back to a word boundary and shortened by another `less` words.
fn in_common(names: &[Vec<char>], less: usize) -> usize {
    let first = &names[0];
    let same = (0..first.len()).take_while(|at| names.iter().all(|name| name.get(*at) == first.get(*at))).count();
    let ends = (0..same).rev().filter(|at| !first[*at].is_alphanumeric());
    ends.map(|at| at + 1).nth(less).unwrap_or(0)
}
