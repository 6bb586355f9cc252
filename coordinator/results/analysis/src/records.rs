//! What there is to analyse: each cell's newest measurement, of one comparison or of several.

use std::collections::{BTreeMap, BTreeSet};

use cotejo_model::comparison::{Comparison, Entry, Environment, Measured, NamedSweep, Outcome};
use cotejo_model::{DeviceId, DeviceKind, Digest, MachineId, SweepId, Workload};

use crate::key::Key;
use crate::rank::{highest, newness};

/// Letters that nobody takes for another when a code is read aloud or written down (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// What goes into a pseudonym beside the identity, so that nothing else made of it gives the same.
const DOMAIN: &[u8] = b"cotejo pseudonym\n";

/// Cells in reading order. Of a cell that was measured several times by the same build, the newest; a rehearsal only where
/// there is no other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Records {
    entries: Vec<Entry>,
    environments: Vec<Environment>,
    imported: BTreeSet<SweepId>,
    sweeps: Vec<NamedSweep>,
}

/// What of a machine's name matched nothing, or too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// No machine is called so; these there are.
    Unknown(Vec<String>),
    /// Several are; these are their identities.
    Ambiguous(Vec<MachineId>),
}

/// A way to tell whether a machine of this identity and name is meant.
type Way<'a> = &'a dyn Fn(MachineId, &str) -> bool;

impl Records {
    /// The cells of these comparisons together.
    pub fn of(comparisons: impl IntoIterator<Item = Comparison>) -> Self {
        let mut environments: BTreeMap<MachineId, Environment> = BTreeMap::new();
        let mut entries = Vec::new();
        let mut imported = BTreeSet::new();
        let mut sweeps = Vec::new();
        for comparison in comparisons {
            sweeps.extend(comparison.sweeps);
            imported.extend(comparison.imports.iter().flat_map(|import| import.sweeps.iter().copied()));
            entries.extend(comparison.entries);
            for environment in comparison.environments {
                environments.entry(environment.machine).or_insert(environment);
            }
        }
        Self {
            entries: newest(entries),
            environments: environments.into_values().collect(),
            imported,
            sweeps: newest_first(sweeps),
        }
    }

    /// The same, where what these sweeps hold was imported from elsewhere.
    #[must_use]
    pub fn with_imported(mut self, sweeps: impl IntoIterator<Item = SweepId>) -> Self {
        self.imported.extend(sweeps);
        self
    }

    /// Only what was measured on machines that this holds for, and the sweeps that it was measured in.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(MachineId) -> bool) -> Self {
        self.entries.retain(|entry| keep(entry.machine));
        self.sweeps.retain(|sweep| self.entries.iter().any(|entry| entry.sweep == sweep.id));
        self.environments.retain(|environment| keep(environment.machine));
        self
    }

    /// Both together: of machines that both know, every cell's newest.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut environments = self.environments;
        for environment in other.environments {
            if !environments.iter().any(|known| known.machine == environment.machine) {
                environments.push(environment);
            }
        }
        environments.sort_by_key(|environment| environment.machine);
        let entries = self.entries.into_iter().chain(other.entries).collect();
        let imported = self.imported.into_iter().chain(other.imported).collect();
        let sweeps = newest_first(self.sweeps.into_iter().chain(other.sweeps).collect());
        Self { entries: newest(entries), environments, imported, sweeps }
    }

    /// The sweeps that they come from, newest first.
    pub fn sweeps(&self) -> &[NamedSweep] {
        &self.sweeps
    }

    /// Every cell.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What was measured.
    pub fn measured(&self) -> impl Iterator<Item = (&Entry, &Measured)> {
        self.entries.iter().filter_map(|entry| Some((entry, measured(entry)?)))
    }

    /// What was measured on this machine's devices of this kind.
    pub fn measured_on(&self, machine: MachineId, kind: DeviceKind) -> impl Iterator<Item = (&Entry, &Measured)> {
        self.measured().filter(move |(entry, _)| entry.machine == machine && entry.device.kind() == kind)
    }

    /// What is known of a machine.
    pub fn environment(&self, machine: MachineId) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.machine == machine)
    }

    /// The machines that have cells, with their names, by name.
    pub fn machines(&self) -> Vec<(MachineId, &str)> {
        let named: BTreeSet<(&str, MachineId)> =
            self.entries.iter().map(|entry| (entry.machine_name.as_str(), entry.machine)).collect();
        named.into_iter().map(|(name, machine)| (machine, name)).collect()
    }

    /// What people call this machine.
    pub fn name(&self, machine: MachineId) -> Option<&str> {
        self.entries.iter().find(|entry| entry.machine == machine).map(|entry| entry.machine_name.as_str())
    }

    /// Whether this cell came from elsewhere.
    pub fn is_imported(&self, entry: &Entry) -> bool {
        self.imported.contains(&entry.sweep)
    }

    /// The machine that is meant by a name, an identity, its last eight characters, or a pseudonym.
    pub fn find(&self, text: &str) -> Result<MachineId, Unresolved> {
        let machines = self.machines();
        let code = text.rsplit(' ').next().unwrap_or(text);
        let found = |is: Way<'_>| -> Vec<MachineId> {
            machines.iter().filter(|(machine, name)| is(*machine, name)).map(|(machine, _)| *machine).collect()
        };
        // A name before what only looks like one.
        let ways: [Way<'_>; 4] = [
            &|machine, _| machine.to_string() == text,
            &|_, name| name == text,
            &|machine, name| machine.short() == text || name.eq_ignore_ascii_case(text),
            &|machine, _| pseudonym(machine).eq_ignore_ascii_case(code),
        ];
        match ways.iter().map(|way| found(*way)).find(|found| !found.is_empty()).as_deref() {
            Some([one]) => Ok(*one),
            Some(several) => Err(Unresolved::Ambiguous(several.to_vec())),
            None => Err(Unresolved::Unknown(machines.iter().map(|(_, name)| (*name).to_owned()).collect())),
        }
    }
}

/// The measurement of a cell that has one.
pub(crate) fn measured(entry: &Entry) -> Option<&Measured> {
    match &entry.outcome {
        Outcome::Measured(measured) => Some(measured),
        _ => None,
    }
}

/// What a machine is called in papers that others read: its name may be a person's. The same machine always has the same,
/// and nobody can tell the machine by it who does not know its identity.
pub fn pseudonym(machine: MachineId) -> String {
    let digest = Digest::of(&[DOMAIN, machine.0.as_bytes()].concat());
    let bits = u32::from_be_bytes([digest.0[0], digest.0[1], digest.0[2], digest.0[3]]);
    [27, 22, 17, 12].map(|shift| char::from(LETTERS[(bits >> shift) as usize % LETTERS.len()])).iter().collect()
}

/// Each of them once.
fn newest_first(mut sweeps: Vec<NamedSweep>) -> Vec<NamedSweep> {
    sweeps.sort_by_key(|sweep| std::cmp::Reverse(sweep.id));
    sweeps.dedup_by_key(|sweep| sweep.id);
    sweeps
}

/// One entry per cell and build. What was not measured stays only where the cell never was.
pub fn newest(entries: Vec<Entry>) -> Vec<Entry> {
    type Cell = (MachineId, DeviceId, Workload);
    let cell = |entry: &Entry| -> Cell { (entry.machine, entry.device, entry.workload) };
    let (measurements, others): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| measured(entry).is_some());
    let measured_cells: BTreeSet<Cell> = measurements.iter().map(cell).collect();
    let never_measured = others.into_iter().filter(|entry| !measured_cells.contains(&cell(entry)));
    // What a cancelled sweep gave up may still wait in another one.
    let waits = |entry: &Entry| matches!(entry.outcome, Outcome::Pending { .. });
    let others = highest(never_measured.map(|entry| (cell(&entry), entry)), |entry| (waits(entry), entry.sweep));
    let keyed = measurements.into_iter().filter_map(|entry| {
        let key = Key::of(&entry, measured(&entry)?);
        Some(((entry.machine, entry.device, key), entry))
    });
    let measurements = highest(keyed, |entry| (measured(entry).map(newness), entry.sweep));
    let mut kept: Vec<Entry> = measurements.into_values().chain(others.into_values()).collect();
    // Stable: builds of one cell stay in their order.
    kept.sort_by(|a, b| {
        let key = |entry: &Entry| (entry.machine, entry.workload, entry.device);
        a.machine_name.cmp(&b.machine_name).then_with(|| key(a).cmp(&key(b)))
    });
    kept
}
