//! Cotejo's wire: generated messages and services (`v1`), and their conversions to and from `cotejo-model`.
//!
//! Generated types stay at the edges: the coordinator's `api` and `session`, the agent's `link` and `blobs`, and the
//! command line's client. Everything else speaks `cotejo-model`.

mod convert;

pub use convert::ConvertError;

/// Generated from `cotejo/v1/*.proto`; `tests/generated.rs` keeps the two equal.
#[allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
pub mod v1 {
    include!("gen/cotejo.v1.rs");
}

/// The descriptors of every `.proto` file, for gRPC server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!("gen/descriptor.bin");
