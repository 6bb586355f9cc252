//! The engine's own kernels: compiled when a plan is, for the GPU at hand.

#![allow(unsafe_code, reason = "compiles and launches kernels")]

use std::ffi::CString;
use std::sync::Arc;

use cotejo_network::Function;
use cudarc::driver::{CudaFunction, CudaModule, LaunchArgs, LaunchConfig, PushKernelArg};
use cudarc::nvrtc::{Ptx, result as nvrtc, sys};

use crate::device::Device;
use crate::error::{During as _, Error, Reason, Result};
use crate::precision::Precision;
use crate::program::{Features, Layout};

const SOURCE: &str = include_str!("kernels.cu");
/// Threads of a block where a thread is a value, a vector or a strip.
const BLOCK: u32 = 256;

/// The kernels for one number format and layout.
#[derive(Debug)]
pub(crate) struct Kernels {
    module: Arc<CudaModule>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Kernel {
    function: CudaFunction,
    grid: (u32, u32),
    block: u32,
}

/// An argument of a kernel; `Address` is one of the GPU's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Argument {
    Address(u64),
    Place(u64),
    Uint(u32),
    Float(f32),
}

impl Argument {
    /// What a kernel takes of a function: the least value, the greatest, and which function it is.
    pub(crate) fn of_function(function: Function) -> [Self; 3] {
        let (least, greatest) = function.limits().unwrap_or((f32::NEG_INFINITY, f32::INFINITY));
        let number = match function {
            Function::Identity | Function::Relu | Function::Relu6 => 0,
            Function::HardSwish => 1,
            Function::HardSigmoid => 2,
        };
        [Self::Float(least), Self::Float(greatest), Self::Uint(number)]
    }
}

impl Kernels {
    /// Compiles them. Takes some tenths of a second.
    pub(crate) fn compile(device: &Device, precision: Precision, layout: Layout, features: Features) -> Result<Self> {
        let (major, minor) = device.facts().compute_capability;
        let storage = match precision {
            Precision::F32 | Precision::Tf32 => 0,
            Precision::F16 => 1,
            Precision::Bf16 => 2,
        };
        let options = [
            // Machine code, not PTX: an older driver of the same major version takes it too.
            format!("--gpu-architecture=sm_{major}{minor}"),
            format!("-DSTORAGE={storage}"),
            format!("-DCHANNELS_LAST={}", u32::from(layout == Layout::ChannelsLast)),
            format!("-DHARD={}", u32::from(features.hard)),
            format!("-DLARGEST_FILTER={}", features.largest_filter),
        ];
        let code = compile(&options)?;
        let module = device.context.load_module(Ptx::from_binary(code)).during("loading the engine's kernels")?;
        Ok(Self { module })
    }

    /// A kernel in which a thread is one of so many items.
    pub(crate) fn by_items(&self, name: &str, items: u64) -> Result<Kernel> {
        let blocks = u32::try_from(items.div_ceil(u64::from(BLOCK))).unwrap_or(u32::MAX);
        if blocks > i32::MAX.unsigned_abs() {
            return Err(Error::unsupported(format!("{name}: {items} items are more than a GPU counts in one launch")));
        }
        self.by_blocks(name, (blocks, 1), BLOCK)
    }

    /// A kernel whose blocks have a meaning of their own.
    pub(crate) fn by_blocks(&self, name: &str, grid: (u32, u32), block: u32) -> Result<Kernel> {
        /// Of any GPU.
        const MOST_IN_Y: u32 = 65_535;
        if grid.1 > MOST_IN_Y {
            return Err(Error::unsupported(format!("{name}: a batch of so many images is too large")));
        }
        let function = self.module.load_function(name).during(&format!("loading the kernel {name}"))?;
        Ok(Kernel { function, grid, block })
    }
}

impl Kernel {
    /// Launches it.
    ///
    /// # Safety
    /// The arguments must be those of the kernel, and the addresses must have as many elements as it reads and writes
    /// with these numbers.
    pub(crate) unsafe fn launch(&self, device: &Device, arguments: &[Argument]) -> Result<()> {
        let mut launch: LaunchArgs<'_> = device.stream.launch_builder(&self.function);
        for argument in arguments {
            match argument {
                Argument::Address(value) | Argument::Place(value) => launch.arg(value),
                Argument::Uint(value) => launch.arg(value),
                Argument::Float(value) => launch.arg(value),
            };
        }
        let config = LaunchConfig {
            grid_dim: (self.grid.0, self.grid.1, 1),
            block_dim: (self.block, 1, 1),
            shared_mem_bytes: 0,
        };
        // SAFETY: promised by the caller.
        unsafe { launch.launch(config) }.during("launching a kernel")?;
        Ok(())
    }
}

/// Compiles the source to machine code.
fn compile(options: &[String]) -> Result<Vec<u8>> {
    let source = CString::new(SOURCE).expect("the source has no zero");
    let failed = |what: &str, error: nvrtc::NvrtcError| {
        let reason = match error.0 {
            // The architecture is unknown to this NVRTC: older or newer than it supports.
            sys::nvrtcResult::NVRTC_ERROR_INVALID_OPTION => Reason::WrongCapability,
            // Its second library, nvrtc-builtins, is not where it looks.
            sys::nvrtcResult::NVRTC_ERROR_BUILTIN_OPERATION_FAILURE => Reason::LibraryBroken,
            _ => Reason::Failed,
        };
        Error::new(reason, format!("{what} with {}: NVRTC: {:?}", options[0], error.0))
    };
    let program = nvrtc::create_program(&source, None).map_err(|error| failed("starting the compiler", error))?;
    // SAFETY: the program was just made, and is destroyed once.
    unsafe {
        let code = match nvrtc::compile_program(program, options) {
            Ok(()) => machine_code(program).map_err(|error| failed("taking the machine code", error)),
            Err(error) => {
                let log = nvrtc::get_program_log(program).unwrap_or_default();
                let log: Vec<u8> = log.into_iter().map(|c| c.to_ne_bytes()[0]).take_while(|byte| *byte != 0).collect();
                let error = failed("compiling the engine's kernels", error);
                Err(Error { detail: format!("{} {}", error.detail, String::from_utf8_lossy(&log).trim()), ..error })
            }
        };
        let _ = nvrtc::destroy_program(program);
        code
    }
}

/// # Safety
/// The program must have been compiled for a real architecture.
unsafe fn machine_code(program: sys::nvrtcProgram) -> std::result::Result<Vec<u8>, nvrtc::NvrtcError> {
    let mut size = 0;
    // SAFETY: the pointer is valid; the buffer has the size that NVRTC says.
    unsafe {
        sys::nvrtcGetCUBINSize(program, &raw mut size).result()?;
        let mut code = vec![0_u8; size];
        sys::nvrtcGetCUBIN(program, code.as_mut_ptr().cast()).result()?;
        Ok(code)
    }
}
