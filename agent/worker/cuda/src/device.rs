//! One GPU, ready to compute.

#![allow(unsafe_code, reason = "the driver's interface")]

use std::sync::Arc;

use cudarc::driver::sys::{CUgraphInstantiate_flags, CUstreamCaptureMode};
use cudarc::driver::{CudaContext, CudaGraph, CudaStream};

use crate::error::{During as _, Error, Reason, Result};
use crate::library::Library;
use crate::precision::Precision;

/// What a GPU and its libraries say of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The product's name.
    pub name: String,
    /// Generation and number within it.
    pub compute_capability: (u32, u32),
    /// Its memory in bytes.
    pub memory_bytes: u64,
    /// Version of the CUDA libraries, by that of NVRTC.
    pub cuda: Option<String>,
    /// Version of cuDNN.
    pub cudnn: Option<String>,
}

/// A GPU with a context and a stream of its own.
#[derive(Debug)]
pub struct Device {
    pub(crate) context: Arc<CudaContext>,
    pub(crate) stream: Arc<CudaStream>,
    facts: Facts,
    /// The driver's CUDA version, as 1000 major + 10 minor.
    driver: i32,
}

impl Device {
    /// Opens the GPU with this index, in the order of the PCI bus where `CUDA_DEVICE_ORDER=PCI_BUS_ID`.
    ///
    /// # Errors
    /// A library is missing, or the driver refuses: named by the error's reason.
    pub fn open(index: u32) -> Result<Self> {
        Library::Driver.find()?;
        let driver = start_driver()?;
        let count = CudaContext::device_count().during("counting the GPUs")?;
        let count = u32::try_from(count).unwrap_or(0);
        if index >= count {
            let detail = format!("CUDA sees {count} GPUs, so there is no cuda:{index}");
            return Err(Error::new(Reason::NotCounted { index, count }, detail));
        }
        let cuda = Library::Nvrtc.find()?.version;
        Library::Cublas.find()?;
        let cudnn = Library::Cudnn.find()?.version;
        let context = CudaContext::new(index as usize).during(&format!("cuda:{index}"))?;
        // SAFETY: all work of this context goes through one stream, in order.
        unsafe { context.disable_event_tracking() };
        let stream = context.new_stream().during("making a stream")?;
        let capability = context.compute_capability().during("asking for the compute capability")?;
        let facts = Facts {
            name: context.name().during("asking for the GPU's name")?,
            compute_capability: (capability.0.unsigned_abs(), capability.1.unsigned_abs()),
            memory_bytes: context.total_mem().during("asking for the GPU's memory")? as u64,
            cuda,
            cudnn,
        };
        Ok(Self { context, stream, facts, driver })
    }

    /// What it is.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Bytes of its memory that nobody uses now.
    pub fn free_memory_bytes(&self) -> Result<u64> {
        Ok(self.context.mem_get_info().during("asking for the free memory")?.0 as u64)
    }

    /// What it has hardware for: TF32 and bf16 from Ampere on.
    pub fn computes_in(&self, precision: Precision) -> bool {
        match precision {
            Precision::F32 => true,
            Precision::F16 => self.facts.compute_capability >= (5, 3),
            Precision::Tf32 | Precision::Bf16 => self.facts.compute_capability >= (8, 0),
        }
    }

    /// Refuses a precision that it has no hardware for.
    pub(crate) fn check_precision(&self, precision: Precision) -> Result<()> {
        if self.computes_in(precision) {
            return Ok(());
        }
        let capability = self.facts.compute_capability;
        let detail = format!("compute capability {}.{} has no hardware for it", capability.0, capability.1);
        Err(Error::new(Reason::PrecisionMissing { precision, capability }, detail))
    }

    /// Whether the driver has the functions that tell times between events, as newer bindings call them.
    pub(crate) fn tells_times(&self) -> bool {
        self.driver >= 12_080
    }

    /// Waits until all that was asked of it is done.
    pub(crate) fn synchronize(&self) -> Result<()> {
        self.stream.synchronize().during("waiting for the GPU")
    }

    /// What `launch` asks for, as one graph, which is not launched. None where something in it cannot be captured, as with
    /// a library that allocates.
    pub(crate) fn capture(&self, launch: impl FnOnce() -> Result<()>) -> Result<Option<CudaGraph>> {
        // Only this thread uses the context, so nothing that a library does on the side can do harm.
        let mode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_RELAXED;
        self.stream.begin_capture(mode).during("beginning a graph")?;
        let launched = launch();
        let captured =
            self.stream.end_capture(CUgraphInstantiate_flags::CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH);
        if let (Ok(()), Ok(Some(graph))) = (launched, captured) {
            graph.upload().during("uploading the graph")?;
            return Ok(Some(graph));
        }
        self.synchronize()?;
        Ok(None)
    }

    /// Whether so many bytes are free.
    pub(crate) fn check_memory(&self, what: &str, needed: u64) -> Result<()> {
        // What was given back before counts as free only when the GPU has come to it.
        self.synchronize()?;
        let free = self.free_memory_bytes()?;
        if needed <= free {
            return Ok(());
        }
        let has = self.facts.memory_bytes;
        Err(Error::new(Reason::TooLittleMemory { needs: needed, has, free }, what))
    }
}

/// Initialises the driver and gives the CUDA version that it supports.
fn start_driver() -> Result<i32> {
    if let Err(error) = cudarc::driver::result::init() {
        let error = Error::from(error);
        let reason = match error.reason {
            // The library that toolkits bring to link with, or a kernel module that is not loaded.
            Reason::Failed => Reason::DriverNotStarted,
            reason => reason,
        };
        return Err(Error::new(reason, error.detail));
    }
    let mut version = 0;
    // SAFETY: the pointer is valid for the call.
    unsafe { cudarc::driver::sys::cuDriverGetVersion(&raw mut version) }
        .result()
        .during("asking for the driver's version")?;
    Ok(version)
}
