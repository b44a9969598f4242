//! Answers that do not come to an end. A request is given 20 seconds, its answer's body included.

use std::time::Duration;

use super::JSON;
use crate::engine::Engine;
use crate::faults::expected::{Expected, Row};
use crate::faults::fault::{Fault, Step};
use crate::faults::reply::{head, reply};

/// How long the browser waits for the next byte.
const A_SECOND: Duration = Duration::from_secs(1);

/// Every slow fault.
#[must_use]
pub fn rows() -> Vec<Row> {
    let headers = |status: &str| {
        let fields = [JSON, ("Content-Length", "500")];
        let head = head(status, &fields);
        Fault::new(move |_| vec![Step::Send(head.clone()), Step::Hold])
    };
    vec![
        Row::new(
            "no answer",
            Fault::new(|_| vec![Step::Hold]),
            Expected::timed_out(),
        ),
        Row::new(
            "no answer, not taken",
            Fault::new(|_| vec![Step::Hold]).not_taken(),
            Expected::timed_out(),
        ),
        Row::new(
            "200 headers, then nothing",
            headers("200 OK"),
            Expected::unavailable(),
        )
        // Firefox keeps a status to itself until a byte of the body or the end of it has come.
        .differs_in(Engine::Firefox, Expected::timed_out(), 1..=1),
        Row::new(
            "500 headers, then nothing",
            headers("500 Internal Server Error"),
            Expected::status(500),
        )
        .differs_in(Engine::Firefox, Expected::timed_out(), 1..=1),
        Row::new(
            "200 with a body of a byte a second",
            Fault::new(|connection| {
                vec![
                    Step::Send(head("200 OK", &[JSON, ("Content-Length", "500")])),
                    Step::Drip {
                        bytes: connection.to_string().into_bytes(),
                        every: A_SECOND,
                    },
                ]
            }),
            Expected::unavailable(),
        ),
        Row::new(
            "headers of a byte a second",
            Fault::new(|_| {
                vec![Step::Drip {
                    bytes: reply("200 OK", &[JSON], b"{}"),
                    every: A_SECOND,
                }]
            }),
            Expected::timed_out(),
        ),
    ]
}
