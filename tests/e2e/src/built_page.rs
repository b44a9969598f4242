//! The built page: its folder, and all that is in it, also below.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;

use crate::engine::repository;

/// Names the folder of the built page; `dist` in the repository when unset.
pub const PAGE_VARIABLE: &str = "REFERRAL_CONNECT_DIST";

/// The folder of the built page.
///
/// # Errors
/// When it holds no page.
pub fn folder() -> Result<PathBuf> {
    let folder =
        env::var_os(PAGE_VARIABLE).map_or_else(|| repository().join("dist"), PathBuf::from);
    ensure!(
        folder.is_absolute(),
        "{PAGE_VARIABLE} is not an absolute path: {}",
        folder.display()
    );
    ensure!(
        folder.join("index.html").is_file(),
        "there is no built page in {}: `cargo xtask build` makes it",
        folder.display()
    );
    Ok(folder)
}

/// Every file of the page with its path in the folder, such as `snippets/a/b.js`.
///
/// # Errors
/// When there is no page, or a file of it cannot be read.
pub fn files() -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = folder()?;
    let mut files = Vec::new();
    for entry in WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.context("listing the built page")?;
        if entry.file_type().is_file() {
            let path = entry.path();
            let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
            files.push((path.strip_prefix(&folder)?.to_owned(), bytes));
        }
    }
    Ok(files)
}

/// Copies the page into another folder.
///
/// # Errors
/// When there is no page, or the other folder cannot be written to.
pub fn copy_to(target: &Path) -> Result<()> {
    for (path, bytes) in files()? {
        let path = target.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}
