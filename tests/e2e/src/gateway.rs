//! The gateway of one trial, before its sandbox.

use std::fs;

use anyhow::{Context, Result, ensure};
use referral_connect_gateway::{Gateway as Server, Running, Settings};
use tempfile::TempDir;

use crate::backend::Backend;
use crate::engine::repository;
use crate::tls::Front;
use crate::{built_page, ports};

/// What a partner's backend signs tickets with.
pub const TICKET_SECRET: &str = "the secret that the partner's backend has";

/// A running gateway with a database of its own. It serves the portal's page of `examples/gateway`, the element and the
/// frame.
pub struct Gateway {
    running: Running,
    _front: Front,
    origin: String,
    _folder: TempDir,
}

impl Gateway {
    /// Starts one before the sandbox. Pages of `parent` may show the frame.
    ///
    /// # Errors
    /// When there is no built page, or the gateway does not start.
    pub async fn start(sandbox: &Backend, parent: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("referral-connect-e2e-gateway-")
            .tempdir()
            .context("creating the gateway's folder")?;
        let pages = folder.path().join("pages");
        built_page::copy_to(&pages)?;
        let example = repository().join("examples/gateway");
        fs::copy(example.join("portal.js"), pages.join("portal.js"))?;
        let index = fs::read_to_string(example.join("index.html"))?;
        // As often as the contract allows: by default a trial would wait for a minute.
        let quick = replaced(&index, "auth=\"cookie\"", "auth=\"cookie\" refresh=\"10\"")?;
        fs::write(pages.join("index.html"), quick)?;
        // Asked for by browsers, and missed on the console.
        fs::write(pages.join("favicon.ico"), [])?;
        let frame = fs::read_to_string(pages.join("frame.html"))?;
        let listed = format!("\"parents\": [\"{parent}\"], \"tickets\": true");
        let frame = replaced(&frame, "\"parents\": []", &listed)?;
        let frame = replaced(&frame, "https://api.plannrcrm.com", "/")?;
        fs::write(pages.join("frame.html"), frame)?;

        let listener = ports::listen().await?;
        let origin = format!("https://{}", listener.local_addr()?);
        let database = folder.path().join("gateway.sqlite3");
        let set = |name: &str, value: String| (format!("GATEWAY_{name}"), value);
        let settings = Settings::read(
            None,
            [
                set("LISTEN", "127.0.0.1:0".to_owned()),
                set("METRICS_LISTEN", "off".to_owned()),
                set("PUBLIC_ORIGIN", origin.clone()),
                set("CLIENT_ID", "portal".to_owned()),
                set(
                    "ENCRYPTION_KEYS",
                    "PtuoWfuonaoDtdIeuuZAsBZeOU8GhWILVhUa0AQ+oqQ=".to_owned(),
                ),
                set("TICKET_SECRET", TICKET_SECRET.to_owned()),
                set("FRAME_ANCESTORS", parent.to_owned()),
                set("PAGES", pages.display().to_string()),
                set("DATABASE_URL", format!("sqlite:{}", database.display())),
                set("API_URL", sandbox.origin()),
                set(
                    "AUTHORIZE_URL",
                    format!("{}/oauth/authorize", sandbox.origin()),
                ),
                set("TOKEN_URL", format!("{}/oauth/token", sandbox.origin())),
            ],
        )?;
        let running = Server::start(settings)
            .await
            .context("starting the gateway")?;
        let front = Front::start(listener, running.address())?;
        Ok(Self {
            running,
            _front: front,
            origin,
            _folder: folder,
        })
    }

    /// Its origin, such as `https://127.0.0.1:40000`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Lets what is under way finish, and ends it.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

fn replaced(text: &str, before: &str, after: &str) -> Result<String> {
    ensure!(text.contains(before), "{before} is not in {text}");
    Ok(text.replace(before, after))
}
