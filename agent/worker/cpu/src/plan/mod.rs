//! A network compiled for one shape of input and one number of threads.

mod channels;
mod check;
mod choose;
mod compile;
mod direct;
mod ends;
mod excite;
mod layout;
mod pack;
mod rows;
#[cfg(test)]
mod tests;
mod winograd;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;

use crate::InstructionSet;
use crate::kernels::{Access, Kernels, LANE_BLOCK, Steps};
use crate::memory::{Arena, Layouter, Span, View};
use crate::team::{Program, Team};
use cotejo_network::{Conv, Network};
use layout::Activations;
pub(crate) use pack::{Panel, panels};

/// How a network is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Images of one forward.
    pub images: usize,
    /// Pixels.
    pub height: usize,
    /// Pixels.
    pub width: usize,
    /// Threads, the caller's among them.
    pub threads: usize,
    /// Vector instructions.
    pub instruction_set: InstructionSet,
    /// Keep to direct convolution, which rounds like the definition's own sum.
    pub exact: bool,
}

/// A network or a shape that cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A layer is not of the kinds that the engine has.
    #[error("the optimized engine has no kernel for {layer}: {reason}")]
    Unsupported {
        /// The layer.
        layer: String,
        /// What about it.
        reason: &'static str,
    },
    /// Zero images, pixels or threads.
    #[error("a plan needs at least one image, pixel and thread")]
    Empty,
    /// More than the engine's 32-bit offsets reach.
    #[error("{images} x {width} x {height} pixels are too many for the optimized engine")]
    TooLarge {
        /// Images of one forward.
        images: usize,
        /// Pixels.
        height: usize,
        /// Pixels.
        width: usize,
    },
    /// The operating system refused the memory for activations.
    #[error("there is no memory for a plan of {bytes} bytes")]
    Memory {
        /// What it would take.
        bytes: usize,
    },
    /// The operating system refused a thread.
    #[error("a thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    /// Every stream needs a thread.
    #[error("{streams} streams need at least as many threads; there are {threads}")]
    Streams {
        /// Streams.
        streams: usize,
        /// Threads of all of them.
        threads: usize,
    },
    /// The processor lacks it.
    #[error("this processor has no {0}")]
    InstructionSet(InstructionSet),
}

/// What a layer computes and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The layer, or layers, that it stands for.
    pub layer: String,
    /// How it is computed.
    pub algorithm: String,
    /// Channels, height, width of what comes out.
    pub output: [usize; 3],
    /// Operations of the definition for all images: two for each multiplication and addition.
    pub flop: u64,
}

/// One operation of a program: phases of tasks, and a barrier after each phase.
///
/// # Safety
/// Tasks of one phase run at once, on different threads: none may write what another one of the phase touches, but for
/// memory that is its thread's own.
#[allow(unsafe_code, reason = "the one promise that the kernels cannot check")]
unsafe trait Operation: fmt::Debug + Send + Sync {
    /// Tasks of each phase.
    fn phases(&self) -> Vec<usize>;
    /// Carries a task out, as this member of the team.
    fn execute(&self, context: &Context<'_>, phase: usize, task: usize, member: usize);
}

/// What a task works with.
struct Context<'a> {
    kernels: &'a Kernels,
    arena: &'a Arena,
    scratch: &'a ScratchSpans,
    /// The caller's `[images, 3, height, width]`.
    input: View,
}

impl Context<'_> {
    /// A thread's own memory, of two kinds.
    fn own(&self, member: usize, kind: usize) -> View {
        self.arena.view(self.scratch.own[member][kind])
    }

    /// Memory that the threads share during one operation.
    fn common(&self) -> View {
        self.arena.view(self.scratch.common)
    }
}

/// How much memory the operations want besides their activations. They run one after the other, so that each may have
/// the same.
#[derive(Debug, Default)]
struct Scratch {
    own: [usize; 2],
    common: usize,
}

impl Scratch {
    fn reserve(&mut self, kind: usize, len: usize) {
        self.own[kind] = self.own[kind].max(len);
    }

    fn reserve_common(&mut self, len: usize) {
        self.common = self.common.max(len);
    }

    fn place(&self, arena: &mut Layouter, threads: usize) -> ScratchSpans {
        let own = (0..threads).map(|_| self.own.map(|len| arena.add(len))).collect();
        ScratchSpans { own, common: arena.add(self.common) }
    }
}

#[derive(Debug, Clone)]
struct ScratchSpans {
    own: Vec<[Span; 2]>,
    common: Span,
}

/// How many of two kinds of things a task takes.
#[derive(Debug, Clone, Copy)]
struct Sharing {
    first: usize,
    second: usize,
}

impl Sharing {
    /// Tasks a thread, so that one that is held up does not hold up the rest.
    const TASKS_A_THREAD: usize = 4;

    /// Splits `first` things, or, if `split_second`, the `second` ones as long as there are enough.
    fn new(first: usize, second: usize, split_second: bool, threads: usize) -> Self {
        let wanted = if threads == 1 { 1 } else { threads * Self::TASKS_A_THREAD };
        if split_second {
            let second_tasks = wanted.min(second);
            let first_tasks = wanted.div_ceil(second_tasks).min(first);
            // Each of the second kind on its own: its weights are read by one thread.
            Self { first: first.div_ceil(first_tasks), second: second.div_ceil(second_tasks) }
        } else {
            let first_tasks = wanted.min(first);
            let second_tasks = wanted.div_ceil(first_tasks).min(second);
            Self { first: first.div_ceil(first_tasks), second: second.div_ceil(second_tasks) }
        }
    }
}

/// What operations are chosen and packed for.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    kernels: &'static Kernels,
    threads: usize,
}

/// A convolution and where its tensors lie.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'a> {
    conv: &'a Conv,
    input: Activations,
    output: Activations,
    /// What is added before the activation; may be the output itself.
    residual: Option<Activations>,
}

/// An offset into a buffer, as `Steps` has them; `compile` has checked that every buffer's image is small enough.
fn offset(elements: usize) -> u32 {
    u32::try_from(elements).expect("compile bounds the size of an image")
}

/// The terms of a 1x1 convolution over blocks of channels `plane` elements apart.
pub(crate) fn pointwise_steps(inputs: usize, plane: usize) -> Steps {
    Steps::new(pointwise_offsets(inputs, plane), Access::Blocks)
}

/// Where the steps of such a convolution begin.
fn pointwise_offsets(inputs: usize, plane: usize) -> Vec<u32> {
    let mut offsets = Vec::new();
    for block in 0..inputs.div_ceil(LANE_BLOCK) {
        let used = (inputs - block * LANE_BLOCK).min(LANE_BLOCK).next_multiple_of(8);
        offsets.extend((0..used).step_by(8).map(|half| offset(block * plane + half)));
    }
    offsets
}

/// What all plans of the same options share.
#[derive(Debug)]
pub(crate) struct Recipe {
    options: Options,
    operations: Vec<Box<dyn Operation>>,
    steps: Vec<Step>,
    /// Tasks of each phase of all operations.
    phases: Vec<usize>,
    /// Of each phase: the operation, and the phase's number in it.
    owners: Vec<(usize, usize)>,
    scratch: ScratchSpans,
    logits: Activations,
    arena: Layouter,
}

impl Recipe {
    /// Chooses algorithms and packs weights; the network is not needed any more.
    pub(crate) fn new(network: &Network, options: Options) -> Result<Arc<Self>, CompileError> {
        if !options.instruction_set.is_available() {
            return Err(CompileError::InstructionSet(options.instruction_set));
        }
        compile::compile(network, options).map(Arc::new)
    }

    /// What it is for.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }
}

struct Forward {
    recipe: Arc<Recipe>,
    arena: Arena,
    /// The caller's input while a forward runs.
    input: AtomicPtr<f32>,
}

impl Program for Forward {
    fn phases(&self) -> &[usize] {
        &self.recipe.phases
    }

    fn execute(&self, phase: usize, task: usize, member: usize) {
        let recipe = &*self.recipe;
        let (operation, phase) = recipe.owners[phase];
        let len = input_len(&recipe.options);
        let context = Context {
            kernels: Kernels::of(recipe.options.instruction_set),
            arena: &self.arena,
            scratch: &recipe.scratch,
            // `Plan::forward` holds the input's borrow until all threads are done.
            input: View::new(self.input.load(Ordering::Relaxed), len),
        };
        recipe.operations[operation].execute(&context, phase, task, member);
    }
}

fn input_len(options: &Options) -> usize {
    options.images * 3 * options.height * options.width
}

/// A compiled network with its memory and its threads. A forward allocates nothing.
pub struct Plan {
    team: Team<Forward>,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("recipe", &self.team.program().recipe).finish_non_exhaustive()
    }
}

impl Plan {
    /// Compiles a network.
    pub fn compile(network: &Network, options: Options) -> Result<Self, CompileError> {
        Self::start(Recipe::new(network, options)?)
    }

    /// Another plan that shares the weights, with memory and threads of its own: to run at the same time.
    pub fn twin(&self) -> Result<Self, CompileError> {
        Self::start(Arc::clone(&self.team.program().recipe))
    }

    /// A plan by a recipe, with memory and threads of its own.
    pub(crate) fn start(recipe: Arc<Recipe>) -> Result<Self, CompileError> {
        let threads = recipe.options.threads;
        let arena = recipe.arena.allocate().map_err(|bytes| CompileError::Memory { bytes })?;
        let forward = Forward { recipe, arena, input: AtomicPtr::default() };
        Ok(Self { team: Team::start(forward, threads)? })
    }

    /// What it was compiled for.
    pub fn options(&self) -> &Options {
        &self.team.program().recipe.options
    }

    /// What it computes, in order.
    pub fn steps(&self) -> &[Step] {
        &self.team.program().recipe.steps
    }

    /// Bytes of activations and scratch.
    pub fn arena_bytes(&self) -> usize {
        self.team.program().arena.bytes()
    }

    /// Classes of the network.
    pub fn classes(&self) -> usize {
        self.team.program().recipe.logits.layout.channels
    }

    /// Whether no kernel has ever written outside its buffer; looks at every canary.
    pub fn is_intact(&self) -> bool {
        self.team.program().arena.is_intact()
    }

    /// Classifies `[images, 3, height, width]`; `logits` are `[images, classes]`.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn forward(&mut self, input: &[f32], logits: &mut [f32]) {
        self.run(input, logits, Team::run);
    }

    /// The same, with the time that each of `steps` took.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn forward_timed(&mut self, input: &[f32], logits: &mut [f32]) -> Vec<Duration> {
        let recipe = Arc::clone(&self.team.program().recipe);
        let phases = self.run(input, logits, Team::run_timed);
        let mut times = vec![Duration::ZERO; recipe.steps.len()];
        for (owner, time) in recipe.owners.iter().zip(phases) {
            times[owner.0] += time;
        }
        times
    }

    fn run<T>(&mut self, input: &[f32], logits: &mut [f32], run: impl FnOnce(&mut Team<Forward>) -> T) -> T {
        let program = self.team.program();
        assert_eq!(input.len(), input_len(&program.recipe.options), "the input's length");
        program.input.store(input.as_ptr().cast_mut(), Ordering::Relaxed);
        let ran = run(&mut self.team);
        let program = self.team.program();
        let out = program.recipe.logits;
        let (images, classes) = (program.recipe.options.images, out.layout.channels);
        assert_eq!(logits.len(), images * classes, "the output's length");
        let values = program.arena.view(out.span).read(0, out.layout.len());
        for (image, logits) in logits.chunks_exact_mut(classes).enumerate() {
            for (block, logits) in logits.chunks_mut(LANE_BLOCK).enumerate() {
                let start = block * out.layout.plane() + image * LANE_BLOCK;
                logits.copy_from_slice(&values[start..start + logits.len()]);
            }
        }
        ran
    }
}
