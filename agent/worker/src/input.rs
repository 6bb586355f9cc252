//! Reads the files that a job names: images and weights.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use cotejo_model::reason::{FileReason, JobFile};
use cotejo_model::{Digest, Reason};

/// The largest file that is read into memory, in bytes: a hundred megapixels uncompressed, or a checkpoint of the largest
/// model here with the optimiser's state.
fn limit(file: JobFile) -> u64 {
    match file {
        JobFile::Image => 512 << 20,
        JobFile::Weights => 1 << 30,
    }
}

/// Reads a whole file, which must have this digest.
pub(crate) fn read(path: &Path, file: JobFile, digest: &Digest) -> Result<Vec<u8>, Reason> {
    let (shown, most_bytes) = (|| path.display().to_string(), limit(file));
    let cannot_read = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => FileReason::Missing { file, path: shown() },
        _ => FileReason::Unreadable { file, path: shown(), detail: error.to_string() },
    };
    // A directory opens on some systems and not on others.
    if fs::metadata(path).map_err(cannot_read)?.is_dir() {
        return Err(FileReason::Folder { file, path: shown() }.into());
    }
    let opened = fs::File::open(path).map_err(cannot_read)?;
    let mut bytes = Vec::new();
    opened.take(most_bytes + 1).read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.is_empty() {
        return Err(FileReason::Empty { file, path: shown() }.into());
    }
    if bytes.len() as u64 > most_bytes {
        return Err(FileReason::TooManyBytes { file, path: shown(), most_bytes }.into());
    }
    let found = Digest::of(&bytes);
    if found != *digest {
        return Err(FileReason::OtherThanNamed { file, path: shown(), found, expected: *digest }.into());
    }
    Ok(bytes)
}
