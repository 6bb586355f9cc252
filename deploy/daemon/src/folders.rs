//! Where the platform keeps settings and data.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The configuration file with this name, whether it exists or not; none where the system names no folder for them.
pub fn config_file(name: &str) -> Option<PathBuf> {
    project_dirs().map(|dirs| dirs.config_dir().join(name))
}

/// The data folder of this part of Cotejo; none where the system names no folder for data. It is local: a folder that
/// follows its user to another PC would take the machine's identity along.
pub fn data_dir(part: &str) -> Option<PathBuf> {
    project_dirs().map(|dirs| dirs.data_local_dir().join(part))
}

fn project_dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "cotejo")
}
