//! Sweeps, plans, machines and the coordinator's state in a terminal.

use std::fmt::Write as _;

use cotejo_model::device::marked;
use cotejo_model::sweep::SweepStatus;
use cotejo_model::sweep::{ClassifyWork, MatmulWork, WorkSpec};
use cotejo_model::{Device, DeviceId, JobState, Machine, SweepSpec};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::grid::{Cell, Grid, Head, Kind, Tone};
use super::words;
use super::{Style, clean, english, number, state_name, wrapped};

/// What a coordinator says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoordinatorStatus {
    /// Its version.
    pub version: String,
    /// What it speaks with agents.
    pub protocol: u32,
    /// Milliseconds since 1970.
    pub started_ms: u64,
    /// Machines that it knows.
    pub machines: u64,
    /// Those that are connected now.
    pub machines_online: u64,
    /// Sweeps with cells to come.
    pub sweeps_unfinished: u64,
    /// Cells that wait.
    pub jobs_waiting: u64,
    /// Cells under way.
    pub jobs_assigned: u64,
}

/// `1 core`, `2 cores`
fn counted(count: impl Into<u64>, what: &str) -> String {
    let count = count.into();
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

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

/// How far a sweep is, in a few words.
pub fn progress(status: &SweepStatus) -> String {
    let trouble: Vec<String> = status
        .jobs
        .iter()
        .filter(|(state, count)| **count > 0 && state.is_final() && **state != JobState::Succeeded)
        .map(|(state, count)| format!("{count} {}", state_name(*state, english())))
        .collect();
    let trouble = if trouble.is_empty() { String::new() } else { format!(", {}", trouble.join(", ")) };
    let done = if status.is_finished() { "finished: " } else { "" };
    format!("{done}{} of {} measured{trouble}", status.count(JobState::Succeeded), status.total())
}

/// What people call a sweep; one that only calibrates is marked, since it is nobody's results.
fn name(spec: &SweepSpec) -> String {
    let mark = if spec.calibration { " (no results)" } else { "" };
    format!("{}{mark}", clean(&spec.name))
}

/// Sweeps, a row each.
pub fn sweeps(sweeps: &[SweepStatus], style: &Style) -> String {
    if sweeps.is_empty() {
        return "No sweeps yet.\n".to_owned();
    }
    let left = |status: &SweepStatus| {
        if status.is_finished() { String::new() } else { number::duration(status.seconds_left) }
    };
    let rows = sweeps.iter().map(|status| {
        [
            status.id.short(),
            name(&status.spec),
            moment(status.created_ms, &style.zone),
            status.machines.to_string(),
            progress(status),
            left(status),
        ]
        .map(Cell::plain)
        .to_vec()
    });
    let heads = vec![
        Head::new("Sweep", Kind::Label),
        Head::new("Name", Kind::Words),
        Head::new("Started", Kind::Label),
        Head::new("Machines", Kind::Figures),
        Head::new("Progress", Kind::Words),
        Head::new("Time left", Kind::Figures),
    ];
    format!("{}\n", Grid { heads, rows: rows.collect() }.render(style))
}

/// One sweep: what it measures and how far it is.
pub fn sweep(status: &SweepStatus, style: &Style) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "{}", wrapped(&format!("{name:<11} {value}"), style.width, 12));
    };
    line("Sweep", &format!("{} ({})", name(&status.spec), status.id));
    line("Started", &moment(status.created_ms, &style.zone));
    line("Progress", &progress(status));
    if !status.is_finished() {
        line("Time left", &format!("about {}", number::duration(status.seconds_left)));
    }
    line("Machines", &status.machines.to_string());
    for (name, value) in workloads(&status.spec) {
        line(name, &value);
    }
    for running in &status.running {
        let device = words::device(running.device, running.simulated, english());
        let what =
            format!("{} on {device}: {}", words::task(running.task, english()), state_name(running.state, english()));
        line("Now", &format!("{}: {what}", clean(&running.machine)));
    }
    out
}

/// What a sweep measures, as names and values.
fn workloads(spec: &SweepSpec) -> Vec<(&'static str, String)> {
    fn join<T: ToString>(items: &[T]) -> String {
        items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
    let mut lines = Vec::new();
    for work in spec.work.iter().filter(|work| !work.is_empty()) {
        match work {
            WorkSpec::Classify(ClassifyWork { models, sizes, batches, .. }) => {
                lines.extend([("Models", join(models)), ("Sizes", join(sizes)), ("Batches", join(batches))]);
            }
            WorkSpec::Matmul(MatmulWork { sizes }) => lines.push(("Matmul", join(sizes))),
        }
    }
    let devices = if spec.devices.is_empty() { "every device found".to_owned() } else { join(&spec.devices) };
    lines.push(("Devices", devices));
    lines.push(("Threads", join(&spec.threads)));
    lines.push(("Precision", join(&spec.precisions)));
    let engines = if spec.engines.is_empty() { "the best of each device".to_owned() } else { join(&spec.engines) };
    lines.push(("Engine", engines));
    if spec.exact {
        lines.push(("Exact", "yes".to_owned()));
    }
    if spec.streams != [1] {
        lines.push(("Streams", join(&spec.streams)));
    }
    let long = match spec.measuring.runs {
        Some(runs) => counted(runs, "run"),
        None => format!("{} at most", number::duration(spec.measuring.budget_ms as f64 / 1000.0)),
    };
    lines.push(("Each cell", long));
    if let Some(budget) = spec.budget_ms {
        lines.push(("Budget", number::duration(budget as f64 / 1000.0)));
    }
    lines.push(("Seed", spec.seed.to_string()));
    lines
}

/// Machines, a row each.
pub fn machines(machines: &[Machine], style: &Style) -> String {
    if machines.is_empty() {
        return "No machine has connected yet.\n".to_owned();
    }
    let state = |machine: &Machine| match (machine.online, machine.job) {
        (true, None) => Cell::plain("idle"),
        (true, Some(_)) => Cell::plain("measuring"),
        (false, _) if machine.imported => Cell { text: "imported".to_owned(), tone: Tone::Absent },
        (false, _) => {
            Cell { text: format!("away since {}", moment(machine.last_seen_ms, &style.zone)), tone: Tone::Absent }
        }
    };
    let labels = |machine: &Machine| {
        machine.labels.iter().map(|(key, value)| clean(&format!("{key}={value}"))).collect::<Vec<_>>().join(" ")
    };
    let rows = machines.iter().map(|machine| {
        let capability = &machine.capability;
        let name = marked(&capability.cpu.name, capability.simulates(DeviceId::Cpu));
        let cpu = format!("{} ({})", clean(&name), counted(capability.cpu.physical_cores, "core"));
        vec![
            Cell::plain(format!("{}\n{}", clean(&machine.name), machine.id.short())),
            state(machine),
            Cell::plain(cpu),
            Cell::plain(number::bytes(capability.memory_bytes)),
            gpus(machine),
            Cell::plain(labels(machine)),
        ]
    });
    let mut grid = Grid {
        heads: vec![
            Head::new("Machine", Kind::Words),
            Head::new("State", Kind::Words),
            Head::new("CPU", Kind::Words),
            Head::new("RAM", Kind::Figures),
            Head::new("GPU", Kind::Words),
            Head::new("Labels", Kind::Words),
        ],
        rows: rows.collect(),
    };
    if machines.iter().all(|machine| machine.labels.is_empty()) {
        grid.heads.pop();
        grid.rows.iter_mut().for_each(|row| drop(row.pop()));
    }
    format!("{}\n", grid.render(style))
}

fn gpus(machine: &Machine) -> Cell {
    let gpu = |device: &Device| {
        let reason = device.unusable.as_ref().map(|failure| format!(" (cannot be used: {failure})"));
        clean(&format!("{}{}", marked(&device.name, device.simulated), reason.unwrap_or_default()))
    };
    let devices = &machine.capability.devices;
    let found: Vec<String> =
        devices.iter().filter(|device| device.id.kind() == cotejo_model::DeviceKind::Cuda).map(gpu).collect();
    if found.is_empty() {
        let reason = machine.capability.no_gpu.as_deref().unwrap_or("none");
        return Cell { text: clean(reason), tone: Tone::Absent };
    }
    Cell::plain(found.join(", "))
}

/// The coordinator's state.
pub fn status(status: &CoordinatorStatus, address: &str, style: &Style) -> String {
    let CoordinatorStatus { version, protocol, started_ms, machines, machines_online, .. } = status;
    format!(
        "Coordinator  {address}\nVersion      {} (protocol {protocol})\nStarted      {}\nMachines     {machines_online} \
         of {machines} connected\nSweeps       {} unfinished\nCells        {} waiting, {} being measured\n",
        clean(version),
        moment(*started_ms, &style.zone),
        status.sweeps_unfinished,
        status.jobs_waiting,
        status.jobs_assigned,
    )
}

#[cfg(test)]
#[path = "lists_tests.rs"]
mod tests;
