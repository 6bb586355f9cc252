//! Plays the PCs of a class, for rehearsals: what each of them is, and a worker that makes its times up. Nothing is computed
//! here, and nothing that comes from here can be taken for a measurement: every device, check and measurement is marked
//! as simulated, and whatever shows one says so.

mod catalogue;
mod cell;
mod class;
mod model;
mod times;
mod worker;

pub use catalogue::{PlayedCpu, PlayedGpu};
pub use class::{Class, PlayedMachine};
pub use model::{cpu_seconds, gpu_seconds};
pub use times::{Course, Spread, Times};
pub use worker::{Player, Seat, main_stdio};
