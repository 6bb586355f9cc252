//! What a teacher looks for: what was measured where, and identical PCs that differ.

use std::collections::{BTreeMap, BTreeSet};

use cotejo_model::comparison::{Entry, Measured, Outcome};
use cotejo_model::quality::{Flag, FlagKind};
use cotejo_model::stats::{self, Estimate, Interval};
use cotejo_model::{DeviceKind, MachineId, Workload};

use crate::key::Key;
use crate::rank::by_speed;
use crate::records::{Records, measured};

/// A machine that differs by more than this from the median of its kind is worth a look.
const DIFFERS: f64 = 0.10;
/// From here on a GPU is worth a note: most hold their clock down a few degrees above.
const HOT_C: u32 = 80;
const GIB: f64 = (1_u64 << 30) as f64;

/// What was measured of what was to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// By name.
    pub machines: Vec<MachineCoverage>,
}

/// Cells of one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineCoverage {
    /// Which.
    pub machine: MachineId,
    /// Its name.
    pub name: String,
    /// It has times.
    pub measured: usize,
    /// It has none, and says why.
    pub failed: usize,
    /// It has none yet.
    pub pending: usize,
    /// Other machines were to measure them on such a device, and this one was not.
    pub missing: usize,
    /// No GPU of it was to be measured.
    pub without_gpu: bool,
    /// Some of its times are made up.
    pub simulated: bool,
    /// Its last sign of life, in milliseconds since 1970, if it is out of reach and has cells to measure.
    pub away_since_ms: Option<u64>,
}

/// Who measured what.
pub fn coverage(records: &Records) -> Coverage {
    let cell = |entry: &Entry| (entry.device.kind(), entry.workload);
    let asked: BTreeSet<(DeviceKind, Workload)> = records.entries().iter().map(cell).collect();
    let of_machine = |(machine, name): (MachineId, &str)| {
        let entries: Vec<&Entry> = records.entries().iter().filter(|entry| entry.machine == machine).collect();
        // The same cell by two builds, or on two GPUs, counts once, by the best that came of it.
        let mut best: BTreeMap<(DeviceKind, Workload), u8> = BTreeMap::new();
        for entry in &entries {
            let rank = match entry.outcome {
                Outcome::Measured(_) => 2,
                Outcome::Pending { .. } => 1,
                Outcome::Failed(_) => 0,
            };
            let best = best.entry(cell(entry)).or_default();
            *best = rank.max(*best);
        }
        let count = |rank| best.values().filter(|one| **one == rank).count();
        let has = |kind| entries.iter().any(|entry| entry.device.kind() == kind);
        let missing = asked.iter().filter(|cell| has(cell.0) && !best.contains_key(cell)).count();
        MachineCoverage {
            machine,
            name: name.to_owned(),
            measured: count(2),
            failed: count(0),
            pending: count(1),
            missing,
            without_gpu: !has(DeviceKind::Cuda),
            simulated: entries.iter().filter_map(|entry| measured(entry)).any(|measured| measured.simulated),
            away_since_ms: records
                .environment(machine)
                .and_then(|environment| environment.away_since_ms)
                .filter(|_| count(1) > 0),
        }
    };
    Coverage { machines: records.machines().into_iter().map(of_machine).collect() }
}

/// Identical machines, and which of them differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomalies {
    /// Those that differ, the farthest first.
    pub found: Vec<Anomaly>,
    /// Groups of identical devices that were compared: what they are, and how many machines.
    pub groups: Vec<(Twins, usize)>,
    /// Devices that have no twin, so that nothing can be told of them.
    pub alone: Vec<(Twins, MachineId, String)>,
}

/// What makes devices of two machines identical.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Twins {
    /// Processors.
    Cpu {
        /// The product's name.
        cpu: String,
        /// Cores.
        cores: u32,
        /// RAM as it is sold, in GiB.
        memory_gib: u32,
        /// The operating system without its version.
        os: String,
        /// Played, or real.
        simulated: bool,
    },
    /// GPUs.
    Gpu {
        /// The product's name.
        name: String,
        /// Played, or real.
        simulated: bool,
    },
}

/// A device that differs from its twins.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomaly {
    /// Whose.
    pub machine: MachineId,
    /// The machine's name.
    pub name: String,
    /// What its twins have in common with it.
    pub twins: Twins,
    /// How many machines are alike, this one among them. Of two, the slower one is named.
    pub alike: usize,
    /// Where it differs, by task.
    pub cells: Vec<AnomalousCell>,
    /// What may explain it.
    pub explanations: Vec<Explanation>,
}

impl Anomaly {
    /// The cell that differs most.
    pub fn worst(&self) -> Option<&AnomalousCell> {
        self.cells.iter().max_by(|a, b| a.ratio.value.ln().abs().total_cmp(&b.ratio.value.ln().abs()))
    }

    /// Whether its times are made up.
    pub fn is_simulated(&self) -> bool {
        match &self.twins {
            Twins::Cpu { simulated, .. } | Twins::Gpu { simulated, .. } => *simulated,
        }
    }
}

/// A cell that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct AnomalousCell {
    /// What was computed.
    pub workload: Workload,
    /// Its time.
    pub time: Estimate,
    /// The median of its kind.
    pub usual: Estimate,
    /// Its time over that.
    pub ratio: Estimate,
}

/// What may explain that a device differs.
#[derive(Debug, Clone, PartialEq)]
pub enum Explanation {
    /// A quality flag of its measurement.
    Flagged(Flag),
    /// Its GPU was so many degrees Celsius hot.
    Hot(u32),
    /// Its GPU's clock was held down, in NVML's words.
    HeldDown(String),
}

/// Measurements by what they must have in common to be compared.
type Times<'a> = BTreeMap<Key, Vec<(&'a Entry, &'a Measured)>>;

/// Which of the identical machines differ by more than 10 % from the median of their kind, with intervals apart.
pub fn anomalies(records: &Records) -> Anomalies {
    let mut kinds: BTreeMap<Twins, Times<'_>> = BTreeMap::new();
    for (entry, measured) in records.measured() {
        let Some(twins) = twins(records, entry, measured) else { continue };
        kinds.entry(twins).or_default().entry(Key::of(entry, measured)).or_default().push((entry, measured));
    }
    let mut anomalies = Anomalies { found: Vec::new(), groups: Vec::new(), alone: Vec::new() };
    for (twins, times) in kinds {
        let machines: BTreeMap<MachineId, &str> =
            times.values().flatten().map(|(entry, _)| (entry.machine, entry.machine_name.as_str())).collect();
        if let (1, Some((machine, name))) = (machines.len(), machines.first_key_value()) {
            anomalies.alone.push((twins, *machine, (*name).to_owned()));
            continue;
        }
        anomalies.found.extend(of_kind(&twins, &times, &machines));
        anomalies.groups.push((twins, machines.len()));
    }
    let distance = |anomaly: &Anomaly| anomaly.worst().map_or(0.0, |cell| cell.ratio.value.ln().abs());
    anomalies.found.sort_by(|a, b| {
        let by_distance = distance(b).total_cmp(&distance(a));
        by_distance.then_with(|| (&a.name, a.machine).cmp(&(&b.name, b.machine)))
    });
    anomalies
}

fn of_kind(twins: &Twins, times: &Times<'_>, machines: &BTreeMap<MachineId, &str>) -> Vec<Anomaly> {
    let mut found: BTreeMap<MachineId, (Vec<AnomalousCell>, Vec<Explanation>)> = BTreeMap::new();
    for measured in times.values() {
        for (entry, measured, usual) in odd_ones(measured) {
            let time = measured.summary.estimate();
            let Some(ratio) = stats::speed_up(time, usual) else { continue };
            let (cells, explanations) = found.entry(entry.machine).or_default();
            cells.push(AnomalousCell { workload: entry.workload, time, usual, ratio });
            // Nothing that is flagged makes a device faster.
            if ratio.value > 1.0 {
                explain(measured, explanations);
            }
        }
    }
    let anomaly = |(machine, (cells, explanations)): (MachineId, _)| Anomaly {
        machine,
        name: machines.get(&machine).copied().unwrap_or_default().to_owned(),
        twins: twins.clone(),
        alike: machines.len(),
        cells,
        explanations,
    };
    found.into_iter().map(anomaly).collect()
}

/// Those that differ, each with what is usual. Of several devices of a machine, the fastest speaks for it. Two machines have
/// no median of their own: the slower one differs from the faster.
fn odd_ones<'a>(measured: &[(&'a Entry, &'a Measured)]) -> Vec<(&'a Entry, &'a Measured, Estimate)> {
    let mut fastest: BTreeMap<MachineId, (&Entry, &Measured)> = BTreeMap::new();
    for (entry, one) in measured {
        let known = fastest.entry(entry.machine).or_insert((entry, one));
        if by_speed(one, known.1).is_lt() {
            *known = (entry, one);
        }
    }
    let mut times: Vec<(&Entry, &Measured)> = fastest.into_values().collect();
    times.sort_by(|a, b| by_speed(a.1, b.1));
    let Some(usual) = usual(&times) else { return Vec::new() };
    let differs = |(_, one): &(&Entry, &Measured)| {
        let estimate = one.summary.estimate();
        let far = (estimate.value / usual.value - 1.0).abs() > DIFFERS;
        far && estimate.ci.zip(usual.ci).is_some_and(|(a, b)| a.low > b.high || a.high < b.low)
    };
    times.into_iter().filter(differs).map(|(entry, one)| (entry, one, usual)).collect()
}

/// The median of the times, sorted, with the median of their intervals; of two, the faster one. Times without intervals
/// tell nothing.
fn usual(sorted: &[(&Entry, &Measured)]) -> Option<Estimate> {
    let estimates: Vec<Estimate> = sorted.iter().map(|(_, measured)| measured.summary.estimate()).collect();
    if let [faster, _] = estimates.as_slice() {
        return Some(*faster);
    }
    let median = |values: Option<Vec<f64>>| {
        let mut values = values.filter(|values| values.len() > 2)?;
        values.sort_unstable_by(f64::total_cmp);
        Some(stats::quantile(&values, 0.5))
    };
    let of = |end: fn(&Interval) -> f64| estimates.iter().map(|estimate| estimate.ci.as_ref().map(end)).collect();
    let value = median(estimates.iter().map(|estimate| Some(estimate.value)).collect())?;
    let ci = median(of(|ci| ci.low)).zip(median(of(|ci| ci.high))).map(|(low, high)| Interval { low, high });
    Some(Estimate { value, ci })
}

fn explain(measured: &Measured, explanations: &mut Vec<Explanation>) {
    let explains = [FlagKind::Busy, FlagKind::Battery, FlagKind::Throttled, FlagKind::Slept];
    for flag in measured.flags.iter().filter(|flag| explains.contains(&flag.kind)) {
        // Once a kind, by the figure that was seen first.
        if !explanations.iter().any(|known| matches!(known, Explanation::Flagged(known) if known.kind == flag.kind)) {
            explanations.push(Explanation::Flagged(*flag));
        }
    }
    let states = measured.gpu.iter().flat_map(|gpu| gpu.before.iter().chain(&gpu.after));
    let hottest = states.clone().filter_map(|state| state.temperature_c).max().filter(|degrees| *degrees >= HOT_C);
    if let Some(degrees) = hottest {
        match explanations
            .iter_mut()
            .find_map(|known| if let Explanation::Hot(known) = known { Some(known) } else { None })
        {
            Some(known) => *known = degrees.max(*known),
            None => explanations.push(Explanation::Hot(degrees)),
        }
    }
    for reason in states.flat_map(|state| &state.throttle_reasons) {
        let held = Explanation::HeldDown(reason.clone());
        if !explanations.contains(&held) {
            explanations.push(held);
        }
    }
}

/// What this device's twins must equal; none where too little is known of its machine.
fn twins(records: &Records, entry: &Entry, measured: &Measured) -> Option<Twins> {
    let simulated = measured.simulated;
    if entry.device.kind() == DeviceKind::Cuda {
        return Some(Twins::Gpu { name: entry.device_name.clone(), simulated });
    }
    let environment = records.environment(entry.machine)?;
    Some(Twins::Cpu {
        cpu: environment.cpu.clone(),
        cores: environment.physical_cores,
        memory_gib: memory_class(environment.memory_bytes),
        os: environment.os.split([' ', '(']).next().unwrap_or_default().to_owned(),
        simulated,
    })
}

/// RAM as it is sold, in GiB: what firmware and graphics keep for themselves makes no other PC of it.
fn memory_class(bytes: u64) -> u32 {
    let gib = bytes as f64 / GIB;
    let sold = (0..12).flat_map(|power| [2_u32.pow(power), 3 * 2_u32.pow(power)]);
    let distance = |class: &u32| (gib.max(0.1) / f64::from(*class)).ln().abs();
    sold.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cotejo_model::Threads;
    use cotejo_model::reason::EndReason;

    use super::*;
    use crate::samples::{classify, cpu, doing, environment, gpu, machine, records, records_of, with};

    fn task() -> cotejo_model::Task {
        classify(224, 1)
    }

    #[test]
    fn coverage_counts_every_cell_once() {
        let other = doing(cpu(2, task(), 1.0), |workload| workload.threads = Threads::Exactly(2));
        let mut failed = gpu(1, task(), 1.0);
        failed.outcome = Outcome::Failed(EndReason::Cancelled.into());
        let rebuilt = with(cpu(1, task(), 1.0), |measured| measured.build = "other".to_owned());
        let covered = coverage(&records(vec![cpu(1, task(), 1.0), rebuilt, failed, cpu(2, task(), 1.0), other]));
        let counts = |at: usize| {
            let MachineCoverage { measured, failed, pending, missing, without_gpu, .. } = covered.machines[at];
            (measured, failed, pending, missing, without_gpu)
        };
        assert_eq!(counts(0), (1, 1, 0, 1, false));
        assert_eq!(counts(1), (2, 0, 0, 0, true));
    }

    fn found(entries: Vec<Entry>) -> Anomalies {
        anomalies(&records(entries))
    }

    #[test]
    fn one_of_several_identical_pcs_that_differs_is_found_with_what_may_explain_it() {
        let flag = Flag { kind: FlagKind::Battery, figure: None };
        let slow = with(cpu(4, task(), 1.5), |measured| measured.flags = vec![flag]);
        let anomalies = found(vec![cpu(1, task(), 1.0), cpu(2, task(), 1.02), cpu(3, task(), 0.99), slow]);
        let [anomaly] = anomalies.found.as_slice() else { panic!("{anomalies:#?}") };
        assert_eq!((anomaly.machine, anomaly.alike), (machine(4), 4));
        // The median of 0.99, 1, 1.02 and 1.5.
        assert!((anomaly.worst().unwrap().ratio.value - 1.5 / 1.01).abs() < 1e-9);
        assert_eq!(anomaly.explanations, [Explanation::Flagged(flag)]);
        assert_eq!(anomalies.groups.len(), 1);
    }

    #[test]
    fn nothing_that_slows_explains_a_faster_pc() {
        let flag = Flag { kind: FlagKind::Busy, figure: Some(0.5) };
        let fast = with(cpu(4, task(), 0.5), |measured| measured.flags = vec![flag]);
        let anomalies = found(vec![cpu(1, task(), 1.0), cpu(2, task(), 1.02), cpu(3, task(), 0.99), fast]);
        let [anomaly] = anomalies.found.as_slice() else { panic!("{anomalies:#?}") };
        assert_eq!((anomaly.machine, anomaly.explanations.as_slice()), (machine(4), [].as_slice()));
    }

    #[test]
    fn what_one_sweep_gave_up_and_another_waits_for_is_pending() {
        let mut waiting = cpu(1, task(), 1.0);
        waiting.outcome = Outcome::Pending { state: cotejo_model::JobState::Queued };
        let mut cancelled = cpu(1, task(), 1.0);
        cancelled.sweep = cotejo_model::SweepId(uuid::Uuid::from_u128(u128::MAX));
        cancelled.outcome = Outcome::Failed(EndReason::Cancelled.into());
        let covered = coverage(&records(vec![waiting, cancelled]));
        assert_eq!((covered.machines[0].pending, covered.machines[0].failed), (1, 0));
    }

    #[test]
    fn less_than_a_tenth_or_overlapping_intervals_are_no_anomaly() {
        assert_eq!(found([1.0, 1.02, 1.09].into_iter().zip(1..).map(|(s, n)| cpu(n, task(), s)).collect()).found, []);
        let wide = with(cpu(3, task(), 1.5), |measured| measured.summary.ci = Some(Interval { low: 1.0, high: 2.0 }));
        assert_eq!(found(vec![cpu(1, task(), 1.0), cpu(2, task(), 1.0), wide]).found, []);
        let bare = with(cpu(3, task(), 1.5), |measured| measured.summary.ci = None);
        assert_eq!(found(vec![cpu(1, task(), 1.0), cpu(2, task(), 1.0), bare]).found, []);
    }

    #[test]
    fn of_two_the_slower_one_is_named() {
        let anomalies = found(vec![cpu(1, task(), 1.3), cpu(2, task(), 1.0)]);
        assert_eq!(anomalies.found.len(), 1);
        assert_eq!((anomalies.found[0].machine, anomalies.found[0].alike), (machine(1), 2));
    }

    #[test]
    fn only_identical_pcs_are_compared() {
        let mut other_os = environment(2, "Testium 5");
        other_os.os = "Windows 11".to_owned();
        let entries = vec![cpu(1, task(), 1.0), cpu(2, task(), 2.0), cpu(3, task(), 2.0)];
        let environments = vec![environment(1, "Testium 5"), other_os, environment(3, "Testium 3")];
        let anomalies = anomalies(&records_of(entries, environments));
        assert_eq!((anomalies.found.len(), anomalies.groups.len(), anomalies.alone.len()), (0, 0, 3));
        // Another build is no twin either.
        let rebuilt = with(cpu(2, task(), 2.0), |measured| measured.build = "other".to_owned());
        assert_eq!(found(vec![cpu(1, task(), 1.0), rebuilt]).found, []);
    }

    #[test]
    fn gpus_of_one_model_are_compared_whatever_their_pcs_are() {
        let of = |number, seconds| {
            let mut entry = gpu(number, task(), seconds);
            "RTX 3060".clone_into(&mut entry.device_name);
            entry
        };
        let anomalies = found(vec![of(1, 1.0), of(2, 1.0), of(3, 1.4)]);
        assert_eq!(anomalies.found.len(), 1);
        assert!(matches!(&anomalies.found[0].twins, Twins::Gpu { name, simulated: false } if name == "RTX 3060"));
    }

    #[test]
    fn memory_is_classed_as_it_is_sold() {
        let mib = |mib: u64| memory_class(mib << 20);
        assert_eq!([15_800, 16_384, 24_064, 7800, 32_600, 12_000, 3900].map(mib), [16, 16, 24, 8, 32, 12, 4]);
    }
}
