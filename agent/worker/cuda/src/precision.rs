//! The number formats that GPUs compute in.

/// The number format of tensors and weights, and of the products. Sums are in f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// IEEE 754 binary32, strictly.
    F32,
    /// binary32, products with 10 bits of mantissa.
    Tf32,
    /// binary16.
    F16,
    /// bfloat16.
    Bf16,
}

impl Precision {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 | Self::Tf32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// Numbers in 16 bytes, which is what a thread of the own kernels loads at once.
    pub(crate) fn lanes(self) -> usize {
        16 / self.bytes()
    }
}
