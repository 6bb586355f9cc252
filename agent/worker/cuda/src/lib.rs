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
mod library;
mod loading;
mod numbers;
mod peak;
mod plan;
mod precision;
mod product;
mod program;
mod stopwatch;
mod workspace;

pub use device::{Device, Facts};
pub use error::{Error, Reason};
pub use library::Library;
pub use loading::Found;
pub use peak::Peak;
pub use plan::{EventTimes, Plan, Step};
pub use precision::Precision;
pub use product::Product;
pub use program::{Options, memory_bytes};
