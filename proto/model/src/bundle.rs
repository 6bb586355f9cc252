//! Results in one file, for a PC that measured without a network.
//!
//! A file is text: a line that says what follows, `cotejo-bundle VERSION SHA-256 BYTES`, and then one record a line, each
//! as JSON. A program that changes line ends on the way does no harm; whatever else is changed is found.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{Digest, JobId, MachineId, SweepId};
use crate::job::{JobSpec, JobState};
use crate::machine::Capability;
use crate::measurement::Measurement;
use crate::named::named_enum;
use crate::reason::{BundleReason, JobReason, Reason};
use crate::sweep::SweepSpec;

/// The newest version of the format: since 2, a sweep has kinds of work, and why something is not there is facts.
pub const VERSION: u32 = 2;
/// Bytes of records in a file at most.
pub const MAX_BYTES: u64 = 512 << 20;

/// What every file begins with.
const MAGIC: &str = "cotejo-bundle";
/// Bytes of the first line at most.
const MAX_HEADER: usize = 160;
/// What some editors put before a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Results with everything that is needed to show them elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Who made it.
    pub export: Export,
    /// How its sweeps came to who made it, where they were measured elsewhere.
    pub imports: Vec<Import>,
    /// The machines of its jobs.
    pub machines: Vec<BundledMachine>,
    /// The sweeps of its jobs.
    pub sweeps: Vec<BundledSweep>,
    /// Jobs that have ended.
    pub jobs: Vec<BundledJob>,
}

/// Who made a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Of Cotejo.
    pub version: String,
    /// Milliseconds since 1970.
    pub exported_ms: u64,
}

/// How sweeps came to the place where they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The bundle that brought them.
    pub digest: Digest,
    /// The version of Cotejo that made it.
    pub version: String,
    /// When that was, in milliseconds since 1970.
    pub exported_ms: u64,
    /// When they were imported, in milliseconds since 1970.
    pub imported_ms: u64,
    /// The sweeps of which it brought something.
    pub sweeps: Vec<SweepId>,
}

/// A machine as it last introduced itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BundledMachine {
    /// Who it is.
    pub id: MachineId,
    /// What people call it.
    pub name: String,
    /// Room, seat, row.
    pub labels: BTreeMap<String, String>,
    /// What it can do.
    pub capability: Capability,
    /// Milliseconds since 1970 of its last sign of life.
    pub last_seen_ms: u64,
}

/// A sweep as it was started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BundledSweep {
    /// Which.
    pub id: SweepId,
    /// What was asked for.
    pub spec: SweepSpec,
    /// Milliseconds since 1970.
    pub created_ms: u64,
}

/// A job that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BundledJob {
    /// Which.
    pub id: JobId,
    /// Its sweep.
    pub sweep: SweepId,
    /// Its machine.
    pub machine: MachineId,
    /// What was to be measured.
    pub spec: JobSpec,
    /// What came of it.
    pub ended: Ended,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Times.
    Measured {
        /// Of the result as its agent spooled it: the same again is the same result.
        digest: Digest,
        /// With its raw samples.
        measurement: Box<Measurement>,
    },
    /// None, and why.
    Failed {
        /// The state that it ended in.
        state: JobState,
        /// Why.
        failure: Reason,
    },
}

impl Ended {
    /// The state that the job ended in.
    pub fn state(&self) -> JobState {
        match self {
            Self::Measured { .. } => JobState::Succeeded,
            Self::Failed { state, .. } => *state,
        }
    }

    /// Whether this is the same result: of measurements the digest decides.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Measured { digest, .. }, Self::Measured { digest: other, .. }) => digest == other,
            _ => self == other,
        }
    }
}

/// One line of a file, and one message on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The first one.
    Export(Export),
    /// See `Bundle::imports`.
    Import(Import),
    /// See `Bundle::machines`.
    Machine(Box<BundledMachine>),
    /// See `Bundle::sweeps`.
    Sweep(Box<BundledSweep>),
    /// See `Bundle::jobs`.
    Job(Box<BundledJob>),
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportSummary {
    /// Results that were not there.
    pub new: u64,
    /// Results that were there already.
    pub duplicates: u64,
    /// Jobs that have not ended here; they are left alone.
    pub open: u64,
    /// Jobs that are something else here; they are left as they are.
    pub refused: Vec<Refused>,
}

/// A job that was not imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Which.
    pub job: JobId,
    /// Why.
    pub reason: RefusedBecause,
}

named_enum!(
    /// Why a job was not imported.
    "refusal" RefusedBecause {
        /// It has another result here.
        OtherResult = "other_result",
        /// Its identity, or its sweep's, stands for something else here.
        OtherCell = "other_cell",
    }
);

impl Bundle {
    /// Its records, in their order.
    pub fn into_records(self) -> impl Iterator<Item = Record> {
        let Self { export, imports, machines, sweeps, jobs } = self;
        std::iter::once(Record::Export(export))
            .chain(imports.into_iter().map(Record::Import))
            .chain(machines.into_iter().map(|machine| Record::Machine(Box::new(machine))))
            .chain(sweeps.into_iter().map(|sweep| Record::Sweep(Box::new(sweep))))
            .chain(jobs.into_iter().map(|job| Record::Job(Box::new(job))))
    }

    /// The bundle of these records, if they belong together.
    pub fn from_records(records: impl IntoIterator<Item = Record>) -> Result<Self, BundleReason> {
        let mut records = records.into_iter();
        let Some(Record::Export(export)) = records.next() else {
            return Err(BundleReason::NoMaker);
        };
        let (imports, machines, sweeps, jobs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut bundle = Self { export, imports, machines, sweeps, jobs };
        for record in records {
            match record {
                Record::Export(_) => return Err(BundleReason::TwoMakers),
                Record::Import(import) => bundle.imports.push(import),
                Record::Machine(machine) => bundle.machines.push(*machine),
                Record::Sweep(sweep) => bundle.sweeps.push(*sweep),
                Record::Job(job) => bundle.jobs.push(*job),
            }
        }
        bundle.check()?;
        Ok(bundle)
    }

    fn check(&self) -> Result<(), BundleReason> {
        let machines = distinct(self.machines.iter().map(|machine| machine.id))?;
        let sweeps = distinct(self.sweeps.iter().map(|sweep| sweep.id))?;
        distinct(self.jobs.iter().map(|job| job.id))?;
        if let Some(sweep) = self.imports.iter().flat_map(|import| &import.sweeps).find(|sweep| !sweeps.contains(sweep))
        {
            return Err(BundleReason::NoSuchSweep { sweep: sweep.to_string() });
        }
        self.jobs.iter().try_for_each(|job| {
            if !machines.contains(&job.machine) {
                return Err(BundleReason::NoMachineOf { job: job.id.to_string() });
            }
            if !sweeps.contains(&job.sweep) {
                return Err(BundleReason::NoSweepOf { job: job.id.to_string() });
            }
            job.check()
        })
    }
}

impl BundledJob {
    fn check(&self) -> Result<(), BundleReason> {
        let job = self.id.to_string();
        if let Err(error) = self.spec.workload.validate() {
            let why = Box::new(JobReason::from(error).into());
            return Err(BundleReason::BadJob { job, why });
        }
        match &self.ended {
            Ended::Measured { measurement, .. } if !measurement.answers_job(&self.spec) => {
                Err(BundleReason::OtherMeasurement { job })
            }
            Ended::Measured { measurement, .. } if measurement.samples_ns.contains(&0) => {
                Err(BundleReason::NoTime { job })
            }
            Ended::Failed { state, .. } if !state.is_final() || *state == JobState::Succeeded => {
                Err(BundleReason::NotFailed { job, state: *state })
            }
            _ => Ok(()),
        }
    }
}

fn distinct<T: Ord + Copy + std::fmt::Display>(ids: impl Iterator<Item = T>) -> Result<BTreeSet<T>, BundleReason> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(BundleReason::Twice { id: id.to_string() });
        }
    }
    Ok(seen)
}

/// The digest that a bundle is known by, and its file.
pub fn encode(bundle: Bundle) -> Result<(Digest, Vec<u8>), BundleReason> {
    let mut body = Vec::new();
    for record in bundle.into_records() {
        serde_json::to_writer(&mut body, &record).expect("the model's types have text keys only");
        body.push(b'\n');
    }
    let bytes = body.len() as u64;
    if bytes > MAX_BYTES {
        return Err(too_large(bytes));
    }
    let digest = Digest::of(&body);
    let mut file = header(VERSION, digest, bytes).into_bytes();
    file.append(&mut body);
    Ok((digest, file))
}

fn too_large(bytes: u64) -> BundleReason {
    BundleReason::TooLarge { has_bytes: bytes, most_bytes: MAX_BYTES }
}

fn header(version: u32, digest: Digest, bytes: u64) -> String {
    format!("{MAGIC} {version} {digest} {bytes}\n")
}

/// The bundle of a file, and the digest that it is known by.
pub fn decode(file: &[u8]) -> Result<(Digest, Bundle), BundleReason> {
    let file = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    let (expected, bytes, body) = opened(file)?;
    let body = with_plain_line_ends(body);
    let found = body.len() as u64;
    if found < bytes {
        return Err(BundleReason::Truncated { found, expected: bytes });
    }
    if found > bytes {
        return Err(BundleReason::Overlong { more: found - bytes });
    }
    let digest = Digest::of(&body);
    if digest != expected {
        return Err(BundleReason::OtherContent { expected, found: digest });
    }
    let lines = body.split_inclusive(|byte| *byte == b'\n').enumerate();
    let records = lines.map(|(at, line)| {
        serde_json::from_slice(line)
            .map_err(|error| BundleReason::BadRecord { line: at as u64 + 2, detail: error.to_string() })
    });
    Ok((digest, Bundle::from_records(records.collect::<Result<Vec<Record>, _>>()?)?))
}

/// What the first line says, and what follows it.
fn opened(file: &[u8]) -> Result<(Digest, u64, &[u8]), BundleReason> {
    if file.is_empty() {
        return Err(BundleReason::Empty);
    }
    let rest = file.strip_prefix(MAGIC.as_bytes()).and_then(|rest| rest.strip_prefix(b" "));
    let rest = rest.ok_or(BundleReason::NotABundle)?;
    let end = rest.iter().take(MAX_HEADER).position(|byte| *byte == b'\n').ok_or(BundleReason::BadHeader)?;
    let (line, body) = (&rest[..end], &rest[end + 1..]);
    let line = std::str::from_utf8(line).map_err(|_| BundleReason::BadHeader)?;
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (version, line_rest) = line.split_once(' ').ok_or(BundleReason::BadHeader)?;
    let found: u64 = version.parse().map_err(|_| BundleReason::BadHeader)?;
    let version = u32::try_from(found).ok().filter(|version| *version <= VERSION);
    let version = version.ok_or(BundleReason::Newer { found, known: VERSION.into() })?;
    if version == 0 {
        return Err(BundleReason::BadHeader);
    }
    if found == 0 {
        return Err(BundleReason::BadHeader);
    }
    let (digest, bytes) = line_rest.split_once(' ').ok_or(BundleReason::BadHeader)?;
    let digest: Digest = digest.parse().map_err(|_| BundleReason::BadHeader)?;
    let bytes: u64 = bytes.parse().map_err(|_| BundleReason::BadHeader)?;
    // Other ways of writing the same are not how it was written.
    if header(version, digest, bytes).trim_end() != format!("{MAGIC} {line}") {
        return Err(BundleReason::BadHeader);
    }
    if bytes > MAX_BYTES {
        return Err(too_large(bytes));
    }
    Ok((digest, bytes, body))
}

/// Lines of JSON have no line ends within: those that a mail program put in are undone.
fn with_plain_line_ends(body: &[u8]) -> Vec<u8> {
    let mut bytes = body.iter().copied().peekable();
    let mut plain = Vec::with_capacity(body.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\r' || bytes.peek() != Some(&b'\n') {
            plain.push(byte);
        }
    }
    plain
}

#[cfg(test)]
mod tests;
