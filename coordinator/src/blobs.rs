//! Files by the SHA-256 of their content: written beside, verified, then renamed into place.

use std::collections::HashSet;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use cotejo_daemon::files;
use cotejo_language::Message;
use cotejo_model::reason::UploadReason;
use cotejo_model::{Digest, Reason};
use sha2::{Digest as _, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::clock::now_ms;
use crate::store::{Store, StoreError};

/// Uploads that nobody continued for so long are deleted.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);
/// Bytes that are hashed at a time.
const HASH_BUFFER: usize = 1 << 20;

/// Why a blob cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It is not here.
    Missing(Digest),
    /// It is larger than this coordinator takes.
    TooLarge {
        /// Of the file.
        size: u64,
        /// The most.
        limit: u64,
    },
    /// The upload does not go on where the last one ended.
    BadOffset {
        /// Where it starts.
        offset: u64,
        /// What is there.
        present: u64,
    },
    /// More bytes than were announced.
    Overlong(u64),
    /// The content is not what its digest says.
    Damaged(Digest),
    /// Two uploads at once.
    Busy(Digest),
    /// The disk.
    Io {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The index.
    Store(#[from] StoreError),
}

impl BlobError {
    /// The same as a reason, for people.
    pub fn reason(&self) -> Reason {
        let reason = match *self {
            Self::Missing(digest) => UploadReason::Missing { digest },
            Self::TooLarge { size, limit } => UploadReason::TooLarge { has_bytes: size, most_bytes: limit },
            Self::BadOffset { offset, present } => UploadReason::BadOffset { offset, present },
            Self::Overlong(announced_bytes) => UploadReason::Overlong { announced_bytes },
            Self::Damaged(digest) => UploadReason::Damaged { digest },
            Self::Busy(digest) => UploadReason::Busy { digest },
            Self::Io { ref folder, ref source } => {
                UploadReason::NotKept { folder: folder.display().to_string(), detail: source.to_string() }
            }
            Self::Store(ref error) => return error.reason(),
        };
        reason.into()
    }

    fn message(&self) -> Message {
        self.reason().into()
    }
}

cotejo_language::displayed_in_english!(BlobError);

/// The folder of blobs.
#[derive(Clone)]
pub struct Blobs {
    folder: Arc<Path>,
    limit: u64,
    store: Arc<dyn Store>,
    uploading: Arc<Mutex<HashSet<Digest>>>,
}

impl Blobs {
    /// Opens the folder, making it where there is none, and deletes abandoned uploads.
    pub async fn open(folder: PathBuf, limit: u64, store: Arc<dyn Store>) -> Result<Self, BlobError> {
        let blobs = Self { folder: folder.into(), limit, store, uploading: Arc::default() };
        let partial = blobs.folder.join("partial");
        tokio::fs::create_dir_all(&partial).await.map_err(|source| blobs.io(source))?;
        let mut entries = tokio::fs::read_dir(&partial).await.map_err(|source| blobs.io(source))?;
        while let Some(entry) = entries.next_entry().await.map_err(|source| blobs.io(source))? {
            let changed = entry.metadata().await.and_then(|metadata| metadata.modified());
            let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
            if age.is_some_and(|age| age > ABANDONED) {
                // It is in nobody's way: the next start tries again.
                let _ = tokio::fs::remove_file(entry.path()).await;
            }
        }
        Ok(blobs)
    }

    /// The size of a complete blob, if it is here.
    pub async fn size(&self, digest: Digest) -> Result<Option<u64>, BlobError> {
        let Some(size) = self.store.blob(digest).await? else {
            return Ok(None);
        };
        // Someone may have deleted the file: then it must be uploaded again.
        let length = length(&self.path(digest)).await.map_err(|source| self.io(source))?;
        Ok(length.filter(|length| *length == size))
    }

    /// Bytes of an incomplete blob that are here.
    pub async fn partial(&self, digest: Digest) -> Result<u64, BlobError> {
        let length = length(&self.partial_path(digest)).await.map_err(|source| self.io(source))?;
        Ok(length.unwrap_or(0))
    }

    /// Begins or continues an upload.
    pub async fn upload(&self, digest: Digest, size: u64, offset: u64) -> Result<Upload, BlobError> {
        if size > self.limit {
            return Err(BlobError::TooLarge { size, limit: self.limit });
        }
        let turn = Turn::take(self, digest).ok_or(BlobError::Busy(digest))?;
        let path = self.partial_path(digest);
        let present = self.partial(digest).await?;
        if offset != present && offset != 0 {
            return Err(BlobError::BadOffset { offset, present });
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(offset == 0);
        let mut file = options.open(&path).await.map_err(|source| self.io(source))?;
        file.seek(std::io::SeekFrom::Start(offset)).await.map_err(|source| self.io(source))?;
        Ok(Upload { blobs: self.clone(), digest, size, written: offset, file, _turn: turn })
    }

    /// Opens a complete blob from this byte on; its whole size with it.
    pub async fn read(&self, digest: Digest, offset: u64) -> Result<(u64, File), BlobError> {
        let size = self.size(digest).await?.ok_or(BlobError::Missing(digest))?;
        if offset > size {
            return Err(BlobError::BadOffset { offset, present: size });
        }
        let mut file = File::open(self.path(digest)).await.map_err(|source| self.io(source))?;
        file.seek(std::io::SeekFrom::Start(offset)).await.map_err(|source| self.io(source))?;
        Ok((size, file))
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(digest.to_string())
    }

    fn partial_path(&self, digest: Digest) -> PathBuf {
        self.folder.join("partial").join(digest.to_string())
    }

    fn io(&self, source: std::io::Error) -> BlobError {
        BlobError::Io { folder: self.folder.to_path_buf(), source }
    }
}

/// An upload under way. Dropped before its end, it can be continued.
pub struct Upload {
    blobs: Blobs,
    digest: Digest,
    size: u64,
    written: u64,
    file: File,
    _turn: Turn,
}

impl Upload {
    /// Appends a chunk.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), BlobError> {
        self.written += chunk.len() as u64;
        if self.written > self.size {
            return Err(BlobError::Overlong(self.size));
        }
        self.file.write_all(chunk).await.map_err(|source| self.blobs.io(source))
    }

    /// Ends this stream of chunks: verifies and keeps the blob if all of it is here. Returns whether it is.
    pub async fn finish(self) -> Result<bool, BlobError> {
        let Self { blobs, digest, size, written, mut file, _turn } = self;
        let io = |source| blobs.io(source);
        file.flush().await.map_err(io)?;
        if written < size {
            return Ok(false);
        }
        file.sync_all().await.map_err(io)?;
        drop(file);
        let partial = blobs.partial_path(digest);
        let hashed = partial.clone();
        let found = tokio::task::spawn_blocking(move || hash(&hashed))
            .await
            .map_err(|error| io(std::io::Error::other(error)))?
            .map_err(io)?;
        if found != digest {
            tokio::fs::remove_file(&partial).await.map_err(io)?;
            return Err(BlobError::Damaged(digest));
        }
        let whole = blobs.path(digest);
        tokio::task::spawn_blocking(move || files::rename(&partial, &whole))
            .await
            .map_err(|error| io(std::io::Error::other(error)))?
            .map_err(io)?;
        blobs.store.insert_blob(digest, size, now_ms()).await?;
        Ok(true)
    }
}

/// The right to write a blob's file.
struct Turn {
    uploading: Arc<Mutex<HashSet<Digest>>>,
    digest: Digest,
}

impl Turn {
    fn take(blobs: &Blobs, digest: Digest) -> Option<Self> {
        let free = blobs.uploading.lock().unwrap_or_else(PoisonError::into_inner).insert(digest);
        free.then(|| Self { uploading: Arc::clone(&blobs.uploading), digest })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.uploading.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.digest);
    }
}

async fn length(path: &Path) -> std::io::Result<Option<u64>> {
    match tokio::fs::metadata(path).await {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn hash(path: &Path) -> std::io::Result<Digest> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; HASH_BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest(hasher.finalize().into())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::store::sqlite::SqliteStore;

    async fn blobs(limit: u64) -> (Blobs, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&dir.path().join("cotejo.db")).await.unwrap());
        (Blobs::open(dir.path().join("blobs"), limit, store).await.unwrap(), dir)
    }

    #[tokio::test]
    async fn an_upload_resumes_and_is_verified() {
        let (blobs, _dir) = blobs(100).await;
        let content = b"an image, more or less";
        let digest = Digest::of(content);
        let size = content.len() as u64;
        let mut upload = blobs.upload(digest, size, 0).await.unwrap();
        assert!(matches!(blobs.upload(digest, size, 0).await, Err(BlobError::Busy(_))));
        upload.write(&content[..5]).await.unwrap();
        assert!(!upload.finish().await.unwrap());
        assert_eq!((blobs.size(digest).await.unwrap(), blobs.partial(digest).await.unwrap()), (None, 5));
        assert!(matches!(blobs.upload(digest, size, 7).await, Err(BlobError::BadOffset { present: 5, .. })));
        let mut upload = blobs.upload(digest, size, 5).await.unwrap();
        upload.write(&content[5..]).await.unwrap();
        assert!(upload.finish().await.unwrap());
        assert_eq!((blobs.size(digest).await.unwrap(), blobs.partial(digest).await.unwrap()), (Some(size), 0));
        let (_, mut file) = blobs.read(digest, 3).await.unwrap();
        let mut rest = Vec::new();
        file.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, &content[3..]);
    }

    #[tokio::test]
    async fn what_does_not_fit_or_match_is_not_kept() {
        let (blobs, _dir) = blobs(10).await;
        let digest = Digest::of(b"right");
        assert!(matches!(blobs.upload(digest, 11, 0).await, Err(BlobError::TooLarge { limit: 10, .. })));
        let mut upload = blobs.upload(digest, 5, 0).await.unwrap();
        upload.write(b"wrong").await.unwrap();
        assert!(matches!(upload.finish().await, Err(BlobError::Damaged(_))));
        assert_eq!(blobs.partial(digest).await.unwrap(), 0);
        let mut upload = blobs.upload(digest, 5, 0).await.unwrap();
        assert!(matches!(upload.write(b"too long").await, Err(BlobError::Overlong(5))));
        assert!(matches!(blobs.read(digest, 0).await, Err(BlobError::Missing(_))));
    }

    #[tokio::test]
    async fn a_blob_whose_file_is_gone_is_missing() {
        let (blobs, dir) = blobs(10).await;
        let digest = Digest::of(b"here");
        let mut upload = blobs.upload(digest, 4, 0).await.unwrap();
        upload.write(b"here").await.unwrap();
        assert!(upload.finish().await.unwrap());
        std::fs::remove_file(dir.path().join("blobs").join(digest.to_string())).unwrap();
        assert_eq!(blobs.size(digest).await.unwrap(), None);
    }
}
