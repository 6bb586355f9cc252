//! One convolution with what follows it, by the fastest of the ways that there are.

#![allow(unsafe_code, reason = "cuDNN's interface, and launches of kernels")]

use std::ffi::{c_int, c_void};
use std::fmt;
use std::time::Duration;

use cotejo_network::Function;
use cudarc::cudnn::result;
use cudarc::cudnn::sys;

use crate::cudnn::{ActivationDescriptor, ConvolutionDescriptor, Cudnn, FilterDescriptor, TensorDescriptor};
use crate::device::Device;
use crate::error::{During as _, Error, Result};
use crate::gemm::{self, Blas, Epilogue, Gemm, Operands};
use crate::kernels::{Argument, Kernel, Kernels};
use crate::precision::Precision;
use crate::program::{ALIGNMENT, Layout, Tensor};
use crate::stopwatch;
use crate::workspace::Workspace;

/// cuDNN's heuristics put the best first; so many are tried.
const TRIED: usize = 4;
/// A way must take less than this share of the time of the best before it: what is equally fast is then chosen alike each
/// time, and gives the same bits.
const CLEARLY_FASTER: f64 = 0.97;
/// Algorithms that cuDNN has.
const ALGORITHMS: usize = sys::cudnnConvolutionFwdAlgo_t::CUDNN_CONVOLUTION_FWD_ALGO_COUNT as usize;
/// Bytes of a gathered input at most: more does not stay in a GPU's cache.
const GATHERED_LIMIT: usize = 32 << 20;
/// Bytes that a product computes in at most.
const PRODUCT_WORKSPACE_LIMIT: usize = 32 << 20;

type Algorithm = sys::cudnnConvolutionFwdAlgo_t;

/// What is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) images: usize,
    pub(crate) input: Tensor,
    pub(crate) output: Tensor,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) function: Function,
    pub(crate) precision: Precision,
    pub(crate) layout: Layout,
}

/// Where it lies on the GPU. `bias` is in f32, `stored_bias` in the plan's number format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) residual: Option<u64>,
    pub(crate) weight: u64,
    pub(crate) bias: u64,
    pub(crate) stored_bias: u64,
}

/// How a convolution is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By cuDNN together with what follows.
    Fused { algorithm: Algorithm, workspace: usize },
    /// By cuDNN, and then an own kernel for what follows.
    Split { algorithm: Algorithm, workspace: usize },
    /// Channels last: a matrix product by cuBLAS, of an input that is gathered into the workspace first unless the kernel
    /// is a single tap.
    Product { gathered: usize, algorithm: usize, workspace: usize },
}

impl Way {
    pub(crate) fn workspace(self) -> usize {
        match self {
            Self::Fused { workspace, .. } | Self::Split { workspace, .. } => workspace,
            Self::Product { gathered, workspace, .. } => gathered + workspace,
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |algorithm: Algorithm| {
            format!("{algorithm:?}").trim_start_matches("CUDNN_CONVOLUTION_FWD_ALGO_").to_lowercase()
        };
        match self {
            Self::Fused { algorithm, .. } => write!(f, "cuDNN {}, fused", short(*algorithm)),
            Self::Split { algorithm, .. } => write!(f, "cuDNN {} and epilogue", short(*algorithm)),
            Self::Product { gathered: 0, .. } => f.write_str("cuBLAS product"),
            Self::Product { .. } => f.write_str("gathered, cuBLAS product"),
        }
    }
}

/// The descriptors of a convolution.
#[derive(Debug)]
pub(crate) struct Convolution {
    shape: Shape,
    x: TensorDescriptor,
    w: FilterDescriptor,
    geometry: ConvolutionDescriptor,
    y: TensorDescriptor,
    bias: TensorDescriptor,
    activation: Option<ActivationDescriptor>,
    epilogue: Kernel,
    /// Of the epilogue.
    items: u64,
    product: Option<Product>,
}

/// A convolution as a product of matrices.
#[derive(Debug)]
struct Product {
    gemm: Gemm,
    /// Whether the product also does what follows the convolution.
    fused: bool,
    gather: Option<Gather>,
}

/// What lays out the input for it.
#[derive(Debug)]
struct Gather {
    kernel: Kernel,
    /// Of what it writes.
    bytes: usize,
}

/// The libraries' handles.
#[derive(Debug)]
pub(crate) struct Libraries {
    pub(crate) cudnn: Cudnn,
    pub(crate) blas: Blas,
}

impl Convolution {
    pub(crate) fn new(shape: Shape, libraries: &Libraries, kernels: &Kernels, at: &Addresses) -> Result<Self> {
        let Shape { images, input, output, kernel, stride, function, precision, layout } = shape;
        let of = |tensor: Tensor| [images, tensor.channels, tensor.height, tensor.width];
        let items = (of(output).iter().product::<usize>() / layout.lanes(precision)) as u64;
        Ok(Self {
            shape,
            x: TensorDescriptor::new(of(input), precision, layout)?,
            w: FilterDescriptor::new([output.channels, input.channels, kernel, kernel], precision, layout)?,
            geometry: ConvolutionDescriptor::new(kernel, stride, precision)?,
            y: TensorDescriptor::new(of(output), precision, layout)?,
            bias: TensorDescriptor::new([1, output.channels, 1, 1], precision, layout)?,
            activation: ActivationDescriptor::fused(function)?,
            epilogue: kernels.by_items("epilogue", items)?,
            items,
            product: Product::new(&shape, libraries, kernels, at)?,
        })
    }

    /// The fastest way of those that work, by timing each.
    ///
    /// # Safety
    /// The addresses must be those of this convolution's tensors on the device.
    pub(crate) unsafe fn choose(
        &self,
        device: &Device,
        libraries: &Libraries,
        at: &Addresses,
        workspace: Workspace,
    ) -> Result<Way> {
        let mut best: Option<(Duration, Way)> = None;
        let mut refused = None;
        for way in self.ways(&libraries.cudnn, workspace.bytes)? {
            // SAFETY: promised by the caller.
            match stopwatch::time(device, || unsafe { self.launch(way, device, libraries, at, workspace) }) {
                Ok(time) if best.is_none_or(|(least, _)| time < least.mul_f64(CLEARLY_FASTER)) => {
                    best = Some((time, way));
                }
                Ok(_) => {}
                Err(error) => refused = Some(error),
            }
        }
        best.map(|(_, way)| way)
            .ok_or_else(|| refused.unwrap_or_else(|| Error::unsupported("cuDNN has no algorithm for a convolution")))
    }

    /// Everything worth trying: cuDNN's own order, each algorithm fused and not.
    fn ways(&self, cudnn: &Cudnn, workspace_limit: usize) -> Result<Vec<Way>> {
        // SAFETY: plain data, which cuDNN fills.
        let mut found: [sys::cudnnConvolutionFwdAlgoPerf_t; ALGORITHMS] = unsafe { std::mem::zeroed() };
        let mut count: c_int = 0;
        // SAFETY: descriptors and handle live; the array has as many places as is said.
        unsafe {
            result::get_convolution_forward_algorithm(
                cudnn.handle,
                self.x.0,
                self.w.0,
                self.geometry.0,
                self.y.0,
                c_int::try_from(ALGORITHMS).expect("a handful"),
                &raw mut count,
                found.as_mut_ptr(),
            )
        }
        .during("asking cuDNN for its algorithms")?;
        let usable = found[..usize::try_from(count).unwrap_or(0)].iter().filter(|found| {
            found.status == sys::cudnnStatus_t::CUDNN_STATUS_SUCCESS
                && found.determinism == sys::cudnnDeterminism_t::CUDNN_DETERMINISTIC
                && found.memory <= workspace_limit
        });
        let mut ways: Vec<Way> = Vec::new();
        for found in usable.take(TRIED) {
            let (algorithm, workspace) = (found.algo, found.memory);
            // cuDNN fuses "no activation" with this one alone.
            let fuses = self.shape.function != Function::Identity
                || algorithm == Algorithm::CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
            ways.extend((fuses && self.activation.is_some()).then_some(Way::Fused { algorithm, workspace }));
            ways.push(Way::Split { algorithm, workspace });
        }
        if let Some(product) = &self.product {
            let gathered = product.gather.as_ref().map_or(0, |gather| gather.bytes);
            let algorithms = product.gemm.algorithms().iter().enumerate();
            let all =
                algorithms.map(|(algorithm, found)| Way::Product { gathered, algorithm, workspace: found.workspace });
            ways.extend(all.filter(|way| way.workspace() <= workspace_limit));
        }
        Ok(ways)
    }

    /// Asks for the convolution and what follows it.
    ///
    /// # Safety
    /// The addresses must be those of this convolution's tensors on the device, and the workspace as large as the way
    /// wants it.
    pub(crate) unsafe fn launch(
        &self,
        way: Way,
        device: &Device,
        libraries: &Libraries,
        at: &Addresses,
        workspace: Workspace,
    ) -> Result<()> {
        // What a library is told to have decides which of its kernels it takes, and whether it takes any: always the same.
        let workspace = Workspace { bytes: way.workspace(), ..workspace };
        // SAFETY: promised by the caller.
        unsafe {
            match way {
                Way::Fused { algorithm, .. } => self.fused(algorithm, &libraries.cudnn, at, workspace),
                Way::Split { algorithm, .. } => {
                    self.alone(algorithm, &libraries.cudnn, at, workspace)?;
                    self.epilogue(device, at)
                }
                Way::Product { algorithm, .. } => self.multiplied(algorithm, device, libraries, at, workspace),
            }
        }
    }

    unsafe fn multiplied(
        &self,
        algorithm: usize,
        device: &Device,
        libraries: &Libraries,
        at: &Addresses,
        workspace: Workspace,
    ) -> Result<()> {
        let product = self.product.as_ref().ok_or_else(|| Error::unsupported("not a matrix product"))?;
        // SAFETY: promised by the caller of `launch`.
        unsafe {
            let (left, space) = match &product.gather {
                None => (at.input, workspace),
                Some(gather) => {
                    self.gather(&gather.kernel, device, at.input, workspace.address)?;
                    let after = workspace.address + gather.bytes as u64;
                    let space = Workspace { address: after, bytes: workspace.bytes.saturating_sub(gather.bytes) };
                    (workspace.address, space)
                }
            };
            let residual = at.residual.filter(|_| product.fused);
            let operands = Operands { left, right: at.weight, residual, product: at.output };
            product.gemm.multiply(device, &libraries.blas, algorithm, &operands, space)?;
            if product.fused { Ok(()) } else { self.epilogue(device, at) }
        }
    }

    unsafe fn gather(&self, kernel: &Kernel, device: &Device, from: u64, to: u64) -> Result<()> {
        let Shape { images, input, output, kernel: side, stride, .. } = self.shape;
        let arguments = [
            Argument::Address(from),
            Argument::Address(to),
            uint(images)?,
            uint(input.channels)?,
            uint(input.height)?,
            uint(input.width)?,
            uint(output.height)?,
            uint(output.width)?,
            uint(side)?,
            uint(stride)?,
        ];
        // SAFETY: promised by the caller of `launch`; these are the kernel's arguments.
        unsafe { kernel.launch(device, &arguments) }
    }

    unsafe fn alone(&self, algorithm: Algorithm, cudnn: &Cudnn, at: &Addresses, workspace: Workspace) -> Result<()> {
        let (one, zero) = (1.0_f32, 0.0_f32);
        // SAFETY: promised by the caller of `launch`.
        unsafe {
            result::convolution_forward(
                cudnn.handle,
                scalar(&one),
                self.x.0,
                at.input as *const c_void,
                self.w.0,
                at.weight as *const c_void,
                self.geometry.0,
                algorithm,
                workspace.address as *mut c_void,
                workspace.bytes,
                scalar(&zero),
                self.y.0,
                at.output as *mut c_void,
            )
        }
        .during("a convolution")
    }

    unsafe fn fused(&self, algorithm: Algorithm, cudnn: &Cudnn, at: &Addresses, workspace: Workspace) -> Result<()> {
        let activation =
            self.activation.as_ref().ok_or_else(|| Error::unsupported("cuDNN does not fuse this function"))?;
        let one = 1.0_f32;
        let share = if at.residual.is_some() { 1.0_f32 } else { 0.0 };
        // SAFETY: promised by the caller of `launch`. Without a residual, its share of zero keeps it from being read.
        unsafe {
            result::convolution_bias_activation_forward(
                cudnn.handle,
                scalar(&one),
                self.x.0,
                at.input as *const c_void,
                self.w.0,
                at.weight as *const c_void,
                self.geometry.0,
                algorithm,
                workspace.address as *mut c_void,
                workspace.bytes,
                scalar(&share),
                self.y.0,
                at.residual.unwrap_or(at.output) as *const c_void,
                self.bias.0,
                at.stored_bias as *const c_void,
                activation.0,
                self.y.0,
                at.output as *mut c_void,
            )
        }
        .during("a fused convolution")
    }

    unsafe fn epilogue(&self, device: &Device, at: &Addresses) -> Result<()> {
        let Shape { output, function, .. } = self.shape;
        let [least, greatest, function] = Argument::of_function(function);
        let arguments = [
            Argument::Address(at.output),
            Argument::Address(at.bias),
            Argument::Address(at.residual.unwrap_or(0)),
            Argument::Place(self.items),
            uint(output.channels)?,
            uint(output.pixels())?,
            least,
            greatest,
            function,
        ];
        // SAFETY: promised by the caller of `launch`; these are the kernel's arguments.
        unsafe { self.epilogue.launch(device, &arguments) }
    }
}

impl Product {
    /// None where the convolution is no product, or would need too much memory to become one.
    fn new(shape: &Shape, libraries: &Libraries, kernels: &Kernels, at: &Addresses) -> Result<Option<Self>> {
        let Shape { images, input, output, kernel, stride, function, precision, layout } = *shape;
        let lanes = precision.lanes();
        if layout != Layout::ChannelsLast || !input.channels.is_multiple_of(lanes) {
            return Ok(None);
        }
        let (rows, inner) = (images * output.pixels(), kernel * kernel * input.channels);
        let gather = if kernel == 1 && stride == 1 {
            None
        } else {
            let bytes = (rows * inner * precision.bytes()).next_multiple_of(ALIGNMENT);
            if bytes > GATHERED_LIMIT {
                return Ok(None);
            }
            Some(Gather { kernel: kernels.by_items("gather", (rows * inner / lanes) as u64)?, bytes })
        };
        let fused = matches!(function, Function::Identity | Function::Relu);
        let epilogue = if fused {
            let relu = function == Function::Relu;
            Epilogue { residual: at.residual.is_some(), bias: Some(at.stored_bias), relu }
        } else {
            Epilogue::default()
        };
        let shape = gemm::Shape { rows, columns: output.channels, inner, transposed: true, precision, wide: false };
        match Gemm::new(&libraries.blas, shape, epilogue, PRODUCT_WORKSPACE_LIMIT) {
            Ok(gemm) => Ok(Some(Self { gemm, fused, gather })),
            // cuDNN remains.
            Err(_) => Ok(None),
        }
    }
}

/// A kernel's argument that counts something.
pub(crate) fn uint(count: usize) -> Result<Argument> {
    u32::try_from(count)
        .map(Argument::Uint)
        .map_err(|_| Error::unsupported(format!("{count} is more than a kernel counts")))
}

fn scalar(value: &f32) -> *const c_void {
    (&raw const *value).cast()
}
