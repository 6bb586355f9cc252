use cotejo_model::comparison::Entry;
use cotejo_model::measurement::{EventTimes, Stages};
use cotejo_model::stats::Interval;
use cotejo_model::{Precision, Task, Threads, estimate};
use proptest::prelude::*;

use super::*;
use crate::peers::{self, Wanted};
use crate::samples::{MARGIN, classify, cpu, doing, gpu, machine, records, reference, with};

fn findings(entries: Vec<Entry>) -> Vec<Finding> {
    let records = records(entries);
    let peers = peers::compare(&records, machine(1), Wanted::Usual, &[]).ok();
    of(&records, machine(1), peers.as_ref())
}

/// The only finding that this picks.
#[track_caller]
fn only<T>(findings: &[Finding], pick: impl Fn(&Finding) -> Option<&T>) -> &T {
    let found: Vec<&T> = findings.iter().filter_map(pick).collect();
    assert_eq!(found.len(), 1, "{findings:#?}");
    found[0]
}

#[track_caller]
fn crossover(entries: Vec<Entry>) -> Crossover {
    only(&findings(entries), |finding| if let Finding::Crossover(found) = finding { Some(found) } else { None }).clone()
}

/// CPU and GPU times over sizes.
fn sizes(times: &[(u32, f64, f64)]) -> Vec<Entry> {
    times
        .iter()
        .flat_map(|(size, on_cpu, on_gpu)| [cpu(1, classify(*size, 1), *on_cpu), gpu(1, classify(*size, 1), *on_gpu)])
        .collect()
}

fn contains(estimate: Estimate, value: f64) -> bool {
    estimate.ci.is_some_and(|Interval { low, high }| low <= value && value <= high)
}

#[test]
fn a_crossover_lies_where_the_times_are_equal() {
    // The GPU takes 1 whatever the size, the CPU size / 200: equal at 200.
    let found = crossover(sizes(&[(100, 0.5, 1.0), (150, 0.75, 1.0), (300, 1.5, 1.0), (600, 3.0, 1.0)]));
    let Verdict::From { at, range: (low, high) } = found.verdict else { panic!("{:?}", found.verdict) };
    assert!((at - 200.0).abs() < 1e-6, "a power law is a straight line in logarithms: {at}");
    // The ratio may be off by 1.01 / 0.99, and it follows the size in proportion.
    let off = (1.0 + MARGIN) / (1.0 - MARGIN);
    assert!((low - 200.0 / off).abs() < 1e-6 && (high - 200.0 * off).abs() < 1e-6, "{low} to {high}");
    assert_eq!((found.over, found.without_interval, found.simulated), (Axis::Size { batch: Some(1) }, false, false));
}

#[test]
fn who_wins_everywhere_is_said_so() {
    assert_eq!(crossover(sizes(&[(224, 2.0, 1.0), (512, 9.0, 1.0)])).verdict, Verdict::Gpu);
    assert_eq!(crossover(sizes(&[(224, 1.0, 2.0), (512, 1.0, 9.0)])).verdict, Verdict::Cpu);
    assert_eq!(crossover(sizes(&[(224, 1.0, 2.0)])).verdict, Verdict::Cpu);
}

#[test]
fn times_that_overlap_cannot_tell() {
    let verdict = |times: &[(u32, f64, f64)]| crossover(sizes(times)).verdict;
    assert_eq!(verdict(&[(128, 1.0, 1.01), (224, 1.0, 0.995)]), Verdict::Unsure);
    assert_eq!(verdict(&[(128, 1.0, 1.01), (224, 2.0, 1.0)]), Verdict::GpuFrom { sure: 224 });
    assert_eq!(verdict(&[(128, 1.0, 2.0), (224, 1.0, 1.01)]), Verdict::CpuTo { sure: 128 });
    let mixed = verdict(&[(128, 2.0, 1.0), (224, 1.0, 2.0), (512, 1.0, 1.0), (600, 2.0, 1.0)]);
    assert_eq!(mixed, Verdict::Mixed { gpu: vec![128, 600], cpu: vec![224], unsure: vec![512] });
    // What cannot be told between them widens the range to where it can.
    let Verdict::From { range, .. } = verdict(&[(100, 1.0, 2.0), (200, 1.0, 1.0), (400, 2.0, 1.0)]) else { panic!() };
    assert!(100.0 < range.0 && range.0 < 200.0 && 200.0 < range.1 && range.1 < 400.0, "{range:?}");
}

#[test]
fn batches_cross_over_too() {
    let of = |batch, on_cpu, on_gpu| [cpu(1, classify(32, batch), on_cpu), gpu(1, classify(32, batch), on_gpu)];
    let found = findings([of(1, 1.0, 4.0), of(4, 4.0, 4.4), of(16, 16.0, 5.0)].concat());
    let batches: Vec<_> = found
        .iter()
        .filter_map(|finding| match finding {
            Finding::Crossover(Crossover { over: Axis::Batch { size }, verdict, .. }) => Some((*size, verdict)),
            _ => None,
        })
        .collect();
    assert!(matches!(batches[..], [(32, Verdict::From { at, .. })] if (4.0..5.0).contains(at)), "{batches:?}");
}

#[test]
fn a_peers_gpu_and_reference_times_stand_in() {
    let task = classify(224, 1);
    let entries = vec![cpu(1, task, 1.0), gpu(2, task, 0.1)];
    let found = findings(entries.clone());
    let crossover = only(&found, |finding| if let Finding::Crossover(found) = finding { Some(found) } else { None });
    assert_eq!(crossover.verdict, Verdict::Gpu);
    let of_peer = found.iter().find_map(|finding| match finding {
        Finding::FirstRun(found) if found.basis.device == DeviceKind::Cuda => Some(found.basis.of_peer.clone()),
        _ => None,
    });
    assert_eq!(of_peer, Some(Some(pseudonym(machine(2)))));
    let alone = records(entries[..1].to_vec());
    let peers = peers::compare(&alone, machine(1), Wanted::Usual, &[reference("a", task, 0.2)]).unwrap();
    let found = of(&alone, machine(1), Some(&peers));
    let crossover = only(&found, |finding| if let Finding::Crossover(found) = finding { Some(found) } else { None });
    assert!(crossover.without_interval && crossover.verdict == Verdict::Gpu);
}

#[test]
fn nothing_measured_says_what_to_measure() {
    let found = findings(vec![cpu(1, classify(224, 1), 1.0)]);
    for what in [
        CannotTell::Crossover,
        CannotTell::Growth,
        CannotTell::Throughput,
        CannotTell::Scaling { cores: Some(8) },
        CannotTell::Rate(DeviceKind::Cpu),
    ] {
        assert!(found.contains(&Finding::CannotTell(what)), "{what:?} in {found:#?}");
    }
}

#[track_caller]
fn growth(entries: Vec<Entry>) -> Growth {
    only(&findings(entries), |finding| if let Finding::Growth(found) = finding { Some(found) } else { None }).clone()
}

#[test]
fn time_in_proportion_to_the_pixels_has_exponent_1() {
    let time = |size: u32| 1e-7 * f64::from(size).powi(2);
    let entries = [128, 224, 512, 1024].map(|size| cpu(1, classify(size, 1), time(size))).to_vec();
    let found = growth(entries);
    assert!((found.exponent.value - 1.0).abs() < 1e-9 && contains(found.exponent, 1.0));
    assert_eq!((found.sizes, found.batch), (vec![128, 224, 512, 1024], 1));
    let (least, greatest) = found.between_neighbours.unwrap();
    assert!((least - 1.0).abs() < 1e-9 && (greatest - 1.0).abs() < 1e-9);
}

#[test]
fn a_start_up_cost_lowers_the_exponent_and_widens_its_interval() {
    let time = |size: u32| 0.005 + 1e-7 * f64::from(size).powi(2);
    let found = growth([128, 224, 512, 1024].map(|size| cpu(1, classify(size, 1), time(size))).to_vec());
    let ci = found.exponent.ci.unwrap();
    let (least, greatest) = found.between_neighbours.unwrap();
    assert!(least < found.exponent.value && found.exponent.value < greatest, "{found:?}");
    assert!(ci.high - ci.low > 0.2, "it is not one power: {ci:?}");
}

#[test]
fn two_sizes_have_an_exponent_and_no_neighbours() {
    let found = growth(vec![cpu(1, classify(100, 1), 1.0), cpu(1, classify(200, 1), 2.0)]);
    assert!((found.exponent.value - 0.5).abs() < 1e-9);
    assert_eq!((found.between_neighbours, found.sizes.len()), (None, 2));
}

#[track_caller]
fn saturation(rates: &[(u32, f64)]) -> Saturation {
    let entries = rates.iter().map(|(batch, rate)| cpu(1, classify(224, *batch), f64::from(*batch) / rate));
    let found = findings(entries.collect());
    only(&found, |finding| if let Finding::Throughput(found) = finding { Some(found) } else { None }).saturation
}

#[test]
fn a_batch_saturates_where_larger_ones_bring_less_than_a_tenth() {
    let found = saturation(&[(1, 100.0), (2, 150.0), (4, 180.0), (8, 185.0), (16, 184.0)]);
    let Saturation::From { batch: 4, gain, uncertain: false } = found else { panic!("{found:?}") };
    assert!((gain.value - 185.0 / 180.0).abs() < 1e-9);
    let close = saturation(&[(1, 100.0), (2, 109.5)]);
    assert!(matches!(close, Saturation::From { batch: 1, uncertain: true, .. }), "{close:?}");
    let growing = saturation(&[(1, 100.0), (2, 150.0), (4, 220.0)]);
    assert!(matches!(growing, Saturation::NotYet { before: 2, .. }), "{growing:?}");
    // A dip in between is no end.
    let dip = saturation(&[(1, 100.0), (2, 95.0), (4, 120.0), (8, 121.0)]);
    assert!(matches!(dip, Saturation::From { batch: 4, .. }), "{dip:?}");
}

fn with_threads(threads: u32, seconds: f64) -> Entry {
    let entry = with(cpu(1, classify(224, 1), seconds), |measured| measured.threads = threads);
    doing(entry, |workload| workload.threads = Threads::Exactly(threads))
}

fn amdahl(p: f64, threads: u32) -> f64 {
    (1.0 - p) + p / f64::from(threads)
}

#[track_caller]
fn scaling(entries: Vec<Entry>) -> Scaling {
    only(&findings(entries), |finding| if let Finding::Scaling(found) = finding { Some(found) } else { None }).clone()
}

#[test]
fn amdahls_law_gives_its_parallel_share() {
    let mut entries = [1, 2, 4].map(|threads| with_threads(threads, amdahl(0.9, threads))).to_vec();
    // All eight cores.
    entries.push(with(cpu(1, classify(224, 1), amdahl(0.9, 8)), |measured| measured.threads = 8));
    // More than the cores: another law.
    entries.push(with_threads(16, 5.0));
    let found = scaling(entries);
    assert!((found.parallel.value - 0.9).abs() < 1e-9 && contains(found.parallel, 0.9), "{found:?}");
    assert!((found.limit.unwrap() - 10.0).abs() < 1e-6);
    let (low, high) = found.limit_range.unwrap();
    assert!(low < 10.0 && 10.0 < high.unwrap());
    assert_eq!(found.times.iter().map(|time| time.threads).collect::<Vec<_>>(), [1, 2, 4, 8]);
    assert_eq!(found.beyond_cores, [16]);
    assert!((found.measured.unwrap().value - 1.0 / amdahl(0.9, 8)).abs() < 1e-9);
}

#[test]
fn a_perfect_gain_has_no_limit_that_the_data_could_tell() {
    let found = scaling([1, 2, 4, 8].map(|threads| with_threads(threads, amdahl(1.0, threads))).to_vec());
    assert!((found.parallel.value - 1.0).abs() < 1e-9);
    let (low, high) = found.limit_range.unwrap();
    assert!(high.is_none() && low > 8.0, "{low}");
    let none = scaling([1, 2, 4].map(|threads| with_threads(threads, 1.0)).to_vec());
    assert!(none.parallel.value.abs() < 1e-9 && (none.limit.unwrap() - 1.0).abs() < 1e-9);
}

#[test]
fn copies_are_a_share_of_the_whole() {
    let events = |upload_ns, forward_ns, download_ns| Some(EventTimes { upload_ns, forward_ns, download_ns });
    let copied = |size, events: Option<EventTimes>| {
        with(gpu(1, classify(size, 1), 1e-3), |measured| {
            measured.stages =
                Stages { upload_ns: Some(300_000), download_ns: Some(200_000), events, ..Stages::default() };
        })
    };
    let of = |entries: Vec<Entry>| {
        let found = findings(entries);
        only(&found, |finding| if let Finding::Copies(found) = finding { Some(found) } else { None }).clone()
    };
    let found = of(vec![copied(224, events(10, 80, 10)), copied(512, events(10, 975, 15))]);
    assert_eq!(found.clock, Clock::Device);
    let shares: Vec<f64> = found.shares.iter().map(CopyShare::share).collect();
    assert!((shares[0] - 0.2).abs() < 1e-12 && (shares[1] - 0.025).abs() < 1e-12, "{shares:?}");
    // One clock for all of them.
    let found = of(vec![copied(224, events(10, 80, 10)), copied(512, None)]);
    assert_eq!(found.clock, Clock::Host);
    assert!((found.shares[0].share() - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn the_first_run_is_set_beside_warmed_up_ones() {
    let found = findings(vec![cpu(1, classify(224, 1), 0.5)]);
    let found = only(&found, |finding| if let Finding::FirstRun(found) = finding { Some(found) } else { None });
    assert!((found.over[0].ratio.value - 3.0).abs() < 1e-12);
    assert!((found.over[0].ratio.ci.unwrap().high - 3.0 / (1.0 - MARGIN)).abs() < 1e-9);
}

#[test]
fn the_rate_is_set_beside_the_fastest_product() {
    let product = |size, flops: f64| cpu(1, Task::Matmul { size }, 2.0 * f64::from(size).powi(3) / flops);
    let task = classify(224, 1);
    let network = cpu(1, task, 1.0);
    let network = cpu(1, task, estimate::flops(&network.workload) / 6e10);
    // A faster product in another arithmetic says nothing.
    let other = doing(product(4096, 9e12), |workload| workload.precision = Precision::F16);
    let found = findings(vec![network, product(512, 5e10), product(2048, 1e11), other]);
    let found = only(&found, |finding| if let Finding::Rate(found) = finding { Some(found) } else { None });
    assert_eq!(found.peak.size, 2048);
    assert!((found.achieved.0.share.value - 0.6).abs() < 1e-9 && found.achieved.0 == found.achieved.1);
}

#[test]
fn a_thread_sweep_repeats_no_other_finding() {
    let found = findings([1, 2, 4].map(|threads| with_threads(threads, amdahl(0.9, threads))).to_vec());
    let first = only(&found, |finding| if let Finding::FirstRun(found) = finding { Some(found) } else { None });
    assert_eq!(first.basis.settings.threads, Some(Threads::Exactly(4)));
}

#[test]
fn what_is_made_up_marks_its_findings() {
    let task = classify(224, 1);
    let sim = with(gpu(1, task, 0.1), |measured| measured.simulated = true);
    let found = findings(vec![cpu(1, task, 1.0), sim]);
    let marked = |finding: &&Finding| finding.is_simulated();
    let first_runs: Vec<bool> = found
        .iter()
        .filter_map(|finding| if let Finding::FirstRun(found) = finding { Some(found.basis.simulated) } else { None })
        .collect();
    assert_eq!(first_runs, [false, true]);
    assert_eq!(found.iter().filter(marked).count(), 2, "the crossover and the GPU's first run: {found:#?}");
}

proptest! {
    #[test]
    fn a_crossover_is_found_wherever_it_is(
        at in 130.0..900.0_f64,
        power in 0.5..3.0_f64,
    ) {
        let times: Vec<(u32, f64, f64)> =
            [64, 128, 256, 512, 1024, 2048].map(|size: u32| (size, (f64::from(size) / at).powf(power), 1.0)).to_vec();
        let found = crossover(sizes(&times));
        let Verdict::From { at: found, range: (low, high) } = found.verdict else { panic!("{found:?}") };
        prop_assert!((found / at - 1.0).abs() < 1e-9);
        prop_assert!(low <= at && at <= high);
    }

    #[test]
    fn any_parallel_share_is_found(p in 0.0..1.0_f64, cores in 2..8_u32, scale in 1e-4..10.0_f64) {
        let found = scaling((1..=cores).map(|threads| with_threads(threads, scale * amdahl(p, threads))).collect());
        prop_assert!((found.parallel.value - p).abs() < 1e-6);
        prop_assert!(contains(found.parallel, p));
    }
}
