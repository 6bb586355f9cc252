use cotejo_model::machine::{Capability, Cpu, PowerSource};
use cotejo_model::sweep::{Preset, Running};
use cotejo_model::{
    DeviceId, Engine, FailureCode, JobId, MachineId, Precision, Reason, SweepId, Task, Threads, Workload,
};
use uuid::Uuid;

use cotejo_model::{Device, Machine};

use super::*;
use crate::english;

fn style(width: usize) -> Style {
    Style { width: Some(width), colour: false, zone: TimeZone::UTC }
}

fn sweep_status(jobs: &[(JobState, u64)]) -> SweepStatus {
    SweepStatus {
        id: SweepId(Uuid::from_u128(0x1a2b_3c4d)),
        spec: Preset::Practice.spec(),
        created_ms: 1_785_490_200_000,
        jobs: jobs.iter().copied().collect(),
        machines: 2,
        done: 0.4,
        seconds_left: 75.2,
        running: Vec::new(),
        away: Vec::new(),
    }
}

fn machine(name: &str, online: bool) -> Machine {
    Machine {
        id: MachineId(Uuid::from_u128(7)),
        name: name.to_owned(),
        labels: [("room".to_owned(), "A1".to_owned())].into(),
        capability: Capability {
            hostname: name.to_owned(),
            os: "Windows 11".to_owned(),
            arch: "x86_64".to_owned(),
            agent_version: "0.1.0".to_owned(),
            cpu: Cpu {
                name: "Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz".to_owned(),
                physical_cores: 6,
                logical_cores: 12,
                simd: Vec::new(),
                max_mhz: None,
            },
            memory_bytes: 16 << 30,
            power: PowerSource::Ac,
            background_load: None,
            devices: Vec::new(),
            no_gpu: Some(Reason::quoted(FailureCode::NoGpu, "no NVIDIA driver found")),
        },
        online,
        last_seen_ms: 1_785_490_200_000,
        job: online.then(JobId::random),
        imported: false,
    }
}

#[test]
fn machines_of_one_name_are_named() {
    let list = [machine("pc-01", true), machine("pc-01", false), machine("pc-02", true)];
    let text = machines(&list, english(), &style(200));
    assert!(text.contains("2 machines are called pc-01: ") && !text.contains("called pc-02"), "{text}");
}

#[test]
fn sweeps_are_listed() {
    let finished = sweep_status(&[(JobState::Succeeded, 5), (JobState::Failed, 1)]);
    let list = [sweep_status(&[(JobState::Succeeded, 1), (JobState::Queued, 5)]), finished];
    insta::assert_snapshot!(sweeps(&list, english(), &style(100)), @r"
    ┌──────────┬──────────┬──────────────────┬──────────┬────────────────────────┬────────────┐
    │ Sweep    ┆ Name     ┆ Started          ┆ Machines ┆ Progress               ┆  Time left │
    ╞══════════╪══════════╪══════════════════╪══════════╪════════════════════════╪════════════╡
    │ 1a2b3c4d ┆ practice ┆ 2026-07-31 09:30 ┆        2 ┆ 1 of 6 measured        ┆ 1 min 16 s │
    │ 1a2b3c4d ┆ practice ┆ 2026-07-31 09:30 ┆        2 ┆ finished: 5 of 6       ┆            │
    │          ┆          ┆                  ┆          ┆ measured, 1 failed     ┆            │
    └──────────┴──────────┴──────────────────┴──────────┴────────────────────────┴────────────┘
    ");
    insta::assert_snapshot!(sweeps(&list, english(), &style(80)), @r"
    ┌──────────┬──────────┬──────────────────┬──────────┬────────────┬────────────┐
    │ Sweep    ┆ Name     ┆ Started          ┆ Machines ┆ Progress   ┆  Time left │
    ╞══════════╪══════════╪══════════════════╪══════════╪════════════╪════════════╡
    │ 1a2b3c4d ┆ practice ┆ 2026-07-31 09:30 ┆        2 ┆ 1 of 6     ┆ 1 min 16 s │
    │          ┆          ┆                  ┆          ┆ measured   ┆            │
    │ 1a2b3c4d ┆ practice ┆ 2026-07-31 09:30 ┆        2 ┆ finished:  ┆            │
    │          ┆          ┆                  ┆          ┆ 5 of 6     ┆            │
    │          ┆          ┆                  ┆          ┆ measured,  ┆            │
    │          ┆          ┆                  ┆          ┆ 1 failed   ┆            │
    └──────────┴──────────┴──────────────────┴──────────┴────────────┴────────────┘
    ");
    assert_eq!(sweeps(&[], english(), &style(80)), "No sweeps yet.\n");
    let calibration = SweepStatus { spec: Preset::Practice.spec().calibration(), ..list[1].clone() };
    let shown = sweeps(&[calibration], english(), &style(120));
    assert!(shown.contains("calibration (no results)"), "{shown}");
}

#[test]
fn one_sweep_is_shown() {
    let mut status = sweep_status(&[(JobState::Succeeded, 1), (JobState::Running, 1)]);
    let task = Task::Matmul { size: 1024 };
    let running = Running {
        machine: "pc-01".to_owned(),
        device: DeviceId::Cpu,
        simulated: false,
        task,
        state: JobState::Running,
        progress: None,
    };
    status.running.push(running);
    insta::assert_snapshot!(sweep(&status, english(), &style(80)), @r"
    Sweep      practice (00000000-0000-0000-0000-00001a2b3c4d)
    Started    2026-07-31 09:30
    Progress   1 of 2 measured
    Time left  about 1 min 16 s
    Machines   2
    Models     resnet18
    Sizes      224, 512, 1024
    Batches    1
    Devices    every device found
    Threads    all threads
    Precision  f32
    Engine     the best of each device
    Each cell  15 s at most
    Seed       1
    Now        pc-01: matmul 1024 x 1024 on cpu: running
    ");
}

#[test]
fn machines_are_listed() {
    let mut list = vec![machine("pc-01", true), machine("pc-02", false)];
    list[1].capability.memory_bytes = 8 << 30;
    insta::assert_snapshot!(machines(&list, english(), &style(120)), @r"
    2 machines with Intel Core i5-10400 (6 cores): 1 connected; 12.0 GiB (8.0 GiB to 16.0 GiB) of memory

    ┌──────────┬─────────────────────────────┬───────────────────────────────┬──────────┬───────┬─────────┐
    │ Machine  ┆ State                       ┆ CPU                           ┆      RAM ┆ GPU   ┆ Labels  │
    ╞══════════╪═════════════════════════════╪═══════════════════════════════╪══════════╪═══════╪═════════╡
    │ pc-01    ┆ measuring                   ┆ Intel Core i5-10400 (6 cores) ┆ 16.0 GiB ┆ - (1) ┆ room=A1 │
    │ 00000007 ┆                             ┆                               ┆          ┆       ┆         │
    │ pc-02    ┆ away since 2026-07-31 09:30 ┆ Intel Core i5-10400 (6 cores) ┆  8.0 GiB ┆ - (1) ┆ room=A1 │
    │ 00000007 ┆                             ┆                               ┆          ┆       ┆         │
    └──────────┴─────────────────────────────┴───────────────────────────────┴──────────┴───────┴─────────┘
    (1) no NVIDIA driver found
    ");
    let narrow = machines(&list, english(), &style(80));
    assert!(narrow.contains('┌') && narrow.lines().all(|line| console::measure_text_width(line) <= 80), "{narrow}");
}

#[test]
fn a_class_of_equal_machines_is_summed_up_in_spanish() {
    let texts = cotejo_language::Texts::of(cotejo_language::Language::Spanish);
    let list: Vec<Machine> = (1..=20).map(|number| machine(&format!("pc-{number:02}"), number > 2)).collect();
    let shown = machines(&list, texts, &style(100));
    let first = shown.lines().next().unwrap();
    assert_eq!(first, "20 equipos con Intel Core i5-10400 (6 núcleos): 18 conectados; 16,0 GiB de memoria");
    assert_eq!(shown.matches("(1)").count(), 21, "each row has its mark, and the reason stands once: {shown}");
    assert!(!machines(&list[..1], texts, &style(100)).contains("equipos con"));
}

#[test]
fn a_device_that_only_plays_one_is_named_so() {
    let mut played = machine("pc-01", true);
    played.capability.devices.push(Device {
        id: DeviceId::Cuda(0),
        name: "Simulated GPU".to_owned(),
        memory_bytes: Some(8 << 30),
        driver: None,
        compute_capability: None,
        simulated: true,
        engines: vec![Engine::Optimized],
        precisions: vec![Precision::F32],
        unusable: None,
    });
    let shown = machines(&[played], english(), &style(160));
    assert!(shown.contains("Simulated GPU (simulated)"), "{shown}");

    let workload = Workload {
        task: Task::Matmul { size: 64 },
        precision: Precision::F16,
        threads: Threads::All,
        engine: Engine::Optimized,
        exact: false,
        streams: 1,
    };
    let device = DeviceId::Cuda(0);
    let mut status = sweep_status(&[(JobState::Running, 1)]);
    let (task, state) = (workload.task, JobState::Running);
    status.running =
        vec![Running { machine: "pc-01".to_owned(), device, simulated: true, task, state, progress: None }];
    let shown = sweep(&status, english(), &style(80));
    assert!(shown.contains("on cuda:0 (simulated): running"), "{shown}");
}

#[test]
fn the_coordinator_says_how_it_is() {
    let found = CoordinatorStatus {
        version: "0.1.0".to_owned(),
        protocol: 1,
        started_ms: 1_785_490_200_000,
        machines: 4,
        machines_online: 3,
        sweeps_unfinished: 1,
        jobs_waiting: 7,
        jobs_assigned: 3,
    };
    insta::assert_snapshot!(status(&found, "http://127.0.0.1:7420", english(), &style(80)), @r"
    Coordinator  http://127.0.0.1:7420
    Version      0.1.0 (protocol 1)
    Started      2026-07-31 09:30
    Machines     3 of 4 connected
    Sweeps       1 unfinished
    Cells        7 waiting, 3 being measured
    ");
}

#[test]
fn a_machine_that_only_a_bundle_knows_says_so() {
    let imported = Machine { imported: true, ..machine("home", false) };
    let text = machines(&[imported], english(), &style(120));
    assert!(text.contains("imported") && !text.contains("away"), "{text}");
}
