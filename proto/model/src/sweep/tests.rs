use super::*;
use crate::device::DeviceId;
use crate::reason::Reason;
use crate::workload::Dimension;

/// The practice with this changed in what it classifies, and these products.
fn practice(change: impl FnOnce(&mut ClassifyWork), products: &[u32]) -> SweepSpec {
    let spec = Preset::Practice.spec();
    let mut classify = spec.classify().unwrap().clone();
    change(&mut classify);
    let matmul = MatmulWork { sizes: products.to_vec() };
    SweepSpec { work: vec![WorkSpec::Classify(classify), WorkSpec::Matmul(matmul)], ..spec }
}

#[test]
fn presets_are_sound() {
    for preset in Preset::ALL {
        assert_eq!(preset.spec().problems(), [], "{preset}");
    }
    assert_eq!(Preset::Practice.spec().workloads().len(), 3);
    assert_eq!(Preset::Full.spec().workloads().len(), 2 * 5 * 2 + 3);
}

#[test]
fn every_problem_is_named_at_once() {
    let spec = SweepSpec {
        name: " ".to_owned(),
        threads: vec![Threads::Exactly(0)],
        precisions: Vec::new(),
        measuring: MeasuringPlan { runs: Some(0), budget_ms: 0 },
        budget_ms: Some(0),
        ..practice(
            |classify| {
                classify.sizes = vec![0, 224, 0];
                classify.batches = vec![0];
                classify.weights = [(Model::MobileNetV2, Digest::of(b""))].into();
            },
            &[2_000_000],
        )
    };
    let fields: Vec<_> = spec.problems().into_iter().map(|problem| problem.field).collect();
    let expected = [
        "name",
        "precision",
        "sizes",
        "batches",
        "weights",
        "matmul",
        "threads",
        "runs",
        "cell-budget",
        "sweep-budget",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn workloads_are_a_set() {
    let spec = practice(|classify| classify.sizes = vec![224, 224], &[]);
    assert_eq!(spec.workloads().len(), 1);
}

#[test]
fn a_flood_of_cells_is_refused() {
    let spec = practice(|classify| classify.sizes = (1..=20_000).collect(), &[]);
    assert_eq!(spec.problems().len(), 1);
}

#[test]
fn options_of_the_optimized_engine_stay_with_it() {
    let spec = SweepSpec {
        engines: vec![Engine::Reference, Engine::Optimized],
        exact: true,
        streams: vec![1, 2],
        ..practice(|classify| classify.sizes = vec![224], &[64])
    };
    let found = |device| -> Vec<(Engine, bool, u32)> {
        let classifiers = spec.workloads_on(device, Engine::ALL);
        let classifiers = classifiers.into_iter().filter(|workload| workload.images().is_some());
        classifiers.map(|workload| (workload.engine, workload.exact, workload.streams)).collect()
    };
    let (reference, optimized) = (Engine::Reference, Engine::Optimized);
    assert_eq!(found(DeviceKind::Cpu), [(reference, false, 1), (optimized, true, 1), (optimized, true, 2)]);
    assert_eq!(found(DeviceKind::Cuda), [(reference, false, 1), (optimized, false, 1)]);
    assert_eq!(spec.workloads().len(), 3 + 2, "a product each engine");
}

#[test]
fn without_a_word_on_engines_each_device_shows_its_best() {
    let spec = Preset::Practice.spec();
    for (offered, expected) in [
        (&[Engine::Reference, Engine::Optimized][..], Engine::Optimized),
        (&[Engine::Reference], Engine::Reference),
        (&[], Engine::Optimized),
    ] {
        let workloads = spec.workloads_on(DeviceKind::Cpu, offered);
        assert!(workloads.iter().all(|workload| workload.engine == expected), "{offered:?}");
    }
}

#[test]
fn the_slowest_machine_is_the_one_whose_cells_take_longest() {
    let workload = *Preset::Practice.spec().workloads().first().unwrap();
    let cell = |machine: &str, seconds| PlannedCell {
        machine: machine.to_owned(),
        workload,
        device: DeviceId::Cpu,
        simulated: false,
        seconds,
        calibrated: true,
        refused: None,
    };
    let refused = crate::reason::DriverReason::NoNvml.into();
    let cells =
        vec![cell("b", 2.0), cell("a", 3.0), cell("b", 1.0), PlannedCell { refused: Some(refused), ..cell("c", 9.0) }];
    let mut plan = PlannedSweep { budget_ms: None, cells, dropped: Vec::new(), core: Vec::new(), offline: Vec::new() };
    assert_eq!(plan.slowest(), Some(("a", 3.0)), "the first of equals");
    plan.cells.clear();
    assert_eq!(plan.slowest(), None);
}

#[test]
fn streams_without_threads_are_a_problem() {
    let with = |threads: &[Threads], streams: &[u32]| {
        let spec = SweepSpec { threads: threads.to_vec(), streams: streams.to_vec(), ..Preset::Practice.spec() };
        spec.problems()
    };
    let streams = |why: Reason| [Problem::new("streams", why)];
    assert_eq!(with(&[Threads::All], &[1, 2, 64]), []);
    let over = JobReason::StreamsOverThreads { streams: 4, threads: 2 };
    assert_eq!(with(&[Threads::Exactly(2)], &[2, 4]), streams(over.into()));
    let outside = JobReason::OutOfRange { dimension: Dimension::Streams, value: 0, most: 1024 };
    assert_eq!(with(&[Threads::All, Threads::Exactly(9)], &[0]), streams(outside.into()));
    assert_eq!(with(&[Threads::All], &[]), streams(FieldReason::Empty.into()));
}

#[test]
fn work_that_asks_for_nothing_is_nothing_to_measure() {
    for work in [vec![], vec![WorkSpec::Classify(ClassifyWork::default()), WorkSpec::Matmul(MatmulWork::default())]] {
        let spec = SweepSpec { work, ..Preset::Practice.spec() };
        assert_eq!(spec.problems(), [Problem::new("models", FieldReason::NothingToMeasure)]);
    }
    let products = practice(|classify| classify.models.clear(), &[64]);
    assert_eq!((products.problems(), products.workloads().len()), (vec![], 1));
}

#[test]
fn parts_of_the_work_share_no_task() {
    let part = |sizes: &[u32]| practice(|classify| classify.sizes = sizes.to_vec(), &[]).work.remove(0);
    let spec = |parts: [&[u32]; 2]| SweepSpec { work: parts.map(part).to_vec(), ..Preset::Practice.spec() };
    let apart = spec([&[224, 224], &[512]]);
    assert_eq!((apart.problems(), apart.workloads().len()), (vec![], 2));
    let problems = spec([&[224], &[512, 224]]).problems();
    let task = Task::Classify { model: Model::ResNet18, size: 224, batch: 1 };
    assert_eq!(problems, [Problem::new("work", FieldReason::TaskTwice { task })]);
}

#[test]
fn files_belong_to_the_part_that_asks_for_the_task() {
    let (image, weights) = (Digest::of(b"image"), Digest::of(b"weights"));
    let with_files = practice(
        |classify| {
            classify.image = Some(image);
            classify.weights = [(Model::ResNet18, weights)].into();
        },
        &[64],
    );
    let (photo, product) = (Task::Classify { model: Model::ResNet18, size: 224, batch: 1 }, Task::Matmul { size: 64 });
    assert_eq!(with_files.image_of(photo), Some(image));
    assert_eq!(with_files.weights_of(photo), Weights::File { digest: weights });
    let random = Weights::Random { seed: WEIGHTS_SEED };
    assert_eq!((with_files.image_of(product), with_files.weights_of(product)), (None, random));
    let calibration = with_files.calibration();
    assert_eq!((calibration.image_of(photo), calibration.weights_of(photo)), (None, random));
    assert_eq!(calibration.workloads(), with_files.workloads());
}

#[test]
fn weights_are_for_models_that_are_measured() {
    let problems = stray_weights(&[Model::ResNet18, Model::MobileNetV2], &[Model::ResNet18]);
    let stray = FieldReason::StrayWeights { model: Model::MobileNetV2 };
    assert_eq!(problems, [Problem::new("weights", stray)]);
}

/// As version 0.1 kept the quick preset with an image and weights.
const FLAT: &str = r#"{
    "name": "quick", "models": ["resnet18"], "sizes": [224], "batches": [1], "matmul": [1024], "devices": ["cpu"],
    "threads": ["all"], "precisions": ["f32"], "engines": [], "exact": true, "streams": [1, 2],
    "image": "abababababababababababababababababababababababababababababababab",
    "weights": {"resnet18": "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"},
    "measuring": {"runs": null, "budget_ms": 5000}, "machines": ["pc-1"], "labels": {"room": "A1"},
    "seed": 18446744073709551615, "budget_ms": 60000, "calibration": false
}"#;

#[test]
fn sweeps_from_before_there_were_kinds_of_work_read() {
    let read: SweepSpec = serde_json::from_str(FLAT).unwrap();
    let classify = ClassifyWork {
        models: vec![Model::ResNet18],
        sizes: vec![224],
        batches: vec![1],
        image: Some(Digest([0xab; 32])),
        weights: [(Model::ResNet18, Digest([0xcd; 32]))].into(),
    };
    let expected = SweepSpec {
        work: vec![WorkSpec::Classify(classify), WorkSpec::Matmul(MatmulWork { sizes: vec![1024] })],
        devices: vec![DeviceSelector::Kind(DeviceKind::Cpu)],
        exact: true,
        streams: vec![1, 2],
        machines: vec!["pc-1".to_owned()],
        labels: [("room".to_owned(), "A1".to_owned())].into(),
        seed: u64::MAX,
        budget_ms: Some(60_000),
        ..Preset::Quick.spec()
    };
    assert_eq!(read, expected);
    let again: SweepSpec = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(again, read);
}

#[test]
fn sweeps_from_before_there_were_streams_and_budgets_read() {
    const OLDEST: &str = r#"{
        "name": "practice", "models": ["resnet18"], "sizes": [224, 512, 1024], "batches": [1], "matmul": [],
        "devices": [], "threads": ["all"], "precisions": ["f32"], "engines": [], "image": null, "weights": {},
        "measuring": {"runs": null, "budget_ms": 15000}, "machines": [], "labels": {}, "seed": 1
    }"#;
    assert_eq!(serde_json::from_str::<SweepSpec>(OLDEST).unwrap(), Preset::Practice.spec());
}

#[test]
fn work_is_flat_where_it_has_one_part_of_a_kind() {
    for preset in Preset::ALL {
        let work = preset.spec().work;
        assert_eq!(FlatWork::of(&work).unwrap().into_work(), work, "{preset}");
    }
    let twice = [Preset::Quick.spec().work, Preset::Practice.spec().work].concat();
    assert_eq!(FlatWork::of(&twice), None);
}
