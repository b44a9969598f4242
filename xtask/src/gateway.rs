//! The gateway for `cargo xtask run --gateway`: it serves a portal's page with the element, before the sandbox.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::page::Flavour;
use crate::process;
use crate::project::Project;

pub(crate) const PROGRAM: &str = "referral-connect-gateway";

/// No secret: what the sandbox holds is none either.
const SANDBOX_KEY: &str = "c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveC0=";

/// The command that starts it before the sandbox at `sandbox`, an address with a slash at its end.
pub(crate) fn command(
    project: &Project,
    sandbox: &str,
    port: u16,
) -> Result<std::process::Command> {
    let port = chosen_port(port)?;
    let data = project.root.join(".sandbox");
    let program = project
        .native_target
        .join("debug")
        .join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    let mut command = process::command(program);
    let mut set = |name: &str, value: String| {
        command.env(format!("GATEWAY_{name}"), value);
    };
    set("LISTEN", format!("{}:{port}", Ipv4Addr::LOCALHOST));
    set("METRICS_LISTEN", "off".to_owned());
    set(
        "PUBLIC_ORIGIN",
        format!("http://{}:{port}", Ipv4Addr::LOCALHOST),
    );
    set("CLIENT_ID", "portal".to_owned());
    set("ENCRYPTION_KEYS", SANDBOX_KEY.to_owned());
    set("API_URL", sandbox.to_owned());
    set("AUTHORIZE_URL", format!("{sandbox}oauth/authorize"));
    set("TOKEN_URL", format!("{sandbox}oauth/token"));
    let database = data.join("gateway.sqlite3");
    set("DATABASE_URL", format!("sqlite:{}", database.display()));
    set("PAGES", portal(project)?);
    command
        .arg("--stop-with-input")
        .current_dir(&project.root)
        // Held open by the process that is started here: it ends with us, however we end.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    Ok(command)
}

/// Puts the built element and the portal's page together, and says where.
pub(crate) fn portal(project: &Project) -> Result<String> {
    let folder = project.native_target.join("portal");
    let page = project.root.join("examples").join("gateway");
    fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be created", folder.display()))?;
    // The page last: it takes the place of the standalone one.
    for from in [Flavour::Release.folder(project), page] {
        let cannot = || format!("{} cannot be copied", from.display());
        for entry in fs::read_dir(&from).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            if entry.file_type().with_context(cannot)?.is_file() {
                fs::copy(entry.path(), folder.join(entry.file_name())).with_context(cannot)?;
            }
        }
    }
    Ok(folder.display().to_string())
}

/// The gateway has to know its own address before it listens, so a free port is looked for here.
fn chosen_port(asked: u16) -> Result<u16> {
    if asked != 0 {
        return Ok(asked);
    }
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    let address = free.local_addr().context("there is no free port")?;
    Ok(address.port())
}
