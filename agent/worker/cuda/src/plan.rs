//! A network, ready to compute on a GPU.

#![allow(unsafe_code, reason = "addresses on the GPU go to libraries and kernels")]

mod steps;
mod store;

use std::time::Duration;

use cotejo_network::Network;
use cudarc::driver::{CudaGraph, PinnedHostSlice};

use crate::convolution::Libraries;
use crate::cudnn::Cudnn;
use crate::device::Device;
use crate::error::{During as _, Error, Reason, Result};
use crate::gemm::Blas;
use crate::kernels::Kernels;
use crate::precision::Precision;
use crate::program::{Features, Form, Layout, Options, Program};
use crate::stopwatch;
use steps::{Choices, Steps};
use store::Store;

/// How one layer is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The layer's name.
    pub layer: String,
    /// The algorithm that was chosen for it.
    pub algorithm: String,
    /// Channels, height and width of what it gives for one image.
    pub output: [usize; 3],
    /// Floating-point operations for all images, two a multiply-add.
    pub flop: u64,
}

/// Times between events on the GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTimes {
    /// The input's way to the GPU.
    pub upload: Duration,
    /// One forward.
    pub forward: Duration,
    /// The logits' way back.
    pub download: Duration,
}

/// Rounds of which event times are the medians.
const ROUNDS: usize = 7;

/// A network compiled for one GPU, one shape of input and one number format.
pub struct Plan<'d> {
    device: &'d Device,
    options: Options,
    classes: usize,
    /// None where the driver did not capture the forward: it is then launched step by step.
    graph: Option<CudaGraph>,
    steps: Steps,
    libraries: Libraries,
    store: Store,
    input: PinnedHostSlice<f32>,
    logits: PinnedHostSlice<f32>,
}

/// The engine's own kernels, compiled for a layout when it is first tried.
#[derive(Default)]
struct ByLayout(Vec<(Layout, Kernels)>);

impl ByLayout {
    fn get(&mut self, device: &Device, precision: Precision, layout: Layout, features: Features) -> Result<&Kernels> {
        let place = if let Some(place) = self.0.iter().position(|(known, _)| *known == layout) {
            place
        } else {
            self.0.push((layout, Kernels::compile(device, precision, layout, features)?));
            self.0.len() - 1
        };
        Ok(&self.0[place].1)
    }
}

impl<'d> Plan<'d> {
    /// Compiles a network and computes it once on `input` (`[images, channels, height, width]` in f32). Several
    /// forms are tried, and for each layer of each the algorithms; the fastest whole is kept.
    ///
    /// # Errors
    /// `OutOfMemory` with both figures before anything is allocated; `Unsupported`; `WrongAnswer` if the captured graph
    /// and the plain launches disagree; what the driver or a library refuses.
    pub fn compile(device: &'d Device, network: &Network, options: Options, input: &[f32]) -> Result<Self> {
        device.check_precision(options.precision)?;
        let mut best: Option<(Duration, Form, Choices)> = None;
        let mut refused = None;
        let features = Features::of(network);
        let mut kernels = ByLayout::default();
        let mut before: Option<(Layout, Choices)> = None;
        for (number, form) in Form::ALL.into_iter().enumerate() {
            // Forms of one layout differ in the input and the stem alone.
            let choices = before.take().filter(|(layout, _)| *layout == form.layout).map(|(_, mut choices)| {
                choices.iter_mut().take(2).for_each(|choice| *choice = None);
                choices
            });
            let kernels = kernels.get(device, options.precision, form.layout, features)?;
            match Self::of_form(device, network, options, form, kernels, choices, input) {
                Ok((plan, choices)) => {
                    let time = stopwatch::shortest(device, || plan.launch())?;
                    before = Some((form.layout, choices.clone()));
                    if best.as_ref().is_none_or(|(least, ..)| time < *least) {
                        // The last one is at hand already.
                        if number + 1 == Form::ALL.len() {
                            return Ok(plan);
                        }
                        best = Some((time, form, choices));
                    }
                }
                // Another form may need less memory, and has other layers for the libraries.
                Err(error) if error.is_out_of_memory() || error.is_unsupported() => {
                    refused = refused.filter(Error::is_out_of_memory).or(Some(error));
                }
                Err(error) => return Err(error),
            }
        }
        let Some((_, form, choices)) = best else {
            return Err(refused.unwrap_or_else(|| Error::unsupported("no layout works")));
        };
        let kernels = kernels.get(device, options.precision, form.layout, features)?;
        Ok(Self::of_form(device, network, options, form, kernels, Some(choices), input)?.0)
    }

    fn of_form(
        device: &'d Device,
        network: &Network,
        options: Options,
        form: Form,
        kernels: &Kernels,
        choices: Option<Choices>,
        input: &[f32],
    ) -> Result<(Self, Choices)> {
        let program = Program::new(network, &options, form)?;
        let expected = options.images * network.stem.inputs * options.height * options.width;
        if input.len() != expected {
            let message = format!("the input has {} numbers instead of {expected}", input.len());
            return Err(Error::unsupported(message));
        }
        let libraries = Libraries { cudnn: Cudnn::new(device)?, blas: Blas::new()? };
        let mut store = Store::new(device, &program, &options, form.layout, input.len())?;
        let (steps, choices) =
            Steps::prepare(device, &libraries, kernels, &program, &options, form.layout, &mut store, choices)?;
        let logits = options.images * program.classes;
        // SAFETY: both are written before they are read.
        let (input_pinned, logits) = unsafe {
            let input = device.context.alloc_pinned(input.len()).during("allocating for the input")?;
            // Read by the host, so not write-combined.
            (input, device.context.alloc_pinned_with_flags(logits, 0).during("allocating for the logits")?)
        };
        let classes = program.classes;
        let mut plan =
            Self { device, options, classes, graph: None, steps, libraries, store, input: input_pinned, logits };
        plan.upload(input)?;
        plan.capture()?;
        Ok((plan, choices))
    }

    /// Runs the steps one by one, captures them as a graph, and runs that: both must say the same.
    fn capture(&mut self) -> Result<()> {
        self.launch()?;
        let plain = self.download()?.to_vec();
        // A library that cannot be captured is no reason not to measure: plain launches compute the same.
        let Some(graph) = self.device.capture(|| self.launch())? else { return Ok(()) };
        self.graph = Some(graph);
        self.forward()?;
        let error = disagreement(&plain, self.download()?);
        if error.is_nan() || error > tolerance(self.options.precision) {
            let message = format!("the captured graph's logits are {error:.1e} of their RMS away from the plain run's");
            return Err(Error::new(Reason::GraphDiffers, message));
        }
        Ok(())
    }

    /// Asks for one forward.
    fn launch(&self) -> Result<()> {
        match &self.graph {
            Some(graph) => graph.launch().during("launching the graph"),
            // SAFETY: the steps were prepared for this store.
            None => unsafe { self.steps.launch(self.device, &self.libraries, self.store.workspace()) },
        }
    }

    /// Copies an input to the GPU, `[images, channels, height, width]` in f32, and waits until it is there.
    ///
    /// # Panics
    /// If it has another length than the input that the plan was compiled with.
    pub fn upload(&mut self, input: &[f32]) -> Result<()> {
        self.input.as_mut_slice().during("writing the input")?.copy_from_slice(input);
        self.store.upload(self.device, &self.input)?;
        self.device.synchronize()
    }

    /// Computes the logits of the uploaded input, and waits until they are there.
    pub fn forward(&self) -> Result<()> {
        self.launch()?;
        self.device.synchronize()
    }

    /// Copies the logits from the GPU, `[images, classes]`, and waits until they are here.
    pub fn download(&mut self) -> Result<&[f32]> {
        self.store.download(self.device, &mut self.logits)?;
        self.device.synchronize()?;
        self.logits.as_slice().during("reading the logits")
    }

    /// Medians of a few rounds, by the GPU's own clock; none where the driver is too old to tell.
    pub fn event_times(&mut self) -> Result<Option<EventTimes>> {
        if !self.device.tells_times() {
            return Ok(None);
        }
        let mut rounds = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            let begin = stopwatch::mark(self.device)?;
            self.store.upload(self.device, &self.input)?;
            let uploaded = stopwatch::mark(self.device)?;
            self.launch()?;
            let computed = stopwatch::mark(self.device)?;
            self.store.download(self.device, &mut self.logits)?;
            let downloaded = stopwatch::mark(self.device)?;
            self.device.synchronize()?;
            let pairs = [(&begin, &uploaded), (&uploaded, &computed), (&computed, &downloaded)];
            for (times, (from, to)) in rounds.iter_mut().zip(pairs) {
                times.push(stopwatch::between(from, to)?);
            }
        }
        let [upload, forward, download] = rounds.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        Ok(Some(EventTimes { upload, forward, download }))
    }

    /// How long the GPU takes for each layer, in the order of [`Self::steps`]: each again and again, alone, so that their
    /// weights are warmer than in a forward, and no layer begins while the one before it ends.
    pub fn layer_times(&self) -> Result<Vec<Duration>> {
        // SAFETY: the steps were prepared for this store.
        unsafe { self.steps.times(self.device, &self.libraries, self.store.workspace()) }
    }

    /// How each layer is computed.
    pub fn steps(&self) -> Vec<Step> {
        self.steps.described()
    }

    /// Whether the forward is one CUDA graph.
    pub fn is_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// Whether tensors are channels last.
    pub fn is_channels_last(&self) -> bool {
        self.steps.layout() == Layout::ChannelsLast
    }

    /// Logits of an image.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Bytes of the GPU's memory that it takes.
    pub fn memory_bytes(&self) -> u64 {
        self.store.bytes()
    }
}

/// The largest difference over the root mean square of the first; not a number if one of them is none.
fn disagreement(expected: &[f32], found: &[f32]) -> f32 {
    let square: f32 = expected.iter().map(|logit| logit * logit).sum();
    let differences = expected.iter().zip(found).map(|(a, b)| (a - b).abs());
    // What is not a number is the largest difference.
    let largest = differences.fold(0.0_f32, |a, b| if b > a || b.is_nan() { b } else { a });
    if largest == 0.0 { 0.0 } else { largest / (square / expected.len() as f32).sqrt() }
}

/// The graph is the same kernels with the same operands: only an order of sums that is not fixed may differ.
fn tolerance(precision: Precision) -> f32 {
    match precision {
        Precision::F32 => 1e-5,
        Precision::Tf32 | Precision::F16 => 1e-3,
        Precision::Bf16 => 1e-2,
    }
}
