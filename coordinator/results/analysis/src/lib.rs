//! What comparisons say beyond their tables: whose GPU time stands beside a CPU time, what the figures follow, which
//! machines differ that should not. Pure: no store, no clock, no words; renderers give these things sentences.

pub mod class;
pub mod findings;
mod fit;
pub mod peers;
pub mod records;
pub mod tables;

#[cfg(test)]
mod samples;

pub use records::{Records, pseudonym};
