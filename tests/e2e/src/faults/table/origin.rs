//! Faults of an API on another origin than the page's.

use super::{JSON, answers, answers_always};
use crate::faults::expected::{Also, Connection, Expected, Row};
use crate::faults::fault::{Fault, Preflight, Step};
use crate::faults::reply::reply;

/// What lets the page read an answer.
const READABLE: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// Every fault of another origin.
#[must_use]
pub fn rows() -> Vec<Row> {
    let confirmed = || answers_always("200 OK", &[JSON], b"{}");
    vec![
        Row::new(
            "200 that the page may read",
            answers(|connection| {
                reply(
                    "200 OK",
                    &[JSON, READABLE],
                    connection.to_string().as_bytes(),
                )
            }),
            Expected::shown(),
        ),
        Row::new(
            "preflight refused",
            confirmed().preflight(Preflight::Refused),
            Expected::lost(),
        )
        .posts(0..=0),
        Row::new(
            "preflight reset",
            confirmed().preflight(Preflight::Reset),
            Expected::lost(),
        )
        .posts(0..=0),
        Row::new(
            "200 that the page may not read",
            confirmed(),
            Expected::lost(),
        ),
        Row::new(
            "422 that the page may not read",
            answers_always("422 Unprocessable Content", &[JSON], b"{}").not_taken(),
            Expected::lost(),
        ),
        Row::new(
            "500 that the page may not read",
            answers_always("500 Internal Server Error", &[JSON], b"{}"),
            Expected::lost(),
        ),
        Row::new(
            "500 that the page may read",
            answers_always("500 Internal Server Error", &[JSON, READABLE], b"{}"),
            Expected::status(500),
        ),
        Row::new(
            "429 whose Retry-After the page may not read",
            answers_always(
                "429 Too Many Requests",
                &[JSON, READABLE, ("Retry-After", "5")],
                b"{}",
            )
            .not_taken(),
            Expected::throttled(),
        )
        .also(Also::Wait(59..=60)),
        Row::new(
            "307 to another path",
            answers_always(
                "307 Temporary Redirect",
                &[READABLE, ("Location", "/elsewhere")],
                b"",
            ),
            Expected::moved(),
        )
        .also(Also::NeverAsked("/elsewhere")),
        // The preflight has used the connection before.
        Row::new(
            "reset after the body, over the preflight's connection",
            Fault::new(|_| vec![Step::Reset]).fresh(),
            Expected::lost(),
        )
        .resent()
        .also(Also::Over(Connection::Reused)),
    ]
}
