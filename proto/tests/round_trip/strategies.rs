//! Arbitrary values of the model, within what each may be. The large ones are boxed: a test's thread has a small stack.

mod comparison;
mod transfer;

use std::collections::BTreeMap;
use std::time::Duration;

use cotejo_model::device::DeviceSelector;
use cotejo_model::frames::{Phase, Progress};
use cotejo_model::gpu::{ComputeCapability, GpuRecord, GpuState};
use cotejo_model::job::Weights;
use cotejo_model::machine::{Cpu, PowerSource};
use cotejo_model::measurement::{
    Answer, CompiledFor, Conditions, EnginePlan, EventTimes, Input, LayerAlgorithm, Stages,
};
use cotejo_model::measuring::Stop;
use cotejo_model::reason::Relayed;
use cotejo_model::session::{
    AgentCommand, AgentEvent, Held, Hello, JobResult, Offer, Receipt, ResultAck, Verdict, Welcome,
};
use cotejo_model::sweep::{Away, ClassifyWork, MatmulWork, PlannedCell, PlannedSweep, Running, SweepStatus, WorkSpec};
use cotejo_model::{
    Assignment, BootId, Capability, Device, DeviceId, DeviceKind, Digest, Engine, FailureCode, JobId, JobSpec,
    JobState, Machine, MachineId, Measurement, MeasuringPlan, Model, Precision, Reason, SweepId, SweepSpec, Task,
    Threads, Workload,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) use comparison::comparison;
use transfer::import;
pub(crate) use transfer::{record, reference};

fn text() -> impl Strategy<Value = String> {
    "[ -~áéñ·×]{0,12}"
}

fn labels() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(text(), text(), 0..3)
}

fn share() -> impl Strategy<Value = f64> {
    0.0..=1.0_f64
}

fn positive() -> impl Strategy<Value = f64> {
    1e-9..1e15_f64
}

fn uuid() -> impl Strategy<Value = uuid::Uuid> {
    any::<u128>().prop_map(uuid::Uuid::from_u128)
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn device_id() -> impl Strategy<Value = DeviceId> {
    prop_oneof![Just(DeviceId::Cpu), any::<u32>().prop_map(DeviceId::Cuda)]
}

fn threads() -> impl Strategy<Value = Threads> {
    prop_oneof![Just(Threads::All), (1..=1024_u32).prop_map(Threads::Exactly)]
}

fn task() -> impl Strategy<Value = Task> {
    let classify = (select(Model::ALL), 1..=1_000_000_u32, 1..=4096_u32);
    prop_oneof![
        classify.prop_map(|(model, size, batch)| Task::Classify { model, size, batch }),
        (1..=1_000_000_u32).prop_map(|size| Task::Matmul { size }),
    ]
}

fn workload() -> impl Strategy<Value = Workload> {
    let threads = threads().prop_flat_map(|threads| {
        let most = if let Threads::Exactly(count) = threads { count } else { 1024 };
        (Just(threads), 1..=most)
    });
    (task(), select(Precision::ALL), threads, select(Engine::ALL), any::<bool>()).prop_map(
        |(task, precision, (threads, streams), engine, exact)| Workload {
            task,
            precision,
            threads,
            engine,
            exact,
            streams,
        },
    )
}

fn weights() -> impl Strategy<Value = Weights> {
    prop_oneof![
        any::<u64>().prop_map(|seed| Weights::Random { seed }),
        digest().prop_map(|digest| Weights::File { digest }),
    ]
}

fn measuring() -> impl Strategy<Value = MeasuringPlan> {
    (option::of(any::<u32>()), any::<u64>()).prop_map(|(runs, budget_ms)| MeasuringPlan { runs, budget_ms })
}

pub(crate) fn job_spec() -> impl Strategy<Value = JobSpec> {
    (workload(), device_id(), weights(), option::of(digest()), measuring()).prop_map(
        |(workload, device, weights, image, measuring)| JobSpec { workload, device, weights, image, measuring },
    )
}

fn assignment() -> impl Strategy<Value = Assignment> {
    (uuid(), any::<u32>(), any::<u64>()).prop_map(|(job, attempt, fence)| Assignment {
        job: JobId(job),
        attempt,
        fence,
    })
}

pub(crate) fn failure() -> impl Strategy<Value = Reason> {
    let quoted = (select(FailureCode::ALL), text(), text())
        .prop_map(|(code, text, remedy)| Relayed::Quoted { code, text, remedy }.into());
    prop_oneof![quoted, select(Reason::examples())]
}

fn progress() -> impl Strategy<Value = Progress> {
    (select(Phase::ALL), share()).prop_map(|(phase, done)| Progress { phase, done })
}

fn compute_capability() -> impl Strategy<Value = ComputeCapability> {
    (any::<u32>(), any::<u32>()).prop_map(|(major, minor)| ComputeCapability { major, minor })
}

fn gpu_state() -> impl Strategy<Value = GpuState> {
    let clocks = (option::of(any::<u32>()), option::of(any::<u32>()), option::of(any::<u32>()));
    let power = (option::of(positive()), option::of(positive()));
    (clocks, power, vec(text(), 0..3), option::of(any::<u64>())).prop_map(
        |(clocks, power, throttle_reasons, memory_used_bytes)| GpuState {
            clock_mhz: clocks.0,
            memory_clock_mhz: clocks.1,
            temperature_c: clocks.2,
            power_w: power.0,
            power_limit_w: power.1,
            throttle_reasons,
            memory_used_bytes,
        },
    )
}

fn gpu_record() -> impl Strategy<Value = GpuRecord> {
    let versions = (option::of(text()), option::of(text()), option::of(text()));
    let states = (option::of(gpu_state()), option::of(gpu_state()));
    (option::of(compute_capability()), option::of(any::<u64>()), versions, states)
        .prop_map(|(compute_capability, memory_bytes, versions, states)| GpuRecord {
            compute_capability,
            memory_bytes,
            driver: versions.0,
            cuda: versions.1,
            cudnn: versions.2,
            before: states.0,
            after: states.1,
        })
        .boxed()
}

fn device() -> impl Strategy<Value = Device> {
    let engines = vec(select(Engine::ALL), 0..3);
    let precisions = vec(select(Precision::ALL), 0..3);
    let facts = (device_id(), text(), option::of(any::<u64>()), option::of(text()));
    let more = (option::of(compute_capability()), any::<bool>());
    (facts, more, engines, precisions, option::of(failure())).prop_map(
        |((id, name, memory_bytes, driver), (compute_capability, simulated), engines, precisions, unusable)| Device {
            id,
            name,
            memory_bytes,
            driver,
            compute_capability,
            simulated,
            engines,
            precisions,
            unusable,
        },
    )
}

fn cpu() -> impl Strategy<Value = Cpu> {
    (text(), any::<u32>(), any::<u32>(), vec(text(), 0..3), option::of(any::<u64>())).prop_map(
        |(name, physical_cores, logical_cores, simd, max_mhz)| Cpu {
            name,
            physical_cores,
            logical_cores,
            simd,
            max_mhz,
        },
    )
}

fn capability() -> impl Strategy<Value = Capability> {
    let texts = (text(), text(), text(), text());
    let power = select(PowerSource::ALL);
    let rest = (option::of(share()), vec(device(), 0..3), option::of(failure()));
    (texts, cpu(), any::<u64>(), power, rest)
        .prop_map(
            |((hostname, os, arch, agent_version), cpu, memory_bytes, power, (background_load, devices, no_gpu))| {
                Capability {
                    hostname,
                    os,
                    arch,
                    agent_version,
                    cpu,
                    memory_bytes,
                    power,
                    background_load,
                    devices,
                    no_gpu,
                }
            },
        )
        .boxed()
}

pub(crate) fn machine() -> impl Strategy<Value = Machine> {
    let state = (any::<bool>(), any::<bool>(), any::<u64>(), option::of(uuid()));
    (uuid(), text(), labels(), capability(), state).prop_map(
        |(id, name, labels, capability, (online, imported, last_seen_ms, job))| Machine {
            id: MachineId(id),
            name,
            labels,
            capability,
            online,
            last_seen_ms,
            job: job.map(JobId),
            imported,
        },
    )
}

fn stages() -> impl Strategy<Value = Stages> {
    let part = || option::of(any::<u64>());
    let events = (any::<u64>(), any::<u64>(), any::<u64>())
        .prop_map(|(upload_ns, forward_ns, download_ns)| EventTimes { upload_ns, forward_ns, download_ns });
    (any::<u64>(), part(), part(), part(), part(), option::of(events)).prop_map(
        |(load_ns, decode_ns, preprocess_ns, upload_ns, download_ns, events)| Stages {
            load_ns,
            decode_ns,
            preprocess_ns,
            upload_ns,
            download_ns,
            events,
        },
    )
}

fn input() -> impl Strategy<Value = Input> {
    (option::of(digest()), any::<u32>(), any::<u32>()).prop_map(|(image, width, height)| Input { image, width, height })
}

fn answer() -> impl Strategy<Value = Answer> {
    (any::<u32>(), option::of(text()), -1e9..1e9_f32, 0.0..=1.0_f32)
        .prop_map(|(class, label, logit, probability)| Answer { class, label, logit, probability })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let power = option::of(select(PowerSource::ALL));
    (option::of(share()), power, any::<u64>(), option::of(share()), option::of(positive())).prop_map(
        |(background_load, power, slept_ms, clock_ratio, peak_flops)| Conditions {
            background_load,
            power,
            slept_ms,
            clock_ratio,
            peak_flops,
        },
    )
}

fn engine_plan() -> impl Strategy<Value = EnginePlan> {
    let layer = (text(), text()).prop_map(|(layer, algorithm)| LayerAlgorithm { layer, algorithm });
    let gpu =
        (any::<u32>(), any::<u32>(), any::<bool>(), any::<bool>()).prop_map(|(major, minor, channels_last, graph)| {
            CompiledFor::Gpu { compute_capability: ComputeCapability { major, minor }, channels_last, graph }
        });
    let instruction_set = prop_oneof![text().prop_map(CompiledFor::Instructions), gpu];
    (instruction_set, vec(layer, 0..4)).prop_map(|(instruction_set, layers)| EnginePlan { instruction_set, layers })
}

pub(crate) fn measurement() -> impl Strategy<Value = Measurement> {
    let what = (workload(), device_id(), text(), text(), any::<u32>());
    let from = (option::of(weights()), option::of(input()), any::<u64>());
    let times = (any::<u64>(), vec(any::<u64>(), 0..9), vec(any::<u64>(), 1..9), stages(), select(Stop::ALL));
    let memory = option::of(any::<u64>());
    let rest = (vec(answer(), 0..3), option::of(0.0..1.0_f32), memory, conditions(), option::of(engine_plan()));
    let gpu = (option::of(gpu_record()), any::<bool>());
    (what, from, times, rest, gpu)
        .prop_map(|(what, from, times, rest, gpu)| Measurement {
            workload: what.0,
            device: what.1,
            device_name: what.2,
            build: what.3,
            threads: what.4,
            weights: from.0,
            input: from.1,
            started_ms: from.2,
            first_ns: times.0,
            warmup_ns: times.1,
            samples_ns: times.2,
            stages: times.3,
            stop: times.4,
            answers: rest.0,
            logit_error: rest.1,
            peak_memory_bytes: rest.2,
            conditions: rest.3,
            plan: rest.4,
            gpu: gpu.0,
            simulated: gpu.1,
        })
        .boxed()
}

fn hello() -> impl Strategy<Value = Hello> {
    let held = (assignment(), any::<bool>()).prop_map(|(assignment, spooled)| Held { assignment, spooled });
    (any::<u32>(), uuid(), uuid(), text(), labels(), capability(), vec(held, 0..3))
        .prop_map(|(protocol, machine, boot, name, labels, capability, held)| Hello {
            protocol,
            machine: MachineId(machine),
            boot: BootId(boot),
            name,
            labels,
            capability,
            held,
        })
        .boxed()
}

fn job_result() -> impl Strategy<Value = JobResult> {
    let outcome = prop_oneof![measurement().prop_map(|found| Ok(Box::new(found))), failure().prop_map(Err)];
    (assignment(), digest(), outcome)
        .prop_map(|(assignment, digest, outcome)| JobResult { assignment, digest, outcome })
        .boxed()
}

pub(crate) fn agent_event() -> impl Strategy<Value = AgentEvent> {
    prop_oneof![
        hello().prop_map(|hello| AgentEvent::Hello(Box::new(hello))),
        Just(AgentEvent::Heartbeat),
        (assignment(), select(JobState::ALL)).prop_map(|(assignment, state)| AgentEvent::Update { assignment, state }),
        (assignment(), progress()).prop_map(|(assignment, progress)| AgentEvent::Progress { assignment, progress }),
        job_result().prop_map(AgentEvent::Result),
    ]
}

fn milliseconds() -> impl Strategy<Value = Duration> {
    (1..=u64::from(u32::MAX)).prop_map(Duration::from_millis)
}

fn welcome() -> impl Strategy<Value = Welcome> {
    let verdicts = vec((assignment(), select(Verdict::ALL)), 0..3);
    (any::<u32>(), text(), any::<u64>(), milliseconds(), milliseconds(), verdicts).prop_map(
        |(protocol, version, epoch, heartbeat, lease, verdicts)| Welcome {
            protocol,
            version,
            epoch,
            heartbeat,
            lease,
            verdicts,
        },
    )
}

pub(crate) fn agent_command() -> impl Strategy<Value = AgentCommand> {
    let offer = (assignment(), job_spec(), milliseconds())
        .prop_map(|(assignment, job, deadline)| AgentCommand::Offer(Box::new(Offer { assignment, job, deadline })));
    let ack = (assignment(), digest(), select(Receipt::ALL))
        .prop_map(|(assignment, digest, receipt)| AgentCommand::Ack(ResultAck { assignment, digest, receipt }));
    prop_oneof![welcome().prop_map(AgentCommand::Welcome), offer, assignment().prop_map(AgentCommand::Cancel), ack]
}

fn work_spec() -> impl Strategy<Value = WorkSpec> {
    let sizes = || vec(any::<u32>(), 0..4);
    let files = (option::of(digest()), btree_map(select(Model::ALL), digest(), 0..2));
    let classify = (vec(select(Model::ALL), 0..3), sizes(), sizes(), files)
        .prop_map(|(models, sizes, batches, (image, weights))| ClassifyWork { models, sizes, batches, image, weights });
    let matmul = sizes().prop_map(|sizes| WorkSpec::Matmul(MatmulWork { sizes }));
    prop_oneof![classify.prop_map(WorkSpec::Classify), matmul]
}

pub(crate) fn sweep_spec() -> impl Strategy<Value = SweepSpec> {
    let selector = prop_oneof![
        select(DeviceKind::ALL).prop_map(DeviceSelector::Kind),
        device_id().prop_filter("the kind's own selector", |id| *id != DeviceId::Cpu).prop_map(DeviceSelector::One),
    ];
    let what = (text(), vec(work_spec(), 0..3));
    let precisions = vec(select(Precision::ALL), 0..3);
    let how = (vec(selector, 0..3), vec(threads(), 0..3), precisions, vec(select(Engine::ALL), 0..3));
    let whom = (vec(text(), 0..3), labels(), any::<u64>());
    let options = (any::<bool>(), vec(any::<u32>(), 1..4), option::of(any::<u64>()), any::<bool>());
    (what, how, measuring(), whom, options).prop_map(|(what, how, measuring, whom, options)| SweepSpec {
        name: what.0,
        work: what.1,
        devices: how.0,
        threads: how.1,
        precisions: how.2,
        engines: how.3,
        exact: options.0,
        streams: options.1,
        measuring,
        machines: whom.0,
        labels: whom.1,
        seed: whom.2,
        budget_ms: options.2,
        calibration: options.3,
    })
}

pub(crate) fn sweep_status() -> impl Strategy<Value = SweepStatus> {
    let running = (text(), device_id(), any::<bool>(), task(), select(JobState::ALL), option::of(progress())).prop_map(
        |(machine, device, simulated, task, state, progress)| Running {
            machine,
            device,
            simulated,
            task,
            state,
            progress,
        },
    );
    let jobs = btree_map(select(JobState::ALL), 1..9_u64, 0..4);
    let away =
        (text(), any::<u64>(), any::<u64>()).prop_map(|(machine, cells, since_ms)| Away { machine, cells, since_ms });
    let now = (vec(running, 0..3), vec(away, 0..3));
    (uuid(), sweep_spec(), any::<u64>(), jobs, any::<u64>(), share(), positive(), now).prop_map(
        |(id, spec, created_ms, jobs, machines, done, seconds_left, (running, away))| SweepStatus {
            id: SweepId(id),
            spec,
            created_ms,
            jobs,
            machines,
            done,
            seconds_left,
            running,
            away,
        },
    )
}

fn planned_cell() -> impl Strategy<Value = PlannedCell> {
    let flags = (any::<bool>(), any::<bool>());
    (text(), workload(), device_id(), flags, positive(), option::of(failure())).prop_map(
        |(machine, workload, device, (simulated, calibrated), seconds, refused)| PlannedCell {
            machine,
            workload,
            device,
            simulated,
            seconds,
            calibrated,
            refused,
        },
    )
}

pub(crate) fn planned_sweep() -> impl Strategy<Value = PlannedSweep> {
    let cells = || vec(planned_cell(), 0..3);
    (option::of(any::<u64>()), cells(), cells(), vec(workload(), 0..3), vec(text(), 0..3)).prop_map(
        |(budget_ms, cells, dropped, core, offline)| PlannedSweep { budget_ms, cells, dropped, core, offline },
    )
}
