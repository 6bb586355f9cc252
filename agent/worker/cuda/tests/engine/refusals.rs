//! What cannot be computed says why.

use cotejo_cuda::Library;
use cotejo_cuda::{Plan, Precision, Reason};
use cotejo_network::Block;

use super::{CHANNELS_FIRST_ALONE, GOOD, OLD, SMALL, TAKEN, basic, excited, input, inverted, open, options};

#[test]
fn a_gpu_is_described_and_its_libraries_are_found() {
    let device = open(OLD).unwrap();
    let facts = device.facts();
    assert_eq!((facts.name.as_str(), facts.compute_capability), ("Simulated GPU 1", (6, 1)));
    assert_eq!((facts.memory_bytes, facts.cuda.as_deref()), (2 << 30, Some("13.0")));
    assert_eq!(facts.cudnn.as_deref(), Some("9.13.0"));
    for library in Library::ALL {
        let found = library.find().unwrap();
        assert!(found.version.is_some(), "{}", library.name());
        assert!(cfg!(not(target_os = "linux")) || found.path.is_some(), "{}", library.name());
    }
}

#[test]
fn gpus_that_are_taken_or_not_there_are_named() {
    let taken = open(TAKEN).unwrap_err();
    assert_eq!(taken.reason, Reason::Busy, "{taken}");
    let absent = open(99).unwrap_err();
    assert_eq!(absent.reason, Reason::NotCounted { index: 99, count: 7 });
}

#[test]
fn what_does_not_fit_is_refused_with_both_figures_and_the_gpu_goes_on() {
    let device = open(SMALL).unwrap();
    let large = options(4, 1024, 1024, Precision::F32);
    let error = Plan::compile(&device, &basic(), large, &input(&large)).err().unwrap();
    let Reason::TooLittleMemory { needs, has, free } = error.reason else { panic!("{error}") };
    assert_eq!((needs.div_ceil(1 << 20), has >> 20, free >> 20), (161, 64, 64));
    let small = options(1, 32, 32, Precision::F32);
    let free = device.free_memory_bytes().unwrap();
    Plan::compile(&device, &basic(), small, &input(&small)).unwrap();
    assert_eq!(device.free_memory_bytes().unwrap(), free, "a plan gives everything back");
}

#[test]
fn the_memory_of_a_plan_is_known_before() {
    let gpus = [GOOD, CHANNELS_FIRST_ALONE].map(|index| open(index).unwrap());
    for (device, network) in gpus.iter().flat_map(|device| [(device, basic()), (device, excited())]) {
        for precision in [Precision::F32, Precision::F16] {
            let options = options(3, 96, 96, precision);
            let plan = Plan::compile(device, &network, options, &input(&options)).unwrap();
            let predicted = cotejo_cuda::memory_bytes(&network, &options).unwrap();
            // Which form is the fastest differs from run to run; one that gathers what a layer sees takes more. Channels
            // first, none does.
            let steps = plan.steps();
            if steps[0].output[0] > 8 || steps.iter().any(|step| step.algorithm.contains("gathered")) {
                assert!(plan.memory_bytes() < predicted + (256 << 20));
                continue;
            }
            let ratio = plan.memory_bytes() as f64 / predicted as f64;
            // So does which algorithms are, and how much room they work in.
            assert!((0.6..1.1).contains(&ratio), "{predicted} bytes, in fact {}", plan.memory_bytes());
        }
    }
}

#[test]
fn precisions_without_hardware_and_networks_that_make_no_sense_are_unsupported() {
    let small = options(1, 16, 16, Precision::Tf32);
    let error = Plan::compile(&open(OLD).unwrap(), &basic(), small, &input(&small)).err().unwrap();
    assert_eq!(error.reason, Reason::PrecisionMissing { precision: Precision::Tf32, capability: (6, 1) });

    let device = open(GOOD).unwrap();
    let small = options(1, 16, 16, Precision::F32);
    let mut network = inverted();
    let Block::InvertedResidual { depthwise, .. } = &mut network.blocks[1] else { panic!("of this kind") };
    depthwise.weight.pop();
    let error = Plan::compile(&device, &network, small, &input(&small)).err().unwrap();
    assert!(error.detail.contains("features.2.conv.1"), "{error}");
    let error = Plan::compile(&device, &inverted(), small, &[0.0; 5]).err().unwrap();
    assert!(error.detail.contains("5 numbers"), "{error}");
}
