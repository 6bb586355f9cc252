use cotejo_model::comparison::Outcome;
use cotejo_model::{Precision, Threads};
use proptest::prelude::*;

use super::*;
use crate::samples::{classify, cpu, doing, environment, gpu, machine, records, records_of, reference, with};

fn peer(comparison: &PeerComparison) -> &Peer {
    match &comparison.third {
        Third::Peer(peer) => peer,
        third => panic!("{third:?}"),
    }
}

fn usual(records: &Records) -> PeerComparison {
    compare(records, machine(1), Wanted::Usual, &[]).unwrap()
}

fn gpu_seconds(comparison: &PeerComparison) -> Vec<Option<f64>> {
    let rows = comparison.tables.iter().flat_map(|table| &table.rows);
    rows.map(|row| row.gpu.as_ref().ok().map(|time| time.estimate.value)).collect()
}

/// pc-1 has no GPU; the CPUs of pc-2 and pc-3 take 2 and 0.9 times as long.
fn class() -> Vec<cotejo_model::comparison::Entry> {
    let mut entries = Vec::new();
    for (size, seconds) in [(224, 0.02), (512, 0.1), (1024, 0.4)] {
        let task = classify(size, 1);
        entries.extend([
            cpu(1, task, seconds),
            cpu(2, task, seconds * 2.0),
            gpu(2, task, seconds / 50.0),
            cpu(3, task, seconds * 0.9),
            gpu(3, task, seconds / 20.0),
            gpu(4, task, seconds / 10.0),
        ]);
    }
    entries
}

#[test]
fn the_closest_cpu_lends_its_gpu() {
    let comparison = usual(&records(class()));
    let chosen = peer(&comparison);
    assert_eq!((chosen.machine, chosen.candidates), (machine(3), 3));
    let Why::ClosestCpu { ratio, cells } = chosen.why else { panic!("{:?}", chosen.why) };
    assert!((ratio - 0.9).abs() < 1e-12 && cells == 3);
    assert_eq!(gpu_seconds(&comparison), [Some(0.001), Some(0.005), Some(0.02)]);
    let speed_up = comparison.tables[0].rows[0].speed_up.unwrap();
    assert!((speed_up.value - 20.0).abs() < 1e-9);
    assert!((speed_up.ci.unwrap().high - 20.0 * 1.01 / 0.99).abs() < 1e-9);
    assert_eq!((comparison.left_out.len(), comparison.unpaired), (0, 0));
    assert_eq!(chosen.gpu.runs, (30, 30));
}

#[test]
fn the_same_factor_is_as_far_on_both_sides() {
    let task = classify(224, 1);
    let near = records(vec![
        cpu(1, task, 1.0),
        cpu(2, task, 1.3),
        gpu(2, task, 0.1),
        cpu(3, task, 1.0 / 1.25),
        gpu(3, task, 0.1),
    ]);
    assert_eq!(peer(&usual(&near)).machine, machine(3));
}

#[test]
fn without_cpu_times_the_model_decides_and_then_the_name() {
    let task = classify(224, 1);
    let entries = vec![cpu(1, task, 1.0), gpu(2, task, 0.1), gpu(3, task, 0.2)];
    let model = records_of(
        entries.clone(),
        vec![environment(1, "Testium 5"), environment(2, "Testium 3"), environment(3, "Testium 5")],
    );
    assert_eq!((peer(&usual(&model)).machine, peer(&usual(&model)).why), (machine(3), Why::SameCpu));
    let nothing = records_of(entries, Vec::new());
    assert_eq!((peer(&usual(&nothing)).machine, peer(&usual(&nothing)).why), (machine(2), Why::FirstByName));
}

#[test]
fn others_can_be_asked_for() {
    let class = records(class());
    let of = |wanted| compare(&class, machine(1), wanted, &[]).unwrap();
    assert_eq!(peer(&of(Wanted::BestGpu)).machine, machine(2));
    assert_eq!(peer(&of(Wanted::MedianGpu)).machine, machine(3));
    let asked = of(Wanted::Machine(machine(4)));
    assert_eq!((peer(&asked).machine, peer(&asked).why), (machine(4), Why::Asked));
    let none = of(Wanted::Machine(machine(9)));
    assert_eq!(none.third, Third::Nobody(Nobody::NotOfThatMachine { machine: machine(9), gpus: 0 }));
    assert_eq!(of(Wanted::Reference).third, Third::Nobody(Nobody::NoReferences));
}

#[test]
fn an_own_gpu_comes_first_but_a_peer_can_be_asked_for() {
    let class = records(class());
    let own = compare(&class, machine(2), Wanted::Usual, &[]).unwrap();
    assert!(matches!(&own.third, Third::Own(gpu) if gpu.name == "GPU of pc-2"), "{:?}", own.third);
    let other = compare(&class, machine(2), Wanted::ClosestCpu, &[]).unwrap();
    assert_eq!(peer(&other).machine, machine(3));
}

#[test]
fn the_only_gpu_of_a_class_is_its_best() {
    let task = classify(224, 1);
    let class = records(vec![cpu(1, task, 1.0), gpu(1, task, 0.1), cpu(2, task, 1.0)]);
    for wanted in [Wanted::BestGpu, Wanted::MedianGpu, Wanted::ClosestCpu] {
        let compared = compare(&class, machine(1), wanted, &[]).unwrap();
        assert!(matches!(compared.third, Third::Own(_)), "{wanted:?}: {:?}", compared.third);
    }
}

#[test]
fn only_equal_keys_share_a_row_and_the_rest_is_counted() {
    let task = classify(224, 1);
    let build = |entry| with(entry, |measured| measured.build = "cotejo-worker 0.2.0".to_owned());
    let class = records(vec![
        cpu(1, task, 1.0),
        build(gpu(2, task, 0.1)),
        build(gpu(2, classify(512, 1), 0.1)),
        doing(gpu(2, task, 0.1), |workload| workload.precision = Precision::F16),
        doing(gpu(3, task, 0.1), |workload| workload.threads = Threads::Exactly(2)),
        build(gpu(3, task, 0.1)),
    ]);
    let comparison = usual(&class);
    assert_eq!(comparison.third, Third::Nobody(Nobody::NothingComparable { gpus: 2 }));
    let left = |difference, results, machines| LeftOut { differences: vec![difference], results, machines };
    assert_eq!(
        comparison.left_out,
        [
            left(Difference::Task, 1, 1),
            left(Difference::Precision, 1, 1),
            left(Difference::Threads, 1, 1),
            left(Difference::Build, 2, 2),
        ]
    );
    assert_eq!(comparison.tables[0].rows[0].gpu, Err(Gap::Nobody));
    // One that has a row shows why it has not another.
    let class = records(vec![
        cpu(1, task, 1.0),
        cpu(1, classify(512, 1), 1.0),
        cpu(1, classify(1024, 1), 1.0),
        gpu(2, task, 0.1),
        build(gpu(2, classify(512, 1), 0.1)),
    ]);
    let comparison = usual(&class);
    let gaps: Vec<_> = comparison.tables[0].rows.iter().map(|row| row.gpu.as_ref().err().cloned()).collect();
    assert_eq!(gaps, [None, Some(Gap::Differs(vec![Difference::Build])), Some(Gap::NotMeasured)]);
}

#[test]
fn what_has_no_meaning_on_a_gpu_keeps_nothing_apart() {
    let task = classify(224, 1);
    let exact = doing(cpu(1, task, 1.0), |workload| workload.exact = true);
    let comparison = usual(&records(vec![exact, gpu(2, task, 0.1)]));
    assert_eq!(gpu_seconds(&comparison), [Some(0.1)]);
    assert!(comparison.tables[0].settings.exact);
    // Two forwards at once are twice the work.
    let streams = doing(cpu(1, task, 2.0), |workload| workload.streams = 2);
    assert_eq!(compare(&records(vec![streams, gpu(2, task, 0.1)]), machine(1), Wanted::Usual, &[]), Err(NoCpuTimes));
}

#[test]
fn the_newest_time_counts_and_of_builds_the_one_that_pairs() {
    let task = classify(224, 1);
    let at = |entry, ms, seconds: f64| {
        with(entry, |measured| {
            measured.started_ms = ms;
            measured.summary.median = seconds;
        })
    };
    let newer = with(at(cpu(1, task, 1.0), 9, 5.0), |measured| measured.build = "newer".to_owned());
    let class = records(vec![at(cpu(1, task, 1.0), 1, 1.0), at(cpu(1, task, 1.0), 2, 2.0), newer, gpu(2, task, 0.1)]);
    let comparison = usual(&class);
    let times: Vec<f64> =
        comparison.tables.iter().flat_map(|table| &table.rows).map(|row| row.cpu.estimate.value).collect();
    assert_eq!((times, comparison.unpaired), (vec![2.0], 1));
}

#[test]
fn what_is_made_up_gives_way_to_what_was_measured() {
    let task = classify(224, 1);
    let sim = |entry| with(entry, |measured| measured.simulated = true);
    let class =
        vec![cpu(1, task, 1.0), cpu(2, task, 1.0), sim(gpu(2, task, 0.1)), cpu(3, task, 9.0), gpu(3, task, 0.2)];
    let comparison = usual(&records(class.clone()));
    assert!(peer(&comparison).machine == machine(3) && !comparison.is_simulated());
    let comparison = usual(&records(class[..3].to_vec()));
    assert!(peer(&comparison).gpu.simulated && comparison.is_simulated());
    // The same cell, once made up and once measured.
    let both = records(vec![cpu(1, task, 1.0), gpu(2, task, 0.2), sim(gpu(2, task, 0.1))]);
    assert_eq!(gpu_seconds(&usual(&both)), [Some(0.2)]);
}

#[test]
fn reference_times_stand_in_where_the_class_has_no_gpu() {
    let rows = [classify(224, 1), classify(512, 1)];
    let class = records(vec![cpu(1, rows[0], 1.0), cpu(1, rows[1], 1.0)]);
    let times = [
        reference("a", rows[0], 0.3),
        reference("b", rows[0], 0.1),
        reference("b", rows[1], 0.2),
        reference("c", classify(9, 1), 1.0),
    ];
    let comparison = compare(&class, machine(1), Wanted::Usual, &times).unwrap();
    let Third::Reference(chosen) = &comparison.third else { panic!("{:?}", comparison.third) };
    assert_eq!((chosen.set.as_str(), chosen.candidates, chosen.instead), ("b", 2, Some(Nobody::NoGpu)));
    assert_eq!(gpu_seconds(&comparison), [Some(0.1), Some(0.2)]);
    assert_eq!(comparison.tables[0].rows[0].speed_up.unwrap().ci, None, "the source gives no interval");
    // A GPU of the class goes before, unless they are asked for.
    let class = records(vec![cpu(1, rows[0], 1.0), gpu(2, rows[0], 0.5)]);
    assert_eq!(gpu_seconds(&compare(&class, machine(1), Wanted::Usual, &times).unwrap()), [Some(0.5)]);
    let asked = compare(&class, machine(1), Wanted::Reference, &times).unwrap();
    assert!(matches!(&asked.third, Third::Reference(times) if times.set == "a" && times.instead.is_none()));
    let others = [reference("c", classify(9, 1), 1.0)];
    let none = compare(&class, machine(1), Wanted::Reference, &others).unwrap();
    assert_eq!(none.third, Third::Nobody(Nobody::NoMatchingReferences { references: 1 }));
}

#[test]
fn products_stand_in_the_table_of_networks() {
    let product = Task::Matmul { size: 1024 };
    let task = classify(224, 1);
    let class = records(vec![cpu(1, product, 1.0), gpu(2, product, 0.1), cpu(1, task, 1.0), gpu(2, task, 0.1)]);
    let comparison = usual(&class);
    assert_eq!(comparison.tables.len(), 1);
    assert_eq!(comparison.tables[0].rows.iter().map(|row| row.task).collect::<Vec<_>>(), [task, product]);
}

#[test]
fn settings_without_gpu_times_have_no_table_where_others_have() {
    let task = classify(224, 1);
    let one = doing(cpu(1, task, 4.0), |workload| workload.threads = Threads::Exactly(1));
    let comparison = usual(&records(vec![cpu(1, task, 1.0), one.clone(), gpu(2, task, 0.1)]));
    assert_eq!((comparison.tables.len(), comparison.unpaired), (1, 1));
    let comparison = usual(&records(vec![cpu(1, task, 1.0), one]));
    assert_eq!((comparison.tables.len(), comparison.unpaired), (2, 0));
    assert_eq!(comparison.third, Third::Nobody(Nobody::NoGpu));
}

#[test]
fn machines_are_found_by_all_their_names() {
    let class = records(class());
    let short = machine(3).short();
    for name in [
        "pc-3",
        "PC-3",
        &machine(3).to_string(),
        &short,
        &pseudonym(machine(3)),
        &format!("Grupo {}", pseudonym(machine(3)).to_lowercase()),
    ] {
        assert_eq!(class.find(name), Ok(machine(3)), "{name}");
    }
    assert!(matches!(class.find("pc-9"), Err(crate::records::Unresolved::Unknown(names)) if names.len() == 4));
}

#[test]
fn a_pseudonym_is_the_same_for_ever() {
    // SHA-256 of "cotejo pseudonym\n" and the identity's 16 bytes, 20 bits of it: `hashlib` gives the same.
    assert_eq!([1, 2, 3].map(|number| pseudonym(machine(number))), PSEUDONYMS);
}

const PSEUDONYMS: [&str; 3] = ["S6ZQ", "X66V", "PRJR"];

#[test]
fn records_of_two_stores_join() {
    let task = classify(224, 1);
    let class = records(vec![cpu(2, task, 1.0), gpu(2, task, 0.1)]);
    let own = records(vec![cpu(1, task, 1.0), cpu(7, task, 1.0)]).only(|one| one == machine(1));
    let both = class.and(own);
    assert_eq!(both.machines().len(), 2);
    assert_eq!(peer(&usual(&both)).machine, machine(2));
}

#[test]
fn what_was_imported_says_so() {
    let task = classify(224, 1);
    let class = records(vec![cpu(1, task, 1.0), gpu(2, task, 0.1)]);
    let sweep = class.entries()[0].sweep;
    assert!(!peer(&usual(&class)).imported);
    let comparison = usual(&class.with_imported([sweep]));
    assert!(peer(&comparison).imported && comparison.mine.imported);
}

#[test]
fn a_failed_cell_is_no_time() {
    let task = classify(224, 1);
    let failed = cotejo_model::reason::EndReason::Cancelled.into();
    let mut broken = gpu(2, task, 0.1);
    broken.outcome = Outcome::Failed(failed);
    assert_eq!(usual(&records(vec![cpu(1, task, 1.0), broken])).third, Third::Nobody(Nobody::NoGpu));
}

proptest! {
    /// Whatever a class measured: each GPU time has its row or is counted, and nobody is compared with themselves.
    #[test]
    fn nothing_gets_lost(
        cells in prop::collection::vec((1..6_u128, any::<bool>(), 0..4_u32, 0..2_u32, 1e-4..1.0_f64), 1..40),
    ) {
        let entries = cells.iter().map(|(number, on_gpu, size, batch, seconds)| {
            let task = classify(224 + size, 1 + batch);
            if *on_gpu { gpu(*number, task, *seconds) } else { cpu(*number, task, *seconds) }
        });
        let records = records(entries.collect());
        for wanted in [Wanted::Usual, Wanted::ClosestCpu, Wanted::BestGpu, Wanted::MedianGpu] {
            let own = records.measured_on(machine(1), cotejo_model::DeviceKind::Cpu).count();
            let Ok(found) = compare(&records, machine(1), wanted, &[]) else {
                prop_assert_eq!(own, 0);
                continue;
            };
            let rows: usize = found.tables.iter().map(|table| table.rows.len()).sum();
            prop_assert_eq!(rows + found.unpaired, own);
            if let Third::Peer(peer) = &found.third {
                prop_assert_ne!(peer.machine, machine(1));
                prop_assert!(found.tables.iter().flat_map(|table| &table.rows).any(|row| row.gpu.is_ok()));
                let left: usize = found.left_out.iter().map(|left| left.results).sum();
                let tasks: Vec<_> = records.measured_on(machine(1), cotejo_model::DeviceKind::Cpu).map(|(entry, _)| entry.workload.task).collect();
                let foreign = records.measured().filter(|(entry, _)| entry.machine != machine(1) && entry.device != DeviceId::Cpu);
                prop_assert_eq!(left, foreign.filter(|(entry, _)| !tasks.contains(&entry.workload.task)).count());
            }
        }
    }
}
