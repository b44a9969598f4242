//! What both are served from: one server, with files compressed ahead of time and an API that answers at once.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};
use e2e::backend::{ACCOUNT_UUID, CONNECTIONS_PATH, TOKEN};
use e2e::ports;
use jiff::{Span, Timestamp};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::contender::Contender;

/// What runs in every page that is measured.
const PROBE: &str = include_str!("probe.js");

/// Below the page's own origin, for a page that asks nothing of other hosts needs no preflight and no second connection.
const OWN_ORIGIN: &str = "/";

/// What a careful host keeps free for the form before its script is there, so that nothing below it moves then.
const FORM_HEIGHT_PX: u32 = 97;

/// A page to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// Nothing but what every page has.
    Empty,
    /// One element, as documented: the script in the head, and words below the element.
    One,
    /// One, whose module is fetched at once.
    Eager,
    /// A hundred.
    Hundred,
    /// A hundred, whose modules are fetched at once.
    EagerHundred,
}

/// A compressed file.
#[derive(Debug)]
struct File {
    kind: &'static str,
    is_hashed: bool,
    brotli: Vec<u8>,
}

/// Serves pages, files and the API until dropped.
#[derive(Debug)]
pub(crate) struct Site {
    port: u16,
    files: Arc<HashMap<String, File>>,
    server: JoinHandle<()>,
}

impl Page {
    const ALL: [Self; 5] = [
        Self::Empty,
        Self::One,
        Self::Eager,
        Self::Hundred,
        Self::EagerHundred,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::One => "one",
            Self::Eager => "eager",
            Self::Hundred => "hundred",
            Self::EagerHundred => "eager-hundred",
        }
    }

    fn text(self, contender: Contender) -> String {
        let (tag, script) = (contender.tag(), contender.script());
        let element = |attributes: &str| {
            format!(
                "<{tag} endpoint={OWN_ORIGIN} account-uuid={ACCOUNT_UUID} refresh=0 {attributes}></{tag}>\n"
            )
        };
        let body = match self {
            Self::Empty => String::new(),
            Self::One => element(""),
            Self::Eager => element("loading=eager"),
            Self::Hundred => element("").repeat(100),
            Self::EagerHundred => element("loading=eager").repeat(100),
        };
        let script = match self {
            Self::Empty => String::new(),
            _ => format!("<script type=module src=/{script}></script>"),
        };
        let below = "<p>Words of the page below it.</p>".repeat(40);
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>
             <title>Bench</title><link rel=icon href=data:,><script>{PROBE}</script>{script}
             <style>{tag}:not(:defined) {{ display: block; block-size: {FORM_HEIGHT_PX}px }}</style>
             <h1>Bench</h1>
             {body}
             {below}
             <script>for (const element of bench.all()) element.getAccessToken = () => '{TOKEN}';</script>"
        )
    }
}

impl Site {
    /// Starts serving the files of a folder, each of which has to lie there as it is and with `.br` behind its name.
    ///
    /// # Errors
    /// When the folder cannot be read or no port can be had.
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        let files = Arc::new(files(folder)?);
        let listener = ports::listen().await?;
        let port = listener.local_addr()?.port();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&files));
        let server = tokio::spawn(async move {
            // What is measured then fails at its next request.
            let _ended = axum::serve(listener, router).await;
        });
        Ok(Self {
            port,
            files,
            server,
        })
    }

    /// The address of a page on a host of this name: for a browser each is another site, with a process and caches of its
    /// own. `asked` is what the probe is to do from the beginning on, if anything.
    pub(crate) fn address(
        &self,
        host: &str,
        contender: Contender,
        page: Page,
        asked: &str,
    ) -> String {
        format!(
            "http://{host}.localhost:{}/{}/{}#{asked}",
            self.port,
            contender.name(),
            page.path()
        )
    }

    /// How many compressed bytes the files have whose names begin and end like this.
    ///
    /// # Errors
    /// When there is no such file.
    pub(crate) fn compressed_bytes(&self, begin: &str, end: &str) -> Result<usize> {
        let is_it = |name: &&String| name.starts_with(&format!("/{begin}")) && name.ends_with(end);
        let name = self.files.keys().find(is_it);
        let file = name.and_then(|name| self.files.get(name));
        Ok(file
            .with_context(|| format!("no file {begin}*{end} in the release"))?
            .brotli
            .len())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn files(folder: &Path) -> Result<HashMap<String, File>> {
    let unreadable = || format!("reading {}: `cargo xtask bench` makes it", folder.display());
    let mut files = HashMap::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(name) = name.strip_suffix(".br") else {
            continue;
        };
        let kind = match name.rsplit_once('.') {
            Some((_, "wasm")) => "application/wasm",
            Some((_, "json")) => "application/json",
            _ => "text/javascript",
        };
        let file = File {
            kind,
            is_hashed: name.contains('-') && name.bytes().any(|byte| byte.is_ascii_digit()),
            brotli: fs::read(&path).with_context(unreadable)?,
        };
        files.insert(format!("/{name}"), file);
    }
    Ok(files)
}

async fn answer(
    State(files): State<Arc<HashMap<String, File>>>,
    method: Method,
    uri: Uri,
) -> Response<Body> {
    let path = uri.path();
    if method == Method::POST && path == CONNECTIONS_PATH {
        let body = connection().to_string().into_bytes();
        return reply(StatusCode::CREATED, "application/json", "no-store", body);
    }
    if let Some(file) = files.get(path) {
        let caching = match file.is_hashed {
            true => "public, max-age=31536000, immutable",
            false => "public, max-age=600",
        };
        let mut reply = reply(StatusCode::OK, file.kind, caching, file.brotli.clone());
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        return reply;
    }
    match page(path) {
        Some(text) => reply(
            StatusCode::OK,
            "text/html; charset=utf-8",
            "no-store",
            text.into_bytes(),
        ),
        None => reply(StatusCode::NOT_FOUND, "text/plain", "no-store", Vec::new()),
    }
}

fn page(path: &str) -> Option<String> {
    let (contender, page) = path.strip_prefix('/')?.split_once('/')?;
    let contender = Contender::BOTH
        .into_iter()
        .find(|known| known.name() == contender)?;
    let page = Page::ALL.into_iter().find(|known| known.path() == page)?;
    Some(page.text(contender))
}

/// A request that was just made.
fn connection() -> serde_json::Value {
    let created = Timestamp::now();
    let expires = created
        .saturating_add(Span::new().hours(720))
        .unwrap_or(created);
    json!({
        "uuid": "95cc9f56-a43d-4fab-a473-cc829f2dcf24",
        "status": "pending",
        "direction": "sent",
        "created_at": created.to_string(),
        "expires_at": expires.to_string(),
        "updated_at": created.to_string(),
        "sender_firm": { "name": "Ashdown Vale & Partners", "uuid": "abc-123" },
        "recipient_firm": { "name": "Larkspur & Wren Financial Planning LLP", "uuid": "def-456" },
    })
}

fn reply(
    status: StatusCode,
    kind: &'static str,
    caching: &'static str,
    bytes: Vec<u8>,
) -> Response<Body> {
    let mut reply = Response::new(Body::from(bytes));
    *reply.status_mut() = status;
    let fields: [(HeaderName, &'static str); 2] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, caching),
    ];
    for (name, value) in fields {
        reply
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    reply
}
