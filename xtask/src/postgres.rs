//! The PostgreSQL server that the gateway's tests start for themselves: finding it, and installing it where we may.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::progress::Steps;
use crate::project::Project;
use crate::tools::{Lock, debian};

/// Set to 1, it makes the gateway's tests fail rather than leave out what needs a server.
const REQUIRE_VARIABLE: &str = "REQUIRE_POSTGRES";
/// Set to 1, it lets the suite go on without a server.
const LEAVE_OUT_VARIABLE: &str = "LEAVE_OUT_POSTGRES";
const DEBIAN_PACKAGE: &str = "postgresql";
/// Debian keeps the server's programs here, a folder for each version, and not on the path.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";
const PROGRAMS: [&str; 2] = ["initdb", "postgres"];

/// Whether the gateway's tests have a PostgreSQL server to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Postgres {
    Installed,
    /// Missing, and whoever runs this said that it may be.
    LeftOut,
}

impl Postgres {
    /// Finds the server, and installs it where that is possible.
    ///
    /// # Errors
    /// When there is none: what was not tested must not look as if it were. A variable allows that.
    pub(crate) fn provide(project: &Project) -> Result<Self> {
        if !is_installed() && debian::may_install() {
            let _lock = Lock::take(project)?;
            let title = format!("Installing {DEBIAN_PACKAGE}: about a minute");
            let installed = Steps::new(1).step(title, || debian::install(&[DEBIAN_PACKAGE]));
            if let Err(error) = installed {
                eprintln!("{error:#}");
            }
        }
        if is_installed() {
            return Ok(Self::Installed);
        }
        let programs = PROGRAMS.join(" and ");
        ensure!(
            env::var(LEAVE_OUT_VARIABLE).is_ok_and(|value| value == "1"),
            "PostgreSQL is not installed, and the gateway's tests start a server of their own. Install {programs} (Debian: \
             apt-get install {DEBIAN_PACKAGE}; macOS: brew install {DEBIAN_PACKAGE}), or leave those tests out with \
             {LEAVE_OUT_VARIABLE}=1"
        );
        eprintln!(
            "WARNING: the gateway's tests with PostgreSQL ARE LEFT OUT, as {LEAVE_OUT_VARIABLE} says"
        );
        Ok(Self::LeftOut)
    }

    /// Has the tests insist on a server that is there.
    pub(crate) fn tell(self, command: &mut Command) {
        if self == Self::Installed {
            command.env(REQUIRE_VARIABLE, "1");
        }
    }
}

fn is_installed() -> bool {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir(DEBIAN_FOLDER).into_iter().flatten().flatten();
    let versions = debian.map(|version| version.path().join("bin"));
    let on_path: Vec<PathBuf> = env::split_paths(&on_path).collect();
    let mut folders = versions.chain(on_path);
    folders.any(|folder| PROGRAMS.iter().all(|program| folder.join(program).exists()))
}
