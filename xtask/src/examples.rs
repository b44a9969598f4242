//! The hosts of `examples/`, built with the package as a host installs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::package::Package;
use crate::page;
use crate::process;
use crate::project::Project;
use crate::tools::NPM;

/// What the package is called among installed ones.
const INSTALLED: &str = "node_modules/@plannr/referral-connect";
/// Those that a bundler builds.
const BUNDLED: [&str; 4] = ["react", "vue", "svelte", "angular"];
/// The one of those that is stricter with its components while it is developed.
const STRICT: &str = "react";
/// The one of those whose usual bundler does not take a module along.
const WITH_FOLDER: &str = "angular";
/// What the folder of files for any web server is called on a site.
const SERVED_AS: &str = "referral-connect";
/// The one without a bundler.
const PLAIN: &str = "html";
/// Written when everything was installed that it names.
const DONE: &str = "installed-lock.json";

/// Installs what the examples need, and the package. Answers with the folder, which is kept with the tools.
pub(crate) fn install(project: &Project, package: &Package) -> Result<PathBuf> {
    let hosts = project.tools.join("examples");
    let sources = project.root.join("examples");
    for path in page::files(&sources)? {
        if !path.starts_with("node_modules") {
            copy(&sources.join(&path), &hosts.join(&path))?;
        }
    }
    let lock = hosts.join("package-lock.json");
    if fs::read(hosts.join(DONE)).ok() != fs::read(&lock).ok() {
        let mut npm = process::command(NPM);
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            // Angular's own commands want a newer Node than what is built here does.
            .args(["--loglevel", "error"])
            .current_dir(&hosts);
        process::run(&mut npm)?;
        copy(&lock, &hosts.join(DONE))?;
    }
    let installed = hosts.join(INSTALLED);
    remove(&installed)?;
    fs::create_dir_all(&installed)
        .with_context(|| format!("{} cannot be created", installed.display()))?;
    // By npm it would take a lock file that names the archive's hash, which is another one after each build.
    let mut unpack = process::command("tar");
    unpack
        .arg("-xzf")
        .arg(&package.archive)
        .args(["--strip-components=1", "-C"])
        .arg(&installed);
    process::run(&mut unpack)?;
    Ok(hosts)
}

/// Builds them all, each into a folder of its own in `target/examples/`.
pub(crate) fn build(project: &Project, hosts: &Path) -> Result<()> {
    let built = folder(project);
    let hosted = hosts.join(INSTALLED).join("hosted");
    put(
        &hosted,
        &hosts.join(WITH_FOLDER).join("public").join(SERVED_AS),
    )?;
    for name in BUNDLED {
        process::run(&mut vite(hosts, name, &built.join(name)))?;
    }
    let mut strict = vite(hosts, STRICT, &built.join(format!("{STRICT}-development")));
    process::run(strict.env("NODE_ENV", "development"))?;
    let plain = built.join(PLAIN);
    put(&hosted, &plain.join(SERVED_AS))?;
    copy(
        &hosts.join(PLAIN).join("index.html"),
        &plain.join("index.html"),
    )
}

/// Vite, about to build an example.
fn vite(hosts: &Path, name: &str, out: &Path) -> Command {
    let mut command = process::command("node");
    command
        .arg("node_modules/vite/bin/vite.js")
        .args(["build", name, "--logLevel", "error", "--emptyOutDir"])
        .arg("--outDir")
        .arg(out)
        .current_dir(hosts);
    command
}

/// Where the built examples are.
pub(crate) fn folder(project: &Project) -> PathBuf {
    project.native_target.join("examples")
}

/// Makes `target` a copy of a folder.
fn put(folder: &Path, target: &Path) -> Result<()> {
    remove(target)?;
    for path in page::files(folder)? {
        copy(&folder.join(&path), &target.join(&path))?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    Ok(())
}

fn copy(source: &Path, target: &Path) -> Result<()> {
    let unwritable = || format!("{} cannot be written", target.display());
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).with_context(unwritable)?;
    }
    fs::copy(source, target).with_context(unwritable)?;
    Ok(())
}
