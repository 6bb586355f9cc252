//! The product of two matrices, by the same microkernels as the convolutions: blocked as in K. Goto, R. van de Geijn,
//! "Anatomy of High-Performance Matrix Multiplication" (2008).

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::InstructionSet;
use crate::kernels::{Access, Activation, Kernels, LANE_BLOCK, Limits, PixelRun, Rows, Steps, Target};
use crate::memory::{Arena, Layouter, Span, View};
use crate::plan::{CompileError, Panel, panels, pointwise_steps};
use crate::team::{Program, Team};

/// Rows of the left matrix that are multiplied together.
const ROWS: usize = 112;
/// Terms of a sum between two stores of it: a part of `ROWS` x `TERMS` stays in a core's own cache.
const TERMS: usize = 512;
/// Panels of the right matrix that such a part is multiplied by, at most.
const PANELS: usize = 16;

/// A product of square matrices with its memory and its threads. A multiplication allocates nothing.
pub struct Product {
    team: Team<Blocked>,
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Product").field("size", &self.team.program().size).finish_non_exhaustive()
    }
}

impl Product {
    /// For matrices of `size` x `size`, on so many threads, the caller's among them.
    pub fn new(size: usize, threads: usize, instruction_set: InstructionSet) -> Result<Self, CompileError> {
        if size == 0 || threads == 0 {
            return Err(CompileError::Empty);
        }
        if !instruction_set.is_available() {
            return Err(CompileError::InstructionSet(instruction_set));
        }
        let program = Blocked::new(size, threads, Kernels::of(instruction_set))?;
        Ok(Self { team: Team::start(program, threads)? })
    }

    /// `product = left * right`, all `[size, size]`, row by row.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn multiply(&mut self, left: &[f32], right: &[f32], product: &mut [f32]) {
        let program = self.team.program();
        let len = program.size * program.size;
        assert!(left.len() == len && right.len() == len && product.len() == len, "a matrix has another size");
        program.left.store(left.as_ptr().cast_mut(), Ordering::Relaxed);
        program.right.store(right.as_ptr().cast_mut(), Ordering::Relaxed);
        program.product.store(product.as_mut_ptr(), Ordering::Relaxed);
        self.team.run();
    }
}

struct Blocked {
    size: usize,
    kernels: &'static Kernels,
    arena: Arena,
    /// `[chunks][terms / 16][ROWS][16]`.
    packed_left: Span,
    /// `[panels][terms][channels]`.
    packed_right: Span,
    /// Of each thread: `[panels][blocks][ROWS][16]`.
    sums: Vec<Span>,
    panels: Vec<Panel>,
    panels_a_task: usize,
    /// Terms from the first block on; those beyond the matrix are zero.
    steps: Vec<Steps>,
    no_bias: Vec<f32>,
    phases: [usize; 2],
    /// The caller's matrices while a multiplication runs.
    left: AtomicPtr<f32>,
    right: AtomicPtr<f32>,
    product: AtomicPtr<f32>,
}

impl Blocked {
    fn new(size: usize, threads: usize, kernels: &'static Kernels) -> Result<Self, CompileError> {
        let widest = kernels.widest_panel().min(2);
        let panels = panels(size.div_ceil(LANE_BLOCK), widest);
        let terms = size.next_multiple_of(LANE_BLOCK);
        let chunks = size.div_ceil(ROWS);
        let panels_a_task = (panels.len() * chunks).div_ceil(4 * threads).clamp(1, PANELS);
        let mut layouter = Layouter::default();
        let packed_left = layouter.add(chunks * ROWS * terms);
        let packed_right = layouter.add(size.next_multiple_of(LANE_BLOCK) * terms);
        let sums = (0..threads).map(|_| layouter.add(panels_a_task * widest * ROWS * LANE_BLOCK)).collect();
        let part = |first: usize| {
            let blocks = (terms - first).min(TERMS) / LANE_BLOCK;
            pointwise_steps(blocks * LANE_BLOCK, ROWS * LANE_BLOCK)
        };
        Ok(Self {
            size,
            kernels,
            arena: layouter.allocate().map_err(|bytes| CompileError::Memory { bytes })?,
            packed_left,
            packed_right,
            sums,
            panels_a_task,
            steps: (0..terms).step_by(TERMS).map(part).collect(),
            no_bias: vec![0.0; widest * LANE_BLOCK],
            phases: [chunks + panels.len(), chunks * panels.len().div_ceil(panels_a_task)],
            panels,
            left: AtomicPtr::default(),
            right: AtomicPtr::default(),
            product: AtomicPtr::default(),
        })
    }

    fn terms(&self) -> usize {
        self.size.next_multiple_of(LANE_BLOCK)
    }

    /// One of the caller's matrices.
    fn matrix(&self, start: &AtomicPtr<f32>) -> View {
        // `Product::multiply` holds the borrow until all threads are done.
        View::new(start.load(Ordering::Relaxed), self.size * self.size)
    }

    fn rows(&self, chunk: usize) -> Range<usize> {
        chunk * ROWS..((chunk + 1) * ROWS).min(self.size)
    }

    /// Rows of the left matrix in blocks of sixteen terms.
    fn pack_left(&self, chunk: usize) {
        let (from, to) = (self.matrix(&self.left), self.arena.view(self.packed_left));
        let start = chunk * ROWS * self.terms();
        for (row, index) in self.rows(chunk).zip(0..) {
            for (block, column) in (0..self.size).step_by(LANE_BLOCK).enumerate() {
                let values = from.read(row * self.size + column, LANE_BLOCK.min(self.size - column));
                to.write(start + (block * ROWS + index) * LANE_BLOCK, values);
            }
        }
    }

    /// A panel of the right matrix. What fills it up was zero from the beginning.
    fn pack_right(&self, index: usize) {
        let (from, to) = (self.matrix(&self.right), self.arena.view(self.packed_right));
        let panel = self.panels[index];
        let (first, width) = (panel.first_block * LANE_BLOCK, panel.blocks * LANE_BLOCK);
        for term in 0..self.size {
            let values = from.read(term * self.size + first, width.min(self.size - first));
            to.write(first * self.terms() + term * width, values);
        }
    }

    /// Some panels of a chunk's rows.
    fn multiply(&self, chunk: usize, panels: &[Panel], member: usize) {
        let rows = self.rows(chunk);
        let sums = self.arena.view(self.sums[member]);
        let right = self.arena.view(self.packed_right);
        let block = ROWS * LANE_BLOCK;
        let first_block = panels[0].first_block;
        for (part, steps) in self.steps.iter().enumerate() {
            for panel in panels {
                let (first, width) = (panel.first_block * LANE_BLOCK, panel.blocks * LANE_BLOCK);
                let weights = first * self.terms() + part * TERMS * width;
                let target = Target { view: sums, start: (panel.first_block - first_block) * block, block };
                let run = PixelRun {
                    access: Access::Blocks,
                    input: self.arena.view(self.packed_left),
                    input_start: chunk * ROWS * self.terms() + part * TERMS * ROWS,
                    steps,
                    weights: right.read(weights, steps.depth() * width),
                    bias: &self.no_bias,
                    blocks: panel.blocks,
                    output: target,
                    rows: Rows::UNBROKEN,
                    jump: 0,
                    residual: (part > 0).then_some(target),
                    activation: Activation::Limited(Limits::NONE),
                    pixels: rows.len(),
                    next_weights: &[],
                };
                run.compute(self.kernels);
            }
        }
        let product = self.matrix(&self.product);
        let blocks: usize = panels.iter().map(|panel| panel.blocks).sum();
        for (row, index) in rows.zip(0..) {
            for of in 0..blocks {
                let column = (first_block + of) * LANE_BLOCK;
                let values = sums.read(of * block + index * LANE_BLOCK, LANE_BLOCK.min(self.size - column));
                product.write(row * self.size + column, values);
            }
        }
    }
}

impl Program for Blocked {
    fn phases(&self) -> &[usize] {
        &self.phases
    }

    fn execute(&self, phase: usize, task: usize, member: usize) {
        // A task has its own part of the packed matrices, then its own rows and columns of the product.
        let chunks = self.size.div_ceil(ROWS);
        match (phase, task.checked_sub(chunks)) {
            (0, None) => self.pack_left(task),
            (0, Some(panel)) => self.pack_right(panel),
            _ => {
                let first = task / chunks * self.panels_a_task;
                let panels = &self.panels[first..(first + self.panels_a_task).min(self.panels.len())];
                self.multiply(task % chunks, panels, member);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn products_are_those_of_the_definition() {
        for set in InstructionSet::available() {
            // Below, at and beyond the bounds of tiles, panels, chunks and parts.
            for (size, threads) in [(1, 1), (2, 3), (15, 1), (16, 2), (17, 2), (112, 1), (113, 2), (530, 3)] {
                let (left, right) = (values(size * size, 1), values(size * size, 2));
                let mut product = Product::new(size, threads, set).unwrap();
                for _ in 0..2 {
                    let mut found = vec![f32::NAN; size * size];
                    product.multiply(&left, &right, &mut found);
                    for (index, found) in found.iter().enumerate().step_by(1 + size / 16) {
                        let (row, column) = (index / size, index % size);
                        let terms = (0..size).map(|k| (left[row * size + k], right[k * size + column]));
                        let wanted: f64 = terms.map(|(a, b)| f64::from(a) * f64::from(b)).sum();
                        let error = (f64::from(*found) - wanted).abs() / (size as f64).sqrt();
                        assert!(error < 1e-5, "{set} {size} [{row}, {column}]: {found} instead of {wanted}");
                    }
                }
                assert!(product.team.program().arena.is_intact());
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert!(matches!(Product::new(0, 1, InstructionSet::Portable), Err(CompileError::Empty)));
        assert!(matches!(Product::new(1, 0, InstructionSet::Portable), Err(CompileError::Empty)));
    }
}
