//! What cannot be compiled is an error, before any memory is asked for.

use super::engine::{Block, CompileError, Function, InstructionSet, Network, Options, Plan};
use super::random::Random;
use super::{networks, options};

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
    }
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

#[test]
fn other_kernels_are_refused() {
    let mut random = Random::new(2);
    for (kernel, stride) in [(5, 1), (7, 1), (2, 1), (0, 1), (3, 3), (3, 0), (1, 4)] {
        let other = random.conv("other", [16, 16], [kernel.max(1), stride], Function::Relu);
        unsupported(
            basic(),
            |network| {
                if let Block::Basic { first, .. } = &mut network.blocks[0] {
                    *first = super::engine::Conv { kernel, ..other };
                }
            },
            "other",
        );
    }
}
