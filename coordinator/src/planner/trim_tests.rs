use cotejo_language::Language;
use cotejo_model::reason::PlanReason;
use cotejo_model::sweep::Preset;
use cotejo_model::{DeviceId, DeviceKind, Machine, MachineId};
use proptest::prelude::*;

use super::*;
use crate::planner::{Plan, Rates, plan};
use crate::planner::{Rate, family};
use cotejo_samples::{cpu_machine, gpu_machine};

fn full() -> SweepSpec {
    SweepSpec {
        precisions: vec![Precision::F32, Precision::F16],
        threads: vec![Threads::All, Threads::Exactly(1)],
        ..Preset::Full.spec()
    }
}

fn with(spec: &SweepSpec, seconds: u64) -> SweepSpec {
    SweepSpec { budget_ms: Some(seconds * 1000), ..spec.clone() }
}

/// A class of this many machines, every second one with a GPU.
fn class(count: usize) -> Vec<Machine> {
    let name = |seat| format!("pc-{seat:02}");
    (0..count).map(|seat| if seat % 2 == 0 { cpu_machine(&name(seat)) } else { gpu_machine(&name(seat)) }).collect()
}

/// Machines that are so many times as fast as each other.
fn rates(spec: &SweepSpec, machines: &[Machine], flops_per_second: &[f64]) -> Rates {
    let of_machine = |(machine, flops_per_second): (&Machine, &f64)| {
        let workloads = spec.workloads_on(DeviceKind::Cpu, &[Engine::Reference]);
        let rate = |workload: Workload| Rate {
            machine: machine.id,
            device: DeviceId::Cpu,
            family: family(workload),
            flops: estimate::flops(&workload),
            flops_per_second: *flops_per_second,
            spread: None,
            load_seconds: 0.5,
        };
        workloads.into_iter().map(rate).collect::<Vec<_>>()
    };
    machines.iter().zip(flops_per_second).flat_map(of_machine).collect()
}

fn finish(plan: &Plan, machine: MachineId) -> Duration {
    plan.cells.iter().filter(|cell| cell.machine == machine).map(|cell| cell.expected).sum()
}

fn kept(plan: &Plan, machine: MachineId) -> BTreeSet<Workload> {
    let measured = plan.cells.iter().filter(|cell| cell.machine == machine && cell.refused.is_none());
    measured.map(|cell| cell.job.workload).collect()
}

#[test]
fn the_practice_is_the_last_to_go() {
    let spec = full();
    let mut workloads: Vec<Workload> = spec.workloads_on(DeviceKind::Cpu, &[Engine::Optimized]).into_iter().collect();
    workloads.sort_by(|a, b| importance(&spec, a).before(&importance(&spec, b)).then(a.cmp(b)));
    let names: Vec<String> =
        workloads.iter().map(|it| format!("{}, {}, {}", it.task, it.precision, it.threads)).collect();
    let practice = ["224x224", "512x512", "1024x1024"].map(|size| format!("ResNet18 {size}, f32, all"));
    assert_eq!(names[..3], practice);
    let place = |name: &str| names.iter().position(|found| found == name).unwrap();
    // The light and plain come before the heavy and the far.
    for (earlier, later) in [
        ("MobileNetV2 224x224, f32, all", "MobileNetV2 512x512, f32, all"),
        ("MobileNetV2 512x512, f32, all", "matmul 4096x4096, f32, all"),
        ("ResNet18 128x128, f32, all", "ResNet18 128x128, f16, all"),
        ("ResNet18 128x128, f32, all", "ResNet18 128x128, f32, 1"),
        ("MobileNetV2 128x128, f32, all", "ResNet18 1024x1024 batch 8, f32, all"),
    ] {
        assert!(place(earlier) < place(later), "{earlier} before {later}: {names:#?}");
    }
    assert_eq!(names.last().unwrap(), "ResNet18 1024x1024 batch 8, f16, 1");
}

#[test]
fn a_slow_machine_keeps_the_core_and_a_fast_one_more() {
    let (spec, machines) = (Preset::Full.spec(), class(2));
    // The second one has a GPU too, of which nothing is known.
    let rates = rates(&spec, &machines, &[2e10, 1e12]);
    let plan = plan(&with(&spec, 240), &machines, &rates).unwrap();
    let [slow, fast] = [0, 1].map(|at| kept(&plan, machines[at].id));
    assert!(slow.is_subset(&fast) && slow.len() < fast.len(), "{} of {}", slow.len(), fast.len());
    assert_eq!(plan.core.iter().copied().collect::<BTreeSet<_>>(), slow);
    assert_eq!(plan.core[0].task, Task::Classify { model: Model::ResNet18, size: 224, batch: 1 });
    assert!(plan.dropped.iter().any(|cell| cell.machine == machines[0].id));
    // CPU and GPU stay together.
    for workload in fast {
        assert_eq!(
            plan.cells.iter().filter(|cell| cell.machine == machines[1].id && cell.job.workload == workload).count(),
            2
        );
    }
}

#[test]
fn what_cannot_be_measured_costs_nothing_and_stays() {
    let spec = cotejo_samples::classifying(Preset::Practice.spec(), |classify| classify.sizes = vec![224, 100_000]);
    let machines = class(2);
    let plan = plan(&with(&spec, 60), &machines, &Rates::default()).unwrap();
    assert_eq!((plan.dropped.len(), plan.cells.iter().filter(|cell| cell.refused.is_some()).count()), (0, 3));
    assert_eq!(plan.core.len(), 1, "what nobody can measure is no core");
}

#[test]
fn a_budget_that_is_too_short_says_what_would_do() {
    let (spec, machines) = (Preset::Practice.spec(), class(3));
    let rates = rates(&spec, &machines, &[1e11, 1e11, 1e9]);
    let error = plan(&with(&spec, 3), &machines, &rates).unwrap_err();
    let PlanReason::OverBudget { needed_ms, machine, .. } = &error else { panic!("{error:?}") };
    assert_eq!(machine, "pc-02");
    let seconds = needed_ms.div_ceil(1000);
    let said = cotejo_language::reason(&error.clone().into(), Language::English);
    let expected =
        format!("nothing fits a budget of 3 s: pc-02 needs {seconds} s for ResNet18 224x224, which comes first");
    assert_eq!((said.long, said.remedy), (expected, Some(format!("--budget {seconds}s would do"))));
    let of_ms = |budget_ms| SweepSpec { budget_ms: Some(budget_ms), ..spec.clone() };
    assert!(plan(&of_ms(seconds * 1000), &machines, &rates).is_ok());
    assert!(plan(&of_ms(needed_ms - 1), &machines, &rates).is_err());
}

#[test]
fn without_a_budget_nothing_is_dropped() {
    let plan = plan(&full(), &class(3), &Rates::default()).unwrap();
    assert_eq!((plan.dropped, plan.core), (Vec::new(), Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_machine_ends_in_time_and_keeps_the_core(
        paces in prop::collection::vec(1e9..1e12_f64, 1..6),
        seconds in 5_u64..900,
        more in 0_u64..900,
        runs in prop::option::of(1_u32..50),
    ) {
        let mut spec = full();
        spec.measuring.runs = runs;
        let machines = class(paces.len());
        let rates = rates(&spec, &machines, &paces);
        let all = plan(&spec, &machines, &rates).unwrap();
        let (small, large) = (plan(&with(&spec, seconds), &machines, &rates), plan(&with(&spec, seconds + more), &machines, &rates));
        let Ok(small) = small else {
            // Too short for somebody: what it names is what would do.
            let Err(PlanReason::OverBudget { needed_ms, .. }) = small else { panic!("{small:?}") };
            prop_assert!(needed_ms > seconds * 1000);
            prop_assert!(plan(&with(&spec, needed_ms.div_ceil(1000)), &machines, &rates).is_ok());
            return Ok(());
        };
        let large = large.unwrap();
        let cell = |cell: &Cell| (cell.machine, cell.job.device, cell.job.workload);
        let cells = |cells: &[Cell]| cells.iter().map(cell).collect::<BTreeSet<_>>();
        for (plan, seconds) in [(&small, seconds), (&large, seconds + more)] {
            let (kept_cells, dropped) = (cells(&plan.cells), cells(&plan.dropped));
            prop_assert!(kept_cells.is_disjoint(&dropped));
            prop_assert_eq!(kept_cells.len() + dropped.len(), all.cells.len());
            prop_assert_eq!(&kept_cells | &dropped, cells(&all.cells));
            prop_assert!(!plan.core.is_empty());
            for machine in &machines {
                prop_assert!(finish(plan, machine.id) <= Duration::from_secs(seconds));
                let (kept, able) = (kept(plan, machine.id), kept(&all, machine.id));
                prop_assert!(plan.core.iter().all(|core| kept.contains(core) || !able.contains(core)));
            }
        }
        prop_assert!(cells(&small.cells).is_subset(&cells(&large.cells)), "a larger budget drops no more");
    }
}
