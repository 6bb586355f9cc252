//! What stands where a time would be. A cell is narrow: the whole message and its remedy stand below the table.

use cotejo_model::comparison::Entry;
use cotejo_model::{Capability, Device, DeviceKind, Failure, FailureCode, Precision};

/// Of a cell that failed: its name in a few words where that says enough, else its message.
pub(super) fn of_failure(failure: &Failure, entry: &Entry) -> String {
    let words = match failure.code {
        FailureCode::NoGpu => few_words(&failure.message),
        FailureCode::DriverMissing => "no NVIDIA driver",
        FailureCode::DriverTooOld => "driver too old",
        FailureCode::LibraryMissing => "library missing",
        FailureCode::WrongCapability => "built for other GPUs",
        FailureCode::DeviceBusy => "GPU busy",
        FailureCode::DeviceHidden => "GPU not visible",
        FailureCode::PrecisionUnavailable => return not_offered(entry.workload.precision, entry.device.kind()),
        _ => &failure.message,
    };
    words.to_owned()
}

/// Where a sweep has no cell for this kind of device.
pub(super) fn of_no_cell(machine: Option<&Capability>, kind: DeviceKind, precision: Precision) -> String {
    let no_gpu = machine.and_then(|machine| machine.no_gpu.as_deref()).filter(|_| kind == DeviceKind::Cuda);
    if let Some(reason) = no_gpu {
        return few_words(reason).to_owned();
    }
    let lacks = |device: &Device| device.unusable.is_none() && !device.precisions.contains(&precision);
    let mut devices =
        machine.into_iter().flat_map(|machine| &machine.devices).filter(|device| device.id.kind() == kind);
    match devices.next() {
        Some(first) if lacks(first) && devices.all(lacks) => not_offered(precision, kind),
        _ => "not in the sweep".to_owned(),
    }
}

fn not_offered(precision: Precision, kind: DeviceKind) -> String {
    let kind = match kind {
        DeviceKind::Cpu => "CPU",
        DeviceKind::Cuda => "GPU",
    };
    format!("no {precision} on this {kind}")
}

/// The first part of a reason: what is wrong, without what to do.
fn few_words(reason: &str) -> &str {
    [": ", "; ", ". ", " ("].iter().filter_map(|end| reason.find(end)).min().map_or(reason, |end| &reason[..end])
}
