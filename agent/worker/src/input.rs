//! Reads the files that a job names: an image, weights.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use cotejo_model::{Digest, Failure, FailureCode};

/// What a file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To be classified.
    Image,
    /// Of a classifier.
    Weights,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Weights => "weight file",
        }
    }

    /// The most bytes that are read into memory: a hundred megapixels uncompressed, or a checkpoint that carries the
    /// optimiser's state beside the largest model here.
    fn limit(self) -> u64 {
        match self {
            Self::Image => 512 << 20,
            Self::Weights => 1 << 30,
        }
    }

    fn missing(self) -> FailureCode {
        match self {
            Self::Image => FailureCode::ImageMissing,
            Self::Weights => FailureCode::WeightsMissing,
        }
    }

    fn corrupt(self) -> FailureCode {
        match self {
            Self::Image => FailureCode::ImageCorrupt,
            Self::Weights => FailureCode::WeightsCorrupt,
        }
    }

    fn too_large(self) -> FailureCode {
        match self {
            Self::Image => FailureCode::ImageTooLarge,
            Self::Weights => FailureCode::WeightsCorrupt,
        }
    }
}

/// The whole file, which must be the one with this digest.
pub(crate) fn read(path: &Path, kind: Kind, digest: &Digest) -> Result<Vec<u8>, Failure> {
    let (title, shown, limit) = (kind.title(), path.display(), kind.limit());
    let cannot_read = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Failure::new(kind.missing(), format!("{title} {shown} is not there"))
            .with_remedy("check the path; relative paths start at the folder of the command"),
        _ => Failure::new(kind.missing(), format!("{title} {shown} cannot be read: {error}")),
    };
    // A directory opens on some systems and not on others.
    if fs::metadata(path).map_err(cannot_read)?.is_dir() {
        return Err(
            Failure::new(kind.missing(), format!("{title} {shown} is a directory")).with_remedy("name a file in it")
        );
    }
    let file = fs::File::open(path).map_err(cannot_read)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.is_empty() {
        return Err(Failure::new(kind.corrupt(), format!("{title} {shown} is empty (0 bytes)")));
    }
    if bytes.len() as u64 > limit {
        let message = format!("{title} {shown} has more than {} MiB, the most that is read", limit >> 20);
        return Err(Failure::new(kind.too_large(), message));
    }
    let found = Digest::of(&bytes);
    if found != *digest {
        let message =
            format!("{title} {shown} is not the one that the job names: its SHA-256 is {found}, not {digest}");
        return Err(Failure::new(kind.corrupt(), message).with_remedy("was it changed or cut short on its way here?"));
    }
    Ok(bytes)
}
