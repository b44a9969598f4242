//! The built page, as files in memory.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};

use super::reply::reply;
use crate::backend::TOKEN;
use crate::built_page;

/// The page's files by their path.
#[derive(Debug)]
pub(super) struct Site {
    files: HashMap<String, (&'static str, Vec<u8>)>,
}

impl Site {
    /// Reads the built page. Its API is at `endpoint`: an address, or a path on its own origin.
    pub(super) fn read(endpoint: &str) -> Result<Self> {
        let mut files = HashMap::new();
        for (path, bytes) in built_page::files()? {
            let path = path.to_str().context("the page's paths are UTF-8")?;
            files.insert(format!("/{path}"), (content_type(path), bytes));
        }
        let (_type, index) = files
            .remove("/index.html")
            .context("the page has no index")?;
        let index = String::from_utf8(index).context("the page's index is not UTF-8")?;
        let metas = format!(
            "<meta name=\"referral-connect-endpoint\" content=\"{endpoint}\">\
             <meta name=\"referral-connect-token\" content=\"{TOKEN}\">\
             <meta name=\"referral-connect-offline\" content=\"off\"></head>"
        );
        let page = index.replacen("</head>", &metas, 1);
        ensure!(page != index, "the page's index has no </head>");
        // Chromium would ask for the manifest at a time of its own, over a connection that matters here.
        let (before, link) = page
            .split_once("<link rel=\"manifest\"")
            .context("the page's index names no manifest")?;
        let (_link, after) = link.split_once('>').context("a link has an end")?;
        let page = format!("{before}{after}");
        files.insert(
            "/".to_owned(),
            ("text/html; charset=utf-8", page.into_bytes()),
        );
        Ok(Self { files })
    }

    /// The reply to a GET.
    pub(super) fn get(&self, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let Some((content_type, bytes)) = self.files.get(path) else {
            return reply("404 Not Found", fields, b"");
        };
        let fields = [fields, &[("Content-Type", *content_type)]].concat();
        reply("200 OK", &fields, bytes)
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
