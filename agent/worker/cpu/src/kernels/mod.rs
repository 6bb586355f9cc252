//! The innermost loops, written once over `Vector` and compiled for each instruction set. All unsafe code of the
//! crate is here and in `memory`; `run`, `planes` and `tiles` have the safe entrances, which check every bound once for a
//! whole run.

#![allow(unsafe_code, reason = "vector instructions and addresses")]
#![allow(clippy::wildcard_imports, reason = "the names of vector instructions say where they come from")]
#![allow(clippy::inline_always, reason = "a kernel must be inlined into the function that has the vector instructions")]
#![allow(clippy::needless_range_loop, reason = "loops over registers are unrolled, and read alike")]

mod activation;
mod depthwise;
mod finish;
mod multiply_adds;
mod planes;
mod pool;
mod run;
mod tile;
mod tiles;
mod vector;
mod winograd;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

use crate::InstructionSet;

pub(crate) use activation::{Activation, Limits};
pub(crate) use depthwise::MOST_TAPS;
pub(crate) use planes::{Average, DepthwiseRow, MaxPoolRow, Scale};
pub(crate) use run::{PixelRun, Rows, Steps, Target};
pub(crate) use tiles::{TransformIn, TransformOut};

/// Channels that lie side by side: activations are `[image][channels / 16][y][x][16]`, whatever the instruction set.
pub(crate) const LANE_BLOCK: usize = 16;

/// How a convolution walks over its input. Each has its own microkernels, in which the distances are constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Blocks of channels, eight terms a step; the next pixel is the next block.
    Blocks,
    /// The same with stride 2.
    BlocksStride2,
    /// A plane of single values, seven terms a step, stride 2: the stem of `ResNet`.
    Plane7Stride2,
    /// A plane of single values, three terms a step, stride 2: the stem of `MobileNetV2`.
    Plane3Stride2,
}

impl Access {
    /// Consecutive terms of a step.
    pub(crate) fn terms(self) -> usize {
        match self {
            Self::Blocks | Self::BlocksStride2 => 8,
            Self::Plane7Stride2 => 7,
            Self::Plane3Stride2 => 3,
        }
    }

    /// Elements from one output pixel's input to the next one's.
    pub(crate) fn stride(self) -> usize {
        match self {
            Self::Blocks => LANE_BLOCK,
            Self::BlocksStride2 => 2 * LANE_BLOCK,
            Self::Plane7Stride2 | Self::Plane3Stride2 => 2,
        }
    }
}

type TileKernel = unsafe fn(&tile::Tile);

/// Computes a row of one channel block.
type RowKernel = unsafe fn(&depthwise::Row);

/// The kernels of one instruction set.
pub(crate) struct Kernels {
    /// Lanes of a register.
    pub(crate) lanes: usize,
    /// At `n - 1`, the most pixels of a tile `n` blocks of channels wide.
    most_pixels: &'static [usize],
    /// The microkernel for this many blocks of channels, pixels, and this access.
    tile: fn(usize, usize, Access) -> TileKernel,
    /// By what follows (limits, hard-swish), kernel (3x3, 5x5) and stride (1, 2).
    depthwise: [[[RowKernel; 2]; 2]; 2],
    /// By what follows: hard-swish, hard-sigmoid.
    finish: [unsafe fn(&finish::Pixels); 2],
    scale: unsafe fn(*mut f32, *const f32, usize),
    /// F(2x2, 3x3) and F(4x4, 3x3).
    transform_in: [unsafe fn(&winograd::TilesIn); 2],
    transform_out: [unsafe fn(&winograd::TilesOut); 2],
    max_pool: unsafe fn(&pool::MaxRow),
    average: unsafe fn(&pool::Average),
    multiply_adds: unsafe fn(usize) -> f32,
    /// Operations of one round of `multiply_adds`.
    flop_a_round: usize,
}

impl Kernels {
    /// Those for an instruction set that this processor has.
    pub(crate) fn of(instruction_set: InstructionSet) -> &'static Self {
        match instruction_set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => &avx512::KERNELS,
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => &avx2::KERNELS,
            #[cfg(target_arch = "aarch64")]
            InstructionSet::Neon => &neon::KERNELS,
            _ => &portable::KERNELS,
        }
    }

    /// Multiplies and adds for some rounds; gives the operations.
    pub(crate) fn multiply_adds(&self, rounds: usize) -> usize {
        // SAFETY: `of` gives kernels that the processor can run.
        std::hint::black_box(unsafe { (self.multiply_adds)(rounds) });
        rounds * self.flop_a_round
    }

    /// The most blocks of channels of a tile.
    pub(crate) fn widest_panel(&self) -> usize {
        self.most_pixels.len()
    }

    /// The most pixels of a tile that is `blocks` blocks of channels wide.
    pub(crate) fn most_pixels(&self, blocks: usize) -> usize {
        self.most_pixels[blocks - 1]
    }
}

/// Compiles every kernel for one instruction set.
macro_rules! kernels {
    (
        lanes: $lanes:ident,
        features: $(#[$features:meta])?,
        tiles: [$($blocks:literal => $registers:literal [$($pixels:literal)*],)*],
        depthwise: $depthwise:literal,
        chains: $chains:literal,
    ) => {
        $(#[$features])?
        unsafe fn tile<const M: usize, const N: usize, const K: usize, const S: usize>(tile: &super::tile::Tile) {
            unsafe { super::tile::compute::<$lanes, M, N, K, S>(tile) }
        }

        fn tile_for(blocks: usize, pixels: usize, access: super::Access) -> super::TileKernel {
            use super::Access;
            match (blocks, pixels, access) {
                $($(
                    ($blocks, $pixels, Access::Blocks) => tile::<$pixels, $registers, 8, 16>,
                    ($blocks, $pixels, Access::BlocksStride2) => tile::<$pixels, $registers, 8, 32>,
                    ($blocks, $pixels, Access::Plane7Stride2) => tile::<$pixels, $registers, 7, 2>,
                    ($blocks, $pixels, Access::Plane3Stride2) => tile::<$pixels, $registers, 3, 2>,
                )*)*
                _ => unreachable!("no tile of {pixels} pixels times {blocks} blocks"),
            }
        }

        $(#[$features])?
        unsafe fn depthwise<F: super::finish::Finish, const S: usize, const K: usize>(row: &super::depthwise::Row) {
            // The common widths of images are multiples of seven or of eight.
            if row.width.is_multiple_of(7) && $depthwise >= 7 {
                unsafe { super::depthwise::compute::<$lanes, F, 7, S, K>(row) }
            } else {
                unsafe { super::depthwise::compute::<$lanes, F, $depthwise, S, K>(row) }
            }
        }
        $(#[$features])?
        unsafe fn finish<F: super::finish::Finish>(pixels: &super::finish::Pixels) {
            unsafe { super::finish::in_place::<$lanes, F>(pixels) }
        }
        $(#[$features])?
        unsafe fn scale(values: *mut f32, factors: *const f32, pixels: usize) {
            unsafe { super::finish::scale::<$lanes>(values, factors, pixels) }
        }
        $(#[$features])?
        unsafe fn transform_in_2(input: &super::winograd::TilesIn) {
            unsafe { super::winograd::input_2::<$lanes>(input) }
        }
        $(#[$features])?
        unsafe fn transform_in_4(input: &super::winograd::TilesIn) {
            unsafe { super::winograd::input_4::<$lanes>(input) }
        }
        $(#[$features])?
        unsafe fn transform_out_2(output: &super::winograd::TilesOut) {
            unsafe { super::winograd::output_2::<$lanes>(output) }
        }
        $(#[$features])?
        unsafe fn transform_out_4(output: &super::winograd::TilesOut) {
            unsafe { super::winograd::output_4::<$lanes>(output) }
        }
        $(#[$features])?
        unsafe fn max_pool(row: &super::pool::MaxRow) {
            unsafe { super::pool::max_row::<$lanes>(row) }
        }
        $(#[$features])?
        unsafe fn average(average: &super::pool::Average) {
            unsafe { super::pool::average::<$lanes>(average) }
        }

        $(#[$features])?
        unsafe fn multiply_adds(rounds: usize) -> f32 {
            unsafe { super::multiply_adds::multiply_adds::<$lanes, $chains>(rounds) }
        }

        use super::finish::{HardSigmoid, HardSwish, Limited};

        pub(super) static KERNELS: super::Kernels = super::Kernels {
            lanes: <$lanes as super::vector::Vector>::LANES,
            most_pixels: &[$({
                let pixels = [$($pixels),*];
                pixels[pixels.len() - 1]
            }),*],
            tile: tile_for,
            depthwise: [
                [
                    [depthwise::<Limited, 1, 3>, depthwise::<Limited, 2, 3>],
                    [depthwise::<Limited, 1, 5>, depthwise::<Limited, 2, 5>],
                ],
                [
                    [depthwise::<HardSwish, 1, 3>, depthwise::<HardSwish, 2, 3>],
                    [depthwise::<HardSwish, 1, 5>, depthwise::<HardSwish, 2, 5>],
                ],
            ],
            finish: [finish::<HardSwish>, finish::<HardSigmoid>],
            scale,
            transform_in: [transform_in_2, transform_in_4],
            transform_out: [transform_out_2, transform_out_4],
            max_pool,
            average,
            multiply_adds,
            flop_a_round: 2 * $chains * <$lanes as super::vector::Vector>::LANES,
        };
    };
}
use kernels;
