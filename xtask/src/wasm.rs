//! The Rust that compiles for the browser.
//!
//! Any toolchain that has the target will do. Where rustup cannot bring it, Debian's `rustc-web` compiles its standard
//! library for the target along with our code.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::page::Flavour;
use crate::process::{self, Ended};
use crate::progress::Steps;
use crate::project::Project;
use crate::tools::{self, Lock, debian, version_of};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A machine that cannot reach rustup's server hangs instead of failing. Where there is no second way, a slow
/// connection gets the longer time.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);
const RUSTUP_LIMIT_WITHOUT_ALTERNATIVE: Duration = Duration::from_secs(300);

const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
/// Of the same LLVM as that compiler.
const DEBIAN_LINKER: &str = "wasm-ld-22";
const DEBIAN_PROGRAMS: &str = "/usr/bin";

/// A panic is a trap at once: its message, and all that leads to it, is a fifteenth of the module.
const SMALLEST: &str = "-Zunstable-options -Cpanic=immediate-abort";

/// Leptos brings along classes of `wasm-streams` that are exported whether or not anything uses them. What is not
/// exported, and not used, is not linked.
const LEAN_LINKER: &str = r#"#!/bin/sh
for argument do
  shift
  if [ "$argument" = --export ]; then
    is_export=1
    continue
  fi
  case $argument in
    *intounderlying*) ;;
    *) set -- "$@" ${is_export:+--export} "$argument" ;;
  esac
  is_export=
done
exec wasm-ld-22 "$@"
"#;

/// A Rust that can compile for the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// The one that `cargo` is here, with its target installed.
    Usual,
    /// Debian's, which builds the standard library itself.
    Debian,
}

impl Compiler {
    /// Finds one, or installs it.
    pub(crate) fn provide(project: &Project) -> Result<Self> {
        if let Some(compiler) = Self::find(project)? {
            return Ok(compiler);
        }
        let _lock = Lock::take(project)?;
        let mut steps = Steps::new(1);
        steps.step(
            format!("Installing Rust's {TARGET} target: downloading, about a minute"),
            || Self::install(project),
        )
    }

    fn find(project: &Project) -> Result<Option<Self>> {
        if usual_has_target(project) {
            return Ok(Some(Self::Usual));
        }
        if debian_is_complete(&project.read("Cargo.toml")?) {
            return Ok(Some(Self::Debian));
        }
        Ok(None)
    }

    fn install(project: &Project) -> Result<Self> {
        let debian = debian::may_install();
        if tools::find_on_path(&["rustup"]).is_some() {
            let limit = if debian {
                RUSTUP_LIMIT
            } else {
                RUSTUP_LIMIT_WITHOUT_ALTERNATIVE
            };
            let mut command = process::command("rustup");
            command
                .args(["target", "add", TARGET])
                .current_dir(&project.root);
            match process::run_within(&mut command, limit)? {
                Ended::Succeeded if usual_has_target(project) => return Ok(Self::Usual),
                Ended::Succeeded => eprintln!("rustup added the target to another toolchain"),
                Ended::Failed => eprintln!("rustup could not add the target"),
                Ended::OutOfTime => {
                    eprintln!("rustup was not done after {} s", limit.as_secs());
                }
            }
        }
        if debian {
            eprintln!("Installing Debian's Rust for the web instead");
            match debian::install(&DEBIAN_PACKAGES) {
                Ok(()) if debian_is_complete(&project.read("Cargo.toml")?) => {
                    return Ok(Self::Debian);
                }
                Ok(()) => eprintln!("Debian's Rust is older than this project needs"),
                Err(error) => eprintln!("{error:#}"),
            }
        }
        bail!(
            "nothing here can compile for {TARGET}. Either run `rustup target add {TARGET}` where rustup's server can \
             be reached, or, on Debian 12 and newer, as root `apt-get install --no-install-recommends {}`; then run \
             this again",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// A command that compiles for the browser with it, or starts others that do.
    ///
    /// The page and the tests of a flavour get the same settings, so that they share what is compiled.
    pub(crate) fn command(
        self,
        project: &Project,
        program: impl AsRef<Path>,
        flavour: Flavour,
    ) -> Result<Command> {
        let mut command = process::command(program.as_ref());
        command
            .current_dir(&project.root)
            .env("CARGO_TARGET_DIR", &project.wasm_target)
            // Browsers show function names, not lines; without lines everything is quicker.
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        let path = tools::search_path(project);
        match self {
            Self::Usual => command.env("PATH", path),
            Self::Debian => {
                let programs = debian_programs(project)?;
                let folders = std::iter::once(programs).chain(env::split_paths(&path));
                command
                    .env("PATH", tools::join(folders))
                    .env("RUSTC", Path::new(DEBIAN_PROGRAMS).join("rustc"))
                    .env("RUSTDOC", Path::new(DEBIAN_PROGRAMS).join("rustdoc"))
                    .env_remove("RUSTUP_TOOLCHAIN")
                    // Building the standard library is an unstable feature, of a stable compiler here.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
                    .env(
                        "CARGO_UNSTABLE_BUILD_STD",
                        match flavour {
                            Flavour::Development => "std,panic_abort,test",
                            Flavour::Release => "std,panic_abort",
                        },
                    );
                const LINKER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER";
                match flavour {
                    Flavour::Development => command.env(LINKER, DEBIAN_LINKER),
                    Flavour::Release => command
                        .env(LINKER, lean_linker(project)?)
                        .env("RUSTFLAGS", SMALLEST),
                }
            }
        };
        Ok(command)
    }

    /// Downloads what compiling will need, for trunk is told to stay off the network.
    pub(crate) fn fetch(self, project: &Project, flavour: Flavour) -> Result<()> {
        process::run(
            self.command(project, "cargo", flavour)?
                .args(["fetch", "--quiet"])
                // Without a target named, cargo leaves out what the standard library itself is compiled from.
                .args(["--target", TARGET, "--target", "host-tuple"]),
        )
    }
}

fn usual_has_target(project: &Project) -> bool {
    let mut command = process::command("rustc");
    command
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(&project.root);
    let Ok(folder) = process::output(&mut command) else {
        return false;
    };
    fs::read_dir(folder.trim()).is_ok_and(|files| {
        files
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn debian_is_complete(manifest: &str) -> bool {
    let programs = Path::new(DEBIAN_PROGRAMS);
    let recent = |program: &str| {
        version_of(&programs.join(program))
            .zip(minimum_rust(manifest))
            .is_some_and(|(version, minimum)| numbers(&version) >= numbers(minimum))
    };
    programs.join(DEBIAN_LINKER).exists()
        && Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml").exists()
        && recent("rustc")
        && recent("cargo")
}

/// The value of `rust-version` in the text of a manifest.
fn minimum_rust(manifest: &str) -> Option<&str> {
    manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = \""))?
        .strip_suffix('"')
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect()
}

/// A folder that holds Debian's Rust and nothing else. Before everything else on `PATH` it wins over rustup's `cargo`,
/// and rustup's own settings stay as they are; all of `/usr/bin` in its place would also win over our tools.
fn debian_programs(project: &Project) -> Result<PathBuf> {
    let folder = project.tools.join("debian-rust");
    fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be created", folder.display()))?;
    for program in ["cargo", "rustc", "rustdoc"] {
        link(
            &Path::new(DEBIAN_PROGRAMS).join(program),
            &folder.join(program),
        )?;
    }
    Ok(folder)
}

#[cfg(unix)]
fn lean_linker(project: &Project) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = project.tools.join("lean-wasm-ld");
    let unwritable = || format!("{} cannot be written", path.display());
    // A build that goes on may be running it.
    if fs::read_to_string(&path).is_ok_and(|text| text == LEAN_LINKER) {
        return Ok(path);
    }
    fs::write(&path, LEAN_LINKER).with_context(unwritable)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).with_context(unwritable)?;
    Ok(path)
}

#[cfg(not(unix))]
fn lean_linker(project: &Project) -> Result<PathBuf> {
    bail!("{} is for Debian alone", project.tools.display())
}

#[cfg(unix)]
fn link(original: &Path, link: &Path) -> Result<()> {
    match std::os::unix::fs::symlink(original, link) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("{} cannot be created", link.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn link(_original: &Path, link: &Path) -> Result<()> {
    bail!("{} belongs to Debian alone", link.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(numbers("1.96.0") >= numbers("1.95"));
        assert!(numbers("1.95.0") >= numbers("1.95"));
        assert!(numbers("1.100.0") >= numbers("1.95"));
        assert!(numbers("1.63.0") < numbers("1.95"));
        assert!(numbers("2.0.0-nightly") > numbers("1.95"));
    }

    #[test]
    fn the_workspace_says_which_rust_it_needs() {
        let manifest = include_str!("../../Cargo.toml");
        let minimum = minimum_rust(manifest).expect("rust-version is set");
        assert!(numbers(minimum).len() >= 2, "{minimum}");
        assert_eq!(minimum_rust("rust-version.workspace = true"), None);
    }
}
