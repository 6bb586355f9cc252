//! Answers against the CPU engine's.

use cotejo_cuda::{Plan, Precision};

use super::{
    CAPTURES_NOTHING, CHANNELS_FIRST_ALONE, GOOD, PRODUCTS_ALONE, basic, bottleneck, distance, excited, expected,
    input, inverted, open, options,
};

/// What the issue of number formats allows: rounding of a few layers stays below.
fn limit(precision: Precision) -> f32 {
    match precision {
        Precision::F32 => 1e-5,
        Precision::Tf32 | Precision::F16 => 4e-3,
        Precision::Bf16 => 4e-2,
    }
}

#[test]
fn networks_of_every_family_have_the_answers_of_the_cpu_in_every_precision_and_layout() {
    for gpu in [GOOD, CHANNELS_FIRST_ALONE, PRODUCTS_ALONE] {
        let device = open(gpu).unwrap();
        let networks =
            [("basic", basic()), ("inverted", inverted()), ("bottleneck", bottleneck()), ("excited", excited())];
        for (name, network) in networks {
            for precision in [Precision::F32, Precision::Tf32, Precision::F16, Precision::Bf16] {
                let options = options(2, 33, 47, precision);
                let input = input(&options);
                let mut plan = Plan::compile(&device, &network, options, &input).unwrap();
                let products = plan.steps().iter().filter(|step| step.algorithm.contains("product")).count();
                match gpu {
                    CHANNELS_FIRST_ALONE => assert!(!plan.is_channels_last() && products == 0),
                    PRODUCTS_ALONE => assert!(plan.is_channels_last() && products > 4, "{:?}", plan.steps()),
                    _ => {}
                }
                let error = distance(&expected(&network, &options, &input), plan.download().unwrap());
                assert!(error < limit(precision), "{name} in {precision:?} on GPU {gpu}: {error}");
                // Rounding shows, or the format was not used at all.
                assert!(precision == Precision::F32 || error > 1e-6, "{name} in {precision:?}: {error}");
            }
        }
    }
}

#[test]
fn sizes_that_fit_no_vector_are_right_as_well() {
    let device = open(GOOD).unwrap();
    for (images, height, width) in [(1, 1, 1), (1, 7, 1), (5, 9, 13), (3, 32, 32)] {
        for network in [basic(), inverted(), bottleneck(), excited()] {
            let options = options(images, height, width, Precision::F32);
            let input = input(&options);
            let mut plan = Plan::compile(&device, &network, options, &input).unwrap();
            let error = distance(&expected(&network, &options, &input), plan.download().unwrap());
            assert!(error < 1e-5, "{images} of {height}x{width}: {error}");
        }
    }
}

#[test]
fn the_graph_computes_what_is_uploaded_again_and_again() {
    let network = inverted();
    let options = options(1, 24, 24, Precision::F32);
    for gpu in [GOOD, CAPTURES_NOTHING] {
        let device = open(gpu).unwrap();
        let first = input(&options);
        let second: Vec<f32> = first.iter().map(|value| 0.5 - value).collect();
        let mut plan = Plan::compile(&device, &network, options, &first).unwrap();
        assert_eq!(plan.is_graph(), gpu == GOOD, "GPU {gpu}");
        let before = plan.download().unwrap().to_vec();
        plan.upload(&second).unwrap();
        assert_eq!(plan.download().unwrap(), before, "nothing is computed yet");
        plan.forward().unwrap();
        let after = plan.download().unwrap().to_vec();
        assert!(distance(&expected(&network, &options, &second), &after) < 1e-5);
        plan.upload(&first).unwrap();
        plan.forward().unwrap();
        assert_eq!(plan.download().unwrap(), before, "the same bits for the same input");
        let times = plan.event_times().unwrap().expect("this driver tells times");
        assert!(times.forward.as_nanos() > 0, "{times:?}");
    }
}

#[test]
fn every_layer_says_how_it_is_computed_and_relu6_costs_no_pass_of_its_own() {
    let device = open(GOOD).unwrap();
    let options = options(1, 32, 32, Precision::F16);
    let plan = Plan::compile(&device, &inverted(), options, &input(&options)).unwrap();
    let steps = plan.steps();
    let layers: Vec<&str> = steps.iter().map(|step| step.layer.as_str()).collect();
    let blocks = ["features.1.conv.1", "features.1.conv.2", "features.2.conv.0", "features.2.conv.1"];
    assert_eq!(layers[..2], ["input", "features.0"]);
    assert_eq!(layers[2..6], blocks);
    assert_eq!(layers[layers.len() - 3..], ["head", "mean", "classifier"]);
    let strips = steps.iter().filter(|step| step.algorithm.contains("pixels a thread")).count();
    assert_eq!(strips, 4, "{steps:?}");
    assert!(plan.memory_bytes() > 0 && plan.classes() == 40);
}

#[test]
fn the_classifier_of_a_batch_is_a_product_and_right() {
    let options = options(9, 12, 12, Precision::F32);
    for (gpu, network) in [(GOOD, inverted()), (PRODUCTS_ALONE, basic())] {
        let device = open(gpu).unwrap();
        let input = input(&options);
        let mut plan = Plan::compile(&device, &network, options, &input).unwrap();
        assert_eq!(plan.steps().last().unwrap().algorithm, "cuBLAS product");
        let error = distance(&expected(&network, &options, &input), plan.download().unwrap());
        assert!(error < 1e-5, "GPU {gpu}: {error}");
    }
}

#[test]
fn each_layer_has_a_time_and_the_plan_goes_on_computing() {
    let device = open(GOOD).unwrap();
    let options = options(1, 16, 16, Precision::F32);
    let input = input(&options);
    let mut plan = Plan::compile(&device, &basic(), options, &input).unwrap();
    let times = plan.layer_times().unwrap();
    assert_eq!(times.len(), plan.steps().len());
    assert!(times.iter().all(|time| time.as_nanos() > 0), "{times:?}");
    plan.forward().unwrap();
    assert!(distance(&expected(&basic(), &options, &input), plan.download().unwrap()) < 1e-5);
}
