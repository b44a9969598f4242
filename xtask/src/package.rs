//! `cargo xtask package`: the npm package of the element.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::element;
use crate::page::Flavour;
use crate::process;
use crate::progress::Steps;
use crate::project::{Project, relative};
use crate::tally::Tally;
use crate::tools::{self, npm_packages};
use crate::wasm::Compiler;

/// The package that can be published, and the archive of it that can be installed.
pub(crate) struct Package {
    pub(crate) folder: PathBuf,
    pub(crate) archive: PathBuf,
}

pub(crate) fn run(project: &Project) -> Result<()> {
    let compiler = Compiler::provide(project)?;
    tools::install_missing(project, Flavour::Release.tools())?;
    let mut steps = Steps::new(2);
    steps.step("Building the element", || {
        compiler.fetch(project, Flavour::Release)?;
        element::compile(project, compiler)
    })?;
    let package = steps.step("Packing", || assemble(project))?;
    eprintln!("The package is in {}/", relative(&package.folder, project));
    eprintln!("and to install: {}", relative(&package.archive, project));
    Ok(())
}

/// Puts the package together from the element as it was compiled last.
pub(crate) fn assemble(project: &Project) -> Result<Package> {
    let folder = project.native_target.join("npm");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    element::link(project, &folder.join("hosted"))?;
    element::script(project, "npm/package.mjs", &folder)?;
    let mut pack = process::command(tools::NPM);
    pack.args(["pack", "--silent", "--pack-destination"])
        .arg(&project.native_target)
        .current_dir(&folder);
    let name = process::output(&mut pack)?;
    let archive = project.native_target.join(name.trim());
    Ok(Package { folder, archive })
}

/// Checks the package as those see it who will use it; `hosts` is a folder in which it is installed beside all
/// frameworks.
pub(crate) fn check(project: &Project, package: &Package, hosts: &Path) -> Result<Tally> {
    let tests = project.root.join("npm/tests");
    let mut node = process::command("node");
    node.args(["--test", "--test-reporter", "tap"])
        .args(test_files(&tests)?)
        .current_dir(&project.root)
        .env("REFERRAL_CONNECT_PACKAGE", &package.folder)
        .env("REFERRAL_CONNECT_ARCHIVE", &package.archive)
        .env("REFERRAL_CONNECT_HOSTS", hosts)
        .env("REFERRAL_CONNECT_NPM_TOOLS", npm_packages(project));
    tally(&mut node)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let unreadable = || format!("{} cannot be listed", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.extension().is_some_and(|kind| kind == "mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn tally(node: &mut Command) -> Result<Tally> {
    let mut counted = Tally::default();
    let mut report = String::new();
    let status = process::each_line(node, |line| {
        if let Some(result) = Tally::of_tap_line(line) {
            counted += result;
        }
        report.push_str(line);
        report.push('\n');
    })?;
    if !status.success() || counted.failed > 0 {
        process::pass_on(&report);
        bail!("{counted}, and Node ended with {status}");
    }
    counted.require_some("tests of the package", &[])?;
    Ok(counted)
}
