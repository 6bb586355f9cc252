//! Whatever the model can say survives the wire unchanged, and whatever makes no sense is refused by name.

mod strategies;

use std::fmt::Debug;

use cotejo_model::bundle::Record;
use cotejo_model::comparison::Comparison;
use cotejo_model::measurement::EnginePlan;
use cotejo_model::session::{AgentCommand, AgentEvent};
use cotejo_model::sweep::{PlannedSweep, Preset, SweepStatus};
use cotejo_model::{JobSpec, Machine, Measurement, Reference, SweepSpec};
use cotejo_proto::{ConvertError, v1 as wire};
use proptest::prelude::*;
use prost::Message;

/// To the wire, through its bytes, and back.
fn round_trip<M, W>(value: M) -> Result<M, ConvertError>
where
    W: Message + Default + From<M> + TryInto<M, Error = ConvertError>,
{
    let bytes = W::from(value).encode_to_vec();
    W::decode(bytes.as_slice()).expect("what prost wrote, it reads").try_into()
}

fn survives<M, W>(value: M) -> Result<(), TestCaseError>
where
    M: Clone + PartialEq + Debug,
    W: Message + Default + From<M> + TryInto<M, Error = ConvertError>,
{
    prop_assert_eq!(round_trip::<M, W>(value.clone()), Ok(value));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn agent_events_survive(event in strategies::agent_event()) {
        survives::<AgentEvent, wire::AgentMessage>(event)?;
    }

    #[test]
    fn agent_commands_survive(command in strategies::agent_command()) {
        survives::<AgentCommand, wire::CoordinatorMessage>(command)?;
    }

    #[test]
    fn measurements_survive(measurement in strategies::measurement()) {
        survives::<Measurement, wire::Measurement>(measurement)?;
    }

    #[test]
    fn machines_survive(machine in strategies::machine()) {
        survives::<Machine, wire::Machine>(machine)?;
    }

    #[test]
    fn sweeps_survive(spec in strategies::sweep_spec(), status in strategies::sweep_status(), plan in strategies::planned_sweep()) {
        survives::<SweepSpec, wire::SweepSpec>(spec)?;
        survives::<SweepStatus, wire::SweepStatus>(status)?;
        survives::<PlannedSweep, wire::PlanSweepResponse>(plan)?;
    }

    #[test]
    fn comparisons_survive(comparison in strategies::comparison()) {
        survives::<Comparison, wire::Comparison>(comparison)?;
    }

    #[test]
    fn bundles_and_references_survive(record in strategies::record(), reference in strategies::reference()) {
        survives::<Record, wire::BundleRecord>(record)?;
        survives::<Reference, wire::Reference>(reference)?;
    }

    #[test]
    fn no_bytes_make_a_conversion_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        if let Ok(message) = wire::AgentMessage::decode(bytes.as_slice()) {
            let _ = AgentEvent::try_from(message);
        }
        if let Ok(message) = wire::SweepSpec::decode(bytes.as_slice()) {
            let _ = SweepSpec::try_from(message);
        }
        if let Ok(message) = wire::Comparison::decode(bytes.as_slice()) {
            let _ = Comparison::try_from(message);
        }
        if let Ok(message) = wire::BundleRecord::decode(bytes.as_slice()) {
            let _ = Record::try_from(message);
        }
    }

    #[test]
    fn an_unknown_enum_is_refused(job in strategies::job_spec(), value in 100..i32::MAX) {
        let mut message = wire::JobSpec::from(job);
        message.workload.as_mut().unwrap().engine = value;
        let refused = JobSpec::try_from(message);
        prop_assert_eq!(refused, Err(ConvertError::UnknownEnum { field: "workload.engine", value }));
    }
}

fn job() -> wire::JobSpec {
    let task = wire::Task {
        kind: Some(wire::task::Kind::Classify(wire::Classify {
            model: wire::Model::Resnet18.into(),
            size: 224,
            batch: 1,
        })),
    };
    wire::JobSpec {
        workload: Some(wire::Workload {
            task: Some(task),
            precision: wire::Precision::F32.into(),
            threads: Some(wire::Threads { exactly: None }),
            engine: wire::Engine::Reference.into(),
            exact: false,
            streams: 0,
        }),
        device: "cpu".to_owned(),
        weights: Some(wire::Weights { source: Some(wire::weights::Source::RandomSeed(1)) }),
        image_digest: None,
        measuring: Some(wire::MeasuringPlan { runs: None, budget_ms: 20_000 }),
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    assert!(JobSpec::try_from(job()).is_ok());
    let refused = |change: fn(&mut wire::JobSpec)| {
        let mut job = job();
        change(&mut job);
        JobSpec::try_from(job).unwrap_err().to_string()
    };
    assert_eq!(refused(|job| job.workload = None), "job.workload is missing");
    assert!(refused(|job| job.device = "tpu".to_owned()).starts_with("job.device: `tpu`: unknown device"));
    assert!(refused(|job| job.image_digest = Some("ab".to_owned())).starts_with("job.image_digest: `ab`: a SHA-256"));
    assert_eq!(refused(|job| job.weights = Some(wire::Weights { source: None })), "weights.source is missing");
    assert_eq!(
        refused(|job| job.workload.as_mut().unwrap().precision = 0),
        "workload.precision: 0 is not a value that this version knows"
    );
    assert_eq!(
        refused(|job| job.workload.as_mut().unwrap().threads = Some(wire::Threads { exactly: Some(0) })),
        "workload: out_of_range dimension=threads most=1024 value=0"
    );
    assert_eq!(
        refused(|job| job.workload.as_mut().unwrap().streams = 1025),
        "workload: out_of_range dimension=streams most=1024 value=1025"
    );
}

#[test]
fn a_peer_that_knows_no_streams_means_one() {
    assert_eq!(JobSpec::try_from(job()).unwrap().workload.streams, 1);
}

#[test]
fn a_sweep_of_a_peer_that_knows_no_streams_means_one() {
    let old = wire::SweepSpec { measuring: Some(wire::MeasuringPlan::default()), ..wire::SweepSpec::default() };
    assert_eq!(SweepSpec::try_from(old).unwrap().streams, [1]);
}

#[test]
fn work_of_a_peer_that_knows_no_kinds_of_it_reads_and_is_sent_to_it() {
    let spec = Preset::Quick.spec();
    let whole = wire::SweepSpec::from(spec.clone());
    assert_eq!((&whole.sizes, &whole.matmul), (&vec![224], &vec![1024]), "an older peer reads these");
    let old = wire::SweepSpec { work: Vec::new(), ..whole.clone() };
    assert_eq!(SweepSpec::try_from(old).unwrap(), spec);
    let new = wire::SweepSpec { models: Vec::new(), sizes: Vec::new(), matmul: Vec::new(), ..whole };
    assert_eq!(SweepSpec::try_from(new).unwrap(), spec, "kinds of work count where there are some");
}

#[test]
fn work_of_a_kind_that_is_not_known_is_refused() {
    let newer = wire::SweepSpec { work: vec![wire::WorkSpec::default()], ..Preset::Quick.spec().into() };
    let refused = SweepSpec::try_from(newer).unwrap_err().to_string();
    assert_eq!(refused, "spec.work.task: is of a kind that this version does not know");
}

#[test]
fn a_plan_without_end_is_refused() {
    let refused = |plan: wire::EnginePlan| EnginePlan::try_from(plan).unwrap_err().to_string();
    let layer = |name: String| wire::LayerAlgorithm { layer: name, algorithm: "direct".to_owned() };
    let plan = |layers| wire::EnginePlan { instruction_set: "avx2".to_owned(), layers, gpu: None };
    let many = plan(vec![layer("conv1".to_owned()); 1025]);
    assert_eq!(refused(many), "plan.layers: are 1025, at most 1024 are taken");
    let long = plan(vec![layer("x".repeat(201))]);
    assert_eq!(refused(long), "plan.layers.layer: has 201 bytes, at most 200 are taken");
}

#[test]
fn a_plan_that_is_not_there_is_refused() {
    let measured = wire::Measured {
        summary: Some(wire::Summary::default()),
        stages: Some(wire::Stages::default()),
        plan: Some(1),
        ..wire::Measured::default()
    };
    let id = uuid::Uuid::nil().to_string();
    let entry = wire::Entry {
        sweep_id: id.clone(),
        job_id: id.clone(),
        machine_id: id,
        device: "cpu".to_owned(),
        workload: job().workload,
        outcome: Some(wire::entry::Outcome::Measured(measured)),
        ..wire::Entry::default()
    };
    let comparison = wire::Comparison {
        by: wire::GroupBy::Size.into(),
        entries: vec![entry],
        plans: vec![wire::EnginePlan::default()],
        ..wire::Comparison::default()
    };
    let refused = Comparison::try_from(comparison).unwrap_err().to_string();
    assert_eq!(refused, "measured.plan: is 1, and there are 1 plans");
}

#[test]
fn a_result_without_samples_is_refused() {
    let message = wire::JobResult {
        assignment: Some(wire::Assignment { job_id: uuid::Uuid::nil().to_string(), attempt: 1, fence: 1 }),
        digest: "0".repeat(64),
        outcome: Some(wire::job_result::Outcome::Measurement(wire::Measurement::default())),
    };
    let event = wire::AgentMessage { message: Some(wire::agent_message::Message::Result(message)) };
    assert_eq!(AgentEvent::try_from(event), Err(ConvertError::Missing { field: "measurement.samples_ns" }));
}
