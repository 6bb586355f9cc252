//! Cotejo's coordinator: it plans sweeps, gives their jobs to agents, keeps the measurements and compares them.

pub mod config;
pub mod planner;
pub mod store;

#[cfg(test)]
mod samples;
