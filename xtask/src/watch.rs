//! Noticing that the page's sources changed.
//!
//! By looking, not by the system's notifications: there are a few dozen files, a look takes under a millisecond, and it
//! also works where notifications do not arrive (network folders, containers, editors that swap files).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::project::Project;

/// What the page is built from, relative to the root.
const SOURCES: [&str; 6] = [
    "src",
    "style",
    "index.html",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
];

/// The state of all sources at one moment; two that are equal saw no change between them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(Vec<(PathBuf, SystemTime, u64)>);

impl Snapshot {
    pub(crate) fn take(project: &Project) -> Self {
        let mut files = Vec::new();
        for source in SOURCES {
            collect(&project.root.join(source), &mut files);
        }
        files.sort();
        Self(files)
    }
}

/// A file that cannot be read counts as absent: editors replace files by deleting and renaming, and the next look
/// sees the new one.
fn collect(path: &Path, files: &mut Vec<(PathBuf, SystemTime, u64)>) {
    let Ok(metadata) = fs::metadata(path) else {
        return;
    };
    if metadata.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            collect(&entry.path(), files);
        }
    } else {
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        files.push((path.to_owned(), modified, metadata.len()));
    }
}
