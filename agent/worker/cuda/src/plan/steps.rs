//! The launches of a forward, with everything that they need.

use std::time::Duration;

use cotejo_network::{Conv, Depthwise, Function, Linear};

use super::Step;
use super::store::{Store, Weights};
use crate::convolution::{Addresses, Convolution, Libraries, Shape, Way, uint};
use crate::device::Device;
use crate::error::Result;
use crate::gemm::{self, Epilogue, Gemm, Operands};
use crate::kernels::{Argument, Kernel, Kernels};
use crate::program::{Layout, Operation, Options, Program, Tensor};
use crate::stopwatch;
use crate::workspace::Workspace;

/// What was chosen for each operation, in order: the same network in the same layout need not choose again.
pub(super) type Choices = Vec<Option<Choice>>;

#[derive(Debug, Clone, Copy)]
pub(super) enum Choice {
    Convolution(Way),
    /// Of the classifier.
    Product {
        algorithm: usize,
        workspace: usize,
    },
    /// Pixels of a row that a thread computes.
    Depthwise(usize),
}

/// Bytes that the classifier's product computes in at most.
const LINEAR_WORKSPACE_LIMIT: usize = 4 << 20;
/// Strips that a depthwise kernel exists for.
const STRIPS: [usize; 3] = [1, 2, 4];

pub(super) struct Steps {
    layout: Layout,
    steps: Vec<Prepared>,
}

struct Prepared {
    described: Step,
    launch: Launch,
}

enum Launch {
    Convolution { convolution: Box<Convolution>, way: Way, at: Addresses },
    Product { gemm: Box<Gemm>, algorithm: usize, at: Operands },
    Kernel { kernel: Kernel, arguments: Vec<Argument> },
}

impl Launch {
    /// # Safety
    /// The store that it was prepared for must live, and its workspace must be this one.
    #[allow(unsafe_code, reason = "addresses on the GPU go to libraries and kernels")]
    unsafe fn ask(&self, device: &Device, libraries: &Libraries, workspace: Workspace) -> Result<()> {
        // SAFETY: the addresses are the store's, and were prepared for this launch.
        unsafe {
            match self {
                Self::Convolution { convolution, way, at } => {
                    convolution.launch(*way, device, libraries, at, workspace)
                }
                Self::Product { gemm, algorithm, at } => {
                    gemm.multiply(device, &libraries.blas, *algorithm, at, workspace)
                }
                Self::Kernel { kernel, arguments } => kernel.launch(device, arguments),
            }
        }
    }
}

/// What preparing needs to know.
struct Preparer<'a> {
    device: &'a Device,
    libraries: &'a Libraries,
    kernels: &'a Kernels,
    options: &'a Options,
    layout: Layout,
    store: &'a Store,
}

impl Steps {
    /// Chooses what is not chosen yet, and gives back the memory that only the choice needed.
    #[allow(clippy::too_many_arguments, reason = "all that a plan is made of meets here, once")]
    pub(super) fn prepare(
        device: &Device,
        libraries: &Libraries,
        kernels: &Kernels,
        program: &Program<'_>,
        options: &Options,
        layout: Layout,
        store: &mut Store,
        choices: Option<Choices>,
    ) -> Result<(Self, Choices)> {
        let mut choices = choices.unwrap_or_else(|| vec![None; program.operations.len()]);
        let preparer = Preparer { device, libraries, kernels, options, layout, store };
        let steps = program
            .operations
            .iter()
            .zip(&mut choices)
            .enumerate()
            .map(|(index, (operation, choice))| preparer.step(index, operation, choice))
            .collect::<Result<Vec<_>>>()?;
        let most = choices.iter().flatten().map(|choice| match choice {
            Choice::Convolution(way) => way.workspace(),
            Choice::Product { workspace, .. } => *workspace,
            Choice::Depthwise(_) => 0,
        });
        store.shrink_workspace(device, most.max().unwrap_or(0))?;
        Ok((Self { layout, steps }, choices))
    }

    /// Asks for all of them, one after another.
    ///
    /// # Safety
    /// The store that they were prepared for must live, and its workspace must be this one.
    #[allow(unsafe_code, reason = "addresses on the GPU go to libraries and kernels")]
    pub(super) unsafe fn launch(&self, device: &Device, libraries: &Libraries, workspace: Workspace) -> Result<()> {
        // SAFETY: promised by the caller.
        self.steps.iter().try_for_each(|step| unsafe { step.launch.ask(device, libraries, workspace) })
    }

    /// How long the GPU takes for each of them.
    ///
    /// # Safety
    /// As of `launch`.
    #[allow(unsafe_code, reason = "addresses on the GPU go to libraries and kernels")]
    pub(super) unsafe fn times(
        &self,
        device: &Device,
        libraries: &Libraries,
        workspace: Workspace,
    ) -> Result<Vec<Duration>> {
        // SAFETY: promised by the caller.
        let time =
            |step: &Prepared| stopwatch::time(device, || unsafe { step.launch.ask(device, libraries, workspace) });
        self.steps.iter().map(time).collect()
    }

    pub(super) fn described(&self) -> Vec<Step> {
        self.steps.iter().map(|step| step.described.clone()).collect()
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }
}

impl Preparer<'_> {
    fn step(&self, index: usize, operation: &Operation<'_>, choice: &mut Option<Choice>) -> Result<Prepared> {
        let (algorithm, launch) = match operation {
            Operation::Arrange { channels, output } => ("own kernel".to_owned(), self.arrange(*channels, *output)?),
            Operation::Gather { stem, height, width, output } => {
                ("own kernel".to_owned(), self.gather_image(stem, [*height, *width], *output)?)
            }
            Operation::Convolution { .. } => self.convolution(operation, self.store.weights(index)?, choice)?,
            Operation::Depthwise { layer, before, input, output } => {
                self.depthwise(layer, *before, (*input, *output), self.store.weights(index)?, choice)?
            }
            Operation::MaxPool { input, output } => ("own kernel".to_owned(), self.max_pool(*input, *output)?),
            Operation::Mean { before, narrow, input, output } => {
                ("own kernel".to_owned(), self.mean(*before, *narrow, *input, *output)?)
            }
            Operation::Linear { layer, input, multiplied: true, .. } => {
                self.multiplied_linear(layer, *input, self.store.weights(index)?, choice)?
            }
            Operation::Linear { layer, input, output, .. } => {
                ("own kernel".to_owned(), self.linear(layer, *input, *output, self.store.weights(index)?)?)
            }
            Operation::Excite { factors, input, output } => {
                ("own kernel".to_owned(), self.excite(*factors, *input, *output)?)
            }
        };
        let described = Step {
            layer: operation.name().to_owned(),
            algorithm,
            output: operation.shape(),
            flop: operation.flop(self.options.images),
        };
        Ok(Prepared { described, launch })
    }

    fn linear(&self, layer: &Linear, input: Tensor, output: Option<Tensor>, weights: Weights) -> Result<Launch> {
        let grid = (u32_of(layer.outputs)?, u32_of(self.options.images.div_ceil(4))?);
        let mut arguments = vec![
            Argument::Address(self.store.tensor(input)),
            Argument::Address(weights.weight),
            Argument::Address(weights.bias),
            Argument::Address(output.map_or(self.store.logits(), |output| self.store.tensor(output))),
            uint(self.options.images)?,
            uint(layer.inputs)?,
            uint(layer.outputs)?,
        ];
        arguments.extend(Argument::of_function(layer.function));
        Ok(Launch::Kernel { kernel: self.kernels.by_blocks("linear", grid, 128)?, arguments })
    }

    fn excite(&self, factors: Tensor, input: Tensor, output: Tensor) -> Result<Launch> {
        let values = self.options.images * input.pixels() * input.channels;
        let items = (values / self.layout.lanes(self.options.precision)) as u64;
        let arguments = vec![
            Argument::Address(self.store.tensor(input)),
            Argument::Address(self.store.tensor(factors)),
            Argument::Address(self.store.tensor(output)),
            Argument::Place(items),
            uint(input.channels)?,
            uint(input.pixels())?,
        ];
        Ok(Launch::Kernel { kernel: self.kernels.by_items("excite", items)?, arguments })
    }

    fn arrange(&self, channels: usize, output: Tensor) -> Result<Launch> {
        let images = self.options.images;
        let arguments = vec![
            Argument::Address(self.store.input()),
            Argument::Address(self.store.tensor(output)),
            uint(images)?,
            uint(channels)?,
            uint(output.channels)?,
            uint(output.pixels())?,
        ];
        let kernel = self.kernels.by_items("arrange", (images * output.pixels()) as u64)?;
        Ok(Launch::Kernel { kernel, arguments })
    }

    fn gather_image(&self, stem: &Conv, [height, width]: [usize; 2], output: Tensor) -> Result<Launch> {
        let images = self.options.images;
        let arguments = vec![
            Argument::Address(self.store.input()),
            Argument::Address(self.store.tensor(output)),
            uint(images)?,
            uint(stem.inputs)?,
            uint(height)?,
            uint(width)?,
            uint(output.height)?,
            uint(output.width)?,
        ];
        let name = format!("gather_image_{}_{}", stem.kernel, stem.stride);
        let items = images * output.pixels() * stem.inputs;
        Ok(Launch::Kernel { kernel: self.kernels.by_items(&name, items as u64)?, arguments })
    }

    fn max_pool(&self, input: Tensor, output: Tensor) -> Result<Launch> {
        let images = self.options.images;
        let arguments = vec![
            Argument::Address(self.store.tensor(input)),
            Argument::Address(self.store.tensor(output)),
            uint(images)?,
            uint(input.channels)?,
            uint(input.height)?,
            uint(input.width)?,
            uint(output.height)?,
            uint(output.width)?,
        ];
        let items = images * output.pixels() * (input.channels / self.layout.lanes(self.options.precision));
        Ok(Launch::Kernel { kernel: self.kernels.by_items("max_pool", items as u64)?, arguments })
    }

    fn mean(&self, before: Function, narrow: bool, input: Tensor, output: Tensor) -> Result<Launch> {
        let mut arguments = vec![
            Argument::Address(self.store.tensor(input)),
            Argument::Address(self.store.tensor(output)),
            uint(input.channels)?,
            uint(input.pixels())?,
        ];
        arguments.extend(Argument::of_function(before));
        arguments.push(Argument::Uint(u32::from(narrow)));
        let blocks = match self.layout {
            Layout::ChannelsLast => input.channels.div_ceil(8 * self.layout.lanes(self.options.precision)),
            Layout::ChannelsFirst => input.channels,
        };
        let grid = (u32_of(blocks)?, u32_of(self.options.images)?);
        Ok(Launch::Kernel { kernel: self.kernels.by_blocks("mean", grid, 256)?, arguments })
    }

    /// The classifier of a batch: a product of the means, in the plan's number format, to logits in f32.
    fn multiplied_linear(
        &self,
        layer: &Linear,
        input: Tensor,
        weights: Weights,
        choice: &mut Option<Choice>,
    ) -> Result<(String, Launch)> {
        let shape = gemm::Shape {
            rows: self.options.images,
            columns: layer.outputs,
            inner: layer.inputs,
            transposed: true,
            precision: self.options.precision,
            wide: true,
        };
        let epilogue = Epilogue { residual: false, bias: Some(weights.bias), relu: false };
        let workspace = self.store.workspace();
        let gemm = Gemm::new(&self.libraries.blas, shape, epilogue, workspace.bytes.min(LINEAR_WORKSPACE_LIMIT))?;
        let at = Operands {
            left: self.store.tensor(input),
            right: weights.weight,
            residual: None,
            product: self.store.logits(),
        };
        let algorithm = match *choice {
            Some(Choice::Product { algorithm, .. }) => algorithm,
            // SAFETY: the addresses are the store's, placed for this very product.
            #[allow(unsafe_code, reason = "addresses on the GPU go to libraries and kernels")]
            _ => unsafe { gemm.fastest(self.device, &self.libraries.blas, &at, workspace) }?.0,
        };
        *choice = Some(Choice::Product { algorithm, workspace: gemm.algorithms()[algorithm].workspace });
        Ok(("cuBLAS product".to_owned(), Launch::Product { gemm: Box::new(gemm), algorithm, at }))
    }

    fn convolution(
        &self,
        operation: &Operation<'_>,
        weights: Weights,
        choice: &mut Option<Choice>,
    ) -> Result<(String, Launch)> {
        let Operation::Convolution { conv, gathered, function, input, residual, output } = *operation else {
            unreachable!("the caller has seen that it is one")
        };
        let (kernel, stride) = if gathered { (1, 1) } else { (conv.kernel, conv.stride) };
        let shape = Shape {
            images: self.options.images,
            input,
            output,
            kernel,
            stride,
            function,
            precision: self.options.precision,
            layout: self.layout,
        };
        let at = Addresses {
            input: self.store.tensor(input),
            output: self.store.tensor(output),
            residual: residual.map(|past| self.store.tensor(past)),
            weight: weights.weight,
            bias: weights.bias,
            stored_bias: weights.stored_bias,
        };
        let convolution = Convolution::new(shape, self.libraries, self.kernels, &at)?;
        let way = match *choice {
            Some(Choice::Convolution(way)) => way,
            // SAFETY: the addresses are the store's, placed for this very convolution.
            #[allow(unsafe_code, reason = "addresses on the GPU go to libraries and kernels")]
            _ => unsafe { convolution.choose(self.device, self.libraries, &at, self.store.workspace()) }?,
        };
        *choice = Some(Choice::Convolution(way));
        Ok((way.to_string(), Launch::Convolution { convolution: Box::new(convolution), way, at }))
    }

    fn depthwise(
        &self,
        layer: &Depthwise,
        before: Function,
        (input, output): (Tensor, Tensor),
        weights: Weights,
        choice: &mut Option<Choice>,
    ) -> Result<(String, Launch)> {
        let images = self.options.images;
        let mut arguments = vec![
            Argument::Address(self.store.tensor(input)),
            Argument::Address(weights.weight),
            Argument::Address(weights.bias),
            Argument::Address(self.store.tensor(output)),
            uint(images)?,
            uint(layer.channels)?,
            uint(input.height)?,
            uint(input.width)?,
            uint(output.height)?,
            uint(output.width)?,
        ];
        arguments.extend(Argument::of_function(before));
        arguments.extend(Argument::of_function(layer.function));
        let kernel = |strip: usize| {
            let items = images
                * output.height
                * output.width.div_ceil(strip)
                * (layer.channels / self.layout.lanes(self.options.precision));
            self.kernels.by_items(&format!("depthwise_{}_{strip}_{}", layer.kernel, layer.stride), items as u64)
        };
        let strip = if let Some(Choice::Depthwise(strip)) = *choice {
            strip
        } else {
            let mut best = (Duration::MAX, STRIPS[0]);
            for strip in STRIPS {
                let kernel = kernel(strip)?;
                // SAFETY: these are the kernel's arguments, and the addresses are the store's.
                #[allow(unsafe_code, reason = "addresses on the GPU go to libraries and kernels")]
                let time = stopwatch::time(self.device, || unsafe { kernel.launch(self.device, &arguments) })?;
                best = best.min((time, strip));
            }
            best.1
        };
        *choice = Some(Choice::Depthwise(strip));
        let algorithm = format!("own kernel, {strip} pixels a thread");
        Ok((algorithm, Launch::Kernel { kernel: kernel(strip)?, arguments }))
    }
}

fn u32_of(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(|_| crate::error::Error::unsupported(format!("{count} is more than a GPU counts")))
}
