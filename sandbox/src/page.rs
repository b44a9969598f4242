//! Serves a built web page, ready to talk to this sandbox, under the policy that a careful host would set.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::{api::Failure, outbox};

/// Everything that no other route answers: the page's files, and the ways of saying that there is no such thing.
pub(crate) fn routes(folder: Option<PathBuf>, refresh_s: Option<u32>, may_be_kept: bool) -> Router {
    let page = folder.map(|folder| Page {
        folder,
        metas: metas(refresh_s, may_be_kept),
    });
    Router::new()
        .fallback(file_or_nothing)
        .with_state(Arc::new(page))
}

/// A folder with a built page.
struct Page {
    folder: PathBuf,
    /// What is put into the head of each document.
    metas: String,
}

/// What tells the page where its API is and what to say to it.
fn metas(refresh_s: Option<u32>, may_be_kept: bool) -> String {
    let mut metas = String::from(
        "<meta name=\"referral-connect-endpoint\" content=\"/\">\
         <meta name=\"referral-connect-token\" content=\"sandbox-token\">",
    );
    if let Some(seconds) = refresh_s {
        metas.push_str(&format!(
            "<meta name=\"referral-connect-refresh\" content=\"{seconds}\">"
        ));
    }
    if !may_be_kept {
        metas.push_str("<meta name=\"referral-connect-offline\" content=\"off\">");
    }
    metas
}

async fn file_or_nothing(State(page): State<Arc<Option<Page>>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/api/") {
        return Failure::NoSuchRoute(path).into_response();
    }
    let headers = request.headers().clone();
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    let found = match page.as_ref() {
        _ if !looks => None,
        None => (path == "/").then(|| Redirect::to("/sandbox/outbox").into_response()),
        Some(page) => match document_name(&path) {
            Some(name) => page.document(name).await,
            None => page.file(&path, request).await,
        },
    };
    found.unwrap_or_else(|| outbox::not_found(&headers, &path))
}

/// The name of the HTML file in the folder itself that a path stands for, if it stands for one.
fn document_name(path: &str) -> Option<&str> {
    let name = match path.strip_prefix('/')? {
        "" => "index.html",
        name => name,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let stem = name.strip_suffix(".html")?;
    (!stem.is_empty() && stem.chars().all(plain)).then_some(name)
}

impl Page {
    /// An HTML file, read afresh each time: a rebuild changes the hashes in it.
    async fn document(&self, name: &str) -> Option<Response> {
        let text = match tokio::fs::read_to_string(self.folder.join(name)).await {
            Ok(text) => text,
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Some(cannot_read(&self.folder.join(name), &cause));
            }
            Err(_) if name == "index.html" => return Some(being_built()),
            Err(_) => return None,
        };
        let policy = content_security_policy(&text);
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, policy.as_str()),
            (header::CACHE_CONTROL, "no-cache"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        Some((headers, with_metas(&text, &self.metas)).into_response())
    }

    /// Any other file, by tower-http, which knows types, ranges and conditions, and stays in the folder.
    async fn file(&self, path: &str, request: Request) -> Option<Response> {
        let files = ServeDir::new(&self.folder).append_index_html_on_directories(false);
        let Ok(response) = files.oneshot(request).await;
        if response.status() == StatusCode::NOT_FOUND {
            return None;
        }
        let mut response = response.map(Body::new);
        let caching = match has_hash(path) {
            true => "public, max-age=31536000, immutable",
            false => "no-cache",
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        Some(response)
    }
}

fn being_built() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::RETRY_AFTER, "2"),
        (header::CACHE_CONTROL, "no-store"),
        // Browsers know this one, and so come back by themselves.
        (header::REFRESH, "2"),
    ];
    let text = "The page is being built. Load it again in a moment.\n";
    (StatusCode::SERVICE_UNAVAILABLE, headers, text).into_response()
}

fn cannot_read(file: &Path, cause: &io::Error) -> Response {
    let text = format!(
        "{} cannot be read: {cause}. Build the page again.\n",
        file.display()
    );
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}

/// Whether the build put a hash of its content into a file's name: `page-0123456789abcdef.js` and the like.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(['-', '.', '_'])
        .skip(1)
        .any(|part| part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Puts the metas at the end of the head.
fn with_metas(text: &str, metas: &str) -> String {
    let at = text.to_ascii_lowercase().find("</head>").unwrap_or(0);
    format!("{}{metas}{}", &text[..at], &text[at..])
}

/// A strict policy, in which only the inline scripts that the file itself holds may run.
fn content_security_policy(text: &str) -> String {
    let hashes: String = inline_scripts(text)
        .into_iter()
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        .collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; \
         connect-src 'self' https://api.plannrcrm.com http://127.0.0.1:* http://localhost:*; \
         img-src 'self' data:; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'"
    )
}

/// The texts of the scripts that stand in the file itself.
fn inline_scripts(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let mut scripts = Vec::new();
    let mut at = 0;
    while let Some(tag) = lower[at..].find("<script").map(|i| at + i) {
        let Some(start) = tag_end(&lower, tag) else {
            break;
        };
        let Some(end) = lower[start..].find("</script").map(|i| start + i) else {
            break;
        };
        if !text[start..end].trim().is_empty() {
            scripts.push(&text[start..end]);
        }
        at = end;
    }
    scripts
}

/// Where the tag that begins at `tag` is over: after its first `>` that is not within quotes.
fn tag_end(text: &str, tag: usize) -> Option<usize> {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate().skip(tag) {
        match (quote, byte) {
            (None, b'>') => return Some(index + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}
