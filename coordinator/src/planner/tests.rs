use cotejo_model::reason::DriverReason;
use cotejo_model::sweep::Preset;
use cotejo_model::{Digest, Engine, FailureCode, Model, Precision, Task, Threads, measuring};
use proptest::prelude::*;

use super::*;
use crate::planner::{Rate, family};
use cotejo_samples::{classifying, cpu_machine, gpu_machine, multiplying};

fn practice() -> SweepSpec {
    Preset::Practice.spec()
}

/// The practice at these sizes.
fn sized(sizes: &[u32]) -> SweepSpec {
    classifying(practice(), |classify| classify.sizes = sizes.to_vec())
}

fn planned(spec: &SweepSpec, machines: &[Machine]) -> Vec<Cell> {
    plan(spec, machines, &Rates::default()).unwrap().cells
}

#[test]
fn every_device_found_is_measured_and_no_other() {
    let cells = planned(&practice(), &[cpu_machine("pc-1"), gpu_machine("pc-2")]);
    let count = |kind| cells.iter().filter(|cell| cell.job.device.kind() == kind).count();
    assert_eq!((count(DeviceKind::Cpu), count(DeviceKind::Cuda)), (6, 3));
    assert!(cells.iter().all(|cell| cell.refused.is_none() && cell.expected > Duration::ZERO));
}

#[test]
fn machines_are_found_by_name_identity_and_labels() {
    let machines = [cpu_machine("pc-1"), gpu_machine("pc-2")];
    let on = |selectors: &[String], labels: &[(&str, &str)]| {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let spec = SweepSpec { machines: selectors.to_vec(), labels, ..practice() };
        plan(&spec, &machines, &Rates::default())
            .map(|plan| plan.cells.iter().map(|cell| cell.machine).collect::<BTreeSet<_>>())
    };
    let only = |machine: &Machine| Ok(BTreeSet::from([machine.id]));
    assert_eq!(on(&["PC-1".to_owned()], &[]), only(&machines[0]));
    assert_eq!(on(&[machines[1].id.to_string()], &[]), only(&machines[1]));
    assert_eq!(on(&[machines[1].id.short()], &[]), only(&machines[1]));
    assert_eq!(on(&[], &[("room", "lab-2"), ("seat", "pc-1")]), only(&machines[0]));
    let unknown = on(&["pc-1".to_owned(), "pc-9".to_owned()], &[]).unwrap_err();
    let PlanReason::UnknownMachines { unknown, known } = unknown else { panic!("{unknown:?}") };
    assert!(unknown == ["pc-9"] && known[0].starts_with("pc-1 ("), "{known:?}");
    let unlabelled = on(&[], &[("room", "lab-3")]).unwrap_err();
    let PlanReason::NoLabels { wanted, known } = unlabelled else { panic!("{unlabelled:?}") };
    let first = Labelled { machine: "pc-1".to_owned(), labels: vec!["room=lab-2".to_owned(), "seat=pc-1".to_owned()] };
    assert_eq!((wanted, &known[0]), (vec!["room=lab-3".to_owned()], &first));
    assert_eq!(plan(&practice(), &[], &Rates::default()), Err(PlanReason::NoMachines));
}

#[test]
fn a_bad_sweep_is_refused_with_all_its_problems() {
    let spec = classifying(practice(), |classify| (classify.sizes, classify.batches) = (vec![0], vec![0]));
    let Err(PlanReason::BadSweep { problems }) = plan(&spec, &[cpu_machine("pc")], &Rates::default()) else {
        panic!("planned");
    };
    assert_eq!(problems.len(), 2);
}

#[test]
fn a_gpu_that_is_asked_for_and_missing_is_a_named_error() {
    let machine = cpu_machine("pc-1");
    let spec = SweepSpec { devices: vec![DeviceSelector::Kind(DeviceKind::Cuda)], ..practice() };
    let cells = planned(&spec, std::slice::from_ref(&machine));
    assert_eq!(cells.len(), 3);
    for cell in cells {
        assert_eq!(cell.job.device, DeviceId::Cuda(0));
        assert_eq!(cell.refused, machine.capability.no_gpu, "with its own code and remedy");
    }
    let spec = SweepSpec { devices: vec![DeviceSelector::One(DeviceId::Cuda(3))], ..practice() };
    let refused = planned(&spec, &[gpu_machine("pc-2")]).remove(0).refused.unwrap();
    let has = vec![DeviceId::Cpu, DeviceId::Cuda(0)];
    let absent = DeviceReason::Absent { machine: Some("pc-2".to_owned()), device: DeviceId::Cuda(3), has };
    assert_eq!(refused, absent.into());
}

#[test]
fn what_a_device_lacks_is_named() {
    let mut machine = gpu_machine("pc");
    let spec = SweepSpec { engines: vec![Engine::Optimized], ..practice() };
    let code = |spec: &SweepSpec, machine: &Machine| {
        planned(spec, std::slice::from_ref(machine)).remove(0).refused.map(|failure| failure.code())
    };
    assert_eq!(code(&spec, &machine), Some(FailureCode::EngineUnavailable));
    let spec = SweepSpec { precisions: vec![Precision::Bf16], ..practice() };
    assert_eq!(code(&spec, &machine), Some(FailureCode::PrecisionUnavailable));
    let broken = Reason::from(DriverReason::Mismatched);
    machine.capability.devices[1].unusable = Some(broken.clone());
    let cells = planned(&practice(), &[machine]);
    let refused: Vec<&Cell> = cells.iter().filter(|cell| cell.refused.is_some()).collect();
    assert!(refused.iter().all(|cell| cell.refused.as_ref() == Some(&broken) && cell.job.device == DeviceId::Cuda(0)));
    assert_eq!((refused.len(), cells.len()), (3, 6), "the CPU is measured all the same");
}

#[test]
fn where_no_engine_is_named_each_device_shows_its_best() {
    let mut machine = gpu_machine("pc");
    machine.capability.devices[0].engines = vec![Engine::Reference, Engine::Optimized];
    let engines = |machine: &Machine| {
        let cells = planned(&sized(&[224]), std::slice::from_ref(machine));
        let mut engines: Vec<_> = cells.iter().map(|cell| (cell.job.device, cell.job.workload.engine)).collect();
        engines.sort_unstable();
        engines
    };
    let gpu = DeviceId::Cuda(0);
    assert_eq!(engines(&machine), [(DeviceId::Cpu, Engine::Optimized), (gpu, Engine::Reference)]);
    // What cannot be measured at all stands beside what can.
    machine.capability.devices[1].engines.clear();
    assert_eq!(engines(&machine), [(DeviceId::Cpu, Engine::Optimized), (gpu, Engine::Optimized)]);
}

#[test]
fn streams_are_for_the_optimized_engine_of_a_cpu_with_as_many_threads() {
    let mut machine = gpu_machine("pc");
    for device in &mut machine.capability.devices {
        device.engines = vec![Engine::Reference, Engine::Optimized];
    }
    let spec =
        SweepSpec { engines: vec![Engine::Reference, Engine::Optimized], streams: vec![1, 2, 8], ..sized(&[224]) };
    let mut cells: Vec<_> = planned(&spec, &[machine])
        .into_iter()
        .map(|cell| {
            let workload = cell.job.workload;
            (cell.job.device, workload.engine, workload.streams, cell.refused)
        })
        .collect();
    cells.sort_by_key(|(device, engine, streams, _)| (*device, *engine, *streams));
    let (cpu, gpu) = (DeviceId::Cpu, DeviceId::Cuda(0));
    let refused = JobReason::StreamsOverCores { streams: 8, cores: 4 }.into();
    let expected = [
        (cpu, Engine::Reference, 1, None),
        (cpu, Engine::Optimized, 1, None),
        (cpu, Engine::Optimized, 2, None),
        (cpu, Engine::Optimized, 8, Some(refused)),
        (gpu, Engine::Reference, 1, None),
        (gpu, Engine::Optimized, 1, None),
    ];
    assert_eq!(cells, expected);
}

#[test]
fn memory_is_predicted() {
    let spec = sized(&[100_000]);
    let cells = planned(&spec, &[gpu_machine("pc")]);
    for cell in &cells {
        let refused = cell.refused.as_ref().unwrap();
        let Reason::Memory(MemoryReason::TooLittle { kind, needs_bytes, .. }) = refused else { panic!("{refused}") };
        assert_eq!((*kind, needs_bytes >> 40 > 0), (cell.job.device.kind(), true));
    }
}

#[test]
fn each_of_two_gpus_has_cells_and_memory_of_its_own() {
    let mut machine = gpu_machine("pc");
    machine.capability.devices[1].memory_bytes = Some(24 << 30);
    let small = Device { id: DeviceId::Cuda(1), memory_bytes: Some(6 << 30), ..machine.capability.devices[1].clone() };
    machine.capability.devices.push(small);
    let spec = SweepSpec {
        devices: vec![DeviceSelector::Kind(DeviceKind::Cuda)],
        ..classifying(sized(&[224, 1024]), |classify| classify.batches = vec![32])
    };
    let mut cells: Vec<_> = planned(&spec, std::slice::from_ref(&machine))
        .into_iter()
        .map(|cell| {
            let has = cell.refused.map(|refused| match refused {
                Reason::Memory(MemoryReason::TooLittle { needs_bytes, has_bytes, .. }) => {
                    (needs_bytes >> 30, has_bytes >> 30)
                }
                other => panic!("{other}"),
            });
            (cell.job.device, cell.job.workload.task.size(), has)
        })
        .collect();
    cells.sort();
    let (first, second) = (DeviceId::Cuda(0), DeviceId::Cuda(1));
    let refused = Some((10, 6));
    assert_eq!(cells, [(first, 224, None), (first, 1024, None), (second, 224, None), (second, 1024, refused)]);
    let only = SweepSpec { devices: vec![DeviceSelector::One(second)], ..spec };
    assert!(planned(&only, &[machine]).iter().all(|cell| cell.job.device == second));
}

#[test]
fn a_precision_of_gpus_alone_asks_nothing_of_cpus() {
    let spec = SweepSpec { precisions: vec![Precision::F32, Precision::F16], ..sized(&[224]) };
    let asked = |spec: &SweepSpec, machines: &[Machine]| {
        let mut cells: Vec<_> = planned(spec, machines)
            .into_iter()
            .map(|cell| (cell.job.device, cell.job.workload.precision, cell.refused.map(|refused| refused.code())))
            .collect();
        cells.sort();
        cells
    };
    let (cpu, gpu) = (DeviceId::Cpu, DeviceId::Cuda(0));
    let (single, half, lacks) = (Precision::F32, Precision::F16, Some(FailureCode::PrecisionUnavailable));
    let mut with_gpu = gpu_machine("pc-1");
    with_gpu.capability.devices[1].precisions.push(half);
    let class = [with_gpu, Machine { online: false, ..cpu_machine("pc-2") }];
    assert_eq!(
        asked(&spec, &class),
        [(cpu, single, None), (cpu, single, None), (gpu, single, None), (gpu, half, None)]
    );
    let halves = SweepSpec { precisions: vec![half], ..spec.clone() };
    assert_eq!(plan(&halves, &class, &Rates::default()).unwrap().offline, Vec::<String>::new(), "it has no cell");
    // Where no GPU takes part, or where another CPU has it, what a CPU lacks is said.
    assert_eq!(asked(&spec, &class[1..]), [(cpu, single, None), (cpu, half, lacks)]);
    let on_cpus = SweepSpec { devices: vec![DeviceSelector::Kind(DeviceKind::Cpu)], ..halves.clone() };
    assert_eq!(asked(&on_cpus, &class), [(cpu, half, lacks), (cpu, half, lacks)]);
    let mut able = cpu_machine("pc-3");
    able.capability.devices[0].precisions.push(half);
    assert_eq!(asked(&halves, &[class[0].clone(), able]), [(cpu, half, None), (cpu, half, lacks), (gpu, half, None)]);
}

#[test]
fn a_worker_that_does_not_start_is_said_in_every_precision() {
    let mut machine = gpu_machine("pc");
    let missing = Reason::quoted(FailureCode::WorkerMissing, "the worker cannot be started");
    for device in &mut machine.capability.devices {
        (device.precisions, device.unusable) = (Vec::new(), Some(missing.clone()));
    }
    let spec = SweepSpec { precisions: vec![Precision::F32, Precision::F16], ..sized(&[224]) };
    let cells = planned(&spec, &[machine]);
    assert_eq!(cells.len(), 4);
    assert!(cells.iter().all(|cell| cell.refused.as_ref() == Some(&missing)));
}

#[test]
fn a_measured_rate_replaces_the_assumed_one() {
    let machine = cpu_machine("pc");
    let spec = sized(&[1024]);
    let workload = *spec.workloads_on(DeviceKind::Cpu, &[Engine::Reference]).first().unwrap();
    let rate = rate(&machine, workload, 1e9);
    let slow = plan(&spec, std::slice::from_ref(&machine), &Rates::from_iter([rate])).unwrap();
    let assumed = plan(&spec, std::slice::from_ref(&machine), &Rates::default()).unwrap();
    assert!(slow.cells[0].expected > 3 * assumed.cells[0].expected);
    assert_eq!([slow, assumed].map(|plan| plan.cells[0].calibrated), [true, false]);
}

fn rate(machine: &Machine, workload: Workload, flops_per_second: f64) -> Rate {
    Rate {
        machine: machine.id,
        device: DeviceId::Cpu,
        family: family(workload),
        flops: estimate::flops(&workload),
        flops_per_second,
        spread: Some(0.001),
        load_seconds: 0.3,
    }
}

#[test]
fn a_calibration_asks_each_device_once_for_what_is_not_known() {
    let mut machines = [cpu_machine("pc-1"), gpu_machine("pc-2"), gpu_machine("pc-3"), cpu_machine("pc-4")];
    machines[2].capability.devices[1].simulated = true;
    machines[3].online = false;
    let spec = SweepSpec { budget_ms: Some(1000), ..Preset::Full.spec() };
    let asked = |rates: &Rates| {
        let cells = plan(&spec.calibration(), &machines, rates).unwrap().cells;
        assert!(cells.iter().all(|cell| cell.job.measuring == measuring::CALIBRATION && cell.refused.is_none()));
        let mut asked: Vec<_> = cells
            .iter()
            .map(|cell| {
                let machine = machines.iter().find(|machine| machine.id == cell.machine).unwrap();
                format!("{} {} {}", machine.name, cell.job.device, cell.job.workload.task)
            })
            .collect();
        asked.sort();
        asked
    };
    // On four cores of 8 GFLOP/s, 0.3 s are 9.6 GFLOP; a GPU is taken for a hundred times as fast.
    let cpu = ["MobileNetV2 256x256 batch 8", "ResNet18 128x128 batch 8", "matmul 1024x1024"];
    let gpu = ["MobileNetV2 1024x1024 batch 8", "ResNet18 512x512 batch 8", "matmul 4096x4096"];
    let on = |place: &str, tasks: [&str; 3]| tasks.map(|task| format!("{place} {task}"));
    let all = [on("pc-1 cpu", cpu), on("pc-2 cpu", cpu), on("pc-2 cuda:0", gpu), on("pc-3 cpu", cpu)].concat();
    assert_eq!(asked(&Rates::default()), all, "neither one that is away nor one that plays");
    let known = spec.workloads_on(DeviceKind::Cpu, &[Engine::Reference]);
    let rates: Rates = known.iter().map(|workload| rate(&machines[0], *workload, 1e10)).collect();
    assert_eq!(asked(&rates), all[3..]);
    let large = multiplying(
        classifying(spec.clone(), |classify| (classify.sizes, classify.batches) = (vec![1024], vec![8])),
        &[],
    );
    let cells = plan(&large.calibration(), &machines[..1], &Rates::default()).unwrap().cells;
    let sizes: Vec<u32> = cells.iter().map(|cell| cell.job.workload.task.size()).collect();
    assert_eq!(sizes, [224, 224], "a small one where the sweep has none");
}

#[test]
fn offline_machines_are_planned_and_named() {
    let offline = Machine { online: false, ..cpu_machine("away") };
    let plan = plan(&practice(), &[offline, cpu_machine("here")], &Rates::default()).unwrap();
    assert_eq!((plan.offline, plan.cells.len()), (vec!["away".to_owned()], 6));
}

#[test]
fn machines_that_only_a_bundle_knows_are_measured_if_named() {
    let imported = Machine { online: false, imported: true, ..cpu_machine("home") };
    let class = [imported.clone(), cpu_machine("here")];
    let of = |spec: &SweepSpec, machines: &[Machine]| {
        let cells = plan(spec, machines, &Rates::default())?.cells;
        Ok(cells.iter().map(|cell| cell.machine).collect::<BTreeSet<_>>())
    };
    assert_eq!(of(&practice(), &class), Ok([class[1].id].into()));
    let named = SweepSpec { machines: vec!["home".to_owned()], ..practice() };
    assert_eq!(of(&named, &class), Ok([imported.id].into()));
    // A student's PC that is called as one of the class: the class's is meant.
    let namesake = Machine { id: MachineId::random(), name: "here".to_owned(), ..imported.clone() };
    let both = [namesake, class[1].clone()];
    let here = SweepSpec { machines: vec!["here".to_owned()], ..practice() };
    assert_eq!(of(&here, &both), Ok([class[1].id].into()));
    assert_eq!(of(&practice(), &[imported]), Err(PlanReason::NoMachines));
}

#[test]
fn a_flood_of_cells_is_refused() {
    let spec = SweepSpec { threads: vec![Threads::All, Threads::Exactly(1)], ..sized(&(1..=5000).collect::<Vec<_>>()) };
    let machines: Vec<Machine> = (0..11).map(|seat| cpu_machine(&format!("pc-{seat}"))).collect();
    assert_eq!(
        plan(&spec, &machines, &Rates::default()),
        Err(PlanReason::TooManyCells { count: 110_000, most: 100_000 })
    );
}

#[test]
fn products_carry_no_image() {
    let spec = classifying(multiplying(practice(), &[64]), |classify| classify.image = Some(Digest::of(b"image")));
    for cell in planned(&spec, &[cpu_machine("pc")]) {
        assert_eq!(cell.job.image.is_some(), matches!(cell.job.workload.task, Task::Classify { .. }));
    }
}

proptest! {
    #[test]
    fn order_is_a_permutation_that_the_seed_fixes(seed: u64, sizes in 1_u32..20, gpu: bool) {
        let models = vec![Model::ResNet18, Model::MobileNetV2];
        let spec = classifying(sized(&(1..=sizes).collect::<Vec<_>>()), |classify| classify.models = models);
        let spec = SweepSpec { seed, ..spec };
        let machine = if gpu { gpu_machine("pc") } else { cpu_machine("pc") };
        let cells = planned(&spec, std::slice::from_ref(&machine));
        prop_assert_eq!(&cells, &planned(&spec, std::slice::from_ref(&machine)));
        let distinct: BTreeSet<_> = cells.iter().map(|cell| (cell.job.device, cell.job.workload)).collect();
        prop_assert_eq!(distinct.len(), cells.len());
        prop_assert_eq!(cells.len(), sizes as usize * if gpu { 4 } else { 2 });
        if gpu {
            for pair in cells.chunks(2) {
                prop_assert_ne!(pair[0].job.device.kind(), pair[1].job.device.kind(), "CPU and GPU interleave");
            }
        }
    }
}

#[test]
fn the_order_is_the_same_on_every_platform_and_in_every_version() {
    let spec = sized(&(1..=8).collect::<Vec<_>>());
    let cells = planned(&spec, &[cpu_machine("pc")]);
    let sizes: Vec<u32> = cells.iter().map(|cell| cell.job.workload.task.size()).collect();
    assert_eq!(sizes, [7, 4, 6, 1, 8, 3, 2, 5]);
}
