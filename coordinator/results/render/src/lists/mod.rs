//! Sweeps, machines and the coordinator's state in a terminal.

use cotejo_language::Texts;
use cotejo_model::coordinator::CoordinatorStatus;
use cotejo_model::sweep::{Away, ClassifyWork, MatmulWork, SweepStatus, WorkSpec};
use cotejo_model::{JobState, SweepSpec};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::grid::{Cell, Grid, Head, Kind};
use super::words;
use super::{Style, clean, number, state_name, wrapped};

mod machines;

pub use machines::machines;

/// A date and a time of day.
fn moment(ms: u64, zone: &TimeZone) -> String {
    written("%Y-%m-%d %H:%M", ms, zone)
}

/// A date.
pub(super) fn day(ms: u64, zone: &TimeZone) -> String {
    written("%Y-%m-%d", ms, zone)
}

fn written(format: &str, ms: u64, zone: &TimeZone) -> String {
    let timestamp = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    timestamp.map(|at| at.to_zoned(zone.clone()).strftime(format).to_string()).unwrap_or_default()
}

/// Names and values, a line each, the values below each other.
pub(crate) fn facts(lines: &[(String, String)], style: &Style) -> String {
    let widest = lines.iter().map(|(name, _)| console::measure_text_width(name)).max().unwrap_or(0);
    let line = |(name, value): &(String, String)| {
        let gap = " ".repeat(widest - console::measure_text_width(name));
        wrapped(&format!("{name}{gap}  {value}"), style.width, widest + 2) + "\n"
    };
    lines.iter().map(line).collect()
}

/// How far a sweep is, in a few words.
pub fn progress(status: &SweepStatus, texts: &Texts) -> String {
    let trouble =
        status.jobs.iter().filter(|(state, count)| **count > 0 && state.is_final() && **state != JobState::Succeeded);
    let counts = [("measured", status.count(JobState::Succeeded).to_string()), ("total", status.total().to_string())];
    let counts = counts.map(|(name, count)| (name, count.into()));
    let mut parts = vec![texts.fill("sweep-progress", &counts)];
    parts.extend(
        trouble.map(|(state, count)| texts.fill(&format!("ended-{state}"), &[("count", whole(*count).into())])),
    );
    let progress = parts.join(", ");
    if status.is_finished() { texts.fill("sweep-finished", &[("progress", progress.into())]) } else { progress }
}

/// What people call a sweep; one that only calibrates is marked, since it is nobody's results.
fn name(spec: &SweepSpec, texts: &Texts) -> String {
    let name = clean(&spec.name);
    if spec.calibration { texts.fill("sweep-calibration", &[("name", name.into())]) } else { name }
}

/// Sweeps, a row each.
pub fn sweeps(sweeps: &[SweepStatus], texts: &Texts, style: &Style) -> String {
    if sweeps.is_empty() {
        return texts.say("sweeps-none") + "\n";
    }
    let left = |status: &SweepStatus| {
        if status.is_finished() { String::new() } else { time_left(status, texts) }
    };
    let rows = sweeps.iter().map(|status| {
        [
            status.id.short(),
            name(&status.spec, texts),
            moment(status.created_ms, &style.zone),
            status.machines.to_string(),
            progress(status, texts),
            left(status),
        ]
        .map(Cell::plain)
        .to_vec()
    });
    let head = |name: &str, kind| Head::new(&texts.say(name), kind);
    let heads = vec![
        head("sweep-head-sweep", Kind::Label),
        head("sweep-head-name", Kind::Words),
        head("sweep-head-started", Kind::Label),
        head("sweep-head-machines", Kind::Figures),
        head("sweep-head-progress", Kind::Words),
        head("sweep-head-left", Kind::Figures),
    ];
    format!("{}\n", Grid { heads, rows: rows.collect() }.render(style))
}

/// The time that those within reach still need; where none of them has anything left, that others are waited for.
fn time_left(status: &SweepStatus, texts: &Texts) -> String {
    let waits = status.seconds_left <= 0.0 && !status.away.is_empty();
    if waits { texts.say("sweep-waits") } else { number::duration(status.seconds_left) }
}

/// So many machines out of reach are named at most.
const NAMED: usize = 3;

/// `pc-03 since 18:46 (2 cells)`; nothing where all are within reach.
pub fn away(away: &[Away], texts: &Texts, style: &Style) -> Option<String> {
    let one = |away: &Away| {
        let since = written("%H:%M", away.since_ms, &style.zone);
        let arguments =
            [("machine", clean(&away.machine).into()), ("time", since.into()), ("count", whole(away.cells).into())];
        texts.fill("away-one", &arguments)
    };
    if away.len() > NAMED {
        let cells: u64 = away.iter().map(|away| away.cells).sum();
        return Some(texts.fill("away-many", &[("machines", away.len().into()), ("cells", whole(cells).into())]));
    }
    (!away.is_empty()).then(|| away.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One sweep: what it measures and how far it is.
pub fn sweep(status: &SweepStatus, texts: &Texts, style: &Style) -> String {
    let mut lines = vec![
        ("sweep-head-sweep", format!("{} ({})", name(&status.spec, texts), status.id)),
        ("sweep-head-started", moment(status.created_ms, &style.zone)),
        ("sweep-head-progress", progress(status, texts)),
    ];
    if !status.is_finished() {
        let left = time_left(status, texts);
        let waits = status.seconds_left <= 0.0;
        let left = if waits { left } else { texts.fill("sweep-about", &[("time", left.into())]) };
        lines.push(("sweep-head-left", left));
    }
    lines.extend(away(&status.away, texts, style).map(|machines| ("sweep-head-away", machines)));
    lines.push(("sweep-head-machines", status.machines.to_string()));
    lines.extend(workloads(&status.spec, texts));
    lines.extend(status.running.iter().map(|running| {
        let arguments = [
            ("machine", clean(&running.machine).into()),
            ("task", words::task(running.task, texts).into()),
            ("device", words::device(running.device, running.simulated, texts).into()),
            ("state", state_name(running.state, texts).into()),
        ];
        ("sweep-head-now", texts.fill("sweep-now", &arguments))
    }));
    let lines: Vec<(String, String)> = lines.into_iter().map(|(name, value)| (texts.say(name), value)).collect();
    facts(&lines, style)
}

/// What a sweep measures, as names and values.
fn workloads(spec: &SweepSpec, texts: &Texts) -> Vec<(&'static str, String)> {
    fn join<T: ToString>(items: &[T]) -> String {
        items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
    fn or<T: ToString>(items: &[T], none: &str, texts: &Texts) -> String {
        if items.is_empty() { texts.say(none) } else { join(items) }
    }
    let mut lines = Vec::new();
    for work in spec.work.iter().filter(|work| !work.is_empty()) {
        match work {
            WorkSpec::Classify(ClassifyWork { models, sizes, batches, .. }) => lines.extend([
                ("sweep-head-models", join(models)),
                ("sweep-head-sizes", join(sizes)),
                ("sweep-head-batches", join(batches)),
            ]),
            WorkSpec::Matmul(MatmulWork { sizes }) => lines.push(("sweep-head-matmul", join(sizes))),
        }
    }
    let threads: Vec<String> = spec.threads.iter().map(|threads| words::threads(*threads, texts)).collect();
    lines.extend([
        ("sweep-head-devices", or(&spec.devices, "sweep-every-device", texts)),
        ("sweep-head-threads", join(&threads)),
        ("sweep-head-precision", join(&spec.precisions)),
        ("sweep-head-engine", or(&spec.engines, "sweep-best-engine", texts)),
    ]);
    lines.extend(spec.exact.then(|| ("sweep-head-exact", texts.say("sweep-yes"))));
    lines.extend((spec.streams != [1]).then(|| ("sweep-head-streams", join(&spec.streams))));
    lines.push(("sweep-head-cell", each_cell(spec, texts)));
    let budget = spec.budget_ms.map(|budget| number::duration(budget as f64 / 1000.0));
    lines.extend(budget.map(|budget| ("sweep-head-budget", budget)));
    lines.push(("sweep-head-seed", spec.seed.to_string()));
    lines
}

/// How long each cell is measured.
fn each_cell(spec: &SweepSpec, texts: &Texts) -> String {
    if let Some(runs) = spec.measuring.runs {
        return texts.fill("sweep-runs", &[("count", runs.into())]);
    }
    let time = number::duration(spec.measuring.budget_ms as f64 / 1000.0);
    texts.fill("sweep-at-most", &[("time", time.into())])
}

/// The coordinator's state.
pub fn status(status: &CoordinatorStatus, address: &str, texts: &Texts, style: &Style) -> String {
    let fill = |name: &str, arguments: &[(&str, String)]| {
        let arguments: Vec<_> = arguments.iter().map(|(name, text)| (*name, text.as_str().into())).collect();
        texts.fill(name, &arguments)
    };
    let version = [("version", clean(&status.version)), ("protocol", status.protocol.to_string())];
    let machines = [("online", status.machines_online.to_string()), ("machines", status.machines.to_string())];
    let cells = [("waiting", status.jobs_waiting.to_string()), ("measuring", status.jobs_assigned.to_string())];
    let lines = [
        ("status-coordinator", address.to_owned()),
        ("status-version", fill("status-version-of", &version)),
        ("status-started", moment(status.started_ms, &style.zone)),
        ("status-machines", fill("status-connected", &machines)),
        ("status-sweeps", fill("status-unfinished", &[("count", status.sweeps_unfinished.to_string())])),
        ("status-cells", fill("status-waiting", &cells)),
    ];
    facts(&lines.map(|(name, value)| (texts.say(name), value)), style)
}

#[cfg(test)]
mod tests;
