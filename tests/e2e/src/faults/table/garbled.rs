//! Replies that are no HTTP, or not quite.

use crate::engine::Engine;
use crate::faults::expected::{Expected, Row};
use crate::faults::fault::{Fault, Step};

/// More than any browser takes of headers, in bytes.
const HEADERS_BYTES: usize = 1024 * 1024;

/// Every garbled reply. Where not even a status came, nothing is known, whatever a browser makes of it: Chromium reads
/// 200 out of half a status line or a word in the status's place, and Firefox, which still knows HTTP/0.9, out of
/// anything at all.
#[must_use]
pub fn rows() -> Vec<Row> {
    let huge = format!(
        "HTTP/1.1 200 OK\r\nX-Huge: {}\r\nContent-Length: 2\r\n\r\n{{}}",
        "h".repeat(HEADERS_BYTES)
    );
    vec![
        sends("closed after half of the status line", "HTTP/1"),
        // Not a number that HTTP has, and still one to these two.
        sends("closed after half of the status", "HTTP/1.1 2")
            .differs_in(Engine::Chromium, Expected::status(2), 1..=1)
            .differs_in(Engine::Firefox, Expected::status(2), 1..=1),
        // A whole status line of 200 came. WebKit keeps it from us; the others go by it.
        sends(
            "closed after half of the headers",
            "HTTP/1.1 200 OK\r\nContent-Type: applic",
        )
        .differs_in(Engine::Chromium, Expected::unavailable(), 1..=1)
        .differs_in(Engine::Firefox, Expected::unavailable(), 1..=1),
        sends(
            "garbage in place of a status line",
            "\x00\u{feff}\x13garbage\r\n\r\n",
        ),
        sends("a TLS alert", "\x15\x03\x01\x00\x02\x02\x28"),
        sends(
            "html in place of a status line",
            "<!doctype html><h1>Hotel Wi-Fi</h1>\n",
        ),
        sends(
            "the greeting of a mail server",
            "220 mail.example ESMTP\r\n",
        ),
        sends(
            "a status that is a word",
            "HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}",
        )
        // Chromium makes 200 of it, with its headers: nothing tells that from a real one.
        .differs_in(Engine::Chromium, Expected::unavailable(), 1..=1),
        sends(
            "a status of four digits",
            "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
        )
        .differs_in(Engine::Chromium, Expected::status(2000), 1..=1),
        sends(
            "a negative status",
            "HTTP/1.1 -200 OK\r\nContent-Length: 2\r\n\r\n{}",
        )
        .differs_in(Engine::Chromium, Expected::unavailable(), 1..=1),
        // WebKit takes the first.
        sends(
            "two lengths that differ",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
             Content-Length: 3\r\n\r\n{} ",
        )
        .differs_in(Engine::WebKit, Expected::unavailable(), 1..=1),
        failed(
            "a header line without a colon",
            "HTTP/1.1 500 Oh\r\nwhat is this\r\nContent-Length: 2\r\n\r\n{}",
        ),
        failed(
            "500, with a 200 right behind it",
            "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}\
             HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        ),
        sends("headers of 1 MB", &huge),
    ]
}

fn sends(name: &str, text: &str) -> Row {
    row(name, text, Expected::lost())
}

fn failed(name: &str, text: &str) -> Row {
    row(name, text, Expected::status(500))
}

fn row(name: &str, text: &str, expected: Expected) -> Row {
    let bytes = text.as_bytes().to_vec();
    let fault = Fault::new(move |_| vec![Step::Send(bytes.clone()), Step::Close]);
    Row::new(name, fault, expected)
}
