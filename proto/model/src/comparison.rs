//! What people read: measurements side by side. The coordinator makes these, renderers only show them.

use serde::{Deserialize, Serialize};

use crate::basis::Basis;
use crate::bundle::Import;
use crate::device::{DeviceId, DeviceKind};
use crate::gpu::GpuRecord;
use crate::ids::{JobId, MachineId, SweepId};
use crate::job::JobState;
use crate::job::Weights;
use crate::measurement::{Answer, EnginePlan, Input, Stages};
use crate::named::named_enum;
use crate::quality::Flag;
use crate::reason::Reason;
use crate::stats::{Estimate, Summary};
use crate::workload::{Task, Workload};

named_enum!(
    /// What the rows of a table are.
    "grouping" GroupBy {
        /// One row a workload and machine; CPU and GPU side by side. The practice's own table.
        Size = "size",
        /// One row a machine; sizes side by side.
        Machine = "machine",
        /// One row a device; sizes side by side, fastest first.
        Device = "device",
    }
);

/// One cell of a sweep on one machine, with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its sweep.
    pub sweep: SweepId,
    /// Its job.
    pub job: JobId,
    /// Its machine.
    pub machine: MachineId,
    /// The machine's name.
    pub machine_name: String,
    /// Its device.
    pub device: DeviceId,
    /// The device's product name.
    pub device_name: String,
    /// The device only plays one.
    pub simulated: bool,
    /// What was computed.
    pub workload: Workload,
    /// What came of it.
    pub outcome: Outcome,
}

impl Entry {
    /// Whether its device only plays one, or its time is made up.
    pub fn is_simulated(&self) -> bool {
        self.simulated || matches!(&self.outcome, Outcome::Measured(measured) if measured.simulated)
    }
}

/// What came of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A time.
    Measured(Box<Measured>),
    /// A named failure.
    Failed(Reason),
    /// Nothing yet.
    Pending {
        /// Where the job stands.
        state: JobState,
    },
}

/// A measurement without its raw samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Forward times in seconds.
    pub summary: Summary,
    /// The first forward in seconds.
    pub first_seconds: f64,
    /// Operations a second at the median.
    pub flops_per_second: f64,
    /// Images a second at the median, of all streams; a product has none.
    pub images_per_second: Option<f64>,
    /// The parts around it.
    pub stages: Stages,
    /// Threads that took part.
    pub threads: u32,
    /// Of a classifier.
    pub weights: Option<Weights>,
    /// Of a classifier.
    pub input: Option<Input>,
    /// Worker and library versions.
    pub build: String,
    /// Reasons for care.
    pub flags: Vec<Flag>,
    /// The five most likely classes.
    pub answers: Vec<Answer>,
    /// Largest logit difference from the reference engine over its RMS.
    pub logit_error: Option<f32>,
    /// Most memory that the worker held.
    pub peak_memory_bytes: Option<u64>,
    /// Milliseconds since 1970.
    pub started_ms: u64,
    /// How the optimized engine computed: an index into the comparison's plans.
    pub plan: Option<u32>,
    /// The GPU that it was measured on.
    pub gpu: Option<GpuRecord>,
    /// Nothing was computed: the times are made up, for a rehearsal.
    pub simulated: bool,
}

/// What a column holds. Renderers name it in the reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "column", rename_all = "snake_case")]
pub enum Column {
    /// The machine's name.
    Machine,
    /// The device's product name.
    Device,
    /// The model, or "matmul".
    Model,
    /// Pixels or rows a side.
    Size,
    /// Images in one forward.
    Batch,
    /// Forwards at once.
    Streams,
    /// Seconds on this kind of device.
    Time {
        /// Which kind.
        device: DeviceKind,
    },
    /// Images a second on this kind of device.
    Throughput {
        /// Which kind.
        device: DeviceKind,
    },
    /// Seconds for this task on this kind of device; none where the row itself is a device.
    TaskTime {
        /// Which task.
        task: Task,
        /// How often at once.
        streams: u32,
        /// Which kind.
        device: Option<DeviceKind>,
    },
    /// CPU seconds over GPU seconds.
    SpeedUp,
}

/// One place in a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "value", rename_all = "snake_case")]
pub enum Value {
    /// A name.
    Text {
        /// The name.
        text: String,
        /// It is that of a device which is only played.
        #[serde(default)]
        simulated: bool,
    },
    /// A count.
    Count {
        /// The count.
        count: u32,
    },
    /// Seconds.
    Seconds {
        /// Median and interval.
        estimate: Estimate,
        /// Reasons for care.
        flagged: bool,
        /// It is made up, for a rehearsal.
        simulated: bool,
    },
    /// A ratio.
    Ratio {
        /// Ratio and interval.
        estimate: Estimate,
        /// One of its sides is made up, for a rehearsal.
        simulated: bool,
    },
    /// So many a second.
    Rate {
        /// Rate and interval.
        estimate: Estimate,
        /// It is made up, for a rehearsal.
        simulated: bool,
    },
    /// Nothing, and why.
    Missing {
        /// Why.
        reason: Absence,
    },
}

/// Why a table has nothing in a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "absence", rename_all = "snake_case")]
pub enum Absence {
    /// A time may still come.
    Pending,
    /// The sweep does not ask for it.
    NotInSweep,
    /// A product has no batch.
    NoBatch,
    /// A product has no images.
    NoImages,
    /// A time of zero has no rate.
    NoTimeAboveZero,
    /// There is no time of the CPU to compare with.
    NoCpuTime,
    /// There is no time of a GPU to compare with.
    NoGpuTime,
    /// There is neither.
    NoTimes,
    /// It could not be measured.
    Because {
        /// Why.
        why: Reason,
    },
}

impl Absence {
    /// Every absence, with made-up facts: for tests of whoever must say them all.
    pub fn examples() -> Vec<Self> {
        let plain = [
            Self::Pending,
            Self::NotInSweep,
            Self::NoBatch,
            Self::NoImages,
            Self::NoTimeAboveZero,
            Self::NoCpuTime,
            Self::NoGpuTime,
            Self::NoTimes,
        ];
        let reasons = Reason::examples().into_iter().map(|why| Self::Because { why });
        plain.into_iter().chain(reasons).collect()
    }
}

impl Value {
    /// Whether it is made up, or made of something that is.
    pub fn is_simulated(&self) -> bool {
        match self {
            Self::Seconds { simulated, .. } | Self::Ratio { simulated, .. } | Self::Rate { simulated, .. } => {
                *simulated
            }
            Self::Text { .. } | Self::Count { .. } | Self::Missing { .. } => false,
        }
    }
}

/// Rows that may be compared: every measurement in it has the same precision, threads, engine and choice of
/// convolution, weights and build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What all its rows have in common.
    pub basis: Basis,
    /// What the columns hold.
    pub columns: Vec<Column>,
    /// Values, as many in each row as there are columns.
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// Whether any of its values is made up.
    pub fn is_simulated(&self) -> bool {
        self.rows.iter().flatten().any(Value::is_simulated)
    }
}

/// A machine of the comparison, for the line "what it ran on".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// Who.
    pub machine: MachineId,
    /// Its name.
    pub name: String,
    /// The processors' name.
    pub cpu: String,
    /// They are only played.
    pub cpu_simulated: bool,
    /// Cores.
    pub physical_cores: u32,
    /// Hardware threads.
    pub logical_cores: u32,
    /// Vector extensions.
    pub simd: Vec<String>,
    /// RAM.
    pub memory_bytes: u64,
    /// Operating system and version.
    pub os: String,
    /// Its GPUs.
    pub gpus: Vec<SeenGpu>,
    /// Why there is none.
    pub no_gpu: Option<Reason>,
    /// Its last sign of life, in milliseconds since 1970, if it is out of reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_since_ms: Option<u64>,
}

/// A GPU of a machine that was compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenGpu {
    /// The product's name.
    pub name: String,
    /// It only plays one.
    pub simulated: bool,
    /// Why it cannot be used, if it cannot.
    pub unusable: Option<Reason>,
}

/// Measurements side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What the rows are.
    pub by: GroupBy,
    /// The sweeps that it was made from, newest first.
    pub sweeps: Vec<NamedSweep>,
    /// The tables, one for each set of comparable measurements.
    pub tables: Vec<Table>,
    /// What they were measured on.
    pub environments: Vec<Environment>,
    /// Every cell, in reading order.
    pub entries: Vec<Entry>,
    /// How the optimized engine computed them, each way once.
    pub plans: Vec<EnginePlan>,
    /// How those of its sweeps that were measured elsewhere came here.
    #[serde(default)]
    pub imports: Vec<Import>,
    /// The same cells in other groupings, where those were asked for too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Grouping>,
}

/// The tables of a comparison whose rows are something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grouping {
    /// What the rows are.
    pub by: GroupBy,
    /// The tables, one for each set of comparable measurements.
    pub tables: Vec<Table>,
}

/// A sweep as a reader tells it from others, which may be called the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedSweep {
    /// Its identity.
    pub id: SweepId,
    /// What it is called.
    pub name: String,
    /// When it was started, in milliseconds since 1970.
    pub created_ms: u64,
    /// How many sweeps are called so where it is kept, itself among them; 0 where that is not known.
    pub namesakes: u32,
    /// How many of those are newer.
    pub newer: u32,
}

impl Comparison {
    /// The sweep's name, where it is one sweep.
    pub fn title(&self) -> &str {
        match self.sweeps.as_slice() {
            [one] => &one.name,
            _ => "",
        }
    }

    /// The tables whose rows are this, if they were asked for.
    pub fn grouped(&self, by: GroupBy) -> Option<&[Table]> {
        if self.by == by {
            return Some(&self.tables);
        }
        self.others.iter().find(|other| other.by == by).map(|other| other.tables.as_slice())
    }
}
