use std::collections::HashMap;

use super::build::lives;
use super::*;

const LAST: Form = Form { layout: Layout::ChannelsLast, stem: Stem::Arranged };
const GATHERED: Form = Form { layout: Layout::ChannelsLast, stem: Stem::Gathered };
const FIRST: Form = Form { layout: Layout::ChannelsFirst, stem: Stem::Arranged };

fn conv(name: &str, [inputs, outputs]: [usize; 2], [kernel, stride]: [usize; 2], function: Function) -> Conv {
    let weight = vec![0.0; inputs * outputs * kernel * kernel];
    Conv { name: name.to_owned(), inputs, outputs, kernel, stride, weight, bias: vec![0.0; outputs], function }
}

fn linear(inputs: usize) -> Linear {
    Linear {
        name: "fc".to_owned(),
        inputs,
        outputs: 10,
        weight: vec![0.0; inputs * 10],
        bias: vec![0.0; 10],
        function: Function::Identity,
    }
}

fn inverted() -> Network {
    let depthwise = |channels| Depthwise {
        name: "filter".to_owned(),
        channels,
        kernel: 3,
        stride: 1,
        weight: vec![0.0; channels * 9],
        bias: vec![0.0; channels],
        function: Function::Relu6,
    };
    let block = |expand: Option<Conv>, wide: usize, residual| Block::InvertedResidual {
        expand,
        depthwise: depthwise(wide),
        excite: None,
        project: conv("project", [wide, 16], [1, 1], Function::Identity),
        residual,
    };
    Network {
        stem: conv("stem", [3, 32], [3, 2], Function::Relu6),
        pool: false,
        blocks: vec![block(None, 32, false), block(Some(conv("expand", [16, 96], [1, 1], Function::Relu6)), 96, true)],
        head: Some(conv("head", [16, 64], [1, 1], Function::Relu6)),
        hidden: None,
        classifier: linear(64),
    }
}

fn basic() -> Network {
    let relu = |inputs, outputs, stride| conv("conv", [inputs, outputs], [3, stride], Function::Relu);
    Network {
        stem: conv("stem", [3, 16], [7, 2], Function::Relu),
        pool: true,
        blocks: vec![
            Block::Basic { first: relu(16, 16, 1), second: relu(16, 16, 1), shortcut: None },
            Block::Basic {
                first: relu(16, 32, 2),
                second: relu(32, 32, 1),
                shortcut: Some(conv("past", [16, 32], [1, 2], Function::Identity)),
            },
        ],
        head: None,
        hidden: None,
        classifier: linear(32),
    }
}

fn options(precision: Precision) -> Options {
    Options { images: 2, height: 30, width: 22, precision }
}

#[test]
fn tensors_that_live_at_the_same_time_share_no_bytes() {
    for network in [inverted(), basic()] {
        let program = Program::new(&network, &options(Precision::F32), LAST).unwrap();
        let lives = lives(&program.operations, program.buffers.len());
        for (a, first) in program.buffers.iter().enumerate() {
            assert!(first.offset.is_multiple_of(ALIGNMENT) && first.offset + first.bytes <= program.arena_bytes);
            for (b, second) in program.buffers.iter().enumerate().skip(a + 1) {
                let meet = lives[a].0 <= lives[b].1 && lives[b].0 <= lives[a].1;
                let share = first.offset < second.offset + second.bytes && second.offset < first.offset + first.bytes;
                assert!(!(meet && share), "{a} and {b}: {first:?} {second:?}");
            }
        }
        let all: usize = program.buffers.iter().map(|buffer| buffer.bytes).sum();
        assert!(program.arena_bytes < all, "some bytes serve twice");
    }
}

#[test]
fn every_tensor_is_written_once_before_it_is_read() {
    for network in [inverted(), basic()] {
        let program = Program::new(&network, &options(Precision::F16), LAST).unwrap();
        let mut written = HashMap::new();
        for (index, operation) in program.operations.iter().enumerate() {
            for read in operation.reads().into_iter().flatten() {
                assert!(written.contains_key(&read.buffer), "{} reads what nobody wrote", operation.name());
            }
            if let Some(write) = operation.writes() {
                assert_eq!(written.insert(write.buffer, index), None);
            }
        }
    }
}

#[test]
fn relu6_is_left_to_the_layer_that_loads_it_and_relu_is_not() {
    let network = inverted();
    let program = Program::new(&network, &options(Precision::F32), LAST).unwrap();
    for operation in &program.operations {
        match operation {
            Operation::Convolution { conv, function, .. } => assert_eq!(*function, Function::Identity, "{}", conv.name),
            Operation::Depthwise { before, .. } | Operation::Mean { before, .. } => {
                assert_eq!(*before, Function::Relu6, "{}", operation.name());
            }
            _ => {}
        }
    }
    let network = basic();
    let program = Program::new(&network, &options(Precision::F32), LAST).unwrap();
    let relus = program
        .operations
        .iter()
        .filter(|operation| matches!(operation, Operation::Convolution { function: Function::Relu, .. }));
    assert_eq!(relus.count(), 5);
}

#[test]
fn a_stem_that_nothing_can_finish_for_it_finishes_itself() {
    let mut network = inverted();
    network.blocks.remove(0);
    network.stem = conv("stem", [3, 16], [3, 2], Function::Relu6);
    let program = Program::new(&network, &options(Precision::F32), LAST).unwrap();
    let Operation::Convolution { function, .. } = program.operations[1] else { panic!("the stem") };
    assert_eq!(function, Function::Relu6);
}

#[test]
fn the_image_has_as_many_channels_as_tensor_cores_want() {
    let channels = |precision, form| {
        let network = basic();
        let program = Program::new(&network, &options(precision), form).unwrap();
        let Operation::Arrange { output, .. } = program.operations[0] else { panic!("the input") };
        output.channels
    };
    assert_eq!(channels(Precision::F32, LAST), 3);
    assert_eq!(channels(Precision::Tf32, LAST), 4);
    assert_eq!(channels(Precision::F16, LAST), 8);
    assert_eq!(channels(Precision::Bf16, FIRST), 3);
}

#[test]
fn layers_that_do_not_fit_are_named() {
    let mut network = basic();
    network.classifier = linear(64);
    let error = Program::new(&network, &options(Precision::F32), LAST).unwrap_err();
    assert!(error.detail.contains("fc"), "{error}");
    let none = Options { images: 0, ..options(Precision::F32) };
    assert!(Program::new(&basic(), &none, LAST).is_err());
}

#[test]
fn a_gathered_stem_has_what_each_of_its_pixels_sees() {
    let gathered = |network: &Network, precision, side| {
        let options = Options { images: 2, height: side, width: side, precision };
        Program::new(network, &options, GATHERED).map(|program| match program.operations[..2] {
            [Operation::Gather { output, .. }, Operation::Convolution { gathered: true, output: made, .. }] => {
                assert_eq!((made.height, made.width), (output.height, output.width));
                (output.channels, output.height)
            }
            _ => panic!("the input and the stem"),
        })
    };
    // 49 taps, filled up to vectors of 8 or 4, for each of three channels.
    assert_eq!(gathered(&basic(), Precision::F16, 31).unwrap(), (3 * 56, 16));
    assert_eq!(gathered(&basic(), Precision::F32, 30).unwrap(), (3 * 52, 15));
    assert_eq!(gathered(&inverted(), Precision::Bf16, 32).unwrap(), (3 * 16, 16));
    assert_eq!(gathered(&basic(), Precision::F32, 2048).unwrap_err().reason, crate::Reason::Unsupported);
}
