//! Where everything of this project lies.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The environment variable that moves the tool folder.
pub(crate) const TOOLS_VARIABLE: &str = "REFERRAL_CONNECT_TOOLS";

/// The folders of one checkout.
pub(crate) struct Project {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's output for this machine.
    pub(crate) native_target: PathBuf,
    /// Cargo's output for the browser: apart from the native one, so that the two neither wait for each other's lock
    /// nor mix the files of two compilers.
    pub(crate) wasm_target: PathBuf,
    /// What we install: outside `target`, so that `cargo clean` leaves it alone.
    pub(crate) tools: PathBuf,
}

impl Project {
    pub(crate) fn locate() -> Result<Self> {
        // Cargo names the crate's folder when it starts us; the one compiled in is for starting the program by hand.
        let manifest_folder = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_folder
            .parent()
            .context("xtask lies in the file system's root")?
            .to_owned();
        let here = env::current_dir().context("the current folder cannot be read")?;
        let folder = |variable: &str, default: &str| {
            env::var_os(variable).map_or_else(|| root.join(default), |path| here.join(path))
        };
        let native_target = folder("CARGO_TARGET_DIR", "target");
        Ok(Self {
            wasm_target: native_target.join("wasm"),
            tools: folder(TOOLS_VARIABLE, ".tools"),
            native_target,
            root,
        })
    }

    /// The release build's folder.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A text file of the repository.
    pub(crate) fn read(&self, path: &str) -> Result<String> {
        let path = self.root.join(path);
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    }
}

/// A path as a person in the project's root would type it.
pub(crate) fn relative<'path>(path: &'path Path, project: &Project) -> std::path::Display<'path> {
    path.strip_prefix(&project.root).unwrap_or(path).display()
}
