//! What a GPU can do at best, measured: what layers are judged by.

use std::time::Duration;

use crate::device::Device;
use crate::error::{During as _, Result};
use crate::precision::Precision;
use crate::product::Product;
use crate::stopwatch;

/// The speeds of a GPU in one number format.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Floating-point operations a second of cuBLAS's product of large matrices.
    pub flops: f64,
    /// Bytes a second that a copy within its memory moves; each is read and written, and counts once.
    pub copy_bytes_per_s: f64,
}

/// Sides of the products that are tried, from small ones on: the first that lasts so long says the speed.
const SIDES: [usize; 5] = [256, 512, 1024, 2048, 4096];
const ENOUGH: Duration = Duration::from_millis(2);
/// Bytes of the copy: more than any GPU's caches hold.
const COPIED: usize = 256 << 20;

impl Peak {
    /// Takes some tenths of a second and, on a large GPU, 512 MiB.
    ///
    /// # Errors
    /// What [`Product::new`] refuses.
    pub fn measure(device: &Device, precision: Precision) -> Result<Self> {
        let mut flops = 0.0;
        for side in SIDES {
            // Zeros would be faster than numbers are.
            let factor: Vec<f32> = (0..side * side).map(|at| (at * 7919 % 1024) as f32 / 1024.0 - 0.5).collect();
            let time = Product::new(device, side, precision, &factor, &factor)?.time()?;
            flops = 2.0 * (side as f64).powi(3) / time.as_secs_f64().max(1e-9);
            if time >= ENOUGH {
                break;
            }
        }
        Ok(Self { flops, copy_bytes_per_s: copy(device)? })
    }
}

fn copy(device: &Device) -> Result<f64> {
    let free = usize::try_from(device.free_memory_bytes()?).unwrap_or(usize::MAX);
    let bytes = COPIED.min(free / 4).max(1);
    let stream = &device.stream;
    let from = stream.alloc_zeros::<u8>(bytes).during("allocating what is copied")?;
    let to = std::cell::RefCell::new(stream.alloc_zeros::<u8>(bytes).during("allocating a copy")?);
    let copied = || stream.memcpy_dtod(&from, &mut *to.borrow_mut()).during("copying within the GPU");
    Ok(bytes as f64 / stopwatch::shortest(device, copied)?.as_secs_f64().max(1e-9))
}
