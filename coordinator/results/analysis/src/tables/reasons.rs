//! Why there is nothing where a time would be.

use cotejo_model::comparison::Absence;
use cotejo_model::reason::DeviceReason;
use cotejo_model::{Capability, Device, DeviceKind, Precision};

/// Where a sweep has no cell for this kind of device.
pub(super) fn of_no_cell(machine: Option<&Capability>, kind: DeviceKind, precision: Precision) -> Absence {
    let no_gpu = machine.and_then(|machine| machine.no_gpu.as_ref()).filter(|_| kind == DeviceKind::Cuda);
    if let Some(why) = no_gpu {
        return Absence::Because { why: why.clone() };
    }
    let lacks = |device: &Device| device.unusable.is_none() && !device.precisions.contains(&precision);
    let mut devices =
        machine.into_iter().flat_map(|machine| &machine.devices).filter(|device| device.id.kind() == kind);
    match devices.next() {
        Some(first) if lacks(first) && devices.all(lacks) => {
            let (has, capability) = (first.precisions.clone(), first.compute_capability);
            Absence::Because { why: DeviceReason::PrecisionMissing { precision, kind, has, capability }.into() }
        }
        _ => Absence::NotInSweep,
    }
}
