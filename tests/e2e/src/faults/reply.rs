//! HTTP/1.1 replies as bytes.

use jiff::Timestamp;

/// A reply's head: the status line, the header fields, the empty line.
#[must_use]
pub fn head(status: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in fields {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// A reply with a body of known length.
#[must_use]
pub fn reply(status: &str, fields: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let mut all = fields.to_vec();
    all.push(("Content-Length", &length));
    [head(status, &all).as_slice(), body].concat()
}

/// An instant as RFC 9110 writes it in header fields.
#[must_use]
pub fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
