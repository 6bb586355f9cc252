//! What cannot be compiled is an error, before any memory is asked for.

use cotejo_cpu::{
    Block, CompileError, Conv, Depthwise, Function, InstructionSet, Network, Options, Plan, SqueezeExcite,
};
use cotejo_worker_samples::networks::{self, Excited};
use cotejo_worker_samples::random::Random;

use super::options;

fn basic() -> Network {
    networks::basic(&mut Random::new(1), 16, &[(16, 1), (24, 2)], 5)
}

fn inverted() -> Network {
    networks::inverted(&mut Random::new(1), &[(16, 8, 1), (24, 16, 2), (32, 16, 1)], Some(32), 5)
}

const PORTABLE: InstructionSet = InstructionSet::Portable;

fn refusal(network: &Network, options: Options) -> CompileError {
    Plan::compile(network, options).expect_err("this cannot be compiled")
}

#[test]
fn nothing_to_do_is_refused() {
    let some = Options { images: 1, ..options(8, 8, PORTABLE) };
    for network in [basic(), inverted()] {
        for none in [
            Options { images: 0, ..some },
            Options { height: 0, ..some },
            Options { width: 0, ..some },
            Options { threads: 0, ..some },
        ] {
            assert!(matches!(refusal(&network, none), CompileError::Empty));
        }
    }
}

#[test]
fn sizes_that_offsets_do_not_reach_are_refused() {
    let huge = [(100_000, 100_000), (usize::MAX, 1), (1, usize::MAX), (usize::MAX, usize::MAX), (1 << 33, 1 << 33)];
    for network in [basic(), inverted()] {
        for (height, width) in huge {
            let error = refusal(&network, options(height, width, PORTABLE));
            assert!(matches!(error, CompileError::TooLarge { .. }), "{error}");
        }
        for images in [1 << 40, usize::MAX] {
            let error = refusal(&network, Options { images, ..options(8, 8, PORTABLE) });
            assert!(matches!(error, CompileError::TooLarge { .. }), "{error}");
        }
        let error = refusal(&network, Options { threads: usize::MAX, ..options(8, 8, PORTABLE) });
        assert!(matches!(error, CompileError::Thread(_)), "{error}");
    }
}

#[test]
fn more_memory_than_there_is_is_refused() {
    // More than the addresses of a process.
    let error = refusal(&basic(), Options { images: 1 << 26, ..options(1000, 1000, PORTABLE) });
    assert!(matches!(error, CompileError::Memory { .. }), "{error}");
}

#[test]
fn an_instruction_set_that_the_processor_lacks_is_refused() {
    for set in [InstructionSet::Avx512, InstructionSet::Avx2, InstructionSet::Neon] {
        if !set.is_available() {
            let error = refusal(&basic(), options(8, 8, set));
            assert!(matches!(error, CompileError::InstructionSet(lacking) if lacking == set));
        }
    }
}

/// Compiles what a change makes of a network, and checks that the layer that is at fault is named.
fn unsupported(network: Network, change: impl FnOnce(&mut Network), layer: &str) {
    let mut changed = network;
    change(&mut changed);
    match Plan::compile(&changed, options(16, 16, PORTABLE)) {
        Err(CompileError::Unsupported { layer: named, .. }) => assert_eq!(named, layer),
        other => panic!("{layer}: {other:?}"),
    }
}

#[test]
fn other_stems_are_refused() {
    let mut random = Random::new(2);
    for (inputs, kernel, stride) in [(1, 7, 2), (4, 7, 2), (3, 5, 2), (3, 1, 2), (3, 7, 1), (3, 3, 1), (3, 3, 3)] {
        let stem = random.conv("other", [inputs, 16], [kernel, stride], Function::Relu);
        for network in [basic(), inverted()] {
            unsupported(network, |network| network.stem = stem.clone(), "other");
        }
    }
    unsupported(basic(), |network| network.pool = false, "conv1");
    unsupported(inverted(), |network| network.pool = true, "features.0");
    unsupported(inverted(), |network| network.blocks.clear(), "features.0");
}

/// The parts of a block of two convolutions.
fn parts(network: &mut Network, block: usize) -> (&mut Conv, &mut Conv, &mut Option<Conv>) {
    match &mut network.blocks[block] {
        Block::Basic { first, second, shortcut } => (first, second, shortcut),
        other => panic!("{other:?}"),
    }
}

/// The parts of an inverted residual, and whether its input is added.
fn inverted_parts(network: &mut Network, block: usize) -> (&mut Option<Conv>, &mut Depthwise, &mut Conv, &mut bool) {
    match &mut network.blocks[block] {
        Block::InvertedResidual { expand, depthwise, project, residual, .. } => (expand, depthwise, project, residual),
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_kernels_are_refused() {
    let mut random = Random::new(2);
    for (kernel, stride) in [(5, 1), (7, 1), (2, 1), (0, 1), (3, 3), (3, 0), (1, 4)] {
        let other = random.conv("other", [16, 16], [kernel, stride], Function::Relu);
        unsupported(basic(), |network| *parts(network, 0).0 = other.clone(), "other");
    }
    for (kernel, stride) in [(3, 1), (1, 2), (1, 0)] {
        let mut conv = |inputs, outputs| random.conv("other", [inputs, outputs], [kernel, stride], Function::Relu6);
        let (expand, project, head) = (conv(8, 24), conv(24, 16), conv(16, 32));
        unsupported(inverted(), |network| *inverted_parts(network, 1).0 = Some(expand), "other");
        unsupported(inverted(), |network| *inverted_parts(network, 1).2 = project, "other");
        unsupported(inverted(), |network| network.head = Some(head), "other");
    }
    for stride in [0, 3] {
        unsupported(inverted(), |network| inverted_parts(network, 1).1.stride = stride, "features.2.conv.1");
    }
    for kernel in [1, 7] {
        let other = random.depthwise("other", 24, [kernel, 1], Function::Relu6);
        unsupported(inverted(), |network| *inverted_parts(network, 1).1 = other, "other");
    }
    let sigmoid = |network: &mut Network| inverted_parts(network, 1).1.function = Function::HardSigmoid;
    unsupported(inverted(), sigmoid, "features.2.conv.1");
    unsupported(basic(), |network| parts(network, 0).1.stride = 2, "layer0.conv2");
    // The zeros around an image would be greater than its values.
    for function in [Function::Identity, Function::HardSwish] {
        unsupported(basic(), |network| network.stem.function = function, "conv1");
    }
}

#[test]
fn layers_that_do_not_fit_each_other_are_refused() {
    let mut random = Random::new(2);
    for channels in [8, 40] {
        let mut conv = |inputs, outputs, kernel| random.conv("other", [inputs, outputs], [kernel, 1], Function::Relu);
        let (first, second, head) = (conv(channels, 16, 3), conv(16, channels, 3), conv(channels, 32, 1));
        unsupported(basic(), |network| *parts(network, 0).0 = first, "other");
        unsupported(basic(), |network| *parts(network, 0).1 = second, "other");
        unsupported(inverted(), |network| network.head = Some(head), "other");
        let filter = random.depthwise("other", channels, [3, 1], Function::Relu6);
        unsupported(inverted(), |network| *inverted_parts(network, 1).1 = filter, "other");
        unsupported(basic(), |network| network.classifier.inputs = channels, "fc");
    }
    unsupported(basic(), |network| *parts(network, 1).2 = None, "layer1.conv2");
    unsupported(basic(), |network| parts(network, 1).2.as_mut().unwrap().stride = 1, "layer1.conv2");
    unsupported(inverted(), |network| *inverted_parts(network, 1).3 = true, "features.2.conv.2");
    unsupported(inverted(), |network| *inverted_parts(network, 0).3 = true, "features.1.conv.2");
    unsupported(inverted(), |network| *inverted_parts(network, 1).0 = None, "features.2.conv.1");
    let (of_basic, of_inverted) = (basic().blocks.remove(0), inverted().blocks.remove(1));
    unsupported(basic(), |network| network.blocks.push(of_inverted), "features.2.conv.1");
    unsupported(inverted(), |network| network.blocks.push(of_basic), "layer0.conv1");
}

/// One squeeze-and-excitation in the second block, and a hidden layer.
fn excited() -> Network {
    let first = Excited { wide: 16, outputs: 8, kernel: 3, stride: 1, function: Function::Relu, squeezed: None };
    let second = Excited { wide: 24, kernel: 5, squeezed: Some(8), ..first };
    networks::excited(&mut Random::new(1), &[first, second], [32, 16], 5)
}

#[test]
fn layers_of_values_that_do_not_fit_are_refused() {
    let excite = |network: &mut Network| match &mut network.blocks[1] {
        Block::InvertedResidual { excite: Some(excite), .. } => excite.clone(),
        other => panic!("{other:?}"),
    };
    let changed = |change: fn(&mut SqueezeExcite)| {
        move |network: &mut Network| {
            let mut excited = excite(network);
            change(&mut excited);
            let Block::InvertedResidual { excite, .. } = &mut network.blocks[1] else { unreachable!() };
            *excite = Some(excited);
        }
    };
    unsupported(excited(), changed(|excite| excite.reduce.inputs = 16), "features.2.block.fc1");
    unsupported(excited(), changed(|excite| excite.expand.inputs = 16), "features.2.block.fc2");
    unsupported(excited(), changed(|excite| excite.expand.bias.truncate(1)), "features.2.block.fc2");
    unsupported(excited(), |network| network.hidden = None, "classifier.3");
    unsupported(excited(), |network| network.hidden.as_mut().unwrap().inputs = 1, "classifier.0");
    let first = |network: &mut Network| {
        let excite = excite(network);
        let Block::InvertedResidual { excite: first, .. } = &mut network.blocks[0] else { unreachable!() };
        *first = Some(excite);
    };
    unsupported(excited(), first, "features.0");
}

#[test]
fn weights_that_are_too_few_or_too_many_are_refused() {
    unsupported(basic(), |network| network.stem.weight.truncate(100), "conv1");
    unsupported(basic(), |network| parts(network, 0).1.weight.push(1.0), "layer0.conv2");
    unsupported(basic(), |network| parts(network, 0).1.bias.clear(), "layer0.conv2");
    unsupported(inverted(), |network| inverted_parts(network, 1).1.weight.push(1.0), "features.2.conv.1");
    unsupported(inverted(), |network| inverted_parts(network, 1).1.bias.push(1.0), "features.2.conv.1");
    unsupported(basic(), |network| network.classifier.bias.push(1.0), "fc");
    unsupported(basic(), |network| network.classifier.weight.clear(), "fc");
    let none = |conv: &mut Conv| {
        conv.outputs = 0;
        conv.weight.clear();
        conv.bias.clear();
    };
    unsupported(basic(), |network| none(parts(network, 0).0), "layer0.conv1");
    unsupported(inverted(), |network| none(inverted_parts(network, 1).2), "features.2.conv.2");
    let no_classes = |network: &mut Network| {
        network.classifier.outputs = 0;
        network.classifier.weight.clear();
        network.classifier.bias.clear();
    };
    unsupported(basic(), no_classes, "fc");
}
