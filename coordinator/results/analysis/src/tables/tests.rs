use cotejo_model::basis::{Disagreement, GivenAnswer, ModelWeights};
use cotejo_model::comparison::{Absence, Column, NamedSweep, Table, Value};
use cotejo_model::job::Weights;
use cotejo_model::measurement::CompiledFor;
use cotejo_model::reason::{DeviceReason, EndReason};
use cotejo_model::sweep::Preset;
use cotejo_model::{Device, DeviceId, Digest, Engine, FailureCode, Precision, Task, Threads, Workload};
use proptest::prelude::*;

use super::*;
use cotejo_samples::{cpu_machine, gpu_machine, measurement};

const MS: u64 = 1_000_000;

fn classify(size: u32) -> Workload {
    let task = Task::Classify { model: cotejo_model::Model::ResNet18, size, batch: 1 };
    let (precision, threads, engine) = (Precision::F32, Threads::All, Engine::Reference);
    Workload { task, precision, threads, engine, exact: false, streams: 1 }
}

fn sweep(number: u128) -> SweepId {
    SweepId(uuid::Uuid::from_u128(number))
}

fn named(sweeps: &[(u128, &str)]) -> Vec<NamedSweep> {
    let named = |(number, name): &(u128, &str)| NamedSweep {
        id: sweep(*number),
        name: (*name).to_owned(),
        created_ms: 0,
        namesakes: 1,
        newer: 0,
    };
    sweeps.iter().map(named).collect()
}

fn pending(machine: &Machine, device: DeviceId, workload: Workload) -> Cell {
    let spec = Preset::Practice.spec();
    Cell {
        sweep: sweep(1),
        job: JobId::random(),
        machine: machine.id,
        spec: JobSpec {
            workload,
            device,
            weights: spec.weights_of(workload.task),
            image: None,
            measuring: spec.measuring,
        },
        state: JobState::Queued,
        failure: None,
        measurement: None,
    }
}

fn measured_in(machine: &Machine, device: DeviceId, workload: Workload, median_ns: u64) -> Cell {
    let mut cell = pending(machine, device, workload);
    cell.state = JobState::Succeeded;
    cell.measurement = Some(measurement(&cell.spec, median_ns));
    cell
}

fn failed(machine: &Machine, device: DeviceId, workload: Workload, why: &Reason) -> Cell {
    let mut cell = pending(machine, device, workload);
    cell.state = JobState::Failed;
    cell.failure = Some(why.clone());
    cell
}

fn lost() -> Reason {
    EndReason::AgentLost { tries: 3, most: 3 }.into()
}

fn tables(by: GroupBy, cells: Vec<Cell>, machines: &[Machine]) -> Vec<Table> {
    compare(by, &[], named(&[(1, "practice")]), cells, machines).tables
}

fn seconds(value: &Value) -> f64 {
    match value {
        Value::Seconds { estimate, .. } => estimate.value,
        other => panic!("{other:?} is no time"),
    }
}

fn reason(value: &Value) -> &Absence {
    match value {
        Value::Missing { reason } => reason,
        other => panic!("{other:?} is not missing"),
    }
}

#[test]
fn the_practice_table_of_one_machine() {
    let machine = gpu_machine("pc-1");
    let mut cells = Vec::new();
    for (size, cpu, gpu) in [(512, 100 * MS, 4 * MS), (224, 20 * MS, 2 * MS)] {
        cells.push(measured_in(&machine, DeviceId::Cpu, classify(size), cpu));
        cells.push(measured_in(&machine, DeviceId::Cuda(0), classify(size), gpu));
    }
    let comparison = compare(GroupBy::Size, &[], named(&[(1, "practice")]), cells, &[machine]);
    let [table] = comparison.tables.as_slice() else { panic!("one table") };
    let time = |device| Column::Time { device };
    let columns = [Column::Model, Column::Size, time(DeviceKind::Cpu), time(DeviceKind::Cuda), Column::SpeedUp];
    assert_eq!(table.columns, columns);
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.rows[0][1], Value::Count { count: 224 });
    assert!((seconds(&table.rows[0][2]) - 0.02).abs() < 1e-6);
    let Value::Ratio { estimate, simulated: false } = table.rows[1][4] else { panic!("a ratio") };
    assert!((estimate.value - 25.0).abs() < 0.01 && estimate.ci.is_some());
    assert_eq!(comparison.title(), "practice");
    assert_eq!(comparison.entries.len(), 4);
    let seen = SeenGpu { name: "Testforce 4".to_owned(), simulated: false, unusable: None };
    assert_eq!(comparison.environments[0].gpus, [seen]);
    assert_eq!(table.basis.build.as_deref(), Some("test 1"));
    let weights = Weights::Random { seed: 2026 };
    assert_eq!(table.basis.weights, [ModelWeights { model: cotejo_model::Model::ResNet18, weights }]);
    assert_eq!((&table.basis.images[..], &table.basis.disagreements[..]), (&[None][..], &[][..]));
}

#[test]
fn what_is_missing_says_why() {
    let (cpu_only, gpu) = (cpu_machine("pc-1"), gpu_machine("pc-2"));
    let cells = vec![
        measured_in(&cpu_only, DeviceId::Cpu, classify(224), 20 * MS),
        failed(&gpu, DeviceId::Cpu, classify(224), &lost()),
        pending(&gpu, DeviceId::Cuda(0), classify(224)),
        measured_in(&gpu, DeviceId::Cuda(0), classify(512), 2 * MS),
    ];
    let no_gpu = cpu_only.capability.no_gpu.clone().unwrap();
    let table = tables(GroupBy::Size, cells, &[cpu_only, gpu]).remove(0);
    assert_eq!(table.columns[0], Column::Machine);
    let because = |why: &Reason| Absence::Because { why: why.clone() };
    let reasons: Vec<&Absence> = table.rows[0][4..].iter().map(reason).collect();
    assert_eq!(reasons, [&because(&no_gpu), &Absence::NoGpuTime]);
    let reasons: Vec<&Absence> = table.rows[1][3..].iter().map(reason).collect();
    assert_eq!(reasons, [&because(&lost()), &Absence::Pending, &Absence::NoTimes]);
    assert_eq!((reason(&table.rows[2][3]), reason(&table.rows[2][5])), (&Absence::NotInSweep, &Absence::NoCpuTime));
}

#[test]
fn keys_are_never_mixed() {
    let machine = cpu_machine("pc-1");
    let cell = |change: &dyn Fn(&mut Workload)| {
        let mut workload = classify(224);
        change(&mut workload);
        measured_in(&machine, DeviceId::Cpu, workload, 20 * MS)
    };
    let mut other_build = cell(&|_| {});
    other_build.measurement.as_mut().unwrap().build = "test 2".to_owned();
    let mut other_weights = cell(&|_| {});
    other_weights.sweep = sweep(2);
    other_weights.spec.weights = Weights::File { digest: Digest::of(b"weights") };
    let cells = vec![
        cell(&|_| {}),
        cell(&|workload| workload.precision = Precision::F16),
        cell(&|workload| workload.threads = Threads::Exactly(2)),
        cell(&|workload| workload.engine = Engine::Optimized),
        cell(&|workload| (workload.engine, workload.exact) = (Engine::Optimized, true)),
        other_build,
        other_weights,
    ];
    let found = tables(GroupBy::Size, cells, &[machine]);
    let bases: Vec<_> = found.iter().map(|table| &table.basis).collect();
    assert!(bases.len() == 7 && (1..7).all(|at| !bases[..at].contains(&bases[at])), "{bases:?}");
    assert!(found.iter().all(|table| table.rows.len() == 1));
}

#[test]
fn products_stand_with_the_classifiers() {
    let machine = cpu_machine("pc-1");
    let product = Workload { task: Task::Matmul { size: 1024 }, ..classify(224) };
    let mut batched = classify(224);
    batched.task = Task::Classify { model: cotejo_model::Model::ResNet18, size: 224, batch: 8 };
    let mut cells: Vec<Cell> = [classify(224), batched, product]
        .map(|workload| measured_in(&machine, DeviceId::Cpu, workload, 20 * MS))
        .into();
    for cell in &mut cells[..2] {
        cell.spec.weights = Weights::File { digest: Digest::of(b"weights") };
    }
    let found = tables(GroupBy::Size, cells, &[machine]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].columns[2], Column::Batch);
    assert_eq!(reason(&found[0].rows[2][2]), &Absence::NoBatch);
}

#[test]
fn streams_have_rows_and_columns_of_their_own() {
    let machine = gpu_machine("pc-1");
    let with = |streams| Workload { engine: Engine::Optimized, streams, ..classify(224) };
    let cells = || {
        vec![
            measured_in(&machine, DeviceId::Cpu, with(1), 20 * MS),
            measured_in(&machine, DeviceId::Cuda(0), with(1), 2 * MS),
            measured_in(&machine, DeviceId::Cpu, with(4), 50 * MS),
        ]
    };
    let machines = std::slice::from_ref(&machine);
    let [table] = tables(GroupBy::Size, cells(), machines).try_into().unwrap();
    let throughput = |device| Column::Throughput { device };
    assert_eq!(table.columns[2], Column::Streams);
    assert_eq!(table.columns[6..], [throughput(DeviceKind::Cpu), throughput(DeviceKind::Cuda)]);
    let rate = |value: &Value| match value {
        Value::Rate { estimate, .. } => estimate.value,
        other => panic!("{other:?} is no rate"),
    };
    let [one, four] = table.rows.as_slice() else { panic!("two rows") };
    assert_eq!((&one[2], &four[2]), (&Value::Count { count: 1 }, &Value::Count { count: 4 }));
    assert!((rate(&one[6]) - 50.0).abs() < 0.1 && (rate(&four[6]) - 80.0).abs() < 0.1);
    assert_eq!((reason(&four[4]), reason(&four[7])), (&Absence::NotInSweep, &Absence::NotInSweep));
    let [table] = tables(GroupBy::Machine, cells(), machines).try_into().unwrap();
    assert_eq!((table.rows.len(), table.columns.len()), (1, 4));
    let [table] = tables(GroupBy::Device, cells(), machines).try_into().unwrap();
    assert_eq!((table.rows.len(), table.columns.len()), (2, 3));
}

#[test]
fn machines_that_computed_alike_share_a_plan() {
    let machines = [cpu_machine("pc-1"), cpu_machine("pc-2"), cpu_machine("pc-3")];
    let plan = |name: &str| {
        let instruction_set = CompiledFor::Instructions(name.to_owned());
        EnginePlan { instruction_set, layers: Vec::new() }
    };
    let cells = machines.iter().zip([Some("avx2"), None, Some("avx2")]).map(|(machine, set)| {
        let mut cell = measured_in(machine, DeviceId::Cpu, classify(224), MS);
        cell.measurement.as_mut().unwrap().plan = set.map(plan);
        cell
    });
    let comparison = compare(GroupBy::Size, &[], named(&[(1, "practice")]), cells.collect(), &machines);
    assert_eq!(comparison.plans, [plan("avx2")]);
    let places = comparison.entries.iter().map(|entry| match &entry.outcome {
        Outcome::Measured(measured) => measured.plan,
        other => panic!("{other:?}"),
    });
    assert_eq!(places.collect::<Vec<_>>(), [Some(0), None, Some(0)]);
}

#[test]
fn the_fastest_of_several_gpus_stands_in_the_practice_table() {
    let mut machine = gpu_machine("pc-1");
    let second = Device { id: DeviceId::Cuda(1), ..machine.capability.devices[1].clone() };
    machine.capability.devices.push(second);
    let cells = vec![
        measured_in(&machine, DeviceId::Cuda(0), classify(224), 4 * MS),
        measured_in(&machine, DeviceId::Cuda(1), classify(224), 2 * MS),
    ];
    let comparison = compare(GroupBy::Size, &[], named(&[(1, "practice")]), cells, &[machine]);
    assert!((seconds(&comparison.tables[0].rows[0][3]) - 0.002).abs() < 1e-6);
    assert_eq!(comparison.entries.len(), 2);
}

#[test]
fn several_gpus_of_one_name_are_told_apart() {
    let mut machine = gpu_machine("pc-1");
    machine.capability.devices.push(Device { id: DeviceId::Cuda(1), ..machine.capability.devices[1].clone() });
    let cells = vec![
        measured_in(&machine, DeviceId::Cuda(0), classify(224), 4 * MS),
        measured_in(&machine, DeviceId::Cuda(1), classify(224), 2 * MS),
        measured_in(&machine, DeviceId::Cpu, classify(224), 40 * MS),
    ];
    let [table] = tables(GroupBy::Device, cells, &[machine]).try_into().unwrap();
    let names = table.rows.iter().map(|row| row[0].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["Testforce 4 (cuda:1)", "Testforce 4 (cuda:0)", "Testium 9"].map(text));
}

#[test]
fn what_is_made_up_is_marked_and_never_hides_what_was_measured() {
    let mut machine = gpu_machine("pc-1");
    machine.capability.devices[1].simulated = true;
    let simulated = |device, size, median_ns| {
        let mut cell = measured_in(&machine, device, classify(size), median_ns);
        let measurement = cell.measurement.as_mut().unwrap();
        (measurement.simulated, measurement.answers[0].class) = (true, 99);
        (measurement.device_name, measurement.started_ms) = ("Simulated GPU".to_owned(), 99);
        cell
    };
    let cells = || {
        vec![
            measured_in(&machine, DeviceId::Cpu, classify(224), 20 * MS),
            simulated(DeviceId::Cuda(0), 224, 2 * MS),
            measured_in(&machine, DeviceId::Cuda(0), classify(512), 9 * MS),
            simulated(DeviceId::Cuda(1), 512, MS),
            Cell { sweep: sweep(2), ..simulated(DeviceId::Cuda(0), 512, 3 * MS) },
        ]
    };
    let machines = std::slice::from_ref(&machine);
    let comparison = compare(GroupBy::Size, &[], Vec::new(), cells(), machines);
    let [table] = comparison.tables.as_slice() else { panic!("one table") };
    let marks: Vec<Vec<bool>> = table.rows.iter().map(|row| row.iter().map(Value::is_simulated).collect()).collect();
    assert_eq!(marks, [[false, false, false, true, true], [false; 5]]);
    assert!((seconds(&table.rows[1][3]) - 0.009).abs() < 1e-6);
    assert_eq!(table.basis.disagreements, [], "nothing was answered");
    let seen = |simulated| SeenGpu { name: "Testforce 4".to_owned(), simulated, unusable: None };
    assert_eq!(comparison.environments[0].gpus, [seen(true)]);
    let made_up = |entry: &Entry| matches!(&entry.outcome, Outcome::Measured(measured) if measured.simulated);
    assert_eq!(comparison.entries.iter().filter(|entry| made_up(entry)).count(), 3);
    let [table] = tables(GroupBy::Device, cells()[..2].to_vec(), machines).try_into().unwrap();
    let names: Vec<&Value> = table.rows.iter().map(|row| &row[0]).collect();
    assert_eq!(names, [&played("Simulated GPU"), &text("Testium 9")]);
    let waiting = vec![pending(&machine, DeviceId::Cuda(0), classify(224))];
    let [table] = tables(GroupBy::Device, waiting, machines).try_into().unwrap();
    assert_eq!(table.rows[0][0], played("Testforce 4"));
}

#[test]
fn throughput_of_a_rehearsal_is_marked_too() {
    let machine = gpu_machine("pc-1");
    let mut workload = classify(224);
    workload.task = Task::Classify { model: cotejo_model::Model::ResNet18, size: 224, batch: 8 };
    let mut cell = measured_in(&machine, DeviceId::Cuda(0), workload, MS);
    cell.measurement.as_mut().unwrap().simulated = true;
    let [table] = tables(GroupBy::Size, vec![cell], &[machine]).try_into().unwrap();
    let rate = table.rows[0].last().unwrap();
    assert!(matches!(rate, Value::Rate { .. }) && rate.is_simulated(), "{rate:?}");
}

#[test]
fn a_cell_that_failed_says_why() {
    let machine = gpu_machine("pc-1");
    let cell = failed(&machine, DeviceId::Cuda(0), classify(224), &lost());
    let table = tables(GroupBy::Size, vec![cell], std::slice::from_ref(&machine)).remove(0);
    assert_eq!(reason(&table.rows[0][3]), &Absence::Because { why: lost() });
}

#[test]
fn a_precision_that_a_cpu_lacks_is_named_in_its_place() {
    let machine = gpu_machine("pc-1");
    let half = Workload { precision: Precision::F16, ..classify(224) };
    let cells = vec![
        measured_in(&machine, DeviceId::Cpu, classify(224), 20 * MS),
        measured_in(&machine, DeviceId::Cuda(0), half, MS),
    ];
    let found = tables(GroupBy::Size, cells, &[machine]);
    assert_eq!([0, 1].map(|at| found[at].basis.precision), [Precision::F32, Precision::F16]);
    assert_eq!(reason(&found[0].rows[0][3]), &Absence::NotInSweep);
    let (precision, kind, has) = (Precision::F16, DeviceKind::Cpu, vec![Precision::F32]);
    let lacks = DeviceReason::PrecisionMissing { precision, kind, has, capability: None };
    assert_eq!(reason(&found[1].rows[0][2]), &Absence::Because { why: lacks.into() });
}

#[test]
fn the_latest_measurement_of_a_cell_stands_for_it() {
    let machine = cpu_machine("pc-1");
    let old = Cell { sweep: sweep(1), ..measured_in(&machine, DeviceId::Cpu, classify(224), 20 * MS) };
    let mut new = Cell { sweep: sweep(2), ..measured_in(&machine, DeviceId::Cpu, classify(224), 10 * MS) };
    new.measurement.as_mut().unwrap().started_ms = 99;
    let newest = Cell { sweep: sweep(3), ..pending(&machine, DeviceId::Cpu, classify(224)) };
    let sweeps = named(&[(3, "c"), (2, "b"), (1, "a")]);
    let comparison = compare(GroupBy::Size, &[], sweeps, vec![old, newest, new], &[machine]);
    assert_eq!(comparison.tables[0].rows.len(), 1);
    assert!((seconds(&comparison.tables[0].rows[0][2]) - 0.01).abs() < 1e-6);
    assert_eq!((comparison.entries.len(), comparison.title()), (3, ""));
}

#[test]
fn different_answers_are_told() {
    let machines = [cpu_machine("pc-1"), cpu_machine("pc-2")];
    let mut cells: Vec<Cell> =
        machines.iter().map(|machine| measured_in(machine, DeviceId::Cpu, classify(224), MS)).collect();
    cells[1].measurement.as_mut().unwrap().answers[0].class = 9;
    let found = tables(GroupBy::Machine, cells, &machines);
    let given = |class, name: &str| GivenAnswer { class, by: vec![(name.to_owned(), DeviceId::Cpu)] };
    let expected = Disagreement { task: classify(224).task, answers: vec![given(7, "pc-1"), given(9, "pc-2")] };
    assert_eq!(found[0].basis.disagreements, [expected]);
}

#[test]
fn machines_and_devices_have_rows_of_their_own() {
    let machines = [cpu_machine("pc-1"), gpu_machine("pc-2"), cpu_machine("pc-3")];
    let cells = || {
        vec![
            measured_in(&machines[0], DeviceId::Cpu, classify(224), 30 * MS),
            measured_in(&machines[1], DeviceId::Cpu, classify(224), 20 * MS),
            measured_in(&machines[1], DeviceId::Cuda(0), classify(224), 2 * MS),
            pending(&machines[2], DeviceId::Cpu, classify(224)),
        ]
    };
    let table = tables(GroupBy::Machine, cells(), &machines).remove(0);
    assert_eq!((table.columns.len(), table.rows.len()), (3, 3));
    assert_eq!(reason(&table.rows[0][2]), &Absence::Because { why: machines[0].capability.no_gpu.clone().unwrap() });
    let table = tables(GroupBy::Device, cells(), &machines).remove(0);
    let times: Vec<f64> = table.rows[..3].iter().map(|row| seconds(&row[2])).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!((table.rows[0][1].clone(), reason(&table.rows[3][2])), (text("Testforce 4"), &Absence::Pending));
}

fn text(text: &str) -> Value {
    Value::Text { text: text.to_owned(), simulated: false }
}

fn played(text: &str) -> Value {
    Value::Text { text: text.to_owned(), simulated: true }
}

#[test]
fn an_end_without_a_reason_still_has_a_name() {
    let machine = cpu_machine("pc-1");
    for (state, code) in [
        (JobState::Cancelled, FailureCode::Cancelled),
        (JobState::TimedOut, FailureCode::TimedOut),
        (JobState::Lost, FailureCode::AgentLost),
    ] {
        let cell = Cell { state, ..pending(&machine, DeviceId::Cpu, classify(224)) };
        let entry =
            compare(GroupBy::Size, &[], Vec::new(), vec![cell], std::slice::from_ref(&machine)).entries.remove(0);
        assert!(matches!(entry.outcome, Outcome::Failed(failure) if failure.code() == code));
    }
    assert!(tables(GroupBy::Size, Vec::new(), &[]).is_empty());
}

proptest! {
    #[test]
    fn every_row_is_as_wide_as_its_header_and_no_cell_is_lost(
        kinds in prop::collection::vec((0_usize..3, 0_u32..4, 1_u32..4, 0_usize..4), 0..40),
    ) {
        let machines = [cpu_machine("pc-1"), gpu_machine("pc-2"), gpu_machine("pc-3")];
        let cells: Vec<Cell> = kinds
            .iter()
            .map(|(seat, what, size, setting)| {
                let machine = &machines[*seat];
                let workload = Workload { precision: Precision::ALL[*setting], ..classify(100 * size) };
                match what {
                    0 => pending(machine, DeviceId::Cpu, workload),
                    1 => failed(machine, DeviceId::Cuda(0), workload, &lost()),
                    2 => measured_in(machine, DeviceId::Cuda(0), workload, u64::from(*size) * MS),
                    _ => measured_in(machine, DeviceId::Cpu, workload, u64::from(*size) * MS),
                }
            })
            .collect();
        for by in GroupBy::ALL {
            let comparison = compare(*by, &[], named(&[(1, "all")]), cells.clone(), &machines);
            prop_assert_eq!(comparison.entries.len(), cells.len());
            let settings: BTreeSet<Precision> = cells.iter().map(|cell| cell.spec.workload.precision).collect();
            prop_assert_eq!(comparison.tables.len(), settings.len());
            for table in &comparison.tables {
                prop_assert!(!table.rows.is_empty());
                prop_assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
            }
        }
    }
}
