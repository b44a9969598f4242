//! Keeps every POST to the create route as it arrived, for tests and for people who integrate.

use std::{collections::BTreeMap, error::Error};

use axum::{
    body::{self, Body},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Failure, admission};
use crate::{App, store::Received};

/// A create request has one field; more than this is a mistake.
const LONGEST_BODY_BYTES: usize = 64 * 1024;

/// Put where something was that nobody but its owner should read.
const BLACKED_OUT: &str = "[blacked out]";

/// Headers whose values are secrets of their owners. Cookies come along by accident: every program on this
/// machine's loopback address shares them.
const SECRET: [&str; 4] = [
    "cookie",
    "proxy-authorization",
    "x-csrf-token",
    "x-xsrf-token",
];

/// Writes a POST down before anybody looks at it; lets every other method through.
pub(super) async fn record(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let (body, too_large) = match body::to_bytes(body, LONGEST_BODY_BYTES).await {
        Ok(body) => (body, false),
        Err(cause) if is_too_large(&cause) => (body::Bytes::new(), true),
        // The sender went away before the end of its own request: nobody reads this answer.
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    let received = Received {
        at: app.clock.now(),
        method: head.method.to_string(),
        path: head
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        headers: readable(&head.headers),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    if let Err(cause) = app.store.keep(&received).await {
        return Failure::from(cause).into_response();
    }
    if too_large {
        return Failure::TooLarge.into_response();
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}

fn is_too_large(cause: &axum::Error) -> bool {
    cause
        .source()
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

/// Headers by name, without the secrets; one that came several times has its values joined by commas.
fn readable(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .keys()
        .map(|name| {
            let value = if SECRET.contains(&name.as_str()) {
                BLACKED_OUT.to_owned()
            } else if name == header::AUTHORIZATION {
                readable_authorization(headers)
            } else {
                let values = headers.get_all(name).iter();
                let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
                values.collect::<Vec<_>>().join(", ")
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// The sandbox's own tokens are no secret; of any other one only its well-known scheme is kept.
fn readable_authorization(headers: &HeaderMap) -> String {
    let only_one = headers.get_all(header::AUTHORIZATION).iter().count() == 1;
    match admission::token(headers) {
        Some(token) if only_one && admission::is_public(token) => format!("Bearer {token}"),
        Some(_) => format!("Bearer {BLACKED_OUT}"),
        None => BLACKED_OUT.to_owned(),
    }
}
