//! Cotejo's coordinator: it plans sweeps, gives their jobs to agents, keeps the measurements and compares them.

mod clock;
pub mod config;
pub mod dispatcher;
pub mod planner;
pub mod registry;
pub mod store;

#[cfg(test)]
mod samples;
