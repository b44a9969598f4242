//! Every class of status but refusals: those that confirm, those that send elsewhere, those that failed.

use serde_json::json;

use super::{HTML, JSON, answers, answers_always};
use crate::engine::Engine;
use crate::faults::expected::{Also, Expected, Row};
use crate::faults::fault::{Fault, Step};
use crate::faults::reply::{head, reply};

/// Where the redirects lead.
const ELSEWHERE: &str = "/elsewhere";

/// Every fault of the status.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut rows = confirmed();
    rows.extend(interim());
    rows.extend(moved());
    rows.extend(failed());
    rows
}

fn confirmed() -> Vec<Row> {
    let bare = |status: &'static str| {
        Row::new(
            status,
            answers(move |connection| reply(status, &[JSON], connection.to_string().as_bytes())),
            Expected::shown(),
        )
    };
    let empty = |status: &'static str| {
        Row::new(
            status,
            Fault::new(move |_| vec![Step::Send(head(status, &[("Cache-Control", "no-cache")]))]),
            Expected::unavailable(),
        )
    };
    vec![
        bare("200 OK"),
        Row::new(
            "201, wrapped in data",
            answers(|connection| {
                let body = json!({ "data": connection }).to_string();
                reply("201 Created", &[JSON], body.as_bytes())
            }),
            Expected::shown(),
        ),
        Row::new(
            "202 with a message",
            answers_always("202 Accepted", &[JSON], br#"{"message": "Queued."}"#),
            Expected::unavailable(),
        ),
        bare("203 Non-Authoritative Information"),
        empty("204 No Content"),
        Row::new(
            "205 Reset Content",
            answers_always("205 Reset Content", &[JSON], b""),
            Expected::unavailable(),
        ),
        bare("206 Partial Content"),
        bare("299 Something Good"),
    ]
}

/// A status before the status.
fn interim() -> Vec<Row> {
    let then_200 = |name: &str, first: Vec<u8>| {
        let fault = answers(move |connection| {
            let last = reply("200 OK", &[JSON], connection.to_string().as_bytes());
            [first.as_slice(), &last].concat()
        });
        Row::new(name, fault, Expected::shown())
    };
    let then_closed = |name: &str, first: Vec<u8>| {
        let fault = Fault::new(move |_| vec![Step::Send(first.clone()), Step::Close]);
        Row::new(name, fault, Expected::lost())
    };
    vec![
        then_200("100, then 200", head("100 Continue", &[])),
        then_200(
            "103 early hints, then 200",
            head(
                "103 Early Hints",
                &[("Link", "</style.css>; rel=preload; as=style")],
            ),
        ),
        then_closed("100, then closed", head("100 Continue", &[])),
        then_closed("103 early hints, then closed", head("103 Early Hints", &[])),
        then_closed(
            "101 Switching Protocols, then closed",
            head(
                "101 Switching Protocols",
                &[("Connection", "upgrade"), ("Upgrade", "websocket")],
            ),
        )
        // Firefox takes it for the answer.
        .differs_in(Engine::Firefox, Expected::status(101), 1..=1),
    ]
}

fn moved() -> Vec<Row> {
    let redirect = |status: &'static str| {
        let fault = answers_always(status, &[("Location", ELSEWHERE)], b"");
        Row::new(status, fault, Expected::moved()).also(Also::NeverAsked(ELSEWHERE))
    };
    let not_taken = |status: &'static str| {
        let fault = answers_always(status, &[("Location", ELSEWHERE)], b"").not_taken();
        Row::new(format!("{status}, not taken"), fault, Expected::moved())
            .also(Also::NeverAsked(ELSEWHERE))
    };
    vec![
        // Not one that a browser follows.
        Row::new(
            "300 Multiple Choices",
            answers_always("300 Multiple Choices", &[("Location", ELSEWHERE)], b""),
            Expected::status(300),
        )
        .also(Also::NeverAsked(ELSEWHERE)),
        redirect("301 Moved Permanently"),
        not_taken("302 Found"),
        redirect("303 See Other"),
        Row::new(
            "304 Not Modified",
            Fault::new(|_| vec![Step::Send(head("304 Not Modified", &[]))]),
            Expected::status(304),
        ),
        not_taken("307 Temporary Redirect"),
        redirect("308 Permanent Redirect"),
        Row::new(
            "302 without a Location",
            answers_always("302 Found", &[], b""),
            Expected::moved(),
        ),
    ]
}

/// After these nothing is known: the request may have been taken or not.
fn failed() -> Vec<Row> {
    let failed = |line: &'static str, status: u16| {
        let fault = answers_always(line, &[JSON], br#"{"message": "Server Error"}"#);
        Row::new(line, fault, Expected::status(status))
    };
    let page = b"<!doctype html><h1>Back soon</h1>";
    vec![
        // Chromium takes it for the end of a connection that was idle for long, and sends the POST again.
        failed("408 Request Timeout", 408).posts_in(Engine::Chromium, 2..=2),
        failed("500 Internal Server Error", 500),
        Row::new(
            "500, not taken",
            answers_always("500 Internal Server Error", &[JSON], b"{}").not_taken(),
            Expected::status(500),
        ),
        failed("501 Not Implemented", 501),
        Row::new(
            "502 with html",
            answers_always("502 Bad Gateway", &[HTML], page),
            Expected::status(502),
        ),
        Row::new(
            "503 with html and Retry-After, not taken",
            answers_always(
                "503 Service Unavailable",
                &[HTML, ("Retry-After", "1")],
                page,
            )
            .not_taken(),
            Expected::status(503),
        ),
        failed("504 Gateway Timeout", 504),
        failed("507 Insufficient Storage", 507),
        Row::new(
            "511 of a captive portal, not taken",
            answers_always("511 Network Authentication Required", &[HTML], page).not_taken(),
            Expected::status(511),
        ),
        failed("599 Network Connect Timeout", 599),
        failed("600 Beyond", 600),
        failed("999 Beyond", 999),
    ]
}
