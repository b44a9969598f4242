//! Building the custom element: the module, its glue code, and the class that loads them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::page::Flavour;
use crate::process;
use crate::project::Project;
use crate::tools::{WASM_BINDGEN, WASM_OPT, npm_packages};
use crate::wasm::{Compiler, TARGET};

/// The name of the binary that the module is compiled from.
const BINARY: &str = "element";

/// What the bound module is called until it gets its hash.
const BOUND_NAME: &str = "referral-connect-element";

/// Builds the release of the element, and adds its files to those in `out`.
pub(crate) fn build(project: &Project, compiler: Compiler, out: &Path) -> Result<()> {
    let flavour = Flavour::Release;
    process::run(
        compiler
            .command(project, "cargo", flavour)?
            .args(["build", "--release", "--locked", "--target", TARGET])
            .args(["--bin", BINARY]),
    )?;
    let compiled = project
        .wasm_target
        .join(TARGET)
        .join("release")
        .join(BINARY)
        .with_extension("wasm");
    let bound = bind(project, &compiled)?;
    let order = json!({
        "tools": npm_packages(project),
        "root": project.root,
        "bound": bound,
        "out": out,
    });
    let mut node = process::command("node");
    process::run(
        node.arg(project.root.join("embed/build.mjs"))
            .arg(order.to_string())
            .current_dir(&project.root),
    )
}

/// Makes the module callable from JavaScript, and small. Answers with the folder of what came out.
fn bind(project: &Project, compiled: &Path) -> Result<PathBuf> {
    let folder = project.wasm_target.join("element");
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
    let module = folder.join(format!("{BOUND_NAME}_bg.wasm"));
    let mut optimise = process::command(WASM_OPT.path(project)?);
    optimise.arg("-Oz").arg(&module).arg("-o").arg(&module);
    process::run(&mut optimise)?;
    Ok(folder)
}
