//! Numbers between the host's f32 and the GPU's formats.

use half::{bf16, f16};

use crate::precision::Precision;

/// The bytes of the numbers in a format, each rounded to the nearest.
pub(crate) fn stored(values: impl Iterator<Item = f32>, precision: Precision) -> Vec<u8> {
    match precision {
        Precision::F32 | Precision::Tf32 => values.flat_map(f32::to_ne_bytes).collect(),
        Precision::F16 => values.flat_map(|value| f16::from_f32(value).to_ne_bytes()).collect(),
        Precision::Bf16 => values.flat_map(|value| bf16::from_f32(value).to_ne_bytes()).collect(),
    }
}

/// And back.
pub(crate) fn widened(bytes: &[u8], precision: Precision) -> Vec<f32> {
    match precision {
        Precision::F32 | Precision::Tf32 => {
            bytes.chunks_exact(4).map(|b| f32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect()
        }
        Precision::F16 => bytes.chunks_exact(2).map(|b| f16::from_ne_bytes([b[0], b[1]]).to_f32()).collect(),
        Precision::Bf16 => bytes.chunks_exact(2).map(|b| bf16::from_ne_bytes([b[0], b[1]]).to_f32()).collect(),
    }
}
