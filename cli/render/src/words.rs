//! The names of things in the reader's language. Identifiers in files and formats stay as they are.

use cotejo_model::comparison::Column;
use cotejo_model::frames::Phase;
use cotejo_model::{DeviceId, DeviceKind, JobState, Precision, Task, Workload};

/// What a column is headed, a line each.
pub(super) fn heading(column: Column) -> Vec<String> {
    match column {
        Column::Machine => vec!["Machine".to_owned()],
        Column::Device => vec!["Device".to_owned()],
        Column::Model => vec!["Model".to_owned()],
        Column::Size => vec!["Size".to_owned()],
        Column::Batch => vec!["Batch".to_owned()],
        Column::Streams => vec!["Streams".to_owned()],
        Column::Time { device } => vec![format!("{} (s)", kind(device))],
        Column::Throughput { device } => vec![format!("{} (images/s)", kind(device))],
        Column::TaskTime { task, streams, device } => {
            let mut lines = vec![task.title().to_owned(), side(task.size())];
            lines.extend(task.batch().filter(|batch| *batch > 1).map(|batch| format!("batch {batch}")));
            lines.extend((streams > 1).then(|| format!("{streams} streams")));
            lines.push(device.map_or_else(|| "(s)".to_owned(), |device| format!("{} (s)", kind(device))));
            lines
        }
        Column::SpeedUp => vec!["Speed-up".to_owned()],
    }
}

/// A kind of device.
pub(super) fn kind(device: DeviceKind) -> &'static str {
    match device {
        DeviceKind::Cpu => "CPU",
        DeviceKind::Cuda => "GPU",
    }
}

/// `224 x 224`
pub(super) fn side(size: u32) -> String {
    format!("{size} x {size}")
}

/// A task in a sentence.
pub(super) fn task(task: Task) -> String {
    let batch = task.batch().filter(|batch| *batch > 1).map(|batch| format!(", batch {batch}")).unwrap_or_default();
    format!("{} {}{batch}", task.title(), side(task.size()))
}

/// A workload in a sentence: its task, and of the rest what is unusual.
pub(super) fn workload(workload: &Workload) -> String {
    let exact = if workload.exact { ", exact" } else { "" };
    let streams = if workload.streams == 1 { String::new() } else { format!(", {} streams", workload.streams) };
    format!("{}{exact}{streams}", task(workload.task))
}

/// A workload where no table beside it tells the precision.
pub(super) fn workload_in_full(workload: &Workload) -> String {
    let precision = match workload.precision {
        Precision::F32 => String::new(),
        precision => format!(", {precision}"),
    };
    format!("{}{precision}", self::workload(workload))
}

/// A device, such as `cuda:0 (simulated)`.
pub fn device(device: DeviceId, simulated: bool) -> String {
    format!("{device}{}", if simulated { " (simulated)" } else { "" })
}

/// Cells of which the same is to be said are listed up to this many; of more, their number is enough.
const LISTED: usize = 4;

/// A cell in a sentence: what was computed, on what, and on whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellName {
    pub(super) what: String,
    pub(super) device: String,
    /// None where there is but one machine.
    pub(super) machine: Option<String>,
}

impl CellName {
    /// Without what was computed.
    pub(super) fn place(&self) -> String {
        let machine = self.machine.as_ref().map(|machine| format!(" of {machine}")).unwrap_or_default();
        format!("{}{machine}", self.device)
    }
}

/// Cells of which the same is to be said: one by one, or by their places where they are many.
pub(super) fn cells(cells: &[CellName]) -> String {
    if cells.len() <= LISTED {
        let one = |cell: &CellName| format!("{} on {}", cell.what, cell.place());
        return cells.iter().map(one).collect::<Vec<_>>().join("; ");
    }
    let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
    for cell in cells {
        let machine = cell.machine.as_deref();
        let at = places.iter().position(|(device, _)| *device == cell.device).unwrap_or_else(|| {
            places.push((&cell.device, Vec::new()));
            places.len() - 1
        });
        let machines = &mut places[at].1;
        machines.extend(machine.filter(|machine| !machines.contains(machine)));
    }
    let place = |(device, machines): &(&str, Vec<&str>)| match machines.as_slice() {
        [] => (*device).to_owned(),
        machines => format!("{device} of {}", machines.join(", ")),
    };
    format!("{} cells on {}", cells.len(), places.iter().map(place).collect::<Vec<_>>().join("; "))
}

/// Where a job stands.
pub fn state_name(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "waiting",
        JobState::Offered => "offered",
        JobState::Running => "running",
        JobState::Uploading => "uploading",
        JobState::Unknown => "out of reach",
        JobState::Cancelling => "being cancelled",
        JobState::Succeeded => "measured",
        JobState::Failed => "failed",
        JobState::Lost => "lost",
        JobState::Cancelled => "cancelled",
        JobState::Expired => "expired",
        JobState::TimedOut => "timed out",
    }
}

/// What a worker is doing.
pub fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Load => "loading",
        Phase::First => "first run",
        Phase::WarmUp => "warming up",
        Phase::Sample => "measuring",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(size: u32, device: &str, machine: Option<&str>) -> CellName {
        CellName { what: side(size), device: device.to_owned(), machine: machine.map(str::to_owned) }
    }

    #[test]
    fn many_cells_are_named_by_their_places() {
        let few = [name(1, "cpu", None), name(2, "cuda:0", Some("pc-1"))];
        assert_eq!(cells(&few), "1 x 1 on cpu; 2 x 2 on cuda:0 of pc-1");
        let many = |machine: Option<&str>| (1..6).map(|size| name(size, "cuda:0", machine)).collect::<Vec<_>>();
        assert_eq!(cells(&many(None)), "5 cells on cuda:0");
        let class = [many(Some("pc-1")), many(Some("pc-2")), few.to_vec()].concat();
        assert_eq!(cells(&class), "12 cells on cuda:0 of pc-1, pc-2; cpu");
    }
}
