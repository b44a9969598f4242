//! Tools that come from npm, pinned with their checksums in `xtask/npm/`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::project::Project;

pub(super) const PROGRAM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// The folder of the installed programs.
pub(super) fn programs(project: &Project) -> PathBuf {
    root(project).join("node_modules/.bin")
}

/// Installs everything that the lock file names.
pub(super) fn install(project: &Project) -> Result<()> {
    let root = root(project);
    fs::create_dir_all(&root).with_context(|| format!("{} cannot be created", root.display()))?;
    for file in ["package.json", "package-lock.json"] {
        let source = project.root.join("xtask/npm").join(file);
        fs::copy(&source, root.join(file))
            .with_context(|| format!("{} cannot be copied", source.display()))?;
    }
    let mut command = process::command(PROGRAM);
    command
        // No package's own scripts: nothing that is downloaded runs before we call it.
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&root);
    process::run(&mut command)
}

/// Whether npm can be started at all.
pub(super) fn require() -> Result<()> {
    let mut command = process::command(PROGRAM);
    process::output(command.arg("--version"))
        .context("npm is missing: it comes with Node, which has to be installed by hand")?;
    Ok(())
}

/// Where its packages are.
pub(super) fn root(project: &Project) -> PathBuf {
    project.tools.join("npm")
}
