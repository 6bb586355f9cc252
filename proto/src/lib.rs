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

/// Bytes of a control message at most.
pub const MAX_CONTROL_BYTES: usize = 256 * 1024;
/// Bytes of a blob in one message at most.
pub const BLOB_CHUNK_BYTES: usize = 1024 * 1024;
/// Bytes of a blob message at most: a chunk and its framing.
pub const MAX_BLOB_MESSAGE_BYTES: usize = BLOB_CHUNK_BYTES + 4096;
/// Bytes of a message that carries reference times at most: as many as are imported at once, with the longest texts.
pub const MAX_REFERENCES_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of a message that carries a whole class's results at most.
pub const MAX_RESULTS_BYTES: usize = 64 * 1024 * 1024;
