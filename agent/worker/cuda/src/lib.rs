//! Cotejo's optimized GPU engine. A `Network` (layers with their weights, batch norm folded in) is compiled once to a
//! `Plan` for one shape of input and one number format: cuDNN's and own kernels with their algorithms chosen by timing,
//! every buffer placed in one allocation, and the whole forward captured as one CUDA graph.
//!
//! The libraries (driver, NVRTC, cuBLAS, cuDNN) are loaded when a [`Device`] is opened; where one is missing, the error
//! names it. `unsafe` code is in the modules that call them.

mod convolution;
mod cudnn;
mod device;
mod error;
mod gemm;
mod kernels;
pub mod library;
mod numbers;
mod peak;
mod plan;
mod product;
mod program;
mod stopwatch;

pub use device::{Device, Facts};
pub use error::{Error, Reason};
pub use peak::Peak;
pub use plan::{EventTimes, Plan, Step};
pub use product::Product;
pub use program::{Options, Precision, memory_bytes};
