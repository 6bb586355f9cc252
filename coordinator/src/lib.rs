//! Cotejo's coordinator: it plans sweeps, gives their jobs to agents, keeps the measurements and compares them.

pub mod api;
pub mod app;
pub mod blobs;
mod clock;
pub mod config;
pub mod dispatcher;
pub mod planner;
pub mod progress;
pub mod registry;
pub mod session;
pub mod store;

pub use app::{App, RunError, StartError, build};
pub use config::Config;
