//! Images and weights by the SHA-256 of their content: fetched once from the coordinator, then kept.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use cotejo_channel::MAX_BLOB_MESSAGE_BYTES;
use cotejo_model::reason::BlobReason;
use cotejo_model::{Digest, Reason};
use cotejo_proto::v1;
use cotejo_proto::v1::DownloadBlobRequest;
use cotejo_proto::v1::blob_service_client::BlobServiceClient;
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

use crate::retry::Backoff;
use cotejo_daemon::files;

/// The largest blob.
const MAX_BLOB: u64 = 4 << 30;
/// Bytes of all blobs from which the least recently used go. Those of one job always fit.
const MAX_KEPT: u64 = 10 << 30;
/// Tries in a row that bring nothing.
const TRIES: u32 = 8;
/// Silence after which a download is given up and tried again.
const SILENCE: Duration = Duration::from_secs(30);

/// The blobs on this machine, and where to get others.
#[derive(Debug)]
pub struct Blobs {
    folder: PathBuf,
    client: BlobServiceClient<Channel>,
    /// Files whose content was checked, as they were then.
    checked: Mutex<HashMap<Digest, Stamp>>,
}

/// What changes with a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: SystemTime,
}

/// Why a try failed.
enum Problem {
    /// Another try may succeed.
    Passing(BlobReason),
    /// None will.
    Lasting(BlobReason),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Lasting(BlobReason::NotKept { detail: error.to_string() })
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        let refused = BlobReason::Refused { detail: status.message().to_owned() };
        match status.code() {
            Code::NotFound | Code::InvalidArgument | Code::PermissionDenied | Code::Unimplemented => {
                Self::Lasting(refused)
            }
            _ => Self::Passing(refused),
        }
    }
}

impl Blobs {
    /// Opens the folder. Nothing is dialled before something is missing.
    pub fn open(folder: &Path, coordinator: Channel) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let client = BlobServiceClient::new(coordinator).max_decoding_message_size(MAX_BLOB_MESSAGE_BYTES);
        Ok(Self { folder: folder.to_owned(), client, checked: Mutex::default() })
    }

    /// The file with this content; downloaded if it is not here, or is not what it should be.
    pub async fn fetch(&self, digest: Digest) -> Result<PathBuf, Reason> {
        let path = self.folder.join(digest.to_string());
        if self.is_whole(digest, &path).await {
            return Ok(path);
        }
        let mut backoff = Backoff::default();
        let mut tries = 0;
        loop {
            let before = partial_bytes(&path);
            match self.download(digest, &path).await {
                Ok(()) => break,
                Err(Problem::Lasting(why)) => return Err(why.into()),
                Err(Problem::Passing(why)) => {
                    tries = if partial_bytes(&path) > before { 1 } else { tries + 1 };
                    if tries == TRIES {
                        return Err(why.into());
                    }
                    let why = Reason::from(why);
                    tracing::info!(digest = %digest.short(), %why, "a download stopped; trying again");
                    tokio::time::sleep(backoff.next()).await;
                }
            }
        }
        self.remember(digest, &path);
        self.evict();
        Ok(path)
    }

    /// Whether the file is there and right. Its content is read once, and again if the file changes.
    async fn is_whole(&self, digest: Digest, path: &Path) -> bool {
        let Ok(now) = stamp(path) else { return false };
        let known = self.checked.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).copied();
        if known != Some(now) && hash_file(path.to_owned()).await.is_ok_and(|(found, _)| finished(found) != digest) {
            tracing::warn!(path = %path.display(), "a kept file is damaged; fetching it again");
            // If it cannot be removed, the download replaces it.
            let _ = fs::remove_file(path);
            return false;
        }
        // Its time says when it was last used; where it cannot be set, an older file goes first.
        let _ = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
        self.remember(digest, path);
        true
    }

    fn remember(&self, digest: Digest, path: &Path) {
        if let Ok(stamp) = stamp(path) {
            self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, stamp);
        }
    }

    /// Goes on from what is there, up to the whole file.
    async fn download(&self, digest: Digest, path: &Path) -> Result<(), Problem> {
        let partial = files::unfinished(path);
        let (mut hash, offset) = match hash_file(partial.clone()).await {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Sha256::new(), 0),
            Err(error) => return Err(error.into()),
        };
        let mut file = File::options().create(true).append(true).open(&partial).await?;
        let request = DownloadBlobRequest { digest: digest.to_string(), offset };
        let response = tokio::time::timeout(SILENCE, self.client.clone().download_blob(request))
            .await
            .map_err(|_| Problem::Passing(BlobReason::NoAnswer))?;
        let received = match response {
            Ok(response) => receive(response.into_inner(), &mut file, &mut hash, offset).await,
            // More than the blob has: what is there is not its beginning.
            Err(status) if status.code() == Code::OutOfRange => Ok(()),
            Err(status) => Err(status.into()),
        };
        // What arrived stays, whatever happened after.
        file.flush().await?;
        received?;
        if finished(hash) != digest {
            fs::remove_file(&partial)?;
            return Err(Problem::Passing(BlobReason::OtherContent));
        }
        file.sync_all().await?;
        drop(file);
        Ok(files::rename(&partial, path)?)
    }

    /// Removes the least recently used files until the others fit.
    fn evict(&self) {
        let Ok(folder) = fs::read_dir(&self.folder) else { return };
        let mut kept: Vec<(PathBuf, Stamp)> =
            folder.flatten().filter_map(|file| Some((file.path(), stamp(&file.path()).ok()?))).collect();
        kept.sort_by_key(|(_, stamp)| std::cmp::Reverse(stamp.modified));
        let mut total = 0_u64;
        for (path, stamp) in kept {
            total = total.saturating_add(stamp.bytes);
            if total > MAX_KEPT
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::warn!(path = %path.display(), %error, "cannot remove a file that was kept long enough");
            }
        }
    }
}

/// Writes what comes to the end of the file.
async fn receive(
    mut chunks: Streaming<v1::DownloadBlobResponse>,
    file: &mut File,
    hash: &mut Sha256,
    mut at: u64,
) -> Result<(), Problem> {
    loop {
        let chunk = tokio::time::timeout(SILENCE, chunks.message())
            .await
            .map_err(|_| Problem::Passing(BlobReason::Stalled { seconds: SILENCE.as_secs() }))??;
        let Some(chunk) = chunk else { return Err(Problem::Passing(BlobReason::EndedEarly)) };
        if chunk.size > MAX_BLOB {
            let (has_bytes, most_bytes) = (chunk.size, MAX_BLOB);
            return Err(Problem::Lasting(BlobReason::TooLarge { has_bytes, most_bytes }));
        }
        at += chunk.data.len() as u64;
        if at > chunk.size {
            return Err(Problem::Lasting(BlobReason::TooLong));
        }
        file.write_all(&chunk.data).await?;
        hash.update(&chunk.data);
        if at == chunk.size {
            return Ok(());
        }
    }
}

fn partial_bytes(path: &Path) -> u64 {
    fs::metadata(files::unfinished(path)).map_or(0, |metadata| metadata.len())
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    Ok(Stamp { bytes: metadata.len(), modified: metadata.modified()? })
}

fn finished(hash: Sha256) -> Digest {
    Digest(hash.finalize().into())
}

/// The hash of all that the file holds so far, and how much that is.
async fn hash_file(path: PathBuf) -> io::Result<(Sha256, u64)> {
    let hashed = tokio::task::spawn_blocking(move || {
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        let mut file = fs::File::open(path)?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok((hash, bytes)),
                read => {
                    hash.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
    });
    hashed.await.expect("hashing does not panic")
}
