//! Where algorithms keep what they compute on the way.

/// Bytes of a workspace at most.
pub(crate) const LIMIT: usize = 256 << 20;

/// Memory that algorithms compute in; all use the same, one after another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Workspace {
    pub(crate) address: u64,
    pub(crate) bytes: usize,
}
