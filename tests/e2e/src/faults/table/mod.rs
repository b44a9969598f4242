//! The faults, by what is wrong.

use serde_json::Value;

use super::expected::{Expected, Row};
use super::fault::{Fault, Step};
use super::reply::reply;

pub mod body;
pub mod connection;
pub mod details;
pub mod garbled;
pub mod origin;
pub mod refusal;
pub mod slow;
pub mod status;

/// The type of the API's answers.
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The type of a page for people, which a proxy puts in an answer's place.
const HTML: (&str, &str) = ("Content-Type", "text/html");

/// A whole answer in one piece, for each connection that is made.
fn answers(reply: impl Fn(&Value) -> Vec<u8> + Send + Sync + 'static) -> Fault {
    Fault::new(move |connection| vec![Step::Send(reply(connection))])
}

/// Such an answer, the same for every connection.
fn answers_always(status: &str, fields: &[(&str, &str)], body: &[u8]) -> Fault {
    let bytes = reply(status, fields, body);
    answers(move |_| bytes.clone())
}

/// 200 with the body that is made of the connection.
fn ok(
    name: &str,
    body: impl Fn(&Value) -> Vec<u8> + Send + Sync + 'static,
    expected: Expected,
) -> Row {
    let fault = answers(move |connection| reply("200 OK", &[JSON], &body(connection)));
    Row::new(name, fault, expected)
}
