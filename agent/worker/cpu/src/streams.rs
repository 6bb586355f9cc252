//! Several forwards at once, each on threads of its own.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Network;
use crate::plan::{CompileError, Options, Plan, Recipe, Step};
use crate::team::{Program, Team};

/// Plans of one network that run at the same time on disjoint sets of threads. They share their weights.
pub struct Streams {
    team: Team<Together>,
    steps: Vec<Step>,
}

/// One stream: its plan and what it gave last.
struct Stream {
    plan: Plan,
    logits: Vec<f32>,
}

struct Together {
    streams: Vec<Mutex<Stream>>,
    /// One phase with a task for each stream.
    phases: [usize; 1],
    input: Arc<[f32]>,
}

impl Program for Together {
    fn phases(&self) -> &[usize] {
        &self.phases
    }

    fn execute(&self, _: usize, task: usize, _: usize) {
        let mut stream = self.streams[task].lock().unwrap_or_else(PoisonError::into_inner);
        let Stream { plan, logits } = &mut *stream;
        plan.forward(&self.input, logits);
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams").field("streams", &self.count()).finish_non_exhaustive()
    }
}

impl Streams {
    /// Compiles `count` plans that share `options.threads` evenly; the first ones have one more where they do not
    /// divide. Each classifies the same `[images, 3, height, width]`. The network is gone before the plans get their
    /// memory.
    pub fn compile(network: Network, options: Options, count: usize, input: Arc<[f32]>) -> Result<Self, CompileError> {
        if count == 0 || options.threads < count {
            return Err(CompileError::Streams { streams: count, threads: options.threads });
        }
        let mut recipes: Vec<Arc<Recipe>> = Vec::with_capacity(count);
        for index in 0..count {
            let threads = options.threads / count + usize::from(index < options.threads % count);
            let recipe = match recipes.iter().find(|recipe| recipe.options().threads == threads) {
                Some(recipe) => Arc::clone(recipe),
                None => Recipe::new(&network, Options { threads, ..options })?,
            };
            recipes.push(recipe);
        }
        drop(network);
        let plans = recipes.into_iter().map(Plan::start).collect::<Result<Vec<_>, _>>()?;
        let steps = plans[0].steps().to_vec();
        let stream = |plan: Plan| {
            let logits = vec![0.0; options.images * plan.classes()];
            Mutex::new(Stream { plan, logits })
        };
        let streams = plans.into_iter().map(stream).collect();
        Ok(Self { team: Team::start(Together { streams, phases: [count], input }, count)?, steps })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.team.program().streams.len()
    }

    /// What a stream computes, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// All streams run once at the same time; it returns when the last is done.
    pub fn forward(&mut self) {
        self.team.run();
    }

    /// Copies what a stream gave last: `[images, classes]`.
    pub fn logits(&self, stream: usize) -> Vec<f32> {
        self.team.program().streams[stream].lock().unwrap_or_else(PoisonError::into_inner).logits.clone()
    }
}
