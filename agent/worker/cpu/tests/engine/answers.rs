//! The same answer, however a plan runs; and no number where there is none.

use cotejo_cpu::{CompileError, Function, InstructionSet, Network, Options, Plan, Streams};
use cotejo_worker_samples::networks::{self, Excited};
use cotejo_worker_samples::oracle::Tensor;
use cotejo_worker_samples::random::Random;

use super::{compile, input, options, run};

/// One of each family, with every kind of layer.
fn small() -> [Network; 4] {
    let mut random = Random::new(1);
    let basic = networks::basic(&mut random, 24, &[(24, 1), (40, 2), (64, 1)], 21);
    let blocks = [(32, 16, 1), (48, 24, 2), (72, 24, 1), (80, 40, 2), (120, 40, 1)];
    let inverted = networks::inverted(&mut random, &blocks, Some(64), 21);
    let bottleneck = networks::bottleneck(&mut random, 24, &[(16, 40, 1), (24, 64, 2), (16, 64, 1)], 21);
    let block = |wide, outputs, kernel, stride, function, squeezed| Excited {
        wide,
        outputs,
        kernel,
        stride,
        function,
        squeezed,
    };
    let blocks = [
        block(16, 16, 3, 1, Function::Relu, None),
        block(48, 24, 5, 2, Function::Relu, Some(8)),
        block(72, 24, 5, 1, Function::HardSwish, Some(24)),
        block(80, 40, 3, 2, Function::HardSwish, None),
    ];
    let excited = networks::excited(&mut random, &blocks, [64, 40], 21);
    [basic, inverted, bottleneck, excited]
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Each small network, exact or not, on each instruction set.
fn for_each(size: [usize; 2], test: impl Fn(&Network, Options, &[f32])) {
    for network in &small() {
        for instruction_set in InstructionSet::available() {
            for exact in [false, true] {
                let options = Options { images: 3, exact, ..options(size[0], size[1], instruction_set) };
                test(network, options, &input(&mut Random::new(2), &options));
            }
        }
    }
}

#[test]
fn a_plan_gives_the_same_answer_again_whatever_it_saw_between() {
    for_each([67, 93], |network, options, input| {
        let mut plan = compile(network, Options { threads: 2, ..options });
        let first = run(&mut plan, input);
        let other: Vec<f32> = input.iter().map(|value| value * 100.0 - 1.0).collect();
        run(&mut plan, &other);
        assert_eq!(bits(&run(&mut plan, input)), bits(&first));
        // Nothing of what is not a number may be left in the plan's memory.
        assert!(run(&mut plan, &vec![f32::NAN; input.len()]).iter().all(|logit| logit.is_nan()));
        assert_eq!(bits(&run(&mut plan, input)), bits(&first));
    });
}

/// What other algorithms may change of the logits, in units of their root mean square.
const TOLERANCE: f64 = 2e-5;

/// Compares the answers of two plans: the same where they have the same algorithms, otherwise close.
fn assert_alike((one, first): (&Plan, &[f32]), (other, second): (&Plan, &[f32])) {
    let algorithms = |plan: &Plan| plan.steps().iter().map(|step| step.algorithm.clone()).collect::<Vec<_>>();
    if algorithms(one) == algorithms(other) {
        assert_eq!(bits(first), bits(second), "{:?} and {:?}", one.options(), other.options());
    } else {
        assert!(!one.options().exact, "there is one way to be exact");
        let distance = Tensor::of([1, first.len(), 1, 1], first).distance(second);
        assert!(distance <= TOLERANCE, "{:?} and {:?}: {distance:.1e}", one.options(), other.options());
    }
}

#[test]
fn threads_change_nothing_but_the_choice_of_algorithms() {
    for_each([67, 93], |network, options, input| {
        let mut one = compile(network, options);
        let expected = run(&mut one, input);
        for threads in [2, 3, 8] {
            let mut several = compile(network, Options { threads, ..options });
            let actual = run(&mut several, input);
            assert_alike((&one, &expected), (&several, &actual));
        }
    });
}

#[test]
fn an_image_gets_the_same_answer_alone_and_among_others() {
    for_each([67, 93], |network, options, input| {
        let mut all = compile(network, options);
        let together = run(&mut all, input);
        let mut alone = compile(network, Options { images: 1, ..options });
        let images = input.chunks_exact(input.len() / options.images);
        let apart: Vec<f32> = images.flat_map(|image| run(&mut alone, image)).collect();
        assert_alike((&all, &together), (&alone, &apart));
    });
}

#[test]
fn twins_run_at_once_and_agree() {
    for_each([40, 51], |network, options, input| {
        let mut plan = compile(network, Options { threads: 2, ..options });
        let alone = run(&mut plan, input);
        let mut twin = plan.twin().unwrap();
        assert_eq!(plan.steps(), twin.steps());
        assert_eq!(plan.arena_bytes(), twin.arena_bytes());
        std::thread::scope(|scope| {
            for plan in [&mut plan, &mut twin] {
                scope.spawn(|| (0..5).for_each(|_| assert_eq!(bits(&run(plan, input)), bits(&alone))));
            }
        });
    });
}

#[test]
fn streams_share_threads_and_agree() {
    for_each([40, 51], |network, options, input| {
        let mut streams =
            Streams::compile(network.clone(), Options { threads: 3, ..options }, 2, input.into()).unwrap();
        assert_eq!(streams.count(), 2);
        for _ in 0..3 {
            streams.forward();
        }
        for (stream, threads) in [2, 1].into_iter().enumerate() {
            let alone = run(&mut compile(network, Options { threads, ..options }), input);
            assert_eq!(bits(&streams.logits(stream)), bits(&alone));
        }
    });
    let network = small().into_iter().next().unwrap();
    let options = Options { threads: 2, ..options(16, 16, InstructionSet::Portable) };
    let refused = Streams::compile(network, options, 3, Vec::new().into()).unwrap_err();
    assert!(matches!(refused, CompileError::Streams { streams: 3, threads: 2 }));
}

#[test]
fn a_timed_forward_gives_the_same_answer_and_a_time_for_each_step() {
    for_each([33, 65], |network, options, input| {
        let mut plan = compile(network, Options { threads: 2, ..options });
        let expected = run(&mut plan, input);
        let mut logits = vec![f32::NAN; expected.len()];
        let times = plan.forward_timed(input, &mut logits);
        assert_eq!(times.len(), plan.steps().len());
        assert!(!times.iter().sum::<std::time::Duration>().is_zero());
        assert_eq!(bits(&logits), bits(&expected));
    });
}

#[test]
fn one_pixel_that_is_not_a_number_reaches_the_logits_of_its_image_only() {
    // In both, the last row or column of what the stem gives is the last of a window of the maximum, and not.
    for [height, width] in [[32, 64], [35, 29]] {
        for_each([height, width], |network, options, input| {
            let mut plan = compile(network, options);
            let clean = run(&mut plan, input);
            for y in [0, 1, height / 2, height - 2, height - 1] {
                for x in [0, 1, width / 2, width - 2, width - 1] {
                    let mut spoilt = input.to_vec();
                    let channel = (y + x) % 3;
                    // In the second image.
                    spoilt[((3 + channel) * height + y) * width + x] = f32::NAN;
                    let logits = run(&mut plan, &spoilt);
                    for (image, (logits, clean)) in logits.chunks(21).zip(clean.chunks(21)).enumerate() {
                        if image == 1 {
                            let gone = logits.iter().filter(|logit| !logit.is_nan()).count();
                            assert_eq!(gone, 0, "{} {height}x{width} at {y}, {x}: {options:?}", network.stem.name);
                        } else {
                            assert_eq!(bits(logits), bits(clean));
                        }
                    }
                }
            }
        });
    }
}
