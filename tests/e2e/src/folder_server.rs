//! A plain file server: the built page in a sub-folder of somebody's site, on another origin than the API.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use axum::Router;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

use crate::ports;

/// Serves a folder below a path until dropped.
#[derive(Debug)]
pub struct FolderServer {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl FolderServer {
    /// Starts serving `folder` below `path` (such as `/some/folder`, or `/`) on a free loopback port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(folder: &Path, path: &str) -> Result<Self> {
        let files = ServeDir::new(folder);
        let router = match path {
            "/" => Router::new().fallback_service(files),
            path => Router::new().nest_service(path, files),
        };
        let listener = ports::listen().await.context("serving the folder")?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                // The scenario then fails at its next request, with less to go on than this.
                let _unwritable = std::io::Write::write_all(
                    &mut std::io::stderr(),
                    format!("the folder's server ended: {error}\n").as_bytes(),
                );
            }
        });
        Ok(Self { address, server })
    }

    /// The server's origin, such as `http://127.0.0.1:40000`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for FolderServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}
