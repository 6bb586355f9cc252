//! Weight files: what is in them, and whether that is the model asked for.

use std::collections::{BTreeMap, HashMap, HashSet};

use candle_core::{DType, Device, Tensor};
use cotejo_model::models::network;
use cotejo_model::reason::{TensorProblem, WeightsReason};
use cotejo_model::{Model, Reason};
use safetensors::{Dtype, SafeTensors};

use super::{Tensors, names, pth};
use crate::internal;

/// The kind of numbers of a stored tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// IEEE 754 binary16.
    F16,
    /// bfloat16.
    Bf16,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// 64-bit integers.
    I64,
    /// Something that no weight is stored in.
    Other(String),
}

impl Format {
    /// From the name of PyTorch's storage class.
    pub(super) fn of_storage(class: &str) -> Self {
        match class.rsplit('.').next().unwrap_or(class) {
            "HalfStorage" => Self::F16,
            "BFloat16Storage" => Self::Bf16,
            "FloatStorage" => Self::F32,
            "DoubleStorage" => Self::F64,
            "LongStorage" => Self::I64,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Bytes of one number.
    pub(super) fn width(&self) -> Option<usize> {
        match self {
            Self::F16 | Self::Bf16 => Some(2),
            Self::F32 => Some(4),
            Self::F64 | Self::I64 => Some(8),
            Self::Other(_) => None,
        }
    }

    /// As files write it.
    fn written(&self) -> String {
        match self {
            Self::Other(name) => name.clone(),
            known => format!("{known:?}"),
        }
    }

    fn real(&self) -> Option<DType> {
        match self {
            Self::F16 => Some(DType::F16),
            Self::Bf16 => Some(DType::BF16),
            Self::F32 => Some(DType::F32),
            Self::F64 => Some(DType::F64),
            Self::I64 | Self::Other(_) => None,
        }
    }
}

/// A tensor as it lies in a file.
#[derive(Debug, Clone)]
pub struct Stored<'a> {
    /// The file's name for it.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub format: Format,
    /// Elements to the next along each dimension.
    pub(super) strides: Vec<usize>,
    /// Elements before the first.
    pub(super) offset: usize,
    /// Little-endian numbers, perhaps shared with other tensors.
    pub(super) storage: &'a [u8],
}

/// Numbers in one tensor at most: far beyond any layer of the models, far below any memory.
const MAX_ELEMENTS: usize = 1 << 28;

impl Stored<'_> {
    /// Its values in row-major order.
    pub fn values(&self) -> Result<Vec<f32>, Reason> {
        let tensor = || self.name.clone();
        let outside = || WeightsReason::NumbersMissing { tensor: tensor() };
        let dtype = self.format.real();
        let dtype = dtype.ok_or_else(|| WeightsReason::NotReal { tensor: tensor(), format: self.format.written() })?;
        let count = self.shape.iter().try_fold(1, |count: usize, dim| count.checked_mul(*dim));
        let count = count.filter(|count| *count <= MAX_ELEMENTS).ok_or_else(outside)?;
        if self.shape.len() != self.strides.len() {
            return Err(outside().into());
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        let span = self
            .shape
            .iter()
            .zip(&self.strides)
            .try_fold(1_usize, |span, (dim, stride)| span.checked_add(stride.checked_mul(dim - 1)?));
        let width = dtype.size_in_bytes();
        let range = span.and_then(|span| {
            let start = self.offset.checked_mul(width)?;
            Some(start..start.checked_add(span.checked_mul(width)?)?)
        });
        let bytes = range.and_then(|range| self.storage.get(range)).ok_or_else(outside)?;
        let values = Tensor::from_raw_buffer(bytes, dtype, &[bytes.len() / width], &Device::Cpu)
            .and_then(|tensor| tensor.to_dtype(DType::F32)?.to_vec1::<f32>())
            .map_err(internal)?;
        let values = if self.strides == contiguous(&self.shape) { values } else { self.gather(&values, count) };
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(at) => Err(WeightsReason::NotFinite { tensor: tensor(), element: at as u64 }.into()),
        }
    }

    /// Brings strided values into row-major order.
    fn gather(&self, values: &[f32], count: usize) -> Vec<f32> {
        let element = |mut index: usize| {
            let dims = self.shape.iter().zip(&self.strides).rev();
            dims.fold(0, |at, (dim, stride)| {
                let step = index % dim * stride;
                index /= dim;
                at + step
            })
        };
        (0..count).map(|index| values[element(index)]).collect()
    }
}

/// The strides of a row-major tensor.
fn contiguous(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for dim in (1..shape.len()).rev() {
        strides[dim - 1] = strides[dim].saturating_mul(shape[dim]);
    }
    strides
}

/// A weight file of any known kind.
#[derive(Debug)]
pub struct WeightFile<'a> {
    /// Its tensors.
    pub tensors: Vec<Stored<'a>>,
}

impl<'a> WeightFile<'a> {
    /// Finds the tensors in the bytes of a file, whose kind its content tells.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Reason> {
        let tensors = if bytes.starts_with(b"PK") {
            pth::read_zip(bytes)?
        } else if bytes.starts_with(pth::LEGACY_MAGIC) {
            pth::read_legacy(bytes)?
        } else if bytes.get(8) == Some(&b'{') {
            read_safetensors(bytes)?
        } else {
            let begins = String::from_utf8_lossy(&bytes[..bytes.len().min(16)]).escape_debug().to_string();
            return Err(WeightsReason::UnknownFormat { begins }.into());
        };
        Ok(Self { tensors })
    }

    /// The model's tensors, if the file holds all of them, in their shapes, and nothing else but counters.
    pub fn tensors(&self, model: Model) -> Result<Tensors, Reason> {
        let names: Vec<&str> = self.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        let names = names::to_torchvision(model, &names);
        let found: BTreeMap<&str, &Stored<'_>> = names.iter().map(String::as_str).zip(&self.tensors).collect();
        let expected = network(model).parameters();
        let mut problems = Vec::new();
        for parameter in &expected {
            let tensor = parameter.name.clone();
            match found.get(parameter.name.as_str()) {
                None => problems.push(TensorProblem::Missing { tensor }),
                Some(stored) if stored.shape != parameter.shape => {
                    let (found, expected) = (stored.shape.clone(), parameter.shape.clone());
                    problems.push(TensorProblem::Shape { tensor, found, expected });
                }
                Some(stored) if stored.format.real().is_none() => {
                    problems.push(TensorProblem::NotReal { tensor, format: stored.format.written() });
                }
                Some(_) => {}
            }
        }
        let known: HashSet<&str> = expected.iter().map(|parameter| parameter.name.as_str()).collect();
        let extra = found.keys().filter(|name| !known.contains(*name) && !name.ends_with("num_batches_tracked"));
        problems.extend(extra.map(|name| TensorProblem::Extra { tensor: (*name).to_owned() }));
        if !problems.is_empty() {
            let more = u32::try_from(problems.len().saturating_sub(NAMED_PROBLEMS)).unwrap_or(u32::MAX);
            problems.truncate(NAMED_PROBLEMS);
            return Err(WeightsReason::OtherModel { model, problems, more }.into());
        }
        let mut tensors = HashMap::with_capacity(expected.len());
        for parameter in expected {
            let values = found[parameter.name.as_str()].values()?;
            let tensor = Tensor::from_vec(values, parameter.shape, &Device::Cpu).map_err(internal)?;
            tensors.insert(parameter.name, tensor);
        }
        Ok(tensors)
    }
}

/// Problems that a reason names one by one.
const NAMED_PROBLEMS: usize = 10;

fn read_safetensors(bytes: &[u8]) -> Result<Vec<Stored<'_>>, Reason> {
    let file =
        SafeTensors::deserialize(bytes).map_err(|error| WeightsReason::BadHeader { detail: error.to_string() })?;
    let stored = file.iter().map(|(name, view)| Stored {
        name: name.to_owned(),
        shape: view.shape().to_vec(),
        strides: contiguous(view.shape()),
        offset: 0,
        format: match view.dtype() {
            Dtype::F16 => Format::F16,
            Dtype::BF16 => Format::Bf16,
            Dtype::F32 => Format::F32,
            Dtype::F64 => Format::F64,
            Dtype::I64 => Format::I64,
            other => Format::Other(format!("{other:?}")),
        },
        storage: view.data(),
    });
    Ok(stored.collect())
}
