//! Arbitrary bundles, record by record, and reference times.

use cotejo_model::bundle::{BundledJob, BundledMachine, BundledSweep, Ended, Export, Import, Record};
use cotejo_model::{JobId, JobState, MachineId, Precision, Reference, SweepId};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::comparison::interval;
use super::{capability, digest, failure, job_spec, labels, measurement, positive, sweep_spec, task, text, uuid};

pub(super) fn import() -> impl Strategy<Value = Import> {
    (digest(), text(), any::<u64>(), any::<u64>(), vec(uuid().prop_map(SweepId), 0..3)).prop_map(
        |(digest, version, exported_ms, imported_ms, sweeps)| Import {
            digest,
            version,
            exported_ms,
            imported_ms,
            sweeps,
        },
    )
}

fn machine() -> impl Strategy<Value = BundledMachine> {
    (uuid(), text(), labels(), capability(), any::<u64>()).prop_map(|(id, name, labels, capability, last_seen_ms)| {
        BundledMachine { id: MachineId(id), name, labels, capability, last_seen_ms }
    })
}

fn sweep() -> impl Strategy<Value = BundledSweep> {
    (uuid(), sweep_spec(), any::<u64>()).prop_map(|(id, spec, created_ms)| BundledSweep {
        id: SweepId(id),
        spec,
        created_ms,
    })
}

fn job() -> impl Strategy<Value = BundledJob> {
    let measured = (digest(), measurement())
        .prop_map(|(digest, measurement)| Ended::Measured { digest, measurement: Box::new(measurement) });
    let failed = (select(JobState::ALL), failure()).prop_map(|(state, failure)| Ended::Failed { state, failure });
    (uuid(), uuid(), uuid(), job_spec(), prop_oneof![measured, failed])
        .prop_map(|(id, sweep, machine, spec, ended)| BundledJob {
            id: JobId(id),
            sweep: SweepId(sweep),
            machine: MachineId(machine),
            spec,
            ended,
        })
        .boxed()
}

pub(crate) fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        (text(), any::<u64>()).prop_map(|(version, exported_ms)| Record::Export(Export { version, exported_ms })),
        import().prop_map(Record::Import),
        machine().prop_map(|machine| Record::Machine(Box::new(machine))),
        sweep().prop_map(|sweep| Record::Sweep(Box::new(sweep))),
        job().prop_map(|job| Record::Job(Box::new(job))),
    ]
}

pub(crate) fn reference() -> impl Strategy<Value = Reference> {
    let names = (text(), text(), text(), option::of(text()), option::of(text()));
    let figures = (positive(), option::of(interval()), option::of(any::<u32>()), any::<u64>());
    (names, task(), select(Precision::ALL), figures).prop_map(|(names, task, precision, figures)| Reference {
        set: names.0,
        source: names.1,
        device_name: names.2,
        software: names.3,
        measured_on: names.4,
        task,
        precision,
        seconds: figures.0,
        ci: figures.1,
        runs: figures.2,
        imported_ms: figures.3,
    })
}
