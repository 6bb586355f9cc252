//! Sweeps that cannot be planned.

use super::facts::Labelled;
use super::{Problem, reasons};
use crate::workload::Task;

reasons! {
    /// Why there is no plan of a sweep.
    Plan PlanReason {
        /// The sweep itself makes no sense.
        BadSweep {
            /// Everything that is wrong with it.
            problems: Vec<Problem>,
        } = "sweep_unsound" => InvalidJob,
        /// No machine ever connected.
        NoMachines = "no_machines" => DeviceUnavailable,
        /// Machines are named that do not exist.
        UnknownMachines {
            /// The names that match nothing.
            unknown: Vec<String>,
            /// What there is.
            known: Vec<String>,
        } = "unknown_machines" => DeviceUnavailable,
        /// No machine has the labels.
        NoLabels {
            /// What was asked for.
            wanted: Vec<String>,
            /// Machines with their labels.
            known: Vec<Labelled>,
        } = "no_machine_with_labels" => DeviceUnavailable,
        /// The selected machines have none of the selected devices.
        NoDevices {
            /// Their names.
            machines: Vec<String>,
        } = "no_devices" => DeviceUnavailable,
        /// It has more cells than a sweep may have.
        TooManyCells {
            /// Cells over all its machines.
            count: u64,
            /// Cells at most.
            most: u64,
        } = "too_many_cells" => InvalidJob,
        /// Not even the most important workload fits the budget on some machine.
        OverBudget {
            /// What was asked for, in milliseconds.
            budget_ms: u64,
            /// The machine that needs most.
            machine: String,
            /// For its most important task.
            task: Task,
            /// What that needs, in milliseconds.
            needed_ms: u64,
        } = "over_budget" => InvalidJob,
        /// Everything that a calibration would measure was measured before.
        NothingToCalibrate = "nothing_to_calibrate" => InvalidJob,
    }
}
