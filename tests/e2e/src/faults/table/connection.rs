//! Connections that break.

use std::time::Duration;

use serde_json::Value;

use crate::engine::Engine;
use crate::faults::expected::{Also, Connection, Expected, Row};
use crate::faults::fault::{Fault, Reads, Step};
use crate::faults::reply::head;

/// Long enough for the browser to have read what came before, so that a reset does not overtake it.
pub(super) const ONCE_READ: Step = Step::Pause(Duration::from_millis(200));

/// Every fault of the connection.
#[must_use]
pub fn rows() -> Vec<Row> {
    let reset = |_: &Value| vec![Step::Reset];
    let close = |_: &Value| vec![Step::Close];
    vec![
        Row::new(
            "reset before a byte is read, fresh connection",
            Fault::new(reset).reading(Reads::Nothing).fresh(),
            Expected::lost(),
        )
        .posts(0..=0),
        Row::new(
            "reset before a byte is read, reused connection",
            Fault::new(reset).reading(Reads::Nothing),
            Expected::lost(),
        )
        .posts(0..=0),
        Row::new(
            "reset after the headers, fresh connection",
            Fault::new(reset).reading(Reads::Head).fresh(),
            Expected::lost(),
        )
        .posts(0..=0),
        Row::new(
            "reset in the middle of the body, fresh connection",
            Fault::new(reset).reading(Reads::HalfTheBody).fresh(),
            Expected::lost(),
        )
        .posts(0..=0),
        Row::new(
            "reset in the middle of the body, reused connection",
            Fault::new(reset).reading(Reads::HalfTheBody),
            Expected::lost(),
        )
        .posts(0..=0),
        Row::new(
            "reset after the body, fresh connection",
            Fault::new(reset).fresh(),
            Expected::lost(),
        )
        .also(Also::Over(Connection::Fresh)),
        Row::new(
            "reset after the body, reused connection",
            Fault::new(reset),
            Expected::lost(),
        )
        .resent()
        .also(Also::Over(Connection::Reused)),
        Row::new(
            "closed without a byte, fresh connection",
            Fault::new(close).fresh(),
            Expected::lost(),
        )
        .also(Also::Over(Connection::Fresh)),
        Row::new(
            "closed without a byte, reused connection",
            Fault::new(close),
            Expected::lost(),
        )
        .resent()
        .also(Also::Over(Connection::Reused)),
        Row::new(
            "200 headers, then reset",
            Fault::new(|_| after_head("200 OK", Step::Reset)),
            Expected::unavailable(),
        )
        // Firefox keeps a status to itself until a byte of the body or the end of it has come.
        .differs_in(Engine::Firefox, Expected::lost(), 1..=1),
        Row::new(
            "500 headers, then reset",
            Fault::new(|_| after_head("500 Internal Server Error", Step::Reset)),
            Expected::status(500),
        )
        .differs_in(Engine::Firefox, Expected::lost(), 1..=1),
    ]
}

fn after_head(status: &str, last: Step) -> Vec<Step> {
    let fields = [
        ("Content-Type", "application/json"),
        ("Content-Length", "500"),
    ];
    vec![Step::Send(head(status, &fields)), ONCE_READ, last]
}
