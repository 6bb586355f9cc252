//! How far a sweep is, and what one would do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SweepSpec;
use crate::device::DeviceId;
use crate::frames::Progress;
use crate::ids::SweepId;
use crate::job::JobState;
use crate::reason::Reason;
use crate::workload::{Task, Workload};

/// A sweep and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepStatus {
    /// Which.
    pub id: SweepId,
    /// What was asked for.
    pub spec: SweepSpec,
    /// Milliseconds since 1970.
    pub created_ms: u64,
    /// Jobs by state; a state without jobs is left out.
    pub jobs: BTreeMap<JobState, u64>,
    /// Machines that take part.
    pub machines: u64,
    /// Share of the expected time that is done, 0 to 1.
    pub done: f64,
    /// Seconds until the slowest machine within reach should be done.
    pub seconds_left: f64,
    /// What is being measured now, one line a machine.
    pub running: Vec<Running>,
    /// Machines that are out of reach and still have cells to measure, by name.
    #[serde(default)]
    pub away: Vec<Away>,
}

/// A machine that is out of reach while it has something to measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The machine's name.
    pub machine: String,
    /// Cells that wait for it.
    pub cells: u64,
    /// Its last sign of life, in milliseconds since 1970.
    pub since_ms: u64,
}

impl SweepStatus {
    /// Whether nothing more will come of it.
    pub fn is_finished(&self) -> bool {
        self.jobs.keys().all(|state| state.is_final())
    }

    /// Jobs in this state.
    pub fn count(&self, state: JobState) -> u64 {
        self.jobs.get(&state).copied().unwrap_or(0)
    }

    /// All its jobs.
    pub fn total(&self) -> u64 {
        self.jobs.values().sum()
    }
}

/// A cell under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The machine's name.
    pub machine: String,
    /// On what.
    pub device: DeviceId,
    /// The device only plays one.
    pub simulated: bool,
    /// What.
    pub task: Task,
    /// Where the job stands.
    pub state: JobState,
    /// How far the worker is, where it has said so.
    pub progress: Option<Progress>,
}

/// A cell of a sweep that is not started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedCell {
    /// The machine's name.
    pub machine: String,
    /// What and on which device.
    pub workload: Workload,
    /// On what.
    pub device: DeviceId,
    /// The device only plays one.
    pub simulated: bool,
    /// Expected seconds.
    pub seconds: f64,
    /// They follow from what the device was seen to do, not from what such devices are assumed to.
    pub calibrated: bool,
    /// Why it cannot be measured, if it cannot.
    pub refused: Option<Reason>,
}

/// What a sweep would do, without doing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedSweep {
    /// The budget that cells were left out for.
    pub budget_ms: Option<u64>,
    /// The cells, machine by machine, each in the order of measuring.
    pub cells: Vec<PlannedCell>,
    /// What does not fit the budget, in the order in which it would be taken up again.
    pub dropped: Vec<PlannedCell>,
    /// What every machine keeps that can measure it, in the order of importance.
    pub core: Vec<Workload>,
    /// Machines that take part and are not connected now.
    pub offline: Vec<String>,
}

impl PlannedSweep {
    /// The machine that should be done last, and the seconds that it takes; none where nothing can be measured.
    pub fn slowest(&self) -> Option<(&str, f64)> {
        let mut by_machine: BTreeMap<&str, f64> = BTreeMap::new();
        for cell in self.cells.iter().filter(|cell| cell.refused.is_none()) {
            *by_machine.entry(&cell.machine).or_default() += cell.seconds;
        }
        // Of equals the first by name.
        by_machine.into_iter().rev().max_by(|(_, a), (_, b)| a.total_cmp(b))
    }
}
