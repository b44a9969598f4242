//! The sandbox of one trial, and what it knows: the oracle for what the page really sent.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use referral_connect_sandbox::{Database, Running, Sandbox, Settings};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{built_page, ports};

/// The create and list route.
pub const CONNECTIONS_PATH: &str = "/api/v1/referral-connections";

/// The token that the sandbox lets in.
pub const TOKEN: &str = "sandbox-token";

/// The token that the sandbox answers with 401.
pub const EXPIRED_TOKEN: &str = "sandbox-expired";

/// The account that the API prefers among the user's logins.
pub const ACCOUNT_UUID: &str = "be1403f4-9cdc-4904-9bd7-63d2619a01c6";

/// Another account of the same user, a client's.
pub const OTHER_ACCOUNT_UUID: &str = "323e70ce-e334-48cb-abd9-2c957aeefa01";

/// The name of the preferred account's firm: the sender of every request that is sent.
pub const OWN_FIRM: &str = "Ashdown Vale & Partners Chartered Financial Planners";

/// The firm behind `ABC12345`.
pub const FIRM_ABC12345: &str = "Larkspur & Wren Financial Planning LLP";

/// How a trial wants its sandbox.
#[derive(Debug, Clone, Copy)]
pub enum Refresh {
    /// The page looks for a changed status as often as it does by default.
    Default,
    /// The page looks for a changed status every 10 s, the shortest that the contract allows.
    Quick,
}

/// A create request as the sandbox received it.
#[derive(Debug, Clone, Deserialize)]
pub struct Post {
    /// The HTTP method.
    pub method: String,
    /// The path with the query, if any.
    pub path: String,
    /// The header fields, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
}

/// A running sandbox with a database of its own.
pub struct Backend {
    running: Option<Running>,
    settings: Settings,
    _database_folder: TempDir,
}

impl fmt::Debug for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Backend")
            .field("listen", &self.settings.listen)
            .finish_non_exhaustive()
    }
}

impl Backend {
    /// Starts a sandbox on a port that no other had, with the built page.
    ///
    /// # Errors
    /// When there is no built page, or the sandbox does not start.
    pub async fn start(refresh: Refresh) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("referral-connect-e2e-database-")
            .tempdir()
            .context("creating the database's folder")?;
        let mut backend = Self {
            running: None,
            settings: Settings {
                database: Database::File(folder.path().join("sandbox.sqlite")),
                page: Some(built_page::folder()?),
                refresh_s: match refresh {
                    Refresh::Default => None,
                    Refresh::Quick => Some(10),
                },
                // A service worker would ask for files and change ways, which trials count and look at.
                page_may_be_kept: false,
                ..Settings::default()
            },
            _database_folder: folder,
        };
        backend.start_again().await?;
        while !ports::claim(backend.settings.listen.port()) {
            backend.stop().await;
            backend.settings.listen = Settings::default().listen;
            backend.start_again().await?;
        }
        Ok(backend)
    }

    /// Stops the sandbox; its database and its port stay reserved for [`Backend::start_again`].
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Starts the sandbox again after [`Backend::stop`], on the same port and the same database.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_again(&mut self) -> Result<()> {
        ensure!(self.running.is_none(), "the sandbox runs already");
        let running = Sandbox::start(self.settings.clone())
            .await
            .context("starting the sandbox")?;
        self.settings.listen = running.address();
        self.running = Some(running);
        Ok(())
    }

    /// Starts the sandbox again, with a page that browsers may keep for times without a network.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn let_page_be_kept(&mut self) -> Result<()> {
        self.start_over(true).await
    }

    /// Starts the sandbox again, with a page that browsers may keep no longer.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn keep_page_from_being_kept(&mut self) -> Result<()> {
        self.start_over(false).await
    }

    async fn start_over(&mut self, page_may_be_kept: bool) -> Result<()> {
        self.stop().await;
        self.settings.page_may_be_kept = page_may_be_kept;
        self.start_again().await
    }

    /// The sandbox's origin, such as `http://127.0.0.1:40000`.
    #[must_use]
    pub fn origin(&self) -> String {
        let listen: SocketAddr = self.settings.listen;
        format!("http://{listen}")
    }

    /// The page's address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}/", self.origin())
    }

    /// The address of the page with the emails.
    #[must_use]
    pub fn outbox(&self) -> String {
        format!("{}/sandbox/outbox", self.origin())
    }

    /// Every POST to the create route, as it arrived, oldest first.
    ///
    /// # Errors
    /// When the sandbox does not tell.
    pub async fn posts(&self) -> Result<Vec<Post>> {
        let kept: List<Post> = self.get("/sandbox/requests.json").await?;
        Ok(kept.data)
    }

    /// The referral connections in the API's list, newest first, as JSON.
    ///
    /// # Errors
    /// When the API does not list them.
    pub async fn connections(&self) -> Result<Vec<Value>> {
        let list: List<Value> = self.get(CONNECTIONS_PATH).await?;
        Ok(list.data)
    }

    /// The one referral connection in the API's list.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub async fn connection(&self) -> Result<Connection> {
        let mut listed = self.connections().await?;
        ensure!(
            listed.len() == 1,
            "the API lists {} connections: {listed:?}",
            listed.len()
        );
        let only = listed.pop().context("one was there")?;
        serde_json::from_value(only).context("reading a connection of the list")
    }

    /// Posts a request as another program of the same user would. It is kept among the posts like every other one.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn create(&self, code: &str) -> Result<reqwest::Response> {
        reqwest::Client::new()
            .post(format!("{}{CONNECTIONS_PATH}", self.origin()))
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("x-plannr-account-uuid", ACCOUNT_UUID)
            .json(&json!({ "adviser_key": code }))
            .send()
            .await
            .with_context(|| format!("posting a request for {code}"))
    }

    /// What the API says of the field when it refuses this code. Asks it, so one more post is kept afterwards.
    ///
    /// # Errors
    /// When the API does not refuse it.
    pub async fn field_message(&self, code: &str) -> Result<String> {
        let reply = self.create(code).await?;
        ensure!(
            reply.status() == 422,
            "the API answers {code} with {}",
            reply.status()
        );
        let body: Value = reply.json().await?;
        let field = &body["errors"]["adviser_key"];
        let message = field.as_str().or_else(|| field[0].as_str());
        Ok(message
            .with_context(|| format!("no message in {body}"))?
            .to_owned())
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T> {
        let reply = reqwest::Client::new()
            .get(format!("{}{path}", self.origin()))
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("x-plannr-account-uuid", ACCOUNT_UUID)
            .send()
            .await
            .with_context(|| format!("asking the sandbox for {path}"))?;
        reply
            .error_for_status()
            .with_context(|| format!("asking the sandbox for {path}"))?
            .json()
            .await
            .with_context(|| format!("reading the sandbox's {path}"))
    }
}

/// A list as the API and the sandbox's own pages write it.
#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
}

/// What the trials need of a connection in the API's list.
#[derive(Debug, Clone, Deserialize)]
pub struct Connection {
    /// Its UUID.
    pub uuid: String,
    /// The status as the API words it.
    pub status: String,
    /// When it can no longer be answered, as written by the API.
    pub expires_at: String,
}
