//! One machine's CPU times beside GPU times: its own, those of a peer (the practice's "Option B"), or those that a teacher
//! gives. Only what may be compared shares a row; what was left out is counted by what differed.

mod choose;
mod left_out;
mod rows;
mod tables;

#[cfg(test)]
mod tests;

use cotejo_model::gpu::GpuRecord;
use cotejo_model::quality::Flag;
use cotejo_model::stats::Estimate;
use cotejo_model::{DeviceId, MachineId, Reference, Task};

use crate::key::{Difference, Key};
use crate::records::{Records, pseudonym};
use choose::{Candidate, Chosen};
use rows::Row as OwnRow;

/// Whose GPU times are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    /// The machine's own where it has a GPU, else those of the peer whose CPU is closest, else reference times.
    #[default]
    Usual,
    /// Of the peer whose CPU is closest.
    ClosestCpu,
    /// Of the fastest GPU.
    BestGpu,
    /// Of the GPU in the middle.
    MedianGpu,
    /// Of this machine.
    Machine(MachineId),
    /// Those that a teacher gives.
    Reference,
}

/// One machine's CPU times with GPU times beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerComparison {
    /// Whose CPU.
    pub mine: Mine,
    /// Whose GPU.
    pub third: Third,
    /// The tables, one for each set of settings.
    pub tables: Vec<PeerTable>,
    /// Own CPU times that no table shows: there is no GPU time of their settings, or there is a better build's table.
    pub unpaired: usize,
    /// GPU times that may not stand beside any of the CPU times, by what differed.
    pub left_out: Vec<LeftOut>,
}

/// The machine whose CPU was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Mine {
    /// Which.
    pub machine: MachineId,
    /// Its name.
    pub name: String,
    /// What it is called in papers that others read.
    pub pseudonym: String,
    /// Its processor.
    pub cpu: String,
    /// The processor is only played.
    pub cpu_simulated: bool,
    /// Some of its CPU times came in a file from elsewhere.
    pub imported: bool,
}

/// Where the GPU times come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Third {
    /// The machine's own GPU.
    Own(Box<Gpu>),
    /// Another machine's.
    Peer(Box<Peer>),
    /// A teacher's reference times.
    Reference(Box<ReferenceTimes>),
    /// There are none.
    Nobody(Nobody),
}

/// A GPU that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Gpu {
    /// Which of its machine.
    pub device: DeviceId,
    /// The product's name.
    pub name: String,
    /// What it says of itself.
    pub record: Option<GpuRecord>,
    /// It only plays one.
    pub simulated: bool,
    /// Fewest and most runs of its times.
    pub runs: (usize, usize),
    /// First and last day, in milliseconds since 1970.
    pub measured_ms: (u64, u64),
}

/// Whose GPU times stand beside another machine's CPU times.
#[derive(Debug, Clone, PartialEq)]
pub struct Peer {
    /// Which machine.
    pub machine: MachineId,
    /// What it is called here: its own name may be a person's.
    pub pseudonym: String,
    /// Its processor, where it is known.
    pub cpu: Option<String>,
    /// The processor is only played.
    pub cpu_simulated: bool,
    /// Its GPU.
    pub gpu: Gpu,
    /// Its times came in a file from elsewhere.
    pub imported: bool,
    /// Why this one.
    pub why: Why,
    /// How many GPUs of other machines could have been chosen, this one among them.
    pub candidates: usize,
}

/// Why a peer was chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why {
    /// It was asked for.
    Asked,
    /// Its CPU is the closest.
    ClosestCpu {
        /// Its CPU times over the own ones, in the geometric mean.
        ratio: f64,
        /// Over so many cells that both CPUs measured alike.
        cells: usize,
    },
    /// No CPU times to compare; the processor is of the same model.
    SameCpu,
    /// No CPU times to compare, and no processor of the same model: the first by name.
    FirstByName,
    /// The fastest of all.
    BestGpu,
    /// As many are faster as are slower.
    MedianGpu,
}

/// A teacher's times on one GPU.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceTimes {
    /// What their set is called.
    pub set: String,
    /// Where they come from.
    pub source: String,
    /// The GPU.
    pub device_name: String,
    /// What computed, where the sources say so.
    pub software: Option<String>,
    /// When they were measured, as the source says it.
    pub measured_on: Option<String>,
    /// When they were imported, in milliseconds since 1970.
    pub imported_ms: u64,
    /// Fewest and most runs, where the source says so.
    pub runs: Option<(u32, u32)>,
    /// GPUs with reference times that could have been chosen, this one among them.
    pub candidates: usize,
    /// They were not asked for: no machine of the class has a GPU time that may stand here.
    pub instead: Option<Nobody>,
}

/// Why there are no GPU times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nobody {
    /// No GPU of another machine was measured.
    NoGpu,
    /// Only this PC's own results were looked at, so that nothing is known of others.
    NotAsked,
    /// Of so many GPUs that were measured, none has a time that may stand beside the CPU's.
    NothingComparable {
        /// GPUs.
        gpus: usize,
    },
    /// The machine that was asked for has none.
    NotOfThatMachine {
        /// It.
        machine: MachineId,
        /// GPUs of it that were measured.
        gpus: usize,
    },
    /// There are no reference times.
    NoReferences,
    /// So many reference times are of other tasks or precisions.
    NoMatchingReferences {
        /// Reference times.
        references: usize,
    },
}

/// Rows with equal settings.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerTable {
    /// What they have in common, whatever their task.
    pub settings: Key,
    /// The rows, by model, size and batch.
    pub rows: Vec<PeerRow>,
}

/// One task on both devices.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerRow {
    /// What was computed.
    pub task: Task,
    /// On the own CPU.
    pub cpu: Time,
    /// On the GPU, or why not.
    pub gpu: Result<Time, Gap>,
    /// CPU time over GPU time.
    pub speed_up: Option<Estimate>,
}

/// A time as tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// Median and interval, in seconds.
    pub estimate: Estimate,
    /// Of so many runs, where that is known.
    pub runs: Option<usize>,
    /// Reasons for care.
    pub flags: Vec<Flag>,
    /// It is made up, for a rehearsal.
    pub simulated: bool,
    /// When, in milliseconds since 1970; a reference time has its source's word instead.
    pub started_ms: Option<u64>,
}

/// Why a row has no GPU time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// That GPU did not compute this task, or failed to.
    NotMeasured,
    /// It did, but this differed.
    Differs(Vec<Difference>),
    /// There are no GPU times at all.
    Nobody,
}

/// GPU times that no row could take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What differed from the CPU time that was most alike.
    pub differences: Vec<Difference>,
    /// So many times.
    pub results: usize,
    /// Of so many machines.
    pub machines: usize,
}

/// Nothing of this machine's CPU was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCpuTimes;

/// This machine's CPU times with the wanted GPU times beside them.
pub fn compare(
    records: &Records,
    mine: MachineId,
    wanted: Wanted,
    references: &[Reference],
) -> Result<PeerComparison, NoCpuTimes> {
    let own = rows::of(records, mine);
    if own.is_empty() {
        return Err(NoCpuTimes);
    }
    let chosen = choose::choose(records, mine, &own, wanted, references);
    let (tables, unpaired) = tables::of(&own, &chosen);
    let left_out = left_out::of(records, mine, &own, &chosen);
    let third = match chosen {
        Chosen::Own(own) => Third::Own(Box::new(own.gpu())),
        Chosen::Peer { candidate, why, candidates } => {
            Third::Peer(Box::new(peer(records, &candidate, why, candidates)))
        }
        Chosen::Reference(times, _) => Third::Reference(Box::new(times)),
        Chosen::Nobody(nobody) => Third::Nobody(nobody),
    };
    Ok(PeerComparison { mine: of_mine(records, mine, &own), third, tables, unpaired, left_out })
}

fn of_mine(records: &Records, machine: MachineId, own: &[OwnRow<'_>]) -> Mine {
    Mine {
        machine,
        name: records.name(machine).unwrap_or_default().to_owned(),
        pseudonym: pseudonym(machine),
        cpu: own.first().map(|row| row.entry.device_name.clone()).unwrap_or_default(),
        cpu_simulated: own.first().is_some_and(|row| row.entry.is_simulated()),
        imported: own.iter().any(|row| records.is_imported(row.entry)),
    }
}

fn peer(records: &Records, candidate: &Candidate<'_>, why: Why, candidates: usize) -> Peer {
    Peer {
        machine: candidate.machine,
        pseudonym: pseudonym(candidate.machine),
        cpu: choose::cpu_model(records, candidate.machine).map(str::to_owned),
        cpu_simulated: records.environment(candidate.machine).is_some_and(|environment| environment.cpu_simulated),
        gpu: candidate.gpu(),
        imported: candidate.times.values().any(|(entry, _)| records.is_imported(entry)),
        why,
        candidates,
    }
}

impl PeerComparison {
    /// Whether any of its times is made up.
    pub fn is_simulated(&self) -> bool {
        let times = self.tables.iter().flat_map(|table| &table.rows);
        times.flat_map(|row| [Some(&row.cpu), row.gpu.as_ref().ok()]).flatten().any(|time| time.simulated)
    }

    /// When its newest time was measured, in milliseconds since 1970.
    pub fn newest_ms(&self) -> Option<u64> {
        let times = self.tables.iter().flat_map(|table| &table.rows);
        times.flat_map(|row| [Some(&row.cpu), row.gpu.as_ref().ok()]).flatten().filter_map(|time| time.started_ms).max()
    }
}
