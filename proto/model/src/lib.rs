//! Cotejo's vocabulary as plain types and pure functions: what is computed, on what, how it is measured, and what
//! the figures say. Nothing here does I/O, and nothing here knows the wire or candle.

pub mod named;

pub mod basis;
pub mod bundle;
pub mod comparison;
pub mod coordinator;
pub mod device;
pub mod estimate;
pub mod explain;
pub mod frames;
pub mod gpu;
pub mod ids;
pub mod job;
pub mod machine;
pub mod measurement;
pub mod measuring;
pub mod models;
pub mod quality;
pub mod reason;
pub mod reference;
pub mod session;
pub mod stats;
pub mod sweep;
pub mod variables;
pub mod workload;

pub use bundle::Bundle;
pub use device::{DeviceId, DeviceKind, DeviceSelector};
pub use ids::{BootId, Digest, JobId, MachineId, SweepId};
pub use job::{Assignment, JobSpec, JobState};
pub use machine::{Capability, Device, Machine};
pub use measurement::Measurement;
pub use measuring::MeasuringPlan;
pub use reason::{FailureCode, Reason};
pub use reference::Reference;
pub use sweep::SweepSpec;
pub use workload::{Engine, Model, Precision, Task, Threads, Workload};
