//! The names of things in the reader's language. Identifiers in files and formats stay as they are.

use cotejo_model::comparison::Column;
use cotejo_model::frames::Phase;
use cotejo_model::{DeviceKind, JobState, Task, Workload};

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

/// Where a job stands.
pub(crate) fn state_name(state: JobState) -> &'static str {
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
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Load => "loading",
        Phase::First => "first run",
        Phase::WarmUp => "warming up",
        Phase::Sample => "measuring",
    }
}
