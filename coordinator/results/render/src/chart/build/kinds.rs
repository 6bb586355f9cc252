//! The five charts: their figures as series, with titles, axes and remarks.

use std::collections::BTreeSet;

use cotejo_analysis::figures::{self, Choice, Figure, Machine, Selected};
use cotejo_analysis::key::{Subject, Varying};
use cotejo_language::Texts;
use cotejo_model::comparison::Entry;
use cotejo_model::{DeviceKind, MachineId};

use super::NoChart;
use super::lines::{Dot, Drawn, line, short_names, who};
use crate::chart::{Axis, Chart, ChartKind, Point, Role, Scale, Series};
use crate::{clean, number, words};

/// Machines in one chart of threads at most: more lines cannot be told apart.
const MOST_LINES: usize = 6;
const KINDS: [(DeviceKind, Role); 2] = [(DeviceKind::Cpu, Role::Cpu), (DeviceKind::Cuda, Role::Gpu)];

/// What a chart is made of: cells, what is wanted of them, and the reader's language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Material<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) choice: &'a Choice,
    pub(super) texts: &'a Texts,
}

impl<'a> Material<'a> {
    /// The measurements with most points; where none has any, the reader is told what is missing.
    fn select(
        &self,
        varying: Varying,
        points: impl Fn(&[figures::Cell<'a>]) -> usize,
        nothing: impl Fn() -> String,
    ) -> Result<Selected<'a>, NoChart> {
        let selected = figures::select(self.entries, self.choice, varying, points)
            .map_err(|why| NoChart::of(why, self.entries, self.texts))?;
        selected.ok_or_else(|| NoChart(nothing()))
    }
}

/// Time over image size, CPU and GPU.
pub(super) fn size(material: Material<'_>) -> Result<Chart, NoChart> {
    let texts = material.texts;
    let chosen = material.select(Varying::Size, <[_]>::len, || texts.say("chart-nothing-chosen"))?;
    let (drawn, who) = of_kinds(&figures::times(&chosen.cells), texts);
    Ok(Chart {
        title: titled("chart-size-title", chosen.key.subject, None, texts),
        subtitle: drawn.subtitle(&who, &chosen, texts),
        language: texts.language(),
        x: drawn.x(size_axis(chosen.key.subject, texts)),
        y: drawn.y(texts.say("chart-time-axis")),
        kind: ChartKind::Lines,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// How many times faster the GPU is than the CPU of the same machine, over image size.
pub(super) fn speed_up(material: Material<'_>) -> Result<Chart, NoChart> {
    let texts = material.texts;
    let points = |cells: &[figures::Cell<'_>]| figures::speed_ups(cells).len();
    let chosen = material.select(Varying::Size, points, || texts.say("chart-no-speed-up"))?;
    let mut dots: Vec<Dot<'_>> =
        figures::speed_ups(&chosen.cells).iter().map(|figure| Dot::of_pair(figure, texts)).collect();
    let who = who(dots.iter(), texts);
    let several = machines(&dots) > 1;
    let series = line(Role::Other(0), None, &mut dots, several, texts);
    let mut drawn = Drawn::default();
    drawn.add(series, &dots, texts);
    let x = drawn.x(size_axis(chosen.key.subject, texts));
    let subtitle = drawn.subtitle(&who, &chosen, texts);
    drawn.series.push(level(texts.say("chart-equally-fast"), 1.0, &x));
    Ok(Chart {
        title: titled("chart-speed-up-title", chosen.key.subject, None, texts),
        subtitle,
        language: texts.language(),
        x,
        y: drawn.y(texts.say("chart-speed-up-axis")),
        kind: ChartKind::Lines,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// Images a second over batch.
pub(super) fn throughput(material: Material<'_>) -> Result<Chart, NoChart> {
    let Material { entries, texts, .. } = material;
    let points = |cells: &[figures::Cell<'_>]| figures::throughputs(cells).len();
    let nothing = || texts.fill("chart-no-batches", &[("command", command(entries).into())]);
    let chosen = material.select(Varying::Batch, points, nothing)?;
    let (drawn, who) = of_kinds(&figures::throughputs(&chosen.cells), texts);
    Ok(Chart {
        title: titled("chart-throughput-title", chosen.key.subject, chosen.key.size, texts),
        subtitle: drawn.subtitle(&who, &chosen, texts),
        language: texts.language(),
        x: drawn.x(texts.say("chart-batch-axis")),
        y: drawn.y(texts.say("chart-throughput-axis")),
        kind: ChartKind::Lines,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// How many times faster a CPU is with more threads than with one.
pub(super) fn threads(material: Material<'_>) -> Result<Chart, NoChart> {
    let Material { entries, texts, .. } = material;
    let points = |cells: &[figures::Cell<'_>]| figures::thread_scaling(cells).values().map(Vec::len).sum();
    let nothing = || texts.fill("chart-no-threads", &[("command", command(entries).into())]);
    let chosen = material.select(Varying::Threads, points, nothing)?;
    let (machines, left_out) = most_measured(&chosen);
    let mut who = match machines.as_slice() {
        [dots] => who(dots.iter(), texts),
        _ => texts.say("chart-bars"),
    };
    if left_out > 0 {
        who = format!("{who}\n{}", texts.fill("chart-machines-left-out", &[("count", left_out.into())]));
    }
    let mut drawn = lines_of_machines(machines, texts);
    let x = drawn.x(texts.say("chart-threads-axis"));
    let subtitle = drawn.subtitle(&who, &chosen, texts);
    let ideal = x.ticks.iter().map(|(threads, _)| Point { x: *threads, y: *threads, ci: None }).collect();
    drawn.series.push(Series { name: texts.say("chart-ideal"), role: Role::Guide, points: ideal });
    // The ideal is a straight line only where both axes have the same scale.
    let y = Axis { scale: x.scale, ..drawn.y(texts.say("chart-thread-speed-up-axis")) };
    Ok(Chart {
        title: titled("chart-threads-title", chosen.key.subject, chosen.key.size, texts),
        subtitle,
        language: texts.language(),
        x,
        y,
        kind: ChartKind::Lines,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// The machines with the most numbers of threads, by name, and how many others there are.
fn most_measured<'a>(chosen: &Selected<'a>) -> (Vec<Vec<Dot<'a>>>, usize) {
    let scaling = figures::thread_scaling(&chosen.cells);
    let dots = |figures: Vec<Figure<'a>>| figures.iter().map(Dot::of).collect::<Vec<_>>();
    let mut machines: Vec<Vec<Dot<'a>>> = scaling.into_values().map(dots).collect();
    let by_name = |dots: &Vec<Dot<'a>>| dots.first().map(|dot| (dot.machine_name, dot.machine));
    machines.sort_by_key(|dots| (std::cmp::Reverse(dots.len()), by_name(dots)));
    let left_out = machines.len().saturating_sub(MOST_LINES);
    machines.truncate(MOST_LINES);
    machines.sort_by_key(by_name);
    (machines, left_out)
}

/// A line for each machine.
fn lines_of_machines(machines: Vec<Vec<Dot<'_>>>, texts: &Texts) -> Drawn {
    let several = machines.len() > 1;
    let names = machines.iter().filter_map(|dots| dots.first()).map(|dot| clean(dot.machine_name)).collect();
    let mut drawn = Drawn::default();
    for ((mut dots, name), at) in machines.into_iter().zip(short_names(names)).zip(0_u8..) {
        let role = if several { Role::Other(at) } else { Role::Cpu };
        let mut series = line(role, Some(DeviceKind::Cpu), &mut dots, false, texts);
        if let Some(first) = dots.first().filter(|_| several) {
            series.name = format!("{name}: {}", first.device);
        }
        drawn.add(series, &dots, texts);
    }
    drawn
}

/// The times of all machines at one size, fastest CPU first.
pub(super) fn class(material: Material<'_>) -> Result<Chart, NoChart> {
    let texts = material.texts;
    let points = |cells: &[figures::Cell<'_>]| if figures::is_class(cells) { cells.len() } else { 0 };
    let chosen = material.select(Varying::Nothing, points, || texts.say("chart-no-class"))?;
    let machines = figures::fastest_first(&chosen.cells);
    let mut drawn = Drawn::default();
    let mut medians = Vec::new();
    for (kind, role) in KINDS {
        let dots = places_of(kind, &chosen, &machines);
        let points = dots.iter().map(|dot| Point { x: f64::from(dot.x), y: dot.estimate.value, ci: dot.estimate.ci });
        let points = points.collect();
        drawn.add(Series { name: words::kind(kind).to_owned(), role, points }, &dots, texts);
        medians.extend(median(kind, &dots, texts));
    }
    let ticks = names_of(&machines, texts).into_iter().enumerate().map(|(at, name)| (at as f64, name)).collect();
    let x = Axis { label: texts.say("chart-machine-axis"), scale: Scale::Linear, ticks };
    let y = drawn.y(texts.say("chart-time-axis"));
    let who = texts.fill("chart-of-class", &[("count", x.ticks.len().into())]);
    let subtitle = drawn.subtitle(&who, &chosen, texts);
    drawn.series.extend(medians.into_iter().map(|(name, value)| level(name, value, &x)));
    Ok(Chart {
        title: titled("chart-class-title", chosen.key.subject, chosen.key.size, texts),
        subtitle,
        language: texts.language(),
        x,
        y,
        kind: ChartKind::Points,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// The times of one kind of device, each at its machine's place.
fn places_of<'a>(kind: DeviceKind, chosen: &Selected<'a>, machines: &[Machine<'a>]) -> Vec<Dot<'a>> {
    let place = |id: MachineId| machines.iter().zip(0_u32..).find(|(machine, _)| machine.id == id).map(|(_, at)| at);
    let times = figures::times(&chosen.cells);
    let of_kind = times.iter().filter(|figure| figure.cell.kind() == kind);
    let dot = |figure: &Figure<'a>| Some(Dot { x: place(figure.cell.machine())?, ..Dot::of(figure) });
    let mut dots: Vec<Dot<'a>> = of_kind.filter_map(dot).collect();
    dots.sort_by_key(|dot| dot.x);
    dots
}

/// The lines of CPU and GPU, and whose they are.
fn of_kinds(figures: &[Figure<'_>], texts: &Texts) -> (Drawn, String) {
    let dots: Vec<(DeviceKind, Dot<'_>)> = figures.iter().map(|figure| (figure.cell.kind(), Dot::of(figure))).collect();
    let who = who(dots.iter().map(|(_, dot)| dot), texts);
    let several = dots.iter().map(|(_, dot)| dot.machine).collect::<BTreeSet<_>>().len() > 1;
    let mut drawn = Drawn::default();
    for (kind, role) in KINDS {
        let of_kind = dots.iter().filter(|(of, _)| *of == kind);
        let mut of_kind: Vec<Dot<'_>> = of_kind.map(|(_, dot)| dot.clone()).collect();
        let series = line(role, Some(kind), &mut of_kind, several, texts);
        drawn.add(series, &of_kind, texts);
    }
    (drawn, who)
}

fn machines(dots: &[Dot<'_>]) -> usize {
    dots.iter().map(|dot| dot.machine).collect::<BTreeSet<_>>().len()
}

/// Each machine's name, one that no other has.
fn names_of(machines: &[Machine<'_>], texts: &Texts) -> Vec<String> {
    let own = |machine: &Machine<'_>| {
        let shared = machines.iter().filter(|other| other.name == machine.name).count() > 1;
        let name = clean(machine.name);
        if shared { format!("{name} ({})", machine.id.short()) } else { name }
    };
    let names = short_names(machines.iter().map(own).collect());
    let marked = |(machine, name): (&Machine<'_>, String)| {
        if machine.simulated { texts.fill("chart-simulated-name", &[("name", name.into())]) } else { name }
    };
    machines.iter().zip(names).map(marked).collect()
}

/// The median of the machines, by what was measured where anything was.
fn median(kind: DeviceKind, dots: &[Dot<'_>], texts: &Texts) -> Option<(String, f64)> {
    let measured = dots.iter().any(|dot| !dot.simulated);
    let counted = dots.iter().filter(|dot| !(measured && dot.simulated));
    let times: Vec<_> = counted.map(|dot| dot.estimate).collect();
    let value = figures::median_and_range(&times).filter(|median| median.ci.is_some())?.value;
    let written = texts.number(&number::plain(value)).into_owned();
    let arguments = [("kind", words::kind(kind).into()), ("seconds", written.into())];
    let name = texts.fill("chart-median-line", &arguments);
    let name = if measured { name } else { texts.fill("chart-simulated-name", &[("name", name.into())]) };
    Some((name, value))
}

/// A guide at this height, over the whole axis.
fn level(name: String, y: f64, x: &Axis) -> Series {
    let ends = x.ticks.first().into_iter().chain(x.ticks.last());
    Series { name, role: Role::Guide, points: ends.map(|(x, _)| Point { x: *x, y, ci: None }).collect() }
}

/// The command that measures more of what these cells are of.
pub(super) fn command(entries: &[Entry]) -> &'static str {
    let machines: BTreeSet<MachineId> = entries.iter().map(|entry| entry.machine).collect();
    if machines.len() > 1 { "cotejo sweep start" } else { "cotejo local" }
}

pub(super) fn titled(name: &str, subject: Option<Subject>, size: Option<u32>, texts: &Texts) -> String {
    let subject = subject.map(|subject| words::subject(texts, subject)).unwrap_or_default();
    let what = match size {
        Some(size) => format!("{subject} {}", words::side(size)),
        None => subject,
    };
    texts.fill(name, &[("what", what.into())])
}

pub(super) fn size_axis(subject: Option<Subject>, texts: &Texts) -> String {
    texts.say(match subject {
        Some(Subject::Product) => "chart-rows-axis",
        _ => "chart-size-axis",
    })
}
