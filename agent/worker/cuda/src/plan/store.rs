//! A plan's memory on the GPU: one allocation for tensors, weights, input and logits, and one for workspaces.

use cotejo_network::{Conv, Depthwise, Linear};
use cudarc::driver::{CudaSlice, DevicePtr as _, PinnedHostSlice};

use crate::device::Device;
use crate::error::{During as _, Error, Result};
use crate::numbers::stored;
use crate::precision::Precision;
use crate::program::{ALIGNMENT, Layout, Operation, Options, Program, Tensor};
use crate::workspace::{self, Workspace};

/// Where a layer's weights lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    pub(super) weight: u64,
    /// In f32.
    pub(super) bias: u64,
    /// In the plan's number format.
    pub(super) stored_bias: u64,
}

pub(super) struct Store {
    data: CudaSlice<u8>,
    workspace: CudaSlice<u8>,
    /// Offsets of the program's buffers.
    buffers: Vec<usize>,
    /// Offsets of the operations' weights.
    weights: Vec<Option<Weights>>,
    input: Part,
    logits: Part,
    base: u64,
    workspace_base: u64,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    offset: usize,
    bytes: usize,
}

/// Grows from nothing to the offsets of parts.
#[derive(Debug, Default)]
struct Cursor(usize);

impl Cursor {
    fn take(&mut self, bytes: usize) -> Part {
        let offset = self.0;
        self.0 += bytes.next_multiple_of(ALIGNMENT);
        Part { offset, bytes }
    }
}

impl Store {
    /// Allocates everything and copies the weights to the GPU.
    pub(super) fn new(
        device: &Device,
        program: &Program<'_>,
        options: &Options,
        layout: Layout,
        input_values: usize,
    ) -> Result<Self> {
        let packed: Vec<Option<Packed>> =
            program.operations.iter().map(|operation| Packed::of(operation, options.precision, layout)).collect();
        let mut cursor = Cursor(program.arena_bytes);
        let parts: Vec<Option<[Part; 3]>> = packed
            .iter()
            .map(|packed| packed.as_ref().map(|packed| packed.parts().map(|part| cursor.take(part.len()))))
            .collect();
        let input = cursor.take(input_values * 4);
        let logits = cursor.take(options.images * program.classes * 4);
        device.check_memory("this network", cursor.0 as u64)?;
        // What is free then also bounds the workspaces that are tried.
        let free = usize::try_from(device.free_memory_bytes()?).unwrap_or(usize::MAX);
        let limit = workspace::LIMIT.min(free.saturating_sub(cursor.0) / 2).max(ALIGNMENT);
        let stream = &device.stream;
        let mut data = stream.alloc_zeros::<u8>(cursor.0).during("allocating tensors and weights")?;
        let workspace = stream.alloc_zeros::<u8>(limit).during("allocating a workspace")?;
        for (packed, parts) in packed.iter().zip(&parts) {
            let (Some(packed), Some(parts)) = (packed, parts) else { continue };
            for (bytes, part) in packed.parts().into_iter().zip(parts) {
                if !bytes.is_empty() {
                    let mut place = data.slice_mut(part.offset..part.offset + part.bytes);
                    stream.memcpy_htod(bytes, &mut place).during("copying weights to the GPU")?;
                }
            }
        }
        device.synchronize()?;
        let (base, workspace_base) = (data.device_ptr(stream).0, workspace.device_ptr(stream).0);
        let at = |part: Part| base + part.offset as u64;
        let weights = parts
            .iter()
            .map(|parts| {
                parts.map(|[weight, bias, stored]| Weights {
                    weight: at(weight),
                    bias: at(bias),
                    stored_bias: at(stored),
                })
            })
            .collect();
        let buffers = program.buffers.iter().map(|buffer| buffer.offset).collect();
        Ok(Self { data, workspace, buffers, weights, input, logits, base, workspace_base })
    }

    /// Keeps no more of the workspace than this; its address changes.
    pub(super) fn shrink_workspace(&mut self, device: &Device, bytes: usize) -> Result<()> {
        self.workspace = device.stream.alloc_zeros::<u8>(bytes.max(ALIGNMENT)).during("allocating a workspace")?;
        self.workspace_base = self.workspace.device_ptr(&device.stream).0;
        Ok(())
    }

    pub(super) fn tensor(&self, tensor: Tensor) -> u64 {
        self.base + self.buffers[tensor.buffer] as u64
    }

    pub(super) fn weights(&self, operation: usize) -> Result<Weights> {
        self.weights[operation].ok_or_else(|| Error::unsupported("a layer has no weights"))
    }

    pub(super) fn input(&self) -> u64 {
        self.base + self.input.offset as u64
    }

    pub(super) fn logits(&self) -> u64 {
        self.base + self.logits.offset as u64
    }

    pub(super) fn workspace(&self) -> Workspace {
        Workspace { address: self.workspace_base, bytes: self.workspace.len() }
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.data.len() + self.workspace.len()) as u64
    }

    /// Asks for the copy of an input.
    pub(super) fn upload(&mut self, device: &Device, input: &PinnedHostSlice<f32>) -> Result<()> {
        let Part { offset, bytes } = self.input;
        let mut place = self.data.slice_mut(offset..offset + bytes);
        // SAFETY: any bytes are numbers; the part is aligned and has as many.
        #[allow(unsafe_code, reason = "a view of bytes as numbers")]
        let mut place = unsafe { place.transmute_mut::<f32>(bytes / 4) }.expect("the part has so many numbers");
        device.stream.memcpy_htod(input, &mut place).during("copying the input to the GPU")
    }

    /// Asks for the copy of the logits.
    pub(super) fn download(&self, device: &Device, logits: &mut PinnedHostSlice<f32>) -> Result<()> {
        let Part { offset, bytes } = self.logits;
        let place = self.data.slice(offset..offset + bytes);
        // SAFETY: any bytes are numbers; the part is aligned and has as many.
        #[allow(unsafe_code, reason = "a view of bytes as numbers")]
        let place = unsafe { place.transmute::<f32>(bytes / 4) }.expect("the part has so many numbers");
        device.stream.memcpy_dtoh(&place, logits).during("copying the logits from the GPU")
    }
}

/// A layer's weights as the GPU takes them.
struct Packed {
    weight: Vec<u8>,
    bias: Vec<u8>,
    stored_bias: Vec<u8>,
}

impl Packed {
    fn of(operation: &Operation<'_>, precision: Precision, layout: Layout) -> Option<Self> {
        match operation {
            Operation::Convolution { conv, gathered, input, .. } => Some(Self {
                weight: if *gathered {
                    stored(gathered_filters(conv, input.channels / conv.inputs), precision)
                } else {
                    stored(filters(conv, input.channels, layout), precision)
                },
                bias: stored(conv.bias.iter().copied(), Precision::F32),
                stored_bias: stored(conv.bias.iter().copied(), precision),
            }),
            Operation::Depthwise { layer, .. } => Some(Self {
                weight: stored(taps(layer), Precision::F32),
                bias: stored(layer.bias.iter().copied(), Precision::F32),
                stored_bias: Vec::new(),
            }),
            Operation::Linear { layer, .. } => Some(Self::linear(layer, precision)),
            Operation::Arrange { .. }
            | Operation::Gather { .. }
            | Operation::MaxPool { .. }
            | Operation::Mean { .. }
            | Operation::Excite { .. } => None,
        }
    }

    fn linear(layer: &Linear, precision: Precision) -> Self {
        Self {
            weight: stored(layer.weight.iter().copied(), precision),
            bias: stored(layer.bias.iter().copied(), Precision::F32),
            stored_bias: Vec::new(),
        }
    }

    fn parts(&self) -> [&[u8]; 3] {
        [&self.weight, &self.bias, &self.stored_bias]
    }
}

/// `[outputs, inputs, kernel, kernel]` as it is, or as `[outputs, kernel, kernel, channels]` with further channels zero.
fn filters(conv: &Conv, channels: usize, layout: Layout) -> impl Iterator<Item = f32> + '_ {
    let area = conv.kernel * conv.kernel;
    let (inputs, outputs) = (conv.inputs, conv.outputs);
    (0..outputs * channels * area).map(move |at| {
        let (output, rest) = (at / (channels * area), at % (channels * area));
        let (channel, tap) = match layout {
            Layout::ChannelsLast => (rest % channels, rest / channels),
            Layout::ChannelsFirst => (rest / area, rest % area),
        };
        if channel < inputs { conv.weight[(output * inputs + channel) * area + tap] } else { 0.0 }
    })
}

/// `[outputs, inputs, kernel, kernel]` as `[outputs, inputs, taps]`, further taps zero.
fn gathered_filters(conv: &Conv, taps: usize) -> impl Iterator<Item = f32> + '_ {
    let area = conv.kernel * conv.kernel;
    (0..conv.outputs * conv.inputs * taps).map(move |at| {
        let (channel, tap) = (at / taps, at % taps);
        if tap < area { conv.weight[channel * area + tap] } else { 0.0 }
    })
}

/// `[channels, kernel, kernel]` as `[kernel * kernel, channels]`.
fn taps(layer: &Depthwise) -> impl Iterator<Item = f32> + '_ {
    let taps = layer.kernel * layer.kernel;
    (0..taps).flat_map(move |tap| (0..layer.channels).map(move |channel| layer.weight[channel * taps + tap]))
}
