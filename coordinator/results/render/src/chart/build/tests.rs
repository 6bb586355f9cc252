use cotejo_language::Language;
use cotejo_model::comparison::{Comparison, GroupBy, Outcome};
use cotejo_model::stats::Interval;
use cotejo_model::{DeviceId, Precision, Reference};

use cotejo_analysis::figures::Choice;

use super::*;
use crate::chart::samples::{class_of, edited, sweep};
use crate::chart::{ChartKind, Role, Scale};
use crate::samples;

fn english(kind: Kind, comparison: &Comparison, choice: &Choice) -> Result<Chart, String> {
    chart(kind, &comparison.entries, choice, Texts::of(Language::English)).map_err(|none| none.to_string())
}

fn drawn(kind: Kind, comparison: &Comparison) -> Chart {
    english(kind, comparison, &Choice::default()).unwrap()
}

fn refused(kind: Kind, comparison: &Comparison) -> String {
    english(kind, comparison, &Choice::default()).unwrap_err()
}

/// What a series has at each place, to four digits.
fn values(chart: &Chart, role: Role) -> Vec<(f64, String)> {
    let series = chart.series.iter().find(|series| series.role == role).unwrap();
    series.points.iter().map(|point| (point.x, format!("{:.3e}", point.y))).collect()
}

fn names(chart: &Chart) -> Vec<&str> {
    chart.series.iter().map(|series| series.name.as_str()).collect()
}

fn known(pairs: &[(f64, f64)]) -> Vec<(f64, String)> {
    pairs.iter().map(|(x, y)| (*x, format!("{y:.3e}"))).collect()
}

#[test]
fn the_practice_of_one_machine() {
    let chart = drawn(Kind::Size, &samples::with_gpu());
    assert_eq!(values(&chart, Role::Cpu), known(&[(224.0, 0.030_12), (512.0, 0.1512), (1024.0, 0.6204)]));
    assert_eq!(values(&chart, Role::Gpu), known(&[(224.0, 0.002_031), (512.0, 0.006_12), (1024.0, 0.021_93)]));
    assert_eq!((chart.x.scale, chart.y.scale, chart.kind), (Scale::Log, Scale::Log, ChartKind::Lines));
    assert_eq!(names(&chart), ["CPU: Intel Core i5-10400 CPU @ 2.90GHz", "GPU: NVIDIA GeForce RTX 3060"]);
    assert_eq!(chart.title, "ResNet18: time over size");
    assert_eq!(
        chart.subtitle,
        "pc-01; bars: 95 % confidence interval of the median\n\
         f32; all threads; reference engine; cotejo-worker 0.1.0, candle 0.11.0"
    );
    assert!(!chart.simulated && chart.series.iter().flat_map(|series| &series.points).all(|point| point.ci.is_some()));
    let spanish =
        super::chart(Kind::Size, &samples::with_gpu().entries, &Choice::default(), Texts::of(Language::Spanish));
    assert_eq!(spanish.unwrap().x.label, "Tamaño de la imagen (píxeles por lado)");
}

#[test]
fn what_is_made_up_is_marked() {
    let chart = drawn(Kind::Size, &samples::simulated());
    assert!(chart.simulated);
    assert_eq!(names(&chart)[1], "GPU: Simulated GPU SIM");
    assert!(!names(&chart)[0].contains("SIM"));
    let ratio = drawn(Kind::SpeedUp, &samples::simulated());
    assert!(ratio.simulated && names(&ratio)[0].ends_with(" SIM"));
}

#[test]
fn speed_up_has_its_range_and_a_line_at_one() {
    let chart = drawn(Kind::SpeedUp, &samples::with_gpu());
    let ratio = |cpu: f64, gpu: f64| cpu / gpu;
    let expected =
        [(224.0, ratio(0.030_12, 0.002_031)), (512.0, ratio(0.1512, 0.006_12)), (1024.0, ratio(0.6204, 0.021_93))];
    assert_eq!(values(&chart, Role::Other(0)), known(&expected));
    assert!(
        chart.series[0].points.iter().all(|point| point.ci.is_some_and(|ci| ci.low < point.y && point.y < ci.high))
    );
    assert_eq!(values(&chart, Role::Guide), known(&[(224.0, 1.0), (1024.0, 1.0)]));
    let said = refused(Kind::SpeedUp, &samples::without_gpu());
    assert!(said.starts_with("no machine has a CPU time and a GPU time") && said.contains("NVIDIA GPU"), "{said}");
}

#[test]
fn settings_are_never_mixed_and_what_is_left_out_is_counted() {
    let both = samples::two_precisions();
    let chart = drawn(Kind::Size, &both);
    assert!(chart.subtitle.contains("f32;") && chart.subtitle.ends_with("Not in it: 3 measurements of other kinds"));
    let choice = Choice { precision: Some(Precision::F16), ..Choice::default() };
    let half = english(Kind::Size, &both, &choice).unwrap();
    assert_eq!(half.series.len(), 1);
    assert!(half.subtitle.contains("f16;") && half.subtitle.ends_with("Not in it: 6 measurements of other kinds"));
    let choice = Choice { precision: Some(Precision::Bf16), ..Choice::default() };
    assert_eq!(english(Kind::Size, &both, &choice).unwrap_err(), "no measurement has the settings that were asked for");

    // Of another build is one size only: it does not join the others, and does not replace them.
    let other_build = edited(samples::with_gpu(), |entry, measured| {
        if entry.workload.task.size() == 1024 {
            "newer".clone_into(&mut measured.build);
            measured.started_ms += 1000;
        }
    });
    let chart = drawn(Kind::Size, &other_build);
    assert_eq!(chart.series[0].points.len(), 2);
    assert!(chart.subtitle.ends_with("Not in it: 2 measurements of other kinds"), "{}", chart.subtitle);
}

#[test]
fn a_class_is_its_median_with_its_range() {
    let class = samples::class(GroupBy::Size);
    let chart = drawn(Kind::Size, &class);
    assert_eq!(names(&chart), ["CPU, median of 3 machines", "GPU of teacher: NVIDIA GeForce RTX 3060"]);
    let middle = 0.030_12 / 1.3;
    assert_eq!(values(&chart, Role::Cpu)[0], known(&[(224.0, middle)])[0]);
    let Interval { low, high } = chart.series[0].points[0].ci.unwrap();
    assert!((low - 0.030_12 / 1.6).abs() < 1e-9 && (high - 0.030_12).abs() < 1e-9);
    assert_eq!(chart.series[1].points[0].ci, None);

    let one = Choice { machine: Some("teacher".to_owned()), ..Choice::default() };
    let one = english(Kind::Size, &class, &one).unwrap();
    assert_eq!(names(&one)[0], "CPU: AMD Ryzen 5 5600X 6-Core Processor");
    assert!(one.subtitle.starts_with("teacher; bars: ") && one.subtitle.ends_with("4 measurements of other kinds"));
    let none = Choice { machine: Some("pc-99".to_owned()), ..Choice::default() };
    let said = english(Kind::Size, &class, &none).unwrap_err();
    assert_eq!(said, "there are no measurements of a machine pc-99; measured: pc-01, pc-02, teacher");
}

#[test]
fn reasons_for_care_are_counted() {
    let flag = cotejo_model::quality::Flag { kind: cotejo_model::quality::FlagKind::Noisy, figure: Some(0.2) };
    let flagged = edited(samples::with_gpu(), |entry, measured| {
        if entry.workload.task.size() == 224 {
            measured.flags.push(flag);
        }
    });
    for kind in [Kind::Size, Kind::SpeedUp] {
        let subtitle = drawn(kind, &flagged).subtitle;
        assert!(subtitle.ends_with("care: 2 of 6 measurements"), "{subtitle}");
    }
}

#[test]
fn the_size_is_the_classifiers_own_where_it_was_measured() {
    let chart = drawn(Kind::Throughput, &sweep(&[64, 224, 512], &[1, 8], &[1]));
    assert!(chart.title.starts_with("ResNet18 224 x 224"));
    let chart = drawn(Kind::Throughput, &sweep(&[512, 64], &[1, 8], &[1]));
    assert!(chart.title.starts_with("ResNet18 64 x 64"));
}

#[test]
fn what_is_made_up_does_not_move_a_median() {
    let mixed = edited(samples::class(GroupBy::Size), |entry, measured| {
        measured.simulated = entry.machine_name == "pc-01";
    });
    let chart = drawn(Kind::Size, &mixed);
    assert_eq!(names(&chart)[0], "CPU, median of 2 machines");
    assert!(!chart.simulated && chart.subtitle.ends_with("2 measurements of other kinds"));
}

#[test]
fn the_class_is_in_order_with_its_medians() {
    let chart = drawn(Kind::Class, &samples::class(GroupBy::Size));
    let machines: Vec<&str> = chart.x.ticks.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(machines, ["teacher", "pc-02", "pc-01"]);
    assert_eq!(chart.kind, ChartKind::Points);
    assert_eq!(chart.title, "ResNet18 224 x 224: the times of the class");
    let times = [(0.0, 0.030_12 / 1.6), (1.0, 0.030_12 / 1.3), (2.0, 0.030_12)];
    assert_eq!(values(&chart, Role::Cpu), known(&times));
    assert_eq!(values(&chart, Role::Gpu), known(&[(0.0, 0.002_031)]));
    assert_eq!(names(&chart)[2], "Median CPU: 0.0232 s");
    assert_eq!(chart.series.len(), 3, "one GPU has no median");
    let large = Choice { size: Some(1024), ..Choice::default() };
    assert_eq!(
        english(Kind::Class, &samples::class(GroupBy::Size), &large).unwrap().title.split(':').next(),
        Some("ResNet18 1024 x 1024")
    );
    assert!(refused(Kind::Class, &samples::with_gpu()).contains("`cotejo sweep start --preset practice`"));
}

#[test]
fn machines_of_one_name_stay_apart() {
    let twins = edited(samples::class(GroupBy::Size), |entry, _| "pc".clone_into(&mut entry.machine_name));
    let chart = drawn(Kind::Class, &twins);
    let mut machines: Vec<&String> = chart.x.ticks.iter().map(|(_, name)| name).collect();
    machines.dedup();
    assert_eq!(machines.len(), 3);
    assert!(machines.iter().all(|name| name.starts_with("pc (")));
}

#[test]
fn long_names_lose_what_they_share() {
    let long = |at: usize| format!("INFORMATICA-PLANTA-2-PUESTO-{at:02}.centro.example.org");
    let chart = drawn(Kind::Class, &class_of(3, &[224], &[1], long));
    let machines: Vec<&str> = chart.x.ticks.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(machines, ["…PUESTO-00…", "…PUESTO-01…", "…PUESTO-02…"]);
    let alike = |_: usize| "INFORMATICA-PLANTA-2-PUESTO.centro.example.org".to_owned();
    let chart = drawn(Kind::Class, &class_of(2, &[224], &[1], alike));
    assert_ne!(chart.x.ticks[0].1, chart.x.ticks[1].1);
}

#[test]
fn throughput_counts_images() {
    let sweep = sweep(&[224, 512], &[1, 8, 32], &[4]);
    let chart = drawn(Kind::Throughput, &sweep);
    assert_eq!(chart.title, "ResNet18 224 x 224: throughput over batch size");
    // The sample's times grow with the batch to the power of 0.8 on a CPU, of 0.5 on a GPU.
    let rate = |batch: f64, seconds: f64, power: f64| (batch, batch / (seconds * batch.powf(power)));
    assert_eq!(
        values(&chart, Role::Cpu),
        known(&[1.0, 8.0, 32.0].map(|batch| rate(batch, 0.03 * (0.1 + 0.9 / 4.0), 0.8)))
    );
    assert_eq!(values(&chart, Role::Gpu), known(&[1.0, 8.0, 32.0].map(|batch| rate(batch, 0.002, 0.5))));
    assert!(chart.subtitle.ends_with("6 measurements of other kinds"));
    let said = refused(Kind::Throughput, &samples::with_gpu());
    assert!(said.ends_with("`cotejo local --batches 1,8,32` does it"), "{said}");
    let said = refused(Kind::Throughput, &samples::class(GroupBy::Size));
    assert!(said.ends_with("`cotejo sweep start --batches 1,8,32` does it"), "{said}");
}

#[test]
fn threads_are_compared_with_one() {
    let sweep = sweep(&[224], &[1], &[1, 2, 4]);
    let chart = drawn(Kind::Threads, &sweep);
    // The sample's CPU needs a tenth of its time for what only one thread can do.
    let amdahl = |threads: f64| (threads, 1.0 / (0.1 + 0.9 / threads));
    assert_eq!(values(&chart, Role::Cpu), known(&[1.0, 2.0, 4.0].map(amdahl)));
    assert_eq!(values(&chart, Role::Guide), known(&[(1.0, 1.0), (2.0, 2.0), (4.0, 4.0)]));
    assert_eq!((chart.series[0].points[0].ci, chart.x.scale), (None, chart.y.scale));
    let said = refused(Kind::Threads, &samples::with_gpu());
    assert!(said.ends_with("`cotejo local --threads 1,2,4 --sizes 224` does it"), "{said}");
}

#[test]
fn threads_of_many_machines_keep_their_lines_apart() {
    let chart = drawn(Kind::Threads, &class_of(8, &[224], &[1, 2, 4], |_| "pc".to_owned()));
    let lines = chart.series.iter().filter(|series| series.role != Role::Guide).count();
    assert_eq!(lines, 6);
    assert!(chart.subtitle.contains("2 more machines are not drawn"), "{}", chart.subtitle);
}

#[test]
fn nothing_measured_says_what_measures() {
    let mut pending = samples::without_gpu();
    for entry in &mut pending.entries {
        entry.outcome = Outcome::Pending { state: cotejo_model::JobState::Queued };
    }
    for kind in Kind::ALL {
        assert_eq!(refused(kind, &pending), "nothing has been measured yet; `cotejo local` measures");
    }
}

#[test]
fn of_repeats_the_newest_and_of_gpus_the_fastest() {
    let mut comparison = samples::with_gpu();
    let again = edited(samples::with_gpu(), |_, measured| {
        measured.started_ms += 1;
        measured.summary.median *= 2.0;
    });
    let second = edited(samples::with_gpu(), |entry, measured| {
        entry.device = DeviceId::Cuda(1);
        measured.summary.median /= 4.0;
    });
    comparison.entries.extend(again.entries);
    comparison.entries.extend(second.entries.into_iter().filter(|entry| entry.device_name.contains("RTX")));
    let chart = drawn(Kind::Size, &comparison);
    assert_eq!(values(&chart, Role::Cpu)[0], known(&[(224.0, 0.060_24)])[0]);
    assert_eq!(values(&chart, Role::Gpu)[0], known(&[(224.0, 0.002_031 / 4.0)])[0]);
    assert!(chart.subtitle.ends_with("9 measurements of other kinds"), "{}", chart.subtitle);
}

#[test]
fn imported_times_say_that_they_are() {
    let texts = Texts::of(Language::English);
    let comparison = samples::without_gpu();
    let task = comparison.entries[0].workload.task;
    let reference = Reference {
        set: "course".to_owned(),
        source: "the teacher".to_owned(),
        device_name: "NVIDIA T4".to_owned(),
        software: None,
        task,
        precision: Precision::F32,
        seconds: 0.004,
        ci: None,
        runs: None,
        measured_on: None,
        imported_ms: 0,
    };
    let point = TimePoint { size: 224, time: cotejo_model::stats::Estimate { value: 0.03, ci: None } };
    let cpu = Times { label: "i5".to_owned(), points: vec![point], simulated: false };
    let gpu = Times::imported(&[&reference], texts);
    let chart = time_over_size(task, &cpu, &gpu, "a remark", texts).unwrap();
    assert_eq!(names(&chart), ["CPU: i5", "GPU: NVIDIA T4 (imported time)"]);
    assert_eq!(values(&chart, Role::Gpu), known(&[(224.0, 0.004)]));
    let nothing = Times { points: Vec::new(), ..cpu };
    assert!(time_over_size(task, &nothing, &nothing, "", texts).is_err());
}
