//! `cargo xtask load`: how much the gateway carries, beside nginx. It is no part of `cargo xtask test`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::postgres::Postgres;
use crate::process;
use crate::progress::Steps;
use crate::project::Project;
use crate::tools::find_on_path;

/// Tells what measures which nginx to start; without it the gateway is measured alone.
const NGINX_VARIABLE: &str = "REFERRAL_CONNECT_NGINX";

/// What `arguments` ask for instead of measuring.
const CRASHES: &str = "--crashes";
/// Tells the gateway's tests how often to kill it.
const CRASH_RUNS_VARIABLE: &str = "CRASH_RUNS";

/// Measures, or kills the gateway as often as `arguments` say.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    match arguments {
        [name, runs] if name == CRASHES => crashes(project, runs),
        _ => measure(project, arguments),
    }
}

/// Runs of the gateway with faults and kills, as many as that.
fn crashes(project: &Project, runs: &str) -> Result<()> {
    let runs: u32 = runs
        .parse()
        .with_context(|| format!("{CRASHES} takes a number, such as 1000, not {runs:?}"))?;
    let postgres = Postgres::provide(project)?;
    let mut test = process::command("cargo");
    test.args(["test", "--package", "referral-connect-gateway"])
        .args(["--test", "gateway", "crashes", "--", "--nocapture"])
        .current_dir(&project.root)
        .env("CARGO_TARGET_DIR", &project.native_target)
        .env(CRASH_RUNS_VARIABLE, runs.to_string());
    postgres.tell(&mut test);
    Steps::new(1).step(format!("{runs} runs, about half a second each"), || {
        let status = process::each_line(&mut test, process::pass_on)?;
        ensure!(status.success(), "the runs ended with {status}");
        Ok(())
    })
}

/// Builds the gateway as it is deployed and what measures it, which gets `arguments`.
fn measure(project: &Project, arguments: &[String]) -> Result<()> {
    let nginx = provide(project)?;
    let cargo = |arguments: &[&str]| {
        let mut command = process::command("cargo");
        command
            .args(["bench", "--package", "referral-connect-gateway"])
            .args(["--profile", "server", "--bench", "load"])
            .args(arguments)
            .current_dir(&project.root)
            .env("CARGO_TARGET_DIR", &project.native_target);
        command
    };
    let mut steps = Steps::new(2);
    steps.step("Compiling the gateway as it is deployed", || {
        process::run(&mut cargo(&["--no-run"]))
    })?;
    steps.step("Measuring", || {
        let mut measure = cargo(&["--"]);
        measure.args(arguments);
        if let Some(nginx) = &nginx {
            measure.env(NGINX_VARIABLE, nginx);
        }
        let status = process::each_line(&mut measure, process::pass_on)?;
        ensure!(status.success(), "measuring ended with {status}");
        Ok(())
    })
}

/// The nginx of the machine, or Debian's, unpacked among the tools: to run it beside the gateway takes no installation.
fn provide(project: &Project) -> Result<Option<PathBuf>> {
    let folder = project.tools.join("nginx");
    let unpacked = folder.join("usr").join("sbin").join("nginx");
    if let Some(found) = find_on_path(&["nginx"]) {
        return Ok(Some(found));
    }
    if !unpacked.exists() && find_on_path(&["apt-get"]).is_some() {
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be created", folder.display()))?;
        let mut download = process::command("apt-get");
        download.args(["--quiet", "download", "nginx"]);
        process::run(download.current_dir(&folder))?;
        for entry in fs::read_dir(&folder)? {
            let package = entry?.path();
            if package
                .extension()
                .is_some_and(|extension| extension == "deb")
            {
                process::run(
                    process::command("dpkg-deb")
                        .arg("-x")
                        .args([&package, &folder]),
                )?;
            }
        }
    }
    if unpacked.exists() {
        return Ok(Some(unpacked));
    }
    eprintln!("WARNING: there is no nginx, so the gateway is measured without it beside");
    Ok(None)
}
