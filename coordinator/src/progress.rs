//! How far a sweep is. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cotejo_model::sweep::{Away, Running, SweepStatus};
use cotejo_model::{Machine, MachineId};

use crate::dispatcher::HeldJob;
use crate::store::{SweepRecord, Tally};

/// The status of a sweep from its jobs' counts and from the jobs under way.
pub fn status(sweep: SweepRecord, tallies: &[Tally], held: &[HeldJob], machines: &[Machine]) -> SweepStatus {
    let mut jobs = BTreeMap::new();
    let mut left: HashMap<MachineId, f64> = HashMap::new();
    let (mut total, mut done) = (0.0, 0.0);
    for tally in tallies {
        *jobs.entry(tally.state).or_insert(0) += tally.jobs;
        let seconds = tally.expected.as_secs_f64();
        total += seconds;
        if tally.state.is_final() {
            done += seconds;
        } else {
            *left.entry(tally.machine).or_insert(0.0) += seconds;
        }
    }
    let under_way: Vec<&HeldJob> = held.iter().filter(|held| held.job.sweep == sweep.id).collect();
    for held in &under_way {
        let Some(progress) = held.progress else { continue };
        // The counts and the jobs under way are read one after the other, and may disagree by a job.
        if let Some(left) = left.get_mut(&held.job.machine) {
            let seconds = (held.job.expected.as_secs_f64() * progress.done.clamp(0.0, 1.0)).min(*left);
            done += seconds;
            *left -= seconds;
        }
    }
    let mut running: Vec<Running> = under_way.into_iter().map(|held| running_line(held, machines)).collect();
    running.sort_by(|a, b| (&a.machine, a.device).cmp(&(&b.machine, b.device)));
    let finished = left.is_empty();
    let away = away(tallies, machines);
    let within_reach = |machine: &MachineId| machines.iter().any(|known| known.id == *machine && known.online);
    SweepStatus {
        id: sweep.id,
        spec: sweep.spec,
        created_ms: sweep.created_ms,
        jobs,
        machines: tallies.iter().map(|tally| tally.machine).collect::<BTreeSet<_>>().len() as u64,
        done: if finished || total <= 0.0 { f64::from(u8::from(finished)) } else { (done / total).clamp(0.0, 1.0) },
        seconds_left: left.iter().filter(|(id, _)| within_reach(id)).map(|(_, left)| *left).fold(0.0, f64::max),
        running,
        away,
    }
}

/// The machines out of reach that have cells to measure.
fn away(tallies: &[Tally], machines: &[Machine]) -> Vec<Away> {
    let waiting = |machine: &Machine| -> u64 {
        let of_machine = tallies.iter().filter(|tally| tally.machine == machine.id && !tally.state.is_final());
        of_machine.map(|tally| tally.jobs).sum()
    };
    let away = machines.iter().filter(|machine| !machine.online).map(|machine| Away {
        machine: machine.name.clone(),
        cells: waiting(machine),
        since_ms: machine.last_seen_ms,
    });
    let mut away: Vec<Away> = away.filter(|away| away.cells > 0).collect();
    away.sort_by(|a, b| a.machine.cmp(&b.machine));
    away
}

fn running_line(held: &HeldJob, machines: &[Machine]) -> Running {
    let machine = machines.iter().find(|machine| machine.id == held.job.machine);
    let device = held.job.spec.device;
    Running {
        machine: machine.map_or_else(|| held.job.machine.short(), |machine| machine.name.clone()),
        device,
        simulated: machine.is_some_and(|machine| machine.capability.simulates(device)),
        task: held.job.spec.workload.task,
        state: held.job.state,
        progress: held.progress,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cotejo_model::frames::{Phase, Progress};
    use cotejo_model::sweep::Preset;
    use cotejo_model::{DeviceId, JobSpec, JobState, SweepId};

    use super::*;
    use crate::store::JobRecord;
    use cotejo_samples::{assignment, cpu_machine};

    fn job(machine: &str, state: JobState) -> JobRecord {
        let spec = Preset::Practice.spec();
        let workload = *spec.workloads().first().unwrap();
        let weights = spec.weights_of(workload.task);
        JobRecord {
            sweep: SweepId::now(),
            machine: cpu_machine(machine).id,
            spec: JobSpec { workload, device: DeviceId::Cpu, weights, image: None, measuring: spec.measuring },
            expected: Duration::from_secs(10),
            state,
            assignment: assignment(),
            failure: None,
        }
    }

    fn tally(name: &str, state: JobState, jobs: u64, seconds: u64) -> Tally {
        Tally { machine: cpu_machine(name).id, state, jobs, expected: Duration::from_secs(seconds) }
    }

    fn record(id: SweepId) -> SweepRecord {
        SweepRecord { id, spec: Preset::Practice.spec(), created_ms: 1 }
    }

    #[test]
    fn the_slowest_machine_sets_the_time_left() {
        let held = HeldJob {
            job: job("pc-2", JobState::Running),
            progress: Some(Progress { phase: Phase::Sample, done: 0.5 }),
        };
        let tallies = [
            tally("pc-1", JobState::Succeeded, 2, 10),
            tally("pc-1", JobState::Queued, 1, 10),
            tally("pc-2", JobState::Queued, 1, 10),
            tally("pc-2", JobState::Running, 1, 10),
        ];
        let machines = [cpu_machine("pc-1"), cpu_machine("pc-2")];
        let status = status(record(held.job.sweep), &tallies, &[held], &machines);
        assert!((status.seconds_left - 15.0).abs() < 1e-9);
        assert!((status.done - 15.0 / 40.0).abs() < 1e-9);
        assert_eq!((status.machines, status.total(), status.running[0].machine.as_str()), (2, 5, "pc-2"));
        assert!(!status.is_finished());
    }

    #[test]
    fn nobody_waits_for_who_is_out_of_reach() {
        let tallies = [
            tally("pc-1", JobState::Queued, 1, 10),
            tally("pc-2", JobState::Unknown, 1, 30),
            tally("pc-2", JobState::Queued, 2, 60),
            tally("pc-2", JobState::Succeeded, 4, 99),
            tally("pc-3", JobState::Succeeded, 4, 99),
        ];
        let gone = |name: &str| Machine { online: false, last_seen_ms: 7, ..cpu_machine(name) };
        let status = status(record(SweepId::now()), &tallies, &[], &[cpu_machine("pc-1"), gone("pc-2"), gone("pc-3")]);
        assert!((status.seconds_left - 10.0).abs() < 1e-9, "{}", status.seconds_left);
        assert_eq!(status.away, [Away { machine: "pc-2".to_owned(), cells: 3, since_ms: 7 }]);
    }

    #[test]
    fn a_finished_sweep_is_done_even_where_nothing_could_run() {
        let status = status(record(SweepId::now()), &[tally("pc-1", JobState::Failed, 3, 0)], &[], &[]);
        assert!((status.done - 1.0).abs() < 1e-9 && status.seconds_left == 0.0 && status.is_finished());
    }
}
