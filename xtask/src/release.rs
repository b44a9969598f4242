//! `cargo xtask build`: the release in `dist/`.

use anyhow::Result;

use crate::page::{self, Flavour};
use crate::progress::Steps;
use crate::project::{Project, relative};
use crate::wasm::Compiler;
use crate::{size, tools};

pub(crate) fn run(project: &Project) -> Result<()> {
    let compiler = Compiler::provide(project)?;
    tools::install_missing(project, Flavour::Release.tools())?;
    Steps::new(1).step(Flavour::Release.title(project), || build(project, compiler))
}

/// Builds the release, compresses its files ahead of time, and prints their sizes.
pub(crate) fn build(project: &Project, compiler: Compiler) -> Result<()> {
    page::build(project, compiler, Flavour::Release)?;
    let folder = project.dist();
    size::precompress(&folder)?;
    size::print(&folder)?;
    eprintln!("The release is in {}/", relative(&folder, project));
    Ok(())
}
