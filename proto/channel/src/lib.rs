//! Both ends of a connection to a coordinator: its address, how the two ends notice that the other is gone, how large a
//! message may be, and what it means that a connection fails. What is said over it is `cotejo-proto`'s.

mod address;
mod client;
mod error;
mod refusal;
mod server;

pub use address::{Address, AddressError, AddressProblem, DEFAULT_PORT};
pub use client::{connect, endpoint};
pub use error::{ChannelError, causes};
pub use refusal::{reason_of, refusal};
pub use server::{incoming, server};

use std::time::Duration;

/// How often each end asks an idle connection whether the other one is still there.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);
/// How long it waits for the answer before it takes the connection for lost.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest control message, in bytes.
pub const MAX_CONTROL_BYTES: usize = 256 * 1024;
/// The largest piece of a blob in one message, in bytes.
pub const BLOB_CHUNK_BYTES: usize = 1024 * 1024;
/// The largest blob message, in bytes: a piece and its framing.
pub const MAX_BLOB_MESSAGE_BYTES: usize = BLOB_CHUNK_BYTES + 4096;
/// The largest message of reference times, in bytes: as many as are imported at once, with the longest texts.
pub const MAX_REFERENCES_BYTES: usize = 2 * 1024 * 1024;
/// The largest message of a whole class's results, in bytes.
pub const MAX_RESULTS_BYTES: usize = 64 * 1024 * 1024;
