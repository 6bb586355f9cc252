//! Arbitrary comparisons.

use cotejo_model::basis::{Basis, Disagreement, GivenAnswer, ModelWeights};
use cotejo_model::comparison::{
    Absence, Column, Comparison, Entry, Environment, GroupBy, Grouping, Measured, NamedSweep, Outcome, SeenGpu, Table,
    Value,
};
use cotejo_model::quality::{Flag, FlagKind};
use cotejo_model::stats::{Estimate, Interval, Summary};
use cotejo_model::{DeviceKind, Digest, Engine, JobId, JobState, MachineId, Model, Precision, SweepId, Threads};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{
    answer, device_id, engine_plan, failure, gpu_record, import, input, positive, stages, task, text, uuid, weights,
    workload,
};

pub(super) fn interval() -> impl Strategy<Value = Interval> {
    (positive(), positive()).prop_map(|(low, high)| Interval { low, high })
}

fn estimate() -> impl Strategy<Value = Estimate> {
    (positive(), option::of(interval())).prop_map(|(value, ci)| Estimate { value, ci })
}

fn summary() -> impl Strategy<Value = Summary> {
    let some = || option::of(positive());
    let middle = (0..1_000_000_usize, positive(), option::of(interval()), positive());
    let spread = (positive(), positive(), some(), some(), some(), some(), 0..99_usize);
    (middle, spread).prop_map(|(middle, spread)| Summary {
        n: middle.0,
        median: middle.1,
        ci: middle.2,
        mad: middle.3,
        min: spread.0,
        mean: spread.1,
        sd: spread.2,
        iqr_ratio: spread.3,
        p90: spread.4,
        p99: spread.5,
        outliers: spread.6,
    })
}

fn measured() -> impl Strategy<Value = Measured> {
    let flag = (select(FlagKind::ALL), option::of(positive())).prop_map(|(kind, figure)| Flag { kind, figure });
    let times = (summary(), positive(), positive(), stages(), any::<u32>());
    let from = (option::of(weights()), option::of(input()), text(), vec(flag, 0..3), vec(answer(), 0..3));
    let rest = (option::of(0.0..1.0_f32), option::of(any::<u64>()), any::<u64>(), option::of(positive()));
    let gpu = (option::of(gpu_record()), any::<bool>());
    (times, from, rest, gpu)
        .prop_map(|(times, from, rest, gpu)| Measured {
            summary: times.0,
            first_seconds: times.1,
            flops_per_second: times.2,
            stages: times.3,
            threads: times.4,
            weights: from.0,
            input: from.1,
            build: from.2,
            flags: from.3,
            answers: from.4,
            logit_error: rest.0,
            peak_memory_bytes: rest.1,
            started_ms: rest.2,
            images_per_second: rest.3,
            plan: None,
            gpu: gpu.0,
            simulated: gpu.1,
        })
        .boxed()
}

fn entry() -> impl Strategy<Value = Entry> {
    let outcome = prop_oneof![
        measured().prop_map(|measured| Outcome::Measured(Box::new(measured))),
        failure().prop_map(Outcome::Failed),
        select(JobState::ALL).prop_map(|state| Outcome::Pending { state }),
    ];
    (uuid(), uuid(), uuid(), text(), device_id(), text(), workload(), outcome)
        .prop_map(|(sweep, job, machine, machine_name, device, device_name, workload, outcome)| Entry {
            simulated: sweep.as_u128() % 2 == 1,
            sweep: SweepId(sweep),
            job: JobId(job),
            machine: MachineId(machine),
            machine_name,
            device,
            device_name,
            workload,
            outcome,
        })
        .boxed()
}

fn column() -> impl Strategy<Value = Column> {
    let names =
        [Column::Machine, Column::Device, Column::Model, Column::Size, Column::Batch, Column::Streams, Column::SpeedUp];
    prop_oneof![
        select(names.to_vec()),
        select(DeviceKind::ALL).prop_map(|device| Column::Time { device }),
        select(DeviceKind::ALL).prop_map(|device| Column::Throughput { device }),
        (task(), 1..=1024_u32, option::of(select(DeviceKind::ALL)))
            .prop_map(|(task, streams, device)| Column::TaskTime { task, streams, device }),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        (text(), any::<bool>()).prop_map(|(text, simulated)| Value::Text { text, simulated }),
        any::<u32>().prop_map(|count| Value::Count { count }),
        (estimate(), any::<bool>(), any::<bool>()).prop_map(|(estimate, flagged, simulated)| Value::Seconds {
            estimate,
            flagged,
            simulated
        }),
        (estimate(), any::<bool>()).prop_map(|(estimate, simulated)| Value::Ratio { estimate, simulated }),
        (estimate(), any::<bool>()).prop_map(|(estimate, simulated)| Value::Rate { estimate, simulated }),
        select(Absence::examples()).prop_map(|reason| Value::Missing { reason }),
    ]
}

fn basis() -> impl Strategy<Value = Basis> {
    let weights = vec((select(Model::ALL), weights()), 0..3);
    let images = vec(option::of(any::<[u8; 32]>().prop_map(Digest)), 0..3);
    let answer = (any::<u32>(), vec((text(), device_id()), 0..3)).prop_map(|(class, by)| GivenAnswer { class, by });
    let disagreement = (task(), vec(answer, 0..3)).prop_map(|(task, answers)| Disagreement { task, answers });
    let settings = (select(Precision::ALL), select(Engine::ALL), any::<bool>(), option::of(text()));
    (settings, weights, images, vec(disagreement, 0..2)).prop_map(
        |((precision, engine, exact, build), weights, images, disagreements)| Basis {
            precision,
            threads: exact.then_some(Threads::Exactly(3)),
            engine,
            exact,
            weights: weights.into_iter().map(|(model, weights)| ModelWeights { model, weights }).collect(),
            images,
            build,
            disagreements,
        },
    )
}

fn table() -> impl Strategy<Value = Table> {
    (1..4_usize, basis()).prop_flat_map(|(width, basis)| {
        (vec(column(), width), vec(vec(value(), width), 0..4)).prop_map(move |(columns, rows)| Table {
            basis: basis.clone(),
            columns,
            rows,
        })
    })
}

fn seen_gpu() -> impl Strategy<Value = SeenGpu> {
    (text(), any::<bool>(), option::of(failure())).prop_map(|(name, simulated, unusable)| SeenGpu {
        name,
        simulated,
        unusable,
    })
}

fn environment() -> impl Strategy<Value = Environment> {
    let cpu = ((text(), any::<bool>()), any::<u32>(), any::<u32>(), vec(text(), 0..3));
    let away = option::of(any::<u64>());
    (uuid(), text(), cpu, any::<u64>(), text(), vec(seen_gpu(), 0..2), option::of(failure()), away).prop_map(
        |(
            machine,
            name,
            ((cpu, cpu_simulated), physical_cores, logical_cores, simd),
            memory_bytes,
            os,
            gpus,
            no_gpu,
            away,
        )| {
            Environment {
                machine: MachineId(machine),
                name,
                cpu,
                cpu_simulated,
                physical_cores,
                logical_cores,
                simd,
                memory_bytes,
                os,
                gpus,
                no_gpu,
                away_since_ms: away,
            }
        },
    )
}

fn named_sweep() -> impl Strategy<Value = NamedSweep> {
    (uuid(), text(), any::<u64>(), any::<u32>(), any::<u32>()).prop_map(|(id, name, created_ms, namesakes, newer)| {
        NamedSweep { id: SweepId(id), name, created_ms, namesakes, newer }
    })
}

pub(crate) fn comparison() -> impl Strategy<Value = Comparison> {
    let sweeps = vec(named_sweep(), 0..3);
    let shown = (vec(table(), 0..3), vec(environment(), 0..2));
    let grouping = (select(GroupBy::ALL), vec(table(), 0..2)).prop_map(|(by, tables)| Grouping { by, tables });
    let from = (vec(entry(), 0..3), vec(engine_plan(), 0..3), vec(import(), 0..2), vec(grouping, 0..2));
    (select(GroupBy::ALL), sweeps, shown, from).prop_map(
        |(by, sweeps, (tables, environments), (mut entries, plans, imports, others))| {
            for (at, entry) in entries.iter_mut().enumerate() {
                if let Outcome::Measured(measured) = &mut entry.outcome {
                    measured.plan = u32::try_from(at).ok().filter(|_| at < plans.len());
                }
            }
            Comparison { by, sweeps, tables, environments, entries, plans, imports, others }
        },
    )
}
