//! The agent's data folder: which machine this is, and that only one agent works in it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use cotejo_model::MachineId;

use cotejo_daemon::files;
use cotejo_language::Message;

/// The file that a running agent keeps locked. It stays empty: on Windows nobody else could read it.
const LOCK: &str = "agent.lock";
/// The file that holds the machine's identity.
const MACHINE_ID: &str = "machine-id";

/// A data folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// It cannot be made, read or written.
    Unusable {
        /// The folder, or the file in it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another agent has it.
    InUse(PathBuf),
    /// The identity cannot be understood.
    CorruptIdentity(PathBuf),
}

impl DataDirError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        match self {
            Self::Unusable { path, source } => {
                Message::new("agent-folder-unusable").with("path", path.display()).with("error", source)
            }
            Self::InUse(path) => Message::new("agent-folder-in-use").with("path", path.display()),
            Self::CorruptIdentity(path) => Message::new("agent-identity").with("path", path.display()),
        }
    }
}

cotejo_language::displayed_in_english!(DataDirError);

/// A data folder that this process alone uses, until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    root: PathBuf,
    machine: MachineId,
    /// Held open: the lock goes with it, even if the process is killed.
    _lock: File,
}

impl DataDir {
    /// Opens the folder, makes what is missing in it, and locks it.
    pub fn open(root: &Path) -> Result<Self, DataDirError> {
        let unusable = |path: &Path| {
            let path = path.to_owned();
            move |source| DataDirError::Unusable { path, source }
        };
        fs::create_dir_all(root).map_err(unusable(root))?;
        let lock_path = root.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&lock_path)
            .map_err(unusable(&lock_path))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => DataDirError::InUse(root.to_owned()),
            TryLockError::Error(error) => unusable(&lock_path)(error),
        })?;
        let machine = machine_id(&root.join(MACHINE_ID))?;
        Ok(Self { root: root.to_owned(), machine, _lock: lock })
    }

    /// Which machine this is.
    pub fn machine(&self) -> MachineId {
        self.machine
    }

    /// Where results wait.
    pub fn outbox(&self) -> PathBuf {
        self.root.join("outbox")
    }

    /// Where images and weights are kept.
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }
}

/// Which machine this folder belongs to, whoever uses it just now; none if no agent ever did.
pub fn machine_of(root: &Path) -> Result<Option<MachineId>, DataDirError> {
    kept(&root.join(MACHINE_ID))
}

/// The identity that the file holds; none if there is no file.
fn kept(path: &Path) -> Result<Option<MachineId>, DataDirError> {
    match fs::read(path) {
        Ok(bytes) => std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .map(Some)
            .ok_or_else(|| DataDirError::CorruptIdentity(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataDirError::Unusable { path: path.to_owned(), source }),
    }
}

/// The identity that the file holds; a fresh one if there is no file.
fn machine_id(path: &Path) -> Result<MachineId, DataDirError> {
    if let Some(machine) = kept(path)? {
        return Ok(machine);
    }
    let machine = MachineId::random();
    files::replace(path, format!("{machine}\n").as_bytes())
        .map_err(|source| DataDirError::Unusable { path: path.to_owned(), source })?;
    Ok(machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("deep/er");
        assert_eq!(machine_of(&root).unwrap(), None);
        let first = DataDir::open(&root).unwrap().machine();
        let held = DataDir::open(&root).unwrap();
        assert_eq!((held.machine(), machine_of(&root).unwrap()), (first, Some(first)));
    }

    #[test]
    fn two_agents_cannot_share_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let held = DataDir::open(dir.path()).unwrap();
        let error = DataDir::open(dir.path()).unwrap_err();
        assert!(matches!(error, DataDirError::InUse(_)), "{error}");
        drop(held);
        DataDir::open(dir.path()).unwrap();
    }

    #[test]
    fn a_corrupt_identity_is_named_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(MACHINE_ID);
        for corrupt in [&b""[..], b"not an identity", b"\xff\xfe"] {
            fs::write(&path, corrupt).unwrap();
            let error = DataDir::open(dir.path()).unwrap_err();
            assert!(error.to_string().contains(MACHINE_ID), "{error}");
            assert_eq!(fs::read(&path).unwrap(), corrupt);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let error = DataDir::open(&file.join("below")).unwrap_err();
        assert!(matches!(error, DataDirError::Unusable { .. }) && error.to_string().contains("--data-dir"), "{error}");
    }
}
