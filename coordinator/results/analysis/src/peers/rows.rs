//! The rows: the own CPU times, each with the key by which a GPU time finds it.

use cotejo_model::comparison::{Entry, Measured};
use cotejo_model::{DeviceKind, MachineId, Reference, Workload};

use crate::key::{Key, Varying};
use crate::records::Records;

/// A CPU time of the machine that asks.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) entry: &'a Entry,
    pub(super) measured: &'a Measured,
    /// What a GPU time must equal to stand beside it.
    pub(super) key: Key,
}

impl Row<'_> {
    /// What another CPU's time must equal to be compared with it: how they convolve counts too.
    pub(super) fn among_cpus(&self) -> Key {
        Key::of(self.entry, self.measured)
    }

    /// What is the same for all rows of its table.
    pub(super) fn settings(&self) -> Key {
        self.among_cpus().over(Varying::Task)
    }
}

/// What this machine's CPU computed. Several forwards at once are no row: a GPU computes one, and the times would be of
/// unequal work.
pub(super) fn of(records: &Records, mine: MachineId) -> Vec<Row<'_>> {
    let one_stream = records.measured_on(mine, DeviceKind::Cpu).filter(|(entry, _)| entry.workload.streams == 1);
    let row = |(entry, measured)| Row { entry, measured, key: Key::across_devices(entry, measured) };
    one_stream.map(row).collect()
}

/// Whether a reference time is of this computation: all that a source says of it.
pub(super) fn matches(reference: &Reference, workload: &Workload) -> bool {
    (reference.task, reference.precision) == (workload.task, workload.precision)
}
