//! Requests, read from the socket byte by byte: what was not asked for stays unread, which is a fault's business.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The longest head that is read, in bytes.
const HEAD_MOST_BYTES: usize = 16 * 1024;

/// The longest body that is read, in bytes.
const BODY_MOST_BYTES: usize = 64 * 1024;

/// A request's head.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: String,
    /// The path with its query.
    pub(super) target: String,
    fields: Vec<(String, String)>,
}

impl Head {
    /// Reads one; `None` when the browser closed the connection instead.
    pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            if bytes.len() == HEAD_MOST_BYTES {
                return Err(io::Error::other("a head of more than 16 KiB"));
            }
            let mut byte = [0];
            match stream.read(&mut byte).await? {
                0 if bytes.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => bytes.extend(byte),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.split("\r\n");
        let mut start = lines.next().unwrap_or_default().split(' ');
        let mut word = || start.next().unwrap_or_default().to_owned();
        Ok(Some(Self {
            method: word(),
            target: word(),
            fields: lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
        }))
    }

    /// A header field's value, by its name in lower case.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// How long the body is.
    pub(super) fn body_bytes(&self) -> io::Result<usize> {
        let length = self.field("content-length").unwrap_or("0");
        length
            .parse()
            .ok()
            .filter(|length| *length <= BODY_MOST_BYTES)
            .ok_or_else(|| io::Error::other(format!("a body of {length:?} bytes")))
    }

    /// The path without its query.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}
