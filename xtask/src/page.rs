//! Building the page, and putting it in place for whoever serves it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::element;
use crate::process;
use crate::project::Project;
use crate::tools::{ESBUILD, TRUNK, Tool, WASM_BINDGEN, WASM_OPT};
use crate::wasm::Compiler;

/// The page's service worker.
const OFFLINE_WORKER: &str = "referral-connect-offline.js";

/// What a build is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Quick to build.
    Development,
    /// Small to download.
    Release,
}

impl Flavour {
    /// The tools that a build needs.
    pub(crate) fn tools(self) -> &'static [&'static Tool] {
        match self {
            Self::Development => &[&TRUNK, &WASM_BINDGEN],
            Self::Release => &[&TRUNK, &WASM_BINDGEN, &WASM_OPT, &ESBUILD],
        }
    }

    /// The folder that the page is served from.
    pub(crate) fn folder(self, project: &Project) -> PathBuf {
        match self {
            Self::Development => project.native_target.join("page-dev"),
            Self::Release => project.dist(),
        }
    }

    /// What to tell the person who waits for a build.
    pub(crate) fn title(self, project: &Project) -> String {
        let (name, profile, cost) = match self {
            Self::Development => ("page", "debug", "about 2 minutes"),
            Self::Release => ("release of the page", "release", "about 4 minutes"),
        };
        let compiled = project.wasm_target.join(crate::wasm::TARGET).join(profile);
        if compiled.exists() {
            format!("Building the {name}")
        } else {
            format!("Building the {name}: {cost} on two cores, this once")
        }
    }
}

/// Builds the page and puts it into its folder. When that fails the folder keeps the page that it had.
pub(crate) fn build(project: &Project, compiler: Compiler, flavour: Flavour) -> Result<()> {
    compiler.fetch(project, flavour)?;
    if flavour == Flavour::Release {
        element::compile(project, compiler)?;
    }
    let staging = project.wasm_target.join("page").join(match flavour {
        Flavour::Development => "development",
        Flavour::Release => "release",
    });
    let mut trunk = compiler.command(project, TRUNK.path(project)?, flavour)?;
    trunk
        .args(["build", "--config"])
        .arg(project.root.join("Trunk.toml"))
        .arg("--dist")
        .arg(&staging);
    // Trunk would add its own call stack to each of the compiler's errors.
    trunk.env("RUST_BACKTRACE", "0");
    if flavour == Flavour::Release {
        trunk.arg("--release");
    }
    if env::var_os("NO_COLOR").is_some() {
        // Trunk wants `true` or `false` in that variable and refuses to start with the customary 1.
        trunk.env_remove("NO_COLOR").args(["--color", "never"]);
    }
    process::run(&mut trunk)?;
    if flavour == Flavour::Release {
        element::script(project, "offline/build.mjs", &staging)?;
        element::link(project, &staging)?;
        element::script(project, "gallery/build.mjs", &staging)?;
    }
    publish(&staging, &flavour.folder(project))
}

/// Makes `folder` hold what `staging` holds, without a moment in which its page is missing or names files that are not
/// there yet: a server may be serving it.
fn publish(staging: &Path, folder: &Path) -> Result<()> {
    let mut built = files(staging)?;
    // Pages last: they name the others. After them what asks for the page by itself.
    built.sort_by_key(|path| {
        let is_worker = path.as_os_str() == OFFLINE_WORKER;
        let is_page = path.extension().is_some_and(|kind| kind == "html");
        (is_worker, is_page)
    });
    for path in &built {
        replace(&staging.join(path), &folder.join(path))?;
    }
    for path in files(folder)? {
        if !built.contains(&path) {
            let path = folder.join(path);
            fs::remove_file(&path)
                .with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

/// All files under a folder, relative to it; none when it does not exist.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        if !path.exists() {
            continue;
        }
        let unreadable = || format!("{} cannot be listed", path.display());
        for entry in fs::read_dir(&path).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            let kind = entry.file_type().with_context(unreadable)?;
            let entry = inner.join(entry.file_name());
            if kind.is_dir() {
                folders.push(entry);
            } else {
                found.push(entry);
            }
        }
    }
    Ok(found)
}

/// Copies a file over another in one instant.
fn replace(source: &Path, target: &Path) -> Result<()> {
    let unwritable = || format!("{} cannot be written", target.display());
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).with_context(unwritable)?;
    }
    let mut fresh = target.as_os_str().to_owned();
    fresh.push(".new");
    fs::copy(source, &fresh).with_context(unwritable)?;
    fs::rename(&fresh, target).with_context(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_brings_the_new_and_removes_the_old() {
        let scratch = env::temp_dir().join(format!("xtask-publish-{}", std::process::id()));
        let (staging, folder) = (scratch.join("staging"), scratch.join("folder"));
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        write(staging.join("index.html"), "new page");
        write(staging.join("app-2.js"), "new code");
        write(staging.join("snippets/one.js"), "snippet");
        write(folder.join("index.html"), "old page");
        write(folder.join("app-1.js"), "old code");

        publish(&staging, &folder).expect("it can be published");

        let mut there = files(&folder).expect("it can be listed");
        there.sort();
        assert_eq!(
            there,
            ["app-2.js", "index.html", "snippets/one.js"].map(PathBuf::from)
        );
        let page = fs::read_to_string(folder.join("index.html")).expect("the page");
        assert_eq!(page, "new page");
        fs::remove_dir_all(&scratch).expect("the scratch folder goes");
    }
}
