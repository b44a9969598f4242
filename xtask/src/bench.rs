//! `cargo xtask bench`: sizes and browser timings of the release, beside the same job in plain JavaScript.

use anyhow::{Result, ensure};

use crate::browsers::{Browsers, Wanted};
use crate::element;
use crate::page::Flavour;
use crate::process;
use crate::progress::Steps;
use crate::project::Project;
use crate::release;
use crate::tools;
use crate::wasm::Compiler;

/// Tells `benches/` where what it serves is; the figures go beside it.
const FOLDER_VARIABLE: &str = "REFERRAL_CONNECT_BENCH";

/// Builds the release and the floor, and measures both with `benches/`, which gets `arguments`.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let browsers = Browsers::provide(project, Wanted::ChromiumAlone)?;
    let compiler = Compiler::provide(project)?;
    tools::install_missing(project, Flavour::Release.tools())?;
    let folder = project.native_target.join("bench");
    let mut steps = Steps::new(3);
    steps.step(Flavour::Release.title(project), || {
        release::build(project, compiler)?;
        element::script(project, "benches/floor/build.mjs", &folder)
    })?;
    let cargo = |subcommand: &str| {
        let mut command = process::command("cargo");
        command
            .args([subcommand, "--quiet", "--package", "bench"])
            .current_dir(&project.root)
            .env("CARGO_TARGET_DIR", &project.native_target);
        command
    };
    steps.step("Compiling what measures", || {
        process::run(&mut cargo("build"))
    })?;
    steps.step("Measuring in Chromium: about 6 minutes", || {
        let mut measure = cargo("run");
        browsers.tell_end_to_end_tests(&mut measure);
        measure
            .arg("--")
            .args(arguments)
            .env(FOLDER_VARIABLE, &folder);
        let status = process::each_line(&mut measure, process::pass_on)?;
        ensure!(status.success(), "measuring ended with {status}");
        Ok(())
    })
}
