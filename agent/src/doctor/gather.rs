//! Looks at the PC, and decides nothing.

use std::io;
use std::path::{Path, PathBuf};

use cotejo_channel::Address;
use cotejo_model::Reason;
use cotejo_model::frames::Library;
use cotejo_model::machine::{Cpu, PowerSource};
use sysinfo::{DiskRefreshKind, Disks, MemoryRefreshKind, System};

use super::Subject;
use super::coordinator::{self, Answered, Unanswered};
use super::power_plan::{self, PowerPlan};
use crate::conditions::Monitor;
use crate::probe::{self, Gpus};
use crate::workers::Offers;

/// What was found.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) cpu: Cpu,
    pub(super) memory: Memory,
    pub(super) power_plans: Vec<PowerPlan>,
    pub(super) power: PowerSource,
    pub(super) background_load: Option<f64>,
    pub(super) offers: Offers,
    pub(super) gpus: Gpus,
    /// Asked for only where there is a GPU.
    pub(super) libraries: Option<Result<Vec<Library>, Reason>>,
    pub(super) coordinator: Option<Coordinator>,
    pub(super) data_dir: DataFolder,
}

/// RAM, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    pub(super) total: u64,
    pub(super) available: u64,
}

/// A coordinator that was asked, or why it could not be.
#[derive(Debug)]
pub(super) struct Coordinator {
    pub(super) address: String,
    pub(super) answer: Result<Answered, Unanswered>,
}

/// The agent's folder.
#[derive(Debug)]
pub(super) struct DataFolder {
    pub(super) path: PathBuf,
    pub(super) exists: bool,
    /// Whether a file can be made there; where the folder is not there yet, in what will hold it.
    pub(super) writable: Result<(), String>,
    /// Free bytes of its disk, where the system says.
    pub(super) free: Option<u64>,
}

/// Looks at everything.
pub(super) async fn all(subject: Subject<'_>, step: impl Fn(&'static str)) -> Findings {
    let Subject { workers, nvidia, data_dir, coordinator } = subject;
    step("doctor-doing-probe");
    let probed = probe::probe(workers, &Monitor::new(), nvidia).await;
    let libraries = if probed.gpus.found.is_empty() {
        None
    } else {
        step("doctor-doing-libraries");
        Some(workers.libraries().await)
    };
    let power_plans = power_plan::find().await;
    let folder = data_dir.to_owned();
    let here = tokio::task::spawn_blocking(move || (memory(), data_folder(folder)));
    let (memory, data_dir) = here.await.expect("looking at memory and disks does not panic");
    step("doctor-doing-coordinator");
    let coordinator = match coordinator {
        Some(address) => Some(ask(address).await),
        None => None,
    };
    Findings {
        cpu: probed.capability.cpu,
        memory,
        power_plans,
        power: probed.capability.power,
        background_load: probed.capability.background_load,
        offers: probed.offers,
        gpus: probed.gpus,
        libraries,
        coordinator,
        data_dir,
    }
}

fn memory() -> Memory {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    Memory { total: system.total_memory(), available: system.available_memory() }
}

async fn ask(address: &str) -> Coordinator {
    match address.parse::<Address>() {
        Ok(address) => Coordinator { address: address.to_string(), answer: coordinator::ask(&address).await },
        Err(error) => Coordinator { address: address.to_owned(), answer: Err(error.into()) },
    }
}

fn data_folder(path: PathBuf) -> DataFolder {
    let exists = path.is_dir();
    let place = path.ancestors().find(|place| place.exists()).unwrap_or(Path::new("."));
    let writable = try_write(place).map_err(|error| error.to_string());
    let free = free_bytes(place);
    DataFolder { path, exists, writable, free }
}

/// Makes a file and removes it: permissions alone do not tell.
fn try_write(place: &Path) -> io::Result<()> {
    let file = place.join(format!(".cotejo-doctor-{}", std::process::id()));
    std::fs::write(&file, b"cotejo").and_then(|()| std::fs::remove_file(&file))
}

/// Of the disk whose mount point is nearest above.
fn free_bytes(place: &Path) -> Option<u64> {
    let place = place.canonicalize().ok()?;
    let disks = Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_storage());
    let above = disks.list().iter().filter(|disk| place.starts_with(verbatim(disk.mount_point())));
    above.max_by_key(|disk| disk.mount_point().as_os_str().len()).map(sysinfo::Disk::available_space)
}

/// Windows makes canonical paths verbatim (`\\?\C:\…`), and mount points not.
fn verbatim(mount_point: &Path) -> PathBuf {
    mount_point.canonicalize().unwrap_or_else(|_| mount_point.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_pc_has_memory() {
        let memory = memory();
        assert!(memory.available > 0 && memory.available <= memory.total);
    }

    #[test]
    fn a_folder_is_tried_and_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let found = data_folder(dir.path().to_owned());
        assert!(found.exists && found.writable.is_ok());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let missing = data_folder(dir.path().join("not").join("there"));
        assert!(!missing.exists && missing.writable.is_ok() && !missing.path.exists());
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(data_folder(file.join("in-a-file")).writable.is_err());
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_told() {
        let coordinator = ask("https://server").await;
        assert!(matches!(coordinator.answer, Err(Unanswered::Address(_))), "{coordinator:?}");
    }
}
