//! The image of a job, prepared as the network's input.

use cotejo_model::Reason;
use cotejo_model::frames::Request;
use cotejo_model::measurement::{self, Stages};
use cotejo_model::reason::JobFile;

use crate::engine::{Classify, named, timed};
use crate::preprocess::{self, Input};

/// The network's input, its source, and what preparing it took.
pub(crate) struct Prepared {
    pub(crate) input: Input,
    pub(crate) source: measurement::Input,
    /// Decoding and preprocessing; the other stages are left empty.
    pub(crate) stages: Stages,
}

impl Prepared {
    pub(crate) fn new(request: &Request, task: Classify) -> Result<Self, Reason> {
        let job = &request.job;
        let (image, decode_ns) = timed(|| match &job.image {
            Some(digest) => preprocess::load(named(request.image.as_ref(), JobFile::Image)?, digest),
            None => Ok(preprocess::built_in()),
        })?;
        let source = measurement::Input { image: job.image, width: image.width(), height: image.height() };
        let (input, preprocess_ns) = timed(|| preprocess::input(&image, task.size, task.batch))?;
        let stages = Stages { decode_ns: Some(decode_ns), preprocess_ns: Some(preprocess_ns), ..Stages::default() };
        Ok(Self { input, source, stages })
    }
}
