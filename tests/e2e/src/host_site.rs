//! A host's site with the element in it: the host's documents on one origin, the element's files on another, where they
//! can be broken on purpose.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{built_page, ports};

/// The script that defines the element, below the files' origin.
pub const ELEMENT_SCRIPT: &str = "/referral-connect.js";

/// A document of the host.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it is, such as `/`.
    pub path: String,
    /// Its text; `{files}` becomes the origin of the element's files, `{host}` that of the documents.
    pub text: String,
    /// Header fields that come with it; `{files}` and `{host}` likewise.
    pub fields: Vec<(&'static str, String)>,
}

impl Document {
    /// A page without header fields of its own.
    #[must_use]
    pub fn page(path: &str, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            text: text.into(),
            fields: Vec::new(),
        }
    }

    /// With this header field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    fn filled(self, files: &str, host: &str) -> Self {
        let fill = |text: &str| text.replace("{files}", files).replace("{host}", host);
        Self {
            text: fill(&self.text),
            fields: self
                .fields
                .iter()
                .map(|(name, value)| (*name, fill(value)))
                .collect(),
            path: self.path,
        }
    }

    fn reply(&self) -> Response<Body> {
        let kind = match self.path.rsplit_once('.') {
            Some((_, "js")) => "text/javascript",
            _ => "text/html; charset=utf-8",
        };
        let mut reply = reply(StatusCode::OK, kind, self.text.clone().into_bytes());
        for (name, value) in &self.fields {
            if let Ok(value) = HeaderValue::from_str(value) {
                reply
                    .headers_mut()
                    .append(HeaderName::from_static(name), value);
            }
        }
        reply
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It holds more than it should, and runs: a module has one section more, a script sets a global, `tampered`.
    Tampered,
    /// It is not there.
    Missing,
    /// In its place comes a page, as from a server that answers every address with its start page.
    Page,
    /// The server fails.
    Failing,
    /// It comes when it is let through, and not before.
    Held,
}

/// Serves documents and the element's files until dropped.
#[derive(Debug)]
pub struct HostSite {
    documents: Server,
    files: Server,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    files: HashMap<String, Vec<u8>>,
    /// In place of files, or beside them.
    published: Mutex<HashMap<String, Document>>,
    /// By the end of the file's name.
    broken: Mutex<Vec<(String, Broken)>>,
    held: watch::Sender<bool>,
    requests: Mutex<Vec<String>>,
}

impl HostSite {
    /// Starts both servers on free loopback ports.
    ///
    /// # Errors
    /// When there is no built element or no port.
    pub async fn start(documents: Vec<Document>) -> Result<Self> {
        let files = built_page::files()?
            .into_iter()
            .map(|(path, bytes)| (format!("/{}", path.display()), bytes))
            .collect();
        let shared = Arc::new(Shared {
            files,
            published: Mutex::default(),
            broken: Mutex::default(),
            held: watch::Sender::new(true),
            requests: Mutex::default(),
        });
        let files =
            Server::start(Router::new().fallback(file).with_state(Arc::clone(&shared))).await?;
        let files_origin = files.origin();
        let listener = bind().await?;
        let host_origin = format!("http://{}", listener.local_addr()?);
        let documents = documents
            .into_iter()
            .map(|document| {
                let filled = document.filled(&files_origin, &host_origin);
                (filled.path.clone(), filled)
            })
            .collect();
        let router = Router::new().fallback(page).with_state(Arc::new(documents));
        Ok(Self {
            documents: Server::serve(listener, router)?,
            files,
            shared,
        })
    }

    /// The address of a document.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.documents.origin())
    }

    /// The origin of the element's files.
    #[must_use]
    pub fn files(&self) -> String {
        self.files.origin()
    }

    /// The path of the element's file with this extension that its first script fetches: `js` or `wasm`.
    ///
    /// # Errors
    /// When the built element has none.
    pub fn fetched(&self, extension: &str) -> Result<String> {
        let is_it = |path: &&String| path.starts_with("/widget-") && path.ends_with(extension);
        let path = self.shared.files.keys().find(is_it);
        Ok(path
            .with_context(|| format!("no {extension} file of the element"))?
            .clone())
    }

    /// Serves this document at the origin of the element's files, in place of the file that may be there.
    pub fn publish(&self, document: Document) {
        let document = document.filled(&self.files.origin(), &self.documents.origin());
        lock(&self.shared.published).insert(document.path.clone(), document);
    }

    /// Breaks all files whose names end in this.
    pub fn break_files(&self, ending: &str, how: Broken) {
        self.shared.held.send_replace(how == Broken::Held);
        lock(&self.shared.broken).push((ending.to_owned(), how));
    }

    /// Every file is as it was published again, and those held back are let through.
    pub fn mend(&self) {
        lock(&self.shared.broken).clear();
        self.shared.held.send_replace(false);
    }

    /// How often files whose names end in this were asked for.
    #[must_use]
    pub fn requests_for(&self, ending: &str) -> usize {
        lock(&self.shared.requests)
            .iter()
            .filter(|path| path.ends_with(ending))
            .count()
    }
}

impl Server {
    async fn start(router: Router) -> Result<Self> {
        Self::serve(bind().await?, router)
    }

    fn serve(listener: TcpListener, router: Router) -> Result<Self> {
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // The scenario then fails at its next request.
            let _ended = axum::serve(listener, router).await;
        });
        Ok(Self { address, task })
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn bind() -> Result<TcpListener> {
    ports::listen().await.context("serving a host's site")
}

async fn page(State(documents): State<Arc<HashMap<String, Document>>>, uri: Uri) -> Response<Body> {
    match documents.get(uri.path()) {
        Some(document) => document.reply(),
        None => reply(StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    }
}

async fn file(State(shared): State<Arc<Shared>>, uri: Uri) -> Response<Body> {
    let path = uri.path();
    lock(&shared.requests).push(path.to_owned());
    if let Some(document) = lock(&shared.published).get(path) {
        return document.reply();
    }
    let how = lock(&shared.broken)
        .iter()
        .find(|(ending, _how)| path.ends_with(ending))
        .map(|(_ending, how)| *how);
    let kind = match path.rsplit_once('.') {
        Some((_, "js")) => "text/javascript",
        Some((_, "wasm")) => "application/wasm",
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css",
        Some((_, "json")) => "application/json",
        _ => "application/octet-stream",
    };
    let mut bytes = shared.files.get(path).cloned();
    let mut status = StatusCode::OK;
    let mut kind = kind;
    match how {
        None => {}
        Some(Broken::Held) => {
            // An error would mean that the site is gone.
            let mut held = shared.held.subscribe();
            let _let_through = held.wait_for(|held| !held).await;
        }
        Some(Broken::Tampered) => {
            if let Some(bytes) = &mut bytes {
                if kind == "application/wasm" {
                    // A custom section without content is skipped.
                    bytes.extend_from_slice(&[0, 1, 0]);
                } else {
                    bytes.splice(..0, *b"globalThis.tampered = true;");
                }
            }
        }
        Some(Broken::Missing) => bytes = None,
        Some(Broken::Page) => {
            kind = "text/html; charset=utf-8";
            bytes = Some(b"<!doctype html><title>Start</title>".to_vec());
        }
        Some(Broken::Failing) => status = StatusCode::INTERNAL_SERVER_ERROR,
    }
    match bytes {
        Some(bytes) => reply(status, kind, bytes),
        None => reply(StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    }
}

/// A reply that any origin may read and embed.
fn reply(status: StatusCode, kind: &'static str, bytes: Vec<u8>) -> Response<Body> {
    let mut reply = Response::new(Body::from(bytes));
    *reply.status_mut() = status;
    let fields = [
        (header::CONTENT_TYPE, kind),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
        // What is broken must not come from a cache when it is mended, nor the other way about.
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fields {
        reply
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    reply
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
