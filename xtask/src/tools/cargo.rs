//! Tools that `cargo install` compiles.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::project::Project;

/// The folder of the installed programs.
pub(super) fn programs(project: &Project) -> PathBuf {
    root(project).join("bin")
}

/// Compiles and installs one tool, over whatever is there.
pub(super) fn install(
    project: &Project,
    name: &str,
    version: &str,
    arguments: &[&str],
) -> Result<()> {
    let attempt = |locked: &[&str]| {
        let mut command = process::command("cargo");
        command
            .args(["install", name, "--version", version])
            .args(arguments)
            .args(locked)
            // The release profile takes three times as long; with a little optimisation the tools are fast enough.
            .args(["--debug", "--force", "--root"])
            .arg(root(project))
            .arg("--target-dir")
            .arg(build_folder(project))
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(&project.tools);
        process::run(&mut command)
    };
    let Err(error) = attempt(&["--locked"]) else {
        return Ok(());
    };
    if process::stopping() {
        return Err(error);
    }
    // A tool's own lock file can name a version that its registry has withdrawn since.
    eprintln!("{error:#}; trying again with the newest versions of what {name} depends on");
    attempt(&[])
}

/// Gives back the room that compiling took; all tools share the folder while there are some to install.
pub(super) fn remove_build_folder(project: &Project) -> Result<()> {
    let folder = build_folder(project);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

fn root(project: &Project) -> PathBuf {
    project.tools.join("cargo")
}

fn build_folder(project: &Project) -> PathBuf {
    project.tools.join("build")
}
