//! Runs one operation with memory and threads of its own.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cotejo_network::Function;
use cotejo_worker_samples::oracle::Tensor;
use cotejo_worker_samples::random::Random;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::InstructionSet;
use crate::kernels::{Kernels, LANE_BLOCK};
use crate::memory::{Arena, Layouter, Span, View};
use crate::plan::layout::{Activations, Layout, Planes};
use crate::plan::{Context, Machine, Operation, Scratch, ScratchSpans};

/// The greatest difference of a layer's output from the definition, in units of the output's root mean square.
const TOLERANCE: f64 = 1e-5;
/// Multiplications of a layer, beyond which a case has fewer channels.
const WORK: usize = if cfg!(miri) { 20_000 } else { 16_000_000 };

/// Where an operation is to run, before its memory exists.
pub(super) struct Stage {
    pub(super) set: InstructionSet,
    pub(super) machine: Machine,
    pub(super) scratch: Scratch,
    arena: Layouter,
}

impl Stage {
    pub(super) fn new(set: InstructionSet, threads: usize) -> Self {
        let (scratch, arena) = (Scratch::default(), Layouter::default());
        Self { set, machine: Machine { kernels: Kernels::of(set), threads }, scratch, arena }
    }

    pub(super) fn place(&mut self, layout: Layout) -> Activations {
        Activations { span: self.arena.add(layout.len()), layout }
    }

    pub(super) fn planes(&mut self, [images, height, width]: [usize; 3], pad: usize) -> Planes {
        let unplaced = Planes { span: Span { start: 0, len: 0 }, images, height, width, pad };
        Planes { span: self.arena.add(unplaced.len()), ..unplaced }
    }

    pub(super) fn build(mut self) -> Running {
        let Machine { kernels, threads } = self.machine;
        let spans = self.scratch.place(&mut self.arena, threads);
        let running = Running { kernels, threads, arena: self.arena.allocate().unwrap(), spans };
        let scratch = running.spans.own.iter().flatten().chain([&running.spans.common]);
        scratch.for_each(|span| running.arena.view(*span).write(0, &vec![f32::NAN; span.len]));
        running
    }
}

/// Memory and threads.
pub(super) struct Running {
    kernels: &'static Kernels,
    threads: usize,
    pub(super) arena: Arena,
    spans: ScratchSpans,
}

impl Running {
    /// Runs an operation; `input` is the network's. One thread takes the tasks of each phase from the last to the first.
    pub(super) fn run(&self, operation: &dyn Operation, input: &mut [f32]) {
        let input = View::new(input.as_mut_ptr(), input.len());
        let context = Context { kernels: self.kernels, arena: &self.arena, scratch: &self.spans, input };
        for (phase, tasks) in operation.phases().into_iter().enumerate() {
            if self.threads == 1 {
                (0..tasks).rev().for_each(|task| operation.execute(&context, phase, task, 0));
                continue;
            }
            let next = AtomicUsize::new(0);
            let take_part = |member| {
                let tasks =
                    std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).take_while(|task| *task < tasks);
                tasks.for_each(|task| operation.execute(&context, phase, task, member));
            };
            std::thread::scope(|scope| {
                (1..self.threads).for_each(|member| drop(scope.spawn(move || take_part(member))));
                take_part(0);
            });
        }
        assert!(self.arena.is_intact(), "{operation:?} wrote outside its buffers");
    }

    /// Calls back for every pixel of every block of channels: image, block, row, column, where it is.
    fn pixels(layout: Layout, mut each: impl FnMut(usize, usize, usize, usize, usize)) {
        for image in 0..layout.images {
            for block in 0..layout.blocks() {
                for y in 0..layout.height {
                    for x in 0..layout.width {
                        each(image, block, y, x, layout.pixel(image, y, x) + block * layout.plane());
                    }
                }
            }
        }
    }

    /// Fills an activation with values `[images][channels][height][width]`, and the channels beyond the last with zeros.
    pub(super) fn fill(&self, of: Activations, values: &[f32]) {
        let layout = of.layout;
        let view = self.arena.view(of.span);
        Self::pixels(layout, |image, block, y, x, at| {
            let mut lanes = [0.0; LANE_BLOCK];
            for (channel, lane) in (block * LANE_BLOCK..layout.channels).zip(&mut lanes) {
                *lane = values[((image * layout.channels + channel) * layout.height + y) * layout.width + x];
            }
            view.write(at, &lanes);
        });
    }

    /// Fills every pixel with NaN: the operation must write it before it, or anything, reads it.
    pub(super) fn poison(&self, of: Activations) {
        let view = self.arena.view(of.span);
        Self::pixels(of.layout, |_, _, _, _, at| view.write(at, &[f32::NAN; LANE_BLOCK]));
    }

    /// The values `[images][channels][height][width]`. Checks that what surrounds the images, and the channels beyond
    /// the last, are zero.
    pub(super) fn read(&self, of: Activations) -> Vec<f32> {
        let layout = of.layout;
        let mut rest = self.arena.view(of.span).read(0, layout.len()).to_vec();
        let mut values = vec![0.0; layout.images * layout.channels * layout.height * layout.width];
        Self::pixels(layout, |image, block, y, x, at| {
            for (channel, value) in (block * LANE_BLOCK..layout.channels).zip(&mut rest[at..at + LANE_BLOCK]) {
                let to = ((image * layout.channels + channel) * layout.height + y) * layout.width + x;
                values[to] = std::mem::take(value);
            }
        });
        assert!(rest.iter().all(|value| *value == 0.0), "a border or a channel beyond the last is not zero");
        values
    }
}

/// Random values for an activation: as `fill` takes them, and as the oracle does.
pub(super) fn values(random: &mut Random, layout: Layout) -> (Vec<f32>, Tensor) {
    let shape = [layout.images, layout.channels, layout.height, layout.width];
    let values = random.values(shape.iter().product(), 1.0);
    let tensor = Tensor::of(shape, &values);
    (values, tensor)
}

/// The differences that were seen, by algorithm and instruction set.
#[derive(Debug, Default)]
pub(super) struct Worst(Mutex<BTreeMap<(String, InstructionSet), f64>>);

impl Worst {
    /// Compares an output with the definition's.
    pub(super) fn compare(&self, algorithm: &str, set: InstructionSet, expected: &Tensor, actual: &[f32]) {
        let distance = expected.distance(actual);
        self.0
            .lock()
            .unwrap()
            .entry((algorithm.to_owned(), set))
            .and_modify(|worst| *worst = worst.max(distance))
            .or_insert(distance);
        assert!(distance <= TOLERANCE, "{algorithm}, {set}: {distance:.1e}");
    }

    /// Whether such an algorithm was compared on every instruction set.
    pub(super) fn assert_seen(&self, algorithms: &[&str]) {
        let all = self.0.lock().unwrap();
        for ((algorithm, set), worst) in &*all {
            println!("{algorithm:32} {set:9} {worst:.1e}");
        }
        if cfg!(miri) {
            // Too few cases for all of them.
            return;
        }
        for algorithm in algorithms {
            for set in InstructionSet::available() {
                assert!(all.contains_key(&((*algorithm).to_owned(), set)), "no case of {algorithm} on {set}");
            }
        }
    }
}

/// What all operations vary in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) images: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// In, between, and out.
    pub(super) channels: [usize; 3],
    pub(super) threads: usize,
    pub(super) seed: u64,
}

impl Case {
    /// Without a border or with one, for these channels.
    pub(super) fn layout(&self, bordered: bool, channels: usize) -> Layout {
        let layout = if bordered { Layout::bordered } else { Layout::compact };
        layout(self.images, channels, self.height, self.width)
    }

    /// After a layer with this stride.
    pub(super) fn after(&self, stride: usize) -> Self {
        Self { height: self.height.div_ceil(stride), width: self.width.div_ceil(stride), ..*self }
    }
}

/// Small and odd sizes, channels that fill their last block or not; the larger the image, the fewer channels and images.
pub(super) fn cases() -> impl Strategy<Value = Case> {
    let most = if cfg!(miri) { 9_usize } else { 70 };
    let side = prop_oneof![1 => 1..=8_usize.min(most), 1 => 1..=most];
    let lanes = prop_oneof![1 => 1..=20_u32, 2 => 1..=1000_u32];
    (side.clone(), side, 1..=5_usize, [lanes.clone(), lanes.clone(), lanes], 1..=4_usize, any::<u64>()).prop_map(
        |(height, width, images, parts, threads, seed)| {
            let images = images.min((6000 / (height * width)).max(1));
            let most = (WORK / (9 * images * height * width)).isqrt().clamp(if cfg!(miri) { 17 } else { 40 }, 320);
            // Every other count is a multiple of eight or sixteen, as the counts of real networks are.
            let channels = parts.map(|part| {
                let count = (part as usize * most).div_ceil(1000);
                match part % 4 {
                    0 => count.next_multiple_of(8),
                    1 => count.next_multiple_of(16),
                    _ => count,
                }
            });
            Case { images, height, width, channels, threads, seed }
        },
    )
}

pub(super) fn functions() -> impl Strategy<Value = Function> {
    prop_oneof![Just(Function::Identity), Just(Function::Relu), Just(Function::Relu6), Just(Function::HardSwish)]
}

/// Runs a test for so many random cases, always the same ones, and each instruction set.
pub(super) fn for_each<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(&S::Value, InstructionSet)) {
    let cases = if cfg!(miri) { cases.div_ceil(16) } else { cases };
    let config =
        ProptestConfig { cases, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() };
    let run = |case| {
        InstructionSet::available().for_each(|set| test(&case, set));
        Ok(())
    };
    if let Err(error) = TestRunner::new(config).run(strategy, run) {
        panic!("{error}");
    }
}
