//! Tools that come from npm, pinned with their checksums in `xtask/npm/`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::project::Project;

pub(super) const PROGRAM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Where the packages are pinned, in the repository.
const PINS: &str = "xtask/npm";
const LOCK: &str = "package-lock.json";

/// The folder of the installed programs.
pub(super) fn programs(project: &Project) -> PathBuf {
    root(project).join("node_modules/.bin")
}

/// Whether what is installed is what the lock file names.
pub(super) fn is_current(project: &Project) -> Result<bool> {
    // Written by npm as the last step of an installation.
    let installed = root(project).join("node_modules/.package-lock.json");
    let lock = fs::read(root(project).join(LOCK));
    let wanted = project.read(&format!("{PINS}/{LOCK}"))?;
    Ok(installed.exists() && lock.is_ok_and(|lock| lock == wanted.as_bytes()))
}

/// Installs everything that the lock file names.
pub(super) fn install(project: &Project) -> Result<()> {
    let root = root(project);
    fs::create_dir_all(&root).with_context(|| format!("{} cannot be created", root.display()))?;
    for file in ["package.json", LOCK] {
        let source = project.root.join(PINS).join(file);
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
