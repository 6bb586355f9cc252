use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::job::Weights;
use crate::machine::{Cpu, PowerSource};
use crate::measurement::{Answer, Conditions, Input, Stages};
use crate::measuring::Stop;
use crate::reason::{DriverReason, FailureCode, Relayed};
use crate::sweep::Preset;
use crate::{DeviceId, Task};

fn machine(name: &str) -> BundledMachine {
    let cpu = Cpu {
        name: "Testium 9".to_owned(),
        physical_cores: 4,
        logical_cores: 8,
        simd: vec!["avx2".to_owned()],
        max_mhz: None,
    };
    let capability = Capability {
        hostname: name.to_owned(),
        os: "Windows 11".to_owned(),
        arch: "x86_64".to_owned(),
        agent_version: "0.1.0".to_owned(),
        cpu,
        memory_bytes: 16 << 30,
        power: PowerSource::Battery,
        background_load: Some(0.1),
        devices: Vec::new(),
        no_gpu: Some(DriverReason::NoNvml.into()),
    };
    let labels = [("room".to_owned(), "A1".to_owned())].into();
    BundledMachine { id: MachineId(Uuid::from_u128(7)), name: name.to_owned(), labels, capability, last_seen_ms: 3 }
}

fn measurement(job: &JobSpec, samples_ns: Vec<u64>, share: f64) -> Measurement {
    let classifies = matches!(job.workload.task, Task::Classify { .. });
    Measurement {
        workload: job.workload,
        device: job.device,
        device_name: "Testium 9".to_owned(),
        build: "test 1".to_owned(),
        threads: 4,
        weights: classifies.then_some(job.weights),
        input: classifies.then_some(Input { image: None, width: 640, height: 480 }),
        started_ms: 5,
        first_ns: 900,
        warmup_ns: vec![400, 300],
        samples_ns,
        stages: Stages::default(),
        stop: Stop::Runs,
        answers: vec![Answer { class: 1, label: Some("ñandú\r\n\u{1b}".to_owned()), logit: 0.1, probability: 0.3 }],
        logit_error: Some(1e-7),
        peak_memory_bytes: None,
        conditions: Conditions { background_load: Some(share), ..Conditions::default() },
        plan: None,
        gpu: None,
        simulated: true,
    }
}

/// The three cells of the practice: two with times, one without.
fn bundle(name: &str, samples_ns: &[u64], share: f64) -> Bundle {
    let spec = Preset::Practice.spec();
    let sweep = SweepId(Uuid::from_u128(9));
    let machine = machine(name);
    let jobs = spec.workloads().into_iter().enumerate().map(|(at, workload)| {
        let weights = spec.weights_of(workload.task);
        let job = JobSpec { workload, device: DeviceId::Cpu, weights, image: None, measuring: spec.measuring };
        let measurement = measurement(&job, samples_ns.to_vec(), share);
        let measured =
            Ended::Measured { digest: Digest::of(&[u8::try_from(at).unwrap()]), measurement: Box::new(measurement) };
        let failed = Ended::Failed {
            state: JobState::TimedOut,
            failure: Reason::quoted(FailureCode::TimedOut, "it took too long\n"),
        };
        let id = JobId(Uuid::from_u128(at as u128));
        BundledJob { id, sweep, machine: machine.id, spec: job, ended: if at < 2 { measured } else { failed } }
    });
    let import = Import {
        digest: Digest::of(b"before"),
        version: "0.0.9".to_owned(),
        exported_ms: 1,
        imported_ms: 2,
        sweeps: vec![sweep],
    };
    Bundle {
        export: Export { version: "0.1.0".to_owned(), exported_ms: 4 },
        imports: vec![import],
        jobs: jobs.collect(),
        machines: vec![machine],
        sweeps: vec![BundledSweep { id: sweep, spec, created_ms: 2 }],
    }
}

fn sample() -> Bundle {
    bundle("pc-1", &[200, 210], 0.25)
}

fn file_of(bundle: Bundle) -> Vec<u8> {
    encode(bundle).unwrap().1
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        name in any::<String>(),
        samples in prop::collection::vec(1..=u64::MAX, 1..40),
        share in 0.0..=1.0_f64,
    ) {
        let bundle = bundle(&name, &samples, share);
        let (digest, file) = encode(bundle.clone()).unwrap();
        let (same, read) = decode(&file).unwrap();
        prop_assert_eq!((same, &read), (digest, &bundle));
        prop_assert_eq!(encode(read).unwrap().1, file.clone(), "identical data gives an identical file");
        let head = format!("cotejo-bundle 2 {digest} ");
        prop_assert!(file.starts_with(head.as_bytes()));
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
        prop_assert!(decode(&[b"cotejo-bundle ".as_slice(), &bytes].concat()).is_err());
    }
}

#[test]
fn a_change_of_any_byte_is_found() {
    let file = file_of(sample());
    for at in 0..file.len() {
        let values = (0..8).map(|bit| file[at] ^ (1 << bit)).chain(*b"\r\n 0");
        for value in values.filter(|value| *value != file[at]) {
            let mut damaged = file.clone();
            damaged[at] = value;
            assert!(decode(&damaged).is_err(), "byte {at} became {value}");
        }
    }
}

#[test]
fn a_cut_and_an_addition_are_found() {
    let file = file_of(sample());
    for length in 0..file.len() {
        assert!(decode(&file[..length]).is_err(), "{length} bytes");
    }
    let cut = decode(&file[..file.len() - 10]).unwrap_err();
    assert!(matches!(cut, BundleReason::Truncated { found, expected } if expected - found == 10), "{cut:?}");
    let longer = [&file[..], b"-- \nsent from my phone\n"].concat();
    assert_eq!(decode(&longer), Err(BundleReason::Overlong { more: 23 }));
}

#[test]
fn changed_line_ends_do_no_harm() {
    let file = file_of(sample());
    let text = String::from_utf8(file).unwrap();
    for changed in [text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        assert_eq!(decode(changed.as_bytes()).unwrap().1, sample());
    }
    assert_eq!(decode(text.replace('\n', "\r").as_bytes()), Err(BundleReason::BadHeader));
}

#[test]
fn a_bundle_of_the_first_version_reads_with_its_words() {
    let (_, file) = encode(sample()).unwrap();
    let text = String::from_utf8(file).unwrap();
    let (_, body) = text.split_once('\n').unwrap();
    let new = r#"{"code":"timed_out","reason":"quoted","remedy":"","text":"it took too long\n"}"#;
    let old = r#"{"code":"timed_out","message":"it took too long","remedy":"measure less"}"#;
    assert!(body.contains(new), "{body}");
    let body = body.replace(new, old).replace(r#"{"code":"no_gpu","reason":"no_nvml"}"#, r#""no NVIDIA driver""#);
    let file = header(1, Digest::of(body.as_bytes()), body.len() as u64) + &body;
    let (_, bundle) = decode(file.as_bytes()).unwrap();
    let no_gpu = Reason::quoted(FailureCode::NoGpu, "no NVIDIA driver");
    assert_eq!(bundle.machines[0].capability.no_gpu, Some(no_gpu));
    let Ended::Failed { failure, .. } = &bundle.jobs[2].ended else { panic!("the last has failed") };
    assert_eq!(words_of(failure), ("it took too long", "measure less"));
}

fn words_of(reason: &Reason) -> (&str, &str) {
    match reason {
        Reason::Relayed(Relayed::Quoted { text, remedy, .. }) => (text, remedy),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_no_bundle_says_what_it_is() {
    assert_eq!(decode(b""), Err(BundleReason::Empty));
    assert_eq!(decode(b"sweep,job\n"), Err(BundleReason::NotABundle));
    assert_eq!(decode(b"cotejo-bundle 2 abc 3\n{}\n"), Err(BundleReason::BadHeader));
    assert_eq!(decode(b"cotejo-bundle 3 of something else\n"), Err(BundleReason::Newer { found: 3, known: 2 }));
    assert_eq!(decode(b"cotejo-bundle 0 abc 3\n{}\n"), Err(BundleReason::BadHeader));
    let absurd = header(VERSION, Digest::of(b""), u64::MAX);
    assert_eq!(decode(absurd.as_bytes()), Err(too_large(u64::MAX)));
    let sealed = |body: &str| [header(VERSION, Digest::of(body.as_bytes()), body.len() as u64).as_str(), body].concat();
    let nothing = decode(sealed("").as_bytes()).unwrap_err();
    assert_eq!(nothing, BundleReason::NoMaker);
    let unknown = decode(sealed("{\"export\":{\"version\":\"1\",\"exported_ms\":1}}\n{\"x\":1}\n").as_bytes());
    assert!(matches!(unknown, Err(BundleReason::BadRecord { line: 3, .. })), "{unknown:?}");
}

#[test]
fn records_that_contradict_each_other_are_refused() {
    let refused = |change: fn(&mut Bundle)| {
        let mut bundle = sample();
        change(&mut bundle);
        decode(&file_of(bundle)).unwrap_err()
    };
    assert!(refused(|bundle| bundle.machines.clear()).name() == "bundle_no_machine_of_job");
    assert!(
        refused(|bundle| bundle.imports.extend(bundle.imports.clone().pop().map(|mut import| {
            import.sweeps = vec![SweepId(Uuid::from_u128(1))];
            import
        })))
        .name()
            == "bundle_no_such_sweep"
    );
    assert!(
        refused(|bundle| {
            bundle.imports.clear();
            bundle.sweeps.clear();
        })
        .name()
            == "bundle_no_sweep_of_job"
    );
    assert!(refused(|bundle| bundle.jobs.extend(bundle.jobs.clone().pop())).name() == "bundle_twice");
    assert!(
        refused(|bundle| bundle.jobs[0].spec.weights = Weights::Random { seed: 1 }).name()
            == "bundle_other_measurement"
    );
    let bad_job = refused(|bundle| bundle.jobs[0].spec.workload.streams = 0);
    assert!(matches!(&bad_job, BundleReason::BadJob { why, .. } if why.name() == "out_of_range"), "{bad_job:?}");
    let first = |bundle: &mut Bundle, change: fn(&mut Measurement)| match &mut bundle.jobs[0].ended {
        Ended::Measured { measurement, .. } => change(measurement),
        Ended::Failed { .. } => panic!("the first is measured"),
    };
    let mut bundle = sample();
    first(&mut bundle, |measurement| measurement.samples_ns[1] = 0);
    let nothing = decode(&file_of(bundle)).unwrap_err();
    assert_eq!(nothing.name(), "bundle_sample_without_time");
    assert!(
        refused(|bundle| {
            let failure = Reason::quoted(FailureCode::Internal, "x");
            bundle.jobs[2].ended = Ended::Failed { state: JobState::Running, failure };
        })
        .name()
            == "bundle_job_not_failed"
    );
}
