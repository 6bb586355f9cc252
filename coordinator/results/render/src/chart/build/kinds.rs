//! The five charts.

use std::collections::{BTreeMap, BTreeSet};

use cotejo_language::Texts;
use cotejo_model::comparison::Comparison;
use cotejo_model::stats::{self, Estimate, quantile};
use cotejo_model::{DeviceKind, MachineId};

use super::cells::{Cell, Chosen, Varying, command};
use super::lines::{Dot, Drawn, line, product, short_names, who};
use super::{Choice, NoChart, Subject};
use crate::chart::{Axis, Chart, ChartKind, Point, Role, Scale, Series};
use crate::{clean, number, words};

/// Machines in one chart of threads at most: more lines cannot be told apart.
const MOST_LINES: usize = 6;
const KINDS: [(DeviceKind, Role); 2] = [(DeviceKind::Cpu, Role::Cpu), (DeviceKind::Cuda, Role::Gpu)];

/// Time over image size, CPU and GPU.
pub(super) fn size(comparison: &Comparison, choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let chosen = Chosen::of(comparison, choice, Varying::Size, texts, <[Cell<'_>]>::len)?;
    let Some(chosen) = chosen else { return Err(NoChart(texts.say("chart-nothing-chosen"))) };
    let (drawn, who) = of_kinds(&chosen, texts, |cell| Some((cell.size(), cell.measured.summary.estimate())));
    let subject = chosen.key.subject;
    Ok(Chart {
        title: titled("chart-size-title", subject, None, texts),
        subtitle: drawn.subtitle(&who, &chosen, texts),
        language: texts.language(),
        x: drawn.x(size_axis(subject, texts)),
        y: drawn.y(texts.say("chart-time-axis")),
        kind: ChartKind::Lines,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// How many times faster the GPU is than the CPU of the same machine, over image size.
pub(super) fn speed_up(comparison: &Comparison, choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let chosen = Chosen::of(comparison, choice, Varying::Size, texts, |cells| speed_ups(cells, texts).len())?;
    let Some(chosen) = chosen else { return Err(NoChart(texts.say("chart-no-speed-up"))) };
    let mut dots = speed_ups(&chosen.cells, texts);
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
pub(super) fn throughput(comparison: &Comparison, choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let points = |cells: &[Cell<'_>]| {
        let batches: BTreeSet<Option<u32>> = cells.iter().map(Cell::batch).collect();
        if batches.len() > 1 { cells.len() } else { 0 }
    };
    let chosen = Chosen::of(comparison, choice, Varying::Batch, texts, points)?;
    let Some(chosen) = chosen else {
        return Err(NoChart(texts.fill("chart-no-batches", &[("command", command(comparison).into())])));
    };
    let (drawn, who) = of_kinds(&chosen, texts, |cell| {
        let images = cell.entry.workload.images()?;
        Some((cell.batch()?, stats::rate(images as f64, cell.measured.summary.estimate())?))
    });
    Ok(Chart {
        title: titled("chart-throughput-title", chosen.key.subject, chosen.key.size(), texts),
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
pub(super) fn threads(comparison: &Comparison, choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let points = |cells: &[Cell<'_>]| scalings(cells).values().map(Vec::len).sum();
    let chosen = Chosen::of(comparison, choice, Varying::Threads, texts, points)?;
    let Some(chosen) = chosen else {
        return Err(NoChart(texts.fill("chart-no-threads", &[("command", command(comparison).into())])));
    };
    let mut scalings: Vec<(MachineId, Vec<Dot<'_>>)> = scalings(&chosen.cells).into_iter().collect();
    // The machines with the most points first, then by name; the legend's order is by name.
    let order = |(id, dots): &(MachineId, Vec<Dot<'_>>)| (dots[0].machine_name.to_owned(), *id);
    scalings.sort_by_key(|machine| (std::cmp::Reverse(machine.1.len()), order(machine)));
    let left_out = scalings.len().saturating_sub(MOST_LINES);
    scalings.truncate(MOST_LINES);
    scalings.sort_by_key(order);
    let several = scalings.len() > 1;
    let mut who = match scalings.as_slice() {
        [(_, dots)] => who(dots.iter(), texts),
        _ => texts.say("chart-bars"),
    };
    if left_out > 0 {
        who = format!("{who}\n{}", texts.fill("chart-machines-left-out", &[("count", left_out.into())]));
    }
    let names = short_names(scalings.iter().map(|(_, dots)| clean(dots[0].machine_name)).collect());
    let mut drawn = Drawn::default();
    for (((_, mut dots), name), at) in scalings.into_iter().zip(names).zip(0_u8..) {
        let role = if several { Role::Other(at) } else { Role::Cpu };
        let mut series = line(role, Some(DeviceKind::Cpu), &mut dots, false, texts);
        if several {
            series.name = format!("{name}: {}", dots[0].device);
        }
        drawn.add(series, &dots, texts);
    }
    let x = drawn.x(texts.say("chart-threads-axis"));
    let subtitle = drawn.subtitle(&who, &chosen, texts);
    let ideal = x.ticks.iter().map(|(threads, _)| Point { x: *threads, y: *threads, ci: None }).collect();
    drawn.series.push(Series { name: texts.say("chart-ideal"), role: Role::Guide, points: ideal });
    // The ideal is a straight line only where both axes have the same scale.
    let y = Axis { scale: x.scale, ..drawn.y(texts.say("chart-thread-speed-up-axis")) };
    Ok(Chart {
        title: titled("chart-threads-title", chosen.key.subject, chosen.key.size(), texts),
        subtitle,
        language: texts.language(),
        x,
        y,
        kind: ChartKind::Lines,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// The times of all machines at one size, fastest CPU first.
pub(super) fn class(comparison: &Comparison, choice: &Choice, texts: &Texts) -> Result<Chart, NoChart> {
    let points = |cells: &[Cell<'_>]| {
        let machines: BTreeSet<MachineId> = cells.iter().map(Cell::machine).collect();
        if machines.len() > 1 { cells.len() } else { 0 }
    };
    let chosen = Chosen::of(comparison, choice, Varying::Nothing, texts, points)?;
    let Some(chosen) = chosen else { return Err(NoChart(texts.say("chart-no-class"))) };
    let rows = rows(&chosen.cells, texts);
    let mut drawn = Drawn::default();
    let mut medians = Vec::new();
    for (kind, role) in KINDS {
        let place =
            |cell: &Cell<'_>| rows.iter().zip(0_u32..).find(|(row, _)| row.0 == cell.machine()).map(|(_, at)| at);
        let of_kind = chosen.cells.iter().filter(|cell| cell.kind() == kind);
        let mut dots: Vec<Dot<'_>> =
            of_kind.filter_map(|cell| Some(Dot::of(cell, place(cell)?, cell.measured.summary.estimate()))).collect();
        dots.sort_by_key(|dot| dot.x);
        let points = dots.iter().map(|dot| Point { x: f64::from(dot.x), y: dot.estimate.value, ci: dot.estimate.ci });
        let points = points.collect();
        drawn.add(Series { name: words::kind(kind).to_owned(), role, points }, &dots, texts);
        medians.extend(median(kind, &dots, texts));
    }
    let x = Axis {
        label: texts.say("chart-machine-axis"),
        scale: Scale::Linear,
        ticks: rows.into_iter().enumerate().map(|(at, (_, name))| (at as f64, name)).collect(),
    };
    let y = drawn.y(texts.say("chart-time-axis"));
    let who = texts.fill("chart-of-class", &[("count", x.ticks.len().into())]);
    let subtitle = drawn.subtitle(&who, &chosen, texts);
    drawn.series.extend(medians.into_iter().map(|(name, value)| level(name, value, &x)));
    Ok(Chart {
        title: titled("chart-class-title", chosen.key.subject, chosen.key.size(), texts),
        subtitle,
        language: texts.language(),
        x,
        y,
        kind: ChartKind::Points,
        simulated: drawn.simulated,
        series: drawn.series,
    })
}

/// The lines of CPU and GPU, and whose they are.
fn of_kinds<'a>(
    chosen: &Chosen<'a>,
    texts: &Texts,
    figure: impl Fn(&Cell<'a>) -> Option<(u32, Estimate)>,
) -> (Drawn, String) {
    let dot = |cell: &Cell<'a>| figure(cell).map(|(x, estimate)| Dot::of(cell, x, estimate));
    let dots: Vec<(DeviceKind, Dot<'a>)> =
        chosen.cells.iter().filter_map(|cell| Some((cell.kind(), dot(cell)?))).collect();
    let who = who(dots.iter().map(|(_, dot)| dot), texts);
    let several = dots.iter().map(|(_, dot)| dot.machine).collect::<BTreeSet<_>>().len() > 1;
    let mut drawn = Drawn::default();
    for (kind, role) in KINDS {
        let of_kind = dots.iter().filter(|(of, _)| *of == kind);
        let mut of_kind: Vec<Dot<'a>> = of_kind.map(|(_, dot)| dot.clone()).collect();
        let series = line(role, Some(kind), &mut of_kind, several, texts);
        drawn.add(series, &of_kind, texts);
    }
    (drawn, who)
}

fn machines(dots: &[Dot<'_>]) -> usize {
    dots.iter().map(|dot| dot.machine).collect::<BTreeSet<_>>().len()
}

/// Of each machine and size that has both times.
fn speed_ups<'a>(cells: &[Cell<'a>], texts: &Texts) -> Vec<Dot<'a>> {
    let mut pairs: BTreeMap<(MachineId, u32), [Option<Cell<'a>>; 2]> = BTreeMap::new();
    for cell in cells {
        let side = usize::from(cell.kind() == DeviceKind::Cuda);
        pairs.entry((cell.machine(), cell.size())).or_default()[side] = Some(*cell);
    }
    let ratio = |[cpu, gpu]: [Option<Cell<'a>>; 2]| {
        let (cpu, gpu) = (cpu?, gpu?);
        let estimate = stats::speed_up(cpu.measured.summary.estimate(), gpu.measured.summary.estimate())?;
        let names = [("gpu", product(&gpu.entry.device_name).into()), ("cpu", product(&cpu.entry.device_name).into())];
        let simulated = cpu.measured.simulated || gpu.measured.simulated;
        let device = texts.fill("chart-against", &names);
        let flagged = [cpu, gpu].iter().filter(|cell| cell.is_flagged()).count();
        Some(Dot { device, simulated, flagged, cells: 2, ..Dot::of(&gpu, gpu.size(), estimate) })
    };
    pairs.into_values().filter_map(ratio).collect()
}

/// Of each machine whose CPU was measured with one thread and with more.
fn scalings<'a>(cells: &[Cell<'a>]) -> BTreeMap<MachineId, Vec<Dot<'a>>> {
    let mut machines: BTreeMap<MachineId, Vec<Cell<'a>>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.kind() == DeviceKind::Cpu) {
        machines.entry(cell.machine()).or_default().push(*cell);
    }
    let scaling = |(machine, cells): (MachineId, Vec<Cell<'a>>)| {
        let one = cells.iter().find(|cell| cell.measured.threads == 1)?;
        let dot = |cell: &Cell<'a>| {
            let alone = Estimate { value: 1.0, ci: None };
            let faster = || stats::speed_up(one.measured.summary.estimate(), cell.measured.summary.estimate());
            let estimate = if cell.measured.threads == 1 { Some(alone) } else { faster() };
            let simulated = one.measured.simulated || cell.measured.simulated;
            Some(Dot { simulated, ..Dot::of(cell, cell.measured.threads, estimate?) })
        };
        let dots: Vec<Dot<'a>> = cells.iter().filter_map(dot).collect();
        (dots.len() > 1).then_some((machine, dots))
    };
    machines.into_iter().filter_map(scaling).collect()
}

/// A machine of the class.
struct Row<'a> {
    id: MachineId,
    name: &'a str,
    /// Of the CPU and of the GPU; endless where there is none.
    seconds: [f64; 2],
    simulated: bool,
}

/// The machines from the fastest CPU to the slowest, then those without by their GPU; each with a name of its own.
fn rows(cells: &[Cell<'_>], texts: &Texts) -> Vec<(MachineId, String)> {
    let mut machines: BTreeMap<MachineId, Row<'_>> = BTreeMap::new();
    for cell in cells {
        let (id, name) = (cell.machine(), cell.entry.machine_name.as_str());
        let row = machines.entry(id).or_insert(Row { id, name, seconds: [f64::INFINITY; 2], simulated: false });
        row.seconds[usize::from(cell.kind() == DeviceKind::Cuda)] = cell.measured.summary.median;
        row.simulated |= cell.measured.simulated;
    }
    let mut rows: Vec<Row<'_>> = machines.into_values().collect();
    rows.sort_by(|a, b| {
        let by_time = a.seconds[0].total_cmp(&b.seconds[0]).then(a.seconds[1].total_cmp(&b.seconds[1]));
        by_time.then((a.name, a.id).cmp(&(b.name, b.id)))
    });
    let own = |row: &Row<'_>| {
        let shared = rows.iter().filter(|other| other.name == row.name).count() > 1;
        if shared { format!("{} ({})", clean(row.name), row.id.short()) } else { clean(row.name) }
    };
    let names = short_names(rows.iter().map(own).collect());
    let entitled = |(row, name): (&Row<'_>, String)| {
        (row.id, if row.simulated { texts.fill("chart-simulated-name", &[("name", name.into())]) } else { name })
    };
    rows.iter().zip(names).map(entitled).collect()
}

/// The median of the machines, by what was measured where anything was.
fn median(kind: DeviceKind, dots: &[Dot<'_>], texts: &Texts) -> Option<(String, f64)> {
    let measured = dots.iter().any(|dot| !dot.simulated);
    let counted = dots.iter().filter(|dot| !(measured && dot.simulated));
    let mut times: Vec<f64> = counted.map(|dot| dot.estimate.value).collect();
    if times.len() < 2 {
        return None;
    }
    times.sort_by(f64::total_cmp);
    let value = quantile(&times, 0.5);
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

pub(super) fn titled(name: &str, subject: Subject, size: Option<u32>, texts: &Texts) -> String {
    let what = match size {
        Some(size) => format!("{} {}", subject.title(texts), words::side(size)),
        None => subject.title(texts),
    };
    texts.fill(name, &[("what", what.into())])
}

pub(super) fn size_axis(subject: Subject, texts: &Texts) -> String {
    texts.say(match subject {
        Subject::Model(_) => "chart-size-axis",
        Subject::Matmul => "chart-rows-axis",
    })
}
