//! What Debian's own packages bring: browsers, and a Rust that can compile for them.

use anyhow::Result;

use crate::process;
use crate::tools::find_on_path;

/// Whether this is a Debian, or one of its relatives, on which we may install packages.
pub(crate) fn may_install() -> bool {
    runs_as_root() && find_on_path(&["apt-get"]).is_some()
}

#[cfg(unix)]
pub(crate) fn runs_as_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

#[cfg(not(unix))]
pub(crate) fn runs_as_root() -> bool {
    false
}

/// Installs packages, without removing any other for them.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut command = process::command("apt-get");
        command
            .args(["--quiet", "--option", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    process::run(&mut apt(&["update"]))?;
    process::run(
        apt(&["install", "--yes", "--no-install-recommends", "--no-remove"]).args(packages),
    )
}
