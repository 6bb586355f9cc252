//! What comparisons say beyond their tables: whose GPU time stands beside a CPU time, what the figures follow, which
//! machines differ that should not. Pure: no store, no clock, no words; renderers give these things sentences.

pub mod class;
pub mod figures;
pub mod findings;
mod fit;
pub mod key;
pub mod peers;
mod rank;
pub mod records;
mod speed;
pub mod tables;

#[cfg(test)]
mod samples;

pub use records::{Records, pseudonym};
