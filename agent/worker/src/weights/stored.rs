//! Tensors as they are stored in files of any format.

use candle_core::{DType, Device, Tensor};
use cotejo_model::Reason;
use cotejo_model::reason::WeightsReason;

use crate::internal;

/// The number format of a stored tensor.
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
    /// A format that no weight is stored in.
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

    /// The name that files use.
    pub(super) fn written(&self) -> String {
        match self {
            Self::Other(name) => name.clone(),
            known => format!("{known:?}"),
        }
    }

    pub(super) fn real(&self) -> Option<DType> {
        match self {
            Self::F16 => Some(DType::F16),
            Self::Bf16 => Some(DType::BF16),
            Self::F32 => Some(DType::F32),
            Self::F64 => Some(DType::F64),
            Self::I64 | Self::Other(_) => None,
        }
    }
}

/// A tensor in a file.
#[derive(Debug, Clone)]
pub struct Stored<'a> {
    /// Its name in the file.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its number format.
    pub format: Format,
    /// Elements to the next along each dimension.
    pub(super) strides: Vec<usize>,
    /// Elements before the first.
    pub(super) offset: usize,
    /// Little-endian numbers, perhaps shared with other tensors.
    pub(super) storage: &'a [u8],
}

/// The most elements of a tensor: far beyond any layer of the models, far below any memory.
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
pub(super) fn contiguous(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for dim in (1..shape.len()).rev() {
        strides[dim - 1] = strides[dim].saturating_mul(shape[dim]);
    }
    strides
}
