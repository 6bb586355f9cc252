//! A sweep that is complete but for its files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cotejo_model::{Model, SweepSpec};

/// A complete sweep whose image and weights are still files on this PC.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// Without the files.
    pub(crate) spec: SweepSpec,
    /// The image to classify; none is the built-in one.
    pub(crate) image: Option<PathBuf>,
    /// Weight files by model.
    pub(crate) weights: BTreeMap<Model, PathBuf>,
}

impl Request {
    /// A sweep without files.
    pub(crate) fn of(spec: SweepSpec) -> Self {
        Self { spec, image: None, weights: BTreeMap::new() }
    }
}
