//! Building the custom element: the module, its glue code, and the class that loads them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::page::Flavour;
use crate::process;
use crate::project::Project;
use crate::tools::{WASM_BINDGEN, npm_packages};
use crate::wasm::{Compiler, TARGET};

/// The name of the binary that the module is compiled from, and that of the page's.
const BINARY: &str = "element";
const PAGE_BINARY: &str = "referral-connect";

/// What the bound module is called until it gets its hash.
const BOUND_NAME: &str = "referral-connect-element";

/// What the class in `embed/` calls of the bound module.
const WANTED: [&str; 1] = ["Widget"];

/// What `src/after_a_trap.js`, and whoever looks into an instance, calls of the module itself.
const RAW: [&str; 2] = ["memory", "stack_height"];

/// Compiles the module and binds it, for all that is put together of it. The page is compiled along with it, for linking
/// takes one core, and the two are linked side by side.
pub(crate) fn compile(project: &Project, compiler: Compiler) -> Result<()> {
    let flavour = Flavour::Release;
    process::run(
        compiler
            .command(project, "cargo", flavour)?
            .args(["build", "--release", "--locked", "--target", TARGET])
            .args(["--bin", BINARY, "--bin", PAGE_BINARY]),
    )?;
    let compiled = project
        .wasm_target
        .join(TARGET)
        .join("release")
        .join(BINARY)
        .with_extension("wasm");
    bind(project, &compiled)
}

/// Adds the files for any web server to those in `out`.
pub(crate) fn link(project: &Project, out: &Path) -> Result<()> {
    script(project, "embed/build.mjs", out)
}

/// Runs a script that puts something together of the compiled module.
pub(crate) fn script(project: &Project, path: &str, out: &Path) -> Result<()> {
    let bound = bound(project);
    if !bound.exists() {
        bail!("the element is not compiled: run `cargo xtask build` first");
    }
    let order = json!({
        "tools": npm_packages(project),
        "root": project.root,
        "bound": bound,
        "out": out,
    });
    let mut node = process::command("node");
    process::run(
        node.arg(project.root.join(path))
            .arg(order.to_string())
            .current_dir(&project.root),
    )
}

/// Where the bound module is.
fn bound(project: &Project) -> PathBuf {
    project.wasm_target.join("element")
}

/// Makes the module callable from JavaScript, and small.
fn bind(project: &Project, compiled: &Path) -> Result<()> {
    let folder = bound(project);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    let mut bindgen = process::command(WASM_BINDGEN.path(project)?);
    bindgen
        .args(["--target", "web", "--no-typescript"])
        // The loader says where the module is.
        .arg("--omit-default-module-path")
        .args(["--out-name", BOUND_NAME, "--out-dir"])
        .arg(&folder)
        .arg(compiled);
    process::run(&mut bindgen)?;
    let order = json!({
        "tools": npm_packages(project),
        "folder": folder,
        "name": BOUND_NAME,
        "wanted": WANTED,
        "raw": RAW,
    });
    let mut node = process::command("node");
    process::run(
        node.arg(project.root.join("embed/glue.mjs"))
            .arg(order.to_string())
            .current_dir(&project.root),
    )
}
