//! cuDNN's handles and descriptors, destroyed when they are dropped.

#![allow(unsafe_code, reason = "cuDNN's interface; every handle and descriptor is made, used and destroyed here")]

use std::ffi::c_int;

use cotejo_network::Function;
use cudarc::cudnn::result::{self, CudnnError};
use cudarc::cudnn::sys;

use crate::device::Device;
use crate::error::{During as _, Error, Result};
use crate::precision::Precision;
use crate::program::Layout;

/// The library, bound to a device's stream.
#[derive(Debug)]
pub(crate) struct Cudnn {
    pub(crate) handle: sys::cudnnHandle_t,
}

impl Cudnn {
    pub(crate) fn new(device: &Device) -> Result<Self> {
        let handle = result::create_handle().during("starting cuDNN")?;
        let cudnn = Self { handle };
        // SAFETY: both handles live; the stream outlives this one in every plan.
        unsafe { result::set_stream(handle, device.stream.cu_stream().cast()) }.during("starting cuDNN")?;
        Ok(cudnn)
    }
}

impl Drop for Cudnn {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once.
        let _ = unsafe { result::destroy_handle(self.handle) };
    }
}

macro_rules! descriptor {
    ($(#[$doc:meta])* $name:ident, $raw:ty, $create:path, $destroy:path) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name(pub(crate) $raw);

        impl $name {
            fn create() -> Result<Self> {
                $create().map(Self).during("making a descriptor")
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                // SAFETY: made by `create`, destroyed once.
                let _ = unsafe { $destroy(self.0) };
            }
        }
    };
}

unsafe fn destroy_activation(descriptor: sys::cudnnActivationDescriptor_t) -> std::result::Result<(), CudnnError> {
    // SAFETY: promised by the caller.
    unsafe { sys::cudnnDestroyActivationDescriptor(descriptor) }.result()
}

descriptor!(
    /// Of a tensor.
    TensorDescriptor, sys::cudnnTensorDescriptor_t, result::create_tensor_descriptor, result::destroy_tensor_descriptor
);
descriptor!(
    /// Of a convolution's weights.
    FilterDescriptor, sys::cudnnFilterDescriptor_t, result::create_filter_descriptor, result::destroy_filter_descriptor
);
descriptor!(
    /// Of a convolution.
    ConvolutionDescriptor,
    sys::cudnnConvolutionDescriptor_t,
    result::create_convolution_descriptor,
    result::destroy_convolution_descriptor
);
descriptor!(
    /// Of what follows a convolution.
    ActivationDescriptor,
    sys::cudnnActivationDescriptor_t,
    result::create_activation_descriptor,
    destroy_activation
);

fn format(layout: Layout) -> sys::cudnnTensorFormat_t {
    match layout {
        Layout::ChannelsLast => sys::cudnnTensorFormat_t::CUDNN_TENSOR_NHWC,
        Layout::ChannelsFirst => sys::cudnnTensorFormat_t::CUDNN_TENSOR_NCHW,
    }
}

fn storage(precision: Precision) -> sys::cudnnDataType_t {
    match precision {
        Precision::F32 | Precision::Tf32 => sys::cudnnDataType_t::CUDNN_DATA_FLOAT,
        Precision::F16 => sys::cudnnDataType_t::CUDNN_DATA_HALF,
        Precision::Bf16 => sys::cudnnDataType_t::CUDNN_DATA_BFLOAT16,
    }
}

/// Dimensions as cuDNN counts them.
pub(crate) fn dimensions(of: [usize; 4]) -> Result<[c_int; 4]> {
    let mut all = [0; 4];
    for (to, from) in all.iter_mut().zip(of) {
        *to =
            c_int::try_from(from).map_err(|_| Error::unsupported(format!("a side of {from} is too long for cuDNN")))?;
    }
    Ok(all)
}

impl TensorDescriptor {
    /// `[images, channels, height, width]`
    pub(crate) fn new(of: [usize; 4], precision: Precision, layout: Layout) -> Result<Self> {
        let descriptor = Self::create()?;
        // SAFETY: the descriptor was just made.
        unsafe { result::set_tensor4d_descriptor(descriptor.0, format(layout), storage(precision), dimensions(of)?) }
            .during("describing a tensor")?;
        Ok(descriptor)
    }
}

impl FilterDescriptor {
    /// `[outputs, inputs, kernel, kernel]`
    pub(crate) fn new(of: [usize; 4], precision: Precision, layout: Layout) -> Result<Self> {
        let descriptor = Self::create()?;
        // SAFETY: the descriptor was just made.
        unsafe { result::set_filter4d_descriptor(descriptor.0, storage(precision), format(layout), dimensions(of)?) }
            .during("describing weights")?;
        Ok(descriptor)
    }
}

impl ConvolutionDescriptor {
    /// Square, padded by half its kernel, summed in f32.
    pub(crate) fn new(kernel: usize, stride: usize, precision: Precision) -> Result<Self> {
        let descriptor = Self::create()?;
        let [pad, stride, ..] = dimensions([kernel / 2, stride, 0, 0])?;
        let math = match precision {
            // On Ampere and later, the default would be TF32.
            Precision::F32 => sys::cudnnMathType_t::CUDNN_FMA_MATH,
            _ => sys::cudnnMathType_t::CUDNN_TENSOR_OP_MATH,
        };
        // SAFETY: the descriptor was just made.
        unsafe {
            result::set_convolution2d_descriptor(
                descriptor.0,
                pad,
                pad,
                stride,
                stride,
                1,
                1,
                sys::cudnnConvolutionMode_t::CUDNN_CROSS_CORRELATION,
                sys::cudnnDataType_t::CUDNN_DATA_FLOAT,
            )
            .during("describing a convolution")?;
            result::set_convolution_math_type(descriptor.0, math).during("choosing the arithmetic")?;
        }
        Ok(descriptor)
    }
}

impl ActivationDescriptor {
    /// Only what cuDNN fuses into a convolution; none for anything else.
    pub(crate) fn fused(function: Function) -> Result<Option<Self>> {
        let mode = match function {
            Function::Identity => sys::cudnnActivationMode_t::CUDNN_ACTIVATION_IDENTITY,
            Function::Relu => sys::cudnnActivationMode_t::CUDNN_ACTIVATION_RELU,
            Function::Relu6 | Function::HardSwish | Function::HardSigmoid => return Ok(None),
        };
        let descriptor = Self::create()?;
        let nan = sys::cudnnNanPropagation_t::CUDNN_PROPAGATE_NAN;
        // SAFETY: the descriptor was just made.
        unsafe { result::set_activation_descriptor(descriptor.0, mode, nan, 0.0) }
            .during("describing an activation")?;
        Ok(Some(descriptor))
    }
}
