//! Ports for the servers of a run, each handed out once: what a browser keeps for an origin (storage, caches,
//! connections) is one trial's alone, though other trials play in the same browser.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::net::TcpListener;

/// Listens on a loopback port that no server of this process had before.
///
/// # Errors
/// When no port can be had.
pub async fn listen() -> Result<TcpListener> {
    loop {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .context("binding a port")?;
        if claim(listener.local_addr()?.port()) {
            return Ok(listener);
        }
    }
}

/// A free port for a program that cannot pick one itself.
///
/// # Errors
/// When no port can be had.
pub async fn free() -> Result<u16> {
    Ok(listen().await?.local_addr()?.port())
}

/// Takes a port that the system gave to a server. `false` where one of this process had it before: then the server has
/// to start again on another.
#[must_use]
pub fn claim(port: u16) -> bool {
    static HANDED_OUT: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    HANDED_OUT
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(port)
}
