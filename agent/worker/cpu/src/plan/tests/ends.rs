//! The input's border, and the means.

use cotejo_worker_samples::oracle;
use cotejo_worker_samples::random::Random;
use proptest::prelude::*;

use super::harness::{Stage, Worst, cases, for_each, values};
use crate::kernels::LANE_BLOCK;
use crate::plan::ends::{Frame, Means};
use crate::plan::layout::{Layout, Planes};

#[test]
fn a_frame_is_the_input_within_zeros() {
    for_each(48, &(cases(), prop_oneof![Just(1), Just(3)]), |(case, pad), set| {
        // Tall, so that several tasks copy it.
        let (height, width) = (case.height * 3, case.width);
        let mut stage = Stage::new(set, case.threads);
        let planes = stage.planes([case.images, height, width], *pad);
        let running = stage.build();
        let mut input = Random::new(case.seed).values(case.images * Planes::CHANNELS * height * width, 1.0);
        // Twice, as two forwards do.
        for _ in 0..2 {
            running.run(&Frame { planes }, &mut input);
        }
        let actual = running.arena.view(planes.span).read(0, planes.len());
        let mut expected = vec![0.0; planes.len()];
        for (row, values) in input.chunks_exact(width).enumerate() {
            let (plane, y) = (row / height, row % height);
            let at = (plane * (height + 2 * pad) + y + pad) * (width + 2 * pad) + pad;
            expected[at..at + width].copy_from_slice(values);
        }
        assert!(actual == expected);
    });
}

#[test]
fn means_are_means() {
    let worst = Worst::default();
    for_each(64, &(cases(), any::<bool>()), |(case, bordered), set| {
        let [channels, ..] = case.channels;
        let mut stage = Stage::new(set, case.threads);
        let input = stage.place(case.layout(*bordered, channels));
        let output = stage.place(Layout::compact(1, channels, 1, case.images));
        let running = stage.build();
        let (data, tensor) = values(&mut Random::new(case.seed), input.layout);
        // Far from zero: the mean of values around it says nothing about rounding.
        let shifted: Vec<f32> = data.iter().map(|value| value + 1.0).collect();
        running.fill(input, &shifted);
        running.poison(output);
        running.run(&Means { input, output }, &mut []);
        let expected =
            oracle::means(&oracle::Tensor { values: shifted.iter().copied().map(f64::from).collect(), ..tensor });
        // The images are the columns of one row.
        let (columns, rows) = (running.read(output), case.images);
        let actual: Vec<f32> = (0..rows * channels).map(|at| columns[at % channels * rows + at / channels]).collect();
        assert_eq!(actual.len().div_ceil(channels), output.layout.len() / LANE_BLOCK / output.layout.blocks());
        worst.compare("mean", set, &expected, &actual);
    });
    worst.assert_seen(&["mean"]);
}
