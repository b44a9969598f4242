//! The programs that building and testing need besides Rust: which, in which version, and what brings them.
//!
//! The tool folder survives `cargo clean`. What is there in the right version is used as it is; else what is on `PATH`
//! in the right version; else it is installed.

mod cargo;
pub(crate) mod debian;
mod npm;

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::progress::Steps;
use crate::project::Project;

/// A program that we install.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: Version,
    /// What it is called on the command line; each must answer [`Tool::version_arguments`] with the version.
    programs: &'static [&'static str],
    version_arguments: &'static [&'static str],
    source: Source,
    /// Said while the person waits.
    cost: &'static str,
}

pub(crate) enum Version {
    Pinned(&'static str),
    /// The version of the package of this name in `Cargo.lock`.
    Locked(&'static str),
}

enum Source {
    Cargo { arguments: &'static [&'static str] },
    Npm,
}

const VERSION: &[&str] = &["--version"];

/// Turns `index.html` and the compiled module into the page. 0.22 wants a newer Rust than this project.
pub(crate) const TRUNK: Tool = Tool {
    name: "trunk",
    version: Version::Pinned("0.21.14"),
    programs: &["trunk"],
    version_arguments: VERSION,
    source: Source::Cargo {
        // It never downloads anything for us, so the smaller of its two TLS stacks will do.
        arguments: &["--no-default-features", "--features", "rustls"],
    },
    cost: "compiling, about 5 minutes on two cores",
};

/// Writes the JavaScript around the compiled module, and runs tests in browsers. Refuses modules of other versions.
pub(crate) const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen-cli",
    version: Version::Locked("wasm-bindgen"),
    programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    version_arguments: VERSION,
    source: Source::Cargo { arguments: &[] },
    cost: "compiling, about 2 minutes on two cores",
};

/// Makes the release smaller. Debian's is too old: it silently breaks the module.
pub(crate) const WASM_OPT: Tool = Tool {
    name: "binaryen",
    version: Version::Pinned("132"),
    programs: &["wasm-opt"],
    version_arguments: VERSION,
    source: Source::Npm,
    cost: "downloading, a few seconds",
};

/// Puts the element's scripts together and makes them small.
pub(crate) const ESBUILD: Tool = Tool {
    name: "esbuild",
    version: Version::Pinned("0.28.2"),
    programs: &["esbuild"],
    version_arguments: VERSION,
    source: Source::Npm,
    cost: "downloading, a few seconds",
};

/// Drives Firefox.
pub(crate) const GECKODRIVER: Tool = Tool {
    name: "geckodriver",
    version: Version::Pinned("0.37.1"),
    programs: &["geckodriver"],
    version_arguments: VERSION,
    source: Source::Cargo { arguments: &[] },
    cost: "compiling, about 1 minute on two cores",
};

/// Compiles and runs the fuzz targets.
pub(crate) const CARGO_FUZZ: Tool = Tool {
    name: "cargo-fuzz",
    version: Version::Pinned("0.13.2"),
    programs: &["cargo-fuzz"],
    version_arguments: VERSION,
    source: Source::Cargo { arguments: &[] },
    cost: "compiling, about 1 minute on two cores",
};

/// Breaks the code in one place at a time, to see whether a test notices.
pub(crate) const CARGO_MUTANTS: Tool = Tool {
    name: "cargo-mutants",
    version: Version::Pinned("27.1.0"),
    programs: &["cargo-mutants"],
    // It answers as the `mutants` of `cargo mutants` alone.
    version_arguments: &["mutants", "--version"],
    source: Source::Cargo { arguments: &[] },
    cost: "compiling, about 2 minutes on two cores",
};

impl Tool {
    /// The version wanted of it.
    pub(crate) fn wanted(&self, project: &Project) -> Result<String> {
        match self.version {
            Version::Pinned(version) => Ok(version.to_owned()),
            Version::Locked(package) => locked_version(&project.read("Cargo.lock")?, package)
                .with_context(|| format!("Cargo.lock names no {package}")),
        }
    }

    /// Whether it still has to be installed.
    pub(crate) fn is_missing(&self, project: &Project) -> Result<bool> {
        // Its packages are also used without a program of theirs being called.
        if matches!(self.source, Source::Npm) && !npm::is_current(project)? {
            return Ok(true);
        }
        let wanted = self.wanted(project)?;
        // Ours is found first, so one of another version has to be replaced whatever else there is.
        Ok(!self.programs.iter().all(|program| {
            find_program(program, &search_path(project))
                .and_then(|path| version_told(&path, self.version_arguments))
                .is_some_and(|version| version == wanted)
        }))
    }

    fn install(&self, project: &Project) -> Result<()> {
        let wanted = self.wanted(project)?;
        match self.source {
            Source::Cargo { arguments } => cargo::install(project, self.name, &wanted, arguments)?,
            Source::Npm => npm::install(project)?,
        }
        if self.is_missing(project)? {
            bail!(
                "{} {wanted} was installed, but {} does not report that version",
                self.name,
                self.programs.join(" or ")
            );
        }
        Ok(())
    }

    /// Where its first program is. For tools that are installed.
    pub(crate) fn path(&self, project: &Project) -> Result<PathBuf> {
        let program = self.programs.first().copied().unwrap_or(self.name);
        find_program(program, &search_path(project))
            .with_context(|| format!("{program} is not installed"))
    }
}

/// What npm is called.
pub(crate) const NPM: &str = npm::PROGRAM;

/// The folder that npm's packages are installed in.
pub(crate) fn npm_packages(project: &Project) -> PathBuf {
    npm::root(project)
}

/// Installs those of the tools that are missing, each as a step.
pub(crate) fn install_missing(project: &Project, tools: &[&Tool]) -> Result<()> {
    if missing(project, tools)?.is_empty() {
        return Ok(());
    }
    let _lock = Lock::take(project)?;
    // Again: another xtask may have installed them while this one waited for the lock.
    let missing = missing(project, tools)?;
    let mut steps = Steps::new(missing.len());
    for tool in missing {
        let title = format!(
            "Installing {} {}: {}",
            tool.name,
            tool.wanted(project)?,
            tool.cost
        );
        steps.step(title, || tool.install(project))?;
    }
    cargo::remove_build_folder(project)
}

/// Fails if one of the tools is missing and comes from npm, and npm is missing too.
pub(crate) fn require_npm(project: &Project, tools: &[&Tool]) -> Result<()> {
    let comes_from_npm = |tool: &&Tool| matches!(tool.source, Source::Npm);
    if missing(project, tools)?.iter().any(comes_from_npm) {
        npm::require()?;
    }
    Ok(())
}

fn missing<'tools>(project: &Project, tools: &[&'tools Tool]) -> Result<Vec<&'tools Tool>> {
    let mut missing = Vec::new();
    for tool in tools {
        if tool.is_missing(project)? {
            missing.push(*tool);
        }
    }
    Ok(missing)
}

/// Keeps a second xtask from installing into the same folder; freed by the system even when we are killed.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn take(project: &Project) -> Result<Self> {
        fs::create_dir_all(&project.tools)
            .with_context(|| format!("{} cannot be created", project.tools.display()))?;
        let path = project.tools.join("lock");
        let file =
            File::create(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("Another xtask is installing tools; waiting for it to finish.");
                loop {
                    std::thread::sleep(process::POLL);
                    match file.try_lock() {
                        Ok(()) => break,
                        Err(TryLockError::WouldBlock) if process::stopping() => {
                            return Err(process::Stopped.into());
                        }
                        Err(TryLockError::WouldBlock) => {}
                        Err(TryLockError::Error(error)) => {
                            return Err(error).context("the tool folder cannot be locked");
                        }
                    }
                }
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).context("the tool folder cannot be locked");
            }
        }
        Ok(Self { _file: file })
    }
}

/// `PATH` with our tools before everything else.
pub(crate) fn search_path(project: &Project) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let ours = [cargo::programs(project), npm::programs(project)];
    join(ours.into_iter().chain(env::split_paths(&path)))
}

/// Puts folders together as `PATH` has them. A folder that cannot be in a `PATH` is left out: nothing is found in it.
pub(crate) fn join(folders: impl Iterator<Item = PathBuf>) -> OsString {
    let folders = folders.filter(|folder| env::join_paths([folder]).is_ok());
    env::join_paths(folders).unwrap_or_default()
}

/// The first program of this name in the folders of `path`, which is written as the variable `PATH` is.
pub(crate) fn find_program(name: &str, path: &std::ffi::OsStr) -> Option<PathBuf> {
    let suffixes: &[&str] = if cfg!(windows) {
        &[".exe", ".cmd"]
    } else {
        &[""]
    };
    env::split_paths(path)
        .flat_map(|folder| {
            suffixes
                .iter()
                .map(move |suffix| folder.join(format!("{name}{suffix}")))
        })
        .find(|path| is_executable(path))
}

/// As [`find_program`], on the `PATH` of this process.
pub(crate) fn find_on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    names.iter().find_map(|name| find_program(name, &path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// What a program says its version is; nothing when it cannot even be started, as after an interrupted install.
pub(crate) fn version_of(program: &Path) -> Option<String> {
    version_told(program, VERSION)
}

fn version_told(program: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = process::command(program);
    let output = command
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout))
}

/// The first word that starts with a digit: `wasm-opt version 132 (version_132)` is 132.
fn version_in(text: &str) -> Option<String> {
    text.split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .map(str::to_owned)
}

/// The version of a package in the text of a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tools_version_is_read() {
        #[track_caller]
        fn reads(text: &str, expected: Option<&str>) {
            assert_eq!(version_in(text).as_deref(), expected);
        }
        reads("trunk 0.21.14\n", Some("0.21.14"));
        reads("wasm-bindgen-test-runner 0.2.130", Some("0.2.130"));
        reads("wasm-opt version 132 (version_132)", Some("132"));
        reads("geckodriver 0.37.1\n\nThe source code…", Some("0.37.1"));
        reads("rustc 1.96.0 (ac68faa20 2026-05-25)", Some("1.96.0"));
        reads(
            "Chromium 156.0.7000.1 built on Debian",
            Some("156.0.7000.1"),
        );
        reads("", None);
        reads("unknown", None);
    }

    #[test]
    fn a_locked_version_is_that_of_the_package_of_just_that_name() {
        let lock = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
source = \"registry\"
";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(lock, "bindgen"), None);
        assert_eq!(
            locked_version("name = \"wasm-bindgen\"", "wasm-bindgen"),
            None
        );
    }

    /// Two files of other tools have to repeat what the table pins.
    #[test]
    fn pins_outside_the_table_agree_with_it() {
        let Version::Pinned(binaryen) = WASM_OPT.version else {
            panic!("binaryen is pinned");
        };
        let npm = include_str!("../../npm/package.json");
        assert!(npm.contains(&format!("\"binaryen\": \"{binaryen}.0.0\"")));
        let Version::Pinned(esbuild) = ESBUILD.version else {
            panic!("esbuild is pinned");
        };
        assert!(npm.contains(&format!("\"esbuild\": \"{esbuild}\"")));
        let trunk = include_str!("../../../Trunk.toml");
        assert!(trunk.contains(&format!("wasm_opt = \"version_{binaryen}\"")));
        let Version::Pinned(version) = TRUNK.version else {
            panic!("trunk is pinned");
        };
        assert!(trunk.contains(&format!("trunk-version = \"={version}\"")));
    }

    #[cfg(unix)]
    #[test]
    fn only_what_can_be_executed_is_a_program() {
        let here = env!("CARGO_MANIFEST_DIR");
        let folders = OsString::from(format!("/nonexistent:{here}:/bin:/usr/bin"));
        assert!(find_program("sh", &folders).is_some());
        assert_eq!(find_program("Cargo.toml", &folders), None);
        assert_eq!(find_program("src", &folders), None);
    }
}
