//! Every operation by itself against the definition of its layer in f64: each pixel of each channel, on each instruction
//! set that this processor has. Memory that an operation must not read holds NaN.

mod ends;
mod fused;
mod harness;
mod sums;
